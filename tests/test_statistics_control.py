"""Counts watched: statistics against their recursions, limits against simulation, a published change point."""

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.statistics.control import Chart, Direction, change_point, cusum, ewma

RISE, FALL = Direction
CHARTS: list[Callable[..., Chart]] = [ewma, cusum]
SERIES = st.lists(st.integers(0, 30), min_size=4, max_size=25)

# British coal-mining disasters by year, 1851 to 1961: R. G. Jarrett (1979), Biometrika 66, 191-193
DISASTERS = [
    *(
        4,
        5,
        4,
        0,
        1,
        4,
        3,
        4,
        0,
        6,
        3,
        3,
        4,
        0,
        2,
        6,
        3,
        3,
        5,
        4,
        5,
        3,
        1,
        4,
        4,
        1,
        5,
        5,
        3,
        4,
        2,
        5,
        2,
        2,
        3,
    ),
    *(
        4,
        2,
        1,
        3,
        2,
        2,
        1,
        1,
        1,
        1,
        3,
        0,
        0,
        1,
        0,
        1,
        1,
        0,
        0,
        3,
        1,
        0,
        3,
        2,
        2,
        0,
        1,
        1,
        1,
        0,
        1,
        0,
        1,
        0,
        0,
    ),
    *(
        0,
        2,
        1,
        0,
        0,
        0,
        1,
        1,
        0,
        2,
        3,
        3,
        1,
        1,
        2,
        1,
        1,
        1,
        1,
        2,
        4,
        2,
        0,
        0,
        1,
        4,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
    ),
    *(1, 0, 0, 1, 0, 1),
]


# ── statistics ────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=25)
@given(SERIES)
def test_ewma_follows_its_recursion(counts: list[int]) -> None:
    units = [1.0 + at % 3 for at in range(len(counts))]
    chart = ewma(counts, exposure=units, baseline_rate=4.0, weight=0.3)
    gone = variance = 0.0
    for at, (count, unit) in enumerate(zip(counts, units, strict=True)):
        gone = 0.7 * gone + 0.3 * (count - 4 * unit)
        variance = 0.49 * variance + 0.09 * 4 * unit
        assert chart.rise[at] == pytest.approx(gone / sqrt(variance), abs=1e-9)
        assert chart.fall[at] == -chart.rise[at]


@settings(deadline=None, max_examples=25)
@given(SERIES)
def test_cusum_follows_its_recursion_with_the_reference_value_for_counts(counts: list[int]) -> None:
    units = [1.0 + at % 3 for at in range(len(counts))]
    chart = cusum(counts, exposure=units, baseline_rate=4.0, ratio=2)
    above, below = (8 - 4) / log(8 / 4), (4 - 2) / log(4 / 2)
    up = down = 0.0
    for at, (count, unit) in enumerate(zip(counts, units, strict=True)):
        up, down = max(0.0, up + count - above * unit), max(0.0, down + below * unit - count)
        assert (chart.rise[at], chart.fall[at]) == pytest.approx((up, down), abs=1e-9)


# ── alerts ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(("after", "direction"), [(40, RISE), (8, FALL)])
def test_a_doubling_or_halving_is_one_alert_in_its_direction(
    chart: Callable[..., Chart], after: int, direction: Direction
) -> None:
    draws = np.random.default_rng(3)
    counts = np.concatenate([draws.poisson(20, 30), draws.poisson(after, 10)])
    found = chart(counts, baseline_periods=20)

    (alert,) = found.alerts
    assert alert.direction is direction
    assert 30 <= alert.index <= 33
    assert alert.statistic > alert.limit
    assert found.start == 20


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("mean", [3, 20])
@pytest.mark.parametrize("given_rate", [True, False])
def test_an_unchanged_rate_gives_alerts_as_rarely_as_asked(
    chart: Callable[..., Chart], mean: float, given_rate: bool
) -> None:
    draws, runs = np.random.default_rng(11), 100
    options: dict[str, float] = {"baseline_rate": mean} if given_rate else {"baseline_periods": 20}
    alarms = [bool(chart(draws.poisson(mean, 60), seed=run, **options).alerts) for run in range(runs)]

    assert np.mean(alarms) <= 0.05 + 3 * sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize("chart", CHARTS)
def test_more_customers_with_as_many_more_calls_are_no_change(chart: Callable[..., Chart]) -> None:
    counts = [20, 21, 19, 20, 20, 19, 21, 20, 40, 41, 39, 40]

    assert not chart(counts, exposure=[10] * 8 + [20] * 4, baseline_periods=6).alerts
    assert chart(counts, baseline_periods=6).alerts


@pytest.mark.parametrize("chart", CHARTS)
def test_a_baseline_without_counts_still_lets_a_flood_be_seen(chart: Callable[..., Chart]) -> None:
    assert not chart([0] * 30, baseline_periods=10).alerts
    assert [alert.direction for alert in chart([0] * 20 + [5, 6, 7], baseline_periods=10).alerts] == [RISE]


