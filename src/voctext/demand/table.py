"""The table of demands: one row per demand, in the order in which they are most likely felt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Self

from voctext.demand.estimate import Estimate, Factor, wilson
from voctext.demand.strength import Episodes, Strength, measure
from voctext.demand.tally import INTENTS, UNKNOWN, Quote, Tally
from voctext.errors import InputError
from voctext.records import Finding, Intent, Perception, Reading, Ticket

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EPISODE_DAYS = 7
TOP = 5
DRAWS = 4000


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


@dataclass(frozen=True, slots=True)
class DemandTable:
    """
    Demands by falling probability to be among the first *top*, and what they were counted on.

    *exposure* is the number of customers that rates refer to, and *exposure_of* says which: "given",
    "customers seen" or "tickets". An episode lasts *days*.
    """

    demands: tuple[Demand, ...]
    tickets: int
    customers: int
    exposure: float
    exposure_of: str
    level: float
    top: int
    days: int = EPISODE_DAYS

    def __iter__(self) -> Iterator[Demand]:
        return iter(self.demands)

    def __len__(self) -> int:
        return len(self.demands)

    def __getitem__(self, topic: str) -> Demand:
        for demand in self.demands:
            if demand.topic == topic:
                return demand
        raise KeyError(topic)

    @classmethod
    def from_findings(
        cls,
        findings: Iterable[Finding],
        tickets: Iterable[Ticket],
        *,
        exposure: float | None = None,
        level: float = 0.95,
    ) -> Self:
        """
        Count *findings* against all *tickets* that were read, those without a finding too.

        Raises:
            InputError: A finding's ticket is not among *tickets*.
        """
        found: dict[int, list[Finding]] = {}
        for finding in findings:
            found.setdefault(id(finding.ticket), []).append(finding)
        tally = Tally()
        for ticket in tickets:
            tally.add(ticket, found.pop(id(ticket), ()))
        if found:
            stranger = next(iter(found.values()))[0].ticket
            raise InputError(
                f"ticket {stranger.id!r} has findings but is not among the tickets; give all that were read"
            )
        return cls.from_tally(tally, exposure=exposure, level=level)

    @classmethod
    def from_readings(
        cls, readings: Iterable[Reading], *, exposure: float | None = None, level: float = 0.95
    ) -> Self:
        """Count what *readings* found, their outcomes telling what is resolved where the export does not."""
        tally = Tally()
        for reading in readings:
            tally.add(reading.ticket, reading.findings, reading.outcome)
        return cls.from_tally(tally, exposure=exposure, level=level)

    @classmethod
    def from_tally(
        cls,
        tally: Tally,
        *,
        exposure: float | None = None,
        days: int = EPISODE_DAYS,
        level: float = 0.95,
        top: int = TOP,
        seed: int = 0,
    ) -> Self:
        """
        Measure what *tally* counted, an episode lasting *days*.

        Raises:
            InputError: The exposure is no number above 0, or the level is not between 0 and 1.
        """
        check_exposure(exposure)
        if not 0 < level < 1:
            raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
        tickets = len(tally.ticket_customer)
        customers = max(tally.ticket_customer, default=-1) + 1
        named, dated = any(tally.ticket_named), any(day != UNKNOWN for day in tally.ticket_day)
        seen = customers if named else tickets
        episodes = Episodes.of(tally, days=days)
        strength = measure(
            episodes,
            len(tally.topics),
            exposure=exposure or max(seen, 1),
            repeats=named and dated,
            level=level,
            draws=DRAWS,
            seed=seed,
        )
        counted = "given" if exposure else "customers seen" if named else "tickets"
        rows = _rows(tally, episodes, strength, tickets=tickets, customers=customers, level=level, top=top)
        return cls(rows, tickets, customers, exposure or seen, counted, level, top, days)


def check_exposure(exposure: float | None) -> None:
    """Raise InputError unless *exposure* is a number of customers, or None for those seen."""
    if exposure is not None and not (isfinite(exposure) and exposure > 0):
        raise InputError(f"exposure is {exposure}; give the number of customers, more than 0")


def _rows(
    tally: Tally,
    episodes: Episodes,
    strength: Strength,
    *,
    tickets: int,
    customers: int,
    level: float,
    top: int,
) -> tuple[Demand, ...]:
    """Give the rows of topics somebody asks something of, in order."""
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
    asking = _asking_tickets(tally)
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
                share=wilson(int(asking[t]), tickets, level=level),
                customer_share=wilson(int(people[t]), customers, level=level),
                intents={intent: int(intents[t, k]) for k, intent in enumerate(INTENTS)},
                tier="C",
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


def _asking_tickets(tally: Tally) -> "NDArray[np.int64]":
    """Count, for each topic, the tickets that complain or suggest."""
    import numpy as np

    intent = np.frombuffer(tally.finding_intent, dtype=np.int8)
    asks = np.isin(intent, [INTENTS.index(Intent.COMPLAINT), INTENTS.index(Intent.SUGGESTION)])
    ticket = np.frombuffer(tally.finding_ticket, dtype=np.int64)[asks]
    topic = np.frombuffer(tally.finding_topic, dtype=np.int64)[asks]
    pairs = np.unique(np.stack([topic, ticket]), axis=1)[0]
    return np.bincount(pairs, minlength=len(tally.topics))
