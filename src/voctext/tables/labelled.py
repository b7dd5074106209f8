"""Tables that people fill in: the columns asked for, by name, in a header above all rows."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from voctext.errors import InputError
from voctext.tables.cells import cell_text, is_blank
from voctext.tables.formats import tables_in
from voctext.tables.rows import RawRow, Table


class LabelledTable(NamedTuple):
    """A table, its headers, and the number of the first row below them."""

    table: Table
    headers: tuple[str, ...]
    first: int

    @property
    def place(self) -> str:
        """The file, with the sheet of a workbook."""
        return f"{self.table.path}[{self.table.name}]" if self.table.name else str(self.table.path)

    def rows(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        """
        Yield where each row stands, and its cells; rows without anything in them are passed over.

        Raises:
            InputError: A row cannot be read.
        """
        for row in self.table.rows():
            where = f"{self.place}:{row.number}"
            if row.fault:
                raise InputError(f"{where}: {row.fault}")
            if row.number >= self.first and not all(map(is_blank, row.cells)):
                yield where, row.cells


def labelled_table(path: Path, columns: Sequence[str]) -> LabelledTable | None:
    """
    Give the first table in *path* that has all *columns*, else its first table, or None if it has no table.

    The header is the first row with anything in it, unless the format names the columns itself.

    Raises:
        InputError: Nothing that a table can be read from, or one of *columns* stands twice in the table.
    """
    tables = [_labelled(table) for table in tables_in(path)[0]]
    for table in tables:
        if set(columns) <= set(table.headers):
            for column in columns:
                if table.headers.count(column) > 1:
                    raise InputError(f"{table.place}: column {column!r} stands there twice; keep one of them")
            return table
    return tables[0] if tables else None


def _labelled(table: Table) -> LabelledTable:
    if table.headers is not None:
        return LabelledTable(table, table.headers, 0)
    row = next((row for row in table.rows() if not all(map(is_blank, row.cells))), RawRow(0, ()))
    return LabelledTable(table, tuple(cell_text(cell).strip() for cell in row.cells), row.number + 1)
