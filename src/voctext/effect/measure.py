"""
Did it help? Treated customers against others, or before against after beside those others.

The question is put to exports (`effect`), or to plain counts (`share_effect`, `rate_effect`), such as those
of satisfied customers among customers who answered (`satisfaction`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from voctext.demand.strength import Episodes
from voctext.demand.tally import Tally
from voctext.effect.contrast import Rate, RateEffect, ShareEffect, check_pair, rate_effect, share_effect
from voctext.errors import InputError, choose_from
from voctext.statistics.proportions import Share
from voctext.text import normalize

SATISFIED = 0.8
"""From which part of a scale on an answer is satisfied: 4 of 5, 8 of 10, 80 of 100 (the top two of five)."""

_SILENT = re.compile(
    r"未评|未参|未答|未选|未打分|未回|未作|默认|无效|没有?评|不评价|放弃|超时|not rated|no answer|n/?a\Z"
)
_NOT = re.compile(
    r"[不没未欠]\w{0,2}满意|不满|[不没]好|差|失望|糟|一般|普通|还好|还行|还可以|凑合|中评|尚可|中立|说不清|neutral|dis-?satisf|unsatisf|un-?happy"
    r"|not\b.{0,12}\b(?:satisf|happy|good)|bad|poor|terrible|(?:\A|\W)(?:no|否|不是)(?:\W|\Z)"
)
_WELL = re.compile(
    r"满意|好评|很好|非常好|较好|优秀|satisf|happy|good|great|excellent|(?:\A|\W)(?:yes|是|好)(?:\W|\Z)"
)
_SCORE = re.compile(
    r"(\d{1,3}(?:\.\d+)?) ?(?:分|星级?|颗星|stars?|points?)?"
    r"(?: ?(?:/|of|out of|共|满分) ?(\d{1,3}) ?[分星]?)?"
)
_STARS = re.compile(r"([★⭐]*)([☆]*)")
_HAN_DIGITS = str.maketrans("一二两三四五六七八九", "1223456789")


@dataclass(frozen=True, slots=True)
class DemandEffect:
    """
    The effect on one demand, or on all (*topic* is None): share of customers with it, and episodes' rate.

    Both are of the customers that *exposure_of* names: "given", "customers seen" or "tickets"; None where
    a group has none, or only some of the exports name customers: what is counted would not be the same.
    """

    topic: str | None
    exposure_of: str
    share: ShareEffect | None
    rate: RateEffect | None


def effect(
    treated: Tally,
    control: Tally,
    *,
    topic: str | None = None,
    treated_before: Tally | None = None,
    control_before: Tally | None = None,
    exposure: float | None = None,
    control_exposure: float | None = None,
    exposure_before: float | None = None,
    control_exposure_before: float | None = None,
    days: int = 7,
    level: float = 0.95,
) -> DemandEffect:
    """
    Compare how many customers raise *topic* (None: any demand), and how often, in two groups.

    The exports should cover periods of one length. The exposures are the customers of each group, heard or
    not; without them, rates are of those seen, so that only a change in *what* is said shows. Episodes vary
    more than Poisson counts where some customers have many; that is measured and allowed for.

    Before against after with no control is ``effect(after, before)``.

    Raises:
        InputError: No export knows the topic; only one group has an export from before; exposures are given
            for some exports but not all, or for one that is not given, or are fewer than the customers with
            the demand; or the level is not between 0 and 1.
    """
    check_pair(treated_before, control_before)
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    tallies = [(treated, exposure), (control, control_exposure)]
    if treated_before is not None and control_before is not None:
        tallies += [(treated_before, exposure_before), (control_before, control_exposure_before)]
    elif (exposure_before, control_exposure_before) != (None, None):
        raise InputError("exposures from before are given without exports from before; give both, or neither")
    known = {name for tally, _ in tallies for name in tally.topics}
    if topic is not None and known and topic not in known:
        raise InputError(f"no export holds the topic {topic!r}; {choose_from(topic, known)}")
    given = [number is not None for _, number in tallies]
    if any(given) and not all(given):
        raise InputError("exposure is given for some exports only; give the customers of each, or of none")
    groups = [_Group.of(tally, topic, number, days) for tally, number in tallies]
    named = {tally.has_customers for tally, _ in tallies}
    exposed = "given" if all(given) else "customers seen" if all(named) else "tickets"
    if len(named) > 1 or not all(group.exposure for group in groups):
        return DemandEffect(topic, exposed, None, None)
    share, other, *shares = (Share(group.customers, group.exposure) for group in groups)
    rate, base, *rates = (Rate(group.episodes, group.exposure) for group in groups)
    before, control_was = shares or (None, None)
    rate_before, rate_was = rates or (None, None)
    return DemandEffect(
        topic,
        exposed,
        share_effect(share, other, treated_before=before, control_before=control_was, level=level),
        rate_effect(
            rate,
            base,
            treated_before=rate_before,
            control_before=rate_was,
            inflation=_inflation(groups),
            level=level,
        ),
    )


class _Group(NamedTuple):
    """Customers with the demand, their episodes, the sum of their squares, and all customers."""

    customers: int
    episodes: int
    squares: int
    exposure: float

    @classmethod
    def of(cls, tally: Tally, topic: str | None, exposure: float | None, days: int) -> "_Group":
        import numpy as np

        episodes = Episodes.of(tally, days=days)
        customer = episodes.customer
        if topic is not None:
            customer = customer[episodes.topic == tally.topics.get(topic, -1)]
        count = np.bincount(customer)
        with_it, seen = int(np.count_nonzero(count)), max(tally.ticket_customer, default=-1) + 1
        if exposure is not None and not (isfinite(exposure) and exposure >= max(with_it, 1)):
            raise InputError(
                f"exposure is {exposure}, but {with_it} customers raise it; give all customers of the group"
            )
        return cls(with_it, int(count.sum()), int((count**2).sum()), seen if exposure is None else exposure)


def _inflation(groups: "list[_Group]") -> float:
    """Give the variance of episodes per customer ÷ their mean, within groups together; at least 1."""
    some = [group for group in groups if group.episodes]
    freedom = sum(group.exposure - 1 for group in some)
    pearson = sum(group.squares * group.exposure / group.episodes - group.episodes for group in some)
    return max(1.0, pearson / freedom) if freedom > 0 else 1.0


def satisfied(value: str, *, scale: int | None = None) -> bool | None:
    """
    Tell whether the answer *value* to a survey is satisfied; None where it is no answer that is known.

    Words go before numbers ("1-非常满意"). "一般" is an answer, and not a satisfied one; "未评价" is none. A
    score is out of *scale*: that which it names ("8/10"), else the one given, else the least of 5, 10 and 100
    that holds it; `satisfaction` finds the scale of a whole column. Scores rise with satisfaction: a
    column in which 1 is the best must be told in words.

    >>> [satisfied(value) for value in ("非常满意", "不太满意", "一般", "5星", "7", "8/10", "未评价")]
    [True, False, False, True, False, True, None]
    """
    said = normalize(value).text.strip().lower()
    if not said or _SILENT.search(said):
        return None
    if _NOT.search(said):
        return False
    if _WELL.search(said):
        return True
    score = _score(said)
    if score is None:
        return None
    number, named = score
    top = named or scale or _scale(number)
    return number >= SATISFIED * top if 0 <= number <= top else None


def satisfaction(values: Iterable[str | None], *, scale: int | None = None) -> Share:
    """
    Count the satisfied among those who answered: Share(satisfied, answered), for `share_effect`.

    Scores without a scale share one: *scale*, else the least of 5, 10 and 100 that holds the highest. What is
    no answer is left out.

    >>> satisfaction(["4", "9", "10", None, "未评价", "8"])
    Share(successes=3, trials=4)
    """
    told = [value for value in values if value]
    if scale is None:
        scores = (_score(normalize(value).text.strip().lower()) for value in told)
        scale = _scale(max((score[0] for score in scores if score and score[1] is None), default=0))
    answers = [answer for value in told if (answer := satisfied(value, scale=scale)) is not None]
    return Share(sum(answers), len(answers))


def _scale(number: float) -> int:
    return next((scale for scale in (5, 10) if number <= scale), 100)


def _score(said: str) -> tuple[float, int | None] | None:
    """Read a score and the scale that it names, if any."""
    stars = _STARS.fullmatch(said)
    if stars:
        return len(stars[1]), len(said) if stars[2] else 5
    found = _SCORE.fullmatch(said.translate(_HAN_DIGITS))
    if found is None:
        return None
    return float(found[1]), int(found[2]) if found[2] else 5 if "星" in said or "star" in said else None
