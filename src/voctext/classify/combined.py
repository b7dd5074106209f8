"""
The default classifier: rules and a linear model, combined into one calibrated answer.

The model scores a whole note; a small regression, fitted on notes the model had not seen, weighs its
scores against what the rules say and makes probabilities of both. The answer for the note comes
first; its findings are the clauses that carry it, those the rules name and else those whose n-grams
weigh most.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from voctext.classify.explain import Explainer
from voctext.classify.features import Features
from voctext.classify.labels import overall
from voctext.classify.model import OUTPUTS, POLARITIES, LinearModel
from voctext.classify.protocol import Note, Verdict, notes_of
from voctext.classify.rules import Opinion
from voctext.errors import InputError
from voctext.records import Clause, Finding, Intent, NoteLabel, Perception, Voice
from voctext.taxonomy import Taxonomy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PERCEPTIONS, INTENTS = tuple(Perception), tuple(Intent)
FIRST_POLARITY = len(PERCEPTIONS)
FIRST_INTENT = FIRST_POLARITY + len(PERCEPTIONS) * len(POLARITIES)


def rule_answers(opinions: Sequence[Opinion]) -> "Floats":
    """Give what the rules say as indicators, shape (notes, outputs but the first three)."""
    import numpy as np

    answers = np.zeros((len(opinions), len(OUTPUTS) - FIRST_POLARITY), dtype=np.float32)
    for row, opinion in zip(answers, opinions, strict=True):
        label = opinion.label
        for perception, polarity in label.perceptions.items():
            row[PERCEPTIONS.index(perception) * len(POLARITIES) + POLARITIES.index(polarity)] = 1
        row[FIRST_INTENT - FIRST_POLARITY + INTENTS.index(label.intent)] = 1
    return answers


def combine(logits: "Floats", rules: "Floats", weights: "Floats") -> "Floats":
    """Make probabilities of the model's *logits* and the *rules*' answers; shape (notes, outputs)."""
    return probabilities(combined_scores(logits, rules, weights))


def combined_scores(logits: "Floats", rules: "Floats", weights: "Floats") -> "Floats":
    """Weigh the model's *logits* against the *rules*' answers; shape (notes, outputs)."""
    import numpy as np

    return np.hstack([logits, rules]) @ weights[:-1] + weights[-1]  # type: ignore[no-any-return]


def probabilities(scores: "Floats") -> "Floats":
    """Make probabilities of *scores*: each perception by itself, polarities and intents adding to one."""
    import numpy as np

    result = np.empty_like(scores)
    result[:, :FIRST_POLARITY] = 1 / (1 + np.exp(-scores[:, :FIRST_POLARITY]))
    edges = [*range(FIRST_POLARITY, FIRST_INTENT + 1, len(POLARITIES)), scores.shape[1]]
    for start, stop in pairwise(edges):
        exp = np.exp(scores[:, start:stop] - scores[:, start:stop].max(axis=1, keepdims=True))
        result[:, start:stop] = exp / exp.sum(axis=1, keepdims=True)
    return result


@lru_cache(maxsize=1)
def default_model() -> LinearModel:
    """Load the model that ships with voctext, once a process."""
    with as_file(files("voctext").joinpath("models/default")) as folder:
        return LinearModel.load(folder)


def model_alone(taxonomy: Taxonomy | None = None) -> "CombinedClassifier":
    """Read with the shipped model and leave the rules' answer out, to measure what each adds."""
    import numpy as np

    model = default_model()
    weights = np.zeros_like(model.combine)
    weights[: len(OUTPUTS)] = np.eye(len(OUTPUTS), dtype=np.float32)
    return CombinedClassifier(taxonomy, model=replace(model, combine=weights))


def check_confidence(min_confidence: float | None) -> None:
    """Raise InputError unless *min_confidence* is from 0.5 to below 1, or None."""
    if min_confidence is not None and not 0.5 <= min_confidence < 1:  # noqa: PLR2004
        raise InputError(f"min_confidence is {min_confidence}; give one from 0.5 to below 1")


