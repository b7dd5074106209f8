"""Model folders of every kind that voctext trains: written, read and told apart."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from voctext.classify.combined import CombinedClassifier
from voctext.classify.model import NAMES, LinearModel, read_names
from voctext.classify.single_label import KIND as SINGLE
from voctext.classify.single_label import SingleLabelModel
from voctext.encoder.folder import KIND as ENCODER
from voctext.encoder.folder import LINEAR as LINEAR_OF_ENCODER
from voctext.encoder.folder import NEEDED, ONNX
from voctext.errors import InputError, ModelError
from voctext.taxonomy import Taxonomy
from voctext.train.card import card

if TYPE_CHECKING:
    from voctext.encoder.classifier import EncoderSingleLabel
    from voctext.train.encoder import TrainedEncoder

LINEAR = "linear"
CARD = "README.md"
OF_ENCODERS = (*NEEDED, ONNX)


def load_model(
    folder: str | Path, taxonomy: Taxonomy | None = None, *, min_confidence: float | None = None
) -> "CombinedClassifier | SingleLabelModel | EncoderSingleLabel":
    """
    Read the model in *folder*, of the kind that its JSON names; nothing in it is executed.

    *taxonomy* and *min_confidence* are a classifier's of notes; a model of single labels has no use for them.

    Returns:
        A classifier of notes, linear or with an encoder, or a model that gives one label to a text.

    Raises:
        ModelError: The folder is of an unknown kind, cut short or edited.
        MissingExtraError: It holds an encoder, and what runs one is not installed.
        InputError: *min_confidence* is not from 0.5 to below 1.
    """
    folder = Path(folder)
    kind = read_names(folder).get("kind", LINEAR)
    if kind == LINEAR:
        return CombinedClassifier(taxonomy, model=_linear(folder), min_confidence=min_confidence)
    if kind == SINGLE:
        return SingleLabelModel.load(folder)
    if kind == ENCODER:
        from voctext.encoder.folder import load_encoder

        return load_encoder(folder, taxonomy, min_confidence=min_confidence)
    known = f"{LINEAR}, {SINGLE}, {ENCODER}"
    raise ModelError(f"{folder}: a model of kind {kind!r}; known here: {known}; upgrade voctext")


def _linear(folder: Path) -> LinearModel:
    try:
        return LinearModel.load(folder)
    except (KeyError, TypeError) as error:
        raise ModelError(f"{folder}: lacks {error}; copy the whole folder again") from error


def check_folder(folder: Path) -> None:
    """
    Refuse to write where a model of another make lies, such as an encoder's base.

    Raises:
        InputError: One lies in *folder*.
    """
    foreign = [name for name in OF_ENCODERS if (folder / name).exists()]
    if foreign and not (folder / NAMES).is_file():
        raise InputError(
            f"{folder}: holds {foreign[0]} of a model that is not voctext's; give another folder"
        )


def save_model(
    model: "LinearModel | SingleLabelModel | TrainedEncoder",
    folder: str | Path,
    *,
    data: str = "labelled notes",
) -> None:
    """
    Write *model* into *folder*, with a model card that names *data* as what it was trained on.

    A model that lay there is replaced once the new one is written whole; other files stay.

    Raises:
        InputError: In *folder* lies a model of another make, such as an encoder's base.
    """
    folder = Path(folder)
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as scratch:
        new = Path(scratch)
        model.save(new)
        (new / CARD).write_text(card(model.about, data=data), encoding="utf-8")
        (folder / NAMES).unlink(missing_ok=True)
        for name in OF_ENCODERS:
            (folder / name).unlink(missing_ok=True)
        beside = folder / LINEAR_OF_ENCODER
        if beside.is_dir() and not any(beside.iterdir()):
            beside.rmdir()
        # the names go first and come last: a folder between two models is none
        written = [path for path in new.rglob("*") if path.is_file()]
        for path in sorted(written, key=lambda path: path == new / NAMES):
            place = folder / path.relative_to(new)
            place.parent.mkdir(exist_ok=True)
            path.replace(place)
