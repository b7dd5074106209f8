"""The findings that carry a note's label, and in one line why."""

from collections.abc import Iterator, Sequence
from typing import Any

from voctext.classify.features import Features
from voctext.classify.model import OUTPUTS, LinearModel
from voctext.classify.protocol import Note
from voctext.classify.rules import Opinion, Seen, Vote, distinct, finding_of
from voctext.records import Finding, NoteLabel, Perception, Span, Voice
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
            found.append([_from_vote(vote, opinion, label, votes) for vote in votes])
            voted = {vote.topic.perception for vote in votes}
            unseen += [(number, perception) for perception in label.perceptions if perception not in voted]
        for number, finding in self._from_model(notes, opinions, labels, unseen):
            found[number].append(finding)
        for group in found:
            group.sort(key=lambda finding: finding.evidence)
        return found

    def _from_model(
        self,
        notes: Sequence[Note],
        opinions: Sequence[Opinion],
        labels: Sequence[NoteLabel],
        unseen: Sequence[tuple[int, Perception]],
    ) -> Iterator[tuple[int, Finding]]:
        """Yield a finding for each perception of a note that no rule saw: its heaviest clause."""
        numbers = sorted({number for number, _ in unseen})
        flat = [(n, clause) for n in numbers for clause in notes[n] if clause.voice is Voice.CUSTOMER]
        if not flat:
            return
        _, rows = self._features.read([[clause] for _, clause in flat])
        scores, topics = self._model.logits(rows), self._model.topic_logits(rows)
        for number, perception in unseen:
            head = OUTPUTS.index(perception)
            best = max((i for i, (n, _) in enumerate(flat) if n == number), key=lambda i: scores[i, head])
            chosen = max(self._topics[perception], key=lambda t: topics[best, t], default=None)
            if chosen is None:  # a taxonomy with no topic of this perception that the model knows
                continue
            clause = flat[best][1]
            said = len(clause.text.rstrip(CLOSING)) or len(clause.text)
            seen = Seen(
                clause,
                self._taxonomy[self._model.topics[chosen]],
                Span(clause.start, clause.start + said),
                f"model: {self._carried(rows[best], head)}",
            )
            label = labels[number]
            polarity, sure = label.perceptions[perception], label.confidence[perception]
            yield number, finding_of(seen, opinions[number], label.intent, polarity=polarity, confidence=sure)

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


def _from_vote(vote: Vote, opinion: Opinion, label: NoteLabel, votes: Sequence[Vote]) -> Finding:
    """Take a vote's polarity, unless no vote on its perception agrees with the label."""
    perception = vote.topic.perception
    agreed = label.perceptions[perception]
    agrees = any(v.polarity == agreed for v in votes if v.topic.perception is perception)
    polarity, sure = vote.polarity if agrees else agreed, label.confidence[perception]
    return finding_of(vote.seen, opinion, label.intent, polarity=polarity, confidence=sure, wish=vote.wish)
