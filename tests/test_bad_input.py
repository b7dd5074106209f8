"""What a person is told who gives voctext something it cannot use: every row of docs/reference/bad-input.md."""

import csv
import io
import re
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from voctext import cli
from voctext.audit.sheet import AuditRow, Stratum, write_audit
from voctext.demo import write_export

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "bad-input.md"
GOOD = "工单编号,诉求内容\nA1,手机银行一登录就闪退\nA2,客服态度很好\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
LABELLED = "text,product,rule,person,intent\n"
SHOP = """\
name: shop
version: 1
groups:
  goods: {perception: product, names: {zh-Hans: 商品, zh-Hant: 商品, en: Goods}}
topics:
  broken:
    group: goods
    names: {zh-Hans: 破损, zh-Hant: 破損, en: Broken}
    negative: [破损]
"""

SEGMENTS = "诉求内容,客群\n手机银行一登录就闪退,学生\n客服态度很好,大众\n"
EFFECT = ("effect", "export.csv", "--group", "客群", "--treated")

Make = Callable[[Path], list[str]]


def exported(content: str | bytes, name: str = "export.csv", *options: str) -> Make:
    """Analyze a file that holds *content*."""

    def make(folder: Path) -> list[str]:
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
        return ["analyze", name, "--out", "out", *options]

    return make


def good(*options: str) -> Make:
    """Analyze a file with nothing wrong in it, with *options*."""
    return exported(GOOD, "export.csv", *options)


def labelled(content: str | bytes) -> Make:
    """Evaluate a file that holds *content*."""

    def make(folder: Path) -> list[str]:
        data = content.encode() if isinstance(content, str) else content
        (folder / "labelled.csv").write_bytes(data)
        return ["evaluate", "labelled.csv"]

    return make


def shop(old: str = "", new: str = "") -> Make:
    """Check a small taxonomy in which *old* was replaced by *new*."""

    def make(folder: Path) -> list[str]:
        assert old in SHOP
        (folder / "shop.yaml").write_text(SHOP.replace(old, new, 1) if old else new, encoding="utf-8")
        return ["taxonomy", "check", "shop.yaml"]

    return make


def call(*words: str) -> Make:
    """Give only *words*."""
    return lambda _: list(words)


def in_folder(files: dict[str, str]) -> Make:
    """Analyze a folder that holds *files*."""

    def make(folder: Path) -> list[str]:
        (folder / "exports").mkdir()
        for name, content in files.items():
            (folder / "exports" / name).write_text(content, encoding="utf-8")
        return ["analyze", "exports", "--out", "out"]

    return make


def workbook(length: int | None, *options: str) -> Make:
    """Analyze the first *length* bytes of the demonstration's workbook."""

    def make(folder: Path) -> list[str]:
        path = write_export(folder).rename(folder / "export.xlsx")
        path.write_bytes(path.read_bytes()[:length])
        return ["analyze", "export.xlsx", "--out", "out", *options]

    return make


