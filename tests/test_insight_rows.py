"""The tables beyond the demands, as `analyze` writes them: every format, no figure that is none, nobody named."""

import csv
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf, nan
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from voctext.analyze import Run, analyze, facets_of
from voctext.demand.changes import compare
from voctext.demand.table import DemandTable
from voctext.demand.tally import Tally
from voctext.demo import write_export
from voctext.errors import InputError
from voctext.insight import Gatherer
from voctext.insight.portrait import Portrait, portraits
from voctext.insight.rows import (
    CHANGE_COLUMNS,
    INSIGHT_COLUMNS,
    PORTRAIT_COLUMNS,
    _number,
    change_rows,
    insight_rows,
    portrait_row,
)
from voctext.mask import Masker
from voctext.miner import Miner
from voctext.tables import Export

FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
SAID = ("手机银行一登录就闪退", "转账一直失败，很不满意", "客服态度差，不理人", "年费太贵，不合理，建议取消")
HEADER = (
    "工单编号",
    "诉求内容",
    "客户号",
    "受理时间",
    "受理渠道",
    "客群",
    "工单状态",
    "办结时间",
    "满意度",
    "支行",
)
FORMATS = ("csv", "xlsx", "parquet")


def export(path: Path, header: tuple[str, ...] = HEADER, rows: int = 60) -> Path:
    """Write tickets over two months by fifteen customers; what is said depends on the segment."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, extrasaction="ignore")
        writer.writeheader()
        for n in range(rows):
            came = FIRST + timedelta(days=n)
            writer.writerow(
                dict(
                    zip(
                        HEADER,
                        (
                            f"A{n}", f"{SAID[n % 3 if n % 4 else 3]}，请回电1380013{8000 + n}", f"6222{n % 15:04}", came,
                            ("电话", "网点")[n % 2], ("学生", "贵宾", "大众")[n % 3], ("已办结", "处理中")[n % 2],
                            came + timedelta(hours=5) if n % 2 == 0 else "", n % 5 + 1, ("东", "西")[n % 2],
                        ),
                        strict=True,
                    )
                )
            )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def miner() -> Miner:
    return Miner.default()


@pytest.fixture(scope="module")
def outputs(miner: Miner, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the results of one export in each format, and of the same unmasked."""
    folder = tmp_path_factory.mktemp("insights")
    path = export(folder / "export.csv")
    for form in FORMATS:
        done(path, folder / form, miner, format=form, facets=("支行",))
    done(path, folder / "open", miner, masker=None)
    return {name: folder / name for name in (*FORMATS, "open")}


def done(path: Path, out: Path, miner: Miner, *, masker: Masker | None = Masker(), **how: Any) -> Run:  # noqa: B008
    return analyze(Export.open(path), out, miner=miner, masker=masker, **how)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sheet(path: Path) -> pl.DataFrame:
    from openpyxl import load_workbook

    head, *rows = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return pl.DataFrame([dict(zip(head, row, strict=True)) for row in rows], infer_schema_length=None)


READ: dict[str, Callable[[Path], pl.DataFrame]] = {
    "csv": lambda path: pl.read_csv(path, infer_schema=False),
    "xlsx": sheet,
    "parquet": pl.read_parquet,
}


def same(cell: Any, other: Any) -> bool:
    if cell in (None, "") or other in (None, ""):
        return cell in (None, "") and other in (None, "")
    try:
        return float(cell) == pytest.approx(float(other))
    except (TypeError, ValueError):
        return str(cell).lower() == str(other).lower()


TABLES = ("segments", "segment_words", "resolution", "months", "customers")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", TABLES)
def test_every_format_holds_the_same_table_with_the_columns_promised(
    name: str, form: str, outputs: dict[str, Path]
) -> None:
    columns = {**INSIGHT_COLUMNS, "customers": PORTRAIT_COLUMNS}[name]
    table = READ[form](outputs[form] / f"{name}.{form}")
    told = rows_of(outputs["csv"] / f"{name}.csv")

    assert tuple(table.columns) == columns
    assert table.height == len(told) > 0
    if name != "customers":  # pseudonyms are other ones in every run
        for row, other in zip(table.rows(named=True), told, strict=True):
            assert all(same(row[column], other[column]) for column in columns), (row, other)


