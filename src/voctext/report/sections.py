"""What the page tells beyond the ranking: chosen from the insights, and nothing where there is none."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from math import isfinite
from typing import NamedTuple

from voctext.demand.segments import SegmentDemand
from voctext.demand.strength import PER
from voctext.demand.table import DemandTable
from voctext.demand.tally import Quote
from voctext.insight import Insights
from voctext.insight.alerts import SURE, Course, Month, Turn, Watch
from voctext.insight.emerging import EmergingTopic
from voctext.insight.resolution import Resolution
from voctext.insight.stages import PeakEnd, StageRow
from voctext.insight.telling import TellingWord
from voctext.report.words import Words, number
from voctext.statistics.control import Direction
from voctext.statistics.estimate import Estimate, wilson

_ABOVE, _LIKELY, _BELOW = 20, 10, 10
_WORD_SEGMENTS, _WORDS = 12, 5
_ALERTED, _RUNS = 20, 4
_DEMANDS, _MONTHS = 10, 24
_WEEK = timedelta(days=7)
_LEAST_P = 0.001


class Facet(NamedTuple):
    """
    The segments of one facet and what they demand more, or less, than the others.

    *above* and *below* count the rows whose interval excludes 1; *sure* is False where there are none, and
    *rows* are then those most likely above it. *per* is "customers" or "tickets".
    """

    name: str
    compared: int
    above: int
    below: int
    per: str
    rows: tuple[SegmentDemand, ...]

    @property
    def sure(self) -> bool:
        """Tell whether any segment surely differs."""
        return self.above + self.below > 0


class Telling(NamedTuple):
    """The words that set one segment apart, the surest first."""

    segment: str
    words: tuple[TellingWord, ...]

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Give a quote for each word, no two with the same text."""
        held = (quote for word in self.words for quote in word.quotes[:1])
        return tuple({quote.text: quote for quote in reversed([*held])}.values())[::-1]

    def order(self) -> float:
        """Sort the segments that are most surely set apart first."""
        return -self.words[0].z


class Run(NamedTuple):
    """Days, or weeks by their first day, one after the other that a chart found unusual."""

    first: date
    last: date
    length: int


class Week(NamedTuple):
    """A week of a course; *unusual* if any day of it was."""

    start: date
    episodes: int
    tickets: int
    unusual: bool

    @property
    def rate(self) -> float:
        """Give the episodes per 1,000 tickets."""
        return self.episodes / self.tickets * PER if self.tickets else 0.0


class Watched(NamedTuple):
    """A demand that left what it was; *turn* is None where no change is sure."""

    course: Course
    rises: tuple[Run, ...]
    falls: tuple[Run, ...]
    turn: Turn | None
    weeks: tuple[Week, ...]


class Alerts(NamedTuple):
    """What became of the demands watched, and of complaints month by month."""

    watch: Watch
    alerted: int
    shown: tuple[Watched, ...]
    months: tuple[Month, ...]


class Emerging(NamedTuple):
    """An emerging topic, with the shares of customers who raise it; *before* is None if nothing is known."""

    topic: EmergingTopic
    now: Estimate
    before: Estimate | None


class Sections(NamedTuple):
    """The page's further sections; each is empty, or None, where there is nothing to tell."""

    facets: tuple[Facet, ...] = ()
    words: tuple[Telling, ...] = ()
    alerts: Alerts | None = None
    resolution: tuple[Resolution, ...] = ()
    emerging: tuple[Emerging, ...] = ()
    stages: tuple[StageRow, ...] = ()
    peak_end: PeakEnd | None = None

    @classmethod
    def of(cls, insights: Insights | None, table: DemandTable) -> "Sections":
        """Choose what to show of *insights* beside *table*."""
        if insights is None:
            return cls()
        told = any(row.findings for row in insights.stages)
        return cls(
            tuple(_facets(insights.segments)),
            _words(insights.words),
            _alerts(insights.watch),
            _resolution(insights.resolution, table),
            tuple(_emerging(topic, table.level) for topic in insights.emerging),
            insights.stages if told else (),
            insights.peak_end if told else None,
        )


def told(value: float, write: Callable[[float], str], words: Words) -> str:
    """
    Write *value*; what is infinite or no number is said in words.

    >>> told(float("inf"), number, Words.of("en")), told(2.0, number, Words.of("en"))
    ('not reached', '2.00')
    """
    if isfinite(value):
        return write(value)
    return str(words["not_reached" if value > 0 else "unmeasured"])


