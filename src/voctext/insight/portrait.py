"""
Customers one by one, for retention lists: who is left with an open matter, and was displeased last.

How much more a customer complains than the average one is known from few episodes. So it is shrunk towards
1, by as much as all customers' counts together say it should be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from voctext.demand.strength import Episodes
from voctext.demand.tally import UNKNOWN, Tally, view
from voctext.errors import InputError
from voctext.records import Intent
from voctext.statistics.estimate import Estimate
from voctext.statistics.shrinkage import shrunken_rates

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

TOP = 3
"""How many topics a portrait names."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """
    One customer. None is: the export cannot tell.

    *episodes* are of complaints and suggestions, *repeats* those of them with more than one ticket,
    *complaints* the episodes of complaints alone; *demands* the topics with most episodes, each with their
    number. *tendency* is the rate of complaint episodes ÷ that of the average customer seen, shrunk towards
    1, with its interval. *sentiment* is −1, 0 or 1: what the last ticket that says anything says in sum.
    *unresolved* are the episodes still open.
    """

    customer: str
    tickets: int
    episodes: int
    repeats: int | None
    complaints: int
    demands: tuple[tuple[str, int], ...]
    tendency: Estimate | None
    last_contact: date | None
    sentiment: int | None
    unresolved: int | None


def portraits(tally: Tally, *, days: int = 7, level: float = 0.95) -> Iterator[Portrait]:
    """
    Give all named customers, those to win back first, an episode lasting *days*.

    First come those who have an open matter and were displeased last, then those with one of the two, then
    the others; among them, by falling tendency to complain. Customers without findings come too. Every
    customer counts as seen for as long as the export lasts. An export without customers gives none.

    The tendency is a posterior mean under a Poisson–gamma model with its equal-tailed interval at *level*:
    D. Clayton and J. Kaldor (1987), Biometrics 43, 671–681.

    Raises:
        InputError: The level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    return _in_order(tally, _Customers.of(tally, days), level)


class _Customers(NamedTuple):
    """Columns with one entry per customer, named or not."""

    named: "Ints"  # 1 or 0
    tickets: "Ints"
    episodes: "Ints"
    repeats: "Ints"
    complaints: "Ints"
    last_day: "Ints"  # ordinal, or UNKNOWN
    sentiment: "Ints"
    has_sentiment: "Ints"  # 1 or 0
    unresolved: "Ints"
    told: "Ints"  # episodes of which it is known whether they are resolved
    top_from: "Ints"  # where the customer's topics begin in `topics`
    top_count: "Ints"
    topics: "Ints"  # (customers' topics, 2): topic and episodes

    @classmethod
    def of(cls, tally: Tally, days: int) -> "_Customers":
        import numpy as np

        customer = view(tally.ticket_customer)
        size = int(customer.max(initial=-1)) + 1
        episodes = Episodes.of(tally, days=days)
        complaints = Episodes.of(tally, days=days, intents=[Intent.COMPLAINT])
        named = np.zeros(size, dtype=np.int64)
        named[customer] = view(tally.ticket_named)
        last_day = np.full(size, UNKNOWN, dtype=np.int64)
        np.maximum.at(last_day, customer, view(tally.ticket_day))

        def count(which: "Ints") -> "Ints":
            return np.bincount(which, minlength=size)

        return cls(
            named,
            count(customer),
            count(episodes.customer),
            count(episodes.customer[episodes.contacts > 1]),
            count(complaints.customer),
            last_day,
            *_sentiments(tally, customer, size),
            count(episodes.customer[episodes.unresolved == 1]),
            count(episodes.customer[episodes.unresolved != UNKNOWN]),
            *_top_topics(episodes, size),
        )


def _sentiments(tally: Tally, customer: "Ints", size: int) -> "tuple[Ints, Ints]":
    """Give the sign of the polarities in each customer's last ticket with findings; and if there is one."""
    import numpy as np

    ticket = view(tally.finding_ticket)
    sums = np.bincount(ticket, weights=view(tally.finding_polarity), minlength=len(customer))
    says = np.unique(ticket)
    received = view(tally.ticket_received)[says]
    received = np.where(np.isnan(received), -np.inf, received)
    # by time, where that is told, then as exported; the last of each customer stays
    last = says[np.lexsort((says, received))]
    sentiment, has = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    sentiment[customer[last]] = np.sign(sums[last])
    has[customer[last]] = 1
    return sentiment, has


def _top_topics(episodes: Episodes, size: int) -> "tuple[Ints, Ints, Ints]":
    """Give where each customer's topics begin, how many are named, and all topics with their episodes."""
    import numpy as np

    topics = int(episodes.topic.max(initial=0)) + 1
    pairs, times = np.unique(episodes.customer * topics + episodes.topic, return_counts=True)
    customer, topic = np.divmod(pairs, topics)
    order = np.lexsort((topic, -times, customer))
    count = np.bincount(customer, minlength=size)
    begin = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    return begin, np.minimum(count, TOP), np.stack([topic[order], times[order]], axis=1)


def _in_order(tally: Tally, seen: _Customers, level: float) -> Iterator[Portrait]:
    import numpy as np

    named = np.flatnonzero(seen.named)
    if not len(named):
        return
    rates = shrunken_rates(seen.complaints[named], np.ones(len(named)), level=level)
    lines = np.stack([rates.mean, rates.low, rates.high], axis=1) / (rates.common or 1)
    urgent = (seen.unresolved[named] > 0).astype(np.int64) + (seen.sentiment[named] < 0)
    names, topics, dated = tally.customers, list(tally.topics), tally.has_dates
    for place in np.lexsort((named, -lines[:, 0], -urgent)).tolist():
        i = int(named[place])
        begin, day = int(seen.top_from[i]), int(seen.last_day[i])
        top = seen.topics[begin : begin + int(seen.top_count[i])].tolist()
        yield Portrait(
            customer=names[i] or "",
            tickets=int(seen.tickets[i]),
            episodes=int(seen.episodes[i]),
            repeats=int(seen.repeats[i]) if dated else None,
            complaints=int(seen.complaints[i]),
            demands=tuple((topics[topic], episodes) for topic, episodes in top),
            tendency=Estimate(*lines[place].tolist()) if rates.common else None,
            last_contact=None if day == UNKNOWN else date.fromordinal(day),
            sentiment=int(seen.sentiment[i]) if seen.has_sentiment[i] else None,
            unresolved=int(seen.unresolved[i]) if seen.told[i] else None,
        )
