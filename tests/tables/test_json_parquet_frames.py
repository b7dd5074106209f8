"""JSON lines, Parquet and data frames. All texts are synthetic."""

# ruff: noqa: DTZ001 - exports give wall-clock times
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voctext.errors import InputError
from voctext.tables import Export, Rejection, tickets_from_frame


def test_json_lines_are_read_and_bad_lines_rejected_with_their_place(tmp_path: Path) -> None:
    lines = [
        '{"id": 622202123456789012, "comment": "转账慢", "tags": ["a", "b"]}',
        '{"id": 2, "comment": "卡" ',
        "",
        '["x"]',
        '{"id": 3, "comment": "", "channel": null}',
        '{"id": 4, "comment": "好", "channel": "app", "stars": 5}',
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    export = Export.open(path)
    rejections: list[Rejection] = []

    tickets = list(export.tickets(rejections.append))

    assert [(t.id, t.text, t.channel, t.satisfaction) for t in tickets] == [
        ("622202123456789012", "转账慢", None, None),
        ("4", "好", "app", "5"),
    ]
    assert tickets[0].other == {"tags": '["a", "b"]'}
    assert [rejection.row for rejection in rejections] == [2, 4, 5]
    assert "at column 25" in rejections[0].reason
    assert "not a JSON object but list" in rejections[1].reason
    assert (export.rows_read, export.tally.blank) == (5, 1)


def test_a_key_that_comes_late_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "慢"}\n' * 1000 + '{"text": "卡", "late": 1}\n', encoding="utf-8")

    assert list(Export.open(path).tickets())[-1].other == {"late": "1"}


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"RECORDS": rows}])
def test_a_json_array_of_objects_is_read(tmp_path: Path, wrap: type) -> None:
    path = tmp_path / "a.json"
    rows = [{"id": "1", "text": "慢"}, {"id": "2", "text": "卡"}]
    path.write_text(json.dumps(wrap(rows), ensure_ascii=False, indent=1), encoding="utf-8")

    assert [(ticket.id, ticket.text) for ticket in Export.open(path).tickets()] == [("1", "慢"), ("2", "卡")]


def test_parquet_streams_with_its_own_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    count = 10_000
    moment = datetime(2024, 3, 5, 14, tzinfo=UTC)
    columns = {
        "工单编号": list(range(count)),
        "诉求内容": [f"第{n}条" for n in range(count)],
        "受理时间": [moment] * count,
    }
    pq.write_table(pa.table(columns), path)
    export = Export.open(path)

    tickets = list(export.tickets())

    assert export.sheets[0].rows == count
    assert (tickets[-1].id, tickets[-1].text) == ("9999", "第9999条")
    assert tickets[0].time == datetime(2024, 3, 5, 14)


def test_damaged_parquet_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 no more")
    with pytest.raises(InputError, match="not a Parquet file"):
        Export.open(path)


DATA = {"id": ["1", "2"], "text": ["慢", None], "score": [5.0, None]}


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(DATA), pl.DataFrame(DATA), pl.LazyFrame(DATA), pa.table(DATA)]
)
def test_any_frame_gives_the_same_tickets(frame: object) -> None:
    rejections: list[Rejection] = []

    tickets = tickets_from_frame(frame, rejected=rejections.append)

    assert [(ticket.id, ticket.text, ticket.satisfaction) for ticket in tickets] == [("1", "慢", "5")]
    assert [rejection.row for rejection in rejections] == [2]


def test_a_frame_without_text_or_that_is_none_says_so() -> None:
    with pytest.raises(InputError, match="its columns are a, b"):
        tickets_from_frame(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(InputError, match="no data frame"):
        tickets_from_frame([1, 2])
    frame = pd.DataFrame({"甲": ["慢"], "b": [2]})
    assert tickets_from_frame(frame, {"text": "甲"})[0].id == "row-1"
