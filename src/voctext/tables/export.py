"""A bank's export: files and folders as they really look, read into tickets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from voctext.errors import InputError, choose_from
from voctext.records import Ticket
from voctext.tables.columns import check_wanted, find_column
from voctext.tables.formats import files_in, tables_in
from voctext.tables.layout import Layout, layout_of
from voctext.tables.rows import Rejection, Skipped, Table
from voctext.tables.tickets import Origin, Tally, tickets_of

_HEADERS_SHOWN = 30
_REPEATED = tuple(
    f"{tickets} an id that came before; all were kept" for tickets in ("ticket has", "tickets have")
)
_ROUNDED = tuple(
    f"{ids} shortened by a spreadsheet (1.23457E+17) and cannot be recovered; export that column as text"
    for ids in ("id was", "ids were")
)
_UNREAD = tuple(
    f"{times} as text in the ticket's other columns"
    for times in (
        "time could not be read for certain; it stays",
        "times could not be read for certain; they stay",
    )
)
"""What is told of a count, in the singular and the plural."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    One table of an export and how it is read.

    *columns* gives the header that fills each field of a ticket; *header_row* is None where there is no
    header row; *rows* counts the rows of the table, all kinds, where the format tells. *notes* says what
    was guessed by content.
    """

    path: Path
    name: str
    encoding: str
    delimiter: str
    header_row: int | None
    headers: tuple[str, ...]
    columns: Mapping[str, str]
    rows: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Opened:
    table: Table
    layout: Layout


def _ignore(rejection: Rejection) -> None:
    """Drop a rejected row; it stays counted."""


@dataclass(slots=True)
class Export:
    """
    The tables found in some files, ready to be read as often as wanted.

    *sheets* are read, *skipped* are not; *tally* counts the rows of the latest reading.
    """

    sheets: tuple[Sheet, ...]
    skipped: tuple[Skipped, ...]
    tally: Tally = field(default_factory=Tally)
    _opened: tuple[_Opened, ...] = field(default=(), repr=False)

    @classmethod
    def open(
        cls,
        *paths: str | Path,
        columns: Mapping[str, str] | None = None,
        sheet: str | None = None,
        encoding: str | None = None,
    ) -> Self:
        """
        Find the tables of *paths*, which are files or folders to search, and what their columns mean.

        *columns* names the header that fills a field of a ticket, or the column's place as "#3", and goes
        before any guess; *sheet* reads only the sheet of that name; *encoding* is for text files.

        Raises:
            InputError: a path, a name or a file cannot be used, or no table has a text column.
        """
        wanted = dict(columns or {})
        check_wanted(wanted)
        if not paths:
            raise InputError("no file was given; name at least one file or folder")
        if encoding is not None:
            _check_encoding(encoding)
        opened: list[_Opened] = []
        skipped: list[Skipped] = []
        for path, in_folder in files_in(paths):
            try:
                found, passed = _open_file(path, wanted=wanted, sheet=sheet, encoding=encoding)
            except _NoTicketsError as error:
                if not in_folder:
                    raise
                found, passed = [], [Skipped(path, "", error.reason)]
            opened += found
            skipped += passed
        if not opened:
            reasons = "; ".join(f"{entry.path}: {entry.reason}" for entry in skipped)
            raise InputError(f"no table with a text column was found ({reasons})")
        _check_found(wanted, opened)
        if sheet is not None and all(entry.table.name != sheet for entry in opened):
            raise InputError(f"sheet {sheet!r} was asked for, but none of the files is a workbook")
        return cls(tuple(map(_sheet, opened)), tuple(skipped), _opened=tuple(opened))

    def tickets(self, rejected: Callable[[Rejection], None] = _ignore) -> Iterator[Ticket]:
        """Yield the tickets of every table in order, handing the rows that are none to *rejected*."""
        tally = self.tally = Tally()
        for entry in self._opened:
            origin = self._origin(entry.table)
            for result in tickets_of(entry.table.rows(), entry.layout, origin, tally):
                if isinstance(result, Rejection):
                    rejected(result)
                else:
                    yield result
        tally.seen.clear()

    @property
    def rows_read(self) -> int:
        """Rows of the latest reading so far: tickets and rejections, without blank rows."""
        return self.tally.read

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know about the latest reading, each with its count."""
        tally = self.tally
        counts = (tally.repeated_ids, tally.rounded_ids, tally.unread_times)
        told = zip(counts, (_REPEATED, _ROUNDED, _UNREAD), strict=True)
        notes = tuple(
            f"{_place(sheet.path, sheet.name)}: {note}" for sheet in self.sheets for note in sheet.notes
        )
        return notes + tuple(f"{count} {forms[count != 1]}" for count, forms in told if count)

    def _origin(self, table: Table) -> Origin:
        beside = sum(sheet.path == table.path for sheet in self.sheets)
        prefix = f"{table.path.stem}-{table.name}" if beside > 1 else table.path.stem
        return Origin(table.path.name, prefix, table.name)


