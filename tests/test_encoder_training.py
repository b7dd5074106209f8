"""Teaching encoders: fine-tuned, frozen, resumed, distilled back. All texts are synthetic."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch", reason="encoders need torch: pip install 'voctext[encoder]'")
pytest.importorskip("transformers", reason="encoders need transformers: pip install 'voctext[encoder]'")
pytest.importorskip("accelerate", reason="encoders need accelerate: pip install 'voctext[encoder]'")
pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

import torch

from voctext import InputError, Miner
from voctext.classify.combined import CombinedClassifier
from voctext.classify.model import OUTPUTS
from voctext.corpus import notes
from voctext.encoder import EncoderClassifier, EncoderSingleLabel, load_encoder
from voctext.encoder.classifier import Encoder, voiced
from voctext.encoder.network import Network, load_base
from voctext.encoder.runtime import TorchRuntime, run
from voctext.encoder.settings import Precision, Settings
from voctext.encoder.tokens import Tokenizer
from voctext.records import Intent
from voctext.train import Run, distil, encode_classes, encode_notes, load_model, save_model
from voctext.train.default import clauses_of
from voctext.train.finetune import (
    Outcome,
    Progress,
    _loss,
    _optimizer,
    epochs_of,
    finetune,
)
from voctext.train.folds import deal
from voctext.train.frozen import FrozenHeads, fit_frozen, surprise
from voctext.train.lesson import HEAVIEST, Lesson, weights_of
from voctext.train.prior import shipped_features
from voctext.train.pupil import Pupil

QUICK = Settings(epochs=8, batch_size=8, learning_rate=3e-3)
ASKED = [slice(0, 3)]
E5 = Path(__file__).parents[2] / "shared" / "data" / "zh-e5-small"


@dataclass(frozen=True)
class Course:
    """What is learned in these tests, and by whom."""

    base: Path
    train: Lesson
    test: Lesson

    def network(self, seed: int = 0) -> Network:
        torch.manual_seed(seed)
        return Network(load_base(str(self.base))[0], 3)

    def taught(
        self,
        network: Network,
        checkpoints: Path,
        settings: Settings = QUICK,
        *,
        tell: Callable[[Progress], None] | None = None,
        resume: bool = False,
        quality: Callable[[Any, Any], float] | None = None,
        train: Lesson | None = None,
    ) -> Outcome:
        return finetune(
            network,
            train or self.train,
            self.test,
            ASKED,
            settings,
            quality=quality or accuracy,
            pad=0,
            checkpoints=checkpoints,
            resume=resume,
            tell=tell,
        )

    def scores(self, network: Network) -> Any:
        return run(TorchRuntime(network), self.test.tokens, width=3, pad=0)


def accuracy(scores: Any, answers: Any) -> float:
    return float((scores.argmax(axis=1) == answers.argmax(axis=1)).mean())


@pytest.fixture(scope="module")
def course(base: Path, easy: Any) -> Course:
    tokens = Tokenizer((base / "tokenizer.json").read_text(encoding="utf-8"), limit=62)(easy.texts)
    names = sorted(set(easy.labels))
    answers = np.eye(3, dtype=np.int8)[[names.index(label) for label in easy.labels]]
    weight = np.ones(len(tokens), dtype=np.float32)
    return Course(
        base, Lesson(tokens[:45], answers[:45], weight[:45]), Lesson(tokens[45:], answers[45:], weight[45:])
    )


def stopping(at: int, error: type[BaseException]) -> Callable[[Progress], None]:
    def tell(now: Progress) -> None:
        if now.done >= at:
            raise error

    return tell


# fine-tuning


def test_an_easy_task_of_three_classes_is_learnt(base: Path, easy: Any, tmp_path: Path) -> None:
    model = encode_classes(easy.texts, easy.labels, Run(str(base), QUICK, few_shot=False))
    save_model(model, tmp_path / "model")
    reader = load_model(tmp_path / "model")
    assert isinstance(reader, EncoderSingleLabel)
    fresh = [
        (f"说了{n}遍，{words}", label)
        for n in range(30)
        for words, label in (("系统太慢了", "慢"), ("年费太贵了", "贵"), ("客服说话很凶", "凶"))
    ]

    scores = reader.encoder.scores([text for text, _ in fresh])  # the network by itself
    said = [reader.classes[i] for i in scores.argmax(axis=1)]
    assert np.mean([one == label for one, (_, label) in zip(said, fresh, strict=True)]) >= 0.95
    assert reader.predict([text for text, _ in fresh[:6]]) == [label for _, label in fresh[:6]]
    assert model.about["mode"] == "fine-tuned"
    assert model.about["held_out"]["encoder"]["accuracy"] >= 0.95
    assert not model.about["stopped"]


def test_rare_answers_weigh_more_but_never_without_bound() -> None:
    answers = np.zeros((1000, 4), dtype=np.int8)
    answers[:900, 0] = answers[900:999, 1] = answers[999:, 2] = 1
    answers[:1, 3] = 1
    weights = weights_of(
        Lesson([[1]] * 1000, answers, np.ones(1000, dtype=np.float32)), [slice(0, 3), slice(3, 4)]
    )

    assert weights[0] < 1 < weights[1] < weights[2]
    assert weights[3] == HEAVIEST  # 999 against 1, by the root more than thirty times
    assert weights.min() >= 1 / HEAVIEST


def test_answers_nobody_was_asked_for_change_no_weight() -> None:
    answers = np.array([[1], [0], [0], [0], [0]], dtype=np.int8)
    more = np.vstack([answers, np.full((50, 1), -1, dtype=np.int8)])
    one, two = (
        weights_of(Lesson([[1]] * len(some), some, np.ones(len(some), dtype=np.float32)), [slice(0, 1)])
        for some in (answers, more)
    )
    assert one == two == pytest.approx(2)


def test_unasked_answers_change_nothing_in_the_loss() -> None:
    loss = _loss([slice(0, 1), slice(1, 4)], np.array([2, 1, 1, 3], dtype=np.float32))
    torch.manual_seed(0)
    scores = torch.randn(3, 4, requires_grad=True)
    labels = torch.tensor([[1.0, 0, 1, 0, 1], [0, -1, -1, -1, 1], [-1, 0, 0, 1, 1]])
    loss({"scores": scores}, labels).backward()
    slope = scores.grad
    assert slope is not None
    assert (slope[1, 1:] == 0).all()
    assert slope[2, 0] == 0
    assert (slope[0] != 0).all()

    moved = scores.detach().clone()
    moved[1, 1:] += 5
    moved[2, 0] -= 5
    torch.testing.assert_close(loss({"scores": moved}, labels), loss({"scores": scores}, labels))


def test_a_heavy_note_counts_as_often_as_it_weighs() -> None:
    loss = _loss([slice(0, 1)], np.ones(1, dtype=np.float32))
    scores, labels = torch.tensor([[0.3], [2.0]]), torch.tensor([[1.0, 1], [0, 3]])
    thrice = loss({"scores": scores[[0, 1, 1, 1]]}, torch.tensor([[1.0, 1], [0, 1], [0, 1], [0, 1]]))
    torch.testing.assert_close(loss({"scores": scores}, labels) * 2, thrice * 4)


def test_batches_that_make_one_step_weigh_like_one_batch() -> None:
    loss = _loss([slice(0, 3)], np.ones(3, dtype=np.float32))
    torch.manual_seed(0)
    scores, labels = torch.randn(6, 3), torch.cat([torch.eye(3)[[0, 1, 2, 2, 1, 0]], torch.ones(6, 1)], dim=1)
    counted = torch.tensor(labels.numel())
    parts = [
        loss({"scores": scores[part]}, labels[part], num_items_in_batch=counted)
        for part in (slice(0, 4), slice(4, 6))
    ]
    torch.testing.assert_close(sum(parts), loss({"scores": scores}, labels))


def test_embeddings_learn_slowest_and_heads_fastest(course: Course) -> None:
    network = course.network()
    rates = {
        id(parameter): (group["lr"], group["weight_decay"])
        for group in _optimizer(network, Settings(learning_rate=1e-3, layer_decay=0.5)).param_groups
        for parameter in group["params"]
    }
    found = {name: rates[id(parameter)] for name, parameter in network.named_parameters()}

    assert len(rates) == len(found)
    assert found["encoder.embeddings.word_embeddings.weight"] == (pytest.approx(2.5e-4), 0.01)
    assert found["encoder.encoder.layer.0.output.dense.weight"][0] == pytest.approx(5e-4)
    assert found["encoder.encoder.layer.1.output.dense.weight"][0] == pytest.approx(1e-3)
    assert found["heads.weight"] == (pytest.approx(1e-2), 0.01)
    assert found["heads.bias"] == (pytest.approx(1e-2), 0)
    assert found["encoder.encoder.layer.0.output.LayerNorm.weight"][1] == 0


def test_few_texts_are_read_more_often() -> None:
    assert [epochs_of(Settings(), n) for n in (0, 100, 4000, 100_000)] == [12, 12, 5, 3]
    assert epochs_of(Settings(epochs=2), 100) == 2


def test_a_run_that_gains_nothing_more_ends_early_and_keeps_the_best(course: Course, tmp_path: Path) -> None:
    seen: list[Any] = []

    def quality(scores: Any, _: Any) -> float:
        seen.append(scores.copy())
        return [0.1, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0][len(seen) - 1]

    network = course.network()
    outcome = course.taught(network, tmp_path, replace(QUICK, patience=2), quality=quality)

    assert outcome == Outcome(epochs=4.0, quality=0.6, stopped=False)
    # the Trainer reads them in an order of its own
    np.testing.assert_allclose(np.sort(course.scores(network), axis=0), np.sort(seen[1], axis=0), atol=1e-4)
    assert np.abs(seen[1] - seen[3]).max() > 1e-2


def test_the_same_seed_teaches_the_same_twice_and_another_something_else(
    course: Course, tmp_path: Path
) -> None:
    settings = replace(QUICK, epochs=2)
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        network = course.network()
        course.taught(network, tmp_path / name, replace(settings, seed=seed))
        found.append(course.scores(network))

    np.testing.assert_allclose(found[0], found[1], atol=1e-3)
    assert np.abs(found[0] - found[2]).max() > 1e-3


def test_a_run_stopped_by_hand_keeps_the_best_so_far(course: Course, tmp_path: Path) -> None:
    told: list[Progress] = []
    seen: list[Any] = []

    def tell(now: Progress) -> None:
        told.append(now)
        stopping(20, KeyboardInterrupt)(now)

    def quality(scores: Any, _: Any) -> float:
        seen.append(scores.copy())
        return 1 / len(seen)  # the first look is the best

    network = course.network()
    outcome = course.taught(network, tmp_path, tell=tell, quality=quality)

    assert outcome.stopped
    assert 1 <= outcome.epochs < 8
    assert outcome.quality == told[-1].best == 1
    assert len(seen) > 1
    np.testing.assert_allclose(np.sort(course.scores(network), axis=0), np.sort(seen[0], axis=0), atol=1e-4)
    assert [now.done for now in told] == list(range(1, 21))
    assert {now.steps for now in told} == {48}
    assert told[0].best is None
    assert all(now.seconds_left >= 0 for now in told)


def test_a_run_stopped_before_it_was_ever_measured_keeps_nothing(course: Course, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        course.taught(course.network(), tmp_path, tell=stopping(2, KeyboardInterrupt))
    course.taught(course.network(), tmp_path, replace(QUICK, epochs=1))  # nothing there to resume


def test_a_run_that_was_killed_goes_on_where_it_was(course: Course, tmp_path: Path) -> None:
    settings = replace(QUICK, epochs=4)
    whole = course.network()
    course.taught(whole, tmp_path / "whole", settings)
    state = tmp_path / "killed"
    with pytest.raises(RuntimeError):
        course.taught(course.network(), state, settings, tell=stopping(14, RuntimeError))

    with pytest.raises(InputError, match="--resume"):
        course.taught(course.network(), state, settings)
    with pytest.raises(InputError, match="other notes or settings"):
        course.taught(course.network(), state, replace(settings, learning_rate=1e-3), resume=True)
    fewer = Lesson(course.train.tokens[:30], course.train.answers[:30], course.train.weight[:30])
    with pytest.raises(InputError, match="other notes or settings"):
        course.taught(course.network(), state, settings, resume=True, train=fewer)
    with pytest.raises(InputError, match="other notes or settings"):
        course.taught(course.network(seed=5), state, settings, resume=True)

    (state / "checkpoint-99").mkdir()  # it was killed while it wrote this one
    told: list[int] = []
    network = course.network()
    outcome = course.taught(network, state, settings, resume=True, tell=lambda now: told.append(now.done))
    assert told == list(range(13, 25))
    assert outcome.epochs == 4
    np.testing.assert_allclose(course.scores(network), course.scores(whole), atol=1e-3)

    again = course.network()  # resumed once more when all is done
    course.taught(again, state, settings, resume=True)
    np.testing.assert_allclose(course.scores(again), course.scores(network), atol=1e-4)


def test_resuming_where_nothing_lies_is_beginning(course: Course, tmp_path: Path) -> None:
    assert course.taught(course.network(), tmp_path, replace(QUICK, epochs=1), resume=True).epochs == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU, which may be asked for fp16")
def test_half_precision_without_a_gpu_is_refused(course: Course, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a GPU"):
        course.taught(course.network(), tmp_path, replace(QUICK, precision=Precision.FP16))


def test_the_other_precisions_train_anywhere(course: Course, tmp_path: Path) -> None:
    for precision in (Precision.BF16, Precision.FP32):
        settings = replace(QUICK, epochs=1, precision=precision, accumulate=2)
        assert 0 <= course.taught(course.network(), tmp_path / precision, settings).quality <= 1


# frozen features

TWO = [slice(0, 1), slice(1, 4)]
SORTS = {"yes": slice(0, 1), "which": slice(1, 4)}


@dataclass(frozen=True)
class Frozen:
    """Features that tell the answers, the answers, and a default that half knows them."""

    features: Any
    answers: Any
    default: Any

    def fit(self, *, alone: bool = False, folds: int = 5) -> tuple[FrozenHeads, Any, dict[str, float]]:
        default = None if alone else self.default
        parts = np.arange(len(self.answers)) % folds
        return fit_frozen(self.features, self.answers, default, questions=TWO, kinds=SORTS, fold_of=parts)


@pytest.fixture
def told() -> Frozen:
    draw = np.random.default_rng(0)
    features = draw.normal(size=(240, 6))
    answers = np.hstack([features[:, :1] > 0, np.eye(3)[features[:, 1:4].argmax(axis=1)]]).astype(np.int8)
    return Frozen(features, answers, (answers * 2 - 1) * 0.5 + draw.normal(size=answers.shape))


def test_features_that_tell_nothing_leave_the_default_as_it_is(told: Frozen) -> None:
    draw = np.random.default_rng(3)
    default = draw.normal(size=told.answers.shape)
    yes = draw.random(240) < 1 / (1 + np.exp(-default[:, 0]))
    which = (default[:, 1:] + draw.gumbel(size=(240, 3))).argmax(axis=1)  # drawn as the default has it
    answers = np.hstack([yes[:, None], np.eye(3)[which]]).astype(np.int8)
    heads, scores, chosen = Frozen(told.features, answers, default).fit()

    assert chosen == {"yes": 0, "which": 0}
    np.testing.assert_array_equal(scores, default)
    np.testing.assert_array_equal(heads(told.features, default), default)


def test_features_that_tell_beat_the_default_on_notes_held_out(told: Frozen) -> None:
    _, scores, chosen = told.fit()
    assert surprise(scores, told.answers, TWO) < surprise(told.default, told.answers, TWO) - 0.1
    assert all(chosen.values())


def test_scores_of_notes_held_out_come_from_heads_that_never_saw_them(told: Frozen) -> None:
    turned = told.answers.copy()
    turned[0] = [1 - turned[0, 0], *np.roll(turned[0, 1:], 1)]
    _, before, chosen = told.fit()
    _, after, now = replace(told, answers=turned).fit()
    assert chosen == now
    np.testing.assert_array_equal(before[::5], after[::5])  # the fold of the first note
    assert (before != after).any()


def test_a_question_with_too_few_examples_is_left_to_the_default(told: Frozen) -> None:
    rare = told.answers.copy()
    rare[:, 0] = 0
    rare[:2, 0] = 1
    heads, scores, _ = replace(told, answers=rare).fit()

    assert not heads.weights[:, 0].any()
    assert heads.bias[0] == 0
    assert heads.blend[:, 0].tolist() == [1, 0, 0, 0]
    np.testing.assert_array_equal(scores[:, 0], told.default[:, 0])
    assert heads.weights[:, 1:].any()


def test_answers_nobody_was_asked_for_are_not_learnt_from(told: Frozen) -> None:
    asked = told.answers.copy()
    asked[::2, 1:] = -1
    changed = replace(told, answers=asked, default=told.default + (asked < 0) * 100.0)
    [one, two] = [part.fit()[0] for part in (replace(told, answers=asked), changed)]
    np.testing.assert_allclose(one.weights, two.weights, atol=1e-6)


def test_without_a_default_heads_stand_alone_and_an_unknown_answer_is_never_given(told: Frozen) -> None:
    heads, scores, chosen = told.fit(alone=True)
    assert surprise(scores, told.answers, TWO) < 0.5
    assert min(chosen.values()) > 0
    assert not (heads(told.features, told.default) - heads(told.features, told.default * 0)).any()

    one = told.answers.copy()
    one[:, 1:] = [0, 1, 0]
    heads, _, _ = replace(told, answers=one).fit(alone=True)
    assert (heads(told.features, told.default * 0)[:, 1:].argmax(axis=1) == 1).all()


def test_a_folder_reads_new_notes_as_the_heads_that_were_fitted(
    base: Path, few_notes: Any, taught_notes: Any, tmp_path: Path
) -> None:
    from voctext.classify.combined import combined_scores, probabilities, rule_answers

    draw, clauses = np.random.default_rng(0), [clauses_of(note.text) for note in few_notes[:20]]
    pupil = Pupil(Run(str(base), Settings()), len(OUTPUTS), [voiced(note) for note in clauses])
    features, outputs = pupil.features(), len(OUTPUTS)
    heads = FrozenHeads(
        draw.normal(size=(features.shape[1], outputs)),
        draw.normal(size=outputs),
        draw.normal(size=(outputs, outputs)),
    )
    pupil.give(heads.weights, heads.bias)
    blend = replace(taught_notes.blend, weights=heads.blend.astype(np.float32))
    replace(taught_notes, network=pupil.network, blend=blend).save(tmp_path)
    reader = load_encoder(tmp_path)
    assert isinstance(reader, EncoderClassifier)

    opinions, rows = shipped_features().read(clauses)
    beside = taught_notes.linear
    default = combined_scores(beside.logits(rows), rule_answers(opinions), beside.combine).astype(float)
    wanted = probabilities(heads(features, default).astype(np.float32))
    np.testing.assert_allclose(reader.chances(clauses), wanted, atol=1e-4)


# what is taught


def test_an_encoder_of_notes_is_tuned_beside_the_default(base: Path, few_notes: Any, tmp_path: Path) -> None:
    groups = [f"customer {n // 3}" for n in range(len(few_notes))]
    model = encode_notes(few_notes, Run(str(base), replace(QUICK, epochs=2), few_shot=False), groups=groups)
    save_model(model, tmp_path / "model")
    reader = load_model(tmp_path / "model")

    about = model.about
    assert about["mode"] == "fine-tuned"
    assert about["groups"] == 20
    assert about["settings"]["epochs"] == 2
    assert 0 < about["read_out"] < len(few_notes)
    default, encoder = (about["held_out"][name]["intent_macro_f1"] for name in ("default", "encoder"))
    assert encoder >= default - 0.2
    assert len(list(Miner(reader).label([note.text for note in few_notes]))) == len(few_notes)  # type: ignore[arg-type]
    assert "fine-tuned" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")


def test_long_texts_are_shortened_to_the_places_of_the_base_and_counted(base: Path, easy: Any) -> None:
    texts = [*easy.texts[:-1], easy.texts[-1] * 30]
    model = encode_classes(texts, easy.labels, Run(str(base), Settings()))
    assert model.tokenizer.limit == 62
    assert model.about["shortened"] == 1


def test_groups_of_one_label_each_are_learnt_too(base: Path, easy: Any) -> None:
    two = [(text, label) for text, label in zip(easy.texts, easy.labels, strict=True) if label != "凶"]
    for few_shot in (True, False):
        model = encode_classes(
            [text for text, _ in two],
            [label for _, label in two],
            Run(str(base), replace(QUICK, epochs=1), few_shot=few_shot),
            groups=[label for _, label in two],
        )
        assert model.about["groups"] == 2
        assert set(model.about["held_out"]) == {"linear", "encoder"}


def test_what_cannot_be_learnt_from_is_refused(base: Path, easy: Any, few_notes: Any) -> None:
    run_of = Run(str(base), Settings())
    with pytest.raises(InputError, match="at least 20"):
        encode_classes(easy.texts[:19], easy.labels[:19], run_of)
    with pytest.raises(InputError, match="at least 20"):
        encode_notes(few_notes[:19], run_of)
    with pytest.raises(InputError, match="two or more"):
        encode_classes(easy.texts, ["慢"] * len(easy.texts), run_of)
    with pytest.raises(InputError, match="one label for each text"):
        encode_classes(easy.texts, easy.labels[:-1], run_of)
    with pytest.raises(InputError, match="one group for each text"):
        encode_classes(easy.texts, easy.labels, run_of, groups=["a"])
    with pytest.raises(InputError, match="no encoder could be loaded"):
        encode_classes(easy.texts, easy.labels, Run(str(base / "nothing"), Settings()))


# folds


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6)), min_size=1, max_size=60),
    st.integers(2, 6),
    st.integers(0, 9),
)
def test_groups_are_never_split(rows: list[tuple[str, int]], folds: int, seed: int) -> None:
    labels, groups = [label for label, _ in rows], [f"customer {number}" for _, number in rows]
    dealt = deal(labels, groups, folds=folds, seed=seed)

    assert set(dealt.tolist()) <= set(range(folds))
    if 1 < len(set(groups)) < len(groups):
        assert all(
            len({int(fold) for fold, one in zip(dealt, groups, strict=True) if one == group}) == 1
            for group in groups
        )


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=80), st.integers(2, 6), st.booleans())
def test_every_label_is_spread_over_all_folds(labels: list[str], folds: int, alone: bool) -> None:
    groups = [f"customer {n}" for n in range(len(labels))] if alone else None
    dealt = deal(labels, groups, folds=folds, seed=0)
    for label in set(labels):
        counts = Counter(int(fold) for fold, one in zip(dealt, labels, strict=True) if one == label)
        sizes = [counts[fold] for fold in range(folds)]
        assert max(sizes) - min(sizes) <= 1


def test_the_seed_deals_and_deals_the_same_again() -> None:
    labels = ["a", "b"] * 30
    one, two, other = (deal(labels, None, folds=5, seed=seed).tolist() for seed in (0, 0, 1))
    assert one == two != other


# distilling back


class Asker:
    """A runtime that hears a question in every note."""

    name = "asker"

    def __call__(self, ids: Any, _: Any) -> Any:
        scores = np.zeros((len(ids), len(OUTPUTS)), dtype=np.float32)
        scores[:, OUTPUTS.index("inquiry")] = 6
        return scores


@pytest.fixture(scope="module")
def many() -> list[str]:
    return [note.text for note in notes()[11::60]][:160]


def test_a_student_answers_like_its_teacher_more_than_the_default_does(
    base: Path, many: list[str], tmp_path: Path
) -> None:
    tokenizer = Tokenizer((base / "tokenizer.json").read_text(encoding="utf-8"))
    default = CombinedClassifier()
    teacher = EncoderClassifier(
        Encoder(tokenizer, Asker(), len(OUTPUTS), 0),
        linear=replace(default.model, channels={"热线": np.ones(len(OUTPUTS), dtype=np.float32)}),
        blend=np.eye(len(OUTPUTS), dtype=np.float32) / 2,
        thresholds=default.model.thresholds,
        about={"base": "asker"},
    )
    model = distil(teacher, [*many, *many, " "])
    told = model.about["distilled"]
    np.testing.assert_array_equal(model.channels["热线"], 0.5)  # as much as they weigh with the teacher

    assert told["notes"] == len(set(many))
    assert told["taught_by"] == "asker"
    student, before = (told["held_out"][name]["intent_macro_f1"] for name in ("student", "default"))
    assert student > before
    save_model(model, tmp_path)
    assert "by the channel a note came by: 热线." in (tmp_path / "README.md").read_text(encoding="utf-8")
    student = load_model(tmp_path)
    assert isinstance(student, CombinedClassifier)
    assert not isinstance(student, EncoderClassifier)
    asked, unasked = (
        sum(label.intent is Intent.INQUIRY for label in Miner(one).label(many)) for one in (student, default)
    )
    assert asked > unasked
    with pytest.raises(InputError, match="CombinedClassifier, no encoder"):
        distil(student, many)


def test_a_teacher_that_says_what_the_default_says_leaves_it_as_it_is(
    notes_folder: Path, many: list[str]
) -> None:
    teacher = load_model(notes_folder)
    told = distil(teacher, many[:100]).about["distilled"]["held_out"]
    figures = [name for name, value in told["default"].items() if isinstance(value, float)]
    assert (
        np.mean([told["student"][name] for name in figures])
        >= np.mean([told["default"][name] for name in figures]) - 0.05
    )


def test_too_few_texts_teach_no_student(classes_folder: Path, many: list[str]) -> None:
    with pytest.raises(InputError, match="99 different texts; give at least 100"):
        distil(load_model(classes_folder), [*many[:99], *many[:50], "", "  "])


def test_a_teacher_of_single_labels_teaches_a_model_of_single_labels(classes_folder: Path, easy: Any) -> None:
    texts = [f"{text}，{n}" for text in easy.texts for n in range(3)]
    model = distil(load_model(classes_folder), texts)
    teacher = load_model(classes_folder)
    assert isinstance(teacher, EncoderSingleLabel)
    assert model.about["distilled"]["taught_by"] == "tiny-bert"
    assert model.about["distilled"]["held_out"]["student"]["accuracy"] > 0.9
    agreed = np.array(model.predict(texts)) == np.array(teacher.predict(texts))  # type: ignore[union-attr]
    assert agreed.mean() > 0.95


# a pretrained encoder


@pytest.mark.skipif(not (E5 / "model.safetensors").is_file(), reason=f"no encoder lies in {E5}")
def test_a_pretrained_encoder_learns_from_sixty_notes(few_notes: Any, tmp_path: Path) -> None:
    model = encode_notes(few_notes, Run(str(E5), Settings(limit=64)))
    told = model.about["held_out"]
    assert model.about["base"] == "zh-e5-small"
    assert model.about["licence"]
    for figure in ("perception_macro_f1", "intent_macro_f1"):
        assert told["encoder"][figure] >= told["default"][figure] - 0.1
    save_model(model, tmp_path)
    [label] = Miner(load_model(tmp_path)).label(["客服态度很差，说话很凶"])  # type: ignore[arg-type]
    assert {perception.value: polarity for perception, polarity in label.perceptions.items()} == {
        "person": -1
    }


def test_the_shipped_notes_are_learned_beside_the_labelled_ones(
    base: Path, few_notes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = notes()[:300:3]
    monkeypatch.setattr("voctext.corpus.notes", lambda: shipped)

    model = encode_notes(few_notes, Run(str(base), replace(QUICK, epochs=1)), corpus=True)

    assert model.about["mode"] == "fine-tuned"  # few labels, but not few texts
    assert model.about["corpus"] == len(shipped)
    assert model.about["notes"] == len(few_notes)