@pytest.mark.parametrize("chart", CHARTS)
def test_the_same_seed_gives_the_same_limits_and_fewer_false_alarms_wider_ones(
    chart: Callable[..., Chart],
) -> None:
    counts = [3, 2, 4, 3, 3, 2, 4, 3, 5]
    usual, again, strict = chart(counts), chart(counts), chart(counts, false_alarms=0.001)

    assert (usual.rise_limit, usual.fall_limit) == (again.rise_limit, again.fall_limit)
    assert strict.rise_limit > usual.rise_limit
    assert usual.start == 3


@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_left_to_watch_gives_no_alerts(chart: Callable[..., Chart]) -> None:
    assert chart([1, 2, 3], baseline_periods=3).alerts == ()
    assert chart([], baseline_rate=2.0).alerts == ()


# ── change point ──────────────────────────────────────────────────────────


def test_the_published_change_of_mining_disasters_is_found() -> None:
    # 1891 is the last year of the old rate, with 3.1 and 0.9 a year: Worsley (1986)
    change = change_point(DISASTERS)

    assert change is not None
    assert 1851 + change.index == 1892
    assert (round(change.before, 1), round(change.after, 1)) == (3.1, 0.9)
    assert change.p < 0.001


@settings(deadline=None, max_examples=25)
@given(SERIES.filter(any))
def test_the_change_point_has_the_largest_likelihood(counts: list[int]) -> None:
    stats = pytest.importorskip("scipy.stats")
    change = change_point(counts)
    assert change is not None

    def likelihood(index: int) -> float:
        parts = counts[:index], counts[index:]
        return sum(float(stats.poisson.logpmf(part, np.mean(part)).sum()) for part in parts)

    best = max(likelihood(index) for index in range(1, len(counts)))
    assert likelihood(change.index) == pytest.approx(best)
    assert change.before == pytest.approx(np.mean(counts[: change.index]))
    assert 0 < change.p <= 1


@settings(deadline=None, max_examples=25)
@given(SERIES.filter(any))
def test_ten_times_the_exposure_is_a_tenth_of_the_rate(counts: list[int]) -> None:
    one, ten = change_point(counts), change_point(counts, exposure=[10] * len(counts))
    assert one is not None
    assert ten is not None

    assert ten.index == one.index
    assert 10 * ten.after == pytest.approx(one.after)
    assert ten.p == pytest.approx(one.p, abs=0.002)


@pytest.mark.parametrize("scatter", ["poisson", "overdispersed"])
def test_an_unchanged_rate_is_rarely_called_a_change_however_scattered(scatter: str) -> None:
    draws, runs = np.random.default_rng(5), 200
    called = 0
    for run in range(runs):
        rates = 8 if scatter == "poisson" else draws.gamma(2, 4, size=40)
        change = change_point(draws.poisson(rates, size=40), seed=run)
        called += change is not None and change.p <= 0.05

    assert called / runs <= 0.05 + 3 * sqrt(0.05 * 0.95 / runs)


def test_growth_in_customers_is_no_change_point() -> None:
    change = change_point([10, 11, 9, 10, 10, 20, 19, 21, 20, 20], exposure=[1] * 5 + [2] * 5)

    assert change is not None
    assert change.p > 0.5


@pytest.mark.parametrize("counts", [[], [4], [0, 0, 0]])
def test_a_series_in_which_nothing_can_have_changed_has_no_change_point(counts: list[int]) -> None:
    assert change_point(counts) is None


# ── refused ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("chart", [*CHARTS, change_point])
@pytest.mark.parametrize(
    ("counts", "exposure", "said"),
    [
        ([1, -2, 3], None, r"count 1 is -2\.0; it must be whole and 0 or more"),
        ([1, 2.5, 3], None, r"count 1 is 2\.5"),
        ([1, float("nan"), 3], None, "count 1 is nan"),
        ([1, 2, 3], [1, 0, 1], r"exposure 1 is 0\.0; it must be above 0"),
        ([1, 2, 3], [1, 1], "one of each per period"),
        (["many", 2, 3], None, "as numbers"),
    ],
)
def test_what_is_no_count_or_exposure_is_refused(
    chart: Callable[..., Any], counts: Any, exposure: Any, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        chart(counts, exposure=exposure)


@pytest.mark.parametrize(
    ("chart", "options", "said"),
    [
        (ewma, {"weight": 0}, r"such as 0\.2"),
        (ewma, {"false_alarms": 5}, r"such as 0\.05"),
        (cusum, {"ratio": 1}, "give one above 1"),
        (cusum, {"baseline_rate": 0}, "give one above 0"),
        (cusum, {"baseline_rate": 2, "baseline_periods": 2}, "no baseline_periods beside it"),
        (ewma, {"baseline_periods": 0}, "0 of 4 periods"),
        (ewma, {"baseline_periods": 5}, "5 of 4 periods"),
    ],
)
def test_an_option_out_of_range_is_refused(chart: Callable[..., Chart], options: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        chart([1, 2, 3, 4], **options)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_series_too_short_for_a_baseline_is_refused(chart: Callable[..., Chart]) -> None:
    with pytest.raises(InputError, match="or a baseline_rate"):
        chart([1, 2])
