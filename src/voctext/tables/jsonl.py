"""JSON: one object a line, or a file that is one array of objects."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path

from voctext.errors import InputError
from voctext.tables.decode import Lines, encoding_of
from voctext.tables.rows import RawRow, Table

_SAMPLE_LINES = 1000
_WANTED = 'a line must hold one object such as {"id": "1", "text": "…"}'


def json_table(path: Path, *, encoding: str | None = None) -> Table:
    """
    Read *path* line by line, or whole where it is one array.

    An object whose only list holds objects ({"RECORDS": […]}, as database tools export) is such an
    array too. The columns are the keys of the first thousand objects; later keys go to the side.

    Raises:
        InputError: it is neither.
    """
    encoding = encoding_of(path, encoding)
    if _is_one_document(path, encoding):
        records = _records(path, encoding)
        rows = [(number, record, "") for number, record in enumerate(records, start=1)]
        headers = _keys(record for record in records if isinstance(record, dict))
        return Table(path, partial(_raw, rows, headers), headers=headers, encoding=encoding, count=len(rows))
    sample = islice(_parsed(path, encoding), _SAMPLE_LINES)
    headers = _keys(value for _, value, _ in sample if isinstance(value, dict))
    return Table(path, partial(_from_lines, path, encoding, headers), headers=headers, encoding=encoding)


def _is_one_document(path: Path, encoding: str) -> bool:
    """Tell one array, or one object over several lines, from objects that stand one a line."""
    line = next((line for line in Lines(path, encoding) if line.strip()), "").strip().lstrip("\ufeff")
    if line.startswith("["):
        return True
    if not line.startswith("{"):
        return False
    try:
        value = json.loads(line)
    except ValueError:
        return path.suffix.lower() == ".json"
    return _only_list(value) is not None


def _only_list(value: object) -> list[object] | None:
    if not isinstance(value, dict):
        return None
    lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
    return lists[0] if len(lists) == 1 and "text" not in value else None


def _records(path: Path, encoding: str) -> list[object]:
    lines = Lines(path, encoding)
    try:
        value = json.loads("".join(lines))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); a .json file must hold an array of objects") from error
    if lines.faults:
        offset = next(iter(lines.faults.values()))
        raise InputError(f"{path}: byte {offset} is not {encoding} text; export the file again as UTF-8")
    records = value if isinstance(value, list) else _only_list(value)
    if records is None:
        raise InputError(f"{path}: holds one JSON object; a .json file must hold an array of objects")
    return records


def _keys(records: Iterator[dict[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for record in records for key in record))


def _parsed(path: Path, encoding: str) -> Iterator[tuple[int, object, str]]:
    lines = Lines(path, encoding)
    for number, line in enumerate(lines, start=1):
        if number in lines.faults:
            yield number, line, f"byte {lines.faults[number]} of the file is not {encoding} text"
            continue
        text = line.strip("\ufeff\x00 \t\r\n")
        try:
            yield number, json.loads(text) if text else None, ""
        except json.JSONDecodeError as error:
            yield number, line, f"not JSON: {error.msg} at column {error.colno}; {_WANTED}"
        except RecursionError:
            yield number, line, f"not JSON that can be read: nested too deeply; {_WANTED}"


def _from_lines(path: Path, encoding: str, headers: tuple[str, ...]) -> Iterator[RawRow]:
    return _raw(_parsed(path, encoding), headers)


def _raw(
    rows: "Iterator[tuple[int, object, str]] | list[tuple[int, object, str]]", headers: tuple[str, ...]
) -> Iterator[RawRow]:
    for number, value, fault in rows:
        if fault:
            yield RawRow(number, (str(value).rstrip("\r\n"),), fault=fault)
        elif value is None:
            yield RawRow(number, ())
        elif isinstance(value, Mapping):
            extra = {key: item for key, item in value.items() if key not in headers}
            yield RawRow(number, tuple(value.get(header) for header in headers), extra=extra)
        else:
            shown = json.dumps(value, ensure_ascii=False)
            yield RawRow(number, (shown,), fault=f"not a JSON object but {type(value).__name__}; {_WANTED}")
