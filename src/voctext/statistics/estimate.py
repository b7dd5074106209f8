"""Numbers that carry their uncertainty, or say that they were not measured."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from voctext.errors import InputError


class Estimate(NamedTuple):
    """A value and the interval it lies in, at the level asked for."""

    value: float
    low: float
    high: float


class Factor(NamedTuple):
    """A factor of demand strength; *measured* is False where the export could not tell it."""

    value: float
    measured: bool


def wilson(successes: float, trials: float, *, level: float = 0.95) -> Estimate:
    """
    Give the share *successes* / *trials* with its Wilson score interval.

    Source: E. B. Wilson (1927), Journal of the American Statistical Association 22, 209–212.

    >>> share = wilson(90, 100)
    >>> round(share.low, 3), round(share.high, 3)
    (0.826, 0.945)

    Raises:
        InputError: The counts are not 0 ≤ successes ≤ trials, or the level is not between 0 and 1.
    """
    if not 0 <= successes <= trials:
        raise InputError(f"{successes} of {trials} is no share; give 0 ≤ successes ≤ trials")
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    if trials == 0:
        return Estimate(0.0, 0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return Estimate(share, max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))
