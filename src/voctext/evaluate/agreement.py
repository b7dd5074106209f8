"""Figures of agreement between a reader of notes and people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from voctext.evaluate.bootstrap import DRAWS, intervals_of
from voctext.evaluate.calibration import ANSWERS, calibration_error, note_answers, tells_confidence
from voctext.evaluate.counts import is_exact, note_counts
from voctext.evaluate.labelled import LabelledNote, customers_of
from voctext.records import Intent, NoteLabel, Perception

Pairs = Sequence[tuple[LabelledNote, NoteLabel]]


def evaluate(
    notes: Sequence[LabelledNote], labels: Iterable[NoteLabel], *, draws: int = DRAWS, seed: int = 0
) -> dict[str, Any]:
    """
    Compare *labels* with what people said of *notes*, in the same order.

    Returns:
        n; perception: precision, recall and f1 of each, and macro_f1, their mean; intent: the same of
        each class, macro_f1 over the classes that occur, and accuracy; polarity: accuracy where the
        perception was rightly found; exact_match: the share of notes with perceptions, polarities and
        intent all right; confusion: of each true intent, how often each was read; where the labels tell
        their confidence, calibration: the expected calibration error of each answer, and surest: the
        macro_f1 of the nine tenths of notes most surely read. A figure with nothing to count is 0.

        Beside f1, macro_f1, accuracy and exact_match stand their 95 % intervals, such as macro_f1_interval,
        [low, high]; intervals says how they were made (`voctext.evaluate.bootstrap`).

    Raises:
        InputError: Fewer than 1,000 draws.
    """
    pairs = list(zip(notes, labels, strict=True))
    figures = agreement(pairs)
    confusion = Counter((note.intent, label.intent) for note, label in pairs)
    figures["confusion"] = {
        true.value: {said.value: confusion[true, said] for said in Intent if confusion[true, said]}
        for true in Intent
        if any(confusion[true, said] for said in Intent)
    }
    if pairs and tells_confidence(label for _, label in pairs):
        answers = note_answers(notes, [label for _, label in pairs])
        figures["calibration"] = {answer: calibration_error(answers[answer]) for answer in ANSWERS}
        surest = sorted(pairs, key=lambda pair: -min(pair[1].confidence.values()))
        kept = agreement(surest[: len(pairs) - len(pairs) // 10])
        figures["surest"] = {
            "n": kept["n"],
            **{head: {"macro_f1": kept[head]["macro_f1"]} for head in ("perception", "intent")},
        }
    if pairs:
        counts = note_counts(notes, [label for _, label in pairs])
        intervals, figures["intervals"] = intervals_of(counts, customers_of(notes), draws=draws, seed=seed)
        _put_beside(figures, intervals)
    return figures


def _put_beside(figures: dict[str, Any], intervals: Mapping[str, Sequence[float]]) -> None:
    """Put each of *intervals* beside its figure, named by its path in *figures*."""
    for name, (low, high) in intervals.items():
        *heads, figure = name.split(".")
        place = figures
        for head in heads:
            place = place[head]
        # figures are told rounded, a mean even of rounded ones: what is told must lie inside
        place[f"{figure}_interval"] = [min(low, place[figure]), max(high, place[figure])]


def evaluate_by(
    notes: Sequence[LabelledNote], labels: Sequence[NoteLabel], groups: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Evaluate each of *groups* by itself, without intervals; *groups* names the group of each note."""
    members: dict[str, list[tuple[LabelledNote, NoteLabel]]] = {}
    for note, label, group in zip(notes, labels, groups, strict=True):
        members.setdefault(group, []).append((note, label))
    return {group: agreement(members[group]) for group in sorted(members)}


def agreement(pairs: Pairs) -> dict[str, Any]:
    """Give the figures of notes, each with its label, without intervals."""
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
    return {
        "n": len(pairs),
        "perception": perception,
        "intent": intent,
        "polarity": {"accuracy": _mean(polarity)},
        "exact_match": _mean([is_exact(note, label) for note, label in pairs]),
    }


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
