"""The synthetic export: that it holds what it promises, and that it is read back whole."""

import re
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from opencc import OpenCC

from voctext.demo import HEADERS, rows, write_export
from voctext.errors import InputError
from voctext.mask import Pii, find_pii
from voctext.tables import Export, Rejection
from voctext.tables.dates import DateStyle, read_time

DIRT = {
    "full-width letters": "ＡＰＰ",
    "full-width digits": "[０-９]{11}",
    "ideographic spaces": "　",
    "zero-width spaces": "\u200b",
    "NUL": "\0",
    "control characters": "\u0007",
    "line breaks": "\n",
    "entities": "&nbsp;",
    "escaped tags": "&lt;",
    "line break tags": "<br/>",
    "paragraph tags": "</p>",
    "repeated marks": "！{5}",
    "repeated ASCII marks": r"\?{3}|!{5}",
    "pinyin after 統": r"系統\(tǒng\)",
    "pinyin after 話": r"電話\(huà\)",
    "question marks for lost characters": r"[\u4e00-\u9fff]\?{3}[\u4e00-\u9fff]",
    "replacement characters": "\ufffd",
    "snapshots": r"\[snapshot\].+?\[/snapshot\]",
    "pictures": r"\[图片\]",
    "WeChat smileys": "/::\\)",
    "unsupported messages": "【收到不支持的消息类型",
    "quoting left over from CSV": '"""|"",""',
    "transcripts": "客户：.+坐席：",
    "Excel errors": r"\A#NAME\?\Z",
}
SENTENCE_END = re.compile(r"[。！!？?\n]|<br/>|</?p>")
STYLE = DateStyle(roc=True)


def texts() -> list[str]:
    return [row["诉求内容"] for row in rows()]


def test_there_are_as_many_rows_and_customers_as_promised() -> None:
    table = rows()
    contacts = Counter(row["客户号"] for row in table)

    assert 330 <= len(table) <= 350
    assert 200 <= len(contacts) <= 220
    assert set(contacts.values()) == {1, 2, 3, 4, 5}
    assert all(tuple(row) == HEADERS for row in table)


def test_identifiers_are_eighteen_digits_and_unlike() -> None:
    identifiers = [row["工单编号"] for row in rows()]

    assert len(set(identifiers)) == len(identifiers)
    assert all(re.fullmatch(r"\d{18}", identifier) for identifier in identifiers)


def test_columns_hold_only_their_own_values() -> None:
    columns = {header: {row[header] for row in rows()} for header in HEADERS}

    assert columns["受理渠道"] == {"电话银行", "手机银行", "网点", "微信", "来信", "在线客服"}
    assert columns["客群"] == {"大众客户", "贵宾客户", "私人银行", "小微企业", "学生"}
    assert columns["工单状态"] == {"已办结", "处理中", "待回访", "重新打开"}
    assert columns["满意度"] == {"", "1", "2", "3", "4", "5"}


def test_a_ticket_has_a_resolved_time_after_its_own_only_if_it_is_closed() -> None:
    for row in rows():
        opened, resolved = (read_time(row[header], STYLE) for header in ("受理时间", "办结时间"))
        assert opened is not None
        assert (opened.year, opened.month) in {(2026, 1), (2026, 2), (2026, 3)}
        assert (resolved is not None) == (row["工单状态"] == "已办结")
        assert resolved is None or resolved.replace(second=59) > opened


def test_rows_stand_in_the_order_of_their_times() -> None:
    moments = [read_time(row["受理时间"], STYLE) for row in rows()]

    # a time without seconds may seem to be before one in the same minute
    assert all(a and b and a.replace(second=0) <= b for a, b in pairwise(moments))


@pytest.mark.parametrize("pattern", DIRT.values(), ids=DIRT.keys())
def test_every_kind_of_dirt_is_there(pattern: str) -> None:
    assert any(re.search(pattern, text, re.DOTALL) for text in texts())


def test_times_are_written_in_several_shapes() -> None:
    times = [row["受理时间"] for row in rows()]
    shapes = (r"2026-..-.. ..:..:..", r"115/.+", r"2026年.+", r"2026/\d+/.+", r"2026\d{10}")

    assert all(sum(re.fullmatch(shape, time) is not None for time in times) >= 5 for shape in shapes)


def test_personal_data_of_each_region_is_there_and_found() -> None:
    kinds = {match.kind for text in texts() for match in find_pii(text)}

    assert {Pii.PHONE, Pii.ID_CARD, Pii.HK_ID, Pii.TW_ID, Pii.BANK_CARD, Pii.EMAIL, Pii.NAME} <= kinds


def test_about_two_fifths_of_the_notes_are_in_traditional_script() -> None:
    to_simplified = OpenCC("t2s")
    found = [to_simplified.convert(bare) != bare for bare in (text.replace("\0", "") for text in texts())]

    assert 0.35 <= sum(found) / len(found) <= 0.45


def test_no_sentence_comes_twice() -> None:
    sentences = [
        sentence.strip()
        for text in texts()
        for sentence in SENTENCE_END.split(text)
        if len(sentence.strip()) >= 5
    ]

    assert [sentence for sentence, count in Counter(sentences).items() if count > 1] == []


def test_the_data_file_says_that_it_is_synthetic() -> None:
    from importlib.resources import files

    first = files("voctext.demo").joinpath("notes.tsv").read_text(encoding="utf-8").partition("\n")[0]

    assert first.startswith("# SYNTHETIC")


def test_the_workbook_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = write_export(tmp_path / "a"), write_export(tmp_path / "b")

    assert first.name == "demo-export.xlsx"
    assert first.read_bytes() == second.read_bytes()


def test_the_workbook_looks_like_a_banks_export(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(write_export(tmp_path))
    sheet = book["工单明细"]
    cells = list(sheet.iter_rows(min_row=4, max_row=3 + len(rows()), min_col=2, values_only=True))

    assert book.sheetnames == ["工单明细", "填写说明"]
    assert tuple(cell.value for cell in sheet[3][1:]) == HEADERS
    assert all(row[0].value is None for row in sheet.iter_rows(max_col=1))
    assert all(isinstance(row[0], str) for row in cells)
    assert {type(row[2]) for row in cells} == {datetime, str}
    assert sheet.cell(4 + len(cells), 2).value == f"合计：{len(cells)} 条"


def test_reading_the_workbook_gives_back_every_row(tmp_path: Path) -> None:
    rejections: list[Rejection] = []
    export = Export.open(write_export(tmp_path))
    tickets = {ticket.id: ticket for ticket in export.tickets(rejections.append)}
    reasons = Counter(re.split("[: ]", rejection.reason)[0] for rejection in rejections)

    assert reasons == {"empty": 2, "Excel": 1, "footer": 1}
    assert len(tickets) + len(rejections) == len(rows()) + 1
    assert export.warnings == ()
    for row in rows():
        if (ticket := tickets.get(row["工单编号"])) is None:
            assert row["诉求内容"].strip("　\u200b") in {"", "#NAME?"}
            continue
        assert ticket.text == row["诉求内容"].replace("\0", "")
        assert (ticket.time, ticket.resolved) == (
            read_time(row["受理时间"], STYLE),
            read_time(row["办结时间"], STYLE),
        )
        assert (ticket.customer, ticket.channel) == (row["客户号"], row["受理渠道"])
        assert (ticket.segment, ticket.status) == (row["客群"], row["工单状态"])
        assert ticket.satisfaction == (row["满意度"] or None)
        assert ticket.other == {"受理机构": row["受理机构"]}


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")

    with pytest.raises(InputError, match="cannot be made a folder"):
        write_export(taken)
