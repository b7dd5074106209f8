"""What is kept of tickets and findings to count demands: a few numbers each, in columns."""

import heapq
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import count
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

from voctext.mask import Masker
from voctext.records import Finding, Intent, Outcome, Perception, Span, Ticket
from voctext.text import normalize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNKNOWN = -1
FACETS = ("segment", "channel")
"""What parts customers in any export that tells it; others are named by their headers."""

DONE = ("已办结", "办结", "已解决", "已处理", "已完成", "处理完", "完成", "结案", "已关闭", "关闭", "归档",
        "已回复", "closed", "resolved", "done", "solved", "completed")  # fmt: skip
OPEN = ("未解决", "未处理", "未办结", "未完成", "未结案", "处理中", "待", "重新打开", "重开", "催办",
        "跟进中", "open", "pending", "in progress", "reopened", "unresolved", "new")  # fmt: skip
_STATUSES = 1024
"""Distinct statuses remembered; an export has a handful."""
_NEVER = 9999
"""The year that systems write for a date still to come."""


def is_unresolved(ticket: Ticket, outcome: Outcome) -> bool | None:
    """
    Tell whether *ticket* is still unresolved; None where nothing says so.

    The customer's word in the note ("客户仍不接受") goes before the status of the export, and the
    status before the resolved date.
    """
    if outcome is Outcome.UNRESOLVED:
        return True
    told = _is_open(ticket.status)
    if told is not None:
        return told
    return False if _resolved(ticket) is not None or outcome is Outcome.RESOLVED else None


@lru_cache(maxsize=_STATUSES)
def _is_open(status: str | None) -> bool | None:
    """Tell what *status* says, in whatever script; None where it is no word that is known."""
    if not status:
        return None
    folded = normalize(status).text.lower()
    if any(word in folded for word in OPEN):
        return True
    return False if any(word in folded for word in DONE) else None


def _resolved(ticket: Ticket) -> datetime | None:
    """Give when *ticket* was resolved; the last year of the calendar stands for "not yet"."""
    return None if ticket.resolved is None or ticket.resolved.year == _NEVER else ticket.resolved


class Quote(NamedTuple):
    """A customer's own words for a demand, in the sentence they stand in."""

    ticket: str
    text: str
    start: int
    end: int


INTENTS = tuple(Intent)
ASKS = (Intent.COMPLAINT, Intent.SUGGESTION)
"""What makes a demand."""
QUOTE_REACH = 60
"""How many characters around the evidence a quote keeps."""


