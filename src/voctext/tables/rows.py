"""What every reader hands on: a table, its raw rows, and the rows that could not be used."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class RawRow:
    """
    One row as its file holds it.

    *number* is what a person sees beside it: the row in Excel, the line in a text file, the record's
    place in Parquet or a JSON array, counted from 1. *fault* says why it cannot be read though it is
    there. *merged* gives the value of a vertically merged cell to the rows below its top, by column.
    *extra* holds named values beyond the table's own headers.
    """

    number: int
    cells: tuple[object, ...]
    fault: str = ""
    merged: Mapping[int, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """
    One table found in a file; *rows* reads it from the start, each time it is called.

    *headers* is set only where the format itself names its columns; *count* only where it is cheap.
    """

    path: Path
    rows: Callable[[], Iterator[RawRow]]
    name: str = ""
    headers: tuple[str, ...] | None = None
    encoding: str = ""
    delimiter: str = ""
    count: int | None = None


class Cell(NamedTuple):
    """
    A cell of a rejected row as text, and the field of a ticket that its column fills.

    *field* is "" where the column fills none, and None where the row could not be parted into its columns.
    """

    field: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that became no ticket: where it stands, why, and those of its cells that hold anything, whole."""

    file: str
    sheet: str
    row: int
    reason: str
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The cells joined, so that a person finds the row."""
        return " | ".join(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or sheet that was found but not read, and why."""

    path: Path
    name: str
    reason: str
