"""The findings that carry a note's label, and in one line why."""

from collections.abc import Sequence
from typing import Any

from voctext.classify.features import Features
from voctext.classify.intensity import intensity
from voctext.classify.lexicon import Cue
from voctext.classify.model import OUTPUTS, LinearModel
from voctext.classify.protocol import Note
from voctext.classify.rules import Opinion, Vote, distinct
from voctext.records import Finding, Intent, NoteLabel, Perception, Span, Voice
from voctext.taxonomy import Taxonomy

SHOWN = 4
"""How many n-grams an explanation names."""
CLOSING = "，。！？；～…,!?;. \n"


class Explainer:
    """Finds the clauses and words behind the labels of notes."""

    def __init__(self, taxonomy: Taxonomy, model: LinearModel, features: Features) -> None:
        """Explain the answers of *model* over *features*, in the topics of *taxonomy*."""
        self._taxonomy = taxonomy
        self._model = model
        self._features = features
        self._topics = {
            perception: [
                i
                for i, topic in enumerate(model.topics)
                if topic in taxonomy and taxonomy[topic].perception is perception
            ]
            for perception in Perception
        }

    def findings(
        self, notes: Sequence[Note], opinions: Sequence[Opinion], labels: Sequence[NoteLabel]
    ) -> list[list[Finding]]:
        """Give the findings of each note: the rules' votes, and a clause for what only the model saw."""
        found: list[list[Finding]] = []
        unseen: list[tuple[int, Perception]] = []
        for number, (opinion, label) in enumerate(zip(opinions, labels, strict=True)):
            votes = [vote for vote in distinct(opinion.votes) if vote.topic.perception in label.perceptions]
            found.append([self._from_vote(vote, opinion, label, votes) for vote in votes])
            voted = {vote.topic.perception for vote in votes}
            unseen += [(number, perception) for perception in label.perceptions if perception not in voted]
        for number, finding in self._from_model(notes, opinions, labels, unseen):
            found[number].append(finding)
        for group in found:
            group.sort(key=lambda finding: finding.evidence)
        return found

    def _from_vote(self, vote: Vote, opinion: Opinion, label: NoteLabel, votes: Sequence[Vote]) -> Finding:
        perception = vote.topic.perception
        agreed = label.perceptions[perception]
        agrees = any(v.polarity == agreed for v in votes if v.topic.perception is perception)
        polarity = vote.polarity if agrees else agreed
        return Finding(
            clause=vote.clause,
            perception=perception,
            intent=finding_intent(polarity, label.intent, wish=vote.wish),
            polarity=polarity,
            topic=vote.topic.id,
            intensity=intensity(opinion.cues, vote.clause, again=opinion.cues[Cue.AGAIN] > 0),
            confidence=round(label.confidence[perception], 4),
            evidence=vote.clause.aligned.origin(Span(vote.start, vote.end)),
            why=f"rule: {' + '.join(vote.words)}",
        )

    def _from_model(
        self,
        notes: Sequence[Note],
        opinions: Sequence[Opinion],
        labels: Sequence[NoteLabel],
        unseen: Sequence[tuple[int, Perception]],
    ) -> list[tuple[int, Finding]]:
        """Give a finding for each perception of a note that no rule saw: its heaviest clause."""
        if not unseen:
            return []
        numbers = sorted({number for number, _ in unseen})
        clauses = {n: [c for c in notes[n] if c.voice is Voice.CUSTOMER] for n in numbers}
        flat = [clause for n in numbers for clause in clauses[n]]
        _, rows = self._features.read([[clause] for clause in flat])
        scores, topics = self._model.logits(rows), self._model.topic_logits(rows)
        first = dict(zip(numbers, [0, *_cumulated([len(clauses[n]) for n in numbers])], strict=False))
        result = []
        for number, perception in unseen:
            span = range(first[number], first[number] + len(clauses[number]))
            head = OUTPUTS.index(perception)
            best = max(span, key=lambda i: scores[i, head])
            chosen = max(self._topics[perception], key=lambda t: topics[best, t], default=None)
            if chosen is None:  # a taxonomy with no topic of this perception that the model knows
                continue
            name = self._model.topics[chosen]
            said = len(flat[best].text.rstrip(CLOSING)) or len(flat[best].text)
            evidence = Span(flat[best].start, flat[best].start + said)
            label, opinion = labels[number], opinions[number]
            polarity = label.perceptions[perception]
            finding = Finding(
                clause=flat[best],
                perception=perception,
                intent=finding_intent(polarity, label.intent, wish=False),
                polarity=polarity,
                topic=name,
                intensity=intensity(opinion.cues, flat[best], again=opinion.cues[Cue.AGAIN] > 0),
                confidence=round(label.confidence[perception], 4),
                evidence=flat[best].aligned.origin(evidence),
                why=f"model: {self._carried(rows[best], head)}",
            )
            result.append((number, finding))
        return result

    def _carried(self, row: Any, head: int) -> str:
        """Name what weighs most in *row* for *head*: n-grams, or signals where no n-gram speaks for it."""
        weights = row.multiply(self._model.weights[:-1, head]).tocoo()
        names = self._model.ngrams
        heavy = sorted(
            ((w, int(c)) for w, c in zip(weights.data, weights.col, strict=True) if w > 0), reverse=True
        )
        grams = [names[c].strip("\n") for _, c in heavy if c < len(names) and any(map(str.isalnum, names[c]))]
        signals = [self._model.signals[c - len(names)] for _, c in heavy if c >= len(names)]
        return " · ".join(tuple(dict.fromkeys(grams or signals))[:SHOWN]) or "prior"


def _cumulated(counts: Sequence[int]) -> list[int]:
    total, result = 0, []
    for count in counts:
        total += count
        result.append(total)
    return result


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
