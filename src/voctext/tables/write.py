"""Result tables written for people and for programs: CSV, Excel and Parquet."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from voctext.errors import InputError, choose_from
from voctext.tables.aside import written_aside
from voctext.tables.cells import cell_text
from voctext.tables.write_parquet import write_parquet

__all__ = ["Format", "write_rows", "written_aside"]

Format = Literal["csv", "xlsx", "parquet"]
Rows = Iterable[Mapping[str, object]]

_LAST_ROW = 1_048_576
"""Rows of an Excel sheet; the table goes on in another sheet."""
_LONGEST_CELL = 32_767
"""UTF-16 units in an Excel cell."""
_LONGEST_NUMBER = 10**15
"""Whole numbers from here on lose digits in Excel."""
_CUT = "… [cut: {} characters]"
_WIDEST, _NARROWEST = 60, 12
_FORMULA = re.compile(r"[=@\t\r]|[+\-](?!\s*(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*%?\s*\Z)")
"""=HYPERLINK(…), @SUM, -1+cmd|… but not -3.5"""
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def write_rows(path: str | Path, rows: Rows, *, format: Format, columns: Sequence[str]) -> Path:  # noqa: A002
    """
    Write the *columns* of *rows* to *path* and return it; the file appears whole or not at all.

    Rows are written as they come. A key that is missing gives an empty cell, a key beyond *columns* is
    left out. Text stays text: nothing a customer wrote is run as a formula.

    CSV is UTF-8 with a byte order mark, for Excel. A text that Excel would take for a formula (it starts
    with =, @, a tab or a return, or with + or - and is no number) gets an apostrophe before it.
    In Excel files such texts are stored as strings unchanged, a text over 32,767 characters is cut and
    says so, and the table goes on in a second sheet where the first is full.

    Raises:
        InputError: *format* is unknown, *columns* repeat, or *path* cannot be written.
    """
    writers: dict[str, Callable[[Path, Rows, Sequence[str]], None]] = {
        "csv": _write_csv,
        "xlsx": _write_xlsx,
        "parquet": write_parquet,
    }
    if format not in writers:
        raise InputError(f"format {format!r} cannot be written; {choose_from(format, writers)}")
    if not columns or len(set(columns)) < len(columns):
        raise InputError(f"columns must be named, each once; got {list(columns)}")
    with written_aside(path) as aside:
        writers[format](aside, rows, columns)
    return Path(path)


def _write_csv(path: Path, rows: Rows, columns: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_guarded(column) for column in columns])
        for row in rows:
            writer.writerow([_csv_cell(row.get(column)) for column in columns])


def _csv_cell(value: object) -> object:
    return _guarded(value) if isinstance(value, str) else cell_text(value)


def _guarded(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", str(text))
    return f"'{text}" if _FORMULA.match(text) else text


def _write_xlsx(path: Path, rows: Rows, columns: Sequence[str]) -> None:
    from xlsxwriter import Workbook

    # row by row through a scratch folder beside the file: customers' words do not belong in a shared /tmp
    with TemporaryDirectory(dir=path.parent, prefix=".") as scratch:
        settings = {
            "constant_memory": True,
            "tmpdir": scratch,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "use_zip64": True,
        }
        workbook = Workbook(str(path), settings)
        try:
            sheets = _Sheets(workbook, columns)
            for row in rows:
                sheets.write([row.get(column) for column in columns])
            workbook.close()
        finally:
            for sheet in workbook.worksheets():
                # left open by an error, it would keep the scratch folder from being removed on Windows
                sheet.row_data_fh.close()


class _Sheets:
    """Writes rows below a header, in as many sheets as they need."""

    def __init__(self, workbook: Any, columns: Sequence[str]) -> None:
        self._workbook = workbook
        self._columns = columns
        self._bold = workbook.add_format({"bold": True})
        self._moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._start()

    def write(self, values: Sequence[object]) -> None:
        """Write one row."""
        if self._row >= _LAST_ROW:
            self._start()
        for column, value in enumerate(values):
            self._write_cell(column, value)
        self._row += 1

    def _start(self) -> None:
        self._sheet = self._workbook.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._columns):
            self._sheet.set_column(column, column, min(max(_NARROWEST, 2 * len(name) + 2), _WIDEST))
            self._sheet.write_string(0, column, _fitting(name), self._bold)
        self._row = 1

    def _write_cell(self, column: int, value: object) -> None:
        sheet, row = self._sheet, self._row
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float) and isfinite(value) and not _loses_digits(value):
            sheet.write_number(row, column, value)
        elif isinstance(value, datetime) and value.year >= 1900:  # noqa: PLR2004 - Excel's first year
            sheet.write_datetime(row, column, value.replace(tzinfo=None), self._moment)
        elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:  # noqa: PLR2004
            sheet.write_datetime(row, column, value, self._day)
        elif text := cell_text(value) if not isinstance(value, str) else str(value):
            sheet.write_string(row, column, _fitting(text))


def _loses_digits(value: float) -> bool:
    return isinstance(value, int) and abs(value) >= _LONGEST_NUMBER


def _fitting(text: str) -> str:
    """Cut *text* to what a cell holds, and take out what XML cannot say; control characters it can."""
    text = _NOT_XML.sub("\ufffd", text)
    if len(text) <= _LONGEST_CELL // 2 or len(text.encode("utf-16-le")) // 2 <= _LONGEST_CELL:
        return text
    note = _CUT.format(len(text))
    kept = text.encode("utf-16-le")[: 2 * (_LONGEST_CELL - len(note))]
    return kept.decode("utf-16-le", errors="ignore") + note
