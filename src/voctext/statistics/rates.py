"""
Counts of two periods set against each other: rate ratios that know Poisson noise, and more than it.

Given their total, two Poisson counts make one binomial count: the exact interval of a share is that of a rate
ratio. Where counts per bin vary more than Poisson counts do, both are divided by how much more
(quasi-likelihood), and Student's t takes the normal's place, for the excess is itself an estimate. It is
learnt from the bins of all demands together, and moved towards a demand's own as far as the demands differ.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voctext.errors import InputError
from voctext.statistics.proportions import Effect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RateRatios:
    """Rate ratios, after ÷ before, of many demands: arrays of one number per demand."""

    ratio: "Numbers"
    """Infinite where only *before* is 0, nan where both are."""
    low: "Numbers"
    high: "Numbers"
    p: "Numbers"
    """Two-sided, of no change."""
    q: "Numbers"
    """p adjusted across the demands that were seen at all; 1 for the others."""
    inflation: "Numbers"
    """Variance of the counts ÷ that of Poisson counts: 1 or more."""


def rate_ratio(
    count: float, exposure: float, base_count: float, base_exposure: float, *, level: float = 0.95
) -> Effect:
    """
    Give *count* / *exposure* ÷ (*base_count* / *base_exposure*), Poisson counts, with exact interval and p.

    Exposures are in any one unit (customers, days). Given counts per day or week, `rate_ratios` also sees
    whether they vary more than Poisson counts.

    Source: J. Przyborowski, H. Wilenski (1940), Biometrika 31, 313–323; interval after C. J. Clopper, E. S.
    Pearson (1934), Biometrika 26, 404–413; p-value: twice the smaller tail.

    >>> [round(number, 3) for number in rate_ratio(11, 800, 21, 3011)]
    [1.971, 0.858, 4.277, 0.112]

    Raises:
        InputError: A count is negative, an exposure not above 0, or the level not between 0 and 1.
    """
    import numpy as np

    first, second = _checked([[count]], exposure), _checked([[base_count]], base_exposure)
    _check_level(level)
    exposed = first.exposure.sum() / (first.exposure.sum() + second.exposure.sum())
    counts = first.counts.sum(axis=1), second.counts.sum(axis=1)
    noise = np.ones(1), np.full(1, np.inf)
    ratio, low, high, p = _conditional(*counts, exposed, noise, level)
    return Effect(float(ratio[0]), float(low[0]), float(high[0]), float(p[0]))


def rate_ratios(
    before: "ArrayLike",
    after: "ArrayLike",
    *,
    before_exposure: "ArrayLike" = 1.0,
    after_exposure: "ArrayLike" = 1.0,
    level: float = 0.95,
) -> RateRatios:
    """
    Give the rate ratio after ÷ before of each demand, with interval, p-value and q-value.

    *before* and *after* are counts of shape (demands, bins), bins of one length (days or weeks); periods may
    differ in how many. An exposure is that of each bin: one number for all, or one per bin. Bins are taken as
    independent: a swell that lasts several of them is read as a change.

    Sources: excess variance by moments, N. E. Breslow (1984), Applied Statistics 33, 38–44; shared between
    demands, S. P. Lund, D. Nettleton, D. J. McCarthy, G. K. Smyth (2012), Statistical Applications in
    Genetics and Molecular Biology 11(5), 8; exact interval on counts so divided, E. L. Korn, B. I. Graubard
    (1998), Survey Methodology 24, 193–201.

    >>> changed = rate_ratios([[15, 14, 16, 15], [5, 4, 6, 5]], [[30, 28, 32, 30], [5, 6, 4, 5]])
    >>> changed.ratio.tolist(), changed.q.round(3).tolist()
    ([2.0, 1.0], [0.002, 1.0])

    Raises:
        InputError: The shapes do not agree, a count is negative, an exposure not above 0, or the level not
            between 0 and 1.
    """
    import numpy as np

    first, second = _checked(after, after_exposure), _checked(before, before_exposure)
    _check_level(level)
    if len(first.counts) != len(second.counts):
        message = (
            f"{len(second.counts)} demands before and {len(first.counts)} after; give the same ones in both"
        )
        raise InputError(message)
    noise = _inflation(first, second)
    exposed = first.exposure.sum() / (first.exposure.sum() + second.exposure.sum())
    counts = first.counts.sum(axis=1), second.counts.sum(axis=1)
    ratio, low, high, p = _conditional(*counts, exposed, noise, level)
    q = np.ones_like(p)
    seen = counts[0] + counts[1] > 0
    q[seen] = q_values(p[seen])
    return RateRatios(ratio, low, high, p, q, noise[0])


def q_values(p: "ArrayLike") -> "Numbers":
    """
    Give the p-values adjusted so that, of what is called at q ≤ 0.05, at most 5 % is expected to be false.

    Source: Y. Benjamini, Y. Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300.

    >>> q_values([0.01, 0.04, 0.03, 0.5]).round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]

    Raises:
        InputError: A p-value is not between 0 and 1.
    """
    import numpy as np
    from scipy.stats import false_discovery_control

    values = np.asarray(p, dtype=float)
    if not ((values >= 0) & (values <= 1)).all():
        raise InputError("a p-value is missing or outside 0 to 1; leave out what was not tested")
    adjusted: Numbers = false_discovery_control(values) if values.size else values
    return adjusted


@dataclass(frozen=True, slots=True, eq=False)
class _Period:
    """Counts of shape (demands, bins), and the exposure of each bin."""

    counts: "Numbers"
    exposure: "Numbers"


def _checked(counts: "ArrayLike", exposure: "ArrayLike") -> _Period:
    """Read one period, or say what is wrong with it."""
    import numpy as np

    table, exposed = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    if table.ndim != 2 or not table.shape[1]:  # noqa: PLR2004 - demands and bins
        raise InputError(f"counts have the shape {table.shape}; give one row per demand, one column per bin")
    if exposed.shape not in {(), (table.shape[1],)}:
        bins = table.shape[1]
        message = f"exposure has the shape {exposed.shape}; give one number, or one for each of {bins} bins"
        raise InputError(message)
    if not (np.isfinite(table) & (table >= 0)).all():
        raise InputError("a count is negative or not a number; give 0 or more")
    if not (np.isfinite(exposed) & (exposed > 0)).all():
        raise InputError("an exposure is not above 0; give customers or days, and leave out bins without any")
    return _Period(table, np.broadcast_to(exposed, table.shape[1:]))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")


def _conditional(
    first: "Numbers", second: "Numbers", exposed: float, noise: "tuple[Numbers, Numbers]", level: float
) -> "tuple[Numbers, Numbers, Numbers, Numbers]":
    """Give ratio, low, high and p of *first* ÷ *second*; *exposed* is the first's expected share of both."""
    import numpy as np
    from scipy.stats import beta, norm, t

    inflation, freedom = noise
    one, other = first / inflation, second / inflation
    odds = exposed / (1 - exposed)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = first / second / odds
        # Clopper and Pearson; where a count is 0 the tail is everything, and the limit the end of the scale
        upper = np.where(one > 0, beta.cdf(exposed, one, other + 1), 1.0)
        lower = np.where(other > 0, beta.sf(exposed, one + 1, other), 1.0)
        outside = norm.sf(t.isf((1 - level) / 2, freedom))
        low = np.where(one > 0, beta.ppf(outside, one, other + 1), 0.0)
        high = np.where(other > 0, beta.isf(outside, one + 1, other), 1.0)
        tail = np.minimum(np.minimum(upper, lower), 0.5)
        p = np.minimum(1.0, 2 * t.sf(norm.isf(tail), freedom))
        return ratio, low / (1 - low) / odds, high / (1 - high) / odds, p


