"""
What became of each demand: resolved or not, how fast, for good, and at the first contact.

A ticket counts for a demand where it complains or suggests. Whether it is resolved is told as for demand
strength: the customer's word in the note before the status, the status before the resolved date. An export
with resolved dates and no status tells by its dates alone: a ticket without one is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from voctext.demand.strength import Episodes
from voctext.demand.tally import UNKNOWN, Tally, view
from voctext.errors import InputError
from voctext.statistics.estimate import Estimate, wilson
from voctext.statistics.survival import SurvivalCurve, kaplan_meier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

REPEAT_HOURS = 30 * 24
"""How long after it was resolved a new ticket of the same customer and demand is a repeat contact."""


class Within(NamedTuple):
    """The share resolved within *hours* of being received."""

    hours: float
    share: Estimate


@dataclass(frozen=True, slots=True)
class Resolution:
    """
    What became of the tickets of one demand, or of all (*topic* is None). None is: not measured.

    Of *tickets* that complain or suggest, it is known of *known* whether they are resolved: *resolved* is the
    share, with its Wilson interval. *timed* of them have the times too: *median* hours to resolve and the
    shares *within* each target are Kaplan and Meier's, open tickets counted as long as the export saw them;
    *curve* is the whole of it. *repeat* is the share of *followed* resolved tickets after which the customer
    came with the same demand again within 30 days, and *first_contact* the share of *episodes* (of named
    customers, with a known end) that were resolved with a single contact.
    """

    topic: str | None
    tickets: int
    known: int
    resolved: Estimate | None
    timed: int
    median: Estimate | None
    within: tuple[Within, ...]
    followed: int
    repeat: Estimate | None
    episodes: int
    first_contact: Estimate | None
    curve: SurvivalCurve | None = field(default=None, repr=False, compare=False)


def resolution(
    tally: Tally, *, targets_hours: Sequence[float] = (24, 120), days: int = 7, level: float = 0.95
) -> tuple[Resolution, ...]:
    """
    Tell what became of all demands together, then of each, those of most tickets first.

    Times to resolve are in hours, as exact as the export: dates without times make them multiples of 24.
    The record ends at the last time received or resolved in the export: up to then open tickets, and
    customers who might come again, were seen. A ticket resolved without a time, or before it was received,
    counts for the share alone: the more of them, the slower the rest looks, and where no ticket has a time
    nothing is timed. With no complaint or suggestion there are no rows.

    Intervals take tickets as independent. Sources: E. B. Wilson (1927), Journal of the American Statistical
    Association 22, 209–212; E. L. Kaplan, P. Meier (1958), the same 53, 457–481.

    Raises:
        InputError: A target is not a number of hours, 0 or more, or the level is not between 0 and 1.
    """
    for hours in targets_hours:
        if not (isfinite(hours) and hours >= 0):
            raise InputError(f"the target time is {hours}; give hours, 0 or more, such as 24")
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    import numpy as np

    asked = _Asked.of(tally)
    if not len(asked.ticket):
        return ()
    targets = tuple(targets_hours)
    first = _first_contacts(tally, days)
    rows = [_row(None, asked.by_ticket(), first.sum(axis=0), targets, level)]
    starts = np.flatnonzero(np.diff(asked.topic, prepend=-1))
    names = list(tally.topics)
    for part in np.split(np.arange(len(asked.topic)), starts)[1:]:
        topic = int(asked.topic[part[0]])
        rows.append(_row(names[topic], asked.at(part), first[topic], targets, level))
    return (rows[0], *sorted(rows[1:], key=lambda row: (-row.tickets, row.topic or "")))


class _Asked(NamedTuple):
    """Each ticket once for each topic it asks something of, in order of topic and ticket."""

    topic: "Ints"
    ticket: "Ints"
    unresolved: "Ints"  # 1, 0, or UNKNOWN
    lasted: "Floats"  # hours to the resolution, or open; nan where not told
    gap: "Floats"  # hours from the resolution to the next contact, or the end of the record; nan likewise
    again: "Bools"  # whether there is a next contact

    @classmethod
    def of(cls, tally: Tally) -> "_Asked":
        import numpy as np

        asks, tickets = tally.asking(), max(len(tally.ticket_customer), 1)
        found = np.unique(view(tally.finding_topic)[asks] * tickets + view(tally.finding_ticket)[asks])
        topic, ticket = np.divmod(found, tickets)
        received, resolved = view(tally.ticket_received), view(tally.ticket_resolved)
        timed = not np.isnan(resolved).all()
        end = np.nanmax(np.concatenate([received, resolved, [-np.inf]]))
        received, resolved, unresolved = received[ticket], resolved[ticket], tally.unresolved()[ticket]
        done, still = (unresolved == 0) & (resolved >= received), (unresolved == 1) & timed
        lasted = np.where(done, resolved - received, np.where(still, end - received, np.nan))
        customer, named = view(tally.ticket_customer)[ticket], view(tally.ticket_named)[ticket] == 1
        pair = topic * (int(customer.max(initial=0)) + 1) + customer
        gap = _next_contact(pair, received, np.where(done & named, resolved, np.nan))
        again = np.isfinite(gap)
        gap = np.where(again, gap, np.where(done & named, end - resolved, np.nan))
        return cls(topic, ticket, unresolved, lasted, gap, again)

    def at(self, places: "Ints") -> "_Asked":
        return _Asked(
            self.topic[places],
            self.ticket[places],
            self.unresolved[places],
            self.lasted[places],
            self.gap[places],
            self.again[places],
        )

    def by_ticket(self) -> "_Asked":
        """Give each ticket once: it is followed by a repeat contact if any of its topics is."""
        import numpy as np

        order = np.argsort(self.ticket, kind="stable")
        starts = np.flatnonzero(np.diff(self.ticket[order], prepend=-1))
        gap = np.minimum.reduceat(self.gap[order], starts)
        again = np.logical_or.reduceat(self.again[order], starts)
        return self.at(order[starts])._replace(gap=gap, again=again)


def _next_contact(pair: "Ints", received: "Floats", resolved: "Floats") -> "Floats":
    """Give the hours from each *resolved* to the next *received* of the same *pair*, nan without one."""
    import numpy as np

    asked, comes = np.flatnonzero(np.isfinite(resolved)), np.flatnonzero(np.isfinite(received))
    times = np.concatenate([received[comes], resolved[asked]])
    pairs = np.concatenate([pair[comes], pair[asked]])
    asking = np.arange(len(times)) >= len(comes)
    # what comes at the very time of the resolution stands before it, so what stands after it is later
    order = np.lexsort((asking, times, pairs))
    contacts, questions = np.flatnonzero(~asking[order]), np.flatnonzero(asking[order])
    gap = np.full(len(pair), np.nan)
    following = np.searchsorted(contacts, questions)
    some = following < len(contacts)
    after, before = order[contacts[following[some]]], order[questions[some]]
    same = pairs[after] == pairs[before]
    gap[asked[before[same] - len(comes)]] = times[after[same]] - times[before[same]]
    return gap


def _first_contacts(tally: Tally, days: int) -> "Ints":
    """Count, for each topic, the episodes resolved with one contact, and those whose end is known."""
    import numpy as np

    counts = np.zeros((len(tally.topics), 2), dtype=np.int64)
    if not tally.has_dates:
        return counts  # without dates, all contacts of a customer would be one episode
    episodes = Episodes.of(tally, days=days)
    named = np.zeros(max(tally.ticket_customer, default=-1) + 1, dtype=bool)
    named[view(tally.ticket_customer)] = view(tally.ticket_named)
    known = named[episodes.customer] & (episodes.unresolved != UNKNOWN)
    once = known & (episodes.unresolved == 0) & (episodes.contacts == 1)
    for column, which in enumerate((once, known)):
        counts[:, column] = np.bincount(episodes.topic[which], minlength=len(tally.topics))
    return counts


def _row(
    topic: str | None, asked: _Asked, first: "Ints", targets: tuple[float, ...], level: float
) -> Resolution:
    import numpy as np

    known = int(np.count_nonzero(asked.unresolved != UNKNOWN))
    resolved = int(np.count_nonzero(asked.unresolved == 0))
    curve = _curve(asked.lasted, asked.unresolved == 0, level)
    repeats = _curve(asked.gap, asked.again, level)
    once, episodes = (int(count) for count in first)
    return Resolution(
        topic=topic,
        tickets=len(asked.ticket),
        known=known,
        resolved=wilson(resolved, known, level=level) if known else None,
        timed=len(curve.followed) if curve else 0,
        median=curve.median() if curve else None,
        within=tuple(Within(hours, curve.within(hours)) for hours in targets) if curve else (),
        followed=len(repeats.followed) if repeats else 0,
        repeat=repeats.within(REPEAT_HOURS) if repeats else None,
        episodes=episodes,
        first_contact=wilson(once, episodes, level=level) if episodes else None,
        curve=curve,
    )


def _curve(hours: "Floats", ended: "Bools", level: float) -> SurvivalCurve | None:
    """Give the curve of those times that are told."""
    import numpy as np

    told = np.isfinite(hours)
    return kaplan_meier(hours[told], ended[told], level=level) if told.any() else None
