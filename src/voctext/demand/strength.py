"""
Demand strength, episode by episode.

D = λ · s · (1 + r) · u, in severity-weighted unresolved episodes per 1,000 customers: λ episodes per
1,000 of exposure, s mean intensity, r share of episodes with repeat contacts, u share unresolved.
A factor the export cannot tell is neutral (1 for u, 0 for r) and said to be not measured.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voctext.demand.correction import Factors
from voctext.demand.tally import ASKS, UNKNOWN, Tally, view
from voctext.records import Intent
from voctext.statistics.estimate import Estimate, Factor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

PER = 1000


@dataclass(frozen=True, slots=True)
class Episodes:
    """
    Episodes in columns, in order of topic, customer and time.

    One episode is one customer and one demand within *days* of its first contact. Tickets without a
    date are taken as one moment; tickets without a customer each as a customer of their own.
    """

    topic: "Ints"
    customer: "Ints"
    ticket: "Ints"  # the first
    intensity: "Floats"
    contacts: "Ints"
    unresolved: "Ints"  # 1, 0, or UNKNOWN; the last contact that tells decides
    day: "Ints"  # of the first contact, a proleptic Gregorian ordinal, or UNKNOWN
    complaint: "Ints"  # 1 where any of it complains, 0 where all of it suggests

    @classmethod
    def of(cls, tally: Tally, *, days: int, intents: Collection[Intent] = ASKS) -> "Episodes":
        """Group the findings of *intents* in *tally*, by default its complaints and suggestions."""
        import numpy as np

        asks = tally.asking(intents)
        ticket, topic = view(tally.finding_ticket)[asks], view(tally.finding_topic)[asks]
        customer, day = view(tally.ticket_customer)[ticket], view(tally.ticket_day)[ticket]
        # contacts of one day come by the hour, where that is told, then as exported
        order = np.lexsort((ticket, view(tally.ticket_received)[ticket], day, customer, topic))
        ticket, topic, customer, day = ticket[order], topic[order], customer[order], day[order]
        first = _episode_starts(topic, customer, day, days)
        begins = np.zeros(len(topic), dtype=np.int64)
        begins[first] = 1
        number = np.cumsum(begins) - 1
        another = begins | (np.diff(ticket, prepend=UNKNOWN) != 0)
        complains = tally.asking([Intent.COMPLAINT])[asks][order].astype(np.int64)
        return cls(
            topic=topic[first],
            customer=customer[first],
            ticket=ticket[first],
            intensity=np.maximum.reduceat(view(tally.finding_intensity)[asks][order], first),
            contacts=np.add.reduceat(another, first),
            unresolved=_last_known(tally.unresolved()[ticket], number, len(first)),
            day=day[first],
            complaint=np.maximum.reduceat(complains, first),
        )


def _episode_starts(topic: "Ints", customer: "Ints", day: "Ints", days: int) -> "Ints":
    """Give the positions at which an episode begins, the columns being sorted."""
    import numpy as np

    if not len(topic):
        return np.zeros(0, dtype=np.int64)
    begins = np.ones(len(topic), dtype=bool)
    begins[1:] = (topic[1:] != topic[:-1]) | (customer[1:] != customer[:-1])
    # Only where the same pair comes again far apart must the window be walked.
    far = np.zeros(len(topic), dtype=bool)
    groups = np.flatnonzero(begins)
    last = np.append(groups[1:], len(topic)) - 1
    again = (day[last] - day[groups] >= days) & (days > 0)
    for start, stop in zip(groups[again].tolist(), last[again].tolist(), strict=True):
        opened = day[start]
        for i in range(start + 1, stop + 1):
            if day[i] - opened >= days:
                far[i], opened = True, day[i]
    return np.flatnonzero(begins | far)


def _last_known(known: "Ints", number: "Ints", episodes: int) -> "Ints":
    import numpy as np

    result = np.full(episodes, UNKNOWN, dtype=np.int64)
    told = known != UNKNOWN
    result[number[told]] = known[told]  # later contacts overwrite earlier ones
    return result


@dataclass(frozen=True, slots=True)
class Strength:
    """The factors of each topic, their product, and draws of it: arrays of one entry per topic."""

    rate: list[Estimate]
    intensity: list[Factor]
    repeat: list[Factor]
    unresolved: list[Factor]
    strength: list[Estimate]
    draws: Any  # (draws, topics)


def measure(
    episodes: Episodes, known: Factors, *, exposure: float, repeats: bool, level: float, seed: int
) -> Strength:
    """
    Give the strength of each topic, with intervals at *level* from Monte-Carlo draws.

    *known* is what corrects the counts for the classifier's errors.

    Rates are drawn from the Jeffreys posterior of a Poisson count, shares from that of a binomial
    (Brown, Cai & DasGupta 2001), the mean intensity from its normal approximation. Where customers come back
    with a demand, its count is a compound Poisson one: as many effective episodes as would vary so much,
    n² / Σ (episodes of a customer)². *repeats* says whether the export names customers and dates, without
    which r is not measured.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    factors = known.draws
    topics = factors.shape[1]
    count = np.bincount(episodes.topic, minlength=topics)
    again = np.bincount(episodes.topic, weights=episodes.contacts > 1, minlength=topics)
    told = np.bincount(episodes.topic, weights=episodes.unresolved != UNKNOWN, minlength=topics)
    still = np.bincount(episodes.topic, weights=episodes.unresolved == 1, minlength=topics)
    felt = np.bincount(episodes.topic, weights=episodes.intensity, minlength=topics)
    squares = np.bincount(episodes.topic, weights=episodes.intensity**2, minlength=topics)
    some = np.maximum(count, 1)
    mean = felt / some
    error = np.sqrt(np.maximum(squares / some - mean**2, 1e-4) / some)
    size = factors.shape
    corrected = known.points * count * PER / exposure
    swell = np.maximum(_squared_per_customer(episodes, topics) / some, 1.0)
    rate = generator.gamma(count / swell + 0.5, size=size) * swell * factors * PER / exposure
    s = np.clip(generator.normal(mean, error, size=size), 0.0, 1.0)
    r = generator.beta(again + 0.5, count - again + 0.5, size=size) if repeats else np.zeros(size)
    u = np.where(told > 0, generator.beta(still + 0.5, told - still + 0.5, size=size), 1.0)
    drawn = rate * s * (1 + r) * u
    share_again = again / some if repeats else np.zeros(topics)
    share_still = np.where(told > 0, still / np.maximum(told, 1), 1.0)
    point = corrected * mean * (1 + share_again) * share_still
    return Strength(
        rate=_estimates(corrected, rate, level),
        intensity=[Factor(float(value), bool(n)) for value, n in zip(mean, count, strict=True)],
        repeat=[Factor(float(value), repeats) for value in share_again],
        unresolved=[Factor(float(value), bool(n)) for value, n in zip(share_still, told, strict=True)],
        strength=_estimates(point, drawn, level),
        draws=drawn,
    )


def _squared_per_customer(episodes: Episodes, topics: int) -> Any:
    """Sum, for each topic, the squares of the episodes that each customer has in it."""
    import numpy as np

    if not len(episodes.topic):
        return np.zeros(topics)
    begins = np.ones(len(episodes.topic), dtype=bool)  # episodes stand in order of topic and customer
    begins[1:] = (episodes.topic[1:] != episodes.topic[:-1]) | (
        episodes.customer[1:] != episodes.customer[:-1]
    )
    at = np.flatnonzero(begins)
    times = np.diff(np.append(at, len(begins)))
    return np.bincount(episodes.topic[at], weights=times.astype(float) ** 2, minlength=topics)


def _estimates(values: "Floats", draws: "Floats", level: float) -> list[Estimate]:
    """Pair each value with the interval of its draws, widened where need be to hold it."""
    import numpy as np

    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return [
        Estimate(float(v), min(float(a), float(v)), max(float(b), float(v)))
        for v, a, b in zip(values, low, high, strict=True)
    ]
