"""Did it help: effects against published and independent figures, and answers to surveys."""

from datetime import datetime, timedelta
from math import exp, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.demand.tally import Tally
from voctext.effect import Rate, effect, rate_effect, satisfaction, satisfied, share_effect
from voctext.errors import InputError
from voctext.records import Finding, Intent, Perception, Ticket
from voctext.statistics.estimate import wilson
from voctext.statistics.proportions import Share, difference, difference_in_differences
from voctext.statistics.rates import rate_ratio
from voctext.text import normalize

FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
CRASH, FEE = "app_crash", "annual_fee"


def add(tally: Tally, customer: str | None, day: int | None = 0, topic: str | None = CRASH) -> None:
    time = None if day is None else FIRST + timedelta(days=day)
    one = Ticket("T", "APP闪退", customer=customer, time=time)
    clause = split(one, normalize(one.text))[0]
    made = Finding(
        clause, Perception.PRODUCT, Intent.COMPLAINT, -1, topic or "", 0.5, 0.8, clause.span, "by hand"
    )
    tally.add(one, [made] if topic else [])


def export(*episodes: int, topic: str = CRASH) -> Tally:
    """Give an export in which each customer has so many episodes, ten days apart."""
    tally = Tally()
    for number, count in enumerate(episodes):
        add(tally, f"c{number}", 0, None)
        for episode in range(count):
            add(tally, f"c{number}", 10 * episode, topic)
    return tally


# ── shares ────────────────────────────────────────────────────────────────


def test_three_points_from_eighty_percent_take_about_2600_customers_per_group() -> None:
    seen = share_effect(Share(830, 1000), Share(800, 1000))

    assert seen.needed == 2629
    assert seen.smallest == pytest.approx(0.048, abs=0.001)
    assert seen.answer == seen.difference == difference(Share(830, 1000), Share(800, 1000))
    assert (seen.treated, seen.control) == (wilson(830, 1000), wilson(800, 1000))


def test_the_sample_size_is_for_the_effect_aimed_at_if_one_is_named() -> None:
    assert share_effect(Share(81, 100), Share(80, 100), aim=0.03).needed == 2629
    assert share_effect(Share(80, 100), Share(80, 100)).needed is None
    assert share_effect(Share(80, 100), Share(80, 100)).answer.p == 1


def test_what_the_control_group_changed_too_is_not_an_effect() -> None:
    after, before = Share(900, 1000), Share(800, 1000)
    same = share_effect(after, after, treated_before=before, control_before=before)
    more = share_effect(after, before, treated_before=before, control_before=before)

    assert same.moved is not None
    assert same.moved.value == pytest.approx(0)
    assert same.moved.p == 1
    assert more.answer == difference_in_differences(
        treated_before=before, treated_after=after, control_before=before, control_after=before
    )
    assert more.answer.value == pytest.approx(0.1)
    assert more.needed == 2 * (share_effect(after, before).needed or 0)


def test_satisfaction_that_did_not_stand_out_is_said_to_be_perhaps_chance_in_both_languages() -> None:
    seen = share_effect(Share(830, 1000), Share(800, 1000))

    assert seen.sentence() == (
        "实施组为 83.0 %，对照组为 80.0 %，相差 +3.0 个百分点（95 % 区间 -0.4 至 +6.4），"
        "可能只是偶然（p = 0.084）；要有 80 % 的把握看出这样的变化，每组约需 2,629 名客户。"
    )
    assert "which may be chance (p = 0.084)" in seen.sentence("en")
    sure = share_effect(Share(900, 1000), Share(800, 1000))
    assert "不像是偶然（p < 0.001）" in sure.sentence()
    assert "unlikely to be chance" in sure.sentence("en")


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_every_sentence_is_one_without_gaps(lang: str) -> None:
    shares, rates = (Share(8, 10), Share(7, 10)), (Rate(8, 10), Rate(0, 10))
    for seen in (
        share_effect(*shares),
        share_effect(*shares, treated_before=shares[1], control_before=shares[1]),
        rate_effect(*rates),
        rate_effect(Rate(0, 5), Rate(0, 5)),
        rate_effect(rates[0], rates[0], treated_before=rates[0], control_before=rates[0]),
    ):
        said = seen.sentence(lang)
        assert said.endswith("。" if lang == "zh-Hans" else ".")
        assert "{" not in said
        assert "nan" not in said


def test_another_language_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="zh-Hans"):
        share_effect(Share(8, 10), Share(7, 10)).sentence("de")


@pytest.mark.parametrize(
    "options",
    [{"treated_before": Share(1, 2)}, {"control_before": Share(1, 2)}, {"level": 1.0}, {"aim": 0.0}],
)
def test_half_a_comparison_or_a_bad_option_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        share_effect(Share(8, 10), Share(7, 10), **options)  # type: ignore[arg-type]


