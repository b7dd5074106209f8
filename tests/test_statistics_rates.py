"""Rate ratios: against R's and statsmodels' figures, and against periods simulated with and without a change."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from voctext.errors import InputError
from voctext.statistics.rates import q_values, rate_ratio, rate_ratios

counts = st.integers(0, 300)
exposures = st.floats(0.5, 1e4)


def weeks(
    rng: np.random.Generator, means: NDArray[np.float64], bins: int, dispersion: float
) -> NDArray[np.int64]:
    """Draw negative binomial (at 0: Poisson) counts of shape (demands, bins) that add up to *means* on average."""
    rates = np.repeat(means[:, None] / bins, bins, axis=1)
    swell = rng.gamma(1 / dispersion, dispersion, rates.shape) if dispersion else 1.0
    return rng.poisson(rates * swell)


# ── two counts ────────────────────────────────────────────────────────────


def test_the_worked_example_of_r_is_reproduced() -> None:
    """poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)) of R, with an exact interval of 0.8584 to 4.2773."""
    ratio = rate_ratio(11, 800, 6 + 8 + 7, 1083 + 1050 + 878)

    assert tuple(ratio)[:3] == pytest.approx((1.971488, 0.8584264, 4.2772659), rel=1e-6)


@given(counts, counts, exposures, exposures)
@settings(deadline=None)
def test_the_p_value_is_twice_the_smaller_binomial_tail(
    count: int, base: int, exposure: float, other: float
) -> None:
    share, total = exposure / (exposure + other), count + base
    tails = binom.sf(count - 1, total, share), binom.cdf(count, total, share)

    assert rate_ratio(count, exposure, base, other).p == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6)


@pytest.mark.parametrize(("count", "base"), [(120, 60), (40, 55), (400, 380)])
def test_a_ratio_of_two_counts_is_close_to_the_score_interval_of_statsmodels(count: int, base: int) -> None:
    """Exact and score intervals agree to some percent; the exact one is the wider."""
    rates = pytest.importorskip("statsmodels.stats.rates", reason="the oracle")
    ratio = rate_ratio(count, 13, base, 12)

    low, high = rates.confint_poisson_2indep(count, 13, base, 12, method="score", compare="ratio")
    assert (ratio.low, ratio.high) == pytest.approx((low, high), rel=0.03)
    assert ratio.low < low < high < ratio.high


@given(counts, counts, exposures, exposures)
@settings(deadline=None)
def test_swapping_the_periods_inverts_the_ratio(count: int, base: int, exposure: float, other: float) -> None:
    one, turned = rate_ratio(count, exposure, base, other), rate_ratio(base, other, count, exposure)

    assert one.p == pytest.approx(turned.p)
    assert one.low == pytest.approx(1 / turned.high if turned.high else inf, rel=1e-6)
    assert (one.p < 0.05) == (one.low > 1 or one.high < 1)


def test_a_count_of_nothing_leaves_the_ratio_open() -> None:
    assert rate_ratio(0, 1, 0, 1)[1:] == (0.0, inf, 1.0)
    assert rate_ratio(5, 1, 0, 1).value == rate_ratio(5, 1, 0, 1).high == inf
    assert rate_ratio(0, 1, 5, 1).value == rate_ratio(0, 1, 5, 1).low == 0


# ── many demands ──────────────────────────────────────────────────────────


def test_without_bins_many_ratios_are_the_exact_ones() -> None:
    many = rate_ratios([[60], [5], [0]], [[120], [9], [4]], before_exposure=2, after_exposure=3)

    for row, (before, after) in enumerate([(60, 120), (5, 9), (0, 4)]):
        one = rate_ratio(after, 3, before, 2)
        assert (many.ratio[row], many.low[row], many.high[row], many.p[row]) == pytest.approx(tuple(one))
    assert many.inflation.tolist() == [1, 1, 1]
    assert many.q == pytest.approx(q_values(many.p))


def test_bins_as_even_as_poisson_counts_or_evener_leave_the_variance_alone() -> None:
    even = np.full((3, 8), 7)

    assert rate_ratios(even, even).inflation.tolist() == [1, 1, 1]


def test_uneven_bins_widen_the_interval() -> None:
    steady, bursts = [[15, 16, 14, 15]], [[2, 40, 1, 17]]
    doubled = np.array(steady) * 2

    assert rate_ratios(bursts, doubled).inflation > 3
    assert rate_ratios(bursts, doubled).low < rate_ratios(steady, doubled).low
    assert rate_ratios(bursts, doubled).p > 0.05 > rate_ratios(steady, doubled).p


def test_the_excess_found_is_that_of_the_negative_binomial() -> None:
    """Variance of a period's count ÷ its mean: 1 + dispersion × mean of a bin."""
    rng = np.random.default_rng(4)
    means = np.full(400, 200.0)
    found = rate_ratios(weeks(rng, means, 8, 0.1), weeks(rng, means, 8, 0.1))

    assert found.inflation.mean() == pytest.approx(1 + 0.1 * 200 / 8, rel=0.05)


def test_the_pooled_interval_agrees_with_a_negative_binomial_regression() -> None:
    api = pytest.importorskip("statsmodels.api", reason="the oracle")
    rng = np.random.default_rng(5)
    means = np.full(200, 200.0)
    before, after = weeks(rng, means, 13, 0.05), weeks(rng, means * 1.5, 13, 0.05)
    found = rate_ratios(before, after)

    after_is = np.repeat([0.0, 1.0], 13)
    family = api.families.NegativeBinomial(alpha=0.05)
    for row in range(3):
        counted = np.concatenate([before[row], after[row]])
        fit = api.GLM(counted, api.add_constant(after_is), family=family).fit()
        assert np.log(found.ratio[row]) == pytest.approx(fit.params[1])
        low, high = fit.conf_int()[1]
        width = np.log(found.high[row]) - np.log(found.low[row])
        assert width == pytest.approx(high - low, rel=0.12)


