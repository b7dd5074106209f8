"""Parquet files, read in batches."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from voctext.errors import InputError
from voctext.tables.rows import RawRow, Table

_BATCH = 4096


def parquet_table(path: Path) -> Table:
    """
    Read the names of the columns; the rows come batch by batch.

    Raises:
        InputError: the file is damaged or no Parquet.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            headers = tuple(file.schema_arrow.names)
            count = file.metadata.num_rows
    except (ArrowException, OSError) as error:
        raise InputError(f"{path}: not a Parquet file that can be read ({error}); write it again") from error
    return Table(path, partial(_rows, path), headers=headers, count=count)


def _rows(path: Path) -> Iterator[RawRow]:
    from pyarrow.parquet import ParquetFile

    number = 0
    with ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield RawRow(number, cells)
