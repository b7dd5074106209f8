"""What a note says as a whole, from what its clauses say."""

from collections.abc import Iterable, Sequence

from voctext.records import Finding, Intent, NoteLabel, Perception

PRECEDENCE = (Intent.COMPLAINT, Intent.SUGGESTION, Intent.PRAISE, Intent.INQUIRY, Intent.OTHER)
"""Which intent wins a tie (labelling guide)."""


def overall(polarities: Iterable[int]) -> int:
    """
    Give the polarity that outweighs, 0 where none does.

    >>> overall([1, -1, -1]), overall([1, -1])
    (-1, 0)
    """
    total = sum(polarities)
    return (total > 0) - (total < 0)


def finding_intent(polarity: int, note: Intent, *, wish: bool) -> Intent:
    """
    Give the intent of one finding: its own stance where that is plain, else the note's.

    >>> finding_intent(1, Intent.COMPLAINT, wish=False).value
    'praise'
    """
    if wish and polarity >= 0:
        return Intent.SUGGESTION
    if polarity > 0:
        return note if note in (Intent.OTHER, Intent.SUGGESTION) else Intent.PRAISE
    if polarity < 0 and note is Intent.PRAISE:
        return Intent.COMPLAINT
    return note


def label_from_findings(findings: Sequence[Finding]) -> NoteLabel:
    """Sum up *findings*: each perception found, and the intent most of them have."""
    if not findings:
        return NoteLabel({}, Intent.OTHER, dict.fromkeys((*Perception, "intent"), 0.5))
    perceptions: dict[Perception, int] = {}
    confidence: dict[str, float] = {}
    for perception in Perception:
        group = [finding for finding in findings if finding.perception is perception]
        confidence[perception] = max((finding.confidence for finding in group), default=0.5)
        if group:
            perceptions[perception] = overall(finding.polarity for finding in group)
    intents = [finding.intent for finding in findings]
    intent = max(PRECEDENCE, key=intents.count)  # the first of the most frequent
    confidence["intent"] = intents.count(intent) / len(intents)
    return NoteLabel(perceptions, intent, confidence)
