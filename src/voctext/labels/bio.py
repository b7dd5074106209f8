r"""
BIO tagged files: a token, a tab and its tag on each line, a blank line between notes (CoNLL).

The tokens written are single characters, so that offsets hold. A character that would break the line, or
vanish, is written as its code: \u000a is a line break, \u0020 a space. What a tag cannot say (id, intent,
other columns) stands above the note in one line, "# voctext = {…}". Spans that overlap go to further
columns of tags, and that line says how many.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from voctext.errors import InputError
from voctext.labels.names import canonical
from voctext.labels.notes import LabelledText, SpanLabel
from voctext.labels.parse import parsed_intent, parsed_label, parsed_perception, parsed_polarity
from voctext.records import Perception
from voctext.tables.cells import is_blank

SUFFIXES = frozenset({".bio", ".conll", ".iob", ".iob2", ".bioes"})
_ABOUT = "# voctext = "
_PLAIN = ("id", "customer", "annotator", "source", "label")
_CODE = re.compile(r"\\u([0-9a-f]{4})")
_HIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff\ud800-\udfff]")
_TAG = re.compile(r"(?P<part>[BIESLUM])-(?P<name>.+)", re.DOTALL)


def bio_lines(notes: Iterable[LabelledText]) -> Iterator[str]:
    """Yield the lines of a file that holds *notes*."""
    for note in notes:
        layers = layers_of(note.spans)
        about = _about(note, len(layers))
        if about:
            yield f"{_ABOUT}{json.dumps(about, ensure_ascii=True)}\n"
        tags = [_tags(layer, len(note.text)) for layer in layers]
        for character, *row in zip(note.text, *tags, strict=True):
            shown = _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", character)
            yield "\t".join([shown, *row]) + "\n"
        yield "\n"


def layers_of(spans: Sequence[SpanLabel]) -> list[list[SpanLabel]]:
    """Part *spans* into as few layers as hold no overlap; at least one."""
    layers: list[list[SpanLabel]] = [[]]
    for span in sorted(spans):
        free = next((layer for layer in layers if not layer or layer[-1].end <= span.start), None)
        if free is None:
            layers.append([span])
        else:
            free.append(span)
    return layers


def _tags(spans: Iterable[SpanLabel], length: int) -> list[str]:
    tags = ["O"] * length
    for span in spans:
        tags[span.start : span.end] = [f"I-{span.name}"] * (span.end - span.start)
        tags[span.start] = f"B-{span.name}"
    return tags


def _about(note: LabelledText, layers: int) -> dict[str, Any]:
    about: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(note, name))}
    if note.perceptions:
        about["perceptions"] = {p.value: polarity for p, polarity in note.perceptions.items()}
    if note.intent:
        about["intent"] = note.intent.value
    if note.other:
        about["other"] = dict(note.other)
    return {**about, "layers": layers} if layers > 1 else about


def read_bio(path: object, text: str, problems: list[str]) -> Iterator[LabelledText]:
    """
    Yield the notes of a tagged file; what is wrong goes to *problems* with its line.

    BIO, IOB, BIOES and BILOU tags are known, in the last column. Where tokens are words rather than
    characters, two that end and begin in an ASCII letter or digit are joined by a space.
    """
    blocks = list(_blocks(text.split("\n")))
    tokens = [_token(row[0]) for _, rows, _ in blocks for _, row in rows]
    is_words = any(len(token) > 1 for token in tokens)
    for number, rows, about in blocks:
        try:
            yield _note(f"{path}:{number}", rows, about, is_words=is_words)
        except InputError as error:
            told = str(error)
            problems.append(told if told.startswith(f"{path}:") else f"{path}:{number}: {told}")


Row = tuple[int, list[str]]


def _blocks(lines: Iterable[str]) -> Iterator[tuple[int, list[Row], str]]:
    rows: list[Row] = []
    about = ""
    for number, line in enumerate(chain(lines, [""]), start=1):
        bare = line.removesuffix("\r")
        if not bare.strip():
            if rows:
                yield rows[0][0], rows, about
            rows, about = [], ""
            continue
        if bare.startswith(_ABOUT):
            about = bare.removeprefix(_ABOUT)
            continue
        row = bare.split("\t") if "\t" in bare else bare.split()
        is_comment = bare.startswith("# ") and not (row[-1] == "O" or _TAG.fullmatch(row[-1]))
        if not is_comment and row[0] != "-DOCSTART-":
            rows.append((number, row))


def _token(written: str) -> str:
    code = _CODE.fullmatch(written)
    return chr(int(code[1], 16)) if code else written


def _note(where: str, rows: Sequence[Row], header: str, *, is_words: bool) -> LabelledText:
    place = where.rpartition(":")[0]
    try:
        about = json.loads(header) if header else {}
    except ValueError as error:
        raise InputError(f"{where}: the line above it is not JSON ({error})") from error
    if not isinstance(about, dict) or not isinstance(about.get("layers", 1), int):
        raise InputError(f"{where}: the line above it holds no labels of a note; take it out")
    layers = max(1, about.get("layers", 1))
    for number, row in rows:
        if len(row) < 1 + layers or not all(tag == "O" or _TAG.fullmatch(tag) for tag in row[-layers:]):
            raise InputError(
                f"{place}:{number}: {' '.join(row)!r} is no token with a tag; "
                "a line is a token, a tab, and O, B-… or I-…"
            )
    tokens = [_token(row[0]) for _, row in rows]
    text, starts, ends = _joined(tokens, is_words=is_words)
    if is_blank(text):
        raise InputError(f"{where}: the note is empty")
    columns = [[row[column - layers] for _, row in rows] for column in range(layers)]
    spans = sorted(span for tags in columns for span in _spans(tags, starts, ends))
    plain = {name: str(about.get(name, "")) for name in _PLAIN}
    label = plain.pop("label")
    return LabelledText(
        text,
        _perceptions(about.get("perceptions")),
        parsed_intent(str(about["intent"])) if "intent" in about else None,
        parsed_label(label) if label else None,
        tuple(spans),
        id=plain["id"],
        customer=plain["customer"],
        annotator=plain["annotator"],
        source=plain["source"],
        other={name: str(value) for name, value in _mapping(about.get("other")).items()},
        where=where,
    )


def _joined(tokens: Sequence[str], *, is_words: bool) -> tuple[str, list[int], list[int]]:
    """Join *tokens* to a text, and give where in it each starts and ends."""
    text = ""
    starts = []
    for token in tokens:
        if is_words and _is_word(text[-1:]) and _is_word(token[:1]):
            text += " "
        starts.append(len(text))
        text += token
    return text, starts, [start + len(token) for start, token in zip(starts, tokens, strict=True)]


def _perceptions(said: object) -> dict[Perception, int]:
    found = {}
    for name, polarity in _mapping(said).items():
        found[parsed_perception(name)] = parsed_polarity(str(polarity), column=name) or 0
    return found


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _spans(tags: Sequence[str], starts: Sequence[int], ends: Sequence[int]) -> Iterator[SpanLabel]:
    """Join tags into spans; a tag that goes on with nothing before it begins a span, as in IOB."""
    first: int | None = None
    for at, tag in enumerate([*tags, "O"]):
        found = _TAG.fullmatch(tag)
        goes_on = (
            found is not None and found["part"] in "IEML" and at > 0 and tags[at - 1][2:] == found["name"]
        )
        if first is not None and (not goes_on or tags[at - 1][0] in "ESLU"):
            yield SpanLabel(starts[first], ends[at - 1], canonical(tags[first][2:].strip()))
            first = None
        if found is not None and first is None:
            first = at
