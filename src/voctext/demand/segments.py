"""How often each segment demands what (客群, channel, branch, tenure), by itself and against the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from voctext.demand.strength import PER, Episodes
from voctext.demand.tally import UNKNOWN, Tally, view
from voctext.errors import InputError, choose_from
from voctext.records import Perception
from voctext.statistics.estimate import Estimate
from voctext.statistics.shrinkage import RateRatios, rate_ratios

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

MOST = 500
"""Segments told apart; where a facet has more, those with the least exposure are counted as one."""


@dataclass(frozen=True, slots=True)
class SegmentDemand:
    """
    How often one segment demands one thing, by itself and against the other segments.

    *rate* counts episodes per 1,000 of *exposure*, which is "given", "customers seen" or "tickets". *ratio*
    is the rate ratio against the other segments together, shrunk towards 1, and *above* the probability that
    it exceeds 1; both None where there is no other segment. *expected*: episodes, had all the same rate.
    """

    segment: str
    topic: str
    perception: Perception
    episodes: int
    expected: float
    exposure: float
    exposure_of: str
    rate: Estimate
    ratio: Estimate | None
    above: float | None


class Unplaced(NamedTuple):
    """What `by_facet` could not place: tickets and episodes without a value, and segments it did not show."""

    tickets: int  # of them in the whole export without a value
    episodes: int
    unexposed: tuple[str, ...]  # segments of the export that the given exposure lacks
    pooled: tuple[str, ...]  # segments counted as one, being beyond MOST


def by_facet(
    tally: Tally,
    facet: str,
    *,
    exposure: Mapping[str, float] | None = None,
    days: int = 7,
    level: float = 0.95,
) -> tuple[SegmentDemand, ...]:
    """
    Set the segments of *facet* apart by what they demand, what most surely exceeds the others first.

    An episode belongs to the segment of its first ticket; one without a value belongs to none and is left
    out (`unplaced` tells how many). *exposure* maps each segment to its number of customers: a segment that
    never wrote counts with no episode, one that the mapping lacks is left out. Else it is the customers seen
    in a segment, or its tickets where the export names no customer. The order is by the lower bound of the
    ratio. Intervals of the rate are Jeffreys's for a Poisson count (L. Brown, T. Cai and A. DasGupta (2003),
    Statistica Sinica 13, 19–49); the ratio's source is `voctext.statistics.shrinkage`.

    Returns:
        One row for each segment and demand, those with no episode too; none where the export lacks the facet.

    Raises:
        InputError: The facet is unknown, an exposure is no number above 0 or names none of the segments, or
            the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
    shown = _shown(tally, facet, exposure)
    episodes = Episodes.of(tally, days=days)
    number = shown.number[episodes.ticket]
    placed = number != UNKNOWN
    return tuple(_rows(tally, shown, number[placed], episodes.topic[placed], level)) if placed.any() else ()


def unplaced(
    tally: Tally, facet: str, *, exposure: Mapping[str, float] | None = None, days: int = 7
) -> Unplaced:
    """
    Tell what `by_facet` of the same arguments leaves out.

    Raises:
        InputError: As `by_facet`.
    """
    shown = _shown(tally, facet, exposure)
    column = _column(tally, facet)
    silent = column == UNKNOWN
    first = Episodes.of(tally, days=days).ticket
    return Unplaced(int(silent.sum()), int(silent[first].sum()), shown.unexposed, shown.pooled)


class _Shown(NamedTuple):
    """The segments told apart, by falling exposure; one more without a name pools those beyond MOST."""

    names: list[str]
    number: "Ints"  # (tickets,): the segment of each, or UNKNOWN
    exposure: "Floats"  # (segments,)
    exposure_of: str
    unexposed: tuple[str, ...]
    pooled: tuple[str, ...]


