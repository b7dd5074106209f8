"""Shrunken rates: coverage by simulation, the closed form by hand, and invariants."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from voctext.errors import InputError
from voctext.statistics.shrinkage import rate_ratio_draws, rate_ratios, shrunken_rates

TABLES = st.tuples(st.integers(2, 5), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(
        arrays(np.int64, shape, elements=st.integers(0, 5000)),
        arrays(np.float64, shape[0], elements=st.floats(0.1, 1e6)),
    )
)


def simulate(spread: float, *, seed: int, segments: int = 6, demands: int = 20) -> tuple[Any, Any, Any]:
    """Give counts, exposures and true ratios against the rest, of a table whose risks spread by *spread*."""
    random = np.random.default_rng(seed)
    exposures = random.lognormal(9, 1, segments)
    risks = np.ones((segments, demands))
    if spread:
        risks = random.gamma(spread**-2, spread**2, (segments, demands))
    rates = 60 * random.lognormal(0, 1, demands) / exposures.sum() * risks
    borne = rates * exposures[:, None]
    rest = (borne.sum(axis=0) - borne) / (exposures.sum() - exposures)[:, None]
    return random.poisson(borne), exposures, rates / rest


# ── ratios between segments ───────────────────────────────────────────────


@pytest.mark.parametrize(("segments", "spread"), [(2, 0.3), (2, 0.8), (6, 0.3), (6, 0.8)])
def test_the_interval_holds_the_true_ratio_as_often_as_it_says(segments: int, spread: float) -> None:
    held = []
    for seed in range(40):
        counts, exposures, true = simulate(spread, seed=seed, segments=segments)
        found = rate_ratios(counts, exposures, draws=1000, seed=seed)
        held.append(np.mean((found.low <= true) & (true <= found.high)))

    assert 0.9 < np.mean(held) < 0.98


def test_where_all_segments_are_alike_hardly_any_ratio_stands_out() -> None:
    sure = []
    for seed in range(40):
        counts, exposures, _ = simulate(0, seed=seed)
        above = rate_ratios(counts, exposures, draws=1000, seed=seed).above
        sure.append(np.mean((above > 0.975) | (above < 0.025)))

    assert np.mean(sure) < 0.01


@pytest.mark.parametrize("spread", [0.3, 0.8])
def test_the_prior_finds_how_far_the_risks_spread(spread: float) -> None:
    found = [rate_ratios(*simulate(spread, seed=seed)[:2], draws=1).shape ** -0.5 for seed in range(20)]

    assert np.median(found) == pytest.approx(spread, rel=0.2)


def test_shrunken_ratios_err_less_than_raw_ones() -> None:
    raw_error = shrunken_error = 0.0
    for seed in range(20):
        counts, exposures, true = simulate(0.3, seed=seed)
        rates = (counts + 0.5) / exposures[:, None]
        rest = (counts.sum(axis=0) - counts + 0.5) / (exposures.sum() - exposures)[:, None]
        raw_error += np.mean(np.log(rates / rest / true) ** 2)
        shrunken_error += np.mean(np.log(rate_ratios(counts, exposures, draws=500).ratio / true) ** 2)

    assert shrunken_error < raw_error / 2


def test_one_count_too_many_in_a_small_branch_stands_out_less_than_many_in_a_large_one() -> None:
    """Both are heard three times as often as elsewhere; nine of ten branches are as expected."""
    counts = np.array([[3], [300], *([[100]] * 8)])
    found = rate_ratios(counts, [10, 1000, *([1000] * 8)])

    assert 1 < found.ratio[0, 0] < found.ratio[1, 0] < 3
    assert found.low[0, 0] < 1 < found.low[1, 0]


@pytest.mark.parametrize("exposure", [1, 5])
def test_two_segments_are_each_other_s_rest(exposure: float) -> None:
    found = rate_ratios([[30, 2, 0], [40, 5, 0]], [1000, 1000 * exposure])

    assert found.ratio[0] * found.ratio[1] == pytest.approx(1, rel=1e-4)
    assert found.above.sum(axis=0) == pytest.approx(1)


def test_many_counts_leave_the_raw_ratio_as_it_is() -> None:
    found = rate_ratios([[20_000, 50_000], [10_000, 90_000]], [1000, 1000])

    assert found.ratio[0] == pytest.approx([2, 5 / 9], rel=0.01)


def test_the_summary_is_that_of_the_draws() -> None:
    table = [[30, 12], [40, 48], [9, 1]], [1000, 4000, 500]
    draws = rate_ratio_draws(*table, draws=2000, seed=3)
    found = rate_ratios(*table, draws=2000, seed=3, level=0.8)

    assert draws.shape == (2000, 3, 2)
    assert found.ratio == pytest.approx(np.median(draws, axis=0))
    assert found.low == pytest.approx(np.quantile(draws, 0.1, axis=0))
    assert found.above == pytest.approx((draws > 1).mean(axis=0))
    assert not np.array_equal(draws, rate_ratio_draws(*table, draws=2000, seed=4))


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_ratios_lie_within_their_intervals_whatever_the_counts(table: tuple[Any, Any]) -> None:
    found = rate_ratios(*table, draws=200)

    assert np.all((found.low <= found.ratio) & (found.ratio <= found.high))
    assert np.all((found.above >= 0) & (found.above <= 1))
    assert np.all(np.isfinite(found.high))
    assert np.all(found.expected[:, table[0].sum(axis=0) == 0] == 0)


@settings(deadline=None, max_examples=30)
@given(TABLES, st.floats(0.001, 1000))
def test_the_unit_of_exposure_changes_no_ratio(table: tuple[Any, Any], unit: float) -> None:
    counts, exposures = table
    one, other = (rate_ratios(counts, e, draws=50) for e in (exposures, exposures * unit))

    assert one.ratio == pytest.approx(other.ratio, rel=1e-3)


# ── rates of customers ────────────────────────────────────────────────────


def test_a_customer_s_rate_is_the_closed_form_of_gamma_and_poisson() -> None:
    counts, exposures = np.array([0, 0, 0, 1, 0, 7, 2, 0]), np.array([12.0, 12, 6, 12, 3, 12, 12, 1])
    found = shrunken_rates(counts, exposures, level=0.9)
    stats = pytest.importorskip("scipy.stats", reason="SciPy is the oracle")
    prior_rate = found.shape / found.common  # Gamma(a, a) on the ratio is Gamma(a, a / common) on the rate
    posterior = stats.gamma(found.shape + counts, scale=1 / (prior_rate + exposures))

    assert found.mean == pytest.approx(posterior.mean())
    assert found.low == pytest.approx(posterior.ppf(0.05))
    assert found.high == pytest.approx(posterior.ppf(0.95))


def test_the_prior_of_customers_is_the_negative_binomial_of_statsmodels() -> None:
    """A thousand customers and more leave the penalty and the adjustment without weight."""
    discrete = pytest.importorskip("statsmodels.discrete.discrete_model", reason="statsmodels is the oracle")
    random = np.random.default_rng(5)
    exposures = random.integers(1, 25, 20_000).astype(float)
    counts = random.poisson(0.05 * random.gamma(0.5, 2, 20_000) * exposures)
    model = discrete.NegativeBinomial(counts, np.ones((20_000, 1)), exposure=exposures)
    log_rate, variance = model.fit(disp=False).params
    found = shrunken_rates(counts, exposures)

    assert found.common == pytest.approx(np.exp(log_rate), rel=1e-3)
    assert 1 / found.shape == pytest.approx(variance, rel=0.01)


def test_nineteen_customers_in_twenty_lie_within_their_interval() -> None:
    random = np.random.default_rng(6)
    rates, exposures = 0.1 * random.gamma(0.5, 2, 50_000), random.uniform(1, 24, 50_000)
    found = shrunken_rates(random.poisson(rates * exposures), exposures)

    assert np.mean((found.low <= rates) & (rates <= found.high)) == pytest.approx(0.95, abs=0.005)


def test_no_event_anywhere_bounds_the_rate_by_the_rule_of_three() -> None:
    found = shrunken_rates([0, 0, 0], [100, 100, 100])

    assert (found.mean.tolist(), found.low.tolist()) == ([0, 0, 0], [0, 0, 0])
    assert found.high == pytest.approx([0.01] * 3, rel=0.01)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0.1, 1e4)), min_size=1, max_size=30))
def test_a_rate_lies_between_the_raw_one_and_the_common_one(units: list[tuple[int, float]]) -> None:
    counts, exposures = (np.array(column, float) for column in zip(*units, strict=True))
    found = shrunken_rates(counts, exposures)
    raw = counts / exposures

    assert np.all(found.mean >= np.minimum(raw, found.common) * (1 - 1e-9))
    assert np.all(found.mean <= np.maximum(raw, found.common) * (1 + 1e-9))
    assert np.all((found.low <= found.high) & np.isfinite(found.high))


# ── what is refused ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("counts", "exposures", "said"),
    [
        ([[1, 2]], [10], "at least two"),
        ([[1], [2]], [10], "segments, demands"),
        ([1, 2], [10, 10], "segments, demands"),
        ([[1], [2]], [10, 0], "exposures hold 0"),
        ([[1], [-2]], [10, 10], "counts hold -2"),
        ([[1], [float("nan")]], [10, 10], "counts hold nan"),
        ([[1], [2]], [10, float("inf")], "exposures hold inf"),
    ],
)
def test_a_table_that_cannot_be_is_refused(counts: Any, exposures: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        rate_ratios(counts, exposures)
    with pytest.raises(InputError, match=said):
        rate_ratio_draws(counts, exposures)


@pytest.mark.parametrize("options", [{"level": 0}, {"level": 95}, {"draws": 0}])
def test_a_level_or_number_of_draws_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(options))):
        rate_ratios([[1], [2]], [10, 10], **options)


@pytest.mark.parametrize(("counts", "exposures"), [([], []), ([1], [1, 2]), ([[1]], [[1]]), ([1], [0])])
def test_customers_that_cannot_be_are_refused(counts: Any, exposures: Any) -> None:
    with pytest.raises(InputError, match="exposures"):
        shrunken_rates(counts, exposures)
