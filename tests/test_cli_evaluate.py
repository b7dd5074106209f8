"""`voctext evaluate` as a person meets it: intervals, comparisons, mistakes and calibration. All notes are synthetic."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from voctext import cli
from voctext.corpus import notes
from voctext.evaluate import reliability
from voctext.report.calibration import render_calibration
from voctext.tables.formats import tables_in

pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

WORDS = {"慢": "系统太慢了", "贵": "年费太贵了", "凶": "客服说话很凶"}


def called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, list(map(str, arguments)), env={"COLUMNS": "200", "NO_COLOR": "1"})


def figures(*arguments: str | Path) -> dict[str, Any]:
    done = called("evaluate", *arguments, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def written(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: list[list[object]] = [["text", "product", "rule", "person", "intent", "客户号", "source"]]
    for n, note in enumerate(notes()[::400]):
        said = {p.value: polarity for p, polarity in note.perceptions.items()}
        given = [said.get(p, "") for p in ("product", "rule", "person")]
        rows.append([note.text, *given, note.intent.value, f"c{n // 2}", note.genre])
    rows.append(["=APP一登录就闪退，电话13812345678", "", "", 1, "praise", "c0", "forum"])  # labelled amiss
    return written(tmp_path_factory.mktemp("gold") / "gold.csv", rows)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        [f"第{n}次反映，{said}", label, f"渠道{n % 2}"] for n in range(20) for label, said in WORDS.items()
    ]
    return written(tmp_path_factory.mktemp("classes") / "classes.csv", [["text", "label", "渠道"], *rows])


@pytest.fixture(scope="module")
def models(classes: Path) -> tuple[Path, Path]:
    """Train a model of the labels, and one of two of them alone."""
    both = classes.parent / "whole", classes.parent / "part"
    part = [row for row in rows_of(classes) if row[1] != "凶"]
    assert called("train", classes, "--out", both[0]).exit_code == 0
    assert (
        called(
            "train", written(classes.parent / "part.csv", [list(row) for row in part]), "--out", both[1]
        ).exit_code
        == 0
    )
    return both


def test_figures_carry_intervals_that_draw_whole_customers(gold: Path) -> None:
    scores = figures(gold)

    low, high = scores["perception"]["macro_f1_interval"]
    assert low <= scores["perception"]["macro_f1"] <= high
    assert scores["intervals"]["drawn"] == "customers"
    assert list(scores["by"]) == ["script", "length", "source"]
    assert list(scores["by"]["length"]) == ["short", "medium", "long"]
    assert sum(row["n"] for row in scores["by"]["length"].values()) == scores["n"]


def test_people_are_shown_the_intervals_and_the_verdict(gold: Path) -> None:
    done = called("evaluate", gold, "--only", "rules", "--against", "default")

    assert done.exit_code == 0
    assert re.search(r"exact match 0\.\d{3} \(0\.\d{3}–0\.\d{3}\)", done.output)
    assert "by 2000 draws of" in done.output
    assert "default is better than rules, with a certainty of" in done.output
    assert "by length" in done.output


def test_a_reader_against_itself_cannot_be_told_from_itself(gold: Path) -> None:
    against = figures(gold, "--against", "default")["against"]

    assert (against["first"], against["second"]) == ("default", "default (the second)")
    assert against["better"] is None
    assert against["figures"]["exact_match"]["better"] == 0.5
    assert "cannot tell" in against["verdict"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_mistakes_are_listed_with_their_rows_the_surest_first(
    gold: Path, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"errors.{ending}"
    scores = figures(gold, "--errors", path)
    if ending == "csv":
        header, *rows = rows_of(path)
    else:
        header, *rows = ([str(cell) for cell in row.cells] for row in tables_in(path)[0][0].rows())
    told = [dict(zip(header, row, strict=True)) for row in rows]
    last = str(len(rows_of(gold)))
    (amiss,) = [row for row in told if row["row"].removesuffix(".0") == last]

    assert len(told) == round((1 - scores["exact_match"]) * scores["n"])
    assert [float(row["confidence"]) for row in told] == sorted(
        (float(row["confidence"]) for row in told), reverse=True
    )
    assert amiss["said"] == "person +1, praise"
    assert "product for nothing" in amiss["errors"]
    assert "missed person" in amiss["errors"]
    assert "wrong intent: complaint for praise" in amiss["errors"]
    assert "闪退" in amiss["evidence"]
    assert "13812345678" not in amiss["text"]
    assert amiss["text"].startswith("'=APP" if ending == "csv" else "=APP")


def test_a_text_that_looks_like_a_formula_is_no_formula_in_the_workbook(gold: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "errors.xlsx"
    figures(gold, "--errors", path, "--no-mask")
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]

    assert [cell.data_type for cell in cells if str(cell.value).startswith("=APP")] == ["s"]
    assert any("13812345678" in str(cell.value) for cell in cells)


def test_the_page_of_calibration_holds_every_answer_and_loads_nothing(gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "calibration.html"
    done = called("evaluate", gold, "--calibration", path)
    page = path.read_text(encoding="utf-8")
    shown = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    specs = re.findall(r'<script type="application/json" id="spec-answer-\d">(.*?)</script>', page, re.DOTALL)

    assert done.exit_code == 0
    assert f"calibration: {path}" in done.output
    assert all(f"<h2>{name}</h2>" in shown for name in ("product", "rule", "person", "intent"))
    assert len(specs) == 4
    assert json.loads(specs[0])["wide"]["layer"]
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', shown)


def test_the_page_of_calibration_is_the_same_each_time_and_runs_nothing_of_a_name() -> None:
    bins = {"<i>label</i>": reliability([(0.95, True), (0.55, False)])}
    named = {"reader": "<script>alert(1)</script>", "file": "gold\udc80.csv"}
    page = render_calibration(bins, errors={"<i>label</i>": 0.3}, **named)

    assert "<script>alert(1)</script>" not in page
    assert "<i>label</i>" not in page
    assert page.encode() == render_calibration(bins, errors={"<i>label</i>": 0.3}, **named).encode()


def test_single_labels_have_all_of_it_too(classes: Path, models: tuple[Path, Path], tmp_path: Path) -> None:
    errors, page = tmp_path / "errors.csv", tmp_path / "page.html"
    options = ("--by", "渠道", "--errors", errors, "--calibration", page)
    scores = figures(classes, "--model", models[1], "--against", models[0], *options)
    header, *rows = rows_of(errors)

    assert header == ["row", "text", "label", "read_as", "confidence"]
    assert {row[2] for row in rows} == {"凶"}
    assert [float(row[4]) for row in rows] == sorted((float(row[4]) for row in rows), reverse=True)
    assert {rows_of(classes)[int(row[0]) - 1][0] for row in rows} == {row[1] for row in rows}
    assert list(scores["by"]) == ["script", "length", "渠道"]
    assert {group: row["n"] for group, row in scores["by"]["渠道"].items()} == {"渠道0": 30, "渠道1": 30}
    assert scores["unknown_classes"] == ["凶"]
    assert 0 <= scores["calibration"] <= 1
    low, high = scores["macro_f1_interval"]
    assert low <= scores["macro_f1"] <= high
    assert scores["against"]["better"] == "second"
    assert scores["against"]["verdict"].startswith("whole is better than part")
    assert "<h2>label</h2>" in page.read_text(encoding="utf-8")


def test_a_label_that_the_model_was_never_taught_is_told(classes: Path, models: tuple[Path, Path]) -> None:
    done = called("evaluate", classes, "--model", models[1])

    assert done.exit_code == 0
    assert "the model was never taught 凶" in done.output


def test_readers_of_two_kinds_are_not_compared(gold: Path, classes: Path, models: tuple[Path, Path]) -> None:
    for options in ([gold, "--against", models[0]], [classes, "--model", models[0], "--against", "rules"]):
        done = CliRunner().invoke(cli.app, ["evaluate", *map(str, options)])
        assert done.exit_code == 1
        assert "compare two of a kind" in str(done.exception)


def test_a_model_of_single_labels_refuses_labelled_notes(gold: Path, models: tuple[Path, Path]) -> None:
    done = called("evaluate", gold, "--model", models[0])

    assert done.exit_code == 1
    assert "gives a text one label; give a file with columns text and label" in str(done.exception)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--against", "defualt"], "did you mean default"),
        (["--errors", "errors.txt"], ".xlsx or .csv"),
        (["--calibration", "page.pdf"], ".html"),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_read(gold: Path, options: list[str], told: str) -> None:
    done = called("evaluate", gold, *options)

    assert done.exit_code == 2
    assert told in done.output


def test_a_column_that_is_not_there_is_told_with_those_that_are(gold: Path) -> None:
    done = called("evaluate", gold, "--by", "sorce")

    assert done.exit_code == 1
    assert "no column 'sorce' to give figures by; did you mean source?" in str(done.exception)


def test_notes_labelled_under_chinese_names_are_measured_too(tmp_path: Path) -> None:
    path = tmp_path / "标注.csv"
    path.write_text(
        "内容,人与产品,规则,人与人,意图,客户号\n手机银行一登录就闪退,负,,,投诉,甲\n客服态度很好,,,正,表扬,乙\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli.app, ["evaluate", str(path), "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["n"] == 2