def _shown(tally: Tally, facet: str, given: Mapping[str, float] | None) -> _Shown:
    import numpy as np

    column, values = _column(tally, facet), list(tally.facet_values[facet])
    named = tally.has_customers
    if given is None:
        exposures = dict(zip(values, _heard(tally, column, len(values), named=named), strict=True))
    else:
        _check(given, values, facet)
        exposures = dict(given)
    names = sorted(exposures, key=lambda name: (-exposures[name], name))
    place = {name: min(rank, MOST) for rank, name in enumerate(names)}
    number = np.array([*(place.get(value, UNKNOWN) for value in values), UNKNOWN], dtype=np.int64)
    return _Shown(
        names[:MOST],
        number[column],  # UNKNOWN is −1: the last
        np.bincount([*place.values()], [exposures[name] for name in names]).astype(np.float64),
        "given" if given is not None else "customers seen" if named else "tickets",
        tuple(value for value in values if value not in exposures),
        tuple(names[MOST:]),
    )


def _column(tally: Tally, facet: str) -> "Ints":
    if facet not in tally.ticket_facet:
        raise InputError(f"no facet {facet!r}: {choose_from(facet, tally.ticket_facet)}")
    return view(tally.ticket_facet[facet])


def _heard(tally: Tally, column: "Ints", values: int, *, named: bool) -> list[float]:
    """Count for each value the customers seen in it, or its tickets; one seen in two counts in both."""
    import numpy as np

    who = view(tally.ticket_customer) if named else np.arange(len(column))
    told = column != UNKNOWN
    people = int(who.max(initial=0)) + 1
    pairs = np.unique(column[told] * people + who[told])
    counts: list[float] = np.bincount(pairs // people, minlength=values).astype(float).tolist()
    return counts


def _check(given: Mapping[str, float], values: list[str], facet: str) -> None:
    for segment, customers in given.items():
        if not (isfinite(customers) and customers > 0):
            raise InputError(f"exposure of {segment!r} is {customers}; give its customers, more than 0")
    if values and not any(value in given for value in values):
        raise InputError(
            f"the exposure names no {facet} of the export: it has {', '.join(map(repr, list(given)[:5]))}, "
            f"the export {', '.join(map(repr, sorted(values)[:5]))}"
        )


def _rows(
    tally: Tally, shown: _Shown, number: "Ints", topic: "Ints", level: float
) -> Iterator[SegmentDemand]:
    import numpy as np
    from scipy.special import gammaincinv

    asked, which = np.unique(topic, return_inverse=True)
    segments = len(shown.exposure)
    counts = np.bincount(number * len(asked) + which, minlength=segments * len(asked))
    counts = counts.reshape(segments, len(asked))
    ratios = rate_ratios(counts, shown.exposure, level=level) if segments > 1 else None
    low, high = (gammaincinv(counts + 0.5, 0.5 + side * level / 2) for side in (-1, 1))
    topics = list(tally.topics)
    edge = counts if ratios is None else ratios.low
    cells = ((s, t) for s in range(len(shown.names)) for t in range(len(asked)))
    for s, t in sorted(cells, key=lambda at: (-edge[at], -counts[at], at)):
        per = PER / float(shown.exposure[s])
        n = int(counts[s, t])
        yield SegmentDemand(
            segment=shown.names[s],
            topic=topics[asked[t]],
            perception=tally.perceptions[asked[t]],
            episodes=n,
            expected=float(counts[:, t].sum() * shown.exposure[s] / shown.exposure.sum()),
            exposure=float(shown.exposure[s]),
            exposure_of=shown.exposure_of,
            rate=Estimate(n * per, min(n, float(low[s, t])) * per, max(n, float(high[s, t])) * per),
            ratio=_ratio(ratios, (s, t)),
            above=None if ratios is None else float(ratios.above[s, t]),
        )


def _ratio(ratios: RateRatios | None, cell: tuple[int, int]) -> Estimate | None:
    if ratios is None:
        return None
    return Estimate(float(ratios.ratio[cell]), float(ratios.low[cell]), float(ratios.high[cell]))
