"""
A model that gives a text one of several labels: numbers in safetensors, names in JSON, never code.

Columns are n-grams of characters, then words, each with its inverse document frequency; a row is two
parts of length one. Tensors, float32: idf (columns,), weights (columns, classes), intercepts (classes,).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from voctext.classify.columns import Columns, words_of
from voctext.classify.model import NAMES, NUMBERS, read_names, read_numbers
from voctext.errors import ModelError
from voctext.text import normalize_batch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FORMAT = 1
KIND = "single-label"
LISTS, TENSORS = ("classes", "grams", "words"), ("idf", "weights", "intercepts")


@dataclass(frozen=True, slots=True)
class SingleLabelModel:
    """The weights and what they are of."""

    classes: tuple[str, ...]
    grams: tuple[str, ...]
    words: tuple[str, ...]
    idf: "Floats"
    weights: "Floats"
    intercepts: "Floats"
    about: Mapping[str, Any]

    def predict_proba(self, texts: Sequence[str]) -> "Floats":
        """Give the probability of each class, shape (texts, classes)."""
        import numpy as np
        from scipy.special import softmax

        clean = normalized(texts)
        rows = Columns(self.grams, self.words, self.idf).matrix(clean, words_of(clean))
        scores = rows @ self.weights + self.intercepts
        return softmax(scores.astype(float), axis=1).astype(np.float32)  # type: ignore[no-any-return]

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Give the likeliest class of each text."""
        return [self.classes[i] for i in self.predict_proba(texts).argmax(axis=1)]

    def save(self, folder: Path) -> None:
        """Write the model into *folder*, which is made if it is not there."""
        from safetensors.numpy import save

        folder.mkdir(parents=True, exist_ok=True)
        numbers = save({name: getattr(self, name) for name in TENSORS})
        names: dict[str, Any] = {"format": FORMAT, "kind": KIND, "sha256": sha256(numbers).hexdigest()}
        names |= {"about": self.about, **{name: getattr(self, name) for name in LISTS}}
        (folder / NUMBERS).write_bytes(numbers)
        (folder / NAMES).write_text(json.dumps(names, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """
        Read a model folder; nothing in it is executed.

        Raises:
            ModelError: The folder is no model of this kind, of another format, cut short or edited.
        """
        names = read_names(folder)
        if names.get("kind") != KIND or names.get("format") != FORMAT:
            found = f"kind {names.get('kind')!r}, format {names.get('format')!r}"
            raise ModelError(
                f"{folder / NAMES}: {found}; here is read {KIND!r}, format {FORMAT}; train again or upgrade"
            )
        tensors = read_numbers(folder, names.get("sha256"))
        lists: dict[str, Any] = {name: _strings(names.get(name), name, folder) for name in LISTS}
        about = names.get("about")
        arrays: dict[str, Any] = {name: tensors.get(name) for name in TENSORS}
        model = cls(
            **lists,
            **arrays,
            about=about if isinstance(about, dict) else {},
        )
        model.check(folder)
        return model

    def check(self, folder: Path) -> None:
        """Raise ModelError unless names and numbers are of one size."""
        columns, classes = len(self.grams) + len(self.words), len(self.classes)
        right = {"idf": (columns,), "weights": (columns, classes), "intercepts": (classes,)}
        for name, shape in right.items():
            tensor = getattr(self, name)
            found = None if tensor is None else tensor.shape
            if found != shape:
                raise ModelError(f"{folder}: {name} has shape {found}, not {shape}; copy the folder again")


def _strings(value: object, name: str, folder: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ModelError(f"{folder / NAMES}: {name} is no list of strings; copy the whole folder again")
    return tuple(value)


def normalized(texts: Sequence[str]) -> list[str]:
    """Bring *texts* to one form: simplified, without noise, in lower case."""
    return [aligned.text.lower() for aligned in normalize_batch(texts)]
