"""CSV and other text files as banks export them. All texts are synthetic."""

import codecs
import csv
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.records import Ticket
from voctext.tables import Export, Rejection

SIMPLIFIED = [
    "手机银行转账一直失败，请尽快处理",
    "柜台办理业务等了两个小时，服务态度很差",
    "信用卡年费收取规则不合理，希望取消",
    "贷款利率比合同上写的高，要求说明原因",
]
TRADITIONAL = [
    "手機銀行轉帳一直失敗，請盡快處理",
    "櫃檯辦理業務等了兩個小時，服務態度很差",
    "信用卡年費收取規則不合理，希望取消",
    "貸款利率比合約上寫的高，要求說明原因",
]


def read(*paths: Path, **options: str) -> tuple[list[Ticket], list[Rejection], Export]:
    export = Export.open(*paths, **options)  # type: ignore[arg-type]
    rejections: list[Rejection] = []
    tickets = list(export.tickets(rejections.append))
    assert export.rows_read == len(tickets) + len(rejections)
    return tickets, rejections, export


def csv_text(rows: list[list[str]], delimiter: str = ",") -> str:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def table(texts: list[str]) -> str:
    return csv_text([["工单编号", "诉求内容"], *([f"A{n:03}", text] for n, text in enumerate(texts, 1))])