# ── rates ─────────────────────────────────────────────────────────────────


def test_a_rate_ratio_is_the_exact_one() -> None:
    seen = rate_effect(Rate(11, 800), Rate(21, 3011))

    assert seen.answer == rate_ratio(11, 800, 21, 3011)
    assert [round(number, 3) for number in seen.ratio] == [1.971, 0.858, 4.277, 0.112]


def test_the_ratio_of_ratios_is_that_of_a_log_linear_model() -> None:
    api = pytest.importorskip("statsmodels.api")
    # treated now, before; control now, before: each in two halves, for a model needs more counts than parameters
    halves = [(20, 40), (55, 45), (50, 40), (40, 55)]
    exposures = [1000, 1100, 900, 1000]
    design = np.repeat([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]], 2, axis=0)
    model = api.GLM(
        np.ravel(halves),
        design,
        family=api.families.Poisson(),
        exposure=np.repeat(exposures, 2) / 2,
    ).fit(tol=1e-12)
    rates = [Rate(sum(pair), exposure) for pair, exposure in zip(halves, exposures, strict=True)]
    seen = rate_effect(rates[0], rates[2], treated_before=rates[1], control_before=rates[3]).moved

    assert seen is not None
    low, high = model.conf_int()[3]
    assert seen == pytest.approx((exp(model.params[3]), exp(low), exp(high), model.pvalues[3]), rel=1e-6)


def test_the_exposure_needed_for_a_ratio_shows_it_with_the_power_asked_for() -> None:
    needed = rate_effect(Rate(100, 1000), Rate(100, 1000), aim=0.7).needed
    assert needed is not None
    draws = np.random.default_rng(1)
    logs = np.log(draws.poisson(0.07 * needed, 4000) / draws.poisson(0.1 * needed, 4000))

    assert np.mean(np.abs(logs) / np.std(logs) > 1.96) == pytest.approx(0.8, abs=0.03)


def test_counts_that_vary_twice_as_much_widen_the_interval() -> None:
    plain, wide = (rate_effect(Rate(60, 1000), Rate(100, 1000), inflation=f) for f in (1.0, 2.0))

    assert wide.ratio.value == pytest.approx(plain.ratio.value)
    assert wide.ratio.low < plain.ratio.low < plain.ratio.high < wide.ratio.high
    assert wide.needed == pytest.approx(2 * (plain.needed or 0), abs=1)


def test_a_count_of_nothing_has_an_open_ratio_and_no_ratio_of_ratios() -> None:
    nothing, some = Rate(0, 100), Rate(5, 100)
    seen = rate_effect(some, nothing, treated_before=some, control_before=some)

    assert seen.moved is None
    assert (seen.ratio.value, seen.ratio.high, seen.needed) == (inf, inf, None)


@pytest.mark.parametrize(
    "options", [{"aim": 1.0}, {"aim": -1.0}, {"inflation": 0.5}, {"power": 1.0}, {"level": 0.0}]
)
def test_a_rate_design_that_is_none_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(InputError):
        rate_effect(Rate(1, 2), Rate(1, 2), **options)  # type: ignore[arg-type]


# ── exports ───────────────────────────────────────────────────────────────


def test_two_exports_are_compared_by_customers_and_by_episodes() -> None:
    seen = effect(export(1, 1, 0, 0), export(3, 0, 1, 1), topic=CRASH)

    assert (seen.topic, seen.exposure_of) == (CRASH, "customers seen")
    assert seen.share is not None
    assert seen.rate is not None
    assert seen.share.difference == difference(Share(2, 4), Share(3, 4))
    assert (seen.rate.treated, seen.rate.control) == (Rate(2, 4), Rate(5, 4))


def test_episodes_of_few_customers_inflate_the_variance() -> None:
    seen = effect(export(9, *[0] * 19), export(*[1] * 10, *[0] * 10)).rate
    even = effect(export(*[1] * 9, *[0] * 11), export(*[1] * 10, *[0] * 10)).rate

    assert seen is not None
    assert even is not None
    # Σ(n − m)² / m within groups: 9² · 20 / 9 − 9 = 171 and 10 · 20 / 10 − 10 = 10, over 38 degrees of freedom
    assert seen.inflation == pytest.approx(181 / 38)
    assert even.inflation == 1


def test_before_and_after_with_a_control_group_give_differences_in_differences() -> None:
    seen = effect(
        export(*[1] * 5, *[0] * 15),
        export(*[1] * 10, *[0] * 10),
        treated_before=export(*[1] * 10, *[0] * 10),
        control_before=export(*[1] * 10, *[0] * 10),
    )

    assert seen.share is not None
    assert seen.rate is not None
    assert seen.share.answer.value == pytest.approx(-0.25)
    assert seen.rate.answer.value == pytest.approx(0.5)


