"""Notes held out: dealt into folds, and how well they are read."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import FIRST_INTENT, FIRST_POLARITY, INTENTS, PERCEPTIONS
from voctext.classify.model import POLARITIES
from voctext.errors import InputError, require
from voctext.evaluate import LabelledNote
from voctext.evaluate.bootstrap import intervals_of
from voctext.evaluate.counts import Counts, note_counts
from voctext.records import NoteLabel
from voctext.train.folds import deal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS, FEWEST = 5, 20
FIGURES = ("perception.macro_f1", "intent.macro_f1", "polarity.accuracy")
NEAR = 1000.0
"""Over the number of notes: what F1 a threshold must gain to lie 1 away from the default's."""
USUAL = 0.4
"""Where thresholds lie that give the greatest F1, if nothing is known: half of an F1 of 0.8."""


def check(notes: Sequence[LabelledNote], groups: Sequence[str] | None) -> None:
    """Raise InputError for too few *notes*, or not one of *groups* for each note."""
    if len(notes) < FEWEST:
        raise InputError(f"{len(notes)} labelled notes; give at least {FEWEST} to learn from")
    if groups is not None and len(groups) != len(notes):
        raise InputError(f"{len(groups)} groups and {len(notes)} notes; give one group for each note")


def one_thread() -> AbstractContextManager[object]:
    """Let linear algebra use one thread: many wait longer for each other than these small products take."""
    require("scipy.optimize", extra="train")  # brings a linear algebra of its own, to be limited too
    threads = require("threadpoolctl", extra="train")
    limits: AbstractContextManager[object] = threads.threadpool_limits(limits=1)
    return limits


def deal_notes(notes: Sequence[LabelledNote], groups: Sequence[str] | None, seed: int) -> "NDArray[np.int64]":
    """Give each note a fold: whole groups together, else intents evenly."""
    return deal([note.intent.value for note in notes], groups, folds=FOLDS, seed=seed)


def near_thresholds(
    chances: "NDArray[np.float32]", answers: "NDArray[np.int8]", usual: "NDArray[np.float32]"
) -> "NDArray[np.float32]":
    """Choose thresholds of great F1 on notes held out, over five neighbours, near the *usual* ones."""
    import numpy as np

    tried = np.arange(0.3, 0.61, 0.02)
    best = usual.copy()
    for i, near in enumerate(usual):
        f1 = np.array([_f1(answers[:, i] == 1, chances[:, i] >= one) for one in tried])
        smooth = np.convolve(np.pad(f1, 2, "edge"), np.ones(5) / 5, "valid")
        best[i] = tried[np.argmax(smooth - NEAR / len(answers) * np.abs(tried - near))]
    return best


def best_thresholds(chances: "NDArray[np.float32]", answers: "NDArray[np.int8]") -> "NDArray[np.float32]":
    """Choose thresholds of great F1 on notes held out, over five neighbours, near one half of their F1."""
    import numpy as np

    return near_thresholds(chances, answers, np.full(len(PERCEPTIONS), USUAL, dtype=np.float32))


def figures(
    chances: "NDArray[np.float32]",
    answers: "NDArray[np.int8]",
    thresholds: "NDArray[np.float32]",
    groups: Sequence[str] | None = None,
) -> dict[str, Any]:
    """
    Give perception and intent macro-F1, and the polarity's accuracy where a perception was found.

    Beside each stands its 95 % interval, `…_interval`, as `voctext.evaluate` draws it, of whole *groups*.
    """
    counts = _counts(chances, answers, thresholds)
    points, (intervals, _) = counts.points(), intervals_of(counts, groups)
    told: dict[str, Any] = {}
    for name in FIGURES:
        told[name.replace(".", "_")] = round(points[name], 4)
        told[f"{name.replace('.', '_')}_interval"] = intervals[name]
    return told


def quality(
    chances: "NDArray[np.float32]", answers: "NDArray[np.int8]", thresholds: "NDArray[np.float32]"
) -> float:
    """Give the mean of perception and intent macro-F1."""
    points = _counts(chances, answers, thresholds).points()
    return (points["perception.macro_f1"] + points["intent.macro_f1"]) / 2


def _counts(
    chances: "NDArray[np.float32]", answers: "NDArray[np.int8]", thresholds: "NDArray[np.float32]"
) -> Counts:
    import numpy as np

    half = np.full(len(PERCEPTIONS), 0.5)
    right = [LabelledNote("", label.perceptions, label.intent, {}) for label in _labels(answers, half)]
    return note_counts(right, _labels(chances, thresholds))


def _labels(chances: "NDArray[Any]", thresholds: "NDArray[Any]") -> list[NoteLabel]:
    """Decide by *chances*, shape (notes, OUTPUTS)."""
    found = chances[:, :FIRST_POLARITY] >= thresholds
    stances = chances[:, FIRST_POLARITY:FIRST_INTENT].reshape(len(chances), FIRST_POLARITY, -1).argmax(axis=2)
    intents = chances[:, FIRST_INTENT:].argmax(axis=1)
    return [
        NoteLabel(
            {p: POLARITIES[stance] for p, there, stance in zip(PERCEPTIONS, row, said, strict=True) if there},
            INTENTS[intent],
            {},
        )
        for row, said, intent in zip(found.tolist(), stances.tolist(), intents.tolist(), strict=True)
    ]


def _f1(true: "NDArray[np.bool_]", said: "NDArray[np.bool_]") -> float:
    return float(2 * (true & said).sum() / max(1, true.sum() + said.sum()))
