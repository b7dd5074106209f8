"""The true share of a demand: the three tiers against hand-worked figures, simulation and ppi-python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.statistics.prevalence import (
    LEAST,
    Prevalence,
    Tier,
    allocate,
    audit_size,
    audited_prevalence,
    holdout_prevalence,
    predicted_prevalence,
)
from voctext.statistics.prevalence import _effective as effective

PREDICTED = np.repeat([1, 0], [100, 900])


def audit(yes: tuple[int, int] = (40, 50), no: tuple[int, int] = (2, 200)) -> np.ndarray:
    """Give the truth of 100 predicted yes and 900 no: of *yes* and *no* audited (k, n)."""
    truth = np.full(1000, np.nan)
    for start, (k, n) in ((0, yes), (100, no)):
        truth[start : start + n] = np.arange(n) < k
    return truth


def width(found: Prevalence) -> float:
    return found.share.high - found.share.low


# ── tier A ────────────────────────────────────────────────────────────────


def test_the_audited_share_is_what_the_two_strata_add_up_to() -> None:
    found = audited_prevalence(PREDICTED, audit())

    assert found.share.value == pytest.approx(0.1 * 0.8 + 0.9 * 0.01)
    assert found.precision is not None
    assert found.precision.value == pytest.approx(0.8)
    assert found.recall is not None
    assert found.recall.value == pytest.approx(0.08 / 0.089)
    assert found.tier is Tier.AUDITED


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 50), st.integers(0, 200), st.integers(0, 99))
def test_audited_intervals_hold_their_value_and_stay_within_zero_and_one(
    k: int, omitted: int, seed: int
) -> None:
    found = audited_prevalence(PREDICTED, audit((k, 50), (omitted, 200)), seed=seed)

    assert ((found.draws >= 0) & (found.draws <= 1 + 1e-12)).all()
    for one in (found.share, found.precision, found.recall):
        if one is not None:
            assert -1e-12 <= one.low <= one.value <= one.high <= 1 + 1e-12


def test_ppi_python_gives_the_same_interval_on_the_same_labels() -> None:
    ppi = pytest.importorskip("ppi_py", reason="ppi-python is an oracle of the tests only")
    rng = np.random.default_rng(3)
    truth = (rng.random(21_000) < 0.3).astype(float)
    predicted = (rng.random(21_000) < np.where(truth == 1, 0.9, 0.05)).astype(int)
    labelled = np.where(np.arange(21_000) < 1000, truth, np.nan)
    low, high = ppi.ppi_mean_ci(truth[:1000], predicted[:1000], predicted[1000:], alpha=0.05)

    found = audited_prevalence(predicted, labelled)

    assert found.share.low == pytest.approx(float(np.squeeze(low)), abs=0.003)
    assert found.share.high == pytest.approx(float(np.squeeze(high)), abs=0.003)


def test_a_rare_demand_with_nothing_omitted_is_not_inflated() -> None:
    predicted = np.repeat([1, 0], [300, 19_700])
    truth = np.full(20_000, np.nan)
    truth[:200], truth[300:500] = np.arange(200) < 64, 0

    found = audited_prevalence(predicted, truth)

    assert found.share.value == pytest.approx(0.0048)
    assert np.median(found.draws) < 0.0065
    assert found.share.high < 0.016


def test_customers_without_a_repeat_change_nothing() -> None:
    alone = audited_prevalence(PREDICTED, audit())
    named = audited_prevalence(PREDICTED, audit(), customers=np.arange(1000)[::-1].copy())

    assert named.share == pytest.approx(alone.share)


def test_four_tickets_of_each_customer_who_agree_are_worth_one_label_each() -> None:
    labels = np.repeat([1.0, 0.0], [40, 60])
    share, worth = effective(labels, np.ones(100), np.repeat(np.arange(25), 4))

    assert share == 0.4
    assert worth == pytest.approx(25 * 24 / 25)


def test_labels_that_all_agree_are_worth_the_size_of_kish() -> None:
    assert effective(np.zeros(3), np.array([1.0, 1.0, 2.0]), np.arange(3)) == (0.0, pytest.approx(16 / 6))


def test_repeat_customers_widen_the_interval() -> None:
    customers = np.arange(1000) // 3

    assert width(audited_prevalence(PREDICTED, audit(), customers=customers)) > 1.2 * width(
        audited_prevalence(PREDICTED, audit())
    )


def test_weights_undo_an_audit_that_preferred_some_tickets() -> None:
    weights = np.ones(1000)
    weights[:40] = 0.25  # the 40 yes were four times as likely to be looked at

    found = audited_prevalence(PREDICTED, audit(), weights=weights)

    assert found.precision is not None
    assert found.precision.value == pytest.approx(10 / 20)


def test_equal_weights_are_no_weights() -> None:
    weighted = audited_prevalence(PREDICTED, audit(), weights=np.full(1000, 7.0))

    assert weighted.share == pytest.approx(audited_prevalence(PREDICTED, audit()).share)


def test_bands_that_tell_right_from_wrong_narrow_the_interval() -> None:
    bands = np.zeros(1000, dtype=int)
    bands[40:50] = bands[90:100] = 1  # the wrong yes among the audited

    banded = audited_prevalence(PREDICTED, audit(), bands=bands)

    assert banded.precision is not None
    assert width(banded) < width(audited_prevalence(PREDICTED, audit()))


def test_an_export_without_a_predicted_yes_has_no_precision() -> None:
    found = audited_prevalence(np.zeros(50, int), np.repeat([0.0, np.nan], 25))

    assert found.precision is None
    assert found.recall is None
    assert found.share.low == found.share.value == 0


def test_the_same_seed_gives_the_same_draws() -> None:
    first, second = (audited_prevalence(PREDICTED, audit(), seed=5) for _ in range(2))

    assert (first.draws == second.draws).all()


def test_the_interval_covers_a_rare_truth_as_often_as_it_says() -> None:
    rng, share, covered = np.random.default_rng(1), 0.01, 0
    for _ in range(200):
        truth = rng.random(5000) < share
        predicted = rng.random(5000) < np.where(truth, 0.9, 0.02)
        labels = np.full(5000, np.nan)
        for kind, size in ((True, 60), (False, 240)):
            rows = rng.choice(np.flatnonzero(predicted == kind), size, replace=False)
            labels[rows] = truth[rows]
        found = audited_prevalence(predicted, labels, seed=rng).share
        covered += found.low <= share <= found.high

    assert covered >= 182


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"truth": audit(no=(0, 0))}, "predicted no in band 0 none is audited"),
        ({"truth": np.full(1000, 2.0)}, "no column of 1, 0 and NaN"),
        ({"truth": np.array([]), "predicted": np.array([], int)}, "no column of 1, 0 and NaN"),
        ({"predicted": np.full(1000, 2)}, "1000 integers from 0 to 1"),
        ({"predicted": np.zeros(3, int)}, "predicted is int64 of shape"),
        ({"bands": np.full(1000, -1)}, "bands is int64"),
        ({"customers": np.full(1000, 0.5)}, "customers is float64"),
        ({"weights": np.zeros(1000)}, "above 0"),
        ({"level": 1.0}, "level is 1.0"),
    ],
)
def test_an_audit_that_cannot_be_used_is_refused_with_what_would_be_right(
    changed: dict[str, object], said: str
) -> None:
    given_: dict[str, object] = {"predicted": PREDICTED, "truth": audit()} | changed

    with pytest.raises(InputError, match=said):
        audited_prevalence(**given_)  # type: ignore[arg-type]


# ── tiers B and C ─────────────────────────────────────────────────────────


def test_rogan_and_gladen_correct_the_predicted_share_by_hand() -> None:
    found = holdout_prevalence((500, 1000), true_yes=(90, 100), false_yes=(10, 100))

    assert found.share.value == pytest.approx((0.5 - 0.1) / (0.9 - 0.1))
    assert found.precision is not None
    assert found.precision.value == pytest.approx(0.9)
    assert found.recall is not None
    assert found.recall.value == pytest.approx(0.9)
    assert found.tier is Tier.HOLDOUT


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.integers(6, 10), st.integers(0, 5))
def test_a_hold_out_gives_shares_within_zero_and_one(yes: int, right: int, wrong: int) -> None:
    found = holdout_prevalence((yes, 1000), true_yes=(right, 10), false_yes=(wrong, 10))

    assert ((found.draws >= 0) & (found.draws <= 1)).all()
    assert 0 <= found.share.low <= found.share.value <= found.share.high <= 1


def test_fewer_predicted_than_false_alarms_make_a_share_of_zero() -> None:
    assert holdout_prevalence((1, 1000), true_yes=(90, 100), false_yes=(10, 100)).share.value == 0


def test_a_classifier_no_better_than_chance_is_refused() -> None:
    with pytest.raises(InputError, match="better than chance"):
        holdout_prevalence((5, 10), true_yes=(1, 10), false_yes=(1, 10))


def test_a_plain_count_knows_nothing_of_the_errors() -> None:
    found = predicted_prevalence((58, 1000))

    assert found.share.value == 0.058
    assert found.share.low == pytest.approx(0.045, abs=0.002)
    assert (found.precision, found.recall, found.tier) == (None, None, Tier.UNCORRECTED)


@pytest.mark.parametrize("counts", [(3, 2), (-1, 2), (0, 0)])
def test_a_count_that_is_no_share_is_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="is no share"):
        predicted_prevalence(counts)


# ── how many labels ───────────────────────────────────────────────────────


@given(st.lists(st.tuples(st.integers(1, 5000), st.floats(0, 1)), min_size=1, max_size=6), st.floats(0, 1))
def test_an_allocation_gives_out_every_label_and_no_more_than_a_stratum_holds(
    strata: list[tuple[int, float]], part: float
) -> None:
    sizes, shares = [n for n, _ in strata], [p for _, p in strata]
    least = [min(LEAST, n) for n in sizes]
    total = sum(least) + int(part * (sum(sizes) - sum(least)))

    labels = allocate(total, sizes, shares)

    assert sum(labels) == total
    assert all(low <= n <= top for low, n, top in zip(least, labels, sizes, strict=True))


def test_neyman_gives_each_stratum_labels_by_its_size_and_spread() -> None:
    assert allocate(300, [10_000, 10_000], [0.5, 0.8]) == [167, 133]  # 0.5 to 0.4


@pytest.mark.parametrize(
    ("total", "sizes", "shares"), [(5, [100, 100], [0.5, 0.5]), (99, [9, 9], [0, 0]), (20, [50], [2])]
)
def test_an_allocation_that_cannot_be_is_refused(total: int, sizes: list[int], shares: list[float]) -> None:
    with pytest.raises(InputError, match="give"):
        allocate(total, sizes, shares)


@pytest.mark.parametrize("wanted", [0.02, 0.03, 0.05])
def test_the_planned_audit_gives_an_interval_about_as_wide_as_wanted(wanted: float) -> None:
    yes, no = audit_size(0.2, 0.8, 0.05, width=wanted, units=20_000)
    truth = np.full(20_000, np.nan)
    truth[:yes], truth[4000 : 4000 + no] = np.arange(yes) < 0.8 * yes, np.arange(no) < 0.05 * no

    got = width(audited_prevalence(np.repeat([1, 0], [4000, 16_000]), truth))

    assert got == pytest.approx(wanted, rel=0.08)


def test_a_width_that_no_audit_reaches_is_refused_with_the_narrowest() -> None:
    with pytest.raises(InputError, match=r"give no less than 0\.0"):
        audit_size(0.2, 0.8, 0.05, width=0.001, units=20_000)
