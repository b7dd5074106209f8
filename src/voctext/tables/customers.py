"""A table of how many customers each segment has."""

from pathlib import Path

from voctext.errors import InputError
from voctext.tables.cells import cell_text, is_blank
from voctext.tables.formats import tables_in


def read_customers(path: str | Path) -> dict[str, float]:
    """
    Read a table of two columns under a header: a segment, and its number of customers.

    Raises:
        InputError: There is no such file, or a row of it is not like that; the message names it.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"exposure {str(path)!r} is neither a number nor a file; give one of them")
    customers: dict[str, float] = {}
    for table in tables_in(path)[0]:
        rows = [row for row in table.rows() if not all(map(is_blank, row.cells))]
        for row in rows if table.headers else rows[1:]:
            segment, told = (*(cell_text(cell).strip() for cell in row.cells), "", "")[:2]
            where = f"{path}:{row.number}"
            if segment in customers:
                raise InputError(f"{where}: segment {segment!r} stands there twice; give each one row")
            try:
                customers[segment] = float(told.replace(",", ""))
            except ValueError as error:
                raise InputError(
                    f"{where}: {told!r} is no number of customers; a row is a segment and its customers"
                ) from error
    if not customers:
        raise InputError(f"{path}: no rows under the header; a row is a segment and its customers")
    return customers
