"""Labelled notes written for tools and for people, so that nothing is lost: what was written is read back."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from voctext.errors import InputError
from voctext.labels.bio import SUFFIXES, bio_lines
from voctext.labels.doccano import doccano_of
from voctext.labels.label_studio import tasks_of
from voctext.labels.notes import LabelledFile, LabelledText
from voctext.labels.read import read_labels
from voctext.labels.records import GUARDED
from voctext.records import Perception
from voctext.tables.aside import written_aside
from voctext.tables.write import write_rows


class Target(StrEnum):
    """How labelled notes can be written."""

    LABEL_STUDIO = "label-studio"
    DOCCANO = "doccano"
    BIO = "bio"
    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


_SUFFIXES = MappingProxyType(
    {
        Target.LABEL_STUDIO: frozenset({".json"}),
        Target.DOCCANO: frozenset({".jsonl"}),
        Target.BIO: SUFFIXES,
        Target.CSV: frozenset({".csv"}),
        Target.XLSX: frozenset({".xlsx"}),
        Target.JSONL: frozenset({".jsonl"}),
    }
)

_CODED = re.compile("[\x7f-\x9f\ud800-\udfff]")
"""Half characters, as cut exports hold, and control characters: JSON that has them is written in ASCII."""


def convert(path: str | Path, out: str | Path, *, to: Target) -> LabelledFile:
    """
    Read *path*, write its notes to *out*, and return what was read.

    Raises:
        InputError: as `read_labels` and `write_labels`.
    """
    found = read_labels(path)
    write_labels(out, found.notes, to=to)
    return found


def write_labels(path: str | Path, notes: Sequence[LabelledText], *, to: Target) -> Path:
    """
    Write *notes* to *path*, and return it; the file appears whole or not at all.

    Before it takes its place the file is read back, and must give the same notes.

    Raises:
        InputError: There are no notes, *path* ends otherwise than such files do, cannot be written, or
            the format cannot hold a note.
    """
    path = Path(path)
    if path.suffix.lower() not in _SUFFIXES[to]:
        known = " or ".join(sorted(_SUFFIXES[to]))
        raise InputError(f"{path}: a file for {to} ends in {known}; name it so")
    if not notes:
        raise InputError(f"{path}: there are no notes to write")
    with written_aside(path) as aside:
        _WRITERS[to](aside, notes)
        _check_same(path, aside, notes, to)
    return path


def _check_same(path: Path, aside: Path, notes: Sequence[LabelledText], to: Target) -> None:
    try:
        read = Counter(map(_key, read_labels(aside)))
    except InputError as error:
        why = str(error).replace(str(aside), str(path))
        raise InputError(f"{path}: {to} cannot hold these notes ({why}); write them as jsonl") from error
    lost = next((note for note in notes if read[_key(note)] < 1), None)
    if lost is not None or read.total() != len(notes):
        place = lost.where if lost is not None and lost.where else "a note"
        raise InputError(f"{path}: {to} cannot hold {place} without changing it; write it as jsonl")


def _key(note: LabelledText) -> tuple[object, ...]:
    return (
        note.text,
        tuple(sorted(note.perceptions.items())),
        note.intent,
        note.label,
        tuple(sorted(note.spans)),
        *(note.id, note.customer, note.annotator, note.source),
        tuple(sorted((name, text) for name, text in note.other.items() if text)),
    )


def _write_json(path: Path, notes: Sequence[LabelledText]) -> None:
    path.write_text(_dumped(tasks_of(notes), indent=1), encoding="utf-8", newline="\n")


def _write_doccano(path: Path, notes: Sequence[LabelledText]) -> None:
    _write_lines(path, (_dumped(item) + "\n" for item in doccano_of(notes)))


def _write_jsonl(path: Path, notes: Sequence[LabelledText]) -> None:
    columns = columns_for(notes)
    rows = (_row(note, columns) for note in notes)
    _write_lines(path, (_dumped(row) + "\n" for row in rows))


def _write_bio(path: Path, notes: Sequence[LabelledText]) -> None:
    _write_lines(path, bio_lines(notes))


def _write_csv(path: Path, notes: Sequence[LabelledText]) -> None:
    columns = columns_for(notes)
    rows = (
        {name: _guarded(value) for name, value in _row(note, columns, flat=True).items()} for note in notes
    )
    write_rows(path, rows, format="csv", columns=columns)


def _write_xlsx(path: Path, notes: Sequence[LabelledText]) -> None:
    columns = columns_for(notes)
    write_rows(path, (_row(note, columns, flat=True) for note in notes), format="xlsx", columns=columns)


_WRITERS: Mapping[Target, Callable[[Path, Sequence[LabelledText]], None]] = MappingProxyType(
    {
        Target.LABEL_STUDIO: _write_json,
        Target.DOCCANO: _write_doccano,
        Target.BIO: _write_bio,
        Target.CSV: _write_csv,
        Target.XLSX: _write_xlsx,
        Target.JSONL: _write_jsonl,
    }
)


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)


def _dumped(value: object, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return json.dumps(value, indent=indent) if _CODED.search(text) else text


def _guarded(value: object) -> object:
    """Put one more apostrophe before what reading would take one from."""
    return f"'{value}" if isinstance(value, str) and GUARDED.match(value) else value


def columns_for(notes: Sequence[LabelledText]) -> list[str]:
    """Name the columns of a table that holds all that *notes* say."""
    is_marked = any(note.intent or note.perceptions for note in notes)
    has_classes = any(note.label is not None for note in notes)
    is_whole = all(note.intent if is_marked else note.label is not None for note in notes)
    has_spans = any(note.spans for note in notes) or not is_whole

    def used(*names: str) -> Iterator[str]:
        return (name for name in names if any(getattr(note, name) for note in notes))

    named = [*used("id"), "text"]
    named += [*(p.value for p in Perception), "intent"] if is_marked else []
    named += (["label"] if has_classes else []) + (["spans"] if has_spans else [])
    named += used("customer", "annotator", "source")
    others = dict.fromkeys(name for note in notes for name in note.other)
    return [*named, *(name for name in others if name not in named)]


def _row(note: LabelledText, columns: Sequence[str], *, flat: bool = False) -> dict[str, Any]:
    """Give the cells of *note*; *flat* is for tables, whose cells hold no lists."""
    spans: Any = [{"start": s.start, "end": s.end, "label": s.name} for s in note.spans]
    row: dict[str, Any] = {
        **note.other,
        **{name: getattr(note, name) for name in ("id", "text", "label", "customer", "annotator", "source")},
        **{p.value: note.perceptions.get(p) for p in Perception},
        "intent": note.intent.value if note.intent else None,
        "spans": (_dumped(spans) if spans else None) if flat else spans,
    }
    return {name: row.get(name) for name in columns}