def protected() -> bytes:
    """Return the smallest container that says it holds an encrypted workbook (MS-CFB, MS-OFFCRYPTO)."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fixed = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header = struct.pack("<8s16x5H6x9I", *fixed) + struct.pack("<109I", 0, *[free] * 108)

    def entry(name: str, kind: int, child: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        tree = struct.pack("<HBBIII", len(raw), kind, 1, free, free, child)
        return raw.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", end, 0)

    folder = entry("Root Entry", 5, 1) + entry("EncryptedPackage", 2, free) + bytes(256)
    return header + struct.pack("<128I", fat, end, *[free] * 126) + folder


def zipped(name: str, content: str) -> bytes:
    """Return an archive that holds one file."""
    archive = io.BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr(name, content)
    return archive.getvalue()


def out_with_a_folder_in_the_way(folder: Path) -> list[str]:
    (folder / "out" / "report.html").mkdir(parents=True)
    return good()(folder)


def beside(files: dict[str, str], *words: str) -> Make:
    """Give *words*, beside an export of two segments and *files*."""

    def make(folder: Path) -> list[str]:
        for name, content in {"export.csv": SEGMENTS, **files}.items():
            (folder / name).write_text(content, encoding="utf-8")
        return list(words)

    return make


def demand(*options: str, **files: str) -> Make:
    """Count the demands of an export of two segments, with a file beside it named for each of *files*."""
    beside_it = {f"{name}.csv": content for name, content in files.items()}
    return beside(beside_it, "demand", "export.csv", *options)


def audited(*words: str, answer: str = "") -> Make:
    """Give *words*, beside an audit of an export of twenty tickets in which every row has that *answer*."""

    def make(folder: Path) -> list[str]:
        beside({})(folder)
        rows = [
            AuditRow(
                n + 1, f"A{n}", "", "闪退", "product", "?", Stratum(n < 10, 0, 10, 10, 20), unit=n, caller=n
            )
            for n in range(20)
        ]
        path = write_audit(folder / "audit.csv", rows)
        content = path.read_text(encoding="utf-8-sig").replace("?,,,", f"?,{answer},,")
        path.write_text(content, encoding="utf-8-sig")
        return list(words)

    return make


INPUTS: dict[str, Make] = {
    # files
    "a file that is not there": call("analyze", "export.csv", "--out", "out"),
    "an empty file": exported(""),
    "a file of blanks": exported("\n  \n"),
    "a header and no rows": exported("工单编号,诉求内容\n"),
    "a folder with no export in it": in_folder({"readme.md": "x"}),
    "a folder whose exports hold no text": in_folder({"export.csv": "编号,金额\n1,20\n2,30\n"}),
    "a workbook with a password": exported(protected(), "export.xlsx"),
    "a workbook that was cut off": workbook(9000),
    "a workbook without the sheet asked for": workbook(None, "--sheet", "明细"),
    "`--sheet` with a text file": good("--sheet", "明细"),
    "a PDF": exported(b"%PDF-1.7\n", "export.pdf"),
    "a gzip archive": exported(b"\x1f\x8b\x08\x00", "export.csv.gz"),
    "a ZIP archive called .csv": exported(zipped("inner.csv", GOOD)),
    "an image called .csv": exported(PNG),
    "an image called .xlsx": exported(PNG, "export.xlsx"),
    "bytes that are no text": exported(bytes(range(1, 256)) * 4),
    "a Parquet file that is damaged": exported(b"PAR1 and no more", "export.parquet"),
    "a CSV file called .parquet": exported(GOOD, "export.parquet"),
    "a JSON file that is cut off": exported('{"id": "1", "text": "闪退"', "export.json"),
    "an encoding that does not exist": good("--encoding", "gb1803"),
    "`--encoding utf-16` with a file in UTF-8": good("--encoding", "utf-16"),
    # columns
    "no column of text": exported("编号,金额\n1,20\n2,30\n"),
    "`--text-column` with a header that is not there": good("--text-column", "诉求"),
    "`--text-column` with a place that is not there": good("--text-column", "#9"),
    "one header for two fields": good("--text-column", "诉求内容", "--id-column", "诉求内容"),
    # rows
    "a row without text": exported(GOOD + "A3,\n"),
    "a row in which Excel shows an error": exported(GOOD + "A3,#NAME?\n"),
    "a row with more cells than the header": exported(GOOD + "A3,转账慢,很慢\n"),
    "a header that is repeated": exported(GOOD + "工单编号,诉求内容\n"),
    "a footer": exported(GOOD + "合计：2 条,\n"),
    "a row with bytes that are no text": exported(GOOD.encode() + "A3,转账".encode() + b"\xff\xfe\n"),
    "a quotation mark that is never closed": exported('工单编号,诉求内容\nA1,"闪退\nA2,态度很好\n'),
    "a broken line of JSON": exported('{"id": "1", "text": "闪退"}\n{"id": "2", "text":\n', "export.jsonl"),
    "a line of JSON that is no object": exported('{"id": "1", "text": "闪退"}\n[1, 2]\n', "export.jsonl"),
    "an id that came before": exported(GOOD + "A1,转账很慢\n"),
    "an id that a spreadsheet shortened": exported(GOOD + "1.23457E+17,转账很慢\n"),
    "a time that cannot be read": exported("诉求内容,受理时间\n转账很慢,2026-01-05\n手机银行闪退,3天前\n"),
    "text under a header that is not known": exported("码,话\n1,手机银行一登录就闪退\n2,客服态度真的很好\n"),
    # options
    "no `--out`": call("analyze", "export.csv"),
    "a command that does not exist": call("analysis"),
    "an option that does not exist": good("--colour"),
    "`--format` that is not known": good("--format", "ods"),
    "`--lang` that is not known": good("--lang", "fr"),
    "`--exposure 0`": good("--exposure", "0"),
    "`--exposure` that is no number": good("--exposure", "many"),
    "`--exposure nan`": good("--exposure", "nan"),
    "`--exposure inf`": good("--exposure", "inf"),
    "`--classifier` that is not installed": good("--classifier", "rulez"),
    "`--classifier` together with `--only`": call(
        "evaluate", "labelled.csv", "--classifier", "default", "--only", "rules"
    ),
    "an `--out` that is a file": lambda folder: [*good()(folder)[:-1], "export.csv"],
    "an `--out` that lies in a file": lambda folder: [*good()(folder)[:-1], "export.csv/out"],
    "a result that is a folder": out_with_a_folder_in_the_way,
    # taxonomies
    "a taxonomy that is not there": good("--taxonomy", "shop.yaml"),
    "`taxonomy check` of a file that is not there": call("taxonomy", "check", "shop.yaml"),
    "a taxonomy that is empty": shop(),
    "a taxonomy that is no YAML": shop("[破损]", "[破损"),
    "a perception that is none of the three": shop("product", "prodcut"),
    "a key that is not known": shop("negative", "negatives"),
    "a group that is not there": shop("group: goods", "group: good"),
    "a name that is missing": shop(", en: Broken", ""),
    "a word in two lists": shop("[破损]", "[破损]\n    positive: [破损]"),
    "three dots for a gap": shop("[破损]", "[打...不开]"),
    # labelled notes
    "labelled notes that are not there": call("evaluate", "labelled.csv"),
    "labelled notes without a column": labelled("text,product,rule,person\n闪退,-1,,\n"),
    "labelled notes in an empty file": labelled(""),
    "labelled notes without rows": labelled(LABELLED),
    "a perception that is not −1, 0 or 1": labelled(LABELLED + "闪退,-2,,,complaint\n"),
    "an intent that is not known": labelled(LABELLED + "闪退,-1,,,complain\n"),
    "an intent that is missing": labelled(LABELLED + "闪退,-1,,,\n"),
    "a labelled row that ends before its text": labelled("intent,product,rule,person,text\ncomplaint,-1\n"),
    "a labelled row with more cells than the header": labelled(LABELLED + "闪退,卡顿,-1,,,complaint\n"),
    "a labelled row with bytes that are no text": labelled(
        (LABELLED + "手机银行闪退转账很慢客服态度很好,-1,,,complaint\n").encode() + b"\xff,-1,,,complaint\n"
    ),
    # demands, audits and effects
    "`--by` with a header that is not there": demand("--by", "支行"),
    "`--by` with the column of the text": demand("--by", "诉求内容"),
    "`--explain` of what nobody asks": demand("--explain", "app_crahs"),
    "a table in a format that is not known": demand("--out", "t.json"),
    "customers by segment: no number": demand(
        "--exposure", "customers.csv", customers="客群,客户数\n大众,90\n学生,many\n"
    ),
    "customers by segment: a segment twice": demand(
        "--exposure", "customers.csv", customers="客群,客户数\n学生,90\n学生,9\n"
    ),
    "customers by segment: no rows": demand("--exposure", "customers.csv", customers="客群,客户数\n"),
    "customers of segments the export does not have": demand(
        "--exposure", "customers.csv", "--by", "客群", customers="客群,客户数\n零售,90\n"
    ),
    "`--audit` together with `--holdout`": demand("--audit", "audit.csv", "--holdout", "holdout.csv"),
    "an audit that is not there": demand("--audit", "audit.csv"),
    "an audit that is none": demand("--audit", "export.csv"),
    "an audit without labels": audited("audit", "apply", "audit.csv"),
    "an audit answered in other words": audited("audit", "apply", "audit.csv", answer="maybe"),
    "an audit of another export": audited("demand", "export.csv", "--audit", "audit.csv", answer="1"),
    "a hold-out without a column": demand(
        "--holdout", "holdout.csv", holdout="target,tp,fp,fn\nproduct,9,1,1\n"
    ),
    "a hold-out with a count that is none": demand(
        "--holdout", "holdout.csv", holdout="target,tp,fp,fn,tn\nproduct,9,-1,1,9\n"
    ),
    "a hold-out no better than chance": demand(
        "--holdout", "holdout.csv", holdout="target,tp,fp,fn,tn\nproduct,50,50,50,50\n"
    ),
    "`audit sample` into a format that is not known": beside(
        {}, "audit", "sample", "export.csv", "--out", "audit.txt"
    ),
    "`audit sample --for` what is not known": beside(
        {}, "audit", "sample", "export.csv", "--out", "audit.csv", "--for", "prodcut"
    ),
    "`audit sample` with `--size` and `--width`": beside(
        {}, "audit", "sample", "export.csv", "--out", "audit.csv", "--size", "60", "--width", "0.1"
    ),
    "`compare` of one export without `--at`": beside({}, "compare", "export.csv"),
    "`compare --at` what is no date": beside({}, "compare", "export.csv", "--at", "3月16日"),
    "`effect --treated` that is not there": beside({}, *EFFECT, "学"),
    "`effect --topic` that is not known": beside({}, *EFFECT, "学生", "--topic", "app_crahs"),
}


def rows() -> list[tuple[str, str, str]]:
    """Return the rows of the page: the input, what happens, and what is told."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines
    ]
    return [(row[0], row[1], row[2]) for row in cells if row[0] != "input"]


