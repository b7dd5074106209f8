"""Never a worse model unnoticed: what lies in a folder is compared with what is to replace it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voctext.classify.model import NAMES, read_names
from voctext.errors import InputError, ModelError
from voctext.train.card import figures_of

WEIGHED = (("perception_macro_f1", "intent_macro_f1"), ("accuracy", "macro_f1"))
"""The figures whose mean decides, of notes and of classes."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model read what was held out, and how well altogether."""

    figures: Mapping[str, float]
    by_teacher: bool = False
    """Whether it was compared with an encoder that taught it, not with people."""

    @property
    def kind(self) -> frozenset[str]:
        """Which figures there are: notes and classes have others."""
        return frozenset(next((pair for pair in WEIGHED if set(pair) <= self.figures.keys()), ()))

    @property
    def quality(self) -> float:
        """Give the mean of the figures that decide."""
        return sum(self.figures[name] for name in self.kind) / len(self.kind)

    def told(self) -> str:
        """Say the figures in a line."""
        return ", ".join(f"{name.replace('_', ' ')} {self.figures[name]:.3f}" for name in sorted(self.kind))


def standing_of(about: Mapping[str, Any]) -> Standing:
    """Give the standing of a model by what it tells about itself."""
    return Standing(figures_of(about), by_teacher="distilled" in about)


def compare_with(folder: Path, new: Standing) -> str | None:
    """
    Compare *new* with the model that lies in *folder*.

    Both figures are of notes held out when each was trained; the files may have differed.

    Returns:
        Both figures and which won, in a sentence; None if no model lies there.

    Raises:
        InputError: The model that lies there was better, or is of another kind of labels, or tells no
            figures.
    """
    if not (folder / NAMES).is_file():
        return None
    try:
        old = standing_of(read_names(folder).get("about") or {})
    except ModelError as error:
        raise InputError(f"{error}; delete the folder, or say --replace") from error
    otherwise = "give another --out, or say --replace"
    if not old.kind or not new.kind:
        raise InputError(f"{folder}: a model lies there, and one of the two tells no figures; {otherwise}")
    if old.by_teacher != new.by_teacher:
        raise InputError(
            f"{folder}: of the model that lies there and the new one, one was compared with people and one "
            f"with its teacher; {otherwise}"
        )
    if old.kind != new.kind:
        raise InputError(f"{folder}: the model that lies there is of another kind of labels; {otherwise}")
    both = f"there: {old.told()}; new: {new.told()}"
    if old.quality > new.quality:
        raise InputError(f"{folder}: the model that lies there reads better ({both}); {otherwise}")
    return f"the new model reads as well or better ({both}) and replaces the one in {folder}"
