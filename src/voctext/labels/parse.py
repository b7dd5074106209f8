"""Single values of a labelled file: stances, intents, spans, with what is wrong with them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from voctext.errors import InputError, choose_from
from voctext.labels.names import (
    canonical,
    intent_of,
    is_broken,
    marking_of,
    perception_of,
    polarity_of,
    span_name,
)
from voctext.labels.notes import SpanLabel
from voctext.records import Intent, Perception
from voctext.tables.cells import cell_text


def parsed_polarity(name: str, *, column: str) -> int | None:
    """Read a polarity; InputError says what is known."""
    try:
        return polarity_of(name)
    except ValueError:
        raise InputError(
            f"{column} is {name!r}; known: -1, 0, 1 (负, 中, 正), or empty for not marked"
        ) from None


def parsed_intent(name: str) -> Intent:
    """Read an intent; InputError says what is known."""
    intent = intent_of(name)
    if intent is None:
        raise InputError(f"intent is {name!r}; {choose_from(name, Intent)} (投诉, 建议, 咨询, 表扬, 其他)")
    return intent


def parsed_perception(name: str) -> Perception:
    """Read a perception; InputError says what is known."""
    perception = perception_of(name)
    if perception is None:
        raise InputError(f"perception is {name!r}; {choose_from(name, Perception)} (人与产品, 规则, 人与人)")
    return perception


def parsed_label(name: str, *, what: str = "label") -> str:
    """Read a name of a desk's own; InputError if no label can be called so."""
    name = name.strip()
    if is_broken(name):
        raise InputError(f"{what} is {name!r}; a label is a word or some, without tabs and line breaks")
    return name


def parsed_span(start: object, end: object, name: str, text: str) -> SpanLabel:
    """Read a span, whose offsets must lie in *text*; InputError says what is wrong."""
    first, last = _offset(start, "start"), _offset(end, "end")
    if not 0 <= first < last <= len(text):
        raise InputError(
            f"span {first}–{last} does not lie in the text of {len(text)} characters; "
            "start counts from 0, and end is the first character after the span"
        )
    return SpanLabel(first, last, canonical(parsed_label(name, what="the label of a span")))


def _offset(value: object, name: str) -> int:
    text = cell_text(value).strip()
    if not (text.isascii() and text.isdigit()):
        raise InputError(f"{name} is {text!r}; give a whole number of characters, counted from 0")
    return int(text)


def parsed_spans(value: object, text: str) -> tuple[SpanLabel, ...]:
    """
    Read a list of spans, or JSON of one: [start, end, label], or objects with start, end and label.

    An object may have perception, polarity and topic in place of its label, and "text" or "quote", which
    must then be what stands there.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except ValueError as error:
            raise InputError(f"spans are not JSON ({error}); give a list such as {_EXAMPLE}") from error
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise InputError(f"spans are {value!r}; give a list such as {_EXAMPLE}")
    return tuple(sorted(span for item in value for span in _spans_of(item, text)))


_EXAMPLE = '[{"start": 0, "end": 4, "label": "product-1:app_crash"}]'


def _spans_of(item: Any, text: str) -> Iterable[SpanLabel]:
    if isinstance(item, list | tuple) and len(item) == 3:  # noqa: PLR2004 - start, end, label
        return [parsed_span(item[0], item[1], cell_text(item[2]), text)]
    if not isinstance(item, Mapping):
        raise InputError(f"a span is {item!r}; give one such as {_EXAMPLE[1:-1]}")
    start = item.get("start", item.get("start_offset"))
    end = item.get("end", item.get("end_offset"))
    names = item.get("labels") or item.get("label") or _name_of(item)
    spans = [
        parsed_span(start, end, cell_text(name), text)
        for name in (names if isinstance(names, list | tuple) else [names])
    ]
    quote = item.get("quote", item.get("text"))
    return [_where_quoted(span, quote, text) if isinstance(quote, str) else span for span in spans]


def _name_of(item: Mapping[str, object]) -> str:
    if not item.get("perception"):
        raise InputError(f"a span has no label: {dict(item)!r}; give one such as {_EXAMPLE[1:-1]}")
    return name_of_parts(*(cell_text(item.get(key)) for key in ("perception", "polarity", "topic")))


def name_of_parts(perception: str, polarity: str, topic: str) -> str:
    """Name a span whose perception, polarity and topic stand apart."""
    return span_name(
        parsed_perception(perception), parsed_polarity(polarity, column="polarity"), topic.strip()
    )


def _where_quoted(span: SpanLabel, quote: str, text: str) -> SpanLabel:
    found = relocated(span.start, span.end, quote, text)
    if found is None:
        raise InputError(
            f"span {span.start}–{span.end} is {text[span.start : span.end]!r}, but is quoted as {quote!r}; "
            "offsets count the characters of the text as received"
        )
    return SpanLabel(*found, span.name)


def relocated(start: int, end: int, quote: str, text: str) -> tuple[int, int] | None:
    """
    Give the characters of *text* that a tool means by *start*, *end* and *quote*, None if none are.

    Tools in a browser may count UTF-16 units, in which an emoji is two, or count a line break of two
    characters as one.

    >>> relocated(3, 5, "闪退", "😀又闪退")
    (2, 4)
    """
    flat = _flat(quote)
    ways = [range(len(text) + 1), _utf16_places(text), _unix_places(text)]
    for places in map(list, ways):
        if start in places and end in places:
            first, last = places.index(start), len(places) - 1 - places[::-1].index(end)
            if _flat(text[first:last]) == flat:
                return first, last
    return None


def _flat(text: str) -> str:
    return text.replace("\\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _utf16_places(text: str) -> list[int]:
    places = [0]
    for character in text:
        places.append(places[-1] + 1 + (character > "\uffff"))
    return places


def _unix_places(text: str) -> list[int]:
    places = [0]
    for at, character in enumerate(text):
        places.append(places[-1] + (not (character == "\r" and text[at + 1 : at + 2] == "\n")))
    return places


def named_choices(names: Iterable[str]) -> tuple[dict[Perception, int], Intent | None, list[str]]:
    """Part the choices made for a whole note into perceptions, intent, and names of a desk's own."""
    perceptions: dict[Perception, int] = {}
    intents: list[Intent] = []
    own: list[str] = []
    for name in names:
        intent, marking = intent_of(name), marking_of(name)
        if intent is not None:
            intents.append(intent)
        elif marking is None or marking.topic:
            own.append(parsed_label(name))
        elif perceptions.setdefault(marking.perception, marking.polarity or 0) != (marking.polarity or 0):
            raise InputError(f"{marking.perception} has two polarities; a note has one, 0 where it is mixed")
    if len(set(intents)) > 1:
        raise InputError(f"{', '.join(dict.fromkeys(intents))}: a note has exactly one intent")
    return perceptions, intents[0] if intents else None, own
