"""
Two periods set against each other: which demands rose, fell, came up or went away.

Episodes are counted by their first contact, in bins of a week, or of a day where a period is shorter than
four weeks. How much more the bins vary than Poisson counts do decides how wide the intervals are
(`voctext.statistics.rates.rate_ratios`); q-values across demands keep false alarms rare.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING

from voctext.demand.periods import Period, bin_days, seen
from voctext.demand.strength import PER
from voctext.demand.tally import Tally
from voctext.errors import InputError
from voctext.records import Perception
from voctext.statistics.estimate import Estimate, wilson
from voctext.statistics.proportions import Effect, Share, difference
from voctext.statistics.rates import RateRatios, q_values, rate_ratios

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Numbers = NDArray[np.float64]


class Direction(StrEnum):
    """What became of a demand. *Unchanged* means that no change is shown, not that there is none."""

    RISING = "rising"
    FALLING = "falling"
    UNCHANGED = "unchanged"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ComplaintShift:
    """
    The share of episodes that complain, rather than only suggest, in both periods.

    *difference* is now − before with Newcombe's interval; *q* its p-value adjusted across demands.
    """

    now: Estimate
    before: Estimate
    difference: Effect
    q: float


@dataclass(frozen=True, slots=True)
class Change:
    """
    One demand in two periods: episodes, their rate per 1,000 of exposure, and the ratio now ÷ before.

    *p* is two-sided, of no change, and *q* is p adjusted across demands. The ratio is infinite where there
    was nothing before. *inflation* is how many times the variance of Poisson counts was allowed for.
    *complaints* is None where a period has no episode.
    """

    topic: str
    perception: Perception
    now: int
    before: int
    rate: Estimate
    before_rate: Estimate
    ratio: Estimate
    p: float
    q: float
    inflation: float
    direction: Direction
    complaints: ComplaintShift | None


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What changed, the surest first, and what was compared.

    *exposure_of* says what rates refer to, as in `DemandTable`. *days* and *before_days* are the days that
    the exports cover, 0 where they hold no dates. *bin_days* is the length of the bins from which the
    variance was learnt; None: not measured, and the intervals are those of Poisson counts, too narrow where
    calls come in swells. *complaints* is the shift of all demands together. *season* holds the same
    comparison with the same season a year ago, if that was given.
    """

    demands: tuple[Change, ...]
    exposure: float
    before_exposure: float
    exposure_of: str
    days: int
    before_days: int
    bin_days: int | None
    level: float
    complaints: ComplaintShift | None = None
    season: "Changes | None" = None

    def __iter__(self) -> Iterator[Change]:
        return iter(self.demands)

    def __len__(self) -> int:
        return len(self.demands)

    def __getitem__(self, topic: str) -> Change:
        for change in self.demands:
            if change.topic == topic:
                return change
        raise KeyError(topic)


def compare(
    now: Tally,
    before: Tally,
    *,
    days: int = 7,
    exposure: float | None = None,
    before_exposure: float | None = None,
    season: Tally | None = None,
    season_exposure: float | None = None,
    level: float = 0.95,
) -> Changes:
    """
    Compare the demands of two exports, an episode lasting *days*, and with *season* if given.

    A demand is called rising, falling, new or gone where q ≤ 1 − *level*.

    The exposures are the numbers of customers that the exports cover. Given them, rates of the earlier period
    are for as many days as the later one covers, where both hold dates: February and March compare. Without
    them, rates refer to the customers seen, or to tickets where either export names no customer: the question
    is then how wishes are divided, and a demand in the same share of twice as many tickets is unchanged. Take
    periods of one length then: customers seen come again the more often the longer one looks.

    Who called shortly before a period begins and calls again in it opens an episode in each. An export
    without tickets compares with nothing.

    Sources: `rate_ratios` (excess variance by moments, exact interval), `q_values` (Benjamini and Hochberg
    1995), `difference` (Newcombe 1998); rates have Jeffreys intervals of the count over its inflation.

    Raises:
        InputError: An exposure is not above 0, or given for one period only, or for a season that is not
            there; or the level is not between 0 and 1.
    """
    _check(level, exposure, before_exposure)
    if season is None and season_exposure is not None:
        raise InputError("season_exposure is given without a season; give both, or neither")
    against = None
    if season is not None:
        against = compare(
            now, season, days=days, exposure=exposure, before_exposure=season_exposure, level=level
        )
    perceptions = dict(zip(before.topics, before.perceptions, strict=True))
    perceptions |= zip(now.topics, now.perceptions, strict=True)
    width = bin_days(now, before)
    named = now.has_customers and before.has_customers
    numbers = {topic: number for number, topic in enumerate(perceptions)}
    after, base = (
        Period.of(tally, numbers, days=days, width=width, exposure=of, named=named)
        for tally, of in ((now, exposure), (before, before_exposure))
    )
    if exposure and after.days and base.days:  # a customer is exposed for as long as the period lasts
        base = replace(base, units=base.units * base.days / after.days)
    read = bool(now.ticket_customer) and bool(before.ticket_customer)
    return Changes(
        demands=_changes(after, base, perceptions, level) if read else (),
        exposure=exposure or seen(now, named=named),
        before_exposure=before_exposure or seen(before, named=named),
        exposure_of="given" if exposure else "customers seen" if named else "tickets",
        days=after.days,
        before_days=base.days,
        bin_days=width,
        level=level,
        complaints=_together(after, base, level),
        season=against,
    )


