"""Notes read differently than people read them, row by row, the surest mistakes first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from voctext.evaluate.labelled import LabelledNote
from voctext.records import Finding, Intent, NoteLabel, Perception, Reading

if TYPE_CHECKING:
    from voctext.mask import Masker

COLUMNS = ("row", "text", "said", "read", "errors", "confidence", "evidence", "why")
"""What is told of a note read differently."""
SINGLE_COLUMNS = ("row", "text", "label", "read_as", "confidence")
"""What is told of a text that was given another label."""

Row = Mapping[str, object]


class Mistake(NamedTuple):
    """A kind of error, and how sure the reader was of it, None where it does not say."""

    kind: str
    confidence: float | None


def misread_notes(
    notes: Sequence[LabelledNote], readings: Sequence[Reading], *, masker: "Masker | None" = None
) -> list[Row]:
    """
    Give a row, keyed by `COLUMNS`, for each of *notes* that was read differently; the surest first.

    A note is as sure as the surest of its wrong answers. With a *masker*, text and evidence are masked.
    """
    rows = []
    for number, (note, reading) in enumerate(zip(notes, readings, strict=True), start=1):
        mistakes = list(mistakes_of(note, reading.label))
        if not mistakes:
            continue
        text, quotes = _quoted(note.text, reading.findings, masker)
        rows.append(
            {
                "row": note.row if note.row is not None else number,
                "text": text,
                "said": answers_of(note.perceptions, note.intent),
                "read": answers_of(reading.label.perceptions, reading.label.intent),
                "errors": "; ".join(mistake.kind for mistake in mistakes),
                "confidence": _surest(mistakes),
                "evidence": " | ".join(quotes),
                "why": " | ".join(finding.why for finding in reading.findings),
            }
        )
    return sorted(rows, key=lambda row: -(row["confidence"] or 0.0))  # type: ignore[operator]


def misread_texts(
    texts: Sequence[str],
    true: Sequence[str],
    predicted: Sequence[str],
    *,
    confidence: Sequence[float],
    rows: Sequence[int | str],
    masker: "Masker | None" = None,
) -> list[Row]:
    """Give a row, keyed by `SINGLE_COLUMNS`, for each text that was given another label; the surest first."""
    told = [
        {
            "row": row,
            "text": masker.mask(text) if masker else text,
            "label": wanted,
            "read_as": said,
            "confidence": round(float(sure), 4),
        }
        for row, text, wanted, said, sure in zip(rows, texts, true, predicted, confidence, strict=True)
        if wanted != said
    ]
    return sorted(told, key=lambda row: -row["confidence"])  # type: ignore[operator]


def mistakes_of(note: LabelledNote, label: NoteLabel) -> Iterator[Mistake]:
    """
    Yield what *label* has wrong of *note*.

    >>> note = LabelledNote("登录不了", {Perception.PRODUCT: -1}, Intent.COMPLAINT, {})
    >>> [mistake.kind for mistake in mistakes_of(note, NoteLabel({}, Intent.INQUIRY, {}))]
    ['missed product', 'wrong intent: inquiry for complaint']
    """
    for perception in Perception:
        wanted, said = note.perceptions.get(perception), label.perceptions.get(perception)
        if wanted == said:
            continue
        if said is None:
            kind = f"missed {perception}"
        elif wanted is None:
            kind = f"{perception} for nothing"
        else:
            kind = f"wrong polarity of {perception}: {_signed(said)} for {_signed(wanted)}"
        yield Mistake(kind, label.confidence.get(perception))
    if label.intent is not note.intent:
        yield Mistake(f"wrong intent: {label.intent} for {note.intent}", label.confidence.get("intent"))


def answers_of(perceptions: Mapping[Perception, int], intent: Intent) -> str:
    """
    Write a note's label in a line.

    >>> answers_of({Perception.PERSON: 1, Perception.PRODUCT: -1}, Intent.COMPLAINT)
    'product −1, person +1, complaint'
    """
    said = [f"{p} {_signed(perceptions[p])}" for p in Perception if p in perceptions]
    return ", ".join([*said, intent.value])


def _quoted(text: str, findings: Sequence[Finding], masker: "Masker | None") -> tuple[str, list[str]]:
    spans = [finding.evidence for finding in findings]
    if masker is not None:
        text, spans = masker.mask_with_spans(text, spans)
    return text, [f"{f.perception}: {text[slice(*span)]}" for f, span in zip(findings, spans, strict=True)]


def _surest(mistakes: Sequence[Mistake]) -> float | None:
    known = [mistake.confidence for mistake in mistakes if mistake.confidence is not None]
    return round(max(known), 4) if known else None


def _signed(polarity: int) -> str:
    return {-1: "−1", 0: "0", 1: "+1"}.get(polarity, str(polarity))
