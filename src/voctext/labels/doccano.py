"""
doccano's JSONL: one object a line, with its labels as a list.

"label" (or "labels") holds spans [start, end, label], as sequence labelling exports, or names, as text
classification does; "entities" with "cats" hold both, as intent detection and slot filling does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from voctext.errors import InputError
from voctext.labels.foreign import parted, spread
from voctext.labels.names import intent_of, marking_of, span_name
from voctext.labels.notes import LabelledText
from voctext.labels.parse import named_choices, parsed_label, parsed_spans
from voctext.labels.records import Record
from voctext.tables.cells import cell_text, is_blank, key_text

_LABELS = ("label", "labels", "entities", "cats", "relations")


def is_doccano(records: Sequence[Record], headers: Sequence[str]) -> bool:
    """Tell doccano's objects by lists of labels; lists of objects with a perception are a table's spans."""
    if "cats" in headers:
        return True
    keys = [key for key in ("label", "labels", "entities") if key in headers]
    return any(isinstance(record.values.get(key), list) for record in records for key in keys)


def read_doccano(records: Sequence[Record], problems: list[str]) -> Iterator[LabelledText]:
    """Yield the notes of an export; what is wrong with a row goes to *problems*."""
    is_of_notes = _names_of_notes(records)
    for record in records:
        try:
            record.must_be_read()
            yield _note(record, is_of_notes=is_of_notes)
        except InputError as error:
            problems.append(f"{record.where}: {error}")


def _names_of_notes(records: Sequence[Record]) -> bool:
    """Tell perceptions and intents, of which a note has several, from classes, of which it has one."""
    rows = [names for record in records if (names := _lists(record)[1])]
    known = all(intent_of(name) or marking_of(name) for names in rows for name in names)
    return known and any(len(names) > 1 for names in rows)


def _lists(record: Record) -> tuple[list[Any], list[str]]:
    """Give the spans and the names under "label", and the spans under "entities"."""
    spans: list[Any] = []
    names: list[str] = []
    for key in ("label", "labels", "entities"):
        value = record.values.get(key)
        for item in value if isinstance(value, list) else [value] if value is not None else []:
            if isinstance(item, str):
                names.append(item)
            else:
                spans.append(item)
    return spans, names


def _note(record: Record, *, is_of_notes: bool) -> LabelledText:
    fields, other = parted(record.values, skip=_LABELS)
    if record.values.get("relations"):
        other["relations"] = cell_text(record.values["relations"])
    if is_blank(fields["text"]):
        raise InputError("the text is empty; leave the row out, or give the note")
    items, names = _lists(record)
    cats = record.values.get("cats") or []
    if not isinstance(cats, list):
        raise InputError(f"cats is {cats!r}; it must be a list of names")
    chosen = [*map(cell_text, cats), *(names if is_of_notes else [])]
    perceptions, intent, own = named_choices(chosen)
    labels = dict.fromkeys([*own, *(() if is_of_notes else map(parsed_label, names))])
    if len(labels) > 1:
        raise InputError(f"{', '.join(labels)}: a note has one class")
    return LabelledText(
        fields["text"],
        perceptions,
        intent,
        next(iter(labels), None),
        parsed_spans(items, fields["text"]),
        id=key_text(fields["id"]),
        customer=key_text(fields["customer"]),
        annotator=key_text(fields["annotator"]),
        source=key_text(fields["source"]),
        other=other,
        where=record.where,
    )


def doccano_of(notes: Sequence[LabelledText]) -> Iterator[dict[str, Any]]:
    """Write *notes* as doccano imports them, in the plainest way that holds their labels."""
    has_spans = any(note.spans for note in notes)
    has_choices = any(note.intent or note.perceptions for note in notes)
    for note in notes:
        said: Mapping[str, Any]
        classes = [note.label] if note.label is not None else []
        if not has_spans and not has_choices:
            said = {"label": classes}
        elif not has_choices and not any(n.label is not None for n in notes):
            said = {"label": [list(span) for span in note.spans]}
        else:
            said = {"entities": [list(span) for span in note.spans], "cats": [*_choices(note), *classes]}
        about = {name: getattr(note, name) for name in ("id", "customer", "annotator", "source")}
        shown = {name: value for name, value in about.items() if value}
        yield {"text": note.text, **said, **shown, **spread(note.other)}


def _choices(note: LabelledText) -> Iterable[str]:
    yield from (span_name(p, polarity) for p, polarity in note.perceptions.items())
    if note.intent:
        yield note.intent.value
