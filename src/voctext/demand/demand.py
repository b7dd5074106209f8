"""One demand: what customers ask for in one topic, and how strongly."""

from collections.abc import Mapping
from dataclasses import dataclass

from voctext.demand.tally import Quote
from voctext.records import Intent, Perception
from voctext.statistics.estimate import Estimate, Factor


@dataclass(frozen=True, slots=True)
class Demand:
    """
    What customers ask for in one topic, and how strongly.

    *share* is of the tickets read, *customer_share* of the customers seen, both with Wilson intervals;
    *rate* counts episodes and *strength* severity-weighted unresolved episodes, per 1,000 of exposure.
    *rank_interval* and *top* (the probability to be among the first `DemandTable.top`) come from draws.
    *tier* says how counts were corrected for the classifier's errors; "C" means not at all.
    """

    topic: str
    perception: Perception
    rank: int
    rank_interval: tuple[int, int]
    top: float
    strength: Estimate
    rate: Estimate
    intensity: Factor
    repeat: Factor
    unresolved: Factor
    episodes: int
    tickets: int
    customers: int
    share: Estimate
    customer_share: Estimate
    intents: Mapping[Intent, int]
    tier: str
    quotes: tuple[Quote, ...]

    @property
    def complaint_share(self) -> float:
        """Of the tickets that complain or suggest, the share that complain."""
        asks = self.intents[Intent.COMPLAINT] + self.intents[Intent.SUGGESTION]
        return self.intents[Intent.COMPLAINT] / asks if asks else 0.0
