"""Tickets from a data frame that an analyst already holds."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from voctext.errors import InputError
from voctext.records import Ticket
from voctext.tables.columns import check_wanted, find_column
from voctext.tables.layout import layout_of
from voctext.tables.rows import RawRow, Rejection, Table
from voctext.tables.tickets import Origin, Tally, tickets_of


def _ignore(rejection: Rejection) -> None:
    """Drop a rejected row."""


def tickets_from_frame(
    frame: Any, columns: Mapping[str, str] | None = None, *, rejected: Callable[[Rejection], None] = _ignore
) -> list[Ticket]:
    """
    Read the rows of *frame*: pandas, polars, pyarrow or anything else that narwhals knows, lazy ones too.

    *columns* names the column that fills a field of a ticket; the others are guessed by their names, as
    in a file. Rows that hold no text go to *rejected*; rows are counted from 1.

    Raises:
        InputError: *frame* is no frame, or has no text column.
    """
    import narwhals as nw

    wanted = dict(columns or {})
    check_wanted(wanted)
    try:
        native = nw.from_native(frame)
    except TypeError as error:
        message = f"{type(frame).__name__} is no data frame; pass one of pandas, polars or pyarrow"
        raise InputError(message) from error
    data = native.collect() if isinstance(native, nw.LazyFrame) else native
    headers = tuple(str(name) for name in data.columns)
    for name in wanted.values():
        if find_column(headers, name) is None:
            raise InputError(f"the frame has no column {name!r}; its columns are {', '.join(headers)}")

    def rows() -> Any:
        return (RawRow(number, tuple(cells)) for number, cells in enumerate(data.iter_rows(), start=1))

    layout = layout_of(Table(Path("frame"), rows, headers=headers), wanted=wanted)
    if layout is None or "text" not in layout.columns:
        message = f"no column of the frame holds the customers' words; its columns are {', '.join(headers)}"
        raise InputError(f'{message}; name the right one: columns={{"text": …}}')
    tickets: list[Ticket] = []
    for result in tickets_of(rows(), layout, Origin("frame", "row"), Tally()):
        if isinstance(result, Rejection):
            rejected(result)
        else:
            tickets.append(result)
    return tickets
