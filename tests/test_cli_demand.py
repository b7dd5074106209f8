"""`voctext demand`, `compare`, `effect` and `audit`, as a person or a script meets them."""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from voctext import cli
from voctext.demand.rows import DEMAND_COLUMNS
from voctext.demo import write_export
from voctext.insight.rows import CHANGE_COLUMNS

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
HEADER = "工单编号,诉求内容,客户号,受理时间,客群,满意度\n"
SAID = ("手机银行一登录就闪退", "转账一直失败，很不满意", "客服态度差，不理人", "年费太贵，不合理")
AT = "2026-03-16"


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """What was said, out of frames and line breaks."""
        return " ".join(re.sub("[╭╮╰╯│─]", " ", self.out + self.err).split())


Call = Callable[..., Done]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Give a function that runs the command in this process, on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["voctext", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_export(tmp_path_factory.mktemp("demo"))


def tickets(path: Path, rows: int = 28, first: int = 0, *, columns: int = 6) -> Path:
    """Write *rows* tickets, one a day, by seven customers of two segments."""
    lines = [HEADER.strip().split(",")]
    for n in range(first, first + rows):
        text = f"{SAID[n % 4]}，请回电{13800138000 + n}"
        day = FIRST + timedelta(days=n)
        lines.append([f"A{n}", text, f"K6222{n % 7}", f"{day}", ("学生", "大众")[n % 7 % 2], str(n % 5 + 1)])
    path.write_text("".join(",".join(line[:columns]) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tickets(tmp_path / "export.csv")


def parsed(text: str) -> Any:
    """Read JSON as it is defined, which knows neither NaN nor Infinity."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def columns(line: str) -> int:
    """Count the columns that *line* takes on a terminal."""
    from rich.cells import cell_len

    return cell_len(line)


def table_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line[:1] in "┏┃┡│└├╇"]


def fits(text: str) -> None:
    lines = table_lines(text)
    assert lines
    assert max(map(columns, lines)) <= 80
    assert not [line for line in lines if "…" in line]


# ── demand ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_of_the_demonstration_fits_a_terminal_with_nothing_cut(
    lang: str, demo: Path, call: Call
) -> None:
    done = call("demand", demo, "--lang", lang, "--by", "客群", "--top", "60")

    assert done.code == 0, done.err
    fits(done.out)
    assert "343 tickets, 210 customers" in done.out
    assert "--top shows more" in done.out


def test_the_json_of_the_demonstration_is_json_alone_masked_and_ordered(demo: Path, call: Call) -> None:
    done = call("demand", demo, "--json")
    rows = parsed(done.out)

    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert set(row) == set(map(str, DEMAND_COLUMNS))
        assert 0 <= row["top_probability"] <= 1
        assert 1 <= row["rank_low"] <= row["rank_high"] <= len(rows)
        assert row["strength_low"] <= row["strength"] <= row["strength_high"]
        assert row["tier"] == "C"


def test_quotes_are_masked_wherever_they_are_told(export: Path, call: Call) -> None:
    for words in (["--json"], ["--explain", "app_crash"], ["--out", export.with_name("t.csv")]):
        done = call("demand", export, *words)
        told = done.out + (export.with_name("t.csv").read_text("utf-8") if "--out" in words else "")

        assert done.code == 0
        assert "1380013" not in told
        assert "闪退" in told


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_the_table_is_written_in_the_format_of_its_name(form: str, export: Path, call: Call) -> None:
    path = export.with_name(f"table.{form}")
    done = call("demand", export, "--out", path, "--json")
    read = {"csv": pl.read_csv, "xlsx": sheet, "parquet": pl.read_parquet}[form](path)

    assert done.code == 0
    assert f"written: {path}" in done.err
    assert list(read["topic"]) == [row["topic"] for row in parsed(done.out)]
    assert list(read.columns) == list(map(str, DEMAND_COLUMNS))


def sheet(path: Path) -> pl.DataFrame:
    from openpyxl import load_workbook

    head, *rows = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return pl.DataFrame([dict(zip(head, row, strict=True)) for row in rows], infer_schema_length=None)


def test_a_number_of_customers_may_have_thousands_marked(export: Path, call: Call) -> None:
    one, other = (parsed(call("demand", export, "--json", "--exposure", n).out) for n in ("9,000", "9000"))

    for row, same in zip(one, other, strict=True):  # what hides a number is another in every run
        assert row | {"quotes": None} == same | {"quotes": None}
    assert one[0]["rate"] == pytest.approx(one[0]["episodes"] * 1000 / 9000, abs=1e-4)


def test_a_table_of_customers_counts_for_the_whole_and_for_each_segment(export: Path, call: Call) -> None:
    customers = export.with_name("customers.csv")
    customers.write_text('客群,客户数\n学生,100\n大众,"9,900"\n', encoding="utf-8")
    rows = parsed(call("demand", export, "--json", "--exposure", customers).out)
    done = call("demand", export, "--exposure", customers, "--by", "客群")

    assert rows[0]["rate"] == pytest.approx(rows[0]["episodes"] / 10, abs=1e-4)
    assert done.code == 0
    assert [line for line in table_lines(done.out) if "学生" in line]


def test_segments_that_a_table_of_customers_lacks_are_told(export: Path, call: Call) -> None:
    """Their calls count in the rate and their customers do not, so the reader must know."""
    customers = export.with_name("customers.csv")
    customers.write_text("客群,客户数\n学生,100\n", encoding="utf-8")
    done = call("demand", export, "--exposure", customers)

    assert "大众" in done.told


def test_a_table_of_customers_of_other_segments_is_refused_before_anything_is_shown(
    export: Path, call: Call
) -> None:
    customers = export.with_name("customers.csv")
    customers.write_text("客群,客户数\n零售,100\n", encoding="utf-8")
    done = call("demand", export, "--exposure", customers, "--by", "客群", "--out", export.with_name("t.csv"))

    assert done.code == 1
    assert "零售" in done.err
    assert not table_lines(done.out)
    assert not export.with_name("t.csv").exists()


def test_rates_are_said_to_be_of_customers_where_their_number_is_given(export: Path, call: Call) -> None:
    assert "per 1,000 customers;" in call("demand", export, "--exposure", "9000").told


def test_an_explanation_and_a_file_may_be_asked_for_together(export: Path, call: Call) -> None:
    path = export.with_name("t.csv")
    done = call("demand", export, "--explain", "app_crash", "--out", path)

    assert "闪退" in done.out
    assert path.exists()


def test_one_facet_asked_for_by_two_names_is_shown_once(export: Path, call: Call) -> None:
    done = call("demand", export, "--by", "客群", "--by", "segment")

    assert sum(line.startswith("┃ segment") for line in done.out.splitlines()) == 1


# ── audit ─────────────────────────────────────────────────────────────────


def labelled(path: Path, answer: Callable[[int], str] = lambda n: str(n % 2)) -> Path:
    """Answer every row of an audit."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    for n, row in enumerate(table):
        row["answer"] = answer(n)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path


@pytest.fixture
def audit(export: Path, call: Call) -> Path:
    path = export.with_name("audit.csv")
    assert call("audit", "sample", export, "--out", path, "--for", "product").code == 0
    return path


def test_a_sample_is_masked_and_names_no_customer(audit: Path) -> None:
    content = audit.read_text(encoding="utf-8-sig")

    assert "1380013" not in content
    assert "K6222" not in content
    assert "闪退" in content


def test_a_sample_stands_as_received_where_that_is_asked_for(export: Path, call: Call) -> None:
    path = export.with_name("open.csv")
    call("audit", "sample", export, "--out", path, "--no-mask")
    content = path.read_text(encoding="utf-8-sig")

    assert "13800138000" in content
    assert "K62220" in content


@pytest.mark.parametrize(
    ("lang", "word"), [("zh-Hans", "客户是否"), ("zh-Hant", "客戶是否"), ("en", "Does the customer")]
)
def test_questions_are_in_the_language_asked_for(lang: str, word: str, export: Path, call: Call) -> None:
    path = export.with_name("a.csv")
    call("audit", "sample", export, "--out", path, "--lang", lang)

    assert word in path.read_text(encoding="utf-8-sig")


def test_the_same_seed_draws_the_same_sample(demo: Path, call: Call, tmp_path: Path) -> None:
    def numbers(name: str, seed: str) -> list[str]:
        path = tmp_path / name
        assert not call(
            "audit", "sample", demo, "--out", path, "--for", "rule", "--size", "60", "--seed", seed
        ).code
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row["ticket"] for row in csv.DictReader(file)]

    one, again, other = numbers("1.csv", "1"), numbers("2.csv", "1"), numbers("3.csv", "2")
    assert one == again
    assert set(one) != set(other)


def test_labels_that_were_applied_are_told_as_a_table_that_fits_and_as_json(
    demo: Path, call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    call("audit", "sample", demo, "--out", path)
    labelled(path)
    table, rows = call("audit", "apply", path), parsed(call("audit", "apply", path, "--json").out)

    fits(table.out)
    assert [row["target"] for row in rows] == ["product", "rule", "person"]
    for row in rows:
        assert 0 <= row["share_low"] <= row["share"] <= row["share_high"] <= 1
        assert row["tier"] == "A"
        assert row["kappa"] is None


@pytest.mark.parametrize("command", ["demand", "analyze"])
def test_counts_are_corrected_by_an_audit_and_say_their_tier(
    command: str, export: Path, audit: Path, call: Call
) -> None:
    labelled(audit)
    out = export.with_name("out" if command == "analyze" else "table.csv")
    done = call(command, export, "--audit", audit, "--out", out)
    table = pl.read_csv(out / "demands.csv" if command == "analyze" else out)

    assert done.code == 0, done.err
    assert set(zip(table["perception"], table["tier"], strict=True)) == {
        ("product", "A*"), ("rule", "C"), ("person", "C"),
    }  # fmt: skip


@pytest.mark.parametrize("command", ["demand", "analyze"])
def test_counts_are_corrected_by_a_hold_out_and_say_their_tier(
    command: str, export: Path, call: Call
) -> None:
    holdout = export.with_name("holdout.csv")
    holdout.write_text("target,tp,fp,fn,tn\nproduct,900,10,90,9000\napp_crash,90,1,9,900\n", encoding="utf-8")
    out = export.with_name("out" if command == "analyze" else "table.csv")
    done = call(command, export, "--holdout", holdout, "--out", out)
    table = pl.read_csv(out / "demands.csv" if command == "analyze" else out)
    tiers = dict(zip(table["topic"], table["tier"], strict=True))

    assert done.code == 0, done.err
    assert tiers["app_crash"] == "B"
    assert set(tiers.values()) == {"B", "B*", "C"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_demand_corrected_by_the_hold_out_of_its_perception_is_explained(
    lang: str, export: Path, call: Call
) -> None:
    holdout = export.with_name("holdout.csv")
    holdout.write_text("target,tp,fp,fn,tn\nproduct,900,10,90,9000\n", encoding="utf-8")
    done = call("demand", export, "--holdout", holdout, "--explain", "app_crash", "--lang", lang)

    assert done.code == 0
    assert "B*" in done.out


def test_a_hold_out_of_something_unknown_is_refused_with_what_is_known(export: Path, call: Call) -> None:
    holdout = export.with_name("holdout.csv")
    holdout.write_text("target,tp,fp,fn,tn\nprodcut,900,10,90,9000\n", encoding="utf-8")
    done = call("demand", export, "--holdout", holdout)

    assert done.code == 1
    assert "prodcut" in done.err


# ── compare ───────────────────────────────────────────────────────────────


def test_a_change_between_two_exports_is_told(tmp_path: Path, call: Call) -> None:
    before = tickets(tmp_path / "before.csv", 28)
    now = tickets(tmp_path / "now.csv", 28, first=28)
    done = call("compare", now, before)

    assert done.code == 0, done.err
    fits(done.out)
    assert "unchanged" in done.out
    assert "no dates" not in done.out


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_within_the_demonstration_fit_a_terminal(lang: str, demo: Path, call: Call) -> None:
    done = call("compare", demo, "--at", "2026-02-15", "--lang", lang, "--top", "80")

    assert done.code == 0
    fits(done.out)


def test_splitting_one_export_is_comparing_its_two_halves(tmp_path: Path, call: Call) -> None:
    whole = tickets(tmp_path / "whole.csv", 28)
    halves = tickets(tmp_path / "before.csv", 14), tickets(tmp_path / "now.csv", 14, first=14)
    split = parsed(call("compare", whole, "--at", AT, "--json").out)

    assert split == parsed(call("compare", halves[1], halves[0], "--json").out)
    assert split


def test_changes_in_json_hold_no_infinity_and_the_columns_of_the_file(
    demo: Path, call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "changes.csv"
    done = call("compare", demo, "--at", "2026-02-15", "--json", "--out", path)
    rows = parsed(done.out)

    assert [row for row in rows if row["before"] == 0]
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert pl.read_csv(path, infer_schema_length=None).columns == list(CHANGE_COLUMNS)
    assert pl.read_csv(path, infer_schema_length=None).height == len(rows)


def test_a_season_asked_for_is_in_the_json_too(tmp_path: Path, call: Call) -> None:
    now, before, season = (
        tickets(tmp_path / f"{name}.csv", 28, first=first)
        for name, first in (("now", 400), ("before", 372), ("season", 35))
    )
    without = call("compare", now, before, "--json").out
    done = call("compare", now, before, "--season", season, "--json")

    parsed(done.out)
    assert done.out != without


def test_an_exposure_of_one_period_alone_is_refused(tmp_path: Path, call: Call) -> None:
    """Else it would be passed over in silence."""
    now, before = tickets(tmp_path / "now.csv", first=28), tickets(tmp_path / "before.csv")
    for words in (["--exposure", "900"], ["--before-exposure", "900"]):
        done = call("compare", now, before, *words)
        assert done.code == 2, words
        assert "exposure" in done.err
    assert call("compare", now, before, "--season-exposure", "900").code == 2


def test_exposures_of_both_periods_make_the_rates(tmp_path: Path, call: Call) -> None:
    now, before = tickets(tmp_path / "now.csv", first=28), tickets(tmp_path / "before.csv")
    words = ["--exposure", "1000", "--before-exposure", "500", "--json"]

    for row in parsed(call("compare", now, before, *words).out):
        assert row["rate"] == pytest.approx(row["now"], rel=1e-3)
        assert row["before_rate"] == pytest.approx(2 * row["before"], rel=1e-3)


@pytest.mark.parametrize("at", ["1999-01-01", "2099-01-01"])
@pytest.mark.parametrize("command", [["compare"], ["effect", "--group", "客群", "--treated", "学生"]])
def test_a_date_that_leaves_one_side_empty_is_refused_with_the_dates_there_are(
    command: list[str], at: str, export: Path, call: Call
) -> None:
    done = call(command[0], export, "--at", at, *command[1:])

    assert done.code == 1
    assert "2026-03-02" in done.err
    assert "2026-03-29" in done.err


@pytest.mark.parametrize("command", [["compare"], ["effect", "--group", "客群", "--treated", "学生"]])
def test_a_split_of_an_export_without_dates_is_refused(
    command: list[str], tmp_path: Path, call: Call
) -> None:
    path = tmp_path / "undated.csv"
    path.write_text("诉求内容,客群\n转账失败,学生\n闪退,大众\n", encoding="utf-8")
    done = call(command[0], path, "--at", AT, *command[1:])

    assert done.code == 1
    assert "date" in done.err or "time" in done.err


# ── effect ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_effect_is_told_in_the_language_asked_for(lang: str, export: Path, call: Call) -> None:
    done = call("effect", export, "--group", "客群", "--treated", "学生", "--at", AT, "--lang", lang)
    last = done.out.splitlines()[-3:]

    assert done.code == 0, done.err
    if lang == "en":
        assert last[0].startswith("customers who ask: Treated")
        assert not re.search("[\u4e00-\u9fff]", "".join(last))
    else:
        assert re.search("诉求" if lang == "zh-Hans" else "訴求", last[0])


def test_an_effect_in_json_holds_figures(export: Path, call: Call) -> None:
    told = parsed(call("effect", export, "--group", "客群", "--treated", "学生", "--json").out)

    assert set(told) == {"share", "rate", "satisfaction"}
    assert [leaf for leaf in leaves(told) if isinstance(leaf, float)]


def test_an_effect_on_one_topic_is_of_that_topic(export: Path, call: Call) -> None:
    words = ["effect", export, "--group", "客群", "--treated", "学生", "--json"]
    whole, one = call(*words), call(*words, "--topic", "annual_fee")

    assert parsed(one.out)["rate"] != parsed(whole.out)["rate"]


def test_a_group_that_leaves_nobody_to_compare_with_is_refused(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "one.csv"
    path.write_text("诉求内容,客群\n转账失败,学生\n闪退,学生\n", encoding="utf-8")
    done = call("effect", path, "--group", "客群", "--treated", "学生")

    assert done.code == 1
    assert "学生" in done.err


# ── analyze ───────────────────────────────────────────────────────────────


def test_analyze_compares_by_a_header_and_by_the_customers_of_each_segment(export: Path, call: Call) -> None:
    customers = export.with_name("customers.csv")
    customers.write_text("客群,客户数\n学生,100\n大众,9900\n", encoding="utf-8")
    out = export.with_name("out")
    done = call("analyze", export, "--out", out, "--exposure", customers, "--by", "客群")
    segments = pl.read_csv(out / "segments.csv")

    assert done.code == 0, done.err
    assert set(segments["exposure"]) == {100.0, 9900.0}
    for name in ("segments.csv", "customers.csv", "months.csv"):
        assert str(out / name) in done.out


def test_analyze_hides_customers_unless_it_is_refused(export: Path, call: Call) -> None:
    for words, shown in (([], False), (["--no-mask"], True)):
        out = export.with_name(f"out{shown}")
        assert call("analyze", export, "--out", out, *words).code == 0
        names = pl.read_csv(out / "customers.csv")["customer"]
        assert all(name.startswith("K6222") for name in names) is shown
        assert ("13800138" in (out / "tickets.csv").read_text("utf-8")) is shown


# ── what cannot be used ───────────────────────────────────────────────────

BAD: list[tuple[list[str], int, str]] = [
    (["demand"], 2, "Missing argument"),
    (["demand", "no.csv"], 1, "no.csv: no such file or folder"),
    (["demand", "export.csv", "--top", "0"], 2, "--top"),
    (["demand", "export.csv", "--by", "支行"], 1, "no column '支行' in the export"),
    (["demand", "export.csv", "--by", "客户号"], 1, "column '客户号' holds the customer"),
    (["demand", "export.csv", "--by", "channel"], 1, "channel"),
    (["demand", "export.csv", "--explain", "app_crahs"], 1, "no demand 'app_crahs'; did you mean app_crash?"),
    (["demand", "export.csv", "--out", "t.json"], 1, "t.json: "),
    (["demand", "export.csv", "--out", "t"], 1, "t: "),
    (["demand", "export.csv", "--out", "no/t.csv"], 1, "no/t.csv: the folder no does not exist"),
    (["demand", "export.csv", "--exposure", "0"], 2, "'--exposure'"),
    (["demand", "export.csv", "--exposure", "nan"], 2, "'--exposure'"),
    (["demand", "export.csv", "--exposure", "-1"], 2, "'--exposure'"),
    (["demand", "export.csv", "--exposure", "no.csv"], 2, "'--exposure'"),
    (["demand", "export.csv", "--audit", "no.csv"], 1, "no.csv: no such file"),
    (["demand", "export.csv", "--audit", "export.csv"], 1, "export.csv: no column no, target, answer, key"),
    (["demand", "export.csv", "--holdout", "no.csv"], 1, "no.csv: no such file"),
    (["demand", "export.csv", "--holdout", "export.csv"], 1, "export.csv: no column target, tp, fp, fn, tn"),
    (["demand", "export.csv", "--audit", "a.csv", "--holdout", "h.csv"], 2, "--audit or --holdout, not both"),
    (["demand", "export.csv", "--min-confidence", "2"], 2, "--min-confidence"),
    (["analyze", "export.csv", "--out", "o", "--by", "支行"], 1, "no column '支行' in the export"),
    (["analyze", "export.csv", "--out", "o", "--audit", "no.csv"], 1, "no.csv: no such file"),
    (["analyze", "export.csv", "--out", "o", "--audit", "a", "--holdout", "b"], 2, "not both"),
    (["compare", "export.csv"], 2, "give a second export, or --at a date"),
    (["compare", "export.csv", "export.csv", "--at", AT], 2, "and not both"),
    (["compare", "export.csv", "--at", "16.3.2026"], 2, "--at"),
    (["compare", "export.csv", "no.csv"], 1, "no.csv: no such file or folder"),
    (["compare", "export.csv", "export.csv", "--season", "no.csv"], 1, "no.csv: no such file or folder"),
    (["compare", "export.csv", "export.csv", "--before-exposure", "0"], 2, "--before-exposure"),
    (["compare", "export.csv", "export.csv", "--out", "t.ods"], 1, "t.ods: "),
    (["effect", "export.csv"], 2, "--group"),
    (["effect", "export.csv", "--group", "客群"], 2, "--treated"),
    (["effect", "export.csv", "--group", "支行", "--treated", "x"], 1, "no column '支行' in the export"),
    (["effect", "export.csv", "--group", "客群", "--treated", "大"], 1, "no segment '大' in the export"),
    (["effect", "export.csv", "export.csv", "--at", AT, "--group", "客群", "--treated", "学生"], 2, "not both"),
    (["effect", "export.csv", "--group", "客群", "--treated", "学生", "--topic", "x"], 1, "no topic 'x'; known"),
    (["audit"], 2, "Usage"),
    (["audit", "sample", "export.csv"], 2, "--out"),
    (["audit", "sample", "export.csv", "--out", "a.txt"], 1, "a.txt: an audit is written as .xlsx or .csv"),
    (["audit", "sample", "export.csv", "--out", "a.csv", "--for", "prodcut"], 1, "did you mean product?"),
    (["audit", "sample", "export.csv", "--out", "a.csv", "--size", "0"], 2, "--size"),
    (["audit", "sample", "export.csv", "--out", "a.csv", "--size", "5"], 1, "size is 5; give"),
    (["audit", "sample", "export.csv", "--out", "a.csv", "--width", "nan"], 1, "width is nan"),
    (["audit", "sample", "export.csv", "--out", "a.csv", "--size", "60", "--width", "0.1"], 1, "both given"),
    (["audit", "apply", "no.csv"], 1, "no.csv: no such file"),
    (["audit", "apply", "export.csv"], 1, "export.csv: no column no, target, answer, key"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "told"), BAD, ids=[" ".join(words) for words, _, _ in BAD])
def test_what_cannot_be_used_is_told_and_writes_nothing(  # noqa: PLR0917 - three of them are fixtures
    words: list[str], code: int, told: str, export: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(export.parent)
    done = call(*words)

    assert (done.code, "Traceback" in done.err) == (code, False), done
    assert told in done.told
    assert [path.name for path in export.parent.iterdir()] == ["export.csv"]


@pytest.mark.parametrize("words", [["demand"], ["compare", "export.csv"], ["audit", "sample"]])
def test_a_file_that_cannot_be_written_is_refused_before_the_export_is_read(
    words: list[str], export: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a large export takes minutes; a wrong name must not cost them."""
    monkeypatch.chdir(export.parent)
    done = call(*words, "export.csv", "--out", "t.ods")

    assert done.code in (1, 2)
    assert "reading export.csv" not in done.out


def test_an_audit_without_labels_is_refused_and_says_which_rows_to_answer(
    audit: Path, export: Path, call: Call
) -> None:
    for done in (call("audit", "apply", audit), call("demand", export, "--audit", audit)):
        assert done.code == 1
        assert "none is labelled; answer at least" in done.err


def test_an_answer_in_other_words_is_refused_with_its_row(audit: Path, call: Call) -> None:
    done = call("audit", "apply", labelled(audit, lambda n: "maybe" if n == 2 else "1"))

    assert done.code == 1
    assert "audit.csv:4: answer is 'maybe'" in done.err


@pytest.mark.parametrize("command", ["demand", "analyze"])
def test_an_audit_of_another_export_is_refused(command: str, audit: Path, call: Call, tmp_path: Path) -> None:
    labelled(audit)
    other = tickets(tmp_path / "other.csv", 20)
    done = call(
        command, other, "--audit", audit, "--out", tmp_path / ("out" if command == "analyze" else "t.csv")
    )

    assert done.code == 1
    assert "draw an audit of this export" in done.err
    assert not (tmp_path / "t.csv").exists()
    assert not (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    "command",
    [["demand"], ["compare"], ["effect"], ["audit"], ["audit", "sample"], ["audit", "apply"]],
    ids=" ".join,
)
def test_every_command_explains_itself(command: list[str], call: Call) -> None:
    done = call(*command, "--help")

    assert done.code == 0
    assert "Usage:" in done.out
