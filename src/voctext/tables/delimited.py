"""Text files of rows: CSV and its relatives."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from voctext.tables.decode import Lines, encoding_of
from voctext.tables.headers import names_a_field
from voctext.tables.rows import RawRow, Table

_DELIMITERS = (",", "\t", ";", "|")
_NONE = "\x1f"
"""Stands for a file of one column: the unit separator does not occur in text."""
_SAMPLE_LINES = 400
_HEADER_WITHIN = 20
_CONSISTENT = 0.6
_LONGEST_CELL = 8_000_000
"""Characters; a longer cell is the rest of a file behind a quote that nobody closed."""
_LONE_RETURN = re.compile(r"\r(?!\n|\Z)")
_HIDDEN_RETURN = "\udfff"
"""Stands for a carriage return inside a line while csv looks at it: no decoder yields this character."""
_END = "\udffe"
"""Follows the last line, to see whether a quote is still open there."""
_SEPARATOR_HINT = re.compile(r'"?sep=(.)"?\s*')
"""The first line by which a file tells Excel its delimiter: sep=;"""


def delimited_table(path: Path, *, encoding: str | None = None) -> Table:
    """Find the encoding and the delimiter of *path*; its rows are read from disk as they are asked for."""
    encoding = encoding_of(path, encoding)
    delimiter = vote_delimiter(list(islice(Lines(path, encoding), _SAMPLE_LINES)))
    reader = _Reader(path, encoding, delimiter)
    return Table(path, reader.rows, encoding=encoding, delimiter="" if delimiter == _NONE else delimiter)


def vote_delimiter(lines: Iterable[str]) -> str:
    r"""
    Choose the delimiter that makes the most regular table of *lines*, headers known by name first.

    >>> vote_delimiter(["工单编号;诉求内容\n", "1;转账慢,很慢\n"])
    ';'
    """
    lines = list(lines)
    hint = _SEPARATOR_HINT.fullmatch(lines[0].lstrip("\ufeff")) if lines else None
    if hint:
        return hint[1]
    candidates = [*_DELIMITERS, _NONE]
    return max(candidates, key=lambda delimiter: _regularity(lines, delimiter))


def _regularity(lines: list[str], delimiter: str) -> tuple[int, float, float]:
    widths: list[int] = []
    hits = 0
    for row in _parsed(lines, delimiter):
        if not any(cell.strip() for cell in row):
            continue
        if len(widths) < _HEADER_WITHIN:
            hits = max(hits, sum(names_a_field(cell.strip()) for cell in row if cell))
        widths.append(len(row))
    width, times = Counter(widths).most_common(1)[0] if widths else (0, 0)
    share = times / len(widths) if widths else 0.0
    if delimiter == _NONE:
        return hits, _CONSISTENT, 1.0  # the one to beat
    return hits, share if width > 1 else 0.0, float(width)


def _parsed(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader((_hidden(line) for line in lines), delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue


def _hidden(line: str) -> str:
    return _LONE_RETURN.sub(_HIDDEN_RETURN, line) if "\r" in line else line


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows; after a quote that is never closed, start again on the line below it."""
        # the limit belongs to the whole process: raise it, never lower it
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
        start = 0
        while True:
            for row, is_unclosed in self._rows_after(start):
                yield row
                if is_unclosed:
                    start = row.number
                    break
            else:
                return

    def _rows_after(self, skipped: int) -> Iterator[tuple[RawRow, bool]]:
        lines = Lines(self.path, self.encoding)
        reader = csv.reader(_and_end(islice(lines, skipped, None)), delimiter=self.delimiter)
        before = skipped
        while True:
            trouble = ""
            try:
                cells = next(reader)
            except csv.Error as error:
                cells, trouble = [], str(error)
            if cells == [_END]:
                return
            if trouble or (cells and _END in cells[-1]):
                yield self._unclosed(before + 1, trouble), True
                return
            after = skipped + reader.line_num
            if before or not _SEPARATOR_HINT.fullmatch(self.delimiter.join(cells)):
                yield _row(before + 1, cells, _fault(lines, before, after)), False
            before = after

    def _unclosed(self, number: int, trouble: str) -> RawRow:
        line = next(islice(iter(Lines(self.path, self.encoding)), number - 1, None), "")
        what = trouble or "a quotation mark opens a cell and is never closed"
        reason = f'{what}; write a quotation mark inside a cell twice ("")'
        return RawRow(number, (line.rstrip("\r\n"),), fault=reason)


def _and_end(lines: Iterator[str]) -> Iterator[str]:
    yield from map(_hidden, lines)
    yield _END


def _row(number: int, cells: list[str], fault: str) -> RawRow:
    if any(_HIDDEN_RETURN in cell for cell in cells):
        cells = [cell.replace(_HIDDEN_RETURN, "\r") for cell in cells]
    return RawRow(number, tuple(cells), fault=fault)


def _fault(lines: Lines, before: int, after: int) -> str:
    if not lines.faults:
        return ""
    for number in range(before + 1, after + 1):
        if number in lines.faults:
            offset = lines.faults[number]
            return f"byte {offset} of the file is not {lines.encoding} text; export the file again as UTF-8"
    return ""
