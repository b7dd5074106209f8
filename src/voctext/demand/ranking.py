"""The demands in order: ranks drawn with their uncertainty, and what is counted beside them."""

from typing import TYPE_CHECKING

from voctext.demand.correction import Factors
from voctext.demand.demand import Demand
from voctext.demand.strength import Episodes, Strength
from voctext.demand.tally import INTENTS, Tally, view

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def ranked(
    tally: Tally,
    episodes: Episodes,
    strength: Strength,
    factors: Factors,
    *,
    tickets: int,
    customers: int,
    level: float,
    top: int,
    seed: int,
) -> tuple[Demand, ...]:
    """Give the demands of topics somebody asks something of, in the order of the table."""
    import numpy as np

    topics = len(tally.topics)
    count = np.bincount(episodes.topic, minlength=topics)
    asked = np.flatnonzero(count)
    ranks = _ranks(strength.draws[:, asked])
    low, high = rank_intervals(strength.draws[:, asked], level=level)
    leading = (ranks <= top).mean(axis=0) if len(asked) else np.zeros(0)
    intents = _tickets_by_intent(tally)
    asking = asking_tickets(tally)
    people = _distinct(episodes.topic, episodes.customer, topics)
    names = list(tally.topics)
    points = np.array([strength.strength[t].value for t in asked])
    order = sorted(
        range(len(asked)), key=lambda i: (-round(float(leading[i]), 3), -points[i], names[asked[i]])
    )
    rows = []
    for rank, i in enumerate(order, start=1):
        t = int(asked[i])
        rows.append(
            Demand(
                topic=names[t],
                perception=tally.perceptions[t],
                rank=rank,
                rank_interval=(int(low[i]), int(high[i])),
                top=float(leading[i]),
                strength=strength.strength[t],
                rate=strength.rate[t],
                intensity=strength.intensity[t],
                repeat=strength.repeat[t],
                unresolved=strength.unresolved[t],
                episodes=int(count[t]),
                tickets=int(asking[t]),
                customers=int(people[t]),
                share=factors.share(t, int(asking[t]), tickets, level=level, seed=seed),
                customer_share=factors.share(t, int(people[t]), customers, level=level, seed=seed),
                intents={intent: int(intents[t, k]) for k, intent in enumerate(INTENTS)},
                tier=factors.tiers[t],
                quotes=tuple(tally.best_quotes(t)),
            )
        )
    return tuple(rows)


def rank_intervals(draws: "NDArray[np.float64]", *, level: float) -> "tuple[Ints, Ints]":
    """
    Give the interval in which the rank of each column of *draws*, shape (draws, demands), lies.

    A demand stands below those that surely exceed it and above those it surely exceeds, each pair being
    judged by itself at *level*. Quantiles of drawn ranks would be too narrow where demands are nearly tied.
    Source: M. Klein, T. Wright, J. Wieczorek (2020), Journal of the Royal Statistical Society C 69, 589–606;
    without their adjustment for all ranks at once.
    """
    import numpy as np

    sure = (1 + level) / 2
    demands = draws.shape[1]
    low, high = np.ones(demands, dtype=np.int64), np.full(demands, demands, dtype=np.int64)
    for one in range(demands):
        above = (draws > draws[:, [one]]).mean(axis=0)
        below = (draws < draws[:, [one]]).mean(axis=0)
        low[one] += int((above >= sure).sum())
        high[one] -= int((below >= sure).sum())
    return low, high


def _ranks(draws: "NDArray[np.float64]") -> "Ints":
    """Give the rank of each column in each row of *draws*, 1 for the greatest."""
    import numpy as np

    order = np.argsort(-draws, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, draws.shape[1] + 1)[None, :], axis=1)
    return ranks


def _tickets_by_intent(tally: Tally) -> "Ints":
    """Count, for each topic and intent, the tickets with such a finding."""
    import numpy as np

    ticket, topic = view(tally.finding_ticket), view(tally.finding_topic)
    intent = view(tally.finding_intent).astype(np.int64)
    cells = len(tally.topics) * len(INTENTS)
    return _distinct(topic * len(INTENTS) + intent, ticket, cells).reshape(-1, len(INTENTS))


def asking_tickets(tally: Tally) -> "Ints":
    """Count, for each topic, the tickets that complain or suggest."""
    asks = tally.asking()
    return _distinct(view(tally.finding_topic)[asks], view(tally.finding_ticket)[asks], len(tally.topics))


def _distinct(group: "Ints", member: "Ints", groups: int) -> "Ints":
    """Count the distinct members of each of *groups*; one sort of whole numbers is what makes it fast."""
    import numpy as np

    if not len(group):
        return np.zeros(groups, dtype=np.int64)
    wide = int(member.max()) + 1
    keys = np.sort(group * wide + member)
    first = np.concatenate([[True], keys[1:] != keys[:-1]])
    return np.bincount(keys[first] // wide, minlength=groups)
