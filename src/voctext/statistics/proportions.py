"""
Two shares set against each other: difference, ratio, difference in differences, and how many it takes.

Every interval is built by MOVER (method of variance estimates recovery) from Wilson's score intervals of the
single shares (G. Y. Zou, A. Donner, 2008, Statistics in Medicine 27, 1693–1702); of two it is Newcombe's.
"""

from collections.abc import Callable
from math import ceil, exp, hypot, inf, log, nan, sqrt
from typing import NamedTuple

from voctext.errors import InputError
from voctext.statistics.estimate import Estimate, wilson

_SMALLEST_P = 1e-15  # what 1 - p still tells from 1 in double precision


class Share(NamedTuple):
    """*successes* out of *trials*, counted on independent customers; weighted counts need not be whole."""

    successes: float
    trials: float


class Effect(NamedTuple):
    """A contrast with its interval, and the two-sided p-value of there being none."""

    value: float
    low: float
    high: float
    p: float


def difference(share: Share, base: Share, *, level: float = 0.95) -> Effect:
    """
    Give *share* − *base* (−1 to 1) with Newcombe's hybrid score interval.

    The p-value inverts the interval: it is below 1 − *level* exactly where the interval leaves out 0. It is
    given no smaller than 1e-15, as are those of the other contrasts here.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17, 873–890, method 10.

    >>> effect = difference(Share(56, 70), Share(48, 80))
    >>> [round(number, 4) for number in effect]
    [0.2, 0.0524, 0.3339, 0.0081]

    Raises:
        InputError: A share is not 0 ≤ successes ≤ trials with trials > 0, or the level not between 0 and 1.
    """
    _check(share, base)
    return _tested(lambda at: _difference(share, base, at), level)


def relative_risk(share: Share, base: Share, *, level: float = 0.95) -> Effect:
    """
    Give *share* ÷ *base* with its MOVER-R interval; the p-value is that of `difference`.

    A base of 0 leaves the ratio infinite (undefined, nan, where both are 0) and the interval open upwards.

    Source: A. Donner, G. Y. Zou (2012), Statistical Methods in Medical Research 21, 347–359.

    >>> effect = relative_risk(Share(56, 70), Share(48, 80))
    >>> [round(number, 3) for number in effect]
    [1.333, 1.078, 1.663, 0.008]

    Raises:
        InputError: As for `difference`.
    """
    p = difference(share, base, level=level).p
    one, other = wilson(*share, level=level), wilson(*base, level=level)
    product = one.value * other.value
    below, above = one.low * (2 * one.value - one.low), one.high * (2 * one.value - one.high)
    least, most = other.low * (2 * other.value - other.low), other.high * (2 * other.value - other.high)
    # the root in the denominator: the other form divides by zero where the base's limit is twice its share
    low = below / (product + sqrt(max(0.0, product**2 - below * most))) if one.value else 0.0
    high = (product + sqrt(max(0.0, product**2 - above * least))) / least if other.value else inf
    return Effect(_ratio(one.value, other.value), low, high, p)


def difference_in_differences(
    *,
    treated_before: Share,
    treated_after: Share,
    control_before: Share,
    control_after: Share,
    level: float = 0.95,
) -> Effect:
    """
    Give (treated after − before) − (control after − before), from −2 to 2, with MOVER interval and p-value.

    The four groups are taken as independent: where the same customers answer twice the interval is too wide.
    It shows an effect only if treated and control would otherwise have moved alike.

    Source: Zou and Donner (2008), as above, applied to two of Newcombe's differences.

    >>> effect = difference_in_differences(
    ...     treated_before=Share(400, 500),
    ...     treated_after=Share(440, 500),
    ...     control_before=Share(405, 500),
    ...     control_after=Share(410, 500),
    ... )
    >>> [round(number, 3) for number in effect]
    [0.07, 0.004, 0.136, 0.038]

    Raises:
        InputError: As for `difference`.
    """
    _check(treated_before, treated_after, control_before, control_after)

    def contrast(at: float) -> Estimate:
        treated = _difference(treated_after, treated_before, at)
        control = _difference(control_after, control_before, at)
        return _mover(treated, control)

    return _tested(contrast, level)


