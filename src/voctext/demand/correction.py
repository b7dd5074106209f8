"""Counts corrected for what the classifier gets wrong, topic by topic."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from voctext.demand.tally import Tally, view
from voctext.statistics.estimate import Estimate, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

UNCORRECTED = "C"


class Correction(Protocol):
    """
    What is known of a classifier's errors (`voctext.audit`): of topics, or of whole perceptions.

    *tier* is "A" where a sample of this very export was labelled, "B" where the rates are from elsewhere.
    """

    @property
    def tier(self) -> str:
        """How far the correction can be trusted."""
        ...

    def __contains__(self, target: object) -> bool: ...

    def factor(self, target: str, predicted: tuple[int, int]) -> float:
        """Give true tickets for each one found, *predicted* being (found, tickets)."""
        ...

    def factor_draws(self, target: str, predicted: tuple[int, int], draws: int, seed: int) -> "Floats":
        """Draw (draws,) times the same."""
        ...


@dataclass(frozen=True, slots=True)
class Factors:
    """By what the counts of each topic are multiplied: points, draws (draws, topics), and the tiers."""

    points: "Floats"
    draws: "Floats"
    tiers: tuple[str, ...]

    @classmethod
    def of(
        cls, tally: Tally, asking: "Ints", known: Correction | None, *, draws: int, seed: int
    ) -> "Factors":
        """
        Take the factors of the topics from what is *known*, 1 where nothing is.

        *asking* counts the tickets that complain or suggest, by topic. A topic that was not audited itself
        takes the factor of its perception, and a star in its tier: "A*".
        """
        import numpy as np

        tickets = len(tally.ticket_customer)
        points, factors = np.ones(len(tally.topics)), np.ones((draws, len(tally.topics)))
        tiers = [UNCORRECTED] * len(tally.topics)
        voiced = _voicing_tickets(tally)
        for name, t in tally.topics.items():
            perception = tally.perceptions[t].value
            if known is None or not asking[t]:
                continue
            if name in known:
                target, predicted, tiers[t] = name, (int(asking[t]), tickets), known.tier
            elif perception in known:
                target, predicted, tiers[t] = perception, (voiced[perception], tickets), f"{known.tier}*"
            else:
                continue
            points[t] = known.factor(target, predicted)
            factors[:, t] = known.factor_draws(target, predicted, draws, seed)
        return cls(points, factors, tuple(tiers))

    def share(self, topic: int, found: int, of: int, *, level: float, seed: int) -> Estimate:
        """Give the share *found* of *of*, corrected: Wilson's interval where there is nothing to correct."""
        if self.tiers[topic] == UNCORRECTED or not of:
            return wilson(found, of, level=level)
        import numpy as np

        factor = self.draws[:, topic]
        drawn = np.random.default_rng([seed, topic]).beta(found + 0.5, of - found + 0.5, len(factor)) * factor
        value = min(1.0, found / of * float(self.points[topic]))
        low, high = np.quantile(np.minimum(drawn, 1.0), [(1 - level) / 2, (1 + level) / 2])
        return Estimate(value, min(float(low), value), max(float(high), value))


def _voicing_tickets(tally: Tally) -> dict[str, int]:
    """Count the tickets with a finding of each perception."""
    import numpy as np

    ticket, topic = view(tally.finding_ticket), view(tally.finding_topic)
    of_topic = np.array([perception.value for perception in tally.perceptions])
    return {
        str(name): len(np.unique(ticket[of_topic[topic] == name])) for name in np.unique(of_topic).tolist()
    }