class CombinedClassifier:
    """Reads notes by rules and a linear model together."""

    def __init__(
        self,
        taxonomy: Taxonomy | None = None,
        *,
        model: LinearModel | None = None,
        thresholds: "Floats | None" = None,
        min_confidence: float | None = None,
    ) -> None:
        """
        Read with the words of *taxonomy* and *model*, by default those that ship with voctext.

        A perception is found at its threshold, by default the model's. With *min_confidence* it is found
        at that probability or more, and between that and its complement the classifier abstains: the clauses
        of the note are kept for a person to see.

        Raises:
            InputError: *min_confidence* is not from 0.5 to below 1.
        """
        check_confidence(min_confidence)
        self.taxonomy = taxonomy if taxonomy is not None else Taxonomy.default()
        self.model = model if model is not None else default_model()
        least = min_confidence
        found_at = (self.model.thresholds if thresholds is None else thresholds).tolist()
        self._thresholds = found_at if least is None else [least] * len(PERCEPTIONS)
        self._unsure = 0.5 if least is None else least
        self._taught = frozenset(self.model.topics)
        self._features = Features(self.taxonomy, self.model.ngrams, self.model.idf, self.model.signals)
        self._explainer = Explainer(self.taxonomy, self.model, self._features)

    def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
        """Yield the findings of *clauses*, those of one ticket read together."""
        for verdict in self.judge(notes_of(clauses)):
            yield from verdict.findings

    def label(self, notes: Sequence[Note], /) -> list[NoteLabel]:
        """Give the labels of *notes*."""
        return self._read(notes)[1]

    def judge(self, notes: Sequence[Note], /) -> list[Verdict]:
        """Give the verdicts on *notes*."""
        opinions, labels, chances = self._read(notes)
        findings = self._explainer.findings(notes, opinions, labels)
        return [
            Verdict(label, tuple(found), self._unclear(note, label, row, found))
            for note, label, row, found in zip(notes, labels, chances, findings, strict=True)
        ]

    def _read(self, notes: Sequence[Note]) -> tuple[list[Opinion], list[NoteLabel], list[list[float]]]:
        opinions, rows = self._features.read(notes)
        chances = self._chances(notes, self._scores(notes, opinions, rows)).tolist()
        silent = [not any(clause.voice is Voice.CUSTOMER for clause in note) for note in notes]
        labels = [
            self._label(row, opinion, silent=mute)
            for row, opinion, mute in zip(chances, opinions, silent, strict=True)
        ]
        return opinions, labels, chances

    def _scores(self, notes: Sequence[Note], opinions: Sequence[Opinion], rows: Any) -> "Floats":
        scores = combined_scores(self.model.logits(rows), rule_answers(opinions), self.model.combine)
        if not self.model.channels:
            return scores
        return scores + self.model.shifts([note[0].ticket.channel if note else None for note in notes])

    def _chances(self, notes: Sequence[Note], scores: "Floats") -> "Floats":  # noqa: ARG002  an encoder reads them
        """Make probabilities of the *scores* of *notes*."""
        return probabilities(scores)

    def _label(self, row: Sequence[float], opinion: Opinion, *, silent: bool) -> NoteLabel:
        if silent:  # nothing of the customer's to read
            return NoteLabel({}, Intent.OTHER, dict.fromkeys((*Perception, "intent"), 1.0))
        perceptions: dict[Perception, int] = {}
        confidence: dict[str, float] = {}
        for i, perception in enumerate(PERCEPTIONS):
            found = row[i] >= self._thresholds[i]
            confidence[perception] = row[i] if found else 1 - row[i]
            if found:
                first = FIRST_POLARITY + i * len(POLARITIES)
                scores = row[first : first + len(POLARITIES)]
                perceptions[perception] = POLARITIES[scores.index(max(scores))]
        perceptions |= _plain_about_people(opinion, perceptions)
        for perception, polarity in self._untaught(opinion).items():
            perceptions.setdefault(perception, polarity)
        scores = row[FIRST_INTENT:]
        confidence["intent"] = max(scores)
        return NoteLabel(perceptions, INTENTS[scores.index(max(scores))], confidence)

    def _untaught(self, opinion: Opinion) -> dict[Perception, int]:
        """Give what words of topics say that the model was never taught: there the taxonomy is law."""
        votes = [v for v in opinion.votes if v.sure and v.topic.id not in self._taught]
        return {
            v.topic.perception: overall(w.polarity for w in votes if w.topic.perception is v.topic.perception)
            for v in votes
        }

    def _unclear(
        self, note: Note, label: NoteLabel, row: Sequence[float], found: Sequence[Finding]
    ) -> tuple[Clause, ...]:
        """Give the customer's clauses of a note left undecided, or of one that asks for something unnamed."""
        undecided = any(1 - self._unsure < chance < self._unsure for chance in row[:FIRST_POLARITY])
        uncovered = not found and label.intent in (Intent.COMPLAINT, Intent.SUGGESTION)
        if not undecided and not uncovered:
            return ()
        shown = {id(finding.clause) for finding in found}
        return tuple(c for c in note if c.voice is Voice.CUSTOMER and id(c) not in shown)


def _plain_about_people(opinion: Opinion, found: Mapping[Perception, int]) -> dict[Perception, int]:
    """
    Give the polarity of a person found, where only praise of people was heard, or plain words all agree.

    A product that fails beside a faultless agent must not colour the agent.
    """
    votes = [vote for vote in opinion.votes if vote.topic.perception is Perception.PERSON]
    said = {vote.polarity for vote in votes}
    if Perception.PERSON not in found or len(said) != 1 or not (said == {1} or all(v.sure for v in votes)):
        return {}
    return {Perception.PERSON: said.pop()}
