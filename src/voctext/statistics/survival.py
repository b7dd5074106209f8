"""
How long until it is resolved, where some are still open.

A ticket that is open at the end of the record is not lost and not resolved: it took at least as long as it
has been open (it is right-censored). Leaving it out makes a slow service look fast; Kaplan and Meier count
it as long as it was seen.
"""

from bisect import bisect_right
from dataclasses import dataclass
from math import inf
from statistics import NormalDist
from typing import TYPE_CHECKING

from voctext.errors import InputError
from voctext.statistics.estimate import Estimate, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

EVEN = 0.5 + 1e-12
"""One half, with room for the rounding of a product of many shares."""


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """
    The share not yet resolved, by the time since it began; made by :func:`kaplan_meier`.

    The arrays have one entry for each distinct time at which something was resolved, ascending; times have
    the unit that came in. *low* and *high* bound *surviving* at each time by itself, at *level*. *followed*
    holds all times, resolved or not, ascending.
    """

    times: "Numbers"
    at_risk: "Numbers"
    events: "Numbers"
    surviving: "Numbers"
    low: "Numbers"
    high: "Numbers"
    followed: "Numbers"
    level: float

    def median(self) -> Estimate | None:
        """
        Give the time by which half are resolved, with its interval; None where nothing was resolved.

        The interval holds the times at which one half lies within the curve's own interval. A value or a
        bound that the record is too short to tell is ``inf``: with more than half still open the value is
        ``inf``, and *low* says how long the median is at least.

        Source: R. Brookmeyer, J. Crowley (1982), Biometrics 38, 29–41.

        >>> kaplan_meier([1, 2, 3, 4, 5, 6], [True, True, True, True, True, False]).median()
        Estimate(value=3.0, low=1.0, high=inf)
        """
        if not len(self.times):
            return None
        reached = (self._first(line) for line in (self.surviving, self.low, self.high))
        return Estimate(*reached)

    def within(self, target: float) -> Estimate:
        """
        Give the share resolved within *target* (that time included), with its log-log interval.

        That formula has no width where nothing, or all, is resolved by then. With nothing resolved the
        interval is Wilson's for none of those still followed; with all resolved it is the one before the
        last step, narrowed by Wilson's for the last. Past the end of the record the interval reaches up to
        1, since what is still open may be resolved by then.

        Source: J. D. Kalbfleisch, R. L. Prentice (1980), The Statistical Analysis of Failure Time Data,
        Wiley.

        >>> curve = kaplan_meier([1, 5, 9, 30, 30, 50], [True, True, True, True, False, False])
        >>> [round(curve.within(hours).value, 3) for hours in (0.5, 24, 48)]
        [0.0, 0.5, 0.667]

        Raises:
            InputError: The target is negative or no number.
        """
        if not target >= 0:
            raise InputError(
                f"the target time is {target}; give a time of 0 or more, in the unit of the times"
            )
        step = bisect_right(self.times, target) - 1
        if step < 0:
            followed = len(self.followed) - bisect_right(self.followed, target)
            return wilson(0, followed, level=self.level)
        value = 1 - float(self.surviving[step])
        ended = value < 1 and target > self.followed[-1]
        return Estimate(value, 1 - float(self.high[step]), 1.0 if ended else 1 - float(self.low[step]))

    def _first(self, line: "Numbers") -> float:
        """Give the first time at which *line* is down to one half, or inf."""
        down = line <= EVEN
        return float(self.times[down.argmax()]) if down.any() else inf


def kaplan_meier(times: "ArrayLike", resolved: "ArrayLike", *, level: float = 0.95) -> SurvivalCurve:
    """
    Give the curve of times to resolve, open ones counted as long as they were seen.

    *times* (n) are from the beginning to the resolution, or, where *resolved* (n, true or false) is false,
    to the end of the record, in any one unit. What ends at the same time as something is resolved was still
    open then. No times at all, or none resolved, give a curve without steps.

    Source: E. L. Kaplan, P. Meier (1958), Journal of the American Statistical Association 53, 457–481; the
    variance of M. Greenwood (1926).

    >>> curve = kaplan_meier([6, 6, 7, 10], [True, False, True, True])
    >>> curve.times.tolist(), curve.surviving.round(3).tolist()
    ([6.0, 7.0, 10.0], [0.75, 0.375, 0.0])

    Raises:
        InputError: A time is negative or no number, the two differ in length, *resolved* says anything but
        true and
            false, or the level is not between 0 and 1.
    """
    import numpy as np

    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    long, done = _observed(times, resolved)
    if not done.any():
        none = np.empty(0)
        return SurvivalCurve(none, none, none, none, none, none, np.sort(long), level)
    from statsmodels.duration.survfunc import SurvfuncRight

    curve = SurvfuncRight(long, done)
    low, high = _band(curve.surv_prob, curve.surv_prob_se, curve.n_risk[-1], level)
    risk, events = (np.asarray(counts, dtype=float) for counts in (curve.n_risk, curve.n_events))
    return SurvivalCurve(curve.surv_times, risk, events, curve.surv_prob, low, high, np.sort(long), level)


def _observed(times: "ArrayLike", resolved: "ArrayLike") -> "tuple[Numbers, NDArray[np.bool_]]":
    """Give both as arrays, checked."""
    import numpy as np

    try:
        long, done = np.asarray(times, dtype=float), np.asarray(resolved, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{error}; give times as numbers and resolved as true or false") from error
    if long.ndim != 1 or long.shape != done.shape:
        raise InputError(
            f"times have shape {long.shape} and resolved {done.shape}; give one of each per ticket"
        )
    wrong = ~(np.isfinite(long) & (long >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        raise InputError(f"time {at} is {long[at]}; a time to resolve is 0 or more")
    unclear = (done != 0) & (done != 1)
    if unclear.any():
        at = int(unclear.argmax())
        raise InputError(f"resolved {at} is {done[at]}; say true, or false for what is still open")
    return long, done.astype(bool)


def _band(surviving: "Numbers", error: "Numbers", last: int, level: float) -> "tuple[Numbers, Numbers]":
    """
    Bound the curve at each time on the scale log(-log S), within 0 and 1.

    Where the curve ends at 0 the scale has no value. Its upper bound there is the one just before, times
    Wilson's for none of the *last* at risk: with a single step this is Wilson's interval of the whole.
    """
    import numpy as np

    z = NormalDist().inv_cdf(0.5 + level / 2)
    inner = slice(None, -1 if surviving[-1] == 0 else None)
    share = surviving[inner]
    reach = np.exp(z * error[inner] / (share * -np.log(share)))
    low, high = np.zeros_like(surviving), np.ones_like(surviving)
    low[inner], high[inner] = share**reach, share ** (1 / reach)
    if surviving[-1] == 0:
        before = high[-2] if len(high) > 1 else 1.0
        high[-1] = before * wilson(0, int(last), level=level).high
    return low, high