def test_customers_that_are_given_are_what_rates_refer_to() -> None:
    seen = effect(export(1, 1), export(1), exposure=100, control_exposure=200)

    assert seen.exposure_of == "given"
    assert seen.share is not None
    assert seen.share.treated.value == pytest.approx(0.02)
    assert seen.share.control.value == pytest.approx(0.005)


def test_a_topic_that_only_one_export_knows_is_none_in_the_other() -> None:
    seen = effect(export(1, 1), export(1, 1, topic=FEE), topic=FEE)

    assert seen.share is not None
    assert (seen.share.treated.value, seen.share.control.value) == (0, 1)


def test_poor_exports_answer_that_nothing_was_measured() -> None:
    seen = effect(Tally(), Tally())
    assert (seen.share, seen.rate, seen.exposure_of) == (None, None, "tickets")

    one = Tally()
    add(one, None, None)
    seen = effect(one, one)
    assert seen.exposure_of == "tickets"
    assert seen.share is not None


def test_customers_are_not_set_against_tickets() -> None:
    nameless = Tally()
    add(nameless, None)
    seen = effect(export(1, 1), nameless)

    assert (seen.share, seen.rate) == (None, None)


def test_wrong_calls_say_what_would_have_been_right() -> None:
    some = export(1, 1)
    with pytest.raises(InputError, match="did you mean app_crash"):
        effect(some, some, topic="app_crsh")
    with pytest.raises(InputError, match="both, or neither"):
        effect(some, some, treated_before=some)
    with pytest.raises(InputError, match="some exports only"):
        effect(some, some, exposure=5)
    with pytest.raises(InputError, match="without exports from before"):
        effect(some, some, exposure=5, control_exposure=5, exposure_before=5)
    with pytest.raises(InputError, match="2 customers raise it"):
        effect(some, some, exposure=1, control_exposure=9)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=8), st.lists(st.integers(0, 3), min_size=1, max_size=8)
)
def test_an_export_against_itself_shows_nothing_and_exchanged_groups_the_reverse(
    one: list[int], other: list[int]
) -> None:
    same, there, back = (
        effect(export(*first), export(*second)).share
        for first, second in ((one, one), (one, other), (other, one))
    )

    assert same is not None
    assert same.difference.p == 1
    assert there is not None
    assert back is not None
    assert there.difference.value == pytest.approx(-back.difference.value)
    assert there.difference.low == pytest.approx(-back.difference.high)


# ── satisfaction ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("满意", True), ("非常满意", True), ("基本满意", True), ("比较满意", True), ("非常滿意", True),
        ("1-非常满意", True), ("好评", True), ("是", True), ("Very satisfied", True), ("Yes", True),
        ("不满意", False), ("非常不满意", False), ("不太满意", False), ("没有满意", False), ("强烈不满", False),
        ("一般", False), ("3-一般", False), ("差评", False), ("否", False), ("Dissatisfied", False),
        ("not satisfied", False), ("neutral", False), ("還好", False), ("不滿意", False),
        ("5", True), ("4", True), ("３", False), ("3.0", False), ("1", False), ("4.0", True), ("5分", True),
        ("5星", True), ("五星", True), ("3星", False), ("4颗星", True), ("★★★★★", True), ("★★☆☆☆", False),
        ("9", True), ("8", True), ("7", False), ("10分", True), ("6分", False), ("95", True), ("60分", False),
        ("8/10", True), ("5/10", False), ("4/5", True), ("5 out of 5", True), ("3 of 5", False),
        ("", None), ("  ", None), ("未评价", None), ("默认好评", None), ("未参评", None), ("N/A", None),
        ("已回访", None), ("-", None), ("101", None), ("2026-03-01", None),
    ],
)  # fmt: skip
def test_the_usual_answers_to_a_survey_are_understood(value: str, answer: bool | None) -> None:
    assert satisfied(value) is answer


def test_a_whole_column_shares_one_scale() -> None:
    assert satisfaction(["5", "4", "3"]) == Share(2, 3)
    assert satisfaction(["5", "4", "10"]) == Share(1, 3)
    assert satisfaction(["5", "4", "90"]) == Share(1, 3)
    assert satisfaction(["5", "4", "3"], scale=10) == Share(0, 3)
    assert satisfaction(["5星", "9", "满意", "差", None, "", "未评价"]) == Share(3, 4)
    assert satisfaction([]) == Share(0, 0)


@given(st.text(max_size=20))
def test_any_text_is_an_answer_or_none(value: str) -> None:
    assert satisfied(value) in {True, False, None}
