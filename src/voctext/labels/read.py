"""Labelled files of any kind, told by what is in them, and checked whole."""

from collections.abc import Sequence
from pathlib import Path

from voctext.errors import InputError
from voctext.labels.bio import SUFFIXES, read_bio
from voctext.labels.doccano import is_doccano, read_doccano
from voctext.labels.label_studio import is_label_studio, read_task
from voctext.labels.notes import LabelledFile, LabelledText, refuse, shape_of
from voctext.labels.records import Records, records_in
from voctext.labels.rows import notes_of_tables, table_shape


def read_labels(path: str | Path) -> LabelledFile:
    """
    Read the labelled notes of a file, whichever way they are written.

    Tables (.xlsx, .csv, .jsonl, .parquet, in any encoding that exports come in) are told by their columns:
    text, product, rule, person and intent; text, start, end, perception, polarity and topic, one span a
    row, or text and spans; text and label. Exports of Label Studio and doccano are told by their keys, BIO
    files by their name (.bio, .conll, .iob). Offsets count characters of the text as received.

    Raises:
        InputError: It is none of these, or some of it cannot be used: the first ten, each with its row,
            and their number. Nothing is left out silently.
    """
    path = Path(path)
    found = _bio(path) if path.suffix.lower() in SUFFIXES else _of_tables(path, records_in(path))
    if not found.notes:
        raise InputError(
            f"{path}: no labelled note in it; {'; '.join(found.passed_over) or 'give at least one'}"
        )
    return found


def _of_tables(path: Path, tables: Sequence[Records]) -> LabelledFile:
    export = _export(path, tables[0]) if tables else None
    if export is not None:
        return export
    table, columns, notes, awaited = notes_of_tables(path, tables)
    is_telling = table.blank and table.format != "CSV"  # a CSV ends in blank lines more often than not
    told = [f"{table.place}: {table.blank} empty rows"] if is_telling else []
    told += [f"{table.place}: {awaited} rows that nobody has labelled yet"] if awaited else []
    return LabelledFile(path, table_shape(columns, notes), table.format, tuple(notes), columns, tuple(told))


def _export(path: Path, table: Records) -> LabelledFile | None:
    problems: list[str] = []
    passed_over: list[str] = []
    notes: list[LabelledText] = []
    if is_label_studio(table.headers):
        form = "Label Studio"
        for record in table.rows:
            try:
                record.must_be_read()
                notes += read_task(record, passed_over)
            except InputError as error:
                problems.append(f"{record.where}: {error}")
    elif table.format == "JSON" and is_doccano(table.rows, table.headers):
        form = "doccano"
        notes = list(read_doccano(table.rows, problems))
    else:
        return None
    refuse(path, problems)
    return LabelledFile(path, shape_of(notes), form, tuple(notes), passed_over=tuple(passed_over))


def _bio(path: Path) -> LabelledFile:
    from voctext.tables.decode import encoding_of

    if not path.is_file():
        raise InputError(f"{path}: no such file; give a tagged file, a token, a tab and its tag on each line")
    try:
        text = path.read_bytes().decode(encoding_of(path)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {error.start} is not {error.encoding} text; save it as UTF-8"
        ) from error
    problems: list[str] = []
    notes = tuple(read_bio(path, text, problems))
    refuse(path, problems)
    return LabelledFile(path, shape_of(notes), "BIO", notes)
