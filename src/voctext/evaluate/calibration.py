"""Whether a reader is right as often as it says: confidences in ten bins against the share that is right."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from voctext.evaluate.labelled import LabelledNote
from voctext.records import NoteLabel, Perception
from voctext.statistics.estimate import Estimate, wilson

ANSWERS = (*(perception.value for perception in Perception), "intent")
"""What a label answers, each with its confidence."""
BINS = 10

Answers = Sequence[tuple[float, bool]]
"""The confidence of an answer, and whether it is right."""


class Bin(NamedTuple):
    """Answers of like confidence: how many, their mean confidence, and the share right with its interval."""

    low: float
    high: float
    n: int
    confidence: float
    right: Estimate


def tells_confidence(labels: Iterable[NoteLabel]) -> bool:
    """Tell whether every label gives the confidence of every answer."""
    return all(set(ANSWERS) <= label.confidence.keys() for label in labels)


def note_answers(notes: Sequence[LabelledNote], labels: Sequence[NoteLabel]) -> dict[str, Answers]:
    """Give of each answer its confidence in each note, and whether it is right there: found or not found."""
    pairs = list(zip(notes, labels, strict=True))
    answers: dict[str, Answers] = {
        p.value: [
            (label.confidence[p], (p in note.perceptions) == (p in label.perceptions))
            for note, label in pairs
        ]
        for p in Perception
    }
    return {
        **answers,
        "intent": [(label.confidence["intent"], note.intent is label.intent) for note, label in pairs],
    }


def reliability(answers: Answers) -> list[Bin]:
    """
    Part *answers* into ten bins of confidence, those that hold any.

    >>> [only] = reliability([(0.75, True), (0.71, False)])
    >>> only.low, only.n, only.confidence, only.right.value
    (0.7, 2, 0.73, 0.5)
    """
    members: dict[int, list[tuple[float, bool]]] = {}
    for sure, right in answers:
        members.setdefault(max(0, min(int(sure * BINS), BINS - 1)), []).append((sure, right))
    return [
        Bin(
            number / BINS,
            (number + 1) / BINS,
            len(group),
            sum(sure for sure, _ in group) / len(group),
            wilson(sum(right for _, right in group), len(group)),
        )
        for number, group in sorted(members.items())
    ]


def calibration_error(answers: Answers) -> float:
    """
    Give the expected calibration error, in ten bins of confidence; 0 of no answers.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017), ICML, equation 3.

    >>> calibration_error([(0.9, True), (0.9, False)])
    0.4
    """
    gaps = [one.n * abs(one.confidence - one.right.value) for one in reliability(answers)]
    return round(sum(gaps) / len(answers), 4) if answers else 0.0
