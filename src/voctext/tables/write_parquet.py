"""Rows of mixed values written to Parquet, whose columns have one type each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from voctext.tables.cells import cell_text

_BATCH = 20_000
_TYPES = {bool: "bool_", int: "int64", float: "float64", datetime: "timestamp", date: "date32"}


def write_parquet(path: Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    """
    Write *rows* batch by batch.

    A column has the one type that all its values share (whole numbers widen to fractions), else text.
    Where a later batch does not fit, what was written is widened and the writing goes on.
    """
    remaining = iter(rows)
    first = list(islice(remaining, _BATCH))
    kinds = {column: _kind(first, column) for column in columns}
    batch, part = first, path
    writer = _writer(part, kinds)
    try:
        while True:
            wider = {column: _wider(kinds[column], _kind(batch, column)) for column in columns}
            if wider != kinds:
                writer.close()
                kinds = wider
                writer = _rewritten(part, kinds)
            writer.write_table(_table(batch, kinds))
            batch = list(islice(remaining, _BATCH))
            if not batch:
                break
    finally:
        writer.close()


def _kind(rows: Sequence[Mapping[str, object]], column: str) -> str:
    kinds = {_kind_of(value) for row in rows if (value := row.get(column)) is not None}
    kind = ""
    for other in kinds:
        kind = _wider(kind, other)
    return kind


def _kind_of(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return "string"
    return next((name for kind, name in _TYPES.items() if isinstance(value, kind)), "string")


def _wider(kind: str, other: str) -> str:
    if not kind or not other or kind == other:
        return kind or other
    return "float64" if {kind, other} == {"int64", "float64"} else "string"


def _schema(kinds: Mapping[str, str]) -> Any:
    import pyarrow as pa

    types = {"timestamp": pa.timestamp("us"), "": pa.string(), "string": pa.string()}
    return pa.schema(
        [(column, types[kind] if kind in types else getattr(pa, kind)()) for column, kind in kinds.items()]
    )


def _writer(path: Path, kinds: Mapping[str, str]) -> Any:
    from pyarrow.parquet import ParquetWriter

    return ParquetWriter(path, _schema(kinds))


def _table(rows: Sequence[Mapping[str, object]], kinds: Mapping[str, str]) -> Any:
    import pyarrow as pa

    data = {column: [_value(row.get(column), kind) for row in rows] for column, kind in kinds.items()}
    return pa.table(data, schema=_schema(kinds))


def _value(value: object, kind: str) -> object:
    if value is None:
        return None
    if kind == "float64" and isinstance(value, int):
        return float(value)
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    if kind in {"", "string"}:
        text = str(value) if isinstance(value, str) else cell_text(value)
        return text.encode("utf-8", errors="replace").decode("utf-8")
    return value


def _rewritten(path: Path, kinds: Mapping[str, str]) -> Any:
    """Write again, in wider types, what *path* holds; go on from there."""
    from pyarrow.parquet import ParquetFile

    old = path.with_name(f"{path.name}.old")
    path.replace(old)
    try:
        writer = _writer(path, kinds)
        with ParquetFile(old) as file:
            for batch in _batches(file):
                writer.write_table(_table(batch, kinds))
    finally:
        old.unlink(missing_ok=True)
    return writer


def _batches(file: Any) -> Iterator[list[dict[str, object]]]:
    for batch in file.iter_batches(batch_size=_BATCH):
        yield batch.to_pylist()
