"""What an export covers: its days in bins of a day or a week, and what fell into each."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voctext.demand.strength import Episodes
from voctext.demand.tally import UNKNOWN, Tally, view

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Numbers = NDArray[np.float64]

WEEK = 7
WEEKLY_FROM = 28
"""Days from which a period is counted by week: fewer weeks than four tell little of how they vary."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """
    Bins in order: the first day of each, a proleptic Gregorian ordinal, and its length in days.

    Weeks run from the day of the first ticket; the last is cut short at the day of the last one. Seven days
    or more without any ticket are left out: one ticket dated 1970 stretches no export by decades.
    """

    starts: "Ints"
    lengths: "Ints"

    @classmethod
    def of(cls, tally: Tally, *, width: int) -> "Bins":
        """Cut the days of *tally* into bins of *width* days, 1 or 7; an export without dates has none."""
        import numpy as np

        day = np.unique(view(tally.ticket_day))
        day = day[day != UNKNOWN]
        if not len(day):
            return cls(day, day)
        begins = np.flatnonzero(np.diff(day, prepend=day[0] - WEEK - 1) > WEEK)
        run = np.searchsorted(begins, np.arange(len(day)), side="right") - 1
        first, last = day[begins][run], day[np.append(begins[1:], len(day)) - 1][run]
        starts, at = np.unique(day - (day - first) % WEEK, return_index=True)
        lengths = np.minimum(WEEK, last[at] - starts + 1)
        if width == WEEK:
            return cls(starts, lengths)
        offset = np.arange(WEEK)
        days = (starts[:, None] + offset)[offset < lengths[:, None]]
        return cls(days, np.ones_like(days))

    @property
    def days(self) -> int:
        """How many days the bins hold together."""
        return int(self.lengths.sum())

    def __len__(self) -> int:
        return len(self.starts)

    def tickets(self, tally: Tally) -> "Ints":
        """Count the tickets of *tally* in each bin, those without a date in one more at the end."""
        import numpy as np

        bins = self._place(view(tally.ticket_day))
        return np.bincount(bins, minlength=len(self) + 1)

    def episodes(self, episodes: Episodes, topics: int) -> "Ints":
        """Count first contacts of each of *topics* in each bin, shaped (topics, bins + 1), as `tickets`."""
        import numpy as np

        width = len(self) + 1
        cells = episodes.topic * width + self._place(episodes.day)
        return np.bincount(cells, minlength=topics * width).reshape(topics, width)

    def _place(self, day: "Ints") -> "Ints":
        """Give the bin that each of *day* falls into, one past the last for UNKNOWN."""
        import numpy as np

        place = np.searchsorted(self.starts, day, side="right") - 1
        return np.where(day == UNKNOWN, len(self), place)


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """Episodes of each topic in each bin, those that complain, and the exposure of each bin in *units*."""

    counts: "Ints"  # (topics, bins)
    complaints: "Ints"  # (topics,)
    units: "Numbers"  # (bins,)
    days: int

    @classmethod
    def of(
        cls,
        tally: Tally,
        topics: dict[str, int],
        *,
        days: int,
        width: int | None,
        exposure: float | None,
        named: bool,
    ) -> "Period":
        """
        Count *tally* in bins of *width* days, or all in one; tickets without a date make a bin of their own.

        Customers of an *exposure* given are exposed every day alike; those seen (or tickets, unless *named*)
        when the tickets came in.
        """
        import numpy as np

        bins = Bins.of(tally, width=width or WEEK)
        episodes = Episodes.of(tally, days=days)
        number = np.array([topics[topic] for topic in tally.topics], dtype=np.int64)
        episodes = replace(episodes, topic=number[episodes.topic])
        complaints = np.bincount(episodes.topic, weights=episodes.complaint, minlength=len(topics))
        counts, tickets = bins.episodes(episodes, len(topics)), bins.tickets(tally)
        share = tickets / max(tickets.sum(), 1)
        if exposure and len(bins):
            share[:-1] = share[:-1].sum() * bins.lengths / bins.days
        if width is None:
            counts, share = counts.sum(axis=1, keepdims=True), share.sum(keepdims=True)
        exposed, total = share > 0, exposure or seen(tally, named=named)
        return cls(counts[:, exposed], complaints.astype(np.int64), total * share[exposed], bins.days)

    @property
    def total(self) -> "Ints":
        """The episodes of each topic."""
        total: Ints = self.counts.sum(axis=1)
        return total


def bin_days(*tallies: Tally) -> int | None:
    """Choose bins of a week if all of *tallies* last four, else of a day; None if one is without dates."""
    shortest = min(Bins.of(tally, width=WEEK).days for tally in tallies)
    if not shortest:
        return None
    return WEEK if shortest >= WEEKLY_FROM else 1


def seen(tally: Tally, *, named: bool) -> int:
    """Count the customers seen, or the tickets unless they are *named*."""
    return max(tally.ticket_customer, default=-1) + 1 if named else len(tally.ticket_customer)
