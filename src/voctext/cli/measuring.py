"""Readers measured on a labelled file: read, compared, told, and written as the command asks."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from voctext.cli.notes import notes_to_measure
from voctext.cli.scores import print_scores, print_single
from voctext.errors import InputError, choose_from

if TYPE_CHECKING:
    from voctext.evaluate import LabelledNote
    from voctext.mask import Masker

SOURCE = "source"
"""The column by which figures are given unless another is named."""


class Asked(NamedTuple):
    """What the command was asked: a file, and what to tell and write of it."""

    path: Path
    by: str | None
    errors: Path | None
    calibration: Path | None
    masked: bool
    as_json: bool


class Chosen(NamedTuple):
    """A reader, what it is called and where it comes from: a miner of notes, or a model of single labels."""

    name: str
    place: str
    miner: Any = None
    model: Any = None


def measure_notes(asked: Asked, first: Chosen, other: Chosen | None) -> None:
    """Measure a reader of notes."""
    from voctext.evaluate import compare, evaluate, misread_notes, note_answers, tickets_of
    from voctext.evaluate.misread import COLUMNS

    notes = notes_to_measure(asked.path)
    groups = _groups_of_notes(asked, notes)
    tickets = tickets_of(notes)
    readings = list(first.miner.read(tickets)) if asked.errors else []
    labels = [reading.label for reading in readings] or list(first.miner.label(tickets))
    scores = evaluate(notes, labels)
    scores["by"] = _by_notes(notes, labels, groups)
    if other is not None:
        others = list(other.miner.label(tickets))
        scores["against"] = compare(notes, labels, others, names=_names(first, other))
    if asked.calibration is not None:
        if "calibration" not in scores:
            raise InputError(
                f"{first.place} does not say how sure it is of its answers; leave --calibration out"
            )
        _draw(asked.calibration, asked, first, note_answers(notes, labels), scores["calibration"])
    if asked.errors is not None:
        _write_errors(asked.errors, misread_notes(notes, readings, masker=_masker(asked)), COLUMNS)
    _tell(asked, scores, print_scores)


def measure_texts(asked: Asked, first: Chosen, other: Chosen | None) -> None:
    """Measure a model that gives a text one label."""
    from voctext.evaluate import calibration_error, compare_single, evaluate_single, misread_texts
    from voctext.evaluate.labelled import row_of
    from voctext.evaluate.misread import SINGLE_COLUMNS

    labelled = _texts_of(asked.path, first)
    groups = _groups_of_texts(asked, labelled)
    texts, true = [note.text for note in labelled], [str(note.label) for note in labelled]
    customers = [note.customer for note in labelled]
    predicted, sure = _predicted(first.model, texts)
    scores = evaluate_single(true, predicted, customers=customers)
    scores["unknown_classes"] = sorted(set(true) - set(map(str, first.model.classes)))
    answers = [(one, wanted == said) for one, wanted, said in zip(sure, true, predicted, strict=True)]
    scores["calibration"] = calibration_error(answers)
    scores["by"] = _by_texts(true, predicted, groups)
    if other is not None:
        others, _ = _predicted(other.model, texts)
        names = _names(first, other)
        scores["against"] = compare_single(true, predicted, others, customers=customers, names=names)
    if asked.calibration is not None:
        _draw(asked.calibration, asked, first, {"label": answers}, {"label": scores["calibration"]})
    if asked.errors is not None:
        rows = [row_of(note.where) or number for number, note in enumerate(labelled, start=1)]
        masker = _masker(asked)
        misread = misread_texts(texts, true, predicted, confidence=sure, rows=rows, masker=masker)
        _write_errors(asked.errors, misread, SINGLE_COLUMNS)
    _tell(asked, scores, print_single)


def _texts_of(path: Path, reader: Chosen) -> Any:
    from voctext.labels import read_labels
    from voctext.labels.notes import Shape

    labelled = read_labels(path)
    if labelled.shape is not Shape.CLASSES:
        raise InputError(
            f"{path}: holds labelled notes, and {reader.place} gives a text one label; "
            "give a file with columns text and label, or a model that reads notes"
        )
    return labelled


def _predicted(model: Any, texts: Sequence[str]) -> tuple[list[str], list[float]]:
    """Give the likeliest label of each text, and how likely it is."""
    chances = model.predict_proba(texts)
    classes = [str(label) for label in model.classes]
    return [classes[i] for i in chances.argmax(axis=1)], [float(row.max()) for row in chances]


def _names(first: Chosen, other: Chosen) -> tuple[str, str]:
    """Call two readers so that they can be told apart."""
    if first.name != other.name:
        return first.name, other.name
    if first.place != other.place:
        return first.place, other.place
    return first.name, f"{other.name} (the second)"


def _groups_of_notes(asked: Asked, notes: "Sequence[LabelledNote]") -> dict[str, list[str]]:
    headers = dict.fromkeys(header for note in notes for header in note.about)
    columns = {header: [note.about.get(header, "") for note in notes] for header in headers if header}
    return _groups(asked, [note.text for note in notes], columns)


def _groups_of_texts(asked: Asked, labelled: Any) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for field in ("id", "customer", "annotator", SOURCE):
        values = [getattr(note, field) for note in labelled]
        if any(values):
            columns[labelled.columns.get(field, field)] = values
            columns.setdefault(field, values)
    for header in dict.fromkeys(header for note in labelled for header in note.other):
        columns[header] = [note.other.get(header, "") for note in labelled]
    return _groups(asked, [note.text for note in labelled], columns)


def _groups(asked: Asked, texts: Sequence[str], columns: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Give the group of each text by script, by length and by a column."""
    from voctext.evaluate import length_of, script_of

    groups = {"script": [script_of(text) for text in texts], "length": [length_of(text) for text in texts]}
    column = asked.by if asked.by is not None else SOURCE
    if column in columns:
        return {**groups, column: columns[column]}
    if asked.by is not None and asked.by not in groups:
        known = choose_from(column, columns) if columns else "it has none beside text and labels"
        raise InputError(f"{asked.path}: no column {column!r} to give figures by; {known}")
    return groups


