"""
Counts by day or week, watched: has the rate left what it was, and when did it change?

Two charts watch from a baseline on: :func:`ewma` for small and slow changes of any size, :func:`cusum` for
a change by the ratio it is built for. Their limits are simulated, so that the chance of any alert is the one
asked for if nothing changes, with few counts, unequal exposure and an estimated baseline too (probability
limits: X. Shen, C. Zou, W. Jiang, F. Tsung (2013), Naval Research Logistics 60, 625–636). That holds for
Poisson counts: with twice the variance about half of all unchanged series raise an alert.
:func:`change_point` looks back over a whole series instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING

from voctext.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]
    Statistic = Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]

RUNS = 4000
"""Simulated series behind a limit: a false alarm rate of 5 % is met within 0.7 points."""

ORDERS = 1999
"""Random orders of the periods behind the p-value of a change point."""


class Direction(StrEnum):
    """Where the rate went."""

    RISE = "rise"
    FALL = "fall"


@dataclass(frozen=True, slots=True, order=True)
class Alert:
    """A period in which a chart's statistic passed its limit; *index* counts from the start of the series."""

    index: int
    direction: Direction
    statistic: float
    limit: float


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """
    A chart of the periods from index *start* on, against *baseline*, the rate per unit of exposure.

    *rise* and *fall* say, period by period, how far the counts have gone up and down (standard deviations in
    :func:`ewma`, counts in :func:`cusum`); *rise_limit* and *fall_limit* are how far is too far.
    """

    baseline: float
    start: int
    rise: "Numbers"
    fall: "Numbers"
    rise_limit: float
    fall_limit: float

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Each passing of a limit, in order of time: one alert however long the statistic stays beyond it."""
        rises = self._passed(Direction.RISE, self.rise, self.rise_limit)
        return tuple(sorted(rises + self._passed(Direction.FALL, self.fall, self.fall_limit)))

    def _passed(self, direction: Direction, statistic: "Numbers", limit: float) -> list[Alert]:
        import numpy as np

        beyond = np.concatenate([[False], statistic > limit])
        passed = np.flatnonzero(beyond[1:] & ~beyond[:-1])
        return [Alert(self.start + int(at), direction, float(statistic[at]), limit) for at in passed]


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The rate was *before* up to period *index*, and *after* from it on; a small *p* says: no accident."""

    index: int
    before: float
    after: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class _Watched:
    """The periods under watch; *seen* holds count and exposure behind *rate*, or None if it was given."""

    start: int
    counts: "Numbers"
    exposure: "Numbers"
    rate: float
    seen: tuple[float, float] | None


def ewma(
    counts: "ArrayLike",
    *,
    exposure: "ArrayLike | None" = None,
    baseline_rate: float | None = None,
    baseline_periods: int | None = None,
    weight: float = 0.2,
    false_alarms: float = 0.05,
    seed: int = 0,
) -> Chart:
    """
    Chart the exponentially weighted mean of *counts* (n): *weight* for each new one, the rest for the past.

    The statistic is that mean less its expectation, in its standard deviations. The baseline is
    *baseline_rate*, per unit of *exposure* (n, such as customers; 1 each if not given), or else is taken
    from the first *baseline_periods* (a third of the series if not given), and the rest is watched.
    *false_alarms* is the chance of any alert, either way, in all watched periods, if the rate stays.

    Source: S. W. Roberts (1959), Technometrics 1, 239–250.

    >>> chart = ewma([3, 2, 4, 3, 3, 2, 4, 3, 9, 8, 9], baseline_periods=8)
    >>> [(alert.index, str(alert.direction)) for alert in chart.alerts]
    [(8, 'rise')]

    Raises:
        InputError: A count is not whole and 0 or more, an exposure not above 0, or an option out of range.
    """
    if not 0 < weight <= 1:
        raise InputError(f"weight is {weight}; give one above 0 and up to 1, such as 0.2")
    watched = _watch(counts, exposure, baseline_rate, baseline_periods)

    def statistic(seen: "Numbers", expected: "Numbers") -> "tuple[Numbers, Numbers]":
        import numpy as np
        from scipy.signal import lfilter

        past = 1 - weight
        gone = lfilter([weight], [1, -past], seen - expected)
        spread = np.sqrt(lfilter([weight**2], [1, -(past**2)], expected))
        return gone / spread, -gone / spread

    return _chart(watched, statistic, false_alarms, seed)


