"""What a classifier is, and what it says of a note."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, runtime_checkable

from voctext.records import Clause, Finding, NoteLabel

Note = Sequence[Clause]
"""The clauses of one ticket, in reading order, of every voice."""


def notes_of(clauses: Sequence[Clause]) -> list[Note]:
    """Part *clauses* into notes: those of one ticket, which stand together."""
    return [list(note) for _, note in groupby(clauses, key=lambda clause: id(clause.ticket))]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a classifier says of one note: its label, what carries it, and what it would not decide."""

    label: NoteLabel
    findings: tuple[Finding, ...] = ()
    abstained: tuple[Clause, ...] = ()


@runtime_checkable
class Classifier(Protocol):
    """Anything that turns clauses into findings."""

    def classify(self, clauses: Sequence[Clause], /) -> Iterable[Finding]:
        """Yield the findings of *clauses*, in order; none is a fine answer."""
        ...


@runtime_checkable
class NoteClassifier(Classifier, Protocol):
    """
    A classifier that also answers for whole notes.

    A label is more than its findings: a bare question has an intent and no finding. A plain
    `Classifier` leaves that to the miner, which takes the label from the findings alone.
    """

    def judge(self, notes: Sequence[Note], /) -> list[Verdict]:
        """Give a verdict for each of *notes*."""
        ...

    def label(self, notes: Sequence[Note], /) -> list[NoteLabel]:
        """Give only the labels of *notes*, which costs less."""
        ...
