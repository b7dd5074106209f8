"""How many customers an export covers: a number, a table by segment, and what comes of each."""

from collections.abc import Callable
from datetime import datetime
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.demand import DemandTable
from voctext.demand.exposure import check_exposure, exposure_in, total
from voctext.demand.tally import Tally
from voctext.errors import InputError
from voctext.records import Finding, Intent, Perception, Ticket
from voctext.tables.customers import read_customers
from voctext.tables.write import write_rows
from voctext.text import normalize

CUSTOMERS = {"大众客户": 9000.0, "贵宾客户": 800.0, "学生": 200.0}
TEXT = "手机银行一登录就闪退"


def table(**options: Any) -> DemandTable:
    """Give a table of eight complaints, six of 大众客户 and two of 贵宾客户."""
    tickets = [
        Ticket(
            f"T{n}",
            TEXT,
            customer=f"c{n}",
            time=datetime(2026, 3, 1 + n),  # noqa: DTZ001 - exports carry local times without a zone
            segment="大众客户" if n < 6 else "贵宾客户",
        )
        for n in range(8)
    ]
    findings = []
    for one in tickets:
        clause = split(one, normalize(one.text))[0]
        findings.append(
            Finding(
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
        )
    return DemandTable.from_findings(findings, tickets, **options)


def written(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_text(content, encoding=encoding)
    return path


# ── a table of customers ──────────────────────────────────────────────────

ROWS = "客群,客户数\n大众客户,9000\n贵宾客户,800\n学生,200\n"


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: written(folder / "c.csv", ROWS),
        lambda folder: written(folder / "c.csv", ROWS, "gb18030"),
        lambda folder: written(folder / "c.csv", ROWS, "utf-8-sig"),
        lambda folder: written(folder / "c.tsv", ROWS.replace(",", "\t")),
        lambda folder: written(folder / "c.csv", ROWS.replace("9000", '"9,000"')),
        lambda folder: written(folder / "c.csv", ROWS.replace("9000", " 9000.0 ")),
        lambda folder: written(folder / "c.csv", ROWS.replace("\n贵", "\n\n贵")),
        lambda folder: written(folder / "c.csv", ROWS.replace("9000", "９０００")),
    ],
    ids=["utf-8", "gb18030", "bom", "tab", "thousands", "spaces", "blank line", "full width"],
)
def test_a_table_of_customers_is_read_as(make: Callable[[Path], Path], tmp_path: Path) -> None:
    assert read_customers(make(tmp_path)) == CUSTOMERS


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_table_of_customers_is_read_from_each_format(form: Any, tmp_path: Path) -> None:
    rows = [{"客群": name, "客户数": int(number)} for name, number in CUSTOMERS.items()]
    path = write_rows(tmp_path / f"c.{form}", rows, format=form, columns=("客群", "客户数"))

    assert read_customers(path) == CUSTOMERS


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("学生,", "c.csv:3: "),
        ("学生", "c.csv:3: "),
        ("学生,many", "c.csv:3: 'many' is no number of customers"),
        ("学生,1.2.3", "c.csv:3: '1.2.3' is no number"),
        ("大众客户,5", "c.csv:3: segment '大众客户' stands there twice"),
        ("学生,0", "'0' is no number of customers above 0"),
        ("学生,-3", "'-3' is no number of customers above 0"),
        ("学生,nan", "'nan' is no number of customers above 0"),
        ("学生,inf", "'inf' is no number of customers above 0"),
        (",7", "c.csv:3: "),
    ],
)
def test_a_row_that_tells_no_customers_is_refused_with_its_place(row: str, told: str, tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", f"客群,客户数\n大众客户,9000\n{row}\n")

    with pytest.raises(InputError) as error:
        check_exposure(read_customers(path))
    assert told in str(error.value)


@pytest.mark.parametrize("number", ["0", "-3", "nan", "inf"])
def test_a_number_that_cannot_be_is_refused_with_file_and_row(number: str, tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", f"客群,客户数\n大众客户,9000\n学生,{number}\n")

    with pytest.raises(InputError, match=r"c\.csv:3: "):
        read_customers(path)


@pytest.mark.parametrize("content", ["客群,客户数\n", "", "\n\n"])
def test_a_table_without_rows_is_refused_with_its_name(content: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"c\.csv: "):
        read_customers(written(tmp_path / "c.csv", content))


def test_the_total_at_the_foot_is_no_segment(tmp_path: Path) -> None:
    for word in ("合计", "总计", "Total"):
        assert read_customers(written(tmp_path / "c.csv", f"{ROWS}{word},10000\n")) == CUSTOMERS


def test_a_table_without_a_header_is_refused(tmp_path: Path) -> None:
    """A first row that is dropped unseen makes every rate too high."""
    path = written(tmp_path / "c.csv", ROWS.partition("\n")[2])

    with pytest.raises(InputError, match="header"):
        read_customers(path)


def test_a_row_with_bytes_that_are_no_text_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes(ROWS.encode() + "私人银行".encode() + b"\xff,50\n")

    with pytest.raises(InputError, match=r"c\.csv:5: "):
        read_customers(tmp_path / "c.csv")


def test_what_is_neither_a_number_nor_a_file_is_refused(tmp_path: Path) -> None:
    for name in ("many", tmp_path):
        with pytest.raises(InputError, match="neither a number nor a file"):
            read_customers(name)


# ── what an exposure may be ───────────────────────────────────────────────


@pytest.mark.parametrize(
    "exposure", [0, -1, nan, inf, {}, {"学生": 0}, {"学生": nan}, {"学生": inf}, {"学生": 5, "贵宾客户": -1}]
)
def test_an_exposure_that_counts_nobody_is_refused(exposure: Any) -> None:
    with pytest.raises(InputError, match="exposure"):
        check_exposure(exposure)
    with pytest.raises(InputError, match="exposure"):
        table(exposure=exposure)


@given(st.dictionaries(st.text(), st.floats(0.1, 1e8), min_size=1))
def test_the_whole_is_the_sum_of_the_segments(exposure: dict[str, float]) -> None:
    check_exposure(exposure)

    assert total(exposure) == pytest.approx(sum(exposure.values()))


def test_a_number_given_by_segment_is_the_same_as_their_sum() -> None:
    assert table(exposure=CUSTOMERS) == table(exposure=10_000)


def test_rates_refer_to_the_customers_given() -> None:
    seen, given = table()["app_crash"], table(exposure=CUSTOMERS)["app_crash"]

    assert seen.rate.value == pytest.approx(1000)
    assert given.rate.value == pytest.approx(0.8)
    assert given.share == seen.share
    assert (table().exposure_of, table(exposure=10_000).exposure_of) == ("customers seen", "given")


# ── segments ──────────────────────────────────────────────────────────────


def test_segments_are_compared_by_the_customers_each_has() -> None:
    rows = {row.segment: row for row in table().by("segment", exposure=CUSTOMERS)}

    assert {name: row.rate.value for name, row in rows.items()} == pytest.approx(
        {"大众客户": 1000 * 6 / 9000, "贵宾客户": 1000 * 2 / 800, "学生": 0.0}
    )
    assert {row.exposure_of for row in rows.values()} == {"given"}
    assert rows["贵宾客户"].above > 0.75  # type: ignore[operator]  # there are others


def test_without_an_exposure_segments_are_compared_by_customers_seen() -> None:
    rows = {row.segment: row for row in table().by("segment")}

    assert {name: row.rate.value for name, row in rows.items()} == {"大众客户": 1000, "贵宾客户": 1000}
    assert {row.exposure_of for row in rows.values()} == {"customers seen"}


def test_expected_episodes_add_up_to_those_seen() -> None:
    rows = table().by("segment", exposure=CUSTOMERS)

    assert sum(row.expected for row in rows) == pytest.approx(sum(row.episodes for row in rows)) == 8


def test_an_exposure_of_other_segments_is_refused_with_both() -> None:
    with pytest.raises(InputError, match=r"'零售'.*'大众客户'"):
        table().by("segment", exposure={"零售": 5})


@pytest.mark.parametrize("facet", ["网点", "Segment", ""])
def test_a_facet_that_is_not_kept_is_refused_with_those_that_are(facet: str) -> None:
    with pytest.raises(InputError, match="known: channel, segment"):
        table().by(facet)


# ── an exposure that the export tells ─────────────────────────────────────


def tallied(*rows: tuple[str | None, str]) -> Tally:
    tally = Tally(facets=("客户总数",))
    for number, (segment, told) in enumerate(rows):
        tally.add(Ticket(str(number), "闪退", segment=segment, other={"客户总数": told}), ())
    return tally


def test_a_column_tells_the_customers_of_each_segment_and_is_no_facet_then() -> None:
    tally = tallied(("学生", "100"), ("大众", "1,900"), ("大众", "1,900"))

    assert exposure_in(tally, "客户总数") == {"学生": 100, "大众": 1900}
    assert "客户总数" not in tally.ticket_facet
    assert "客户总数" not in tally.facet_values


def test_a_column_of_an_export_without_segments_tells_all_customers() -> None:
    assert exposure_in(tallied((None, "500"), (None, "500")), "客户总数") == 500


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((("学生", "100"), ("学生", "101")), "2 numbers of customers for '学生'"),
        (((None, "100"), (None, "101")), "gives 2 numbers of customers; give one"),
        ((("学生", "many"),), "holds 'many'"),
        ((("学生", "0"),), "holds '0'"),
        ((("学生", ""),), "gives no number"),
    ],
)
def test_a_column_that_does_not_tell_customers_is_refused(
    rows: tuple[tuple[str | None, str], ...], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        exposure_in(tallied(*rows), "客户总数")
