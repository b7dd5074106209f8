"""HTML tables, which many systems save under the name of an Excel file."""

import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from voctext.tables.decode import Lines, encoding_of
from voctext.tables.rows import RawRow, Table

_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "cp950", "utf-8": "utf-8"}
_HEAD = 4096
_SPACES = re.compile(r"[ \t\r\n]+")
_MOST_SPANNED = 1000
"""What a browser allows a cell to span."""


def html_tables(path: Path, *, encoding: str | None = None) -> list[Table]:
    """Find the tables of the page *path*; each is called "table 1", "table 2" and so on."""
    encoding = encoding_of(path, encoding or _declared(path))
    lines = Lines(path, encoding)
    parser = _TableParser()
    for number, line in enumerate(lines, start=1):
        parser.feed(line)
        parser.fault = parser.fault or (
            f"byte {lines.faults[number]} of the file is not {encoding} text"
            if number in lines.faults
            else ""
        )
    parser.close()
    return [
        Table(path, partial(iter, rows), name=f"table {place}", encoding=encoding, count=len(rows))
        for place, rows in enumerate(parser.tables, start=1)
        if rows
    ]


def _declared(path: Path) -> str | None:
    with path.open("rb") as file:
        match = _DECLARED.search(file.read(_HEAD))
    return _CHINESE.get(match[1].decode("ascii").lower()) if match else None


class _TableParser(HTMLParser):
    """Collects the rows of each table; a cell spanning rows is given to the rows below as merged."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[RawRow]] = []
        self.fault = ""
        self._cells: list[str] | None = None
        self._text: list[str] | None = None
        self._span = (1, 1)
        self._from_above: dict[int, tuple[str, int]] = {}
        self._reaching_down: dict[int, tuple[str, int]] = {}
        self._merged: dict[int, object] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_row()
            self.tables.append([])
            self._from_above = {}
        elif tag == "tr":
            self._end_row()
            if not self.tables:
                self.tables.append([])
            self._cells, self._merged, self._reaching_down = [], {}, {}
        elif tag in {"td", "th"} and self._cells is not None:
            self._end_cell()
            self._text = []
            named = dict(attrs)
            self._span = (_count(named.get("rowspan")), _count(named.get("colspan")))
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "table"}:
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(_SPACES.sub(" ", data))

    def close(self) -> None:
        super().close()
        self._end_row()

    def _leave_room(self, cells: list[str]) -> None:
        """Step over the columns that cells from the rows above reach into."""
        while len(cells) in self._from_above:
            self._merged[len(cells)] = self._from_above[len(cells)][0]
            cells.append("")

    def _end_cell(self) -> None:
        if self._text is None or self._cells is None:
            return
        text = "\n".join(line.strip(" ") for line in "".join(self._text).split("\n")).strip("\n")
        rows, columns = self._span
        self._leave_room(self._cells)
        if rows > 1:
            self._reaching_down[len(self._cells)] = (text, rows)
        self._cells += [text, *[""] * (columns - 1)]
        self._text = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._cells is None:
            return
        self._leave_room(self._cells)
        table = self.tables[-1]
        table.append(RawRow(len(table) + 1, tuple(self._cells), fault=self.fault, merged=self._merged))
        spans = {**self._from_above, **self._reaching_down}
        self._from_above = {column: (text, rows - 1) for column, (text, rows) in spans.items() if rows > 1}
        self._cells, self.fault = None, ""


def _count(span: str | None) -> int:
    return min(int(span), _MOST_SPANNED) if span and span.isdigit() and int(span) else 1
