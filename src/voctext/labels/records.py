"""The rows of any file as mappings from header to value, with the rows that cannot be read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voctext.errors import InputError
from voctext.tables.cells import cell_text, is_blank
from voctext.tables.formats import tables_in
from voctext.tables.rows import RawRow, Table

GUARDED = re.compile(r"'+(?=[=@\t\r+\-])")
"""Apostrophes before what a spreadsheet would take for a formula; one was put there in writing."""


@dataclass(frozen=True, slots=True)
class Record:
    """A row: where it stands, its values by header, and why it cannot be read, if so."""

    where: str
    values: Mapping[str, object]
    fault: str = ""

    def must_be_read(self) -> None:
        """Raise InputError if the row cannot be read."""
        if self.fault:
            raise InputError(self.fault)

    def text(self, header: str | None) -> str:
        """Give the value under *header* as text, as received; "" where there is none."""
        value = self.values.get(header) if header is not None else None
        return value if isinstance(value, str) else cell_text(value)


@dataclass(frozen=True, slots=True)
class Records:
    """A table of a file; *blank* counts its rows without anything in them."""

    place: str
    format: str
    headers: tuple[str, ...]
    rows: tuple[Record, ...]
    blank: int


def records_in(path: Path) -> list[Records]:
    """
    Read all tables in *path*.

    The header is the first row with anything in it, unless the format names the columns itself.

    Raises:
        InputError: No such file, nothing that a table can be read from, or a column that stands twice.
    """
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; give labelled notes as .xlsx, .csv, .jsonl, .parquet or .bio"
        )
    return [_records(table) for table in tables_in(path)[0]]


def _records(table: Table) -> Records:
    place = f"{table.path}[{table.name}]" if table.name else str(table.path)
    rows = list(table.rows())
    headers = table.headers
    if headers is None:
        at = next((n for n, row in enumerate(rows) if not all(map(is_blank, row.cells))), len(rows))
        first = rows[at].cells if at < len(rows) else ()
        headers = tuple(cell_text(_opened(cell_text(cell).strip(), table)) for cell in first)
        rows = rows[at + 1 :]
    twice = next((header for header in headers if header and headers.count(header) > 1), None)
    if twice is not None:
        raise InputError(f"{place}: column {twice!r} stands there twice; keep one of them")
    filled = [row for row in rows if row.fault or row.extra or not all(map(is_blank, row.cells))]
    late = dict.fromkeys(key for row in filled for key in row.extra)
    records = tuple(_record(place, row, headers, table) for row in filled)
    return Records(place, _format(table), (*headers, *late), records, len(rows) - len(filled))


def _record(place: str, row: RawRow, headers: Sequence[str], table: Table) -> Record:
    fault = row.fault
    if not fault and not all(map(is_blank, row.cells[len(headers) :])):
        fault = (
            f"more cells than the {len(headers)} of the header; "
            "a text that holds the delimiter must stand in quotation marks"
        )
    values = {
        header or f"column {number}": _opened(cell, table)
        for number, (header, cell) in enumerate(zip(headers, row.cells, strict=False), start=1)
        if header or not is_blank(cell)
    }
    return Record(f"{place}:{row.number}", {**values, **row.extra}, fault)


def _opened(cell: object, table: Table) -> object:
    """Take back the apostrophe by which a CSV keeps a text from being run as a formula."""
    is_csv = bool(table.encoding) and table.headers is None
    return cell[1:] if is_csv and isinstance(cell, str) and GUARDED.match(cell) else cell


def _format(table: Table) -> str:
    if table.name or not (table.encoding or table.headers):
        return "workbook"
    if table.headers is None:
        return "CSV"
    return "JSON" if table.encoding else "Parquet"
