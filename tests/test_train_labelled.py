"""Models of labelled notes: adapted, single-label, kept in folders, refused when touched."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import check_estimator

from voctext import InputError, Intent, Miner, ModelError, Perception
from voctext.classify.combined import CombinedClassifier, default_model
from voctext.classify.model import NAMES, NUMBERS
from voctext.classify.single_label import SingleLabelModel
from voctext.evaluate import LabelledNote
from voctext.train import adapt, evaluate_single, load_model, save_model
from voctext.train.scratch import train_from_scratch
from voctext.train.single import SingleLabelClassifier

TEXTS = ["登录就闪退了", "一打开就闪退", "客服态度很差", "坐席态度不好", "利率实在太高", "利率高得离谱"] * 4
LABELS = ["app", "app", "staff", "staff", "rate", "rate"] * 4


def labelled(n: int) -> list[LabelledNote]:
    shapes = [
        ("柜员笑着把事办妥了", {Perception.PERSON: 1}, Intent.PRAISE),
        ("飞鸽功能老转圈", {Perception.PRODUCT: -1}, Intent.COMPLAINT),
        ("请问网点几点开门", {}, Intent.INQUIRY),
    ]
    return [
        LabelledNote(f"{shapes[i % 3][0]}，第{i}次", shapes[i % 3][1], shapes[i % 3][2], {}) for i in range(n)
    ]


@pytest.fixture(scope="module")
def single() -> SingleLabelModel:
    return SingleLabelClassifier().fit(TEXTS, LABELS).model_


def test_adapting_twice_with_one_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_model(adapt(labelled(60), seed=3), tmp_path / name)

    for file in (NAMES, NUMBERS, "README.md"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    told = json.loads((tmp_path / "a" / NAMES).read_text(encoding="utf-8"))["about"]["adapted"]
    assert set(told["held_out"]) == {"default", "adapted"}
    assert isinstance(load_model(tmp_path / "a"), CombinedClassifier)


def test_an_adapted_model_reads_what_it_was_taught_at_least_as_well_as_the_default() -> None:
    notes = labelled(90)
    model = adapt(notes)

    def right(classifier: CombinedClassifier) -> int:
        labels = Miner(classifier).label(note.text for note in notes)
        return sum(label.intent is note.intent for label, note in zip(labels, notes, strict=True))

    assert right(CombinedClassifier(model=model)) >= right(CombinedClassifier())
    assert model.ngrams == default_model().ngrams


def test_adapting_learns_how_often_a_desk_hears_each_intent() -> None:
    # the default takes these for complaints or praise; at this desk people only ask
    shapes = ("年费怎么收", "额度什么时候能提", "转账有没有限额", "积分能换什么")
    notes = [LabelledNote(f"{shapes[i % 4]}，{i}号卡", {}, Intent.OTHER, {}) for i in range(100)]
    model = adapt(notes)
    told = model.about["adapted"]

    assert told["calibrated"]["intent"]
    assert told["held_out"]["adapted"]["intent_macro_f1"] > told["held_out"]["default"]["intent_macro_f1"]
    np.testing.assert_array_equal(model.topic_weights, default_model().topic_weights)
    [label] = Miner(CombinedClassifier(model=model)).label(["年费怎么收呢"])
    assert label.intent is Intent.OTHER


def test_where_the_default_reads_polarity_rightly_it_is_left_as_it_is() -> None:
    read = Miner(CombinedClassifier()).label(note.text for note in labelled(60))
    notes = [
        LabelledNote(note.text, label.perceptions, Intent.OTHER, {})
        for note, label in zip(labelled(60), read, strict=True)
    ]
    model = adapt(notes)

    assert model.about["adapted"]["weight"]["polarity"] == 0
    np.testing.assert_array_equal(model.weights[:, 3:12], default_model().weights[:, 3:12])
    np.testing.assert_array_equal(model.combine[:, 3:12], default_model().combine[:, 3:12])


def test_a_model_from_scratch_knows_only_what_the_labels_say(tmp_path: Path) -> None:
    notes = labelled(90)
    for name in ("a", "b"):
        train_from_scratch(notes, seed=2).save(tmp_path / name)
    model = load_model(tmp_path / "a")
    assert isinstance(model, CombinedClassifier)
    labels = Miner(model).label([*(note.text for note in notes), "年费太高了，投诉"])
    *known, unheard = labels

    assert (tmp_path / "a" / NUMBERS).read_bytes() == (tmp_path / "b" / NUMBERS).read_bytes()
    assert (tmp_path / "a" / NAMES).read_bytes() == (tmp_path / "b" / NAMES).read_bytes()
    assert [label.intent for label in known] == [note.intent for note in notes]
    assert [dict(label.perceptions) for label in known] == [dict(note.perceptions) for note in notes]
    assert Perception.RULE not in unheard.perceptions  # no label has it
    assert set(model.model.about["scratch"]["held_out"]) == {"default", "scratch"}
    with pytest.raises(InputError, match="at least 20"):
        train_from_scratch(notes[:4])


def test_too_few_notes_or_wrong_groups_are_refused() -> None:
    with pytest.raises(InputError, match="at least 20"):
        adapt(labelled(5))
    with pytest.raises(InputError, match="one group for each"):
        adapt(labelled(30), groups=["a"])


@pytest.mark.filterwarnings(
    "ignore:Can't test estimator:sklearn.exceptions.SkipTestWarning"
)  # checks of tables
def test_the_estimator_passes_the_checks_of_scikit_learn() -> None:
    check_estimator(SingleLabelClassifier(), on_skip=None)
    settings = SingleLabelClassifier(C=0.5, min_df=2)

    assert clone(settings).get_params() == settings.get_params()
    with pytest.raises(NotFittedError):
        settings.predict(["登录"])


def test_the_estimator_works_in_a_pipeline_and_a_grid_search() -> None:
    search = GridSearchCV(
        Pipeline([("read", SingleLabelClassifier())]), {"read__C": [0.1, 1.0], "read__min_df": [2]}, cv=2
    ).fit(np.array(TEXTS, dtype=object), LABELS)

    assert search.predict(["又闪退了"]).tolist() == ["app"]
    chances = search.predict_proba(TEXTS[:3])
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-5)


def test_labels_of_any_kind_come_back_as_they_were_given() -> None:
    numbers = [LABELS.index(label) for label in LABELS]

    assert SingleLabelClassifier().fit(TEXTS, numbers).predict(TEXTS[:6]).tolist() == numbers[:6]


def test_fitting_twice_gives_the_same_file_and_it_is_read_back(
    single: SingleLabelModel, tmp_path: Path
) -> None:
    for name, model in (("a", single), ("b", SingleLabelClassifier().fit(TEXTS, LABELS).model_)):
        save_model(model, tmp_path / name, data="synthetic notes")
    back = load_model(tmp_path / "a")

    assert (tmp_path / "a" / NUMBERS).read_bytes() == (tmp_path / "b" / NUMBERS).read_bytes()
    assert isinstance(back, SingleLabelModel)
    np.testing.assert_array_equal(back.predict_proba(TEXTS), single.predict_proba(TEXTS))
    assert "macro-F1" in (tmp_path / "a" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        (NUMBERS, lambda data: data[:-5], "checksum differs"),
        (NUMBERS, lambda data: data[:-1] + bytes([data[-1] ^ 1]), "checksum differs"),
        (NAMES, lambda data: data[: len(data) // 2], "cannot be read"),
        (NAMES, lambda data: data.replace(b'"format": 1', b'"format": 9'), "format 9"),
        (NAMES, lambda data: data.replace(b'"single-label"', b'"novel"'), "kind 'novel'"),
        (NAMES, lambda data: data.replace(b'"app", ', b""), "shape"),
        (NAMES, lambda _: b"[]", "no JSON object"),
    ],
)
def test_a_folder_cut_short_or_edited_is_refused(
    single: SingleLabelModel, tmp_path: Path, name: str, damage: object, said: str
) -> None:
    single.save(tmp_path)
    path = tmp_path / name
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]

    with pytest.raises(ModelError, match=said):
        load_model(tmp_path)


class _Trap:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("name", ["model.pkl", "pytorch_model.bin", NUMBERS, NAMES])
def test_a_pickle_in_the_folder_is_never_opened(single: SingleLabelModel, tmp_path: Path, name: str) -> None:
    single.save(tmp_path)
    mark = tmp_path / "opened"
    (tmp_path / name).write_bytes(pickle.dumps(_Trap(mark)))
    if name in {NUMBERS, NAMES}:
        with pytest.raises(ModelError):
            load_model(tmp_path)
    else:
        load_model(tmp_path)

    assert not mark.exists()


def test_texts_of_one_customer_are_held_out_together() -> None:
    # each customer has words of their own that tell the label; only strangers' words are a fair test
    texts = [f"{chr(0x4E00 + 7 * c) * 3}{chr(0x4E00 + 7 * c + 1) * 2}" for c in range(24) for _ in range(4)]
    labels = [("app", "fee")[c % 2] for c in range(24) for _ in range(4)]
    customers = [f"c{c}" for c in range(24) for _ in range(4)]
    settings = SingleLabelClassifier(C=1.0)

    apart = settings.fit(texts, labels, groups=customers).model_.about["held_out"]["accuracy"]
    mixed = settings.fit(texts, labels).model_.about["held_out"]["accuracy"]
    assert mixed > apart + 0.2
    with pytest.raises(InputError, match="one group for each text"):
        settings.fit(texts, labels, groups=customers[:5])


def test_a_class_of_one_customer_is_learned_without_being_measured() -> None:
    customers = [f"{label} {i % 3 if label != 'rate' else 0}" for i, label in enumerate(LABELS)]
    model = SingleLabelClassifier().fit(TEXTS, LABELS, groups=customers).model_

    assert "held_out" not in model.about
    assert model.predict(["利率高"]) == ["rate"]


def test_single_labels_are_compared() -> None:
    told = evaluate_single(["a", "a", "b", "c"], ["a", "b", "b", "b"])

    assert told["accuracy"] == 0.5
    assert told["classes"]["b"] == {"precision": 0.3333, "recall": 1.0, "f1": 0.5, "support": 1}
    assert told["macro_f1"] == pytest.approx((2 / 3 + 0.5 + 0) / 3, abs=1e-4)
    with pytest.raises(InputError, match="as many"):
        evaluate_single(["a"], [])