def test_the_run_names_every_file_that_it_wrote(outputs: dict[str, Path]) -> None:
    for name, folder in outputs.items():
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        assert sorted(run["outputs"]) == sorted(path.name for path in folder.iterdir()), name


def test_no_cell_holds_what_is_no_number(outputs: dict[str, Path]) -> None:
    for path in outputs["csv"].glob("*.csv"):
        cells = {cell.lower() for row in rows_of(path) for cell in row.values() if cell}
        assert not cells & {"nan", "inf", "-inf", "infinity", "none", "nat"}, path.name


def test_segments_hold_the_facets_known_and_the_one_asked_for(outputs: dict[str, Path]) -> None:
    rows = rows_of(outputs["csv"] / "segments.csv")

    assert {row["facet"] for row in rows} == {"segment", "channel", "支行"}
    assert {row["segment"] for row in rows if row["facet"] == "支行"} == {"东", "西"}
    assert {row["exposure_of"] for row in rows} == {"customers seen"}


def test_customers_are_pseudonyms_that_the_tickets_bear_too(outputs: dict[str, Path]) -> None:
    customers = {row["customer"] for row in rows_of(outputs["csv"] / "customers.csv")}

    assert len(customers) == 15
    assert not any(name.startswith("6222") for name in customers)
    assert customers == {row["customer"] for row in rows_of(outputs["csv"] / "tickets.csv")}


def test_no_customer_number_and_no_telephone_is_in_any_masked_file(outputs: dict[str, Path]) -> None:
    for path in outputs["csv"].iterdir():
        content = path.read_text(encoding="utf-8")
        assert "1380013" not in content, path.name
        assert not any(f"6222{n:04}" in content for n in range(15)), path.name


def test_without_masking_customers_stand_as_received(outputs: dict[str, Path]) -> None:
    names = {row["customer"] for row in rows_of(outputs["open"] / "customers.csv")}

    assert names == {f"6222{n:04}" for n in range(15)}
    assert "1380013" in (outputs["open"] / "demands.csv").read_text(encoding="utf-8")


def test_the_customers_add_up_to_the_tickets(outputs: dict[str, Path]) -> None:
    rows = rows_of(outputs["csv"] / "customers.csv")

    assert sum(int(row["tickets"]) for row in rows) == 60
    for row in rows:
        assert 0 <= float(row["tendency_low"]) <= float(row["tendency"]) <= float(row["tendency_high"])


@pytest.mark.parametrize(
    ("header", "absent"),
    [
        (HEADER[:2], {"segments", "segment_words", "months", "alerts", "customers", "stages"}),
        (HEADER[:3], {"segments", "segment_words", "months", "alerts", "stages"}),
        (HEADER[:4], {"segments", "segment_words", "stages"}),
    ],
    ids=["text", "customer", "time"],
)
def test_a_table_that_the_columns_do_not_allow_is_not_written(
    header: tuple[str, ...], absent: set[str], tmp_path: Path, miner: Miner
) -> None:
    run = done(export(tmp_path / "e.csv", header), tmp_path / "out", miner)
    written = {Path(name).stem for name in run.outputs}

    assert not written & absent
    assert {"report", "demands", "findings", "tickets", "run"} <= written


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_topics_are_named_in_the_language_asked_for(lang: str, tmp_path: Path, miner: Miner) -> None:
    done(export(tmp_path / "e.csv"), tmp_path / "out", miner, lang=lang)

    for name in ("segments", "resolution"):
        rows = [row for row in rows_of(tmp_path / "out" / f"{name}.csv") if row["topic"]]
        assert rows
        for row in rows:
            assert row["topic_name"] == miner.taxonomy[row["topic"]].name(lang)


def test_the_exposure_of_a_segment_makes_its_rate(tmp_path: Path, miner: Miner) -> None:
    customers = {"学生": 100.0, "贵宾": 1000.0, "大众": 10_000.0}
    done(export(tmp_path / "e.csv"), tmp_path / "out", miner, exposure=customers)

    for row in rows_of(tmp_path / "out" / "segments.csv"):
        if row["facet"] == "segment":
            assert row["exposure_of"] == "given"
            rate = int(row["episodes"]) * 1000 / customers[row["segment"]]
            assert float(row["rate"]) == pytest.approx(rate, rel=1e-3)


