"""Where a table's header stands, what its columns are, and where its tickets begin."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from voctext.tables.cells import cell_text, is_blank, key_text
from voctext.tables.columns import choose_columns, column_of, find_column
from voctext.tables.dates import DateStyle, read_time
from voctext.tables.headers import header_rank, names_a_field
from voctext.tables.rows import RawRow, Table

_SAMPLE_ROWS = 300
_HEADER_WITHIN = 20
"""Titles, print dates and filters stand above the header, but not more rows of them than this."""
_LONGEST_HEADER = 24
_MOSTLY, _OFTEN = 0.5, 0.2
_NUMBER = re.compile(r"[-+]?[\d.,]+%?")


@dataclass(frozen=True, slots=True)
class Layout:
    """
    How to read a table's rows.

    Columns count from *first*, the leftmost one in use. *header_row* is the row's number as a person
    sees it, None where the table has no header or its format names the columns itself.
    """

    headers: tuple[str, ...]
    header_cells: tuple[str, ...]
    header_row: int | None
    first: int
    columns: Mapping[str, int]
    styles: Mapping[str, DateStyle] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def has_named_text(self) -> bool:
        """Whether the text column goes by a name that is known, so that it was not guessed by content."""
        at = self.columns.get("text")
        return at is not None and header_rank("text", self.headers[at]) is not None


def layout_of(table: Table, *, wanted: Mapping[str, str]) -> Layout | None:
    """Study the first rows of *table*; None where it holds nothing at all."""
    rows = [
        row for row in islice(table.rows(), _SAMPLE_ROWS) if any(not is_blank(cell) for cell in row.cells)
    ]
    if table.headers is not None:
        names = tuple(unique_headers(table.headers))
        return _layout(
            names, None, 0, [row.cells for row in rows if not row.fault], wanted=wanted, named=True
        )
    good = [row for row in rows if not row.fault]
    if not good:
        return None
    at = _header_index(good, wanted)
    header = good[at] if at is not None else None
    body = [row.cells for row in (good if at is None else good[at + 1 :])]
    first = _first_column([header.cells] if header else [], body)
    cells = [cell_text(cell) for cell in header.cells[first:]] if header else []
    width = _width(cells, body, first)
    names = tuple(unique_headers([*cells[:width], *[""] * (width - len(cells))]))
    body = [row[first:] for row in body]
    number = header.number if header else None
    return _layout(names, number, first, body, wanted=wanted, named=header is not None, cells=tuple(cells))


def _layout(
    names: tuple[str, ...],
    number: int | None,
    first: int,
    body: Sequence[Sequence[object]],
    *,
    wanted: Mapping[str, str],
    named: bool,
    cells: tuple[str, ...] = (),
) -> Layout:
    columns, notes = choose_columns(names, body, wanted=wanted, named=named)
    styles: dict[str, DateStyle] = {
        field: DateStyle.of(names[columns[field]], column_of(body, columns[field]))
        for field in ("time", "resolved")
        if field in columns
    }
    return Layout(
        headers=names,
        header_cells=tuple(cell.strip() for cell in cells[: len(names)]),
        header_row=number,
        first=first,
        columns=columns,
        styles=styles,
        notes=tuple(notes),
    )


def unique_headers(headers: Sequence[str]) -> list[str]:
    """
    Give every column a name of its own.

    >>> unique_headers(["渠道", "", "渠道"])
    ['渠道', '#2', '渠道 (2)']
    """
    seen: set[str] = set()
    names: list[str] = []
    for place, header in enumerate(headers, start=1):
        bare = " ".join(header.split()) or f"#{place}"
        name, again = bare, 2
        while name in seen:
            name, again = f"{bare} ({again})", again + 1
        seen.add(name)
        names.append(name)
    return names


def _header_index(rows: Sequence[RawRow], wanted: Mapping[str, str]) -> int | None:
    """Find the row that names the columns: by names that are known or wanted, else by its looks."""
    candidates = range(min(_HEADER_WITHIN, len(rows)))
    hits = [_header_hits(rows, index, wanted) for index in candidates]
    best = max(hits)
    if best > 1 or (best and _could_be_header(rows, hits.index(best))):
        return hits.index(best)
    filled = [sum(not is_blank(cell) for cell in rows[index].cells) for index in candidates]
    full = next(index for index in candidates if filled[index] >= max(filled) - 1)
    if filled[full] < 2:  # noqa: PLR2004 - a table of one column has no looks to go by
        return None
    return full if _unlike_the_rest(rows, full) else None


def _header_hits(rows: Sequence[RawRow], index: int, wanted: Mapping[str, str]) -> int:
    """Count the names in a row; a word that comes again below, such as a channel, is a value and no name."""
    cells = rows[index].cells
    short = {
        column: cell.strip()
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and not is_blank(cell) and len(cell) <= _LONGEST_HEADER
    }
    texts = list(short.values())
    asked = sum(not name.startswith("#") and find_column(texts, name) is not None for name in wanted.values())
    known = [column for column, text in short.items() if names_a_field(text)]
    return 10 * asked + sum(not _comes_again(rows, index, column) for column in known)


def _comes_again(rows: Sequence[RawRow], index: int, column: int) -> bool:
    cells = rows[index].cells
    # a header that is repeated whole does not count against its words
    below = column_of([row.cells for row in rows[index + 1 :] if row.cells != cells], column)
    again = sum(cell == cells[column] for cell in below)
    return again > _OFTEN * len(below)


def _could_be_header(rows: Sequence[RawRow], index: int) -> bool:
    """Tell a header with one known name from a title or a ticket that happens to be such a word."""
    filled = [cell_text(cell) for cell in rows[index].cells if not is_blank(cell)]
    later = [sum(not is_blank(cell) for cell in row.cells) for row in rows[index + 1 :]]
    typical = Counter(later).most_common(1)[0][0] if later else len(filled)
    short = all(len(text.strip()) <= _LONGEST_HEADER and not _is_value(text) for text in filled)
    names_text = any(header_rank("text", text) is not None for text in filled)
    return short and len(filled) >= typical - 1 and (names_text or _unlike_the_rest(rows, index))


def _is_value(cell: object) -> bool:
    if not isinstance(cell, str):
        return True
    return bool(_NUMBER.fullmatch(key_text(cell))) or read_time(cell) is not None


def _unlike_the_rest(rows: Sequence[RawRow], index: int) -> bool:
    """Tell a header of unknown names from data: short words above numbers, dates or long texts."""
    cells, body = rows[index].cells, [row.cells for row in rows[index + 1 :]]
    texts = [cell_text(cell).strip() for cell in cells if not is_blank(cell)]
    wordy = all(len(text) <= _LONGEST_HEADER and not _is_value(text) for text in texts)
    if not body or not wordy or len(set(texts)) < len(texts):
        return False
    for column, cell in enumerate(cells):
        below = column_of(body, column)
        if is_blank(cell) or not below:
            continue
        values = sum(_is_value(value) for value in below) / len(below)
        mean = sum(len(cell_text(value)) for value in below) / len(below)
        if values > _MOSTLY or mean > 2 * max(6, len(cell_text(cell))):
            return True
    return False


def _first_column(header: Sequence[Sequence[object]], body: Sequence[Sequence[object]]) -> int:
    used = [
        next((column for column, cell in enumerate(row) if not is_blank(cell)), len(row))
        for row in [*header, *body]
        if any(not is_blank(cell) for cell in row)
    ]
    return min(used, default=0)


def _width(header: Sequence[str], body: Sequence[Sequence[object]], first: int) -> int:
    """Count the columns: those the header names, and those beyond that most rows fill."""
    named = max((column + 1 for column, cell in enumerate(header) if not is_blank(cell)), default=0)
    widths = [
        max((column + 1 for column, cell in enumerate(row[first:]) if not is_blank(cell)), default=0)
        for row in body
    ]
    if not named:
        return max(widths, default=0)
    beyond = [width for width in widths if width > named]
    return Counter(beyond).most_common(1)[0][0] if len(beyond) > _MOSTLY * len(widths) else named