class _NoTicketsError(InputError):
    """A file that holds no table of tickets: passed over in a folder, an error where it was named."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason


def _open_file(
    path: Path, *, wanted: Mapping[str, str], sheet: str | None, encoding: str | None
) -> tuple[list[_Opened], list[Skipped]]:
    try:
        tables, skipped = tables_in(path, sheet=sheet, encoding=encoding)
    except OSError as error:
        message = (
            f"{path}: cannot be opened ({error.strerror}); close it in other programs and check its rights"
        )
        raise InputError(message) from error
    laid_out = [(table, layout_of(table, wanted=wanted)) for table in tables]
    found = [_Opened(table, layout) for table, layout in laid_out if layout and "text" in layout.columns]
    if any(entry.layout.has_named_text or "text" in wanted for entry in found):
        # beside a sheet that names its text, a sheet of explanations must not pass for tickets
        found = [entry for entry in found if entry.layout.has_named_text or "text" in wanted]
    kept = {id(entry.table) for entry in found}
    missed = [
        Skipped(path, table.name, _why_not(table, layout, wanted))
        for table, layout in laid_out
        if id(table) not in kept
    ]
    if not found:
        reasons = "; ".join(
            f"sheet {entry.name!r}: {entry.reason}" if entry.name else entry.reason
            for entry in [*skipped, *missed]
        )
        raise _NoTicketsError(path, reasons or "there is no table in it; an export has a header and rows")
    return found, [*skipped, *missed]


def _why_not(table: Table, layout: Layout | None, wanted: Mapping[str, str]) -> str:
    if layout is None:
        return (
            f"no row of it can be read as {table.encoding}; name its encoding"
            if table.encoding
            else "it is empty"
        )
    shown = ", ".join(layout.headers[:_HEADERS_SHOWN])
    if "text" in wanted:
        return f"no column {wanted['text']!r}; {choose_from(wanted['text'], layout.headers)}"
    return (
        f"no column holds the customers' words; headers are: {shown}; name the right one with --text-column"
    )


def _check_found(wanted: Mapping[str, str], opened: list[_Opened]) -> None:
    for name in wanted.values():
        if all(find_column(entry.layout.headers, name) is None for entry in opened):
            headers = [header for entry in opened for header in entry.layout.headers]
            raise InputError(f"{opened[0].table.path}: no column {name!r}; {choose_from(name, headers)}")


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError:
        known = ("utf-8", "utf-16", "gb18030", "big5", "cp950", "big5hkscs")
        raise InputError(f"encoding {encoding!r} is unknown; {choose_from(encoding, known)}") from None


def _sheet(entry: _Opened) -> Sheet:
    table, layout = entry.table, entry.layout
    return Sheet(
        path=table.path,
        name=table.name,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=layout.header_row,
        headers=layout.headers,
        columns={name: layout.headers[at] for name, at in layout.columns.items()},
        rows=table.count,
        notes=layout.notes,
    )


def _place(path: Path, name: str) -> str:
    return f"{path.name}[{name}]" if name else path.name