def cusum(
    counts: "ArrayLike",
    *,
    exposure: "ArrayLike | None" = None,
    baseline_rate: float | None = None,
    baseline_periods: int | None = None,
    ratio: float = 1.5,
    false_alarms: float = 0.05,
    seed: int = 0,
) -> Chart:
    """
    Chart how far *counts* (n) add up towards *ratio* times the baseline, or towards 1/*ratio* of it.

    For the other options see :func:`ewma`. With rates b and a, the reference value is (a - b) / ln(a / b)
    for each unit of exposure: the sum is then a sequential likelihood ratio test of a against b.

    Source: E. S. Page (1954), Biometrika 41, 100–115; for counts J. M. Lucas (1985), Technometrics 27,
    129–144.

    >>> chart = cusum([3, 2, 4, 3, 3, 2, 4, 3, 9, 8, 9], baseline_periods=8)
    >>> [(alert.index, str(alert.direction)) for alert in chart.alerts]
    [(9, 'rise')]

    Raises:
        InputError: A count is not whole and 0 or more, an exposure not above 0, or an option out of range.
    """
    if not 1 < ratio < float("inf"):
        raise InputError(f"ratio is {ratio}; give one above 1, such as 2 for a doubling (and a halving)")
    watched = _watch(counts, exposure, baseline_rate, baseline_periods)
    above, below = (ratio - 1) / log(ratio), (1 - 1 / ratio) / log(ratio)

    def statistic(seen: "Numbers", expected: "Numbers") -> "tuple[Numbers, Numbers]":
        return _sums(seen - above * expected), _sums(below * expected - seen)

    return _chart(watched, statistic, false_alarms, seed)


def change_point(
    counts: "ArrayLike", *, exposure: "ArrayLike | None" = None, seed: int = 0
) -> ChangePoint | None:
    """
    Find the one period at which the rate of *counts* (n) most likely changed.

    It is where the Poisson likelihood ratio of two rates against one is largest. Its p-value is the share
    of random orders of the periods, each with its *exposure* (n; 1 each if not given), that give a ratio as
    large: it holds for counts more scattered than Poisson too, but not for ones that drift or follow one
    another. Fewer than two periods, or no counts, give None.

    Source: K. J. Worsley (1986), Biometrika 73, 91–104, for the statistic in exponential families; B.
    Phipson, G. K. Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9, for the
    p-value.

    >>> change = change_point([3, 2, 4, 3, 3, 2, 9, 8, 9, 7])
    >>> change.index, round(change.before, 2), change.after, change.p < 0.05
    (6, 2.83, 8.25, True)

    Raises:
        InputError: A count is not whole and 0 or more, or an exposure not above 0.
    """
    import numpy as np

    seen, units = _series(counts, exposure)
    if len(seen) <= 1 or not seen.any():
        return None
    ratios = _split_ratios(seen, units)
    index = int(ratios.argmax()) + 1
    orders = np.random.default_rng(seed).permuted(np.tile(np.arange(len(seen)), (ORDERS, 1)), axis=1)
    large = _split_ratios(seen[orders], units[orders]).max(axis=1) >= ratios.max() - 1e-9  # ties are as large
    p = (1 + int(large.sum())) / (1 + ORDERS)
    parts = slice(index), slice(index, None)
    before, after = (float(seen[part].sum() / units[part].sum()) for part in parts)
    return ChangePoint(index, before, after, p)