def run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["voctext", *words])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def flat(text: str) -> str:
    """Take frames and line breaks out of *text*."""
    return " ".join(re.sub("[╭╮╰╯│─]", " ", text).split())


def test_the_page_and_the_inputs_are_the_same() -> None:
    assert [name for name, _, _ in rows()] == list(INPUTS)


@pytest.mark.parametrize("row", rows(), ids=[name for name, _, _ in rows()])
def test_a_row_of_the_page_is_true(
    row: tuple[str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, happens, message = row
    monkeypatch.chdir(tmp_path)
    code = run(INPUTS[name](tmp_path), monkeypatch)
    out, err = capsys.readouterr()

    if happens == "set aside":
        with (tmp_path / "out" / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
            told = "\n".join(aside["reason"] for aside in csv.DictReader(file))
        expected = 0
    else:
        expected = int(happens.removeprefix("exit ").partition(",")[0])
        told = err if expected else out
    pattern = re.escape(flat(message.strip("`"))).replace("…", ".*")
    assert code == expected, out + err
    assert re.search(pattern, flat(told)), told
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("name", "happens"), [(name, happens) for name, happens, _ in rows() if happens in {"exit 1", "exit 2"}]
)
def test_an_error_leaves_no_results(
    name: str, happens: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(INPUTS[name](tmp_path), monkeypatch) == int(happens[-1])

    left = [path.name for path in tmp_path.rglob("*") if path.is_file() and "out" in path.parts]
    assert not {"run.json", "report.html"}.intersection(left)
    assert not [name for name in left if name.startswith(".")]


def test_stopping_by_hand_is_told_and_gives_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", stopped)
    with pytest.raises(SystemExit) as stop:
        cli.main()

    assert stop.value.code == 130
    assert capsys.readouterr().err == "voctext: stopped; nothing half-written was left\n"
