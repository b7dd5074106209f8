"""How well a reader agrees with people: precision, recall and F1 against labelled notes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voctext.errors import InputError, choose_from
from voctext.records import Intent, NoteLabel, Perception
from voctext.tables.cells import cell_text, is_blank
from voctext.tables.labelled import LabelledTable, labelled_table

COLUMNS = ("text", *(perception.value for perception in Perception), "intent")
"""What a file of labelled notes must hold."""
ANSWERS = (*(perception.value for perception in Perception), "intent")
"""What a label answers, each with its confidence."""
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
    table = _labelled_table(path)
    notes = [_labelled(where, cells, table.headers) for where, cells in table.rows()]
    if not notes:
        raise InputError(f"{path}: no rows under the header; give at least one labelled note")
    return notes


def _labelled_table(path: Path) -> LabelledTable:
    table = labelled_table(path, COLUMNS)
    if table is None:
        raise InputError(f"{path}: there is no table in it; its columns must be {', '.join(COLUMNS)}")
    missing = next((column for column in COLUMNS if column not in table.headers), None)
    if missing is None:
        return table
    headers = [header for header in table.headers if header]
    known = choose_from(missing, headers) if headers else "the file names no columns"
    raise InputError(f"{path}: no column {missing!r}; {known}")


def _labelled(where: str, row: Sequence[object], headers: Sequence[str]) -> LabelledNote:
    if not all(map(is_blank, row[len(headers) :])):
        raise InputError(
            f"{where}: more cells than the {len(headers)} of the header; "
            "a text that holds the delimiter must stand in quotation marks"
        )
    cells = dict(zip(headers, map(cell_text, row), strict=False))
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
        intent all right; confusion: of each true intent, how often each was read; where the labels tell
        their confidence, calibration: the expected calibration error of each answer, and surest: the
        macro_f1 of the nine tenths of notes most surely read. A figure with nothing to count is 0.
    """
    pairs = list(zip(notes, labels, strict=True))
    figures = _agreement(pairs)
    confusion = Counter((note.intent, label.intent) for note, label in pairs)
    figures["confusion"] = {
        true.value: {said.value: confusion[true, said] for said in Intent if confusion[true, said]}
        for true in Intent
        if any(confusion[true, said] for said in Intent)
    }
    if pairs and all(set(ANSWERS) <= label.confidence.keys() for _, label in pairs):
        figures["calibration"] = {answer: _calibration_error(pairs, answer) for answer in ANSWERS}
        surest = sorted(pairs, key=lambda pair: -min(pair[1].confidence.values()))
        kept = _agreement(surest[: len(pairs) - len(pairs) // 10])
        figures["surest"] = {
            "n": kept["n"],
            **{head: {"macro_f1": kept[head]["macro_f1"]} for head in ("perception", "intent")},
        }
    return figures


def evaluate_by(
    notes: Sequence[LabelledNote], labels: Sequence[NoteLabel], groups: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Evaluate each of *groups* by itself; *groups* names the group of each note."""
    members: dict[str, list[tuple[LabelledNote, NoteLabel]]] = {}
    for note, label, group in zip(notes, labels, groups, strict=True):
        members.setdefault(group, []).append((note, label))
    return {group: _agreement(members[group]) for group in sorted(members)}


def script_of(text: str) -> str:
    """
    Name the script of *text*: "traditional" if a character of it has a simplified form, else "simplified".

    >>> script_of("登錄不了"), script_of("登录不了"), script_of("app")
    ('traditional', 'simplified', 'simplified')
    """
    from voctext.text import has_traditional

    return "traditional" if has_traditional(text) else "simplified"


def _agreement(pairs: Sequence[tuple[LabelledNote, NoteLabel]]) -> dict[str, Any]:
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
        "n": len(pairs),
        "perception": perception,
        "intent": intent,
        "polarity": {"accuracy": _mean(polarity)},
        "exact_match": _mean(exact),
    }


def _calibration_error(pairs: Sequence[tuple[LabelledNote, NoteLabel]], answer: str) -> float:
    """
    Give the expected calibration error of *answer*, in ten bins of confidence.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017), ICML, equation 3.
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for note, label in pairs:
        if answer == "intent":
            right = note.intent is label.intent
        else:
            right = (answer in note.perceptions) == (answer in label.perceptions)
        sure = label.confidence[answer]
        bins.setdefault(min(int(sure * 10), 9), []).append((sure, right))
    gaps = [abs(sum(sure for sure, _ in group) - sum(right for _, right in group)) for group in bins.values()]
    return round(sum(gaps) / len(pairs), 4)


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