def _inflation(first: _Period, second: _Period) -> "tuple[Numbers, Numbers]":
    """Give each demand's variance under no change ÷ Poisson variance, and its degrees of freedom."""
    import numpy as np

    periods = (first, second)
    expected = [p.counts.sum(axis=1)[:, None] * p.exposure / p.exposure.sum() for p in periods]
    squares = [(p.counts - e) ** 2 for p, e in zip(periods, expected, strict=True)]
    own = sum(((e.shape[1] - 1) * (e[:, 0] > 0) for e in expected), np.zeros(len(first.counts)))
    if not own.sum():
        return np.ones(len(own)), np.full(len(own), np.inf)
    mean, square = np.concatenate(expected, axis=1), np.concatenate(squares, axis=1)
    dispersion = _dispersion(mean, square, float(own.sum()))
    scaled = _pearson(mean, square, dispersion) / np.maximum(own, 1)
    prior = _prior_freedom(scaled[own > 0], own[own > 0])
    weight = np.zeros(len(own)) if np.isinf(prior) else own / np.maximum(prior + own, 1)
    scale = 1 + weight * (scaled - 1)
    rate = sum(p.counts.sum(axis=1) for p in periods) / sum(p.exposure.sum() for p in periods)
    ones, others = (p.exposure.sum() for p in periods)
    # the variance of count − exposed share × total, in units of the same for Poisson counts
    spread = others * (first.exposure**2).sum() / ones + ones * (second.exposure**2).sum() / others
    inflation = np.maximum(1.0, scale * (1 + dispersion * rate * spread / (ones + others)))
    return inflation, np.clip(prior + own, 1, own.sum())


def _pearson(mean: "Numbers", square: "Numbers", dispersion: float) -> "Numbers":
    """Give each demand's Pearson statistic under the negative binomial's variance."""
    import numpy as np

    variance = mean + dispersion * mean**2
    statistic: Numbers = np.divide(square, variance, out=np.zeros_like(mean), where=mean > 0).sum(axis=1)
    return statistic


def _dispersion(mean: "Numbers", square: "Numbers", freedom: float) -> float:
    """Give the dispersion, at least 0, at which all Pearson statistics add up to their degrees of freedom."""
    from scipy.optimize import brentq

    def excess(dispersion: float) -> Any:
        return _pearson(mean, square, dispersion).sum() - freedom

    if excess(0.0) <= 0:
        return 0.0
    most = 1.0
    while excess(most) > 0:
        most *= 2
    return float(brentq(excess, 0.0, most))


def _prior_freedom(scaled: "Numbers", own: "Numbers") -> float:
    """
    Give the degrees of freedom the shared dispersion is worth beside a demand's own; infinite if all agree.

    By moments, on cube roots, which make chi-square nearly normal even where it is 0: E. B. Wilson, M. M.
    Hilferty (1931), Proceedings of the National Academy of Sciences 17, 684–688.
    """
    import numpy as np

    if len(scaled) == 1:
        return 0.0
    if not scaled.any():
        return np.inf
    noise = 2 / (9 * own)
    roots = np.cbrt(scaled) / (1 - noise)
    excess = np.var(roots, ddof=1) / np.mean(roots) ** 2 - np.mean(noise / (1 - noise) ** 2)
    return float(2 / (9 * excess)) if excess > 0 else np.inf
