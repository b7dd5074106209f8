"""From tickets to findings: the pipeline, one batch in memory."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Self, TypeVar

from voctext.classify.labels import label_from_findings
from voctext.classify.protocol import Classifier, NoteClassifier, Verdict
from voctext.clauses import outcome, split
from voctext.errors import InputError
from voctext.records import Clause, Finding, NoteLabel, Perception, Reading, Ticket, Voice
from voctext.taxonomy import Taxonomy
from voctext.text import normalize_batch

BATCH = 1024
"""Tickets read at a time: enough to share the cost of a call, little enough to stream."""

T = TypeVar("T")


class Miner:
    """
    Reads tickets with a classifier.

    >>> miner = Miner.default()
    >>> (finding,) = miner.mine([Ticket("1", "APP一登入就閃退")])
    >>> finding.perception.value, finding.polarity, finding.topic, finding.quote
    ('product', -1, 'app_crash', '閃退')
    """

    def __init__(
        self, classifier: Classifier, *, taxonomy: Taxonomy | None = None, batch_size: int = BATCH
    ) -> None:
        """
        Read with *classifier*, *batch_size* tickets at a time; *taxonomy* names the topics in reports.

        Raises:
            InputError: The batch size is not positive, or the classifier is a class, or has no `classify`
                that can be called.
        """
        if batch_size < 1:
            raise InputError(f"batch_size is {batch_size}; give a number of tickets, 1 or more")
        _check_classifier(classifier)
        self.classifier = classifier
        self.taxonomy = taxonomy if taxonomy is not None else Taxonomy.default()
        self.batch_size = batch_size

    @classmethod
    def default(cls) -> Self:
        """Read with what voctext ships: the banking taxonomy and its classifier."""
        return cls.of(Taxonomy.default())

    @classmethod
    def from_taxonomy(cls, path: str | Path) -> Self:
        """
        Read with the taxonomy in the YAML file at *path*.

        Raises:
            TaxonomyError: The file is not a taxonomy; every problem is told.
        """
        return cls.of(Taxonomy.load(path))

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> Self:
        """
        Read with the words of *taxonomy*, and with the shipped model if that knows topics of it.

        The model was taught banking: it reads a taxonomy that shares topics with it in each of the
        three perceptions. Any other is read by the rules alone.
        """
        from voctext.classify.combined import CombinedClassifier, default_model
        from voctext.classify.rules import RuleClassifier

        known = {taxonomy[topic].perception for topic in default_model().topics if topic in taxonomy}
        reader = CombinedClassifier if known == set(Perception) else RuleClassifier
        return cls(reader(taxonomy), taxonomy=taxonomy)

    def mine(self, tickets: Iterable[Ticket]) -> Iterator[Finding]:
        """Yield the findings of *tickets*, ticket by ticket."""
        for reading in self.read(tickets):
            yield from reading.findings

    def label(self, texts: Iterable[str | Ticket]) -> Iterator[NoteLabel]:
        """
        Yield what each of *texts* says as a whole.

        >>> label = next(Miner.default().label(["坐席态度很好，但系统老是报错"]))
        >>> sorted((perception.value, polarity) for perception, polarity in label.perceptions.items())
        [('person', 1), ('product', -1)]
        >>> label.intent.value
        'complaint'
        """
        for batch in _batched(map(_as_ticket, texts), self.batch_size):
            notes = self._clauses(batch)
            if isinstance(self.classifier, NoteClassifier):
                yield from _one_each(self.classifier.label(notes), len(notes), self._name("label"))
            else:
                yield from (verdict.label for verdict in self._verdicts(batch, notes))

    def read(self, tickets: Iterable[Ticket | str]) -> Iterator[Reading]:
        """Yield all that each of *tickets* says: findings, label, outcome, and what stayed unclear."""
        for batch in _batched(map(_as_ticket, tickets), self.batch_size):
            notes = self._clauses(batch)
            for ticket, note, verdict in zip(batch, notes, self._verdicts(batch, notes), strict=True):
                yield Reading(ticket, verdict.findings, verdict.label, outcome(note), verdict.abstained)

    def _clauses(self, batch: Sequence[Ticket]) -> list[list[Clause]]:
        aligned = normalize_batch([ticket.text for ticket in batch])
        return [split(ticket, text) for ticket, text in zip(batch, aligned, strict=True)]

    def _verdicts(self, batch: Sequence[Ticket], notes: Sequence[Sequence[Clause]]) -> list[Verdict]:
        if isinstance(self.classifier, NoteClassifier):
            return _one_each(self.classifier.judge(notes), len(notes), self._name("judge"))
        # the same ticket twice is read once, and both times told what was found
        once = {id(ticket): note for ticket, note in zip(batch, notes, strict=True)}
        voiced = [clause for note in once.values() for clause in note if clause.voice is Voice.CUSTOMER]
        found: dict[int, list[Finding]] = {key: [] for key in once}
        for finding in self._found(voiced):
            if id(finding.ticket) not in found:
                raise InputError(
                    f"{self._name('classify')} gave a finding in ticket {finding.ticket.id!r}, which it was "
                    "not given; a finding's clause must be one of those that were passed"
                )
            found[id(finding.ticket)].append(finding)
        mine = [tuple(found[id(ticket)]) for ticket in batch]
        return [Verdict(label_from_findings(group), group) for group in mine]

    def _found(self, clauses: Sequence[Clause]) -> Iterator[Finding]:
        findings: object = self.classifier.classify(clauses)
        if not isinstance(findings, Iterable):
            raise InputError(
                f"{self._name('classify')} gave {findings!r}; give findings, [] if there are none"
            )
        for finding in findings:
            if not isinstance(finding, Finding):
                raise InputError(
                    f"{self._name('classify')} gave {finding!r}; give objects of voctext.Finding"
                )
            yield finding

    def _name(self, method: str) -> str:
        return f"{type(self.classifier).__name__}.{method}"


def _check_classifier(classifier: object) -> None:
    if isinstance(classifier, type):
        name = classifier.__name__
        raise InputError(f"{name} is a class; give an object of it: Miner({name}(…))")
    name = type(classifier).__name__
    if not isinstance(classifier, Classifier):
        raise InputError(f"{name} has no classify(clauses); see voctext.Classifier")
    if not callable(classifier.classify):
        raise InputError(f"{name}.classify cannot be called; make it a method: classify(self, clauses)")


def _one_each(answers: Sequence[T] | None, notes: int, name: str) -> list[T]:
    """Check that a classifier of one's own gave an answer for each note."""
    if answers is None or len(answers) != notes:
        count = "None" if answers is None else f"{len(answers)} answers"
        raise InputError(f"{name} gave {count} for {notes} notes; give one for each, in order")
    return list(answers)


def _as_ticket(ticket: Ticket | str) -> Ticket:
    return ticket if isinstance(ticket, Ticket) else Ticket("", ticket)


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
