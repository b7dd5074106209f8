"""Result tables written to disk."""

# ruff: noqa: DTZ001 - exports give wall-clock times
import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.tables import Export, write_rows, written_aside
from voctext.tables import write as write_module


def test_csv_is_for_excel_and_runs_no_customer_text_as_a_formula(tmp_path: Path) -> None:
    values = ["=1+1", "@a", "-1+cmd", "+抱怨", "-3.5", "+86", "汉字", "-", 'a"b,c\nd', -2.5, None, "0012"]
    path = write_rows(tmp_path / "a.csv", ({"甲": v} for v in values), format="csv", columns=["甲"])

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [row[0] if row else "" for row in csv.reader(file)][1:]
    assert cells == [
        "'=1+1",
        "'@a",
        "'-1+cmd",
        "'+抱怨",
        "-3.5",
        "+86",
        "汉字",
        "'-",
        'a"b,c\nd',
        "-2.5",
        "",
        "0012",
    ]


def test_xlsx_keeps_text_as_text(tmp_path: Path) -> None:
    row = {
        "a": "=1+1",
        "b": "0012",
        "c": 622202123456789012,
        "d": 1.5,
        "e": "https://x.cn",
        "f": datetime(2024, 3, 5),
    }
    path = write_rows(tmp_path / "a.xlsx", [row], format="xlsx", columns=list(row))

    cells = openpyxl.load_workbook(path).worksheets[0][2]

    assert [cell.value for cell in cells] == [
        "=1+1",
        "0012",
        "622202123456789012",
        1.5,
        "https://x.cn",
        datetime(2024, 3, 5),
    ]
    assert [cell.data_type for cell in cells[:3]] != ["f", "s", "s"]


def test_xlsx_survives_what_a_cell_cannot_hold(tmp_path: Path) -> None:
    texts = ["汉" * 40_000, "😀" * 20_000, "a\x00b\x01c", "x\ud800y\ufffe", "_x0041_", float("inf")]
    path = write_rows(tmp_path / "a.xlsx", [{"text": t} for t in texts], format="xlsx", columns=["text"])

    read = [ticket.text for ticket in Export.open(path).tickets()]

    assert read[0].endswith("… [cut: 40000 characters]")
    assert len(read[0]) == 32_767
    assert len(read[1].encode("utf-16-le")) // 2 <= 32_767
    assert read[2:] == ["a\x00b\x01c", "x\ufffdy\ufffd", "_x0041_", "inf"]


def test_a_full_sheet_goes_on_in_a_second_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_module, "_LAST_ROW", 4)
    path = write_rows(tmp_path / "a.xlsx", ({"n": n} for n in range(5)), format="xlsx", columns=["n"])

    sheets = openpyxl.load_workbook(path).worksheets

    assert [[row[0] for row in sheet.values] for sheet in sheets] == [["n", 0, 1, 2], ["n", 3, 4]]


def test_parquet_columns_widen_when_later_rows_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voctext.tables.write_parquet._BATCH", 2)
    rows: list[dict[str, object]] = [
        {"n": 1, "s": None, "m": 1},
        {"n": 2, "s": None, "m": 2},
        {"n": 2.5, "s": "甲", "m": "x"},
    ]
    path = write_rows(tmp_path / "a.parquet", rows, format="parquet", columns=["n", "s", "m"])

    assert pq.read_table(path).to_pydict() == {
        "n": [1.0, 2.0, 2.5],
        "s": [None, None, "甲"],
        "m": ["1", "2", "x"],
    }
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.parquet"]


def test_no_rows_still_give_a_table(tmp_path: Path) -> None:
    for form in ("csv", "xlsx", "parquet"):
        path = write_rows(tmp_path / f"a.{form}", [], format=form, columns=["a"])
        assert path.stat().st_size > 0
    assert pq.read_table(tmp_path / "a.parquet").column_names == ["a"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interruption_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, form: str, error: type[BaseException]
) -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield {"a": 1}
        raise error

    path = tmp_path / f"a.{form}"
    path.write_text("old", encoding="utf-8")

    with pytest.raises(error):
        write_rows(path, rows(), format=form, columns=["a"])  # type: ignore[arg-type]

    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_written_aside_has_the_rights_of_an_ordinary_one(tmp_path: Path) -> None:
    with written_aside(tmp_path / "a.json") as aside:
        assert aside.parent == tmp_path
        aside.write_text("{}", encoding="utf-8")
    (tmp_path / "plain").write_text("", encoding="utf-8")

    assert (tmp_path / "a.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean xlsx"):
        write_rows(tmp_path / "a", [], format="xls", columns=["a"])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="each once"):
        write_rows(tmp_path / "a", [], format="csv", columns=["a", "a"])
    with pytest.raises(InputError, match="does not exist"):
        write_rows(tmp_path / "b" / "a.csv", [], format="csv", columns=["a"])
    with pytest.raises(InputError, match="is a folder"):
        write_rows(tmp_path, [], format="csv", columns=["a"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
            lambda text: (
                text.strip() and not text.startswith(("=", "@", "+", "-", "\ufeff", "#", "\uffff", "\ufffe"))
            )
        ),
        max_size=8,
    ),
    form=st.sampled_from(["csv", "xlsx", "parquet"]),
)
def test_texts_come_back_as_they_were_written(tmp_path: Path, texts: list[str], form: str) -> None:
    texts = [f"诉{text}".replace("\ufffe", "").replace("\uffff", "") for text in texts]
    path = tmp_path / f"a.{form}"
    rows = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    write_rows(path, rows, format=form, columns=["id", "text"])  # type: ignore[arg-type]

    assert [ticket.text for ticket in Export.open(path).tickets()] == texts
