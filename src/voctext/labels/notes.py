"""The nouns of labelled files: a note with its labels, a labelled span, a file of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from voctext.errors import InputError
from voctext.labels.names import Marking, marking_of
from voctext.records import Intent, Perception

SHOWN: Final = 10
"""Problems told by an error; the rest are counted."""


class Shape(StrEnum):
    """What the labels of a file are about."""

    NOTES = "notes"
    SPANS = "spans"
    CLASSES = "classes"


class SpanLabel(NamedTuple):
    """
    A labelled stretch of a note: characters *start* up to *end* of the text as received, and its label.

    *name* is perception, polarity and topic as `voctext.labels.names.span_name` writes them
    ("product-1:app_crash"), or any name of a desk's own.
    """

    start: int
    end: int
    name: str

    @property
    def marking(self) -> Marking | None:
        """What the name says, None for a name of a desk's own."""
        return marking_of(self.name)


@dataclass(frozen=True, slots=True)
class LabelledText:
    """
    A note and what one person says it says.

    *perceptions* and *intent* are of the note as a whole, *label* is its one class where classes are a
    desk's own. *other* holds the file's other columns; *where* names file and row, and is no part of what
    makes two notes equal.
    """

    text: str
    perceptions: Mapping[Perception, int] = field(default_factory=dict)
    intent: Intent | None = None
    label: str | None = None
    spans: tuple[SpanLabel, ...] = ()
    id: str = ""
    customer: str = ""
    annotator: str = ""
    source: str = ""
    other: Mapping[str, str] = field(default_factory=dict)
    where: str = field(default="", compare=False)

    @property
    def stances(self) -> dict[Perception, int]:
        """
        The polarity of each perception: as said of the whole note, else as its spans have it.

        Spans of one perception that differ, or that name no polarity, make it 0: mixed.
        """
        by_spans: dict[Perception, set[int]] = {}
        for span in self.spans:
            if span.marking is not None:
                by_spans.setdefault(span.marking.perception, set()).add(span.marking.polarity or 0)
        said = {
            p: next(iter(by_spans[p])) if len(by_spans[p]) == 1 else 0 for p in Perception if p in by_spans
        }
        return {**said, **self.perceptions}


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """
    A file of labelled notes, read whole.

    *shape* is what its labels are about; *format* is how they are written; *columns* says which column
    was taken for what; *passed_over* tells what stands in the file and is no labelled note.
    """

    path: Path
    shape: Shape
    format: str
    notes: tuple[LabelledText, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.notes)

    def __iter__(self) -> Iterator[LabelledText]:
        return iter(self.notes)


def shape_of(notes: Sequence[LabelledText]) -> Shape:
    """Tell what the labels of *notes* are about."""
    if any(note.spans for note in notes):
        return Shape.SPANS
    if any(note.label is not None for note in notes) and not any(note.intent for note in notes):
        return Shape.CLASSES
    return Shape.NOTES


def refuse(path: Path, problems: Sequence[str]) -> None:
    """
    Raise InputError that tells *problems*, the first few whole, if there are any.

    Raises:
        InputError: There are.
    """
    if problems:
        more = [f"… and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise InputError("\n".join([*problems[:SHOWN], *more, f"{path}: {len(problems)} to mend"]))
