"""Times to resolve: against a published table, lifelines and figures worked by hand."""

from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.statistics.estimate import Estimate, wilson
from voctext.statistics.survival import SurvivalCurve, kaplan_meier

# E. J. Freireich et al. (1963), Blood 21, 699-716: weeks in remission under 6-MP, the textbooks' example
RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
IN_REMISSION = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
# as tabled by statistical packages: week, share in remission, log-log interval at 95 %
TABLE = [
    (6, 0.8571, 0.6197, 0.9516),
    (7, 0.8067, 0.5631, 0.9228),
    (10, 0.7529, 0.5032, 0.8894),
    (13, 0.6902, 0.4316, 0.8491),
    (16, 0.6275, 0.3675, 0.8049),
    (22, 0.5378, 0.2678, 0.7468),
    (23, 0.4482, 0.1881, 0.6801),
]
TICKETS = st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40)


def curve(of: list[tuple[int, bool]], **options: Any) -> SurvivalCurve:
    return kaplan_meier([time for time, _ in of], [done for _, done in of], **options)


def remission() -> SurvivalCurve:
    return kaplan_meier(RELAPSED + IN_REMISSION, [True] * len(RELAPSED) + [False] * len(IN_REMISSION))


# ── published and oracle ──────────────────────────────────────────────────


def test_the_curve_and_its_interval_are_those_of_the_published_remission_times() -> None:
    found = remission()

    assert found.times.tolist() == [week for week, *_ in TABLE]
    assert found.surviving == pytest.approx([row[1] for row in TABLE], abs=6e-5)
    assert found.low == pytest.approx([row[2] for row in TABLE], abs=6e-5)
    assert found.high == pytest.approx([row[3] for row in TABLE], abs=6e-5)
    assert found.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]


def test_the_published_median_is_23_weeks_and_has_no_upper_bound() -> None:
    assert remission().median() == Estimate(23, 13, inf)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(("size", "seed"), [(5, 1), (30, 2), (30, 3), (400, 4)])
def test_the_curve_the_median_and_the_shares_agree_with_lifelines(size: int, seed: int, level: float) -> None:
    lifelines = pytest.importorskip("lifelines", reason="an oracle for development, not a dependency")
    utils = pytest.importorskip("lifelines.utils", reason="an oracle for development, not a dependency")
    draws = np.random.default_rng(seed)
    ends, stop = draws.exponential(20, size), draws.uniform(5, 60, size)
    times, resolved = np.ceil(np.minimum(ends, stop)), ends <= stop
    times[times.argmax()] = 99  # the last is open, since lifelines has no interval at 0
    resolved[times.argmax()] = False
    fitter = lifelines.KaplanMeierFitter(alpha=1 - level).fit(times, resolved)
    interval = fitter.confidence_interval_
    found = kaplan_meier(times, resolved, level=level)

    assert found.surviving == pytest.approx(fitter.survival_function_at_times(found.times).to_numpy())
    assert found.low == pytest.approx(interval.iloc[:, 0].loc[found.times].to_numpy())
    assert found.high == pytest.approx(interval.iloc[:, 1].loc[found.times].to_numpy())
    low, high = utils.median_survival_times(interval).to_numpy()[0]
    assert found.median() == Estimate(fitter.median_survival_time_, low, high)
    for target in (found.times[0], 12.5, 24, 60):
        assert found.within(target).value == pytest.approx(1 - fitter.predict(target))


# ── invariants ────────────────────────────────────────────────────────────


@given(TICKETS, st.floats(0, 40), st.floats(0.5, 0.99))
def test_a_share_lies_within_its_interval_and_that_within_zero_and_one(
    tickets: list[tuple[int, bool]], target: float, level: float
) -> None:
    share = curve(tickets, level=level).within(target)

    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1


@given(TICKETS)
def test_without_open_tickets_the_share_is_the_plain_share(tickets: list[tuple[int, bool]]) -> None:
    times = np.array([time for time, _ in tickets])
    found = kaplan_meier(times, np.ones(len(times), dtype=bool))

    for target in range(31):
        expected = float((times <= target).mean()) if len(times) else 0.0
        assert found.within(target).value == pytest.approx(expected)


@given(TICKETS, st.integers(0, 30))
def test_the_order_of_the_tickets_does_not_matter(tickets: list[tuple[int, bool]], target: int) -> None:
    there, back = curve(tickets), curve(tickets[::-1])

    assert there.within(target) == back.within(target)
    assert there.median() == back.median()


