"""A table of how many customers each segment has."""

from math import isfinite
from pathlib import Path

from voctext.errors import InputError
from voctext.tables.cells import cell_text, is_blank
from voctext.tables.formats import tables_in
from voctext.tables.rows import RawRow
from voctext.tables.tickets import is_total


def read_customers(path: str | Path) -> dict[str, float]:
    """
    Read a table of two columns under a header: a segment, and its number of customers.

    A total at its foot is passed over.

    Raises:
        InputError: There is no such file, or it or a row of it is not like that; the message names the row.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{str(path)!r} is neither a number nor a file; give one of them")
    customers: dict[str, float] = {}
    for table in tables_in(path)[0]:
        rows = [row for row in table.rows() if row.fault or not all(map(is_blank, row.cells))]
        if rows and not table.headers:
            _check_header(f"{path}:{rows[0].number}", rows.pop(0))
        for row in rows:
            where = f"{path}:{row.number}"
            segment, number = _read(where, row)
            if is_total(segment):
                continue
            if segment in customers:
                raise InputError(f"{where}: segment {segment!r} stands there twice; give each one row")
            customers[segment] = number
    if not customers:
        raise InputError(f"{path}: no rows under the header; a row is a segment and its customers")
    return customers


def _check_header(where: str, row: RawRow) -> None:
    cells = [cell_text(cell).strip() for cell in row.cells]
    if len(cells) > 1 and number_of(cells[1]) is not None:
        raise InputError(f"{where}: the first row is no header; name the columns, such as segment,customers")


def _read(where: str, row: RawRow) -> tuple[str, float]:
    if row.fault:
        raise InputError(f"{where}: {row.fault}")
    segment, told = (*(cell_text(cell).strip() for cell in row.cells), "", "")[:2]
    number = number_of(told)
    if not segment:
        raise InputError(f"{where}: no segment; a row is a segment and its customers")
    if number is None or not (isfinite(number) and number > 0):
        raise InputError(
            f"{where}: {told!r} is no number of customers above 0; a row is a segment and its customers"
        )
    return segment, number


def number_of(told: str) -> float | None:
    """Read a number as written, with or without commas; None where it is none."""
    try:
        return float(told.replace(",", ""))
    except ValueError:
        return None
