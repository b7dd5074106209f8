"""How well a reader agrees with people: precision, recall and F1 against labelled notes."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voctext.errors import InputError, choose_from
from voctext.records import Intent, NoteLabel, Perception

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
    Read labelled notes from a CSV file.

    Columns: text; product, rule and person (−1, 0, 1, or empty: not marked); intent. Others are kept.

    Raises:
        InputError: The file or a row of it is not like that; the message names row and column.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; give a CSV file with columns text, product, rule, person, intent"
        )
    notes = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        headers = reader.fieldnames or ()
        for column in ("text", *Perception, "intent"):
            if column not in headers:
                raise InputError(f"{path}: no column {column!r}; {choose_from(column, headers)}")
        notes = [_labelled(f"{path}:{reader.line_num}", row) for row in reader]
    if not notes:
        raise InputError(f"{path}: no rows under the header; give at least one labelled note")
    return notes


def _labelled(where: str, row: dict[str, str]) -> LabelledNote:
    perceptions = {}
    for perception in Perception:
        value = (row[perception] or "").strip()
        if value not in POLARITIES:
            raise InputError(f"{where}: {perception} is {value!r}; known: -1, 0, 1, or empty for not marked")
        polarity = POLARITIES[value]
        if polarity is not None:
            perceptions[perception] = polarity
    intent = (row["intent"] or "").strip()
    if intent not in set(Intent):
        raise InputError(f"{where}: intent is {intent!r}; {choose_from(intent, Intent)}")
    known = {"text", *Perception, "intent"}
    about = {str(k): v for k, v in row.items() if k is not None and k not in known}
    return LabelledNote(row["text"], perceptions, Intent(intent), about)


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
