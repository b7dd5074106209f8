"""Contrasts of shares: against published worked examples, statsmodels, and what must hold of any such numbers."""

from math import inf, isnan

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.statistics.estimate import wilson
from voctext.statistics.proportions import (
    Share,
    difference,
    difference_in_differences,
    needed_per_arm,
    relative_risk,
    smallest_effect,
)


@st.composite
def shares(draw: st.DrawFn, most: int = 500) -> Share:
    trials = draw(st.integers(1, most))
    return Share(draw(st.integers(0, trials)), trials)


# ── difference ────────────────────────────────────────────────────────────


def test_ninety_of_a_hundred_is_published_as_82_6_to_94_5_percent() -> None:
    share = wilson(90, 100)

    assert (round(share.low, 3), round(share.high, 3)) == (0.826, 0.945)


@pytest.mark.parametrize(
    ("share", "base", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_has_the_interval_newcombe_published(
    share: tuple[int, int], base: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), table II, method 10."""
    effect = difference(Share(*share), Share(*base))

    assert (effect.low, effect.high) == pytest.approx((low, high), abs=6e-5)


@given(shares(), shares(), st.sampled_from([0.8, 0.95, 0.99]))
@settings(deadline=None)
def test_a_difference_agrees_with_statsmodels(share: Share, base: Share, level: float) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion", reason="the oracle")
    effect = difference(share, base, level=level)

    expected = proportion.confint_proportions_2indep(
        *share, *base, compare="diff", method="newcomb", alpha=1 - level
    )
    assert (effect.low, effect.high) == pytest.approx(expected, abs=1e-9)


@given(shares(), shares())
def test_the_p_value_of_a_difference_is_that_at_which_its_interval_touches_zero(
    share: Share, base: Share
) -> None:
    effect = difference(share, base)
    assume(1e-12 < effect.p < 1)

    touching = difference(share, base, level=1 - effect.p)
    assert min(abs(touching.low), abs(touching.high)) < 1e-4


@given(shares(), shares())
def test_swapping_two_shares_turns_their_difference_over(share: Share, base: Share) -> None:
    one, other = difference(share, base), difference(base, share)

    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert one.p == pytest.approx(other.p)
    assert -1 - 1e-9 <= one.low <= one.value <= one.high <= 1 + 1e-9


# ── ratio ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("share", "base"), [((56, 70), (48, 80)), ((90, 1000), (60, 1000)), ((300, 400), (100, 380))]
)
def test_a_relative_risk_is_close_to_the_score_interval_of_statsmodels(
    share: tuple[int, int], base: tuple[int, int]
) -> None:
    """MOVER-R and Koopman's score interval are two methods: they agree to some percent, not to the digit."""
    proportion = pytest.importorskip("statsmodels.stats.proportion", reason="the oracle")
    effect = relative_risk(Share(*share), Share(*base))

    expected = proportion.confint_proportions_2indep(*share, *base, compare="ratio", method="score")
    assert (effect.low, effect.high) == pytest.approx(expected, rel=0.02)


@given(shares(), shares())
def test_a_relative_risk_leaves_out_one_where_the_difference_leaves_out_zero(
    share: Share, base: Share
) -> None:
    apart, ratio = difference(share, base), relative_risk(share, base)
    assume(min(abs(apart.low), abs(apart.high)) > 1e-6)

    assert (ratio.low > 1) == (apart.low > 0)
    assert (ratio.high < 1) == (apart.high < 0)
    assert ratio.p == apart.p


@given(shares(), shares())
def test_a_relative_risk_lies_in_its_interval_and_the_other_way_round_is_its_inverse(
    share: Share, base: Share
) -> None:
    ratio, inverse = relative_risk(share, base), relative_risk(base, share)

    assert 0 <= ratio.low <= ratio.high
    if share.successes and base.successes:
        assert ratio.low <= ratio.value * (1 + 1e-9)
        assert ratio.value <= ratio.high * (1 + 1e-9)
        assert ratio.low == pytest.approx(1 / inverse.high, rel=1e-6)


def test_a_ratio_to_nothing_is_open_upwards() -> None:
    some, none = relative_risk(Share(5, 20), Share(0, 20)), relative_risk(Share(0, 20), Share(0, 20))

    assert some.value == some.high == inf
    assert 1 < some.low < inf
    assert isnan(none.value)
    assert (none.low, none.high, none.p) == (0.0, inf, 1.0)


# ── difference in differences ─────────────────────────────────────────────


def test_with_large_groups_the_difference_in_differences_is_the_normal_one() -> None:
    size = 100_000
    cells = [Share(share * size, size) for share in (0.80, 0.83, 0.79, 0.80)]
    effect = difference_in_differences(
        treated_before=cells[0], treated_after=cells[1], control_before=cells[2], control_after=cells[3]
    )

    variance = sum(s / n * (1 - s / n) / n for s, n in cells)
    assert effect.value == pytest.approx(0.02)
    assert effect.low == pytest.approx(0.02 - 1.95996 * variance**0.5, abs=1e-5)
    assert effect.high == pytest.approx(0.02 + 1.95996 * variance**0.5, abs=1e-5)
    assert effect.p < 1e-10


@given(shares(), shares(), st.integers(10, 10**5))
@settings(deadline=None)
def test_a_control_group_that_nearly_cannot_move_leaves_the_plain_difference(
    before: Share, after: Share, size: int
) -> None:
    still = Share(size * 10**6, size * 10**6)
    effect = difference_in_differences(
        treated_before=before, treated_after=after, control_before=still, control_after=still
    )
    plain = difference(after, before)

    assert tuple(effect)[:3] == pytest.approx(tuple(plain)[:3], abs=1e-5)


@given(shares(), shares(), shares(), shares(), st.floats(0.5, 0.99))
@settings(deadline=None)
def test_the_p_value_is_below_one_minus_level_exactly_where_the_interval_leaves_out_zero(
    one: Share, two: Share, three: Share, four: Share, level: float
) -> None:
    effect = difference_in_differences(
        treated_before=one, treated_after=two, control_before=three, control_after=four, level=level
    )
    assume(abs(effect.p - (1 - level)) > 1e-6)

    assert (effect.p < 1 - level) == (effect.low > 0 or effect.high < 0)


# ── how many it takes ─────────────────────────────────────────────────────


def test_three_points_from_eighty_percent_need_about_2600_per_arm() -> None:
    assert needed_per_arm(0.80, 0.03) == 2629


def test_the_sample_size_is_that_of_the_formula_worked_by_hand() -> None:
    """(z₁√(2p̄q̄) + z₂√(p₁q₁ + p₂q₂))² / d², worked by hand for 0.5 against 0.6: 387.3."""
    assert needed_per_arm(0.5, 0.1) == 388


@given(st.floats(0.01, 0.99), st.integers(20, 10**6), st.sampled_from([0.8, 0.9]))
@settings(deadline=None)
def test_the_smallest_effect_needs_the_customers_there_are(base: float, per_arm: int, power: float) -> None:
    effect = smallest_effect(base, per_arm, power=power)

    if effect is None:
        assert needed_per_arm(base, 1 - base, power=power) > per_arm
    else:
        assert needed_per_arm(base, effect, power=power) == pytest.approx(per_arm, abs=1)


def test_no_rise_from_a_share_of_nearly_one_shows_with_few_customers() -> None:
    assert smallest_effect(0.99, 50) is None
    assert smallest_effect(1.0, 10**6) is None


# ── refusals ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "share", [Share(0, 0), Share(-1, 2), Share(3, 2), Share(1, inf), Share(float("nan"), 2)]
)
def test_what_is_no_share_is_refused(share: Share) -> None:
    with pytest.raises(InputError, match="is no share; give"):
        difference(share, Share(1, 2))
    with pytest.raises(InputError, match="is no share; give"):
        relative_risk(Share(1, 2), share)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_what_is_no_level_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="level is"):
        difference(Share(1, 2), Share(1, 3), level=level)
    with pytest.raises(InputError, match="level is"):
        needed_per_arm(0.8, 0.03, level=level)


def test_a_design_that_cannot_be_is_refused_with_what_would_have_been_right() -> None:
    with pytest.raises(InputError, match=r"cannot move by 0\.3"):
        needed_per_arm(0.8, 0.3)
    with pytest.raises(InputError, match="cannot move by 0"):
        needed_per_arm(0.8, 0)
    with pytest.raises(InputError, match=r"base is 80; give a share"):
        needed_per_arm(80, 3)
    with pytest.raises(InputError, match=r"power is 80; give"):
        smallest_effect(0.8, 100, power=80)
    with pytest.raises(InputError, match="per arm"):
        smallest_effect(0.8, 0)
