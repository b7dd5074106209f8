"""What in labelled notes is no error but deserves a second look, and how often each label was given."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from math import ceil
from typing import Final, NamedTuple

from voctext.labels.notes import LabelledText, Shape, shape_of
from voctext.records import Intent, Perception

NEAR: Final = 0.8
"""Texts are nearly the same if they share this part of all their runs of three characters (Jaccard)."""
FEW: Final = 5
"""A label given less often cannot stand in each of as many folds."""
_TOO_FEW = f"fewer than {FEW}, so not one for each of {FEW} folds"
_RUN = 3
_SHORT = 8  # letters; shorter texts are alike by chance


class Kind(StrEnum):
    """What a warning is about."""

    CONTRADICTION = "same text, different labels"
    DUPLICATE = "same text twice"
    NEAR = "nearly the same text"
    UNLIKELY = "unlikely label"
    SPAN = "span"
    FEW = "few notes"


class Warned(NamedTuple):
    """A warning: its kind, the place of each note it is about, and what it says."""

    kind: Kind
    where: tuple[str, ...]
    message: str


def warnings_of(notes: Sequence[LabelledText]) -> list[Warned]:
    """List what deserves a second look in *notes*, in the order of the kinds."""
    found = [*_same_texts(notes), *_near_texts(notes), *_unlikely(notes), *_odd_spans(notes), *_few(notes)]
    order = list(Kind)
    return sorted(found, key=lambda warned: order.index(warned.kind))


def counts_of(notes: Sequence[LabelledText]) -> dict[str, dict[str, int]]:
    """
    Count how often each label was given, by question.

    Perceptions are counted with their polarity, whether said of the note or of its spans; spans by name.
    """
    counts: dict[str, Counter[str]] = {}
    for note in notes:
        for perception, polarity in note.stances.items():
            counts.setdefault(perception.value, Counter())[f"{polarity:+d}" if polarity else "0"] += 1
        if note.intent is not None:
            counts.setdefault("intent", Counter())[note.intent.value] += 1
        if note.label is not None:
            counts.setdefault("label", Counter())[note.label] += 1
        for span in note.spans:
            counts.setdefault("spans", Counter())[span.name] += 1
    order = [*(p.value for p in Perception), "intent", "label", "spans"]
    return {name: dict(counts[name].most_common()) for name in order if name in counts}


def _said(note: LabelledText) -> tuple[object, ...]:
    return note.stances, note.intent, note.label, note.spans


def _same_texts(notes: Sequence[LabelledText]) -> Iterator[Warned]:
    groups: dict[tuple[str, str], list[LabelledText]] = {}
    for note in notes:
        # what two people said of one note is for `compare`
        groups.setdefault((note.annotator, "".join(note.text.split())), []).append(note)
    for members in groups.values():
        if len(members) > 1:
            differ = any(_said(note) != _said(members[0]) for note in members)
            where = tuple(note.where for note in members)
            if differ:
                yield Warned(Kind.CONTRADICTION, where, "the same text has different labels; settle on one")
            else:
                yield Warned(
                    Kind.DUPLICATE, where, "the same text stands there more than once; it counts as often"
                )


def _near_texts(notes: Sequence[LabelledText]) -> Iterator[Warned]:
    # one of each text: those that are the same are told already
    first = {"".join(note.text.split()): note for note in reversed(notes)}
    unique = [note for note in notes if first["".join(note.text.split())] is note]
    runs = [_runs(note.text) for note in unique]
    for one, other in near_pairs(runs):
        differ = _said(unique[one]) != _said(unique[other])
        where = (unique[one].where, unique[other].where)
        what = ", and differently labelled" if differ else ""
        yield Warned(Kind.NEAR, where, f"nearly the same text{what}; keep both on one side of a split")


def _runs(text: str) -> frozenset[str]:
    letters = "".join(character for character in text.casefold() if character.isalnum())
    if len(letters) < _SHORT:
        return frozenset()
    return frozenset(letters[at : at + _RUN] for at in range(len(letters) - _RUN + 1))


def near_pairs(sets: Sequence[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """
    Yield the pairs of *sets* whose Jaccard similarity is NEAR or more.

    Two such sets share one of their rarest members, so only those are looked up (prefix filtering:
    R. Bayardo, Y. Ma and R. Srikant, 2007, "Scaling up all pairs similarity search").
    """
    counts = Counter(member for members in sets for member in members)
    index: dict[str, list[int]] = {}
    for number, members in enumerate(sets):
        rare = sorted(members, key=lambda member: (counts[member], member))
        rare = rare[: len(members) - ceil(NEAR * len(members)) + 1]
        others = {other for member in rare for other in index.get(member, ())}
        for other in sorted(others):
            shared = len(members & sets[other])
            if shared >= NEAR * (len(members) + len(sets[other]) - shared):
                yield other, number
        for member in rare:
            index.setdefault(member, []).append(number)


def _unlikely(notes: Sequence[LabelledText]) -> Iterator[Warned]:
    for note in notes:
        polarities = set(note.stances.values())
        message = ""
        if note.intent is Intent.PRAISE and polarities == {-1}:
            message = "praise, and every perception is -1"
        elif note.intent is Intent.COMPLAINT and polarities == {1}:
            message = "complaint, and every perception is 1"
        elif note.intent is Intent.OTHER and -1 in polarities:
            message = "other takes no stance, yet a perception is -1: complaint?"
        elif note.intent is Intent.INQUIRY and polarities == {1}:
            message = "inquiry, and every perception is 1: praise or suggestion?"
        if message:
            yield Warned(Kind.UNLIKELY, (note.where,), message)


def _odd_spans(notes: Sequence[LabelledText]) -> Iterator[Warned]:
    for note in notes:
        for span in note.spans:
            quote = note.text[span.start : span.end]
            if quote != quote.strip():
                yield Warned(
                    Kind.SPAN, (note.where,), f"span {span.start}–{span.end} begins or ends with a space"
                )
        by_spans = {span.marking.perception for span in note.spans if span.marking is not None}
        missing = sorted(by_spans - note.perceptions.keys()) if note.perceptions else []
        if missing:
            yield Warned(Kind.SPAN, (note.where,), f"{', '.join(missing)} in a span, but not of the note")
        if len(set(note.spans)) < len(note.spans):
            yield Warned(Kind.SPAN, (note.where,), "the same span stands there twice")


def _few(notes: Sequence[LabelledText]) -> Iterator[Warned]:
    counts = counts_of(notes)
    for question in ("intent", "label"):
        for name, count in counts.get(question, {}).items():
            if count < FEW:
                yield Warned(
                    Kind.FEW,
                    (),
                    f"{question} {name}: {count} of {len(notes)}; {_TOO_FEW}",
                )
    if shape_of(notes) is not Shape.CLASSES:
        for perception in Perception:
            count = sum(counts.get(perception.value, {}).values())
            if count < FEW:
                yield Warned(
                    Kind.FEW,
                    (),
                    f"{perception}: {count} of {len(notes)}; {_TOO_FEW}",
                )
