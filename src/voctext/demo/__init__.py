"""
A synthetic bank export to try voctext on: notes written for the purpose, in a workbook as banks send them.

The workbook holds what makes real exports hard to read: titles above the header, a table that begins in
column B, identifiers of eighteen digits, times as dates and as text (民國 years among them), a sheet that
is no data, a footer, rows without text, and texts with markup, full-width letters and unseen characters.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from voctext.errors import InputError, choose_from
from voctext.tables.aside import made_folder, written_aside

if TYPE_CHECKING:
    from xlsxwriter import Workbook

__all__ = ["HEADERS", "note", "rows", "write_export"]

HEADERS = (
    "工单编号",
    "客户号",
    "受理时间",
    "受理渠道",
    "客群",
    "受理机构",
    "诉求内容",
    "工单状态",
    "办结时间",
    "满意度",
)
"""The columns of the export, in order."""

_FILE_NAME = "demo-export.xlsx"
_TITLES = (
    "远岚银行（虚构）客户诉求工单明细表",
    "统计期间：2026-01-01 至 2026-03-31　　数据说明：全部为合成数据，与任何个人、机构无关",
)
_NOTES = MappingProxyType(
    {
        "zh-Hans": "合成数据：全部为演示而编写，与任何个人、机构无关。",
        "zh-Hant": "合成資料：全部為示範而編寫，與任何個人、機構無關。",
        "en": "Synthetic data: all written for demonstration, about no person and no institution.",
    }
)
_GUIDE = (
    ("字段", "填写要求"),
    ("工单编号", "系统自动生成，18 位，请勿改为数值格式"),
    ("受理时间", "年-月-日 时:分:秒；台北、台中、高雄分行可填民国纪年"),
    ("诉求内容", "照录客户原话或坐席摘要，不得为空"),
    ("工单状态", "已办结、处理中、待回访、重新打开，四选一"),
    ("满意度", "1（很不满意）至 5（很满意），未评价留空"),
)
_CREATED = datetime(2026, 4, 1, 9, 0)  # noqa: DTZ001 - a fixed time: the same bytes whenever it is written
_FIRST_COLUMN, _HEADER_ROW = 1, 2
_WIDTHS = (21, 14, 20, 11, 11, 15, 80, 11, 20, 8)
_DATE_CELL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
"""A time in this form is a date cell in the workbook: 2026-01-05 09:12:33"""
_ESCAPE = re.compile(r"\\(n|0|u[0-9a-f]{4})")
r"""How the data file writes what an editor would not show: \n, \0, \u200b"""


def rows() -> list[dict[str, str]]:
    r"""
    Return the rows of the export as text, by header; those that hold no text are among them.

    Times stand as the data file writes them, in several shapes. Two texts hold what only some formats
    can carry: a NUL and other control characters.

    >>> sorted({row["客群"] for row in rows()})
    ['大众客户', '学生', '小微企业', '私人银行', '贵宾客户']
    """
    lines = files("voctext.demo").joinpath("notes.tsv").read_text(encoding="utf-8").split("\n")
    header, *table = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [dict(zip(header, map(_unescaped, cells), strict=True)) for cells in table]


def write_export(folder: Path) -> Path:
    """
    Write the export as ``demo-export.xlsx`` in *folder*, which is made if need be; give back its path.

    The bytes are the same each time for one version of XlsxWriter. NULs are left out: a workbook
    cannot hold them.

    Raises:
        InputError: *folder* cannot be made or written to, or the file is open in another program.
    """
    path = made_folder(folder) / _FILE_NAME
    with written_aside(path) as aside:
        _write(aside)
    return path


def note(lang: str) -> str:
    """
    Say in *lang* what a report on the export must say first: that the data are synthetic.

    Raises:
        InputError: *lang* is not zh-Hans, zh-Hant or en.
    """
    if lang not in _NOTES:
        raise InputError(f"no note in language {lang!r}; {choose_from(lang, _NOTES)}")
    return _NOTES[lang]


def _unescaped(cell: str) -> str:
    return _ESCAPE.sub(_character, cell)


def _character(escape: re.Match[str]) -> str:
    code = escape[1]
    return {"n": "\n", "0": "\0"}.get(code) or chr(int(code[1:], 16))


def _write(path: Path) -> None:
    from xlsxwriter import Workbook

    with Workbook(str(path)) as workbook:
        workbook.set_properties({"title": _TITLES[0], "comments": "SYNTHETIC", "created": _CREATED})
        _write_tickets(workbook, rows())
        _write_guide(workbook)


def _write_tickets(workbook: "Workbook", tickets: Sequence[dict[str, str]]) -> None:
    sheet = workbook.add_worksheet("工单明细")
    last = _FIRST_COLUMN + len(HEADERS) - 1
    title = workbook.add_format({"bold": True, "font_size": 14, "align": "center"})
    for number, text in enumerate(_TITLES):
        sheet.merge_range(number, _FIRST_COLUMN, number, last, text, title)
    head = workbook.add_format({"bold": True, "border": 1, "bg_color": "#D9E1F2"})
    sheet.write_row(_HEADER_ROW, _FIRST_COLUMN, HEADERS, head)
    plain = workbook.add_format({"text_wrap": True, "valign": "top"})
    dated = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"})
    for column, width in enumerate(_WIDTHS, start=_FIRST_COLUMN):
        sheet.set_column(column, column, width)
    sheet.set_column(0, 0, 2)
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    for number, ticket in enumerate(tickets, start=_HEADER_ROW + 1):
        for column, header in enumerate(HEADERS, start=_FIRST_COLUMN):
            cell = ticket[header].replace("\0", "")
            if header == "满意度" and cell:
                sheet.write_number(number, column, int(cell))
            elif _DATE_CELL.fullmatch(cell):
                sheet.write_datetime(number, column, datetime.fromisoformat(cell), dated)
            elif cell:
                sheet.write_string(number, column, cell, plain)
    sheet.write_string(_HEADER_ROW + 1 + len(tickets), _FIRST_COLUMN, f"合计：{len(tickets)} 条")


def _write_guide(workbook: "Workbook") -> None:
    sheet = workbook.add_worksheet("填写说明")
    sheet.set_column(0, 1, 40)
    for number, cells in enumerate(_GUIDE):
        sheet.write_row(number, 0, cells)