def _by_notes(notes: Any, labels: Any, groups: Mapping[str, list[str]]) -> dict[str, Any]:
    from voctext.evaluate import evaluate_by

    return {name: _in_order(evaluate_by(notes, labels, of)) for name, of in groups.items()}


def _by_texts(
    true: Sequence[str], predicted: Sequence[str], groups: Mapping[str, list[str]]
) -> dict[str, Any]:
    from voctext.evaluate import single_by

    return {name: _in_order(single_by(true, predicted, of)) for name, of in groups.items()}


def _in_order(figures: dict[str, Any]) -> dict[str, Any]:
    """Put lengths from short to long; anything else stays sorted by its name."""
    from voctext.evaluate import LENGTHS

    if not figures.keys() <= LENGTHS.keys():
        return figures
    return {name: figures[name] for name in LENGTHS if name in figures}


def _masker(asked: Asked) -> "Masker | None":
    from voctext.mask import Masker

    return Masker() if asked.masked else None


def _draw(
    path: Path, asked: Asked, reader: Chosen, answers: Mapping[str, Any], errors: Mapping[str, float]
) -> None:
    """Write the page of calibration to *path*."""
    from voctext.evaluate import reliability
    from voctext.report.calibration import render_calibration
    from voctext.tables.write import written_aside

    bins = {name: reliability(some) for name, some in answers.items()}
    page = render_calibration(bins, errors=errors, reader=reader.name, file=asked.path.name)
    with written_aside(path) as aside:
        aside.write_text(page, encoding="utf-8")


def _write_errors(path: Path, rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    from voctext.tables.write import write_rows

    write_rows(path, rows, format="csv" if path.suffix.lower() == ".csv" else "xlsx", columns=columns)


def _tell(asked: Asked, scores: Mapping[str, Any], show: Any) -> None:
    """Print the figures, and where the files lie."""
    if asked.as_json:
        typer.echo(json.dumps(scores, ensure_ascii=False, indent=2))
        return
    show(scores)
    if asked.errors is not None:
        typer.echo(f"read differently: {asked.errors}")
    if asked.calibration is not None:
        typer.echo(f"calibration: {asked.calibration}")
