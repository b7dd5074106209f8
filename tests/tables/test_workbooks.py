"""Excel workbooks as banks export them. All texts are synthetic."""

# ruff: noqa: DTZ001 - exports give wall-clock times
from datetime import datetime
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
import xlwt  # type: ignore[import-untyped]
from openpyxl.styles import PatternFill  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

from voctext.errors import InputError
from voctext.records import Ticket
from voctext.tables import Export, Rejection


def workbook(path: Path, rows: list[list[object]]) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "明细"
    for row in rows:
        sheet.append(row)
    book.save(path)
    return book, sheet


def read(*paths: Path, **options: str) -> tuple[list[Ticket], list[Rejection], Export]:
    export = Export.open(*paths, **options)  # type: ignore[arg-type]
    rejections: list[Rejection] = []
    tickets = list(export.tickets(rejections.append))
    assert export.rows_read == len(tickets) + len(rejections)
    return tickets, rejections, export


def test_title_rows_and_empty_leading_columns_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows: list[list[object]] = [
        [None, None, None],
        [None, "客户投诉工单明细表"],
        [None],
        [None, "工单编号", "诉求内容", "渠道"],
        [None, "001", "慢", "电话"],
        [None, "002", "卡", None],
    ]
    workbook(path, rows)

    tickets, rejections, export = read(path)

    assert [(t.id, t.text, t.channel) for t in tickets] == [("001", "慢", "电话"), ("002", "卡", None)]
    assert rejections == []
    assert export.sheets[0].header_row == 4
    assert tickets[0].source == "a.xlsx[明细]:5"


def test_numbers_dates_and_long_identifiers_come_as_a_person_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(
        path,
        [
            ["工单编号", "客户号", "诉求内容", "受理时间", "办结时间", "满意度", "金额"],
            [123, "000123456789012345", "慢", datetime(2024, 3, 5, 14, 22, 10), 45356.5, 5, 1.5],
            [123456789012345678, 622202, "卡", "2024年3月5日 下午2:30", "3天前", None, None],
        ],
    )

    tickets, _, export = read(path)

    assert tickets[0].id == "123"
    assert tickets[0].customer == "000123456789012345"
    assert tickets[0].time == datetime(2024, 3, 5, 14, 22, 10)
    assert tickets[0].resolved == datetime(2024, 3, 5, 12, 0)
    assert tickets[0].satisfaction == "5"
    assert tickets[0].other == {"金额": "1.5"}
    assert tickets[1].time == datetime(2024, 3, 5, 14, 30)
    assert tickets[1].resolved is None
    assert tickets[1].other == {"办结时间": "3天前"}
    assert any("shortened" in warning for warning in export.warnings)


def test_a_merged_cell_counts_for_all_its_rows_but_never_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book, sheet = workbook(
        path,
        [
            ["客户号", "渠道", "诉求内容"],
            ["C1", "电话", "慢"],
            [None, None, "卡"],
            [None, None, None],
            ["C2", None, "好"],
            ["C3", None, None],
        ],
    )
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("C5:C6")
    book.save(path)

    tickets, rejections, export = read(path)

    assert [(t.customer, t.channel, t.text) for t in tickets] == [
        ("C1", "电话", "慢"),
        ("C1", "电话", "卡"),
        ("C2", None, "好"),
    ]
    assert export.tally.blank == 1
    assert [rejection.row for rejection in rejections] == [6]


def test_a_used_range_down_to_the_last_row_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book, sheet = workbook(path, [["编号", "诉求内容"], ["1", "慢"]])
    sheet.cell(1_048_576, 2).fill = PatternFill("solid", fgColor="FFFF00")
    book.save(path)

    tickets, rejections, _ = read(path)

    assert (len(tickets), len(rejections)) == (1, 0)


def test_a_value_in_the_last_row_is_read_over_a_million_blank_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book, sheet = workbook(path, [["编号", "诉求内容"], ["1", "慢"]])
    sheet.cell(1_048_576, 1).value = "共 1 条"
    book.save(path)

    tickets, rejections, export = read(path)

    assert len(tickets) == 1
    assert [(entry.row, entry.reason) for entry in rejections] == [(1_048_576, "footer")]
    assert export.tally.blank == 1_048_573


def test_every_sheet_with_a_text_column_is_read_and_the_others_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book, _ = workbook(path, [["诉求内容", "渠道"], ["慢", "电话"]])
    book.create_sheet("二月").append(["诉求内容", "渠道"])
    book["二月"].append(["卡", "柜台"])
    book.create_sheet("说明").append(["本表由系统自动生成，如有疑问请联系数据管理部门"])
    book.create_sheet("空")
    hidden = book.create_sheet("旧")
    hidden.append(["诉求内容"])
    hidden.append(["旧的"])
    hidden.sheet_state = "hidden"
    book.save(path)

    tickets, _, export = read(path)

    assert [ticket.id for ticket in tickets] == ["a-明细-2", "a-二月-2"]
    assert {skipped.name for skipped in export.skipped} == {"说明", "空", "旧"}
    assert [ticket.text for ticket in read(path, sheet="旧")[0]] == ["旧的"]
    with pytest.raises(InputError, match="did you mean 二月"):
        Export.open(path, sheet="二月份")


def test_duplicate_headers_and_unnamed_columns_get_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(
        path,
        [
            ["编号", "诉求内容", "备注", "备注", None],
            ["1", "慢", "甲", "乙", "丙"],
            ["2", "卡", "", "", "丁"],
        ],
    )

    tickets, _, export = read(path)

    assert export.sheets[0].headers == ("编号", "诉求内容", "备注", "备注 (2)", "#5")
    assert tickets[0].other == {"备注": "甲", "备注 (2)": "乙", "#5": "丙"}


def test_an_old_excel_file_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("明细")
    for column, header in enumerate(["工單編號", "來電內容", "進線時間"]):
        sheet.write(0, column, header)
    sheet.write(1, 0, 7)
    sheet.write(1, 1, "櫃檯等太久")
    sheet.write(1, 2, datetime(2024, 1, 1, 8), xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm"))
    book.save(str(tmp_path / "a.xls"))

    tickets, _, _ = read(tmp_path / "a.xls")

    assert (tickets[0].id, tickets[0].text, tickets[0].time) == ("7", "櫃檯等太久", datetime(2024, 1, 1, 8))


def test_a_damaged_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 this is no workbook")
    with pytest.raises(InputError, match="not a workbook that can be read"):
        Export.open(path)
    workbook(path, [["诉求内容"], ["慢"]])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="not a workbook that can be read"):
        Export.open(path)
