"""
Label Studio's JSON: an array of tasks, each with data, and one annotation per annotator.

Spans are regions of type "labels". Choices for the whole note come from controls called "perception",
"intent" and "label"; from any other control, they are told apart by what they say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from voctext.errors import InputError
from voctext.labels.foreign import parted, spread
from voctext.labels.names import span_name
from voctext.labels.notes import LabelledText, SpanLabel
from voctext.labels.parse import named_choices, parsed_intent, parsed_label, parsed_span, relocated
from voctext.labels.records import Record
from voctext.tables.cells import cell_text, is_blank, key_text

_SPANS = ("labels", "hypertextlabels")


def is_label_studio(headers: Sequence[str]) -> bool:
    """Tell tasks by their keys."""
    return "data" in headers and ("annotations" in headers or "completions" in headers)


def read_task(record: Record, passed_over: list[str]) -> Iterator[LabelledText]:
    """
    Yield a note for each annotation of a task; what is no finished annotation is told in *passed_over*.

    Raises:
        InputError: The task is not like that.
    """
    data = record.values.get("data")
    if not isinstance(data, Mapping):
        raise InputError(f"data is {data!r}; a task has data with a text")
    fields, other = parted(data)
    if is_blank(fields["text"]):
        raise InputError(f"data has no text; its keys are {', '.join(map(str, data))}")
    task = key_text(fields["id"]) or key_text(record.values.get("id"))
    annotations = record.values.get("annotations") or record.values.get("completions") or []
    if not isinstance(annotations, list | tuple):
        raise InputError(f"annotations are {annotations!r}; a task has a list of them")
    live = [item for item in annotations if isinstance(item, Mapping) and not item.get("was_cancelled")]
    if len(live) < len(annotations):
        passed_over.append(f"{record.where}: {len(annotations) - len(live)} skipped by its annotator")
    if not annotations:
        passed_over.append(f"{record.where}: nobody has labelled it")
    for item in live:
        spans, choices = _results(item.get("result") or (), fields["text"], record.where, passed_over)
        perceptions, intent, own = named_choices(choices["perception"] + choices[""])
        if choices["intent"]:
            intent = parsed_intent(choices["intent"][0])
        labels = [*map(parsed_label, choices["label"]), *own]
        if len(set(labels)) > 1 or len(set(choices["intent"])) > 1:
            raise InputError(f"{', '.join(labels or choices['intent'])}: a note has one class and one intent")
        yield LabelledText(
            fields["text"],
            perceptions,
            intent,
            labels[0] if labels else None,
            tuple(sorted(spans)),
            id=task,
            customer=key_text(fields["customer"]),
            annotator=_annotator(item),
            source=key_text(fields["source"]),
            other=other,
            where=record.where,
        )


def _results(
    results: object, text: str, where: str, passed_over: list[str]
) -> tuple[list[SpanLabel], dict[str, list[str]]]:
    spans: list[SpanLabel] = []
    choices: dict[str, list[str]] = {"perception": [], "intent": [], "label": [], "": []}
    if not isinstance(results, list | tuple):
        raise InputError(f"result is {results!r}; an annotation has a list of them")
    for result in results:
        if not isinstance(result, Mapping) or not isinstance(result.get("value") or {}, Mapping):
            raise InputError(f"a result is {result!r}; it must have a type and a value")
        kind, value = result.get("type"), result.get("value") or {}
        if kind in _SPANS:
            spans += [_span(value, name, text) for name in _names(value, kind)]
        elif kind == "choices":
            control = result.get("from_name")
            choices[control if control in choices else ""] += _names(value, "choices")
        else:
            passed_over.append(f"{where}: a result of type {kind} is no label of a text")
    return spans, choices


def _names(value: Mapping[str, Any], kind: str) -> list[str]:
    names = value.get(kind) or ()
    if not isinstance(names, list | tuple):
        raise InputError(f"{kind} are {names!r}; they must be a list of names")
    return [cell_text(name) for name in names]


def _span(value: Mapping[str, Any], name: str, text: str) -> SpanLabel:
    offsets = value.get("globalOffsets") or value
    start, end, quote = offsets.get("start"), offsets.get("end"), value.get("text")
    if not isinstance(quote, str):
        return parsed_span(start, end, name, text)
    is_counted = isinstance(start, int) and isinstance(end, int)
    found = relocated(start, end, quote, text) if is_counted else None  # type: ignore[arg-type]
    if found is None:
        raise InputError(f"span {start}–{end} is quoted as {quote!r}, which does not stand there in the text")
    return parsed_span(*found, name, text)


def _annotator(item: Mapping[str, Any]) -> str:
    who = item.get("annotator") or item.get("completed_by")
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("id")
    return key_text(who)


def tasks_of(notes: Iterable[LabelledText]) -> list[dict[str, Any]]:
    """
    Write *notes* as tasks that Label Studio imports; what several annotators said of one note is one task.

    Offsets count characters (code points).
    """
    tasks: dict[object, dict[str, Any]] = {}
    for note in notes:
        key = (note.id, note.text, note.customer, note.source, tuple(sorted(note.other.items())))
        about = {"text": note.text, "id": note.id, "customer": note.customer, "source": note.source}
        data: dict[str, object] = {name: value for name, value in about.items() if value} | spread(note.other)
        task = tasks.setdefault(key, {"data": data, "annotations": []})
        annotation: dict[str, Any] = {"result": list(_regions(note))}
        task["annotations"].append(
            {"annotator": note.annotator, **annotation} if note.annotator else annotation
        )
    return list(tasks.values())


def _regions(note: LabelledText) -> Iterator[dict[str, Any]]:
    for number, span in enumerate(note.spans):
        value = {
            "start": span.start,
            "end": span.end,
            "text": note.text[span.start : span.end],
            "labels": [span.name],
        }
        yield {"id": f"s{number}", "from_name": "span", "to_name": "text", "type": "labels", "value": value}
    chosen = {
        "perception": [span_name(p, polarity) for p, polarity in note.perceptions.items()],
        "intent": [note.intent.value] if note.intent else [],
        "label": [note.label] if note.label is not None else [],
    }
    for control, names in chosen.items():
        if names:
            yield {
                "id": control,
                "from_name": control,
                "to_name": "text",
                "type": "choices",
                "value": {"choices": names},
            }