@pytest.mark.parametrize(
    ("texts", "encoding", "bom", "expected"),
    [
        (SIMPLIFIED, "utf-8", b"", "utf-8"),
        (SIMPLIFIED, "utf-8", codecs.BOM_UTF8, "utf-8"),
        (SIMPLIFIED, "utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        (SIMPLIFIED, "utf-16-le", b"", "utf-16-le"),
        (TRADITIONAL, "utf-16-be", b"", "utf-16-be"),
        (SIMPLIFIED, "gb18030", b"", "gb18030"),
        (TRADITIONAL, "gb18030", b"", "gb18030"),
        (TRADITIONAL, "cp950", b"", "cp950"),
        ([*TRADITIONAL, "啲職員好耐都未搞掂，我等咗成日，唔該快啲"], "big5hkscs", b"", "cp950"),
    ],
)
def test_the_encoding_of_an_export_is_found(
    tmp_path: Path, texts: list[str], encoding: str, bom: bytes, expected: str
) -> None:
    content = table(texts)
    if texts is not SIMPLIFIED:
        content = content.replace("工单编号,诉求内容", "工單編號,訴求內容")
    path = tmp_path / "export.csv"
    path.write_bytes(bom + content.encode(encoding))

    tickets, rejections, export = read(path)

    assert [ticket.text for ticket in tickets] == texts
    assert rejections == []
    assert export.sheets[0].encoding == expected


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_full_of_characters_whose_lower_half_is_zero_is_still_found(
    tmp_path: Path, encoding: str
) -> None:
    texts = ["一一一一一一一一一一", "一个一个一个都说一下"]
    path = tmp_path / "export.csv"
    path.write_bytes(table(texts).encode(encoding))

    assert [ticket.text for ticket in read(path)[0]] == texts


def test_a_character_cut_by_the_sample_does_not_change_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    for shift in range(3):
        path.write_bytes(("text\n" + "x" * shift + "汉" * 200_000 + "\n").encode())
        assert read(path)[2].sheets[0].encoding == "utf-8"


def test_chinese_that_starts_late_in_the_file_is_still_decoded(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(("id,text\n" + "1,fine\n" * 60_000).encode() + f"2,{SIMPLIFIED[0]}\n".encode("gb18030"))

    tickets, _, export = read(path)

    assert export.sheets[0].encoding == "gb18030"
    assert tickets[-1].text == SIMPLIFIED[0]


def test_a_bad_byte_late_in_the_file_costs_its_row_and_names_its_offset(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    good = table(SIMPLIFIED * 10_000).encode()
    path.write_bytes(good + b"B1,\xe6\xb1\n" + "B2,后面的一行仍然有效\n".encode())

    tickets, rejections, _ = read(path)

    assert tickets[-1].text == "后面的一行仍然有效"
    assert len(tickets) == 40_001
    assert len(rejections) == 1
    assert f"byte {len(good) + 3} " in rejections[0].reason
    assert rejections[0].row == 40_002


def test_an_early_bad_byte_does_not_turn_utf_8_into_something_else(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"id,text\n0,\xff\n" + table(SIMPLIFIED).encode().partition(b"\n")[2])

    tickets, rejections, _ = read(path)

    assert [ticket.text for ticket in tickets] == SIMPLIFIED
    assert [rejection.row for rejection in rejections] == [2]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_voted_for(tmp_path: Path, delimiter: str) -> None:
    texts = ["很慢,很卡;很烦|很气", "等了\t两小时, 还没好", 'the "new" app; slow, slow']
    rows = [["工单编号", "诉求内容", "渠道"], *([str(n), text, "柜台"] for n, text in enumerate(texts))]
    path = tmp_path / "export.txt"
    path.write_text(csv_text(rows, delimiter), encoding="utf-8", newline="")

    tickets, _, export = read(path)

    assert [ticket.text for ticket in tickets] == texts
    assert export.sheets[0].delimiter == delimiter


def test_a_file_of_one_column_keeps_its_commas(tmp_path: Path) -> None:
    path = tmp_path / "voices.txt"
    path.write_text("转账太慢,急死人\n柜员态度好\n年费太高,不合理,退钱\n", encoding="utf-8")

    tickets, _, _ = read(path)

    assert [ticket.text for ticket in tickets] == ["转账太慢,急死人", "柜员态度好", "年费太高,不合理,退钱"]
    assert [ticket.id for ticket in tickets] == ["voices-1", "voices-2", "voices-3"]


def test_quoted_line_breaks_nul_bytes_and_lone_returns_stay_in_the_text(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes('id,text\r\n1,"第一行\r\n第二行"\r\n2,空\x00字节\r\n3,回\r车\r\n'.encode())

    tickets, rejections, _ = read(path)

    assert [ticket.text for ticket in tickets] == ["第一行\r\n第二行", "空\x00字节", "回\r车"]
    assert rejections == []
    assert [ticket.source for ticket in tickets] == ["export.csv:2", "export.csv:4", "export.csv:5"]


def test_lines_that_end_in_lone_returns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("id,text\r1,转账失败\r2,登录失败\r".encode())

    assert [ticket.text for ticket in read(path)[0]] == ["转账失败", "登录失败"]


def test_ragged_rows_are_rejected_only_where_cells_would_be_lost(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,text,channel\n1,很慢\n2,很慢,柜台,\n3,很慢,很卡,柜台\n", encoding="utf-8")

    tickets, rejections, _ = read(path)

    assert [ticket.id for ticket in tickets] == ["1", "2"]
    assert rejections[0].row == 4
    assert "too many cells: 4 where the header has 3" in rejections[0].reason
    assert rejections[0].text == "3 | 很慢 | 很卡 | 柜台"


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,text\n1,慢\n2,"没有关上\n3,卡\n4,好\n', encoding="utf-8")

    tickets, rejections, _ = read(path)

    assert [ticket.id for ticket in tickets] == ["1", "3", "4"]
    assert [(rejection.row, rejection.text) for rejection in rejections] == [(3, '2,"没有关上')]


def test_titles_footers_blank_rows_and_a_repeated_header_are_told_from_tickets(tmp_path: Path) -> None:
    lines = [
        "客户投诉明细表,,",
        "导出时间：2024-03-01,,",
        "工单编号,诉求内容,渠道",
        "001,合计金额算错了，,柜台",
        ",,",
        "工单编号,诉求内容,渠道",
        "002,请处理,电话",
        "003,,电话",
        "合计：2,,",
        "共 2 条记录,,",
        "制表人：某某,,",
    ]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(lines), encoding="utf-8")

    tickets, rejections, export = read(path)

    assert [ticket.id for ticket in tickets] == ["001", "002"]
    assert [(entry.row, entry.reason.partition(":")[0]) for entry in rejections] == [
        (6, "repeated header"),
        (8, "empty text"),
        (9, "footer"),
        (10, "footer"),
        (11, "footer"),
    ]
    assert export.tally.blank == 1
    assert export.sheets[0].header_row == 3


def test_a_byte_order_mark_at_the_start_of_a_cell_is_removed_and_one_inside_stays(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\ufeffid,text\n\ufeff1,\ufeff很\ufeff慢 \n", encoding="utf-8")

    tickets, _, _ = read(path)

    assert (tickets[0].id, tickets[0].text) == ("1", "很\ufeff慢 ")


def test_a_file_without_a_header_is_read_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    rows = [[f"GD{n:05}", f"2024-03-0{n} 10:00:00", text, "电话"] for n, text in enumerate(SIMPLIFIED, 1)]
    path.write_text(csv_text(rows), encoding="utf-8")

    tickets, _, export = read(path)

    assert export.sheets[0].header_row is None
    assert export.sheets[0].columns == {"text": "#3", "id": "#1", "time": "#2"}
    assert [ticket.text for ticket in tickets] == SIMPLIFIED
    assert tickets[0].other == {"#4": "电话"}


@pytest.mark.parametrize("count", [1, 3])
def test_a_value_that_is_also_a_header_word_does_not_cost_the_first_ticket(
    tmp_path: Path, count: int
) -> None:
    path = tmp_path / "export.csv"
    rows = [[f"G00{n}", text, "电话"] for n, text in enumerate(SIMPLIFIED[:count], 1)]
    path.write_text(csv_text(rows), encoding="utf-8")

    tickets, _, export = read(path)

    assert [ticket.text for ticket in tickets] == SIMPLIFIED[:count]
    assert export.sheets[0].header_row is None


def test_a_file_none_of_whose_rows_can_be_decoded_says_so(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(bytes(range(128, 256)) * 4)

    with pytest.raises(InputError, match="name its encoding"):
        Export.open(path)


def test_a_table_saved_as_an_old_excel_file_is_read_for_what_it_is(tmp_path: Path) -> None:
    as_csv, as_html = tmp_path / "a.xls", tmp_path / "b.xls"
    as_csv.write_bytes(table(SIMPLIFIED).encode("gb18030"))
    cells = "".join(f"<tr><td>{n}</td><td>{text}<br>第二行</td></tr>" for n, text in enumerate(SIMPLIFIED))
    header = "<html><meta charset=gb2312><table><tr><th>工单编号</th><th>诉求内容</th></tr>"
    as_html.write_bytes(f"{header}{cells}</table>".encode("gbk"))

    assert [ticket.text for ticket in read(as_csv)[0]] == SIMPLIFIED
    assert [ticket.text for ticket in read(as_html)[0]] == [f"{text}\n第二行" for text in SIMPLIFIED]


def test_html_cells_that_span_rows_reach_down_but_never_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        "<table><tr><td>客户号</td><td>诉求内容</td><td>渠道</td></tr>"
        "<tr><td rowspan=2>C1</td><td>慢</td><td>电话</td></tr><tr><td>卡</td><td>柜台</td></tr>"
        "<tr><td>C2</td><td>好</td><td>柜台</td></tr></table>",
        encoding="utf-8",
    )

    assert [(t.customer, t.text, t.channel) for t in read(path)[0]] == [
        ("C1", "慢", "电话"),
        ("C1", "卡", "柜台"),
        ("C2", "好", "柜台"),
    ]


def test_identifiers_keep_zeros_digits_and_lose_excel_wrapping(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        'id,text\n0012,a\n"=""0013""",b\n\t622202123456789012,c\n1.23457E+17,d\n0012,e\n', encoding="utf-8"
    )

    tickets, _, export = read(path)

    assert [ticket.id for ticket in tickets] == ["0012", "0013", "622202123456789012", "1.23457E+17", "0012"]
    assert [warning[:20] for warning in export.warnings] == ["1 ticket has an id t", "1 id was shortened b"]


def test_a_folder_is_searched_without_hidden_and_lock_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.csv", "a.csv", "sub/c.csv", "~$a.csv", ".hidden.csv", "readme.md"):
        (tmp_path / name).write_text(f"id,text\n{name},慢\n", encoding="utf-8")
    (tmp_path / "codes.csv").write_text("code,name\n1,x\n", encoding="utf-8")

    tickets, _, export = read(tmp_path)

    assert [ticket.id for ticket in tickets] == ["a.csv", "b.csv", "sub/c.csv"]
    assert [skipped.path.name for skipped in export.skipped] == ["codes.csv"]


def test_what_cannot_be_read_says_where_what_and_what_would_be_right(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"\xef\xbb\xbf\r\n")
    (tmp_path / "codes.csv").write_text("code,name\n1,x\n", encoding="utf-8")
    (tmp_path / "none").mkdir()
    (tmp_path / "good.csv").write_text("id,text\n1,x\n", encoding="utf-8")

    with pytest.raises(InputError, match="no such file"):
        Export.open(tmp_path / "missing.csv")
    with pytest.raises(InputError, match="empty"):
        Export.open(tmp_path / "empty.csv")
    with pytest.raises(InputError, match=r"headers are: code, name; .*--text-column"):
        Export.open(tmp_path / "codes.csv")
    with pytest.raises(InputError, match="holds no export"):
        Export.open(tmp_path / "none")
    with pytest.raises(InputError, match="did you mean text"):
        Export.open(tmp_path / "good.csv", columns={"text": "texd"})
    with pytest.raises(InputError, match="did you mean customer"):
        Export.open(tmp_path / "good.csv", columns={"custommer": "id"})
    with pytest.raises(InputError, match="unknown"):
        Export.open(tmp_path / "good.csv", encoding="utf-9")
    with pytest.raises(InputError, match="none of the files is a workbook"):
        Export.open(tmp_path / "good.csv", sheet="明细")


def test_columns_can_be_named_by_header_or_by_place(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("编码,说明,诉求内容\nA1,甲,乙\n", encoding="utf-8")

    export = Export.open(path, columns={"text": "说明", "id": "#1"})

    assert export.sheets[0].columns == {"id": "编码", "text": "说明"}
    assert [(t.id, t.text, dict(t.other)) for t in export.tickets()] == [("A1", "甲", {"诉求内容": "乙"})]


TEXTS = st.lists(
    st.text(
        alphabet=st.sampled_from("很慢卡银行服务态度，。“”\"',;|\t\n abcXYZ019-=@"), min_size=1, max_size=30
    ).filter(lambda text: bool(text.strip())),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=TEXTS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030", "big5"])
)
def test_any_texts_written_as_csv_are_read_back_equal(
    tmp_path: Path, texts: list[str], encoding: str
) -> None:
    if encoding == "big5":
        texts = [text.translate(str.maketrans("银务态", "銀務態")) for text in texts]
    rows = [["id", "text", "channel"], *([f"A{n}", text, "app"] for n, text in enumerate(texts))]
    path = tmp_path / "export.csv"
    path.write_bytes(csv_text(rows).encode(encoding))

    tickets, rejections, _ = read(path, encoding=encoding)

    assert [ticket.text for ticket in tickets] == texts
    assert rejections == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"id,text\n1,fine\n" + content)

    with suppress(InputError):
        read(path)


# ── what is no text ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "an image"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "an image"),
        (b"GIF89a" + bytes(50), "an image"),
        (b"\x7fELF" + bytes(50), "a program"),
        (b"PK\x05\x06" + bytes(18), "an empty ZIP archive"),
        (bytes(range(1, 256)) * 20, "no text"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07abc\x0e\x0f" * 30, "no text"),
    ],
)
@pytest.mark.parametrize("name", ["export.csv", "export.txt", "export.xls", "export.jsonl"])
def test_bytes_that_are_no_text_are_refused_by_their_content(
    data: bytes, told: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(InputError, match=f"{name}: this is {told}"):
        read(tmp_path / name)


def test_a_few_control_characters_are_dirt_and_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(table([*SIMPLIFIED, "闪退\x07\x1b\x00了", "\x01\x02转账"]), encoding="utf-8")

    assert len(read(path)[0]) == len(SIMPLIFIED) + 2


@pytest.mark.parametrize("named", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_named_utf_16_that_is_not_is_refused(named: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(table(SIMPLIFIED), encoding=encoding)

    with pytest.raises(InputError, match=r"export\.csv: no utf-\d\d-.e text"):
        read(path, encoding=named)


@pytest.mark.parametrize("named", ["utf-16", "utf-16-le"])
def test_a_file_named_utf_16_that_is_so_is_read(named: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(table(SIMPLIFIED).encode("utf-16-le"))

    assert [ticket.text for ticket in read(path, encoding=named)[0]] == SIMPLIFIED


def test_counts_are_told_in_the_singular_and_the_plural(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,text\n1,甲\n1,乙\n", encoding="utf-8")
    assert read(path)[2].warnings == ("1 ticket has an id that came before; all were kept",)

    path.write_text("id,text\n1,甲\n1,乙\n1,丙\n", encoding="utf-8")
    assert read(path)[2].warnings == ("2 tickets have an id that came before; all were kept",)
