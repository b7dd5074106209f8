"""Labelled notes: what people said of a note, read from a file and checked row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from voctext.errors import InputError, choose_from
from voctext.records import Intent, Perception, Ticket
from voctext.tables.cells import cell_text, is_blank, key_text
from voctext.tables.headers import header_key, header_rank
from voctext.tables.labelled import LabelledTable, labelled_table

COLUMNS = ("text", *(perception.value for perception in Perception), "intent")
"""What a file of labelled notes must hold."""
POLARITIES = MappingProxyType({"": None, "-1": -1, "0": 0, "1": 1, "+1": 1, "-1.0": -1, "0.0": 0, "1.0": 1})

_CUSTOMER = "客户"  # names a customer beside labels; in an export it may be any column about one


@dataclass(frozen=True, slots=True)
class LabelledNote:
    """
    A note and what a person says it says; *about* holds the file's other columns.

    *row* is where it stands in its file, as a person counts rows, and no part of what makes two notes equal.
    """

    text: str
    perceptions: Mapping[Perception, int]
    intent: Intent
    about: Mapping[str, str]
    row: int | None = field(default=None, compare=False)


def read_labelled(path: str | Path) -> list[LabelledNote]:
    """
    Read labelled notes from a file of any kind and encoding that exports come in.

    Columns: text; product, rule and person (−1, 0, 1, or empty: not marked); intent. Others are kept.
    Of a workbook, the first sheet with these columns is read. Rows without anything in them are passed over.

    Raises:
        InputError: The file or a row of it is not like that; the message names row and column.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a CSV file with columns {', '.join(COLUMNS)}")
    if not path.stat().st_size:
        raise InputError(
            f"{path}: the file is empty, so it has no column 'text'; its columns must be {', '.join(COLUMNS)}"
        )
    table = _labelled_table(path)
    notes = [_labelled(where, cells, table.headers) for where, cells in table.rows()]
    if not notes:
        raise InputError(f"{path}: no rows under the header; give at least one labelled note")
    return notes


def customers_of(notes: Sequence[LabelledNote]) -> list[str]:
    """
    Give the customer of each note, "" where the file does not tell.

    >>> note = LabelledNote("登录不了", {}, Intent.OTHER, {"客户号": " 0017 "})
    >>> customers_of([note])
    ['0017']
    """
    headers = dict.fromkeys(header for note in notes for header in note.about)
    header = customer_header(headers)
    return [key_text(note.about.get(header, "")) if header else "" for note in notes]


def tickets_of(notes: Sequence[LabelledNote]) -> list[Ticket]:
    """
    Give *notes* as tickets to read, each with its channel where the file tells.

    >>> note = LabelledNote("登录不了", {}, Intent.OTHER, {"受理渠道": "热线"})
    >>> [ticket] = tickets_of([note])
    >>> ticket.text, ticket.channel
    ('登录不了', '热线')
    """
    header = _header("channel", dict.fromkeys(header for note in notes for header in note.about))
    return [Ticket("", note.text, channel=note.about.get(header or "", "").strip() or None) for note in notes]


def customer_header(headers: Mapping[str, None]) -> str | None:
    """Find the column of the customer among *headers*, None if no name says so."""
    plain = [header for header in headers if header_key(header) == _CUSTOMER]
    return _header("customer", headers) or next(iter(plain), None)


def _header(field: str, headers: Mapping[str, None]) -> str | None:
    """Find the column of a ticket's *field* among *headers*."""
    ranked = [(rank, header) for header in headers if (rank := header_rank(field, header)) is not None]
    return min(ranked)[1] if ranked else None


def _labelled_table(path: Path) -> LabelledTable:
    table = labelled_table(path, COLUMNS)
    if table is None:
        raise InputError(f"{path}: there is no table in it; its columns must be {', '.join(COLUMNS)}")
    missing = next((column for column in COLUMNS if column not in table.headers), None)
    if missing is None:
        return table
    headers = [header for header in table.headers if header]
    known = choose_from(missing, headers) if headers else "the file names no columns"
    raise InputError(f"{path}: no column {missing!r}; {known}")


def _labelled(where: str, row: Sequence[object], headers: Sequence[str]) -> LabelledNote:
    if not all(map(is_blank, row[len(headers) :])):
        raise InputError(
            f"{where}: more cells than the {len(headers)} of the header; "
            "a text that holds the delimiter must stand in quotation marks"
        )
    cells = dict(zip(headers, map(cell_text, row), strict=False))
    if "text" not in cells:
        raise InputError(f"{where}: the row ends before its text; give it all columns of the header")
    perceptions = {}
    for perception in Perception:
        value = cells.get(perception, "").strip()
        if value not in POLARITIES:
            raise InputError(f"{where}: {perception} is {value!r}; known: -1, 0, 1, or empty for not marked")
        polarity = POLARITIES[value]
        if polarity is not None:
            perceptions[perception] = polarity
    intent = cells.get("intent", "").strip()
    if intent not in set(Intent):
        raise InputError(f"{where}: intent is {intent!r}; {choose_from(intent, Intent)}")
    about = {header: text for header, text in cells.items() if header not in COLUMNS}
    return LabelledNote(cells["text"], perceptions, Intent(intent), about, row_of(where))


def row_of(where: str) -> int | None:
    """
    Give the number of a row from the place that names it.

    >>> row_of("gold.xlsx[Sheet1]:17"), row_of("task 8")
    (17, None)
    """
    _, colon, number = where.rpartition(":")
    return int(number) if colon and number.isdecimal() else None
