"""
Rates from few counts, shrunk by as much as the whole table says they should be.

A count is Poisson; its expectation is what the common rate foresees, times a relative risk; the relative
risks of a table are drawn from one Gamma(a, a), of mean 1 and variance 1 / a, whose shape a the table itself
tells (empirical Bayes): it is where the marginal, negative binomial, likelihood is greatest. Two things keep
few counts from claiming that all is alike: the likelihood is adjusted for the common rates, which are fitted
too, and a Gamma(2, 1 / 0.5) penalty on the standard deviation, fading as the table grows, keeps off zero.

Sources: D. Clayton and J. Kaldor (1987), Biometrics 43, 671–681, the Poisson–gamma model of relative risks;
W. DuMouchel (1999), The American Statistician 53, 177–190, one prior for all cells of a table of counts;
D. Cox and N. Reid (1987), Journal of the Royal Statistical Society B 49, 1–39, the adjusted likelihood;
Y. Chung and others (2013), Psychometrika 78, 685–709, the penalty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

from voctext.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

SHAPES = (1e-2, 1e6)  # from "nearly all of it is a few cells" to "all cells are alike"
SPREAD = 0.5  # relative risks' standard deviation where the table is too small to tell


@dataclass(frozen=True, slots=True)
class RateRatios:
    """
    Rate ratios of each segment against the rest, per demand: arrays of shape (segments, demands).

    *ratio* is the posterior median, *low* and *high* the equal-tailed interval, *above* the probability
    that the ratio exceeds 1; *expected* the counts had all segments the same rate; *shape* the prior's.
    """

    ratio: "Floats"
    low: "Floats"
    high: "Floats"
    above: "Floats"
    expected: "Floats"
    shape: float


@dataclass(frozen=True, slots=True)
class ShrunkenRates:
    """
    Events per unit of exposure of each unit, shrunk towards the *common* rate: arrays of shape (units,).

    *mean* is the posterior mean, *low* and *high* the equal-tailed interval; *shape* the prior's.
    """

    mean: "Floats"
    low: "Floats"
    high: "Floats"
    common: float
    shape: float


def rate_ratios(
    counts: "ArrayLike", exposures: "ArrayLike", *, level: float = 0.95, draws: int = 4000, seed: int = 0
) -> RateRatios:
    """
    Give, for each demand, how many times as often each segment raises it as the rest, shrunk towards 1.

    *counts* are of shape (segments, demands), *exposures* of shape (segments,): customers, say. All cells
    share one prior. A segment's rate and the rest's are both uncertain, so the ratio is summarized over
    *draws* from the posterior by *seed*; see :func:`rate_ratio_draws`.

    >>> young_and_old = rate_ratios([[30, 12], [40, 48]], [1000, 4000])
    >>> young_and_old.ratio.round(1)
    array([[2.7, 1. ],
           [0.4, 1. ]])
    >>> bool(young_and_old.above[0, 0] > 0.99)
    True

    Raises:
        InputError: Fewer than two segments, shapes that do not fit, what is no count, an exposure that is
            not above 0, or a level that is not between 0 and 1.
    """
    import numpy as np

    tails = _tails(level)
    model = _model(counts, exposures)
    low, middle, high, above = (np.empty_like(model.expected) for _ in range(4))
    for demand, ratios in enumerate(_ratios(model, draws, seed)):
        low[:, demand], middle[:, demand], high[:, demand] = np.quantile(
            ratios, (tails[0], 0.5, tails[1]), axis=0
        )
        above[:, demand] = np.mean(ratios > 1, axis=0)
    return RateRatios(middle, low, high, above, model.expected, model.shape)


def rate_ratio_draws(
    counts: "ArrayLike", exposures: "ArrayLike", *, draws: int = 4000, seed: int = 0
) -> "Floats":
    """
    Draw from the posterior that :func:`rate_ratios` summarizes: shape (draws, segments, demands).

    >>> rate_ratio_draws([[30, 12], [40, 48]], [1000, 4000], draws=5).shape
    (5, 2, 2)

    Raises:
        InputError: As :func:`rate_ratios`.
    """
    import numpy as np

    model = _model(counts, exposures)
    if not model.expected.shape[1]:
        return np.empty((draws, *model.expected.shape))
    return np.stack(list(_ratios(model, draws, seed)), axis=2)


def shrunken_rates(counts: "ArrayLike", exposures: "ArrayLike", *, level: float = 0.95) -> ShrunkenRates:
    """
    Give each unit's rate, such as the complaints of each customer per month, shrunk to the common rate.

    *counts* and *exposures* are of shape (units,). A unit of n events where E were expected has the relative
    risk Gamma(a + n, a + E), of mean (a + n) / (a + E). Where no unit has an event, *high* is the common
    rate's own bound, −log(1 − level) / all exposure (J. Hanley and A. Lippman-Hand (1983), JAMA 249,
    1743–1745).

    >>> customers = shrunken_rates([0] * 90 + [1] * 8 + [6, 9], [12.0] * 100)
    >>> customers.mean[[0, 90, 99]].round(2)
    array([0.01, 0.06, 0.51])

    Raises:
        InputError: Shapes that differ, no units, what is no count, an exposure that is not above 0, or a
            level that is not between 0 and 1.
    """
    import numpy as np
    from scipy.special import gammaincinv

    tails = _tails(level)
    seen, exposed = _array(counts, "counts"), _exposures(exposures)
    if seen.shape != exposed.shape or seen.ndim != 1 or not seen.size:
        raise InputError(
            f"counts are {seen.shape}, exposures {exposed.shape}; give one of each for each unit"
        )
    weights = exposed / exposed.sum()
    shape, totals = _fit(seen[:, None], weights)
    common = float(totals[0] / exposed.sum())
    if not common:
        nothing, bound = np.zeros_like(seen), -log(1 - level) / exposed.sum()
        return ShrunkenRates(nothing, nothing, nothing + bound, common, shape)
    # the quantile depends on the count alone, up to scale: a million customers have few different counts
    values, which = np.unique(seen, return_inverse=True)
    low, high = (gammaincinv(shape + values, tail)[which] for tail in tails)
    scale = common / (shape + exposed * common)
    return ShrunkenRates((shape + seen) * scale, low * scale, high * scale, common, shape)


class _Model(NamedTuple):
    counts: "Floats"  # (segments, demands)
    expected: "Floats"  # (segments, demands)
    weights: "Floats"  # (segments,): shares of all exposure
    shape: float


def _fit(counts: "Floats", weights: "Floats") -> tuple[float, "Floats"]:
    """Give the prior's shape, and the total of each demand had every segment the common rate: (demands,)."""
    import numpy as np
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    sums = counts.sum(axis=0)
    seen = counts[:, sums > 0]
    values, times = np.unique(seen, return_counts=True)

    def loss(log_shape: float) -> float:
        shape, deviation = exp(log_shape), exp(-log_shape / 2)
        totals, information = _totals(seen, weights, shape)
        rising = times @ (gammaln(shape + values) - gammaln(shape)) + seen.sum(axis=0) @ np.log(
            totals / shape
        )
        falling = np.sum((shape + seen) * np.log1p(weights[:, None] * totals / shape))
        adjustment = -np.log(information).sum() / 2
        return -float(rising - falling + adjustment + log(deviation) - deviation / SPREAD)

    found = minimize_scalar(loss, bounds=(log(SHAPES[0]), log(SHAPES[1])), method="bounded")
    shape = exp(float(found.x))
    totals = np.zeros_like(sums)
    totals[sums > 0] = _totals(seen, weights, shape)[0]
    return shape, totals


