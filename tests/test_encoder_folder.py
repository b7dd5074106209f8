"""Folders of encoders: what is saved is what is read, and whatever was touched is refused. All synthetic."""

import json
import pickle
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="encoders need torch: pip install 'voctext[encoder]'")
pytest.importorskip("transformers", reason="encoders need transformers: pip install 'voctext[encoder]'")
pytest.importorskip("accelerate", reason="encoders need accelerate: pip install 'voctext[encoder]'")
pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

from voctext import InputError, ModelError
from voctext.classify.model import OUTPUTS
from voctext.classify.single_label import SingleLabelModel
from voctext.encoder import EncoderClassifier, EncoderSingleLabel, load_encoder
from voctext.train import load_model, save_model
from voctext.train.card import card, figures_of
from voctext.train.default import clauses_of
from voctext.train.single import SingleLabelClassifier
from voctext.train.standing import Standing, compare_with, standing_of

NAMES, NUMBERS = "model.json", "model.safetensors"
TEXTS = ["客服说话很凶", "慢", "年费太贵了，系统也太慢了，第三次了" * 9]


class Trap:
    """An object whose pickle makes a file when it is loaded."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.made,)


@pytest.fixture
def folder(notes_folder: Path, tmp_path: Path) -> Path:
    """Give a folder of notes that may be changed."""
    return copytree(notes_folder, tmp_path / "model")


@pytest.fixture
def single(classes_folder: Path, tmp_path: Path) -> Path:
    """Give a folder of classes that may be changed."""
    return copytree(classes_folder, tmp_path / "single")


def edit(folder: Path, **changed: object) -> None:
    path = folder / NAMES
    names = json.loads(path.read_text(encoding="utf-8"))
    names.update(changed)
    path.write_text(json.dumps(names), encoding="utf-8")


def sign(folder: Path, name: str) -> None:
    """Make what was done to a file look right."""
    files = json.loads((folder / NAMES).read_text(encoding="utf-8"))["files"]
    edit(folder, files=files | {name: sha256((folder / name).read_bytes()).hexdigest()})


def refused(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert str(folder) in str(caught.value)
    return str(caught.value)


def test_what_was_saved_gives_the_same_scores_when_it_is_read(
    taught_notes: Any, taught_classes: Any, notes_folder: Path, classes_folder: Path, tmp_path: Path
) -> None:
    for model, folder, kind in (
        (taught_notes, notes_folder, EncoderClassifier),
        (taught_classes, classes_folder, EncoderSingleLabel),
    ):
        read = load_model(folder)
        assert isinstance(read, kind)
        model.save(tmp_path / kind.__name__)
        again = load_model(tmp_path / kind.__name__)
        np.testing.assert_array_equal(read.encoder.scores(TEXTS), again.encoder.scores(TEXTS))
        state = read.encoder.runtime._part.__self__.state_dict()
        for name, tensor in model.network.state_dict().items():
            np.testing.assert_array_equal(tensor.numpy(), state[name].numpy(), err_msg=name)


def test_an_encoder_of_notes_keeps_its_blend_and_its_thresholds(
    taught_notes: Any, notes_folder: Path
) -> None:
    read = load_encoder(notes_folder)
    assert isinstance(read, EncoderClassifier)
    np.testing.assert_array_equal(read.blend, taught_notes.blend.weights)
    np.testing.assert_allclose(read._thresholds, taught_notes.blend.thresholds)
    assert read.chances([clauses_of(text) for text in TEXTS]).shape == (3, len(OUTPUTS))


def test_what_a_model_tells_of_itself_is_read_back(taught_classes: Any, classes_folder: Path) -> None:
    about = load_encoder(classes_folder).about
    assert about == json.loads(json.dumps(taught_classes.about))
    assert about["base"] == "tiny-bert"
    assert about["licence"] == "mit"


@pytest.mark.parametrize("name", [NUMBERS, "config.json", "tokenizer.json"])
@pytest.mark.parametrize("harm", ["cut", "edited", "gone"])
def test_a_folder_with_a_file_that_was_touched_is_refused(folder: Path, name: str, harm: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(
            whole[: len(whole) // 2] if harm == "cut" else whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:]
        )
    assert name in refused(folder)


def test_an_onnx_file_that_was_touched_is_refused(onnx_folder: Callable[[str], Path], tmp_path: Path) -> None:
    folder = copytree(onnx_folder("int8"), tmp_path / "model")
    load_model(folder)
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert "model.onnx" in refused(folder)
    path.unlink()
    assert "model.onnx is missing" in refused(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kind": "encoder"}', '"encoder"'])
def test_names_that_are_cut_short_are_refused(folder: Path, text: str) -> None:
    (folder / NAMES).write_text(text, encoding="utf-8")
    assert NAMES in refused(folder)


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"outputs": [*OUTPUTS[:-1], "threat"]},
        {"outputs": list(OUTPUTS[:-1])},
        {"outputs": "product"},
        {"reads": "poems"},
        {"limit": "256"},
        {"pad": None},
        {"about": []},
        {"files": []},
        {"files": {}},
    ],
    ids=str,
)
def test_names_that_say_something_unknown_are_refused(folder: Path, changed: dict[str, object]) -> None:
    edit(folder, **changed)
    assert NAMES in refused(folder)


@pytest.mark.parametrize("kind", ["forest", None, 7])
def test_a_model_of_an_unknown_kind_is_refused(folder: Path, kind: object) -> None:
    edit(folder, kind=kind)
    assert "encoder" in refused(folder)
    with pytest.raises(ModelError, match=f"kind {kind!r}"):
        load_encoder(folder)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "sub/file", "..", "."])
def test_a_file_outside_of_the_folder_is_never_read(folder: Path, name: str) -> None:
    outside = folder.parent / "outside"
    outside.write_bytes(b"anything")
    (folder / "sub").mkdir()
    (folder / "sub" / "file").write_bytes(b"anything")
    files = json.loads((folder / NAMES).read_text(encoding="utf-8"))["files"]
    edit(folder, files=files | {name: sha256(b"anything").hexdigest()})
    assert name in refused(folder)


def test_a_pickle_that_lies_in_the_folder_is_never_opened(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    for name in ("pytorch_model.bin", "model.pkl", "optimizer.pt"):
        (folder / name).write_bytes(pickle.dumps(Trap(made)))
    (folder / "modeling.py").write_text(f"open({str(made)!r}, 'w')\n", encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoConfig": "modeling.Config", "AutoModel": "modeling.Model"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    sign(folder, "config.json")

    assert isinstance(load_model(folder), EncoderClassifier)
    assert not made.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"hidden_size": 64},
        {"num_hidden_layers": 3},
        {"num_attention_heads": 5},
        {"vocab_size": 7},
        {"model_type": "own"},
        {"hidden_size": "wide"},
    ],
    ids=str,
)
def test_a_configuration_that_does_not_fit_the_numbers_is_refused(
    folder: Path, changed: dict[str, object]
) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | changed), encoding="utf-8")
    sign(folder, "config.json")
    assert "config.json do not fit" in refused(folder)


@pytest.mark.parametrize("name", [NUMBERS, "config.json", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'"x"'])
def test_a_broken_file_with_the_right_checksum_is_refused_too(
    folder: Path, name: str, content: bytes
) -> None:
    (folder / name).write_bytes(content)
    sign(folder, name)
    refused(folder)


def test_an_encoder_of_classes_cannot_be_told_to_read_notes(single: Path) -> None:
    edit(single, reads="notes", outputs=list(OUTPUTS))
    refused(single)


def test_a_configuration_names_neither_code_nor_a_place_on_a_disk(notes_folder: Path, base: Path) -> None:
    for name in (NAMES, "config.json", "README.md"):
        text = (notes_folder / name).read_text(encoding="utf-8")
        assert "auto_map" not in text
        assert str(base) not in text
        assert str(base.parent) not in text
        assert "_name_or_path" not in text


def test_saving_again_takes_the_old_onnx_file_away(
    onnx_folder: Callable[[str], Path], taught_classes: Any, taught_notes: Any, tmp_path: Path
) -> None:
    for name, model in (("classes", taught_classes), ("notes", taught_notes)):
        by_itself = copytree(onnx_folder("int8"), tmp_path / name)
        model.save(by_itself)
        with_card = copytree(onnx_folder("int8"), tmp_path / f"{name} with a card")
        save_model(model, with_card)
        for folder in (by_itself, with_card):
            assert not (folder / "model.onnx").exists()
            load_model(folder)


def test_a_linear_model_takes_the_place_of_an_encoder_whole(folder: Path, single: Path, easy: Any) -> None:
    model = SingleLabelClassifier().fit(easy.texts, easy.labels).model_
    for old in (folder, single):
        save_model(model, old)
        assert sorted(path.name for path in old.iterdir()) == ["README.md", NAMES, NUMBERS]
        assert isinstance(load_model(old), SingleLabelModel)


# the card


def test_the_card_tells_base_licence_mode_and_figures(notes_folder: Path, classes_folder: Path) -> None:
    told = (notes_folder / "README.md").read_text(encoding="utf-8")
    assert "Trained on: notes.csv." in told
    assert "Base: tiny-bert, licence mit; frozen features." in told
    assert "| | default | linear | encoder |" in told
    assert "torch " in told
    assert "60 labelled texts; held out: each label dealt evenly; seed 0." in told
    about = load_model(notes_folder).about  # type: ignore[union-attr]
    for figure in figures_of(about).values():
        assert f"{figure:.3f}" in told
    classes = (classes_folder / "README.md").read_text(encoding="utf-8")
    assert "| | linear | encoder |" in classes
    assert "| accuracy | 1.000 (0.9" in classes


def test_the_card_says_what_is_not_known_and_what_was_stopped(taught_classes: Any) -> None:
    about = taught_classes.about | {
        "licence": None,
        "stopped": True,
        "mode": "fine-tuned",
        "corpus": 7,
        "groups": 9,
    }
    told = card(about, data="x.csv")
    assert "licence not told by its folder; fine-tuned" in told
    assert "stopped by hand" in told
    assert "7 synthetic notes" in told
    assert "9 groups, each held out whole" in told


# what may be overwritten


def with_figures(folder: Path, **figures: float) -> Path:
    about = json.loads((folder / NAMES).read_text(encoding="utf-8"))["about"]
    edit(folder, about=about | {"held_out": {"encoder": about["held_out"]["encoder"] | figures}})
    return folder


def test_a_better_model_is_not_overwritten_and_both_figures_are_told(single: Path) -> None:
    with_figures(single, accuracy=0.9, macro_f1=0.8)
    with pytest.raises(InputError) as caught:
        compare_with(single, Standing({"accuracy": 0.85, "macro_f1": 0.83}))
    for figure in ("0.900", "0.800", "0.850", "0.830", "--replace"):
        assert figure in str(caught.value)


def test_an_equal_or_better_model_replaces(single: Path) -> None:
    with_figures(single, accuracy=0.9, macro_f1=0.8)
    for accuracy in (0.9, 0.95):
        told = compare_with(single, Standing({"accuracy": accuracy, "macro_f1": 0.8}))
        assert told is not None
        assert f"accuracy {accuracy:.3f}" in told


def test_a_model_of_other_labels_is_not_overwritten(notes_folder: Path, taught_classes: Any) -> None:
    with pytest.raises(InputError, match="another kind of labels"):
        compare_with(notes_folder, standing_of(taught_classes.about))


def test_a_model_without_figures_is_not_overwritten(single: Path, taught_classes: Any) -> None:
    edit(single, about={})
    with pytest.raises(InputError, match="tells no figures"):
        compare_with(single, standing_of(taught_classes.about))
    (single / NAMES).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="--replace"):
        compare_with(single, standing_of(taught_classes.about))


def test_a_folder_without_a_model_is_just_written(tmp_path: Path, taught_classes: Any) -> None:
    assert compare_with(tmp_path, standing_of(taught_classes.about)) is None
    assert compare_with(tmp_path / "not there", standing_of(taught_classes.about)) is None


def test_figures_are_the_new_models_own_whichever_way_it_learned() -> None:
    own, old = {"intent_macro_f1": 0.8, "intent_macro_f1_interval": [0.7, 0.9]}, {"intent_macro_f1": 0.7}
    for name in ("adapted", "scratch", "student", "encoder"):
        held_out = {"default": old, name: own}
        assert figures_of({"held_out": held_out}) == {"intent_macro_f1": 0.8}
        way = {"student": "distilled"}.get(name, name)
        if way != "encoder":
            assert figures_of({"notes": 1, way: {"held_out": held_out}}) == {"intent_macro_f1": 0.8}
    both = {"adapted": {"held_out": {"adapted": old}}, "distilled": {"held_out": {"student": own}}}
    assert figures_of(both) == {"intent_macro_f1": 0.8}
    assert figures_of({}) == {}
    assert figures_of({"held_out": {"accuracy": 0.5, "n": 7}}) == {"accuracy": 0.5}


def test_a_folder_of_another_make_is_not_written_into(base: Path, taught_notes: Any, tmp_path: Path) -> None:
    foreign = tmp_path / "bert"
    foreign.mkdir()
    for path in base.iterdir():
        (foreign / path.name).write_bytes(path.read_bytes())
    before = {path.name: path.read_bytes() for path in foreign.iterdir()}

    with pytest.raises(InputError, match="not voctext's"):
        save_model(taught_notes, foreign)

    assert {path.name: path.read_bytes() for path in foreign.iterdir()} == before
