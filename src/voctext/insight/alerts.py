"""
Demands watched through one export: when did one leave what it was, and do more of them complain?

What is watched is a demand's share of the tickets, day by day or week by week, so that weekends and a growing
bank raise no alert; nor does a day on which everything doubles. The charts' limits hold for Poisson counts:
where a demand's counts vary more, both they and their expectation are first divided by how much more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from voctext.demand.periods import WEEK, Bins
from voctext.demand.strength import PER, Episodes
from voctext.demand.tally import UNKNOWN, Tally
from voctext.errors import InputError
from voctext.records import Perception
from voctext.statistics.control import ChangePoint, Direction, change_point, cusum, ewma
from voctext.statistics.estimate import Estimate, wilson
from voctext.statistics.rates import q_values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Numbers = NDArray[np.float64]

LEAST_EPISODES = 30
LEAST_DAYS = 28
WEEKLY_FROM = 84
"""Days from which weeks make a series long enough to watch."""
DAILY_UP_TO = 182
"""Days beyond which a series is kept by week: nobody asks for a day of last year."""


SURE = 0.05
"""A change point is told up to this q: among many demands some always seem to turn."""


class ChartKind(StrEnum):
    """Which chart raised an alert: EWMA sees small and slow changes, CUSUM half as much again at once."""

    EWMA = "ewma"
    CUSUM = "cusum"


@dataclass(frozen=True, slots=True)
class Alert:
    """
    A day (or a week, by its first day) in which a chart's statistic passed its limit.

    The statistic counts standard deviations in an EWMA and episodes in a CUSUM, both over the inflation.
    """

    date: date
    chart: ChartKind
    direction: Direction
    statistic: float
    limit: float


@dataclass(frozen=True, slots=True)
class Turn:
    """The *date* from which episodes per 1,000 tickets most likely ran at another rate; q across demands."""

    date: date
    before: float
    after: float
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class Month:
    """The share of a month's episodes that complain, rather than only suggest; *month* is its first day."""

    month: date
    episodes: int
    complaints: int
    share: Estimate


@dataclass(frozen=True, slots=True)
class Course:
    """
    One demand over time: the *episodes* begun in each bin of *bin_days* from *starts* on, of *tickets* each.

    *inflation* is how many times the variance of Poisson counts was found and allowed for. *turn* is None
    where no single change can be looked for.
    """

    topic: str
    perception: Perception
    bin_days: int
    starts: tuple[date, ...]
    episodes: tuple[int, ...]
    tickets: tuple[int, ...]
    inflation: float
    alerts: tuple[Alert, ...]
    turn: Turn | None
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """
    The demands with enough episodes to watch, the most episodes first; *months* is of all demands together.

    *days* is how many days the export covers; 0 without dates. *unwatched* counts the demands left out.
    """

    courses: tuple[Course, ...]
    unwatched: int
    days: int
    months: tuple[Month, ...]

    def __iter__(self) -> Iterator[Course]:
        return iter(self.courses)

    def __len__(self) -> int:
        return len(self.courses)

    def __getitem__(self, topic: str) -> Course:
        for course in self.courses:
            if course.topic == topic:
                return course
        raise KeyError(topic)