@given(TICKETS)
def test_the_median_scales_with_the_unit_of_time(tickets: list[tuple[int, bool]]) -> None:
    days, hours = curve(tickets), curve([(24 * time, done) for time, done in tickets])

    assert (days.median() is None) == (hours.median() is None)
    assert [24 * end for end in days.median() or ()] == list(hours.median() or ())


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.floats(0.5, 0.99))
def test_all_resolved_at_once_is_wilsons_interval_of_all(tickets: list[bool], level: float) -> None:
    size = len(tickets)
    found = kaplan_meier(np.ones(size), np.ones(size), level=level).within(1)

    assert found == pytest.approx(wilson(size, size, level=level))


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 200))
def test_half_resolved_is_the_median_whatever_the_rounding(half: int) -> None:
    found = kaplan_meier(np.arange(1, 2 * half + 1), np.ones(2 * half)).median()

    assert found is not None
    assert found.value == half


@pytest.mark.parametrize("target", [2, 10, 30, 60])
def test_the_interval_of_a_share_covers_the_truth(target: int) -> None:
    draws, covered, runs = np.random.default_rng(7), 0, 400
    for _ in range(runs):
        ends, stop = draws.exponential(20, 60), draws.uniform(40, 120, 60)
        share = kaplan_meier(np.minimum(ends, stop), ends <= stop).within(target)
        covered += share.low <= 1 - np.exp(-target / 20) <= share.high

    assert 0.92 <= covered / runs <= 0.99


# ── data that says little ─────────────────────────────────────────────────


def test_no_tickets_leave_every_share_open_and_have_no_median() -> None:
    found = kaplan_meier([], [])

    assert found.within(24) == Estimate(0.0, 0.0, 1.0)
    assert found.median() is None


def test_tickets_that_are_all_open_tell_only_of_the_time_they_were_seen() -> None:
    found = kaplan_meier([10, 20, 30], [False, False, False])

    assert found.median() is None
    assert found.within(15) == wilson(0, 2)
    assert found.within(30) == Estimate(0.0, 0.0, 1.0)


def test_a_target_beyond_the_record_leaves_the_share_open_upwards() -> None:
    found = kaplan_meier([1, 2, 3, 9], [True, True, True, False])

    assert found.within(9).high < 1
    assert found.within(10).high == 1
    assert found.within(10).value == found.within(9).value == pytest.approx(0.75)


def test_a_median_not_reached_is_infinite_and_has_a_lower_bound() -> None:
    found = kaplan_meier([*range(1, 10), *[50] * 11], [True] * 9 + [False] * 11).median()

    assert found == Estimate(inf, 5, inf)


def test_resolved_at_the_target_is_in_time() -> None:
    assert kaplan_meier([24, 25], [True, True]).within(24).value == 0.5


def test_an_open_ticket_counts_only_while_it_was_seen() -> None:
    # by hand: at 1, 1 of 4; one leaves at 2; at 3, 1 of 2: 1 - 3/4 · 1/2
    assert kaplan_meier([1, 2, 3, 4], [True, False, True, False]).within(3).value == pytest.approx(0.625)


# ── refused ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("times", "resolved", "said"),
    [
        ([1, -2], [True, True], r"time 1 is -2\.0; a time to resolve is 0 or more"),
        ([1, float("nan")], [True, True], "time 1 is nan"),
        ([inf], [False], "time 0 is inf"),
        ([1, 2], [True], r"shape \(2,\) and resolved \(1,\)"),
        ([[1]], [[True]], "one of each per ticket"),
        ([1, 2], [1, 2], r"resolved 1 is 2\.0"),
        ([1], [None], r"resolved 0 is nan"),
        (["soon"], [True], "give times as numbers"),
    ],
)
def test_what_is_no_time_or_no_state_is_refused(times: Any, resolved: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        kaplan_meier(times, resolved)


@pytest.mark.parametrize("level", [0, 1, 95, float("nan")])
def test_a_level_outside_zero_and_one_is_refused(level: float) -> None:
    with pytest.raises(InputError, match=r"such as 0\.95"):
        kaplan_meier([1], [True], level=level)


@pytest.mark.parametrize("target", [-1, float("nan")])
def test_a_target_that_is_no_time_is_refused(target: float) -> None:
    with pytest.raises(InputError, match="0 or more"):
        kaplan_meier([1], [True]).within(target)