def reach(estimate: Estimate, write: Callable[[float], str], words: Words) -> str:
    """
    Write the interval of *estimate*, open at the end that the data cannot tell; "" if they tell neither.

    >>> reach(Estimate(3.0, 1.0, float("inf")), number, Words.of("en"))
    '1.00 or more'
    """
    if not isfinite(estimate.low):
        return ""
    if not isfinite(estimate.high):
        return str(words["at_least"].format(low=write(estimate.low)))
    return f"{write(estimate.low)}–{write(estimate.high)}"


def compared(p: float) -> str:
    """
    Write *p* after what it is compared by.

    >>> compared(0.0312), compared(1e-9)
    ('= 0.031', '< 0.001')
    """
    return f"< {_LEAST_P}" if p < _LEAST_P else f"= {number(p)}"


def _facets(segments: Mapping[str, tuple[SegmentDemand, ...]]) -> Iterable[Facet]:
    for name, rows in segments.items():
        ratios = [(row, row.ratio) for row in rows if row.ratio is not None]
        above = [row for row, ratio in ratios if ratio.low > 1]
        below = [row for row, ratio in sorted(ratios, key=lambda at: at[1].high) if ratio.high < 1]
        likely = [row for row, ratio in ratios if row.episodes and ratio.value > 1][:_LIKELY]
        shown = (*above[:_ABOVE], *below[:_BELOW]) or tuple(likely)
        if shown:
            per = "tickets" if shown[0].exposure_of == "tickets" else "customers"
            yield Facet(name, len(ratios), len(above), len(below), per, shown)


def _words(words: Mapping[str, tuple[TellingWord, ...]]) -> tuple[Telling, ...]:
    telling = sorted(
        (Telling(name, rows[:_WORDS]) for name, rows in words.items() if rows), key=Telling.order
    )
    return tuple(telling[:_WORD_SEGMENTS])


def _alerts(watch: Watch | None) -> Alerts | None:
    if watch is None:
        return None
    left = [watched for watched in map(_watched, watch) if watched.rises or watched.falls or watched.turn]
    months = watch.months[-_MONTHS:] if len(watch.months) > 1 else ()
    if not len(watch) and not months:
        return None
    return Alerts(watch, len(left), tuple(left[:_ALERTED]), months)


def _watched(course: Course) -> Watched:
    rises, falls = (
        tuple(_runs(course, {alert.date for alert in course.alerts if alert.direction is direction}))
        for direction in (Direction.RISE, Direction.FALL)
    )
    turn = course.turn if course.turn is not None and course.turn.q <= SURE else None
    return Watched(course, rises[-_RUNS:], falls[-_RUNS:], turn, tuple(_weeks(course)))


def _runs(course: Course, dates: set[date]) -> Iterable[Run]:
    for unusual, starts in groupby(course.starts, key=dates.__contains__):
        if unusual:
            run = list(starts)
            yield Run(run[0], run[-1], len(run))


def _weeks(course: Course) -> Iterable[Week]:
    """Sum up *course* by weeks from its first day; those without a ticket are left out."""
    alerted = {alert.date for alert in course.alerts}
    bins = zip(course.starts, course.episodes, course.tickets, strict=True)
    for week, days in groupby(bins, key=lambda at: (at[0] - course.starts[0]) // _WEEK):
        starts, episodes, tickets = zip(*days, strict=True)
        start = course.starts[0] + week * _WEEK
        yield Week(start, sum(episodes), sum(tickets), not alerted.isdisjoint(starts))


def _resolution(rows: tuple[Resolution, ...], table: DemandTable) -> tuple[Resolution, ...]:
    """Give the row of all, then those of the demands ranked first; none if nothing was measured."""
    if not any(row.resolved or row.median or row.within or row.repeat or row.first_contact for row in rows):
        return ()
    first = {demand.topic: demand.rank for demand in table.demands[:_DEMANDS]}
    demands = [row for row in rows if row.topic in first]
    ranked = sorted(demands, key=lambda row: first[row.topic or ""])
    return (*(row for row in rows if row.topic is None), *ranked)


def _emerging(topic: EmergingTopic, level: float) -> Emerging:
    before = None
    if topic.customers_before is not None and topic.among_before:
        before = wilson(topic.customers_before, topic.among_before, level=level)
    return Emerging(topic, wilson(topic.customers, topic.among, level=level), before)