def _split_ratios(seen: "Numbers", units: "Numbers") -> "Numbers":
    """Give twice the log likelihood ratio of a change at each period but the first, along the last axis."""
    from scipy.special import xlogy

    count, unit = seen.cumsum(axis=-1), units.cumsum(axis=-1)
    (count, all_count), (unit, all_unit) = ((sums[..., :-1], sums[..., -1:]) for sums in (count, unit))
    later, later_unit = all_count - count, all_unit - unit
    two = xlogy(count, count / unit) + xlogy(later, later / later_unit)
    ratios: Numbers = 2 * (two - xlogy(all_count, all_count / all_unit))
    return ratios


def _chart(watched: _Watched, statistic: "Statistic", false_alarms: float, seed: int) -> Chart:
    """Set *statistic* of the watched periods against limits that simulated periods rarely pass."""
    import numpy as np

    if not 0 < false_alarms < 1:
        raise InputError(f"false_alarms is {false_alarms}; give a chance between 0 and 1, such as 0.05")
    expected = watched.rate * watched.exposure
    rise, fall = statistic(watched.counts, expected)
    if not len(rise):
        return Chart(watched.rate, watched.start, rise, fall, float("inf"), float("inf"))
    draws = np.random.default_rng(seed)
    rates = np.full(RUNS, watched.rate)
    if watched.seen is not None:  # the baseline is an estimate: so far off may the true rate be
        shape, units = watched.seen
        rates = draws.gamma(shape, 1 / units, size=RUNS)
    unchanged = draws.poisson(rates[:, None] * watched.exposure).astype(float)
    most = np.stack(statistic(unchanged, expected)).max(axis=2)
    up, down = np.quantile(most, 1 - false_alarms / 2, axis=1, method="higher").tolist()
    return Chart(watched.rate, watched.start, rise, fall, up, down)


def _sums(steps: "Numbers") -> "Numbers":
    """Add up *steps* along the last axis, beginning again from 0 whenever the sum falls below it."""
    import numpy as np

    total = steps.cumsum(axis=-1)
    return total - np.minimum(np.minimum.accumulate(total, axis=-1), 0)


def _watch(
    counts: "ArrayLike", exposure: "ArrayLike | None", rate: float | None, periods: int | None
) -> _Watched:
    """Part the series into its baseline and the periods to watch."""
    seen, units = _series(counts, exposure)
    if rate is not None:
        if not 0 < rate < float("inf") or periods is not None:
            raise InputError(f"baseline_rate is {rate}; give one above 0, and no baseline_periods beside it")
        return _Watched(0, seen, units, rate, None)
    first = len(seen) // 3 if periods is None else periods
    if not 1 <= first <= len(seen):
        raise InputError(
            f"{first} of {len(seen)} periods are no baseline; give more periods, or a baseline_rate"
        )
    # Jeffreys' prior: half a count more keeps a baseline without counts from making the first one impossible
    shape, time = float(seen[:first].sum()) + 0.5, float(units[:first].sum())
    return _Watched(first, seen[first:], units[first:], shape / time, (shape, time))


def _series(counts: "ArrayLike", exposure: "ArrayLike | None") -> "tuple[Numbers, Numbers]":
    """Give counts and exposure as arrays, checked."""
    import numpy as np

    try:
        seen = np.asarray(counts, dtype=float)
        units = np.ones(seen.shape) if exposure is None else np.asarray(exposure, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{error}; give counts and exposure as numbers") from error
    if seen.ndim != 1 or seen.shape != units.shape:
        raise InputError(
            f"counts have shape {seen.shape} and exposure {units.shape}; give one of each per period"
        )
    for name, values, right, want in (
        ("count", seen, np.isfinite(seen) & (seen >= 0) & (seen == np.floor(seen)), "whole and 0 or more"),
        ("exposure", units, np.isfinite(units) & (units > 0), "above 0; leave out periods without any"),
    ):
        if not right.all():
            at = int((~right).argmax())
            raise InputError(f"{name} {at} is {values[at]}; it must be {want}")
    return seen, units
