"""
One number against another, treated against control: shares and rates, in figures and in words.

Over plain counts; `voctext.effect.measure` takes them from exports. An effect may be called one only if
treated and control were alike but for the treatment, or, with counts from before, if both would have moved
alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, isfinite, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from voctext.effect.words import words_in
from voctext.errors import InputError
from voctext.statistics.estimate import Estimate, wilson
from voctext.statistics.proportions import (
    Effect,
    Share,
    difference,
    difference_in_differences,
    needed_per_arm,
    relative_risk,
    smallest_effect,
)
from voctext.statistics.rates import rate_ratio


class Rate(NamedTuple):
    """*events* on *exposure*, such as episodes of that many customers; they need not be whole."""

    events: float
    exposure: float


@dataclass(frozen=True, slots=True)
class ShareEffect:
    """
    Two shares set against each other.

    *treated* and *control* are the shares after the treatment, with Wilson intervals; *difference* (Newcombe)
    and *ratio* compare them. *moved* is the difference in differences where counts from before were given,
    else None. *needed* is how many customers each group would need to show the effect aimed at, or else the
    effect seen (None: no effect, or not a possible one), and *smallest* the smallest rise from the control's
    share that groups of this size show (None: not even a rise to 1), both with probability *power*.
    """

    treated: Estimate
    control: Estimate
    difference: Effect
    ratio: Effect
    moved: Effect | None
    needed: int | None
    smallest: float | None
    level: float
    power: float

    @property
    def answer(self) -> Effect:
        """The difference in differences if there is one, else the difference."""
        return self.moved or self.difference

    def sentence(self, lang: str = "zh-Hans") -> str:
        """
        Say it in one sentence, in Chinese ("zh-Hans", "zh-Hant") or English ("en").

        Raises:
            InputError: Another language is asked for.
        """
        said = words_in(lang)
        numbers = tuple(f"{100 * number:+.1f}" for number in self.answer[:3])
        head = said["shares"].format(100 * self.treated.value, 100 * self.control.value)
        return _sentence(said, head, said["moved_points" if self.moved else "points"], numbers, self)


@dataclass(frozen=True, slots=True)
class RateEffect:
    """
    Two rates set against each other.

    *ratio* is treated ÷ control after the treatment, *moved* the ratio of the two ratios after ÷ before
    where counts from before were given (None otherwise, and where a count is 0). *inflation* is the variance
    of the counts ÷ that of Poisson counts. *needed* is the exposure each group would need to show the ratio
    aimed at, or else the one seen, with probability *power* (None: no effect, or no counts to go by).
    """

    treated: Rate
    control: Rate
    ratio: Effect
    moved: Effect | None
    inflation: float
    needed: int | None
    level: float
    power: float

    @property
    def answer(self) -> Effect:
        """The ratio of ratios if there is one, else the ratio."""
        return self.moved or self.ratio

    def sentence(self, lang: str = "zh-Hans") -> str:
        """
        Say it in one sentence, in Chinese ("zh-Hans", "zh-Hant") or English ("en").

        Raises:
            InputError: Another language is asked for.
        """
        said = words_in(lang)
        if self.treated.events == self.control.events == 0:
            return said["nothing"]
        numbers = tuple(f"{number:.2f}" if isfinite(number) else "∞" for number in self.answer[:3])
        head = said["rates"].format(
            *(1000 * events / exposure for events, exposure in (self.treated, self.control))
        )
        return _sentence(said, head, said["moved_times" if self.moved else "times"], numbers, self)


def share_effect(
    treated: Share,
    control: Share,
    *,
    treated_before: Share | None = None,
    control_before: Share | None = None,
    aim: float | None = None,
    level: float = 0.95,
    power: float = 0.8,
) -> ShareEffect:
    """
    Set two shares against each other, such as (satisfied, answered); *aim* is the difference worth seeing.

    Sources: R. G. Newcombe (1998), Statistics in Medicine 17, 873–890; G. Y. Zou, A. Donner (2008), the same
    27, 1693–1702, for the difference in differences; it takes four shares, and twice the customers of two.

    >>> effect = share_effect(Share(830, 1000), Share(800, 1000))
    >>> round(effect.difference.value, 3), effect.needed, round(effect.smallest, 3)
    (0.03, 2629, 0.048)
    >>> effect.sentence("en")
    'Treated 83.0 %, control 80.0 %: a difference of +3.0 points (95 % interval -0.4 to +6.4), which may be
    chance (p = 0.084); to show such a change with 80 % power takes about 2,629 customers per group.'

    Raises:
        InputError: Only one group has counts from before, a share is not 0 ≤ successes ≤ trials with trials
            above 0, *aim* is 0, or *level* or *power* is out of range.
    """
    check_pair(treated_before, control_before)
    moved = None
    if treated_before is not None and control_before is not None:
        moved = difference_in_differences(
            treated_before=treated_before,
            treated_after=treated,
            control_before=control_before,
            control_after=control,
            level=level,
        )
    plain = difference(treated, control, level=level)
    base, effect = control.successes / control.trials, (moved or plain).value if aim is None else aim
    needed = None
    if aim is not None or (abs(effect) > 1e-12 and 0 <= base + effect <= 1):  # noqa: PLR2004 - rounding
        needed = needed_per_arm(base, effect, power=power, level=level) * (2 if moved else 1)
    size = int(min(treated.trials, control.trials) / (2 if moved else 1))
    return ShareEffect(
        wilson(*treated, level=level),
        wilson(*control, level=level),
        plain,
        relative_risk(treated, control, level=level),
        moved,
        needed,
        smallest_effect(base, size, power=power, level=level) if size else None,
        level,
        power,
    )


def rate_effect(
    treated: Rate,
    control: Rate,
    *,
    treated_before: Rate | None = None,
    control_before: Rate | None = None,
    inflation: float = 1.0,
    aim: float | None = None,
    level: float = 0.95,
    power: float = 0.8,
) -> RateEffect:
    """
    Set two rates against each other, such as (episodes, customers); *aim* is the ratio worth seeing.

    Counts vary *inflation* times as much as Poisson counts. The ratio is exact given the total; the ratio of
    ratios, that of a log-linear model, has the normal interval of its logarithm.

    Sources: J. Przyborowski, H. Wilenski (1940), Biometrika 31, 313–323; Y. Bishop, S. Fienberg, P. Holland
    (1975), Discrete Multivariate Analysis, chapter 14 (delta method); for *needed* H. Zhu, H. Lakkis (2014),
    Statistics in Medicine 33, 376–387, with no dispersion but the inflation.

    >>> effect = rate_effect(Rate(60, 1000), Rate(100, 1000))
    >>> [round(number, 3) for number in effect.ratio], effect.needed
    ([0.6, 0.428, 0.835, 0.002], 803)

    Raises:
        InputError: Only one group has counts from before, a count is negative, an exposure or *aim* not above
            0 (*aim*: or 1), *inflation* below 1, or *level* or *power* out of range.
    """
    check_pair(treated_before, control_before)
    if not 1 <= inflation < float("inf"):
        raise InputError(f"inflation is {inflation}; give 1 for Poisson counts, more where they vary more")
    if not (1 - level) / 2 < power < 1:
        raise InputError(f"power is {power}; give one above chance and below 1, such as 0.8")
    if aim is not None and (not 0 < aim < float("inf") or aim == 1):
        raise InputError(f"the ratio to show is {aim}; give one above 0 and not 1, such as 0.8")

    def ratio(one: Rate, other: Rate) -> Effect:
        counts = one.events / inflation, other.events / inflation
        return rate_ratio(counts[0], one.exposure, counts[1], other.exposure, level=level)

    plain, moved = ratio(treated, control), None
    if treated_before is not None and control_before is not None:
        ratio(treated_before, control_before)  # refuses what is no rate
        moved = _moved((treated, treated_before, control, control_before), inflation, level)
    wanted = (moved or plain).value if aim is None else aim
    needed = _needed_exposure(control, wanted, inflation * (2 if moved else 1), level, power)
    return RateEffect(treated, control, plain, moved, inflation, needed, level, power)


def _moved(rates: tuple[Rate, Rate, Rate, Rate], inflation: float, level: float) -> Effect | None:
    """Give the ratio of two ratios: (first ÷ second) ÷ (third ÷ fourth)."""
    if not all(rate.events for rate in rates):
        return None
    one, before, other, was = (log(rate.events / rate.exposure) for rate in rates)
    value = one - before - other + was
    spread = sqrt(inflation * sum(1 / rate.events for rate in rates))
    normal = NormalDist()
    reach = normal.inv_cdf(0.5 + level / 2) * spread
    return Effect(exp(value), exp(value - reach), exp(value + reach), 2 * normal.cdf(-abs(value) / spread))


def _needed_exposure(base: Rate, ratio: float, inflation: float, level: float, power: float) -> int | None:
    if not base.events or not 0 < ratio < float("inf") or abs(log(ratio)) < 1e-12:  # noqa: PLR2004 - rounding
        return None
    normal, rate = NormalDist(), base.events / base.exposure
    reach = normal.inv_cdf(0.5 + level / 2) + normal.inv_cdf(power)
    return ceil(inflation * (1 / rate + 1 / (rate * ratio)) * (reach / log(ratio)) ** 2)


def check_pair(treated_before: object, control_before: object) -> None:
    """Raise InputError if only one of the two groups has anything from before."""
    if (treated_before is None) != (control_before is None):
        raise InputError("only one group has counts from before; give both, or neither")


def _sentence(
    words: Mapping[str, str], head: str, what: str, numbers: Sequence[str], effect: ShareEffect | RateEffect
) -> str:
    value, low, high = numbers
    p = effect.answer.p
    interval = words["interval"].format(100 * effect.level, low, high)
    verdict = words["sure" if p < 1 - effect.level else "chance"]
    told = verdict.format("p < 0.001" if p < 0.001 else f"p = {p:.3f}")  # noqa: PLR2004 - as journals do
    needed = words["needed"].format(100 * effect.power, effect.needed) if effect.needed else ""
    return head + what.format(value) + interval + told + needed + words["end"]
