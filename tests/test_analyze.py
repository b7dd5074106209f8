"""The main job end to end, on the synthetic export in every format, with every kind of bad row, and cut short."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from opencc import OpenCC
from python_calamine import CalamineWorkbook

from voctext.analyze import FINDING_COLUMNS, REJECTED_COLUMNS, TICKET_COLUMNS, Run, analyze
from voctext.demand.rows import DEMAND_COLUMNS
from voctext.demo import HEADERS, rows, write_export
from voctext.errors import InputError
from voctext.insight.rows import INSIGHT_COLUMNS, PORTRAIT_COLUMNS
from voctext.mask import Masker, find_pii
from voctext.miner import Miner
from voctext.records import Clause, Finding, Intent, Perception
from voctext.tables import Export

Row = dict[str, str]
KEY = b"0123456789abcdef"
TEXT = "诉求内容"
ALWAYS = {"report.html", "demands.csv", "findings.csv", "tickets.csv", "rejected.csv", "run.json"}
OUTPUTS = ALWAYS | {f"{name}.csv" for name in ("segments", "resolution", "months", "stages", "customers")}
# A workbook cannot hold a NUL, and writes other control characters in a way of its own.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def clean(row: Row) -> Row:
    return {header: CONTROL.sub("", cell) for header, cell in row.items()}


def demo() -> list[Row]:
    """Give the rows of the synthetic export that every format can hold."""
    return [clean(row) for row in rows()]


def encodable(encoding: str, table: list[Row]) -> list[Row]:
    def fits(row: Row) -> bool:
        try:
            "".join(row.values()).encode(encoding)
        except UnicodeEncodeError:
            return False
        return True

    return [row for row in table if fits(row)]


def traditional() -> list[Row]:
    """Give the rows in traditional script that code page 950 can write."""
    convert = OpenCC("s2tw").convert  # 為, where s2t writes 爲, which the code page lacks
    return encodable(
        "cp950", [{convert(header): convert(cell) for header, cell in row.items()} for row in demo()]
    )


def delimited(path: Path, table: list[Row], encoding: str, delimiter: str = ",") -> Path:
    headers = list(table[0])
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(headers)
        writer.writerows([row[header] for header in headers] for row in table)
    return path


def jsonl(path: Path, table: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table), encoding="utf-8")
    return path


def parquet(path: Path, table: list[Row]) -> Path:
    pq.write_table(pa.Table.from_pylist(table), path)
    return path


def workbook(path: Path, table: list[Row]) -> Path:
    """Write a workbook with titles above the header, and the table from column C on."""
    from xlsxwriter import Workbook

    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("明细")
        sheet.write_string(0, 2, "某银行（虚构）诉求明细")
        sheet.write_string(1, 2, "统计期间：2026 年一季度")
        for number, cells in enumerate([list(table[0]), *(list(row.values()) for row in table)], start=3):
            for column, cell in enumerate(cells, start=2):
                if cell:
                    sheet.write_string(number, column, cell)
    return path


FORMATS: dict[str, Callable[[Path], Path]] = {
    "GB18030 CSV": lambda folder: delimited(folder / "export.csv", demo(), "gb18030"),
    "UTF-16 TSV": lambda folder: delimited(folder / "export.tsv", demo(), "utf-16", "\t"),
    "XLSX, offset below titles": lambda folder: workbook(folder / "export.xlsx", demo()),
    "JSONL": lambda folder: jsonl(folder / "export.jsonl", demo()),
    "Parquet": lambda folder: parquet(folder / "export.parquet", demo()),
}


@pytest.fixture(scope="module")
def miner() -> Miner:
    return Miner.default()


def mined(path: Path, out: Path, miner: Miner, **options: Any) -> Run:
    return analyze(Export.open(path), out, miner=miner, **({"masker": Masker(key=KEY)} | options))


def read_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def findings(out: Path) -> list[Row]:
    """Read the findings of a run without the file they came from."""
    return [
        {name: cell for name, cell in row.items() if name != "source"}
        for row in read_csv(out / "findings.csv")
    ]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, miner: Miner) -> Path:
    """Give the results of a masked run over the export as UTF-8 CSV."""
    folder = tmp_path_factory.mktemp("reference")
    mined(delimited(folder / "export.csv", demo(), "utf-8-sig"), folder / "out", miner)
    return folder / "out"


# ── one export, many formats ──────────────────────────────────────────────


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_export_gives_the_same_findings_as(
    kind: str, tmp_path: Path, miner: Miner, reference: Path
) -> None:
    mined(FORMATS[kind](tmp_path), tmp_path / "out", miner)

    found = findings(tmp_path / "out")
    assert len(found) > 100
    assert found == findings(reference)


def test_the_same_export_gives_the_same_findings_as_big5(tmp_path: Path, miner: Miner) -> None:
    table = traditional()
    assert len(table) > 200
    for encoding in ("cp950", "utf-8"):
        path = delimited(tmp_path / f"{encoding}.csv", table, encoding)
        mined(path, tmp_path / encoding, miner)

    found = findings(tmp_path / "cp950")
    assert len(found) > 60
    assert found == findings(tmp_path / "utf-8")


def test_the_demonstration_workbook_gives_the_findings_of_its_rows(
    tmp_path: Path, miner: Miner, reference: Path
) -> None:
    mined(write_export(tmp_path), tmp_path / "out", miner)
    # the workbook keeps control characters that `demo` leaves out: offsets of those rows may differ
    dirty = {row["工单编号"] for row in rows() if CONTROL.search(row[TEXT])}

    def comparable(out: Path) -> list[Row]:
        return [row for row in findings(out) if row["ticket"] not in dirty]

    assert comparable(tmp_path / "out") == comparable(reference)


def test_a_traditional_export_demands_what_the_simplified_one_does(
    tmp_path: Path, miner: Miner, reference: Path
) -> None:
    convert = OpenCC("s2t").convert
    table = [
        {header: cell if header != TEXT else convert(cell) for header, cell in row.items()} for row in demo()
    ]
    mined(delimited(tmp_path / "export.csv", table, "utf-8"), tmp_path / "out", miner)

    def essence(out: Path) -> list[tuple[str, ...]]:
        return [
            tuple(row[name] for name in ("ticket", "topic", "perception", "intent", "polarity"))
            for row in findings(out)
        ]

    assert essence(tmp_path / "out") == essence(reference)


def test_the_same_export_read_twice_gives_the_same_files(
    tmp_path: Path, miner: Miner, reference: Path
) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8-sig")
    mined(path, tmp_path / "out", miner)

    for name in ("findings.csv", "tickets.csv", "demands.csv", "rejected.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (reference / name).read_bytes(), name


# ── what is written ───────────────────────────────────────────────────────


def test_the_files_have_the_columns_they_promise(reference: Path) -> None:
    assert {path.name for path in reference.iterdir()} == OUTPUTS
    for name, columns in (
        ("findings.csv", FINDING_COLUMNS),
        ("tickets.csv", TICKET_COLUMNS),
        ("demands.csv", DEMAND_COLUMNS),
        ("customers.csv", PORTRAIT_COLUMNS),
        *((f"{name}.csv", INSIGHT_COLUMNS[name]) for name in ("segments", "resolution", "months", "stages")),
    ):
        assert tuple(read_csv(reference / name)[0]) == tuple(map(str, columns))


def test_the_quote_of_every_finding_is_its_stretch_of_the_text_as_received(
    tmp_path: Path, miner: Miner
) -> None:
    path = parquet(tmp_path / "export.parquet", [dict(row) for row in rows()])
    mined(path, tmp_path / "out", miner, masker=None, format="parquet")
    found = pq.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    texts = {row["工单编号"]: row[TEXT] for row in rows()}

    assert len(found) > 100
    for row in found:
        assert row["quote"]
        assert texts[row["ticket"]][int(row["start"]) : int(row["end"])] == row["quote"]


def test_every_ticket_is_written_once_with_its_text_and_its_count_of_findings(reference: Path) -> None:
    tickets, found = read_csv(reference / "tickets.csv"), read_csv(reference / "findings.csv")
    run = json.loads((reference / "run.json").read_text(encoding="utf-8"))

    assert len(tickets) == run["rows"]["mined"] == len({row["ticket"] for row in tickets})
    assert sum(int(row["findings"]) for row in tickets) == len(found) == run["findings"]
    assert run["tickets_with_findings"] == len({row["ticket"] for row in found})
    for row in tickets:
        assert int(row["findings"]) == sum(other["ticket"] == row["ticket"] for other in found)


def test_the_run_tells_what_the_tables_hold(reference: Path) -> None:
    tickets = read_csv(reference / "tickets.csv")
    run = json.loads((reference / "run.json").read_text(encoding="utf-8"))

    assert set(run["outputs"]) == OUTPUTS
    assert run["masked"] is True
    assert run["taxonomy"] == "banking"
    assert sum(run["intents"].values()) == len(tickets)
    for perception, count in run["perceptions"].items():
        assert count == sum(bool(row[perception]) for row in tickets)
    (source,) = run["inputs"]
    assert source["columns"]["text"] == TEXT
    assert source["header_row"] == 1


def test_demands_count_the_complaints_and_suggestions_of_the_findings(reference: Path) -> None:
    found, demands = read_csv(reference / "findings.csv"), read_csv(reference / "demands.csv")
    asking = [row for row in found if row["intent"] in {"complaint", "suggestion"}]

    assert {row["topic"] for row in demands} == {row["topic"] for row in asking}
    assert [int(row["rank"]) for row in demands] == list(range(1, len(demands) + 1))
    for row in demands:
        tickets = {other["ticket"] for other in asking if other["topic"] == row["topic"]}
        assert int(row["tickets"]) == len(tickets)
        assert int(row["episodes"]) <= len(tickets)
        assert int(row["customers"]) == len(
            {other["customer"] for other in asking if other["topic"] == row["topic"]}
        )
        assert row["perception"] == next(
            other["perception"] for other in found if other["topic"] == row["topic"]
        )
        assert row["quotes"]


def test_formats_hold_the_same_demands(tmp_path: Path, miner: Miner, reference: Path) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8-sig")
    for form in ("xlsx", "parquet"):
        run = mined(path, tmp_path / form, miner, format=form)
        assert {f"demands.{form}", f"findings.{form}", f"tickets.{form}", "rejected.csv"} <= set(run.outputs)
    header, *sheet = (
        CalamineWorkbook.from_path(tmp_path / "xlsx" / "demands.xlsx").get_sheet_by_index(0).to_python()
    )
    tables = {
        "csv": read_csv(reference / "demands.csv"),
        "xlsx": [dict(zip(map(str, header), cells, strict=True)) for cells in sheet],
        "parquet": pq.read_table(tmp_path / "parquet" / "demands.parquet").to_pylist(),
    }

    comparable = {
        form: [[plain(cell) for cell in row.values()] for row in table] for form, table in tables.items()
    }
    assert [list(table[0]) for table in tables.values()] == [list(map(str, DEMAND_COLUMNS))] * 3
    assert comparable["csv"] == comparable["xlsx"] == comparable["parquet"]
    assert len(comparable["csv"]) > 20


def plain(cell: object) -> object:
    """Bring a cell to one form: numbers as floats, truth values as text in lower case."""
    if isinstance(cell, bool) or str(cell).lower() in {"true", "false"}:
        return str(cell).lower()
    try:
        return float(str(cell))
    except ValueError:
        return "" if cell is None else str(cell)


def test_the_language_changes_names_and_nothing_else(tmp_path: Path, miner: Miner, reference: Path) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8-sig")
    simplified = read_csv(reference / "demands.csv")
    for lang in ("zh-Hant", "en"):
        mined(path, tmp_path / lang, miner, lang=lang)
        named = read_csv(tmp_path / lang / "demands.csv")

        assert [{**row, "topic_name": ""} for row in named] == [
            {**row, "topic_name": ""} for row in simplified
        ]
        assert [row["topic_name"] for row in named] == [
            miner.taxonomy[row["topic"]].name(lang) for row in named
        ]
        assert {row["topic_name"] for row in named} != {row["topic_name"] for row in simplified}
    assert all(row["topic_name"].isascii() for row in read_csv(tmp_path / "en" / "findings.csv"))


def test_exposure_is_passed_on_to_the_rates(tmp_path: Path, miner: Miner, reference: Path) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8-sig")
    mined(path, tmp_path / "out", miner, exposure=1_000_000)

    for row in read_csv(tmp_path / "out" / "demands.csv"):
        assert float(row["rate"]) == pytest.approx(int(row["episodes"]) / 1000, abs=1e-4)


def test_progress_is_told_the_number_of_every_ticket(tmp_path: Path, miner: Miner) -> None:
    told: list[int] = []
    run = mined(
        delimited(tmp_path / "export.csv", demo(), "utf-8"), tmp_path / "out", miner, progress=told.append
    )

    assert told == list(range(1, run.rows["mined"] + 1))


# ── bad rows ──────────────────────────────────────────────────────────────


def bad_csv(path: Path) -> Path:
    """Write a file that holds every kind of bad row a text file can have."""
    lines = [
        "工单编号,客户号,受理时间,诉求内容",
        "1,c1,2026-01-05,APP一登录就闪退",
        "2,c2,2026-01-05,",
        "3,c3,2026-01-05,　 ",
        "4,c4,2026-01-05,#NAME?",
        "5,c5,2026-01-05,转账很慢,而且老是失败",
        "工单编号,客户号,受理时间,诉求内容",
        ",,,",
        "6,c6,2026-13-45,年费太贵",
        '7,c7,2026-01-05,"客服态度差',
        "8,c8,2026-01-05,希望增加夜间模式",
        "合计：8 条,,,",
        "制表人：张三",
    ]
    body = "\n".join(lines).encode("utf-8") + b"\n9,c9,2026-01-05,\xff\xfe\xc4\xe3\n"
    path.write_bytes(body)
    return path


def test_every_row_is_mined_or_rejected_with_its_file_row_and_reason(tmp_path: Path, miner: Miner) -> None:
    run = mined(bad_csv(tmp_path / "bad.csv"), tmp_path / "out", miner)
    rejected = read_csv(tmp_path / "out" / "rejected.csv")
    written = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))

    assert tuple(rejected[0]) == REJECTED_COLUMNS
    assert {row["file"] for row in rejected} == {"bad.csv"}
    assert {int(row["row"]): re.split(":|;| [0-9]+ of", row["reason"])[0] for row in rejected} == {
        3: "empty text",
        4: "empty text",
        5: "Excel shows #NAME? in place of the text",
        6: "too many cells",
        7: "repeated header",
        10: "a quotation mark opens a cell and is never closed",
        12: "footer",
        13: "footer",
        14: "byte",
    }
    assert re.match(r"byte \d+ of the file is not utf-8 text", rejected[-1]["reason"])
    assert run.rows == {"read": 12, "mined": 3, "rejected": 9, "blank": 1} == written["rows"]
    assert sum(written["rejected"].values()) == 9
    assert [row["ticket"] for row in read_csv(tmp_path / "out" / "tickets.csv")] == ["1", "6", "8"]
    assert any("1 time could not be read" in warning for warning in run.warnings)


def test_lines_that_are_no_json_objects_are_rejected_and_the_rest_mined(tmp_path: Path, miner: Miner) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(
        '{"工单编号": "1", "诉求内容": "APP闪退"}\n{"工单编号": "2", \n[1, 2]\n\n"文本"\n{"工单编号": "3"}\n'
        '{"工单编号": "4", "诉求内容": "年费太贵"}\n',
        encoding="utf-8",
    )
    run = mined(path, tmp_path / "out", miner)
    reasons = {
        row["row"]: row["reason"].split(":")[0].split(";")[0]
        for row in read_csv(tmp_path / "out" / "rejected.csv")
    }

    assert (run.rows["mined"], run.rows["rejected"], run.rows["blank"]) == (2, 4, 1)
    assert reasons == {
        "2": "not JSON",
        "3": "not a JSON object but list",
        "5": "not a JSON object but str",
        "6": "empty text",
    }


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_half_a_surrogate_pair_in_a_text_stops_no_run(form: str, tmp_path: Path, miner: Miner) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(
        '{"工单编号": "1", "诉求内容": "\\ud83dAPP闪\\ud83d退，真差"}\n{"工单编号": "2", "诉求内容": "年费太贵"}\n',
        encoding="utf-8",
    )
    run = mined(path, tmp_path / "out", miner, format=form)

    assert run.rows["mined"] == 2


def test_an_export_without_any_finding_still_gives_every_file(tmp_path: Path, miner: Miner) -> None:
    path = tmp_path / "export.csv"
    path.write_text("工单编号,诉求内容\n1,明天去爬山吗\n", encoding="utf-8")
    run = mined(path, tmp_path / "out", miner)

    assert run.findings == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == ALWAYS
    assert read_csv(tmp_path / "out" / "demands.csv") == []


# ── personal data ─────────────────────────────────────────────────────────


def personal_data() -> Iterator[str]:
    """Yield the numbers and addresses of persons in the synthetic notes; a surname alone proves nothing."""
    for row in rows():
        for start, end, _ in find_pii(row[TEXT]):
            if end - start > 2:
                yield row[TEXT][start:end]


def written_texts(out: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()}


def test_no_personal_data_occurs_in_any_file_of_a_masked_run(reference: Path) -> None:
    known = sorted(set(personal_data()))
    assert len(known) >= 5

    leaks = [
        (name, value) for name, text in written_texts(reference).items() for value in known if value in text
    ]
    assert not leaks


def test_no_customer_number_occurs_in_any_file_of_a_masked_run(tmp_path: Path, miner: Miner) -> None:
    # rejected rows included: beside a pseudonym elsewhere, a bare number here would give it away
    mined(write_export(tmp_path), tmp_path / "out", miner)
    numbers = {row["客户号"] for row in rows()}

    leaks = [
        (name, value)
        for name, text in written_texts(tmp_path / "out").items()
        for value in numbers
        if value in text
    ]
    assert not leaks


def test_personal_data_at_the_cut_of_a_rejected_row_is_masked(tmp_path: Path, miner: Miner) -> None:
    path = tmp_path / "export.csv"
    filler = "。" * 186
    path.write_text(f"工单编号,诉求内容\n1,APP闪退\n2,{filler},手机13812345678\n", encoding="utf-8")
    mined(path, tmp_path / "out", miner)
    (row,) = read_csv(tmp_path / "out" / "rejected.csv")

    assert not re.search(r"\d{5}", row["text"])


def rejected_texts(tmp_path: Path, miner: Miner, *lines: str, **options: Any) -> list[str]:
    path = tmp_path / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mined(path, tmp_path / "out", miner, **options)
    return [row["text"] for row in read_csv(tmp_path / "out" / "rejected.csv")]


def test_a_rejected_row_names_its_customer_by_the_pseudonym_of_the_other_files(
    tmp_path: Path, miner: Miner
) -> None:
    lines = ("工单编号,客户号,客户姓名,诉求内容", "T1,C778,某某,APP闪退", "T2,C778,某某,")
    (text,) = rejected_texts(tmp_path, miner, *lines)
    (ticket,) = read_csv(tmp_path / "out" / "tickets.csv")

    assert text == f"T2 | {ticket['customer']}"


@pytest.mark.parametrize(
    "bad", ['T2,C778,"APP闪退，没有关上', "T2,C778,转账很慢,很慢", "T2,C778,\ufffd转账"], ids=str
)
def test_a_row_that_cannot_be_parted_shows_no_customer_number_either(
    bad: str, tmp_path: Path, miner: Miner
) -> None:
    path = tmp_path / "export.csv"
    lines = f"工单编号,客户号,诉求内容\nT1,C778,APP闪退\n{bad}\n".encode().replace(b"\xef\xbf\xbd", b"\xff")
    path.write_bytes(lines)
    mined(path, tmp_path / "out", miner)
    (row,) = read_csv(tmp_path / "out" / "rejected.csv")
    (ticket,) = read_csv(tmp_path / "out" / "tickets.csv")

    assert "C778" not in row["text"]
    assert ticket["customer"] in row["text"]


def test_without_a_masker_a_rejected_row_stands_as_received_but_for_its_length(
    tmp_path: Path, miner: Miner
) -> None:
    lines = ("工单编号,客户号,客户姓名,诉求内容", "T2,C778,某某,", f"T3,C779,,转账,{'慢' * 300}")
    first, second = rejected_texts(tmp_path, miner, *lines, masker=None)

    assert first == "T2 | C778 | 某某"
    assert second.startswith("T3 | C779 | 转账 | 慢慢")
    assert len(second) == 200


@pytest.mark.parametrize("customer", ["", "客户号,"])
@pytest.mark.parametrize("filler", range(175, 200, 3))
def test_no_token_of_a_rejected_row_is_cut(filler: int, customer: str, tmp_path: Path, miner: Miner) -> None:
    good = [f"{n},{customer and 'C1,'}APP闪退" for n in range(3)]
    bad = f"2,{'。' * filler},手机13812345678,还有很多话要说,{'。' * 20}"
    lines = (f"工单编号,{customer}诉求内容", *good, bad)
    (text,) = rejected_texts(tmp_path, miner, *lines)

    assert "138" not in text
    assert text.count("[") == text.count("]")
    assert len(text) < 220


def test_masked_texts_keep_tokens_in_place_of_personal_data(reference: Path) -> None:
    texts = {row["ticket"]: row["text"] for row in read_csv(reference / "tickets.csv")}
    originals = {row["工单编号"]: row[TEXT] for row in demo()}
    touched = [ticket for ticket in texts if find_pii(originals[ticket])]

    assert touched
    assert all("[" in texts[ticket] for ticket in touched)
    customers = [row["customer"] for row in read_csv(reference / "tickets.csv")]
    assert all(re.fullmatch("[a-z]{16}", customer) for customer in customers)
    assert len(set(customers)) == len({row["客户号"] for row in demo() if row["工单编号"] in texts})


class WholeClauses:
    """A classifier that quotes whole clauses, whatever numbers stand in them."""

    def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
        for clause in clauses:
            yield Finding(
                clause,
                Perception.PRODUCT,
                Intent.COMPLAINT,
                -1,
                "app_crash",
                0.5,
                0.9,
                clause.span,
                "by hand",
            )


def test_a_quote_that_holds_personal_data_is_masked_wherever_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    text = "13812345678收不到验证码，一直收不到"
    path.write_text(f'工单编号,诉求内容\n1,"{text}"\n', encoding="utf-8")
    mined(path, tmp_path / "out", Miner(WholeClauses()))
    first, _ = read_csv(tmp_path / "out" / "findings.csv")

    assert re.fullmatch(r"\[手机 [a-z]{8}\]收不到验证码，", first["quote"])
    assert text[int(first["start"]) : int(first["end"])] == "13812345678收不到验证码，"
    assert all("13812345678" not in written for written in written_texts(tmp_path / "out").values())


def test_without_a_masker_everything_stands_as_received(tmp_path: Path, miner: Miner) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8")
    run = mined(path, tmp_path / "out", miner, masker=None)
    tickets = read_csv(tmp_path / "out" / "tickets.csv")

    assert run.masked is False
    assert {row["customer"] for row in tickets} <= {row["客户号"] for row in demo()}
    assert any(value in row["text"] for value in personal_data() for row in tickets)


# ── options ───────────────────────────────────────────────────────────────


def test_a_note_is_shown_at_the_top_of_the_report_and_kept_in_the_record(
    tmp_path: Path, miner: Miner
) -> None:
    path = delimited(tmp_path / "export.csv", demo()[:20], "utf-8")
    run = mined(path, tmp_path / "out", miner, note="合成数据 <b>")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")

    assert run.note == "合成数据 <b>"
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["note"] == run.note
    assert '<p class="note">合成数据 &lt;b&gt;</p>' in page


@pytest.mark.parametrize("place", ["export.csv", "export.csv/out"])
def test_results_that_cannot_lie_where_they_should_are_refused_with_the_place(
    place: str, tmp_path: Path, miner: Miner
) -> None:
    path = delimited(tmp_path / "export.csv", demo()[:5], "utf-8")

    with pytest.raises(InputError, match=r"export\.csv.*cannot be made a folder"):
        mined(path, tmp_path / place, miner)


@pytest.mark.parametrize("exposure", [float("nan"), float("inf"), 0, -3])
def test_an_exposure_that_counts_nobody_is_refused_before_anything_is_written(
    exposure: float, tmp_path: Path, miner: Miner
) -> None:
    path = delimited(tmp_path / "export.csv", demo()[:5], "utf-8")

    with pytest.raises(InputError, match="exposure is"):
        mined(path, tmp_path / "out", miner, exposure=exposure)
    assert not (tmp_path / "out").exists()


# ── cut short ─────────────────────────────────────────────────────────────


def interrupted_after(count: int) -> Callable[[int], None]:
    def progress(done: int) -> None:
        if done == count:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_an_interrupted_run_leaves_no_half_file(form: str, tmp_path: Path, miner: Miner) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8")
    with pytest.raises(KeyboardInterrupt):
        mined(path, tmp_path / "out", miner, format=form, progress=interrupted_after(100))

    assert list((tmp_path / "out").iterdir()) == []


def test_an_interrupted_run_leaves_the_files_of_the_run_before(tmp_path: Path, miner: Miner) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8")
    mined(path, tmp_path / "out", miner)
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    with pytest.raises(KeyboardInterrupt):
        mined(path, tmp_path / "out", miner, progress=interrupted_after(3))

    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before


def test_an_unknown_format_or_language_is_refused_with_the_known_ones(tmp_path: Path, miner: Miner) -> None:
    path = delimited(tmp_path / "export.csv", demo(), "utf-8")

    with pytest.raises(InputError, match="csv"):
        mined(path, tmp_path / "out", miner, format="docx")
    with pytest.raises(InputError, match="zh-Hans"):
        mined(path, tmp_path / "out", miner, lang="fr")


def test_the_columns_of_the_demonstration_are_those_read(tmp_path: Path) -> None:
    (sheet,) = Export.open(write_export(tmp_path)).sheets

    assert set(sheet.columns.values()) <= set(HEADERS)
    assert sheet.columns["text"] == TEXT
