"""The demands in order: ranks drawn with their uncertainty, and what is counted beside them."""

from typing import TYPE_CHECKING

from voctext.demand.correction import Factors
from voctext.demand.demand import Demand
from voctext.demand.strength import Episodes, Strength
from voctext.demand.tally import INTENTS, Tally
from voctext.records import Intent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
    low, high = (
        np.quantile(ranks, [(1 - level) / 2, (1 + level) / 2], axis=0, method="nearest")
        if len(asked)
        else ([], [])
    )
    leading = (ranks <= top).mean(axis=0) if len(asked) else np.zeros(0)
    intents = _tickets_by_intent(tally)
    asking = asking_tickets(tally)
    pairs = np.unique(np.stack([episodes.topic, episodes.customer]), axis=1)[0]
    people = np.bincount(pairs, minlength=topics)
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


def _ranks(draws: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """Give the rank of each column in each row of *draws*, 1 for the greatest."""
    import numpy as np

    order = np.argsort(-draws, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, draws.shape[1] + 1)[None, :], axis=1)
    return ranks


def _tickets_by_intent(tally: Tally) -> "NDArray[np.int64]":
    """Count, for each topic and intent, the tickets with such a finding."""
    import numpy as np

    ticket = np.frombuffer(tally.finding_ticket, dtype=np.int64)
    topic = np.frombuffer(tally.finding_topic, dtype=np.int64)
    intent = np.frombuffer(tally.finding_intent, dtype=np.int8).astype(np.int64)
    cells = np.unique(np.stack([topic * len(INTENTS) + intent, ticket]), axis=1)[0]
    return np.bincount(cells, minlength=len(tally.topics) * len(INTENTS)).reshape(-1, len(INTENTS))


def asking_tickets(tally: Tally) -> "NDArray[np.int64]":
    """Count, for each topic, the tickets that complain or suggest."""
    import numpy as np

    intent = np.frombuffer(tally.finding_intent, dtype=np.int8)
    asks = np.isin(intent, [INTENTS.index(Intent.COMPLAINT), INTENTS.index(Intent.SUGGESTION)])
    ticket = np.frombuffer(tally.finding_ticket, dtype=np.int64)[asks]
    topic = np.frombuffer(tally.finding_topic, dtype=np.int64)[asks]
    pairs = np.unique(np.stack([topic, ticket]), axis=1)[0]
    return np.bincount(pairs, minlength=len(tally.topics))