def needed_per_arm(base: float, effect: float, *, power: float = 0.8, level: float = 0.95) -> int:
    """
    Give how many customers each of two arms needs to see a share of *base* move by *effect* (0.03: 3 points).

    For the two-sided test of two shares, with the pooled variance under no effect.

    Source: J. L. Fleiss, B. Levin, M. C. Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed.,
    chapter 4.

    >>> needed_per_arm(0.80, 0.03)
    2629

    Raises:
        InputError: *base* or *base* + *effect* is outside 0 to 1, the effect is 0, *level* not between 0 and
            1, or *power* not between (1 − *level*) / 2 and 1.
    """
    _check_design(base, power, level)
    if not 0 <= base + effect <= 1 or effect == 0:
        message = (
            f"a share of {base} cannot move by {effect}; give an effect, not 0, that ends between 0 and 1"
        )
        raise InputError(message)
    return ceil(_per_arm(base, effect, power, level))


def smallest_effect(base: float, per_arm: int, *, power: float = 0.8, level: float = 0.95) -> float | None:
    """
    Give the smallest rise from a share of *base* that *per_arm* customers an arm show; None: not even to 1.

    The smallest fall from *base* is the smallest rise from 1 − *base*.

    >>> round(smallest_effect(0.80, 2629), 4)
    0.03

    Raises:
        InputError: *per_arm* is below 1, or *base*, *power* or *level* is refused as by `needed_per_arm`.
    """
    from scipy.optimize import brentq

    _check_design(base, power, level)
    if not per_arm >= 1:
        raise InputError(f"{per_arm} customers per arm show nothing; give at least 1")
    most = 1 - base
    if most <= 0 or _per_arm(base, most, power, level) > per_arm:
        return None

    def missing(effect: float) -> float:
        return log(_per_arm(base, effect, power, level) / per_arm)

    return float(brentq(missing, most * 1e-9, most))


def _per_arm(base: float, effect: float, power: float, level: float) -> float:
    """Give the customers per arm, not rounded."""
    from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

    size = samplesize_proportions_2indep_onetail(
        effect, base, power, alpha=1 - level, alternative="two-sided"
    )
    return float(size)


def _mover(one: Estimate, other: Estimate) -> Estimate:
    """Give *one* − *other*, the interval recovered from the two."""
    value = one.value - other.value
    low = value - hypot(one.value - one.low, other.high - other.value)
    high = value + hypot(one.high - one.value, other.value - other.low)
    return Estimate(value, low, high)


def _difference(share: Share, base: Share, level: float) -> Estimate:
    """Give Newcombe's interval of *share* − *base*."""
    return _mover(wilson(*share, level=level), wilson(*base, level=level))


def _tested(contrast: Callable[[float], Estimate], level: float) -> Effect:
    """Give *contrast* at *level*, with the p at which its interval at level 1 − p just touches 0."""
    from scipy.optimize import brentq

    value, low, high = contrast(level)

    def leaves_out(log_p: float) -> float:
        at = contrast(1 - exp(log_p))
        return at.low if value > 0 else -at.high

    if abs(value) < 1e-12:  # noqa: PLR2004 - equal shares, but for rounding
        return Effect(value, low, high, 1.0)
    if leaves_out(log(_SMALLEST_P)) >= 0:
        return Effect(value, low, high, _SMALLEST_P)
    if leaves_out(-_SMALLEST_P) <= 0:
        return Effect(value, low, high, 1.0)
    return Effect(value, low, high, exp(brentq(leaves_out, log(_SMALLEST_P), -_SMALLEST_P)))


def _ratio(one: float, other: float) -> float:
    """Give *one* ÷ *other*, infinite or undefined over nothing."""
    if other:
        return one / other
    return inf if one else nan


def _check(*shares: Share) -> None:
    """Refuse shares of nothing, on which `wilson` would still answer."""
    for successes, trials in shares:
        if not 0 <= successes <= trials or not 0 < trials < inf:
            message = f"{successes} of {trials} is no share; give 0 ≤ successes ≤ trials, trials above 0"
            raise InputError(message)


def _check_design(base: float, power: float, level: float) -> None:
    """Refuse a design that is none."""
    if not 0 <= base <= 1:
        raise InputError(f"base is {base}; give a share between 0 and 1, such as 0.8")
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    if not (1 - level) / 2 < power < 1:
        raise InputError(f"power is {power}; give one above chance and below 1, such as 0.8")
