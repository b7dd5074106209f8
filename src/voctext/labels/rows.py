"""Labelled notes from tables: of notes, of spans, one a row, and of classes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from voctext.errors import InputError, choose_from
from voctext.labels.names import canonical, field_of, text_header
from voctext.labels.notes import LabelledText, Shape, refuse, shape_of
from voctext.labels.parse import (
    name_of_parts,
    parsed_intent,
    parsed_label,
    parsed_polarity,
    parsed_span,
    parsed_spans,
)
from voctext.labels.records import Record, Records
from voctext.records import Perception
from voctext.tables.cells import is_blank, key_text

_NOTES = (*(perception.value for perception in Perception), "intent")
_PLAIN = ("id", "customer", "annotator", "source")
_CHOSEN = "chosen"
"""Column of a sheet of notes chosen for labelling: only there is a row without any label one to come."""
_KNOWN = (
    "text, product, rule, person, intent; or text, start, end, perception; or text, spans; or text, label"
)


def columns_of(table: Records) -> dict[str, str]:
    """
    Tell which header of *table* holds what.

    Raises:
        InputError: Two headers name the same thing.
    """
    columns: dict[str, str] = {}
    for header in table.headers:
        field = field_of(header)
        if field is None or field == "text":
            continue
        if field in columns:
            # the plain English name is the one that is meant; the other is a column like any
            if header == field:
                columns[field] = header
            elif columns[field] != field:
                raise InputError(
                    f"{table.place}: {columns[field]!r} and {header!r} both name {field}; "
                    f"call one of them {field!r}"
                )
        else:
            columns[field] = header
    text = text_header(table.headers)
    if text is not None:
        columns = {field: header for field, header in columns.items() if header != text} | {"text": text}
    return columns


def asked_shape(columns: dict[str, str]) -> Shape | None:
    """Tell from its columns which shape a table has, None if it is none of labelled notes."""
    if "spans" in columns or (
        {"start", "end"} <= columns.keys() and columns.keys() & {"perception", "label"}
    ):
        return Shape.SPANS if "text" in columns else None
    if "text" not in columns:
        return None
    if columns.keys() >= set(_NOTES):
        return Shape.NOTES
    return Shape.CLASSES if "label" in columns and not columns.keys() & set(_NOTES) else None


def notes_of_tables(
    path: Path, tables: Sequence[Records]
) -> tuple[Records, dict[str, str], list[LabelledText], int]:
    """
    Read the first of *tables* that holds labelled notes, and count its rows that nobody has labelled yet.

    Those are passed over where the table is a sheet of notes chosen for labelling, with a column "chosen";
    elsewhere a row without a label is one forgotten.

    Raises:
        InputError: None does, or rows of it cannot be used; the message tells the first ten.
    """
    found = next((table for table in tables if asked_shape(columns_of(table))), None)
    if found is None:
        raise InputError(f"{path}: {_missing(tables)}; columns are {_KNOWN} (or 产品, 规则, 人与人, …)")
    columns = columns_of(found)
    one_a_span = {"start", "end"} <= columns.keys() and "spans" not in columns
    read: Callable[[Record, dict[str, str]], LabelledText] = _span_row if one_a_span else _row
    problems: list[str] = []
    notes: list[LabelledText] = []
    rows = [record for record in found.rows if not _is_awaited(record, columns)]
    for record in rows:
        try:
            record.must_be_read()
            notes.append(read(record, columns))
        except InputError as error:
            problems.append(f"{record.where}: {error}")
    if one_a_span:
        notes = _gathered(notes, problems)
    refuse(path, problems)
    return found, columns, notes, len(found.rows) - len(rows)


def _is_awaited(record: Record, columns: dict[str, str]) -> bool:
    """Tell whether a row of a sheet of chosen notes has no label yet."""
    is_sheet = not record.fault and _CHOSEN in record.values and asked_shape(columns) is Shape.NOTES
    return is_sheet and all(is_blank(record.values.get(columns[field])) for field in _NOTES)


def _missing(tables: Sequence[Records]) -> str:
    if not tables or not any(table.headers for table in tables):
        return "there is no table in it"
    best = max(tables, key=lambda table: len(columns_of(table)))
    columns = columns_of(best)
    if "text" not in columns:
        return f"no column 'text'; {choose_from('text', filter(None, best.headers))}"
    lacking = [name for name in _NOTES if name not in columns]
    if len(lacking) < len(_NOTES):
        return f"no column {lacking[0]!r}; {choose_from(lacking[0], filter(None, best.headers))}"
    return f"no column of labels; {choose_from('label', filter(None, best.headers))}"


def _row(record: Record, columns: dict[str, str]) -> LabelledText:
    note = _plain(record, columns)
    if is_blank(note.text):
        raise InputError("the text is empty; leave the row out, or give the note")
    if "spans" in columns:
        return replace(note, spans=parsed_spans(record.values.get(columns["spans"]), note.text))
    if asked_shape(columns) is Shape.NOTES:
        if note.intent is None:
            parsed_intent("")
    elif note.label is None:
        raise InputError("the label is empty; leave the row out, or give its class")
    return note


def _plain(record: Record, columns: dict[str, str]) -> LabelledText:
    """Read all that belongs to the note as a whole."""

    def cell(field: str) -> str:
        return record.text(columns.get(field))

    said = {p: parsed_polarity(cell(p.value), column=p.value) for p in Perception}
    intent, label = cell("intent"), cell("label")
    used = set(columns.values())
    others = {header: record.text(header) for header in record.values if header not in used}
    known = {field: key_text(cell(field)) for field in _PLAIN}
    return LabelledText(
        text=cell("text"),
        perceptions={p: polarity for p, polarity in said.items() if polarity is not None},
        intent=parsed_intent(intent) if intent.strip() else None,
        label=parsed_label(label) if label.strip() else None,
        id=known["id"],
        customer=known["customer"],
        annotator=known["annotator"],
        source=known["source"],
        other={header: text for header, text in others.items() if text},
        where=record.where,
    )


def _span_row(record: Record, columns: dict[str, str]) -> LabelledText:
    """Read a row of one span, kept for now as its only one; its text may stand in another row of its id."""
    note = _plain(record, columns)
    if is_blank(note.text) and not note.id:
        raise InputError("neither id nor text says which note the span is of")
    start, end = (record.values.get(columns[field]) for field in ("start", "end"))
    if is_blank(start) and is_blank(end):
        return replace(note, label=None)
    if record.text(columns.get("perception")).strip():
        name = name_of_parts(
            *(record.text(columns.get(field)) for field in ("perception", "polarity", "topic"))
        )
    else:
        name = canonical(note.label or "")
    # offsets are checked against the text when the rows of the note are together
    span = parsed_span(start, end, name, note.text if not is_blank(note.text) else " " * 10**6)
    return replace(note, spans=(span,), label=None)


def _gathered(rows: Sequence[LabelledText], problems: list[str]) -> list[LabelledText]:
    """Put the rows of each note together: those of one id, or of one text, by one annotator."""
    groups: dict[tuple[str, str], list[LabelledText]] = {}
    for row in rows:
        groups.setdefault((row.id or f"text {row.text}", row.annotator), []).append(row)
    notes = []
    for members in groups.values():
        texts = dict.fromkeys(row.text for row in members if not is_blank(row.text))
        whole = {
            (tuple(row.perceptions.items()), row.intent) for row in members if row.perceptions or row.intent
        }
        where = members[0].where
        if not texts:
            problems.append(f"{where}: no row of id {members[0].id!r} has a text; give it in one of them")
        elif len(texts) > 1 or len(whole) > 1:
            what = "texts" if len(texts) > 1 else "labels of the whole note"
            problems.append(
                f"{where}: rows of id {members[0].id!r} have different {what}; keep the right one"
            )
        else:
            text = next(iter(texts))
            spans = sorted(span for row in members for span in row.spans)
            outside = next((span for span in spans if span.end > len(text)), None)
            if outside is not None:
                problems.append(
                    f"{where}: span {outside.start}–{outside.end} does not lie "
                    f"in the text of {len(text)} characters"
                )
                continue
            answered = next((row for row in members if row.perceptions or row.intent), members[0])
            other = _joined(members)
            notes.append(replace(answered, text=text, spans=tuple(spans), other=other, where=where))
    return notes


def _joined(rows: Sequence[LabelledText]) -> dict[str, str]:
    """Join what the rows of a note hold in their other columns; what differs stands side by side."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for header, value in row.other.items():
            found.setdefault(header, {})[value] = None
    return {header: " | ".join(values) for header, values in found.items()}


def table_shape(columns: dict[str, str], notes: Sequence[LabelledText]) -> Shape:
    """Tell the shape of what was read."""
    return asked_shape(columns) or shape_of(notes)