def watch(
    tally: Tally, *, days: int = 7, false_alarms: float = 0.05, level: float = 0.95, seed: int = 0
) -> Watch:
    """
    Watch each demand of at least 30 dated episodes (lasting *days*) in an export of at least 28 days.

    Counts are daily; in an export of 84 days or more they are weekly if the demand begins less than one
    episode a day, or the export is longer than 182 days. The first third of the bins is the baseline, the
    rest is watched. *false_alarms* is the chance of any alert in the whole answer if nothing changes: it is
    shared evenly among demands and charts (Bonferroni). The months' shares have Wilson intervals at *level*.

    Source of the inflation: squared differences of successive counts, which a lasting change leaves alone
    (J. von Neumann, 1941, Annals of Mathematical Statistics 12, 367–395), over those of Poisson counts.

    Raises:
        InputError: *false_alarms* or *level* is not between 0 and 1.
    """
    import numpy as np

    for name, value in (("false_alarms", false_alarms), ("level", level)):
        if not 0 < value < 1:
            raise InputError(f"{name} is {value}; give a number between 0 and 1")
    found = Episodes.of(tally, days=days)
    dated = found.day != UNKNOWN
    topic, day, complaint = found.topic[dated], found.day[dated], found.complaint[dated]
    count = np.bincount(topic, minlength=len(tally.topics))
    covered = Bins.of(tally, width=WEEK).days
    enough = np.flatnonzero(count >= LEAST_EPISODES) if covered >= LEAST_DAYS else np.zeros(0, dtype=np.int64)
    watched = enough[np.argsort(-count[enough], kind="stable")].tolist()
    series = {width: _Series.of(tally, found, width) for width in (1, WEEK)}
    chosen = [series[_width(int(count[t]), covered)] for t in watched]
    turns = _turns([one.turn(t, seed) for one, t in zip(chosen, watched, strict=True)], chosen)
    chance = false_alarms / max(len(ChartKind) * len(watched), 1)
    names = list(tally.topics)
    courses = tuple(
        Course(
            topic=names[t],
            perception=tally.perceptions[t],
            bin_days=one.width,
            starts=one.dates,
            episodes=tuple(one.counts[t].tolist()),
            tickets=tuple(one.tickets.tolist()),
            inflation=one.inflation(t),
            alerts=one.alerts(t, chance, seed),
            turn=turn,
            months=_months(day[topic == t], complaint[topic == t], level),
        )
        for t, one, turn in zip(watched, chosen, turns, strict=True)
    )
    left = int((count > 0).sum()) - len(watched)
    return Watch(courses, left, covered, _months(day, complaint, level))


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """Episodes of each topic and tickets, in the bins that have any."""

    width: int
    dates: tuple[date, ...]
    counts: "Ints"  # (topics, bins)
    tickets: "Ints"  # (bins,)

    @classmethod
    def of(cls, tally: Tally, episodes: Episodes, width: int) -> "_Series":
        """Count in bins of *width* days what has a date."""
        bins = Bins.of(tally, width=width)
        counts, tickets = bins.episodes(episodes, len(tally.topics))[:, :-1], bins.tickets(tally)[:-1]
        some = tickets > 0
        dates = tuple(date.fromordinal(start) for start in bins.starts[some].tolist())
        return cls(width, dates, counts[:, some], tickets[some])

    def inflation(self, topic: int) -> float:
        """Give the variance of a topic's counts ÷ that of Poisson counts, at least 1."""
        both = self.counts[topic, 1:] + self.counts[topic, :-1]
        share = self.tickets[1:] / (self.tickets[1:] + self.tickets[:-1])
        # given their sum, the later of two Poisson counts is binomial
        square = (self.counts[topic, 1:] - both * share) ** 2 / (share * (1 - share))
        return max(1.0, float(square.sum() / both.sum())) if both.any() else 1.0

    def alerts(self, topic: int, chance: float, seed: int) -> tuple[Alert, ...]:
        """Raise the alerts of both charts, each with a *chance* of a false one."""
        import numpy as np

        # rounding the running total keeps it, and a count whole
        counts = np.diff(np.round(self.counts[topic].cumsum() / self.inflation(topic)), prepend=0)
        charts = {
            ChartKind.EWMA: ewma(counts, exposure=self.tickets, false_alarms=chance, seed=seed),
            ChartKind.CUSUM: cusum(counts, exposure=self.tickets, false_alarms=chance, seed=seed),
        }
        raised = [
            Alert(self.dates[alert.index], kind, alert.direction, alert.statistic, alert.limit)
            for kind, chart in charts.items()
            for alert in chart.alerts
        ]
        return tuple(sorted(raised, key=lambda alert: (alert.date, alert.chart)))

    def turn(self, topic: int, seed: int) -> ChangePoint | None:
        """Find the bin at which a topic's rate most likely changed."""
        return change_point(self.counts[topic], exposure=self.tickets, seed=seed)


def _width(episodes: int, days: int) -> int:
    """Choose days, or weeks where days say too little or are too many."""
    return WEEK if days >= WEEKLY_FROM and (episodes < days or days > DAILY_UP_TO) else 1


def _turns(changes: list[ChangePoint | None], series: list[_Series]) -> list[Turn | None]:
    """Date the change points, with p adjusted across demands."""
    adjusted = iter(q_values([change.p for change in changes if change]).tolist())
    return [
        Turn(one.dates[change.index], change.before * PER, change.after * PER, change.p, next(adjusted))
        if change
        else None
        for change, one in zip(changes, series, strict=True)
    ]


def _months(day: "Ints", complaint: "Ints", level: float) -> tuple[Month, ...]:
    """Count episodes and those that complain by month of the first contact, months without any left out."""
    import numpy as np

    epoch = date(1970, 1, 1).toordinal()
    months, place = np.unique(
        (day - epoch).astype("datetime64[D]").astype("datetime64[M]"), return_inverse=True
    )
    episodes = np.bincount(place, minlength=len(months)).tolist()
    complaints = np.bincount(place, weights=complaint, minlength=len(months)).astype(int).tolist()
    firsts = months.astype("datetime64[D]").tolist()
    return tuple(
        Month(first, all_of_it, complained, wilson(complained, all_of_it, level=level))
        for first, all_of_it, complained in zip(firsts, episodes, complaints, strict=True)
    )