@dataclass(slots=True)
class Tally:
    """
    The columns: one entry per ticket, and one per finding.

    *ticket_customer* counts customers in order of appearance; a ticket of no known customer is its
    own. *ticket_day* is a proleptic Gregorian ordinal, or UNKNOWN; *ticket_received* and
    *ticket_resolved* are hours since its beginning, or nan. *ticket_unresolved* is what `is_unresolved` says
    (1, 0, or UNKNOWN), *ticket_status* 1 where the export gives a status that is known. *ticket_facet*
    numbers, for each facet (segment, channel, and those of *facets*, headers of the export), the values in
    `facet_values`, UNKNOWN where the export is silent.
    """

    masker: Masker | None = None  # masks the quotes; None keeps them as written
    quotes_kept: int = 3
    facets: tuple[str, ...] = ()
    ticket_customer: "array[int]" = field(default_factory=lambda: array("q"))
    ticket_day: "array[int]" = field(default_factory=lambda: array("q"))
    ticket_unresolved: "array[int]" = field(default_factory=lambda: array("b"))
    ticket_status: "array[int]" = field(default_factory=lambda: array("b"))
    ticket_named: "array[int]" = field(default_factory=lambda: array("b"))
    ticket_received: "array[float]" = field(default_factory=lambda: array("d"))
    ticket_resolved: "array[float]" = field(default_factory=lambda: array("d"))
    ticket_facet: dict[str, "array[int]"] = field(default_factory=dict)
    facet_values: dict[str, dict[str, int]] = field(default_factory=dict)
    finding_ticket: "array[int]" = field(default_factory=lambda: array("q"))
    finding_topic: "array[int]" = field(default_factory=lambda: array("q"))
    finding_intent: "array[int]" = field(default_factory=lambda: array("b"))
    finding_intensity: "array[float]" = field(default_factory=lambda: array("d"))
    finding_polarity: "array[int]" = field(default_factory=lambda: array("b"))
    topics: dict[str, int] = field(default_factory=dict)
    perceptions: list[Perception] = field(default_factory=list)
    quotes: list[list[tuple[float, int, Quote]]] = field(default_factory=list)
    _customers: dict[str, int] = field(default_factory=dict)
    _order: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        for facet in (*FACETS, *self.facets):
            self.ticket_facet[facet] = array("q")
            self.facet_values[facet] = {}

    def add(self, ticket: Ticket, findings: Iterable[Finding], outcome: Outcome = Outcome.UNKNOWN) -> None:
        """Count one ticket and what was found in it."""
        number = len(self.ticket_customer)
        key = f"customer {ticket.customer}" if ticket.customer else f"ticket {number}"
        self.ticket_customer.append(self._customers.setdefault(key, len(self._customers)))
        self.ticket_named.append(bool(ticket.customer))
        self.ticket_day.append(ticket.time.toordinal() if ticket.time else UNKNOWN)
        self.ticket_received.append(_hours(ticket.time))
        self.ticket_resolved.append(_hours(_resolved(ticket)))
        for facet, column in self.ticket_facet.items():
            value = ticket.segment if facet == "segment" else ticket.channel if facet == "channel" else None
            value = value or ticket.other.get(facet)
            known = self.facet_values[facet]
            column.append(known.setdefault(value, len(known)) if value else UNKNOWN)
        unresolved = is_unresolved(ticket, outcome)
        self.ticket_unresolved.append(UNKNOWN if unresolved is None else unresolved)
        self.ticket_status.append(_is_open(ticket.status) is not None)
        for finding in findings:
            self._add_finding(number, finding)

    def _add_finding(self, ticket: int, finding: Finding) -> None:
        topic = self.topics.setdefault(finding.topic, len(self.topics))
        if topic == len(self.perceptions):
            self.perceptions.append(finding.perception)
            self.quotes.append([])
        self.finding_ticket.append(ticket)
        self.finding_topic.append(topic)
        self.finding_intent.append(INTENTS.index(finding.intent))
        self.finding_intensity.append(finding.intensity)
        self.finding_polarity.append(finding.polarity)
        if finding.intent in ASKS:
            self._keep_quote(topic, finding)

    def _keep_quote(self, topic: int, finding: Finding) -> None:
        """Keep the quotes most sure and most strongly felt, no two with the same evidence."""
        kept = self.quotes[topic]
        worth = finding.confidence * (0.5 + finding.intensity)
        if len(kept) == self.quotes_kept and worth <= kept[0][0]:
            return
        quote = quote_of(finding.ticket, finding.evidence, self.masker)
        if any(quote.text == other.text for _, _, other in kept):
            return
        entry = (worth, -next(self._order), quote)
        if len(kept) < self.quotes_kept:
            heapq.heappush(kept, entry)
        else:
            heapq.heapreplace(kept, entry)

    @property
    def customers(self) -> list[str | None]:
        """The customers by number, as exported; None for a ticket without one."""
        return [
            key.removeprefix("customer ") if key.startswith("customer ") else None for key in self._customers
        ]

    @property
    def has_customers(self) -> bool:
        """Whether any ticket names its customer."""
        return any(self.ticket_named)

    @property
    def has_dates(self) -> bool:
        """Whether any ticket is dated."""
        return any(day != UNKNOWN for day in self.ticket_day)

    def unresolved(self) -> "NDArray[np.int64]":
        """
        Tell of each ticket whether it is unresolved: (tickets,) of 1, 0, or UNKNOWN.

        This is *ticket_unresolved*, but for an export that holds resolved dates and no status that is known:
        there, a ticket without a date, whose note does not say how it ended either, is open. Otherwise all
        that is known would be resolved.
        """
        import numpy as np

        known = view(self.ticket_unresolved).astype(np.int64)
        if any(self.ticket_status) or np.isnan(view(self.ticket_resolved)).all():
            return known
        return np.where(known == UNKNOWN, 1, known)

    def asking(self, intents: Collection[Intent] = ASKS) -> "NDArray[np.bool_]":
        """Tell of each finding whether its intent is one of *intents*: (findings,)."""
        import numpy as np

        return np.isin(view(self.finding_intent), [INTENTS.index(intent) for intent in intents])

    def best_quotes(self, topic: int) -> Iterator[Quote]:
        """Yield the quotes kept for *topic*, the best first."""
        return (quote for _, _, quote in sorted(self.quotes[topic], reverse=True))


def _hours(time: datetime | None) -> float:
    """Give *time* in hours since the beginning of the calendar, its zone's offset left out."""
    if time is None:
        return nan
    return time.toordinal() * 24 + time.hour + time.minute / 60 + time.second / 3600


def view(column: "array[Any]") -> "NDArray[Any]":
    """See a column of a Tally as an array of numpy, of the same type, without a copy."""
    import numpy as np

    return np.frombuffer(column, dtype=column.typecode)


def quote_of(ticket: Ticket, place: Span, masker: Masker | None, *, within: Span | None = None) -> Quote:
    """
    Quote *place* of a ticket with some characters around it, but none from beyond *within*.

    Masked before it is cut, and no token cut: half a phone number would not be known for one.
    """
    text, (start, end) = ticket.text, place
    first, last = within or Span(0, len(text))
    low, high = min(start, max(first, start - QUOTE_REACH)), max(end, min(last, end + QUOTE_REACH))
    if masker is not None:
        spans = [place, Span(low, high), Span(first, last)]
        text, [(start, end), (low, high), (first, last)] = masker.mask_with_spans(text, spans)
    head, tail = "…" if low > first else "", "…" if high < last else ""
    shift = len(head) - low
    return Quote(ticket.id, f"{head}{text[low:high]}{tail}", start + shift, end + shift)
