"""The command line as a person or a script meets it: exit codes, what is printed, and what is written."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from voctext import __version__, cli
from voctext.console import progress
from voctext.demo import write_export
from voctext.records import Clause, Finding

MACRO, ACCURACY = {"macro_f1", "macro_f1_interval"}, {"accuracy", "accuracy_interval"}
INTENTS = {"complaint", "suggestion", "inquiry", "praise", "other"}
FIGURES = {"precision", "recall", "f1"}


def voctext(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "voctext.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "200", "NO_COLOR": "1"},
    )


def called(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli.app, list(map(str, arguments)), env={"COLUMNS": "200", "NO_COLOR": "1"})


def labelled(path: Path) -> Path:
    path.write_text(
        "text,product,rule,person,intent\n"
        "APP老是闪退，垃圾,-1,,,complaint\n"
        "客服态度很好,,,1,praise\n"
        "年费太贵，不合理,,-1,,complaint\n"
        "请问网点周六上班吗,,,,inquiry\n",
        encoding="utf-8",
    )
    return path


# ── help and version ──────────────────────────────────────────────────────


def test_the_version_is_printed_alone() -> None:
    done = voctext("--version")

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, __version__, "")


def test_help_names_every_command() -> None:
    done = voctext("--help")

    assert done.returncode == 0
    for command in ("analyze", "demo", "evaluate", "taxonomy"):
        assert command in done.stdout


@pytest.mark.parametrize(
    "command", [["analyze"], ["demo"], ["evaluate"], ["taxonomy"], ["taxonomy", "check"]]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = called(*command, "--help")

    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_every_option_of_analyze_says_what_it_is_for() -> None:
    result = called("analyze", "--help")

    for option in (
        "--out",
        "--lang",
        "--format",
        "--taxonomy",
        "--no-mask",
        "--exposure",
        "--text-column",
        "--sheet",
    ):
        assert option in result.output


def test_called_without_a_command_it_shows_its_help() -> None:
    done = voctext()

    assert "Usage:" in done.stdout + done.stderr


# ── exit codes ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyse"],
        ["analyze"],
        ["analyze", "x.csv"],
        ["analyze", "x.csv", "--out", "o", "--lang", "fr"],
        ["analyze", "x.csv", "--out", "o", "--format", "docx"],
        ["analyze", "x.csv", "--out", "o", "--exposure", "0"],
        ["analyze", "x.csv", "--out", "o", "--exposure", "-5"],
        ["evaluate"],
        ["evaluate", "x.csv", "--only", "magic"],
        ["demo", "--no-such-option"],
        ["taxonomy", "mend"],
    ],
)
def test_a_wrong_call_ends_with_two_and_the_usage(arguments: list[str]) -> None:
    result = called(*arguments)

    assert result.exit_code == 2
    assert "Usage:" in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["analyze", "none.csv", "--out", "out"], "none.csv: no such file"),
        (["analyze", "empty.csv", "--out", "out"], "empty.csv: the file is empty"),
        (["analyze", "numbers.csv", "--out", "out"], "no column holds the customers' words"),
        (["analyze", "good.csv", "--out", "out", "--text-column", "内容"], "no column '内容'"),
        (["analyze", "good.csv", "--out", "out", "--encoding", "utf-9"], "encoding 'utf-9' is unknown"),
        (["analyze", "good.csv", "--out", "out", "--sheet", "一月"], "sheet '一月'"),
        (["analyze", "good.csv", "--out", "out", "--taxonomy", "none.yaml"], "none.yaml"),
        (["analyze", "good.csv", "--out", "good.csv"], "good.csv"),
        (["evaluate", "none.csv"], "none.csv: no such file"),
        (["evaluate", "numbers.csv"], "no column 'text'"),
        (["evaluate", "good.csv", "--taxonomy", "none.yaml"], ""),
        (["taxonomy", "check", "none.yaml"], "none.yaml"),
    ],
)
def test_an_error_of_the_input_ends_with_one_and_a_message_without_a_traceback(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    (tmp_path / "good.csv").write_text("工单编号,诉求内容\n1,APP闪退\n", encoding="utf-8")
    done = voctext(*arguments, cwd=tmp_path)

    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert done.stdout == "" or "reading" in done.stdout


def test_a_labelled_file_in_another_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_bytes("text,product,rule,person,intent\n手机银行闪退,-1,,,complaint\n".encode("gb18030"))
    done = voctext("evaluate", path, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["perception"]["product"]["recall"] == 1.0


# ── analyze and demo ──────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demonstration")
    return folder / "out", voctext("demo", "--out", "out", cwd=folder)


def test_the_demonstration_writes_its_results_and_says_where(
    demonstration: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, done = demonstration

    assert done.returncode == 0, done.stderr
    names = {
        "demo-export.xlsx",
        "report.html",
        "demands.csv",
        "segments.csv",
        "resolution.csv",
        "months.csv",
        "stages.csv",
        "customers.csv",
        "findings.csv",
        "tickets.csv",
        "rejected.csv",
        "run.json",
    }
    assert {path.name for path in out.iterdir()} == names
    for name in names:
        assert f"out{os.sep}{name}" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1] == f"report: out{os.sep}report.html"


def test_the_demonstration_accounts_for_every_row(
    demonstration: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, done = demonstration
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    read, mined, rejected = (run["rows"][name] for name in ("read", "mined", "rejected"))

    assert read == mined + rejected
    assert f"rows: {read} read = {mined} mined + {rejected} rejected" in done.stdout
    assert f"findings: {run['findings']} in {run['tickets_with_findings']} tickets" in done.stdout


def test_what_is_read_from_which_column_is_said_before(
    demonstration: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = demonstration
    lines = done.stdout.splitlines()

    assert any("[工单明细]" in line and "header in row 3" in line for line in lines)
    assert any(line.split() == ["text", "诉求内容"] for line in lines)
    assert any(line.startswith("skipped") and "填写说明" in line for line in lines)


def test_away_from_a_terminal_no_bar_is_drawn(
    demonstration: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = demonstration

    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr
    assert done.stderr == ""  # fewer than 10,000 tickets


def test_away_from_a_terminal_progress_is_a_line_per_ten_thousand_tickets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress(None) as tick:
        for number in range(1, 25_001):
            tick(number)

    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["10000 tickets read", "20000 tickets read"]
    assert captured.out == ""


def test_analyze_takes_files_folders_formats_languages_and_columns(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    write_export(exports)
    (exports / "more.csv").write_text("编号,说法\nX1,APP一登录就闪退\n", encoding="utf-8")
    result = called(
        "analyze", exports / "more.csv", "--out", tmp_path / "out", "--text-column", "说法", "--id-column", "#1", "--lang", "en",
        "--format", "parquet", "--exposure", "1000", "--no-mask",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["masked"] is False
    assert {"demands.parquet", "findings.parquet", "tickets.parquet", "rejected.csv"} <= set(run["outputs"])
    assert run["inputs"][0]["columns"] == {"text": "说法", "id": "编号"}

    folder = called("analyze", exports, "--out", tmp_path / "both")
    assert folder.exit_code == 0, folder.output
    assert "more.csv" in folder.output
    assert "demo-export.xlsx" in folder.output


def test_masking_is_what_happens_unless_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("工单编号,诉求内容\n1,手机13812345678收不到验证码\n", encoding="utf-8")
    for options, kept in (([], False), (["--no-mask"], True)):
        out = tmp_path / f"out-{kept}"
        assert called("analyze", path, "--out", out, *options).exit_code == 0
        texts = "".join(file.read_text(encoding="utf-8") for file in out.iterdir())
        assert ("13812345678" in texts) is kept


# ── evaluate ──────────────────────────────────────────────────────────────


def evaluated(path: Path, *options: str) -> dict[str, Any]:
    result = called("evaluate", path, "--json", *options)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_evaluate_prints_figures_as_json_of_one_shape(tmp_path: Path) -> None:
    scores = evaluated(labelled(tmp_path / "gold.csv"))

    assert set(scores) == {
        "n", "perception", "intent", "polarity", "exact_match", "confusion", "calibration", "surest", "by",
        "exact_match_interval", "intervals",
    }  # fmt: skip
    assert list(scores["by"]) == ["script", "length"]  # the file has no column called source
    assert scores["n"] == 4
    assert set(scores["perception"]) == {"product", "rule", "person", *MACRO}
    assert {*MACRO, *ACCURACY} <= set(scores["intent"]) <= {*MACRO, *ACCURACY, *INTENTS}
    assert {"complaint", "praise", "inquiry"} <= set(scores["intent"])
    assert set(scores["polarity"]) == ACCURACY
    for head in ("perception", "intent"):
        for name, value in scores[head].items():
            if name in {"macro_f1", "accuracy"}:
                assert 0 <= value <= 1
            elif name.endswith("_interval"):
                low, high = value
                assert 0 <= low <= scores[head][name.removesuffix("_interval")] <= high <= 1
            else:
                assert set(value) >= FIGURES, name
                assert all(0 <= value[figure] <= 1 for figure in FIGURES)
    assert 0 <= scores["exact_match"] <= 1


def test_plain_notes_are_read_as_people_read_them(tmp_path: Path) -> None:
    scores = evaluated(labelled(tmp_path / "gold.csv"))

    assert scores["perception"]["macro_f1"] == 1.0
    assert scores["polarity"]["accuracy"] == 1.0


def test_json_goes_to_standard_output_alone(tmp_path: Path) -> None:
    done = voctext("evaluate", labelled(tmp_path / "gold.csv"), "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout)["n"] == 4
    assert done.stderr == ""


def test_evaluate_prints_a_table_for_people(tmp_path: Path) -> None:
    result = called("evaluate", labelled(tmp_path / "gold.csv"))

    assert result.exit_code == 0
    assert "4 notes" in result.output
    for word in ("product", "rule", "person", "complaint", "precision", "polarity accuracy", "exact match"):
        assert word in result.output


def test_only_the_rules_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from voctext.classify.rules import RuleClassifier
    from voctext.miner import Miner

    class NeverAsked:
        def classify(self, _clauses: Sequence[Clause], /) -> list[Finding]:
            pytest.fail("the default classifier was asked")

    # whatever stands beside the rules by default, only the rules may read
    monkeypatch.setattr(Miner, "default", lambda: Miner(NeverAsked()))
    scores = evaluated(labelled(tmp_path / "gold.csv"), "--only", "rules")
    monkeypatch.undo()

    from voctext.evaluate import evaluate, read_labelled

    notes = read_labelled(tmp_path / "gold.csv")
    expected = evaluate(notes, Miner(RuleClassifier()).label(note.text for note in notes))
    assert {key: value for key, value in scores.items() if key != "by"} == expected


# ── taxonomy ──────────────────────────────────────────────────────────────

GOOD = """\
name: own
version: 1
groups:
  stall: {perception: product, names: {zh-Hans: 摊位, zh-Hant: 攤位, en: Stall}}