def test_an_exposure_of_other_segments_is_refused(tmp_path: Path, miner: Miner) -> None:
    with pytest.raises(InputError, match="names no segment of the export"):
        done(export(tmp_path / "e.csv"), tmp_path / "out", miner, exposure={"零售": 5.0})
    assert not (tmp_path / "out" / "report.html").exists()


# ── rows by hand ──────────────────────────────────────────────────────────


def test_figures_are_rounded_to_four_and_what_has_no_end_is_empty() -> None:
    assert [_number(x) for x in (123456.0, 0.000123456, 0.0, None, inf, -inf, nan)] == [
        123500.0, 0.0001235, 0.0, None, None, None, None,
    ]  # fmt: skip


def tallied(miner: Miner, path: Path) -> tuple[Tally, Gatherer]:
    tally, gatherer = Tally(masker=Masker()), Gatherer(Masker())
    for reading in miner.read(Export.open(path).tickets()):
        tally.add(reading.ticket, reading.findings, reading.outcome)
        gatherer.add(reading)
    return tally, gatherer


def test_every_row_has_the_columns_of_its_table(tmp_path: Path, miner: Miner) -> None:
    """On the demonstration, which has calls, surveys and two months, and on segments with words of their own."""
    names = set()
    for place in (export(tmp_path / "export.csv"), write_export(tmp_path)):
        tally, gatherer = tallied(miner, place)
        insights = gatherer.insights(DemandTable.from_tally(tally), miner.taxonomy)
        for name, rows in insight_rows(insights, miner.taxonomy, lang="en"):
            names.add(name)
            assert rows
            for row in rows:
                assert set(row) <= set(INSIGHT_COLUMNS[name]), name
                json.dumps(row, allow_nan=False)
    assert {"segments", "segment_words", "resolution", "months", "stages"} <= names
    for portrait in portraits(tally):
        assert set(portrait_row(portrait, customer="x")) == set(PORTRAIT_COLUMNS)


def test_changes_from_nothing_hold_no_infinity(tmp_path: Path, miner: Miner) -> None:
    now, _ = tallied(miner, export(tmp_path / "now.csv"))
    before, _ = tallied(miner, export(tmp_path / "before.csv", rows=1))
    rows = list(change_rows(compare(now, before), miner.taxonomy, lang="zh-Hant"))

    assert [row for row in rows if row["before"] == 0]
    for row in rows:
        assert set(row) == set(CHANGE_COLUMNS)
        json.dumps(row, allow_nan=False)
        if row["before"] == 0:
            assert (row["ratio"], row["ratio_high"]) == (None, None)


def test_a_customer_is_shown_only_as_told(tmp_path: Path, miner: Miner) -> None:
    tally, _ = tallied(miner, export(tmp_path / "e.csv"))
    one: Portrait = next(iter(portraits(tally)))
    row = portrait_row(one, customer="shown")

    assert row["customer"] == "shown"
    assert one.customer not in map(str, row.values())


# ── facets ────────────────────────────────────────────────────────────────


@pytest.fixture
def opened(tmp_path: Path) -> Export:
    return Export.open(export(tmp_path / "e.csv", rows=3))


def test_headers_are_named_by_the_facet_they_fill(opened: Export) -> None:
    assert facets_of(opened, ["客群", "受理渠道", "支行"]) == ("segment", "channel", "支行")
    assert facets_of(opened, []) == ()


def test_one_facet_named_twice_is_one(opened: Export) -> None:
    assert facets_of(opened, ["客群", "segment", "客群"]) == ("segment",)


@pytest.mark.parametrize("header", ["支", "", "客群 "])
def test_a_header_that_is_not_there_is_refused_with_those_that_are(header: str, opened: Export) -> None:
    with pytest.raises(InputError, match=r"no column .*known: .*支行"):
        facets_of(opened, [header])


@pytest.mark.parametrize("header", ["客户号", "诉求内容", "受理时间", "工单编号"])
def test_a_header_that_holds_something_else_is_refused(header: str, opened: Export) -> None:
    with pytest.raises(InputError, match="give one that parts the customers"):
        facets_of(opened, [header])


@pytest.mark.parametrize("facet", ["segment", "channel"])
def test_a_facet_that_the_export_does_not_hold_is_refused(facet: str, tmp_path: Path) -> None:
    bare = Export.open(export(tmp_path / "bare.csv", HEADER[:2], rows=3))

    with pytest.raises(InputError, match=facet):
        facets_of(bare, [facet])
