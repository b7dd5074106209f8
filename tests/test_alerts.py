"""Demands watched over one export: alerts and turns on the day they happen, none where nothing does."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.demand.tally import Tally
from voctext.errors import InputError
from voctext.insight.alerts import ChartKind, watch
from voctext.records import Finding, Intent, Perception, Ticket
from voctext.statistics.control import Direction
from voctext.statistics.estimate import wilson
from voctext.text import normalize

FIRST = date(2026, 3, 2)
START = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
COMPLAINT, SUGGESTION = Intent.COMPLAINT, Intent.SUGGESTION


def tally_of(series: dict[str, list[int]], *, silent: int = 20, intent: Intent = COMPLAINT) -> Tally:
    """Give the tickets of each topic day by day, and *silent* ones beside them each day."""
    tally, number = Tally(), 0
    for day in range(max(len(counts) for counts in series.values())):
        topics = [topic for topic, counts in series.items() for _ in range(counts[day])]
        for topic in [*topics, *[None] * silent]:
            one = Ticket(f"T{number}", "闪退", time=START + timedelta(days=day))
            clause = split(one, normalize(one.text))[0]
            found = Finding(clause, Perception.PRODUCT, intent, -1, topic or "", 0.5, 0.8, clause.span, "")
            tally.add(one, [found] if topic else [])
            number += 1
    return tally


def steady(days: int, mean: float = 3, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).poisson(mean, days).tolist()


# ── alerts ────────────────────────────────────────────────────────────────


def test_a_surge_raises_alerts_when_it_begins_and_the_turn_is_dated() -> None:
    surge = steady(40) + steady(20, 12, seed=1)
    seen = watch(tally_of({"app_crash": surge, "annual_fee": steady(60, seed=2)}))
    course = seen["app_crash"]

    assert {alert.chart for alert in course.alerts} == set(ChartKind)
    for alert in course.alerts:
        assert FIRST + timedelta(days=40) <= alert.date <= FIRST + timedelta(days=44)
        assert alert.direction is Direction.RISE
        assert alert.statistic > alert.limit
    assert course.turn is not None
    assert abs((course.turn.date - FIRST).days - 40) <= 1
    assert course.turn.before < 200 < course.turn.after  # per 1,000 tickets: 3 of 26, 12 of 35
    assert course.turn.q <= 0.05
    assert not seen["annual_fee"].alerts


def test_a_demand_that_dries_up_falls() -> None:
    course = watch(tally_of({"app_crash": steady(40, 8) + steady(20, 1)}))["app_crash"]

    assert {alert.direction for alert in course.alerts} == {Direction.FALL}


def test_what_stays_as_it_is_raises_no_alert() -> None:
    seen = watch(tally_of({f"t{n}": steady(60, seed=n) for n in range(12)}))

    assert len(seen) == 12
    assert not any(course.alerts for course in seen)
    assert all(course.turn is None or course.turn.q > 0.05 for course in seen)


def test_weekends_and_growth_of_all_tickets_raise_no_alert() -> None:
    rhythm = [6, 6, 6, 6, 6, 1, 1]
    days = [rhythm[day % 7] * (1 + day // 28) for day in range(70)]
    tally = tally_of({"app_crash": days, "annual_fee": days}, silent=0)

    assert not any(course.alerts for course in watch(tally))


def test_counts_that_vary_more_than_poisson_counts_are_divided_by_how_much_more() -> None:
    rng = np.random.default_rng(3)
    wild = rng.poisson(6 * rng.gamma(1, 1, (8, 60))).tolist()
    seen = watch(tally_of({f"t{n}": counts for n, counts in enumerate(wild)}, silent=60))

    assert all(course.inflation > 2 for course in seen)
    assert not any(course.alerts for course in seen)


def test_the_chance_of_a_false_alert_can_be_chosen() -> None:
    mild = {"app_crash": steady(40) + steady(20, 5, seed=1)}
    strict, lax = (watch(tally_of(mild), false_alarms=chance)["app_crash"] for chance in (0.001, 0.5))

    assert len(strict.alerts) < len(lax.alerts)


# ── what is watched ───────────────────────────────────────────────────────


def test_demands_with_few_episodes_are_counted_but_not_watched() -> None:
    seen = watch(tally_of({"app_crash": [1] * 30, "annual_fee": [1] * 29 + [0]}))

    assert [course.topic for course in seen] == ["app_crash"]
    assert seen.unwatched == 1
    with pytest.raises(KeyError):
        seen["annual_fee"]


def test_an_export_of_less_than_four_weeks_is_not_watched() -> None:
    assert len(watch(tally_of({"app_crash": [5] * 27}))) == 0
    assert len(watch(tally_of({"app_crash": [5] * 28}))) == 1


@pytest.mark.parametrize(
    ("days", "every", "width"), [(60, 1, 1), (120, 1, 1), (120, 3, 7), (190, 1, 7), (83, 2, 1)]
)
def test_sparse_and_long_series_are_counted_by_week(days: int, every: int, width: int) -> None:
    counts = [int(day % every == 0) for day in range(days)]
    course = watch(tally_of({"app_crash": counts}, silent=2))["app_crash"]

    assert course.bin_days == width
    assert {(later - sooner).days for sooner, later in pairwise(course.starts)} == {width}
    assert sum(course.episodes) == sum(counts)
    assert sum(course.tickets) == sum(counts) + 2 * days


def test_tickets_without_dates_leave_nothing_to_watch() -> None:
    tally = Tally()
    for number in range(50):
        one = Ticket(f"T{number}", "闪退")
        clause = split(one, normalize(one.text))[0]
        found = Finding(clause, Perception.PRODUCT, COMPLAINT, -1, "app_crash", 0.5, 0.8, clause.span, "")
        tally.add(one, [found])
    seen = watch(tally)

    assert (len(seen), seen.unwatched, seen.days, seen.months) == (0, 0, 0, ())
    assert len(watch(Tally())) == 0


@pytest.mark.parametrize("options", [{"false_alarms": 0}, {"false_alarms": 1}, {"level": 95}])
def test_what_is_no_chance_or_level_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(options))):
        watch(Tally(), **options)  # type: ignore[arg-type]


# ── months ────────────────────────────────────────────────────────────────


def test_the_complaint_share_is_told_month_by_month() -> None:
    tally = tally_of({"app_crash": [2] * 45}, silent=0)  # 2 March to 15 April
    for number in range(10):
        one = Ticket(f"S{number}", "闪退", time=START + timedelta(days=35))
        clause = split(one, normalize(one.text))[0]
        found = Finding(clause, Perception.PRODUCT, SUGGESTION, 0, "app_crash", 0.5, 0.8, clause.span, "")
        tally.add(one, [found])
    seen = watch(tally)
    march, april = seen.months

    assert (march.month, april.month) == (date(2026, 3, 1), date(2026, 4, 1))
    assert (march.episodes, march.complaints) == (60, 60)
    assert (april.episodes, april.complaints) == (40, 30)
    assert april.share == wilson(30, 40)
    assert seen["app_crash"].months == seen.months


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.lists(st.integers(0, 4), min_size=35, max_size=35), min_size=1, max_size=3),
    st.integers(0, 3),
)
def test_series_add_up_and_alerts_are_among_their_bins(counts: list[list[int]], silent: int) -> None:
    tally = tally_of({f"t{n}": row for n, row in enumerate(counts)}, silent=silent)
    seen = watch(tally)

    assert len(seen) + seen.unwatched == sum(any(row) for row in counts)
    assert sum(month.episodes for month in seen.months) == sum(map(sum, counts))
    for course in seen:
        assert sum(course.episodes) == sum(counts[int(course.topic[1:])]) >= 30
        assert len(course.starts) == len(course.episodes) == len(course.tickets)
        assert {alert.date for alert in course.alerts} <= set(course.starts)
        assert course.inflation >= 1
        assert course.turn is None or 0 < course.turn.p <= course.turn.q <= 1