def _totals(seen: "Floats", weights: "Floats", shape: float) -> tuple["Floats", "Floats"]:
    """Give the likeliest expected total of each demand, by Newton's steps, and its log's information."""
    import numpy as np

    log_totals, sums = np.log(seen.sum(axis=0)), seen.sum(axis=0)
    for _ in range(100):  # the likelihood is concave in the logarithm: a handful of steps is enough
        foreseen = weights[:, None] * np.exp(log_totals)
        pull = (shape + seen) * foreseen / (shape + foreseen)
        information = np.sum(pull * (shape / (shape + foreseen)), axis=0)
        step = np.clip((sums - pull.sum(axis=0)) / information, -1, 1)
        log_totals = log_totals + step
        if np.all(np.abs(step) < 1e-6):  # noqa: PLR2004 - far below what the counts can tell
            break
    return np.exp(log_totals), information


def _model(counts: "ArrayLike", exposures: "ArrayLike") -> _Model:
    seen, exposed = _array(counts, "counts"), _exposures(exposures)
    if seen.ndim != 2 or exposed.shape != seen.shape[:1]:  # noqa: PLR2004 - a table has two sides
        raise InputError(
            f"counts are {seen.shape}, exposures {exposed.shape}; give (segments, demands) and (segments,)"
        )
    if len(seen) < 2:  # noqa: PLR2004 - one segment has no rest
        raise InputError(f"{len(seen)} segments; give at least two, for each is set against the rest")
    weights = exposed / exposed.sum()
    shape, totals = _fit(seen, weights)
    return _Model(seen, weights[:, None] * totals, weights, shape)


def _ratios(model: _Model, draws: int, seed: int) -> "Iterator[Floats]":
    """Yield each demand's draws, (draws, segments): a segment's relative risk by the rest's."""
    import numpy as np

    if draws < 1:
        raise InputError(f"draws is {draws}; give at least 1, better some thousands")
    generator = np.random.default_rng(seed)
    for counts, expected in zip(model.counts.T, model.expected.T, strict=True):
        risk = generator.gamma(model.shape + counts, 1 / (model.shape + expected), (draws, len(counts)))
        borne = risk * model.weights
        rest = (borne.sum(axis=1, keepdims=True) - borne) / (1 - model.weights)
        yield risk / np.maximum(rest, 1e-100)  # never by zero, where a draw underflows


def _tails(level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    return 0.5 - level / 2, 0.5 + level / 2


def _array(values: "ArrayLike", name: str) -> "Floats":
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    wrong = array[~(np.isfinite(array) & (array >= 0))]
    if wrong.size:
        raise InputError(f"{name} hold {wrong[0]}; give finite numbers of 0 or more")
    return array


def _exposures(values: "ArrayLike") -> "Floats":
    exposed = _array(values, "exposures")
    if not exposed.all():
        raise InputError(
            "exposures hold 0; leave out those that could not be heard, or give how long they could"
        )
    return exposed