def test_more_customers_in_the_later_bins_are_no_change() -> None:
    customers = np.array([1000.0, 1100, 1500, 2000])
    grown = rate_ratios(
        [[10, 10, 10, 10]], [[10, 11, 15, 20]], before_exposure=1000, after_exposure=customers
    )

    assert grown.ratio == pytest.approx(1.0)
    assert grown.p == pytest.approx(1.0)
    assert grown.inflation == pytest.approx(1.0)


def test_a_demand_never_seen_costs_the_others_nothing() -> None:
    before, after = [[20, 19, 21, 20], [8, 9, 7, 8]], [[40, 41, 39, 40], [9, 8, 8, 8]]
    alone = rate_ratios(before, after)
    beside = rate_ratios([*before, [0] * 4, [0] * 4], [*after, [0] * 4, [0] * 4])

    assert beside.q[:2] == pytest.approx(alone.q)
    assert beside.q[2:].tolist() == [1, 1]
    assert beside.p[2:].tolist() == [1, 1]
    assert np.isnan(beside.ratio[2:]).all()
    assert beside.low[2:].tolist() == [0, 0]


tables = st.integers(1, 5).flatmap(
    lambda rows: st.tuples(
        *[
            st.lists(st.lists(st.integers(0, 60), min_size=b, max_size=b), min_size=rows, max_size=rows)
            for b in (4, 6)
        ]
    )
)


@given(tables)
@settings(deadline=None)
def test_every_ratio_lies_in_its_interval_and_p_agrees_with_it(
    periods: tuple[list[list[int]], list[list[int]]],
) -> None:
    found = rate_ratios(*periods)

    seen = ~np.isnan(found.ratio)
    assert (found.low[seen] <= found.ratio[seen] * (1 + 1e-9)).all()
    assert (found.ratio[seen] <= found.high[seen] * (1 + 1e-9)).all()
    assert (found.inflation >= 1).all()
    assert ((found.p >= 0) & (found.p <= found.q + 1e-12) & (found.q <= 1)).all()
    clear = abs(found.p - 0.05) > 1e-6
    assert ((found.p < 0.05) == ((found.low > 1) | (found.high < 1)))[clear].all()


@given(tables)
@settings(deadline=None)
def test_turning_time_round_inverts_every_ratio(periods: tuple[list[list[int]], list[list[int]]]) -> None:
    found, turned = rate_ratios(*periods), rate_ratios(*reversed(periods))

    assert found.p == pytest.approx(turned.p)
    with np.errstate(divide="ignore"):
        assert found.low == pytest.approx(1 / turned.high, rel=1e-6)


def test_no_demands_give_no_ratios() -> None:
    assert rate_ratios(np.empty((0, 4)), np.empty((0, 4))).q.shape == (0,)


# ── false alarms and power ────────────────────────────────────────────────


@pytest.mark.parametrize("dispersion", [0.0, 0.05, 0.1])
def test_of_periods_without_change_one_in_twenty_at_most_shows_any(dispersion: float) -> None:
    rng = np.random.default_rng(11)
    alarms = 0
    for run in range(300):
        bins = (4, 8, 13)[run % 3]
        means = np.exp(rng.uniform(np.log(5), np.log(200), 30))
        found = rate_ratios(*(weeks(rng, means, bins, dispersion) for _ in range(2)))
        alarms += bool((found.q <= 0.05).any())

    assert alarms <= 0.05 * 300


def test_a_doubling_from_60_to_120_among_30_demands_is_flagged_four_times_in_five() -> None:
    rng = np.random.default_rng(12)
    flagged = 0
    for run in range(300):
        bins = (4, 8, 13)[run % 3]
        means = np.exp(rng.uniform(np.log(5), np.log(200), 30))
        means[0] = 60
        before = weeks(rng, means, bins, 0)
        means[0] = 120
        flagged += bool(rate_ratios(before, weeks(rng, means, bins, 0)).q[0] <= 0.05)

    assert flagged >= 0.8 * 300


# ── Benjamini–Hochberg ────────────────────────────────────────────────────


def test_the_published_p_values_give_the_four_discoveries_published() -> None:
    """Benjamini and Hochberg (1995), the example of section 3.2: four of fifteen at 5 %."""
    published = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]

    assert (q_values(published) <= 0.05).tolist() == [True] * 4 + [False] * 11


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
@settings(deadline=None)
def test_q_values_agree_with_statsmodels(p: list[float]) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest", reason="the oracle")

    assert q_values(p) == pytest.approx(multitest.multipletests(p, method="fdr_bh")[1], abs=1e-12)


# ── refusals ──────────────────────────────────────────────────────────────


def test_what_cannot_be_counted_is_refused_with_what_would_have_been_right() -> None:
    good = [[1, 2], [3, 4]]
    with pytest.raises(InputError, match="2 demands before and 1 after"):
        rate_ratios(good, [[1, 2]])
    with pytest.raises(InputError, match=r"shape \(2,\); give one row per demand"):
        rate_ratios([1, 2], good)
    with pytest.raises(InputError, match=r"one for each of 2 bins"):
        rate_ratios(good, good, after_exposure=[1, 2, 3])
    with pytest.raises(InputError, match="exposure is not above 0"):
        rate_ratios(good, good, before_exposure=0)
    with pytest.raises(InputError, match="count is negative"):
        rate_ratio(-1, 1, 2, 1)
    with pytest.raises(InputError, match="level is 95"):
        rate_ratio(1, 1, 2, 1, level=95)
    with pytest.raises(InputError, match="p-value"):
        q_values([0.1, float("nan")])