topics:
  stall_closed:
    group: stall
    names: {zh-Hans: 摊位没开, zh-Hant: 攤位沒開, en: Stall closed}
    negative: [摊位没开]
"""


def test_a_good_taxonomy_is_said_to_be_good(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, encoding="utf-8")
    result = called("taxonomy", "check", path)

    assert result.exit_code == 0
    assert "1 topic in 1 group" in result.stdout


def test_a_bad_taxonomy_is_told_whole_with_its_lines_and_ends_with_one(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        GOOD.replace("perception: product", "perception: prodcut").replace("group: stall", "group: stal"),
        encoding="utf-8",
    )
    result = called("taxonomy", "check", path)

    assert result.exit_code == 1
    assert "own.yaml:4:" in result.stderr
    assert "own.yaml:7:" in result.stderr
    assert "did you mean product?" in result.stderr


def test_a_taxonomy_of_one_s_own_reads_with_its_own_topics(tmp_path: Path) -> None:
    taxonomy, export = tmp_path / "own.yaml", tmp_path / "export.csv"
    taxonomy.write_text(GOOD, encoding="utf-8")
    export.write_text("工单编号,诉求内容\n1,攤位沒開\n2,APP闪退\n", encoding="utf-8")
    result = called("analyze", export, "--out", tmp_path / "out", "--taxonomy", taxonomy)

    assert result.exit_code == 0, result.output
    assert "stall_closed" in (tmp_path / "out" / "demands.csv").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["taxonomy"] == "own"


def test_a_shipped_taxonomy_goes_by_its_name(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("工单编号,诉求内容\n1,宽带老是断网\n", encoding="utf-8")
    result = called("analyze", export, "--out", tmp_path / "out", "--taxonomy", "telecom")

    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["taxonomy"] == "telecom"
    checked = called("taxonomy", "check", "telecom")
    assert checked.exit_code == 0
    assert checked.stdout.startswith("telecom: ")


@pytest.mark.parametrize(
    ("lang", "note"), [("zh-Hans", "合成数据"), ("zh-Hant", "合成資料"), ("en", "Synthetic data")]
)
def test_the_report_of_the_demonstration_says_first_that_its_data_are_synthetic(
    lang: str, note: str, tmp_path: Path
) -> None:
    assert called("demo", "--out", tmp_path, "--lang", lang).exit_code == 0

    assert f'<p class="note">{note}' in (tmp_path / "report.html").read_text(encoding="utf-8")


# ── stopped ───────────────────────────────────────────────────────────────


def test_stopping_it_by_hand_leaves_a_message_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "export.csv"
    path.write_text("工单编号,诉求内容\n1,APP闪退\n", encoding="utf-8")
    monkeypatch.setattr("voctext.analyze.analyze", interrupt)
    monkeypatch.setattr(sys, "argv", ["voctext", "analyze", str(path), "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert stopped.value.code == 130
    assert "nothing half-written was left" in capsys.readouterr().err


def test_a_higher_least_confidence_finds_no_more(tmp_path: Path) -> None:
    gold = labelled(tmp_path / "gold.csv")

    plain, careful = evaluated(gold), evaluated(gold, "--min-confidence", "0.99")

    for perception in ("product", "rule", "person"):
        assert careful["perception"][perception]["recall"] <= plain["perception"][perception]["recall"]


@pytest.mark.parametrize("confidence", ["0.4", "1", "nan"])
def test_a_least_confidence_that_is_none_is_a_wrong_call(tmp_path: Path, confidence: str) -> None:
    done = called("evaluate", labelled(tmp_path / "gold.csv"), "--min-confidence", confidence)

    assert done.exit_code == 2
    assert "0.5 to below 1" in done.output


def test_figures_are_given_by_a_column_of_the_file(tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text(
        "text,product,rule,person,intent,渠道\nAPP老是闪退，垃圾,-1,,,complaint,应用市场\n客服態度很好,,,1,praise,电话\n",
        encoding="utf-8",
    )

    scores = evaluated(gold, "--by", "渠道")

    assert {name: scores["by"]["渠道"][name]["n"] for name in scores["by"]["渠道"]} == {
        "应用市场": 1,
        "电话": 1,
    }
    assert set(scores["by"]["script"]) == {"simplified", "traditional"}
