"""Which column of a table fills which field of a ticket, from its headers and a sample of its rows."""

import re
from collections.abc import Mapping, Sequence
from statistics import fmean

from voctext.errors import InputError, choose_from
from voctext.tables.cells import cell_text, is_blank, key_text
from voctext.tables.dates import read_time
from voctext.tables.headers import FIELDS, header_key, header_rank

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_POSITION = re.compile(r"#([1-9]\d*)")
_FREE_TEXT = 4.0
"""Han characters a cell on average, from which an unnamed column is taken for free text."""
_NEARLY_ALL, _NEARLY_NONE = 0.8, 0.05
_LONGEST_ID = 40

Sample = Sequence[Sequence[object]]


def column_of(sample: Sample, column: int) -> list[object]:
    """Return the filled cells of *column*."""
    return [row[column] for row in sample if column < len(row) and not is_blank(row[column])]


def choose_columns(
    headers: Sequence[str], sample: Sample, *, wanted: Mapping[str, str], named: bool
) -> tuple[dict[str, int], list[str]]:
    """
    Map fields to columns, and say in words what was not certain.

    *wanted* names the header of a field, or its place as "#3", and goes before any guess; a wanted
    header that this table does not have is left out. *named* is false where the table has no header.
    The text column is missing from the answer where none can be told.
    """
    columns = {field: at for field, name in wanted.items() if (at := find_column(headers, name)) is not None}
    notes: list[str] = []
    for field in FIELDS if named else ():
        if field in columns or (field == "text" and field in wanted):
            continue
        taken = set(columns.values())
        best = _best_named(field, headers, sample, taken)
        if best is not None:
            columns[field] = best
    if "text" not in columns and "text" not in wanted:
        _add_free_text(columns, notes, headers, sample, named=named)
    if "text" in columns and not named:
        _add_by_content(columns, notes, headers, sample)
    return columns, notes


def find_column(headers: Sequence[str], name: str) -> int | None:
    """Find the column that a person means by *name*: a header to the letter, in spirit, or "#3"."""
    if name in headers:
        return headers.index(name)
    position = _POSITION.fullmatch(name)
    if position:
        return int(position[1]) - 1 if int(position[1]) <= len(headers) else None
    keys = [header_key(header) for header in headers]
    return keys.index(header_key(name)) if header_key(name) in keys else None


def check_wanted(wanted: Mapping[str, str]) -> None:
    """
    Make sure that every key of *wanted* is a field.

    Raises:
        InputError: one is not, or two fields want the same column.
    """
    for field in wanted:
        if field not in FIELDS:
            raise InputError(f"columns: {field!r} is no field of a ticket; {choose_from(field, FIELDS)}")
    names = list(wanted.values())
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"columns: {name!r} is given for two fields; give each field its own column")


def _best_named(field: str, headers: Sequence[str], sample: Sample, taken: set[int]) -> int | None:
    ranked = [
        (rank, -_mean_length(sample, column), column)
        for column, header in enumerate(headers)
        if column not in taken and (rank := header_rank(field, header)) is not None
    ]
    if field == "text" and sample:
        # an export often carries an empty 备注 or 内容 beside the column that is used
        filled = [entry for entry in ranked if len(column_of(sample, entry[2])) > _NEARLY_NONE * len(sample)]
        ranked = filled or ranked
    return min(ranked)[2] if ranked else None


def _mean_length(sample: Sample, column: int) -> float:
    cells = column_of(sample, column)
    return fmean(len(cell_text(cell)) for cell in cells) if cells else 0.0


def _mean_han(sample: Sample, column: int) -> float:
    cells = [cell for cell in column_of(sample, column) if isinstance(cell, str)]
    return fmean(len(_HAN.findall(cell)) for cell in cells) if cells else 0.0


def _add_free_text(
    columns: dict[str, int], notes: list[str], headers: Sequence[str], sample: Sample, *, named: bool
) -> None:
    """Take the column with the longest Chinese text, if it is long enough to be someone's words."""
    free = [column for column in range(len(headers)) if column not in columns.values()]
    if not free:
        return
    best = max(free, key=lambda column: _mean_han(sample, column))
    if _mean_han(sample, best) >= _FREE_TEXT or (not named and len(headers) == 1):
        columns["text"] = best
        notes.append(
            f"no header is known for the text; took {headers[best]!r}, "
            "the column with the longest Chinese text"
        )


def _add_by_content(
    columns: dict[str, int], notes: list[str], headers: Sequence[str], sample: Sample
) -> None:
    """Tell the time and the identifier of a table without headers by what their cells look like."""
    for column in range(len(headers)):
        cells = column_of(sample, column)
        if column in columns.values() or not cells:
            continue
        if "time" not in columns and _looks_dated(cells):
            columns["time"] = column
        elif "id" not in columns and len(cells) == len(sample) and _looks_unique(cells):
            columns["id"] = column
    guessed = [f"{field} = {headers[columns[field]]}" for field in ("id", "time") if field in columns]
    if guessed:
        notes.append(f"no header row; by content {', '.join(guessed)}")


def _looks_dated(cells: Sequence[object]) -> bool:
    dated = sum(read_time(cell) is not None for cell in cells) >= _NEARLY_ALL * len(cells)
    bare = all(key_text(cell).isdigit() for cell in cells)
    return dated and not (bare and _looks_unique(cells))


def _looks_unique(cells: Sequence[object]) -> bool:
    texts = [key_text(cell) for cell in cells]
    plausible = all(
        len(text) <= _LONGEST_ID and any(map(str.isdigit, text)) and not _HAN.search(text) for text in texts
    )
    return plausible and len(set(texts)) == len(texts)
