"""The nouns that travel through voctext, from a ticket to what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from voctext.text import AlignedText


class Perception(StrEnum):
    """What a customer's experience is about: a thing, a decision or a human being."""

    PRODUCT = "product"
    RULE = "rule"
    PERSON = "person"


class Intent(StrEnum):
    """What the customer wants by saying it."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    INQUIRY = "inquiry"
    PRAISE = "praise"
    OTHER = "other"


class Voice(StrEnum):
    """Whose words a clause reports."""

    CUSTOMER = "customer"
    INSTITUTION = "institution"
    OUTCOME = "outcome"


class Outcome(StrEnum):
    """How the note itself says that the matter ended."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    UNKNOWN = "unknown"


class Span(NamedTuple):
    """A stretch of a ticket's text as received: characters *start* up to *end*, not including it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """
    One customer message exactly as exported, with what the export knows of it.

    Only *id* and *text* are required. *other* holds the remaining columns of the export, as text;
    a date that could not be read as one ("3天前") stays there under its own header.
    """

    id: str
    text: str
    customer: str | None = None
    time: datetime | None = None
    channel: str | None = None
    segment: str | None = None
    status: str | None = None
    resolved: datetime | None = None
    satisfaction: str | None = None
    source: str = ""
    other: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest stretch of a ticket that makes one point, and whose voice it is."""

    ticket: Ticket
    aligned: "AlignedText"
    start: int
    end: int
    voice: Voice

    @property
    def text(self) -> str:
        """The clause as normalized, which is what classifiers read."""
        return self.aligned.text[self.start : self.end]

    @property
    def span(self) -> Span:
        """The clause's place in the ticket as received."""
        return self.aligned.origin(Span(self.start, self.end))


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing a customer said, and the words that prove it.

    *polarity* is −1, 0 or +1; *intensity* and *confidence* lie in [0, 1]; *evidence* counts
    characters of the ticket as received; *why* names in one line what carried the decision.
    """

    clause: Clause
    perception: Perception
    intent: Intent
    polarity: int
    topic: str
    intensity: float
    confidence: float
    evidence: Span
    why: str

    @property
    def ticket(self) -> Ticket:
        """The ticket it was found in."""
        return self.clause.ticket

    @property
    def quote(self) -> str:
        """The evidence in the customer's own words and script."""
        return self.ticket.text[slice(*self.evidence)]


@dataclass(frozen=True, slots=True)
class NoteLabel:
    """
    What a ticket says as a whole.

    *perceptions* maps each perception that is voiced to its polarity; *confidence* gives, for
    "product", "rule", "person" and "intent", the probability that this answer is right.
    """

    perceptions: Mapping[Perception, int]
    intent: Intent
    confidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read in one ticket: its findings, its label, how it ended, and what stayed unclear."""

    ticket: Ticket
    findings: tuple[Finding, ...]
    label: NoteLabel
    outcome: Outcome = Outcome.UNKNOWN
    abstained: tuple[Clause, ...] = ()
