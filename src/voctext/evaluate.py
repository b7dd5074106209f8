"""How well a reader agrees with people: precision, recall and F1 against labelled notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voctext.errors import InputError, choose_from
from voctext.records import Intent, NoteLabel, Perception
from voctext.tables.cells import cell_text, is_blank
from voctext.tables.formats import tables_in
from voctext.tables.rows import RawRow, Table

COLUMNS = ("text", *(perception.value for perception in Perception), "intent")
"""What a file of labelled notes must hold."""
POLARITIES = {"": None, "-1": -1, "0": 0, "1": 1, "+1": 1, "-1.0": -1, "0.0": 0, "1.0": 1}


@dataclass(frozen=True, slots=True)
class LabelledNote:
    """A note and what a person says it says; *about* holds the file's other columns."""

    text: str
    perceptions: Mapping[Perception, int]
    intent: Intent
    about: Mapping[str, str]


def read_labelled(path: str | Path) -> list[LabelledNote]:
    """
    Read labelled notes from a file of any kind and encoding that exports come in.

    Columns: text; product, rule and person (−1, 0, 1, or empty: not marked); intent. Others are kept.
    Of a workbook, the first sheet with these columns is read. Rows without anything in them are passed over.

    Raises:
        InputError: The file or a row of it is not like that; the message names row and column.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a CSV file with columns {', '.join(COLUMNS)}")
    if not path.stat().st_size:
        raise InputError(
            f"{path}: the file is empty, so it has no column 'text'; its columns must be {', '.join(COLUMNS)}"
        )
    table, headers, first = _labelled_table(path)
    place = f"{path}[{table.name}]" if table.name else str(path)
    rows = (row for row in table.rows() if row.number >= first)
    notes = [
        _labelled(f"{place}:{row.number}", row, headers)
        for row in rows
        if row.fault or not all(map(is_blank, row.cells))
    ]
    if not notes:
        raise InputError(f"{path}: no rows under the header; give at least one labelled note")
    return notes


def _labelled_table(path: Path) -> tuple[Table, tuple[str, ...], int]:
    """Find the table that has the columns, its headers, and the number of the first row below them."""
    tables = [(table, *_headers(table)) for table in tables_in(path)[0]]
    if not tables:
        raise InputError(f"{path}: there is no table in it; its columns must be {', '.join(COLUMNS)}")
    for found in tables:
        if set(COLUMNS) <= set(found[1]):
            return found
    _, headers, _ = tables[0]
    missing = next(column for column in COLUMNS if column not in headers)
    known = choose_from(missing, filter(None, headers)) if any(headers) else "the file names no columns"
    raise InputError(f"{path}: no column {missing!r}; {known}")


def _headers(table: Table) -> tuple[tuple[str, ...], int]:
    if table.headers is not None:
        return table.headers, 0
    row = next((row for row in table.rows() if not all(map(is_blank, row.cells))), RawRow(0, ()))
    return tuple(cell_text(cell).strip() for cell in row.cells), row.number + 1


def _labelled(where: str, row: RawRow, headers: tuple[str, ...]) -> LabelledNote:
    if row.fault:
        raise InputError(f"{where}: {row.fault}")
    if not all(map(is_blank, row.cells[len(headers) :])):
        raise InputError(
            f"{where}: more cells than the {len(headers)} of the header; "
            "a text that holds the delimiter must stand in quotation marks"
        )
    cells = dict(zip(headers, map(cell_text, row.cells), strict=False))
    if "text" not in cells:
        raise InputError(f"{where}: the row ends before its text; give it all columns of the header")
    perceptions = {}
    for perception in Perception:
        value = cells.get(perception, "").strip()
        if value not in POLARITIES:
            raise InputError(f"{where}: {perception} is {value!r}; known: -1, 0, 1, or empty for not marked")
        polarity = POLARITIES[value]
        if polarity is not None:
            perceptions[perception] = polarity
    intent = cells.get("intent", "").strip()
    if intent not in set(Intent):
        raise InputError(f"{where}: intent is {intent!r}; {choose_from(intent, Intent)}")
    about = {header: text for header, text in cells.items() if header not in COLUMNS}
    return LabelledNote(cells["text"], perceptions, Intent(intent), about)


def evaluate(notes: Sequence[LabelledNote], labels: Iterable[NoteLabel]) -> dict[str, Any]:
    """
    Compare *labels* with what people said of *notes*, in the same order.

    Returns:
        n; perception: precision, recall and f1 of each, and macro_f1, their mean; intent: the same of
        each class, macro_f1 over the classes that occur, and accuracy; polarity: accuracy where the
        perception was rightly found; exact_match: the share of notes with perceptions, polarities and
        intent all right. A figure with nothing to count is 0.
    """
    found = list(labels)
    pairs = list(zip(notes, found, strict=True))
    perception: dict[str, Any] = {
        p.value: _scores([(p in note.perceptions, p in label.perceptions) for note, label in pairs])
        for p in Perception
    }
    perception["macro_f1"] = _mean([perception[p.value]["f1"] for p in Perception])
    occurring = [i for i in Intent if any(i in (note.intent, label.intent) for note, label in pairs)]
    intent: dict[str, Any] = {
        i.value: _scores([(note.intent is i, label.intent is i) for note, label in pairs]) for i in occurring
    }
    intent["macro_f1"] = _mean([intent[i.value]["f1"] for i in occurring])
    intent["accuracy"] = _mean([note.intent is label.intent for note, label in pairs])
    polarity = [
        note.perceptions[p] == label.perceptions[p]
        for note, label in pairs
        for p in Perception
        if p in note.perceptions and p in label.perceptions
    ]
    exact = [dict(n.perceptions) == dict(x.perceptions) and n.intent is x.intent for n, x in pairs]
    return {
        "n": len(notes),
        "perception": perception,
        "intent": intent,
        "polarity": {"accuracy": _mean(polarity)},
        "exact_match": _mean(exact),
    }


def _scores(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    true, said = sum(t for t, _ in pairs), sum(s for _, s in pairs)
    both = sum(t and s for t, s in pairs)
    return {
        "precision": round(both / said, 4) if said else 0.0,
        "recall": round(both / true, 4) if true else 0.0,
        "f1": round(2 * both / (true + said), 4) if true + said else 0.0,
        "support": true,
    }


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