def _changes(
    now: Period, before: Period, perceptions: dict[str, Perception], level: float
) -> tuple[Change, ...]:
    """Give the rows of topics somebody asked something of in either period, in order."""
    import numpy as np

    ratios = rate_ratios(
        before.counts, now.counts, before_exposure=before.units, after_exposure=now.units, level=level
    )
    seen = np.flatnonzero(now.total + before.total)
    rates, before_rates = (_rates(period, ratios.inflation, level) for period in (now, before))
    shifts = dict(zip(seen.tolist(), _shifts(now, before, seen, level), strict=True))
    names = list(perceptions)
    rows = [
        Change(
            topic=names[t],
            perception=perceptions[names[t]],
            now=int(now.total[t]),
            before=int(before.total[t]),
            rate=rates[t],
            before_rate=before_rates[t],
            ratio=Estimate(float(ratios.ratio[t]), float(ratios.low[t]), float(ratios.high[t])),
            p=float(ratios.p[t]),
            q=float(ratios.q[t]),
            inflation=float(ratios.inflation[t]),
            direction=_direction(int(now.total[t]), int(before.total[t]), t, ratios, level),
            complaints=shift,
        )
        for t, shift in shifts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.q, row.p, -max(row.now, row.before), row.topic)))


def _direction(now: int, before: int, topic: int, ratios: RateRatios, level: float) -> Direction:
    if ratios.q[topic] > 1 - level:
        return Direction.UNCHANGED
    if not before:
        return Direction.NEW
    if not now:
        return Direction.GONE
    return Direction.RISING if ratios.ratio[topic] > 1 else Direction.FALLING


def _rates(period: Period, inflation: "Numbers", level: float) -> list[Estimate]:
    """Give episodes per 1,000 of exposure, with Jeffreys' interval of the count over its inflation."""
    from scipy.stats import gamma

    count, scale = period.total, inflation * PER / period.units.sum()
    low, high = (gamma.ppf(at, count / inflation + 0.5) * scale for at in ((1 - level) / 2, (1 + level) / 2))
    values = count * PER / period.units.sum()
    return [
        Estimate(float(value), min(float(a), float(value)), max(float(b), float(value)))
        for value, a, b in zip(values, low, high, strict=True)
    ]


def _shifts(now: Period, before: Period, topics: "Ints", level: float) -> list[ComplaintShift | None]:
    """Give the shift of the complaint share of each of *topics*, adjusted across those in both periods."""
    shares = [
        [Share(int(period.complaints[t]), int(period.total[t])) for period in (now, before)] for t in topics
    ]
    effects = [
        difference(one, base, level=level) if one.trials and base.trials else None for one, base in shares
    ]
    adjusted = iter(q_values([effect.p for effect in effects if effect]).tolist())
    return [
        ComplaintShift(wilson(*one, level=level), wilson(*base, level=level), effect, next(adjusted))
        if effect
        else None
        for (one, base), effect in zip(shares, effects, strict=True)
    ]


def _together(now: Period, before: Period, level: float) -> ComplaintShift | None:
    """Give the shift of the complaint share of all demands together."""
    one, base = (
        replace(
            period,
            counts=period.counts.sum(axis=0, keepdims=True),
            complaints=period.complaints.sum(keepdims=True),
        )
        for period in (now, before)
    )
    import numpy as np

    return _shifts(one, base, np.zeros(1, dtype=np.int64), level)[0]


def _check(level: float, *exposures: float | None) -> None:
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    if any(exposure is None for exposure in exposures) and any(exposures):
        raise InputError("an exposure is given for one period only; give the customers of each, or of none")
    for exposure in exposures:
        if exposure is not None and not (isfinite(exposure) and exposure > 0):
            raise InputError(f"exposure is {exposure}; give the number of customers, more than 0")
