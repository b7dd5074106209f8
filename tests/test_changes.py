"""Two periods compared: counts, rates and directions worked by hand, and exports cut in parts."""

import sys
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.demand import DemandTable
from voctext.demand.changes import Direction, compare
from voctext.demand.periods import Bins
from voctext.demand.strength import Episodes
from voctext.demand.subset import split_periods, subset
from voctext.demand.tally import UNKNOWN, Tally
from voctext.errors import InputError
from voctext.records import Finding, Intent, Perception, Ticket
from voctext.statistics.proportions import Share, difference
from voctext.statistics.rates import rate_ratio, rate_ratios
from voctext.text import normalize

FIRST = date(2026, 3, 2)
START = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
COMPLAINT, SUGGESTION, INQUIRY = Intent.COMPLAINT, Intent.SUGGESTION, Intent.INQUIRY
Row = tuple[str | None, float | None, str | None, Intent]
"""Customer, day, topic (None: nothing found), intent."""


def tally_of(rows: Iterable[Row], *, segment: str | None = None) -> Tally:
    tally = Tally()
    for number, (customer, day, topic, intent) in enumerate(rows):
        time = None if day is None else START + timedelta(days=day)
        one = Ticket(f"T{number}", "闪退", customer=customer, time=time, segment=segment)
        found = []
        if topic:
            clause = split(one, normalize(one.text))[0]
            found = [Finding(clause, Perception.PRODUCT, intent, -1, topic, 0.5, 0.8, clause.span, "by hand")]
        tally.add(one, found)
    return tally


def spread(days: int | None, intent: Intent = COMPLAINT, **counts: int) -> list[Row]:
    """Give a ticket of nobody in particular for each count of each topic, spread evenly over *days*."""
    return [
        (None, None if days is None else n * days / count, topic if topic != "silence" else None, intent)
        for topic, count in counts.items()
        for n in range(count)
    ]


# ── the comparison ────────────────────────────────────────────────────────


def test_without_dates_the_ratio_is_the_exact_one_of_two_poisson_counts() -> None:
    now, before = (tally_of(spread(None, app_crash=n, annual_fee=10, silence=50)) for n in (40, 20))
    changes = compare(now, before, exposure=3000, before_exposure=2000)
    change, expected = changes["app_crash"], rate_ratio(40, 3000, 20, 2000)

    assert (change.now, change.before) == (40, 20)
    assert (change.rate.value, change.before_rate.value) == pytest.approx((40 / 3, 10))
    assert (*change.ratio, change.p) == pytest.approx(tuple(expected))
    assert (changes.days, changes.before_days, changes.bin_days, change.inflation) == (0, 0, None, 1)
    assert changes.exposure_of == "given"


def test_rates_are_episodes_per_thousand_of_exposure_and_their_ratio_is_the_ratio() -> None:
    now, before = (
        tally_of(spread(56, app_crash=50, silence=50)),
        tally_of(spread(28, app_crash=20, silence=60)),
    )
    for exposures in ({}, {"exposure": 900, "before_exposure": 700}):
        change = compare(now, before, **exposures)["app_crash"]

        assert change.ratio.value == pytest.approx(change.rate.value / change.before_rate.value)
        assert change.rate.low < change.rate.value < change.rate.high
        assert change.before_rate.low < change.before_rate.value < change.before_rate.high


def test_customers_given_are_exposed_as_long_as_the_period_lasts() -> None:
    """Ten a week of 1,000 customers in four weeks and in eight: no change."""
    now, before = tally_of(spread(56, app_crash=80)), tally_of(spread(28, app_crash=40))
    change = compare(now, before, exposure=1000, before_exposure=1000)["app_crash"]

    assert change.ratio.value == pytest.approx(1, rel=0.05)
    assert change.direction is Direction.UNCHANGED
    assert change.before_rate.value == pytest.approx(80, rel=0.05)  # for as many days as now has


def test_a_demand_that_keeps_its_share_of_twice_the_tickets_is_unchanged() -> None:
    now, before = (tally_of(spread(28, app_crash=100 * n, silence=300 * n)) for n in (2, 1))
    seen, told = compare(now, before), compare(now, before, exposure=1000, before_exposure=1000)

    assert seen.exposure_of == "tickets"
    assert (seen.exposure, seen.before_exposure) == (800, 400)
    assert seen["app_crash"].ratio.value == pytest.approx(1)
    assert seen["app_crash"].direction is Direction.UNCHANGED
    assert told["app_crash"].direction is Direction.RISING


def test_customers_are_the_exposure_where_both_exports_name_them() -> None:
    named = tally_of([("a", 0, "app_crash", COMPLAINT), ("a", 1, None, COMPLAINT), ("b", 2, None, COMPLAINT)])
    nameless = tally_of(spread(28, app_crash=4))

    assert compare(named, named).exposure_of == "customers seen"
    assert compare(named, named).exposure == 2
    assert compare(named, nameless).exposure_of == "tickets"


def test_episodes_are_compared_not_calls() -> None:
    calls: list[Row] = [("a", day, "app_crash", COMPLAINT) for day in range(6)]
    change = compare(tally_of(calls), tally_of(calls[:1]))["app_crash"]

    assert (change.now, change.before) == (1, 1)
    assert compare(tally_of(calls), tally_of(calls[:1]), days=2)["app_crash"].now == 3


@pytest.mark.parametrize(
    ("before", "now", "direction"),
    [
        (60, 120, Direction.RISING),
        (120, 60, Direction.FALLING),
        (60, 66, Direction.UNCHANGED),
        (0, 30, Direction.NEW),
        (0, 2, Direction.UNCHANGED),
        (30, 0, Direction.GONE),
        (2, 0, Direction.UNCHANGED),
    ],
)
def test_the_direction_is_called_by_what_is_significant(before: int, now: int, direction: Direction) -> None:
    later = tally_of(spread(56, app_crash=now, annual_fee=50, silence=300))
    earlier = tally_of(spread(56, app_crash=before, annual_fee=50, silence=300))
    changes = compare(later, earlier)

    assert changes["app_crash"].direction is direction
    assert changes["annual_fee"].direction is Direction.UNCHANGED
    assert (changes["app_crash"].q <= 0.05) == (direction is not Direction.UNCHANGED)
    if not before:
        assert changes["app_crash"].ratio.value == changes["app_crash"].ratio.high == inf


def test_counts_that_come_in_swells_widen_the_interval() -> None:
    def swells(count: int) -> list[Row]:
        return [(None, day, "app_crash", COMPLAINT) for day in (3, 24, 45) for _ in range(count // 3)]

    quiet = spread(56, silence=300)
    steady = compare(*(tally_of(quiet + spread(56, app_crash=n)) for n in (60, 30)))
    bursts = compare(*(tally_of(quiet + swells(n)) for n in (60, 30)))

    assert steady.bin_days == bursts.bin_days == 7
    assert (steady["app_crash"].now, bursts["app_crash"].now) == (60, 60)
    assert steady["app_crash"].inflation == 1
    assert bursts["app_crash"].inflation > 3
    assert steady["app_crash"].direction is Direction.RISING
    assert bursts["app_crash"].direction is Direction.UNCHANGED


def test_weeks_are_counted_where_both_periods_last_four_and_else_days() -> None:
    long, short = tally_of(spread(28, app_crash=280)), tally_of(spread(10, app_crash=100))

    assert compare(long, long).bin_days == 7
    assert compare(long, short).bin_days == compare(short, short).bin_days == 1
    assert compare(long, tally_of(spread(None, app_crash=5))).bin_days is None


def test_the_last_week_cut_short_is_exposed_for_its_days_alone() -> None:
    """31 days at two a day are even, though the fifth week has three days and six episodes."""
    rows: list[Row] = [(None, day, "app_crash", COMPLAINT) for day in range(31) for _ in range(2)]
    even = compare(tally_of(rows), tally_of(rows), exposure=100, before_exposure=100)["app_crash"]
    weeks = [[14, 14, 14, 14, 6]]

    assert even.inflation == 1
    assert rate_ratios(weeks * 2, weeks * 2).inflation[0] > 1  # as whole weeks they would not be


def test_a_ticket_of_long_ago_does_not_stretch_the_period() -> None:
    rows = spread(28, app_crash=56)
    stray: Row = (None, -20_000, None, COMPLAINT)
    clean, odd = tally_of(rows), tally_of([*rows, stray])

    changes = compare(odd, clean, exposure=1000, before_exposure=1000)

    assert (changes.days, changes.before_days) == (29, 28)
    assert changes["app_crash"].ratio.value == pytest.approx(28 / 29)
    assert changes["app_crash"].inflation < 1.1


def test_tickets_without_a_date_count_all_the_same() -> None:
    rows = spread(28, app_crash=40, silence=100)
    some = tally_of([*rows, *spread(None, app_crash=10, silence=25)])
    changes = compare(some, tally_of(rows))

    assert changes.bin_days == 7
    assert changes["app_crash"].now == 50
    assert changes["app_crash"].ratio.value == pytest.approx(1)


def test_topics_are_matched_by_name_whatever_their_numbers() -> None:
    now = tally_of(spread(28, app_crash=10, annual_fee=20))
    before = tally_of(spread(28, branch_queue=5, annual_fee=20, app_crash=10))
    changes = compare(now, before)

    counts = {change.topic: (change.now, change.before) for change in changes}
    assert counts == {"app_crash": (10, 10), "annual_fee": (20, 20), "branch_queue": (0, 5)}
    with pytest.raises(KeyError):
        changes["card_design"]


def test_demands_nobody_asks_anything_of_are_left_out() -> None:
    asked = tally_of(spread(28, INQUIRY, app_crash=10))

    assert len(compare(asked, asked)) == 0


def test_the_surest_change_comes_first() -> None:
    now = tally_of(spread(28, a=30, b=90, c=33, silence=200))
    before = tally_of(spread(28, a=30, b=20, c=30, silence=200))
    changes = compare(now, before)

    assert [change.q for change in changes] == sorted(change.q for change in changes)
    assert changes.demands[0].topic == "b"


def test_the_same_season_last_year_is_compared_in_the_same_way() -> None:
    now, before, year = (tally_of(spread(28, app_crash=n, silence=200)) for n in (80, 30, 78))
    changes = compare(now, before, season=year)

    assert changes["app_crash"].direction is Direction.RISING
    assert changes.season is not None
    assert changes.season["app_crash"].direction is Direction.UNCHANGED
    assert changes.season == compare(now, year)
    assert compare(now, before).season is None


# ── complaints and suggestions ────────────────────────────────────────────


def test_the_complaint_share_is_of_episodes_with_newcombes_interval() -> None:
    now = tally_of(spread(28, app_crash=20) + spread(28, SUGGESTION, app_crash=40))
    before = tally_of(spread(28, app_crash=30) + spread(28, SUGGESTION, app_crash=10))
    changes = compare(now, before)
    shift = changes["app_crash"].complaints

    assert shift is not None
    assert (shift.now.value, shift.before.value) == pytest.approx((1 / 3, 3 / 4))
    assert shift.difference == difference(Share(20, 60), Share(30, 40))
    assert shift.q == shift.difference.p
    assert changes.complaints == shift  # the only demand


def test_an_episode_that_complains_once_is_a_complaint() -> None:
    mixed = tally_of([("a", 0, "app_crash", SUGGESTION), ("a", 2, "app_crash", COMPLAINT)])
    shift = compare(mixed, mixed)["app_crash"].complaints

    assert shift is not None
    assert shift.now.value == 1


def test_a_demand_that_was_not_there_has_no_complaint_share_to_compare() -> None:
    now, before = tally_of(spread(28, app_crash=9, fee=9)), tally_of(spread(28, fee=9))

    assert compare(now, before)["app_crash"].complaints is None
    assert compare(now, before)["fee"].complaints is not None


# ── poor exports and wrong calls ──────────────────────────────────────────


def test_an_export_without_tickets_compares_with_nothing() -> None:
    some = tally_of(spread(28, app_crash=20))

    for pair in ((Tally(), some), (some, Tally()), (Tally(), Tally())):
        assert len(compare(*pair)) == 0
        assert len(compare(*pair, exposure=10, before_exposure=10)) == 0


def test_one_ticket_against_one_shows_no_change() -> None:
    changes = compare(tally_of([("a", 0, "x", COMPLAINT)]), tally_of([("b", 0, "y", COMPLAINT)]))

    assert {change.direction for change in changes} == {Direction.UNCHANGED}


@pytest.mark.parametrize(
    "options",
    [
        {"exposure": 10},
        {"before_exposure": 10},
        {"exposure": 0, "before_exposure": 5},
        {"exposure": -1, "before_exposure": 5},
        {"exposure": inf, "before_exposure": 5},
        {"level": 0},
        {"level": 95},
    ],
)
def test_what_is_no_exposure_or_level_is_refused(options: dict[str, float]) -> None:
    some = tally_of(spread(28, app_crash=20))

    with pytest.raises(InputError, match=r"exposure|level"):
        compare(some, some, **options)  # type: ignore[arg-type]


def test_an_exposure_of_a_season_that_is_not_given_is_refused() -> None:
    some = tally_of(spread(28, app_crash=20))

    with pytest.raises(InputError, match="without a season"):
        compare(some, some, exposure=5, before_exposure=5, season_exposure=5)


def test_a_season_needs_its_exposure_where_the_others_have_one() -> None:
    some = tally_of(spread(28, app_crash=20))

    with pytest.raises(InputError, match="one period only"):
        compare(some, some, exposure=5, before_exposure=5, season=some)


rows = st.lists(
    st.tuples(
        st.none() | st.sampled_from("abc"),
        st.none() | st.integers(0, 80),
        st.none() | st.sampled_from(["t1", "t2", "t3"]),
        st.sampled_from(list(Intent)),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(rows, rows, st.booleans())
def test_numbers_hold_together_and_swapping_the_periods_inverts_them(
    now: list[Row], before: list[Row], told: bool
) -> None:
    one, other = tally_of(now), tally_of(before)
    options = {"exposure": 50.0, "before_exposure": 50.0} if told else {}
    changes, turned = compare(one, other, **options), compare(other, one, **options)  # type: ignore[arg-type]

    assert {change.topic for change in changes} == {change.topic for change in turned}
    for change in changes:
        back = turned[change.topic]
        assert (change.now, change.before) == (back.before, back.now)
        assert change.p == pytest.approx(back.p)
        assert change.q == pytest.approx(back.q)
        assert change.ratio.low <= change.ratio.value <= change.ratio.high
        assert change.rate.low <= change.rate.value <= change.rate.high
        assert change.p <= change.q + 1e-12
        assert change.inflation >= 1


# ── parts of an export ────────────────────────────────────────────────────


def test_an_export_is_parted_at_a_date_and_compared_with_itself() -> None:
    tally = tally_of(
        [(None, day, "app_crash", COMPLAINT) for day in range(28)]
        + [(None, day, "app_crash", COMPLAINT) for day in range(28, 56) for _ in range(4)]
        + spread(56, silence=400)
        + spread(None, silence=3)
    )
    before, now = split_periods(tally, FIRST + timedelta(days=28))
    change = compare(now, before)["app_crash"]

    assert (change.before, change.now, change.direction) == (28, 112, Direction.RISING)
    assert len(before.ticket_day) + len(now.ticket_day) == len(tally.ticket_day) - 3


def test_a_subset_counts_as_if_it_alone_had_been_read() -> None:
    said: list[Row] = [
        ("b", 0, "fee", COMPLAINT),
        ("a", 1, "crash", COMPLAINT),
        (None, 2, "crash", SUGGESTION),
        ("a", 3, "crash", COMPLAINT),
        ("c", 4, None, COMPLAINT),
        (None, 5, "fee", COMPLAINT),
    ]
    kept = [False, True, True, True, False, True]
    part = subset(tally_of(said, segment="年轻"), np.array(kept))
    alone = tally_of([row for row, keep in zip(said, kept, strict=True) if keep], segment="年轻")

    assert part.customers == alone.customers == ["a", None, None]
    assert part.ticket_customer == alone.ticket_customer
    assert part.finding_ticket == alone.finding_ticket
    assert part.ticket_facet == alone.ticket_facet
    assert part.facet_values == alone.facet_values
    table, expected = DemandTable.from_tally(part), DemandTable.from_tally(alone)
    assert [(d.topic, d.episodes, d.customers, d.rate.value) for d in table] == [
        (d.topic, d.episodes, d.customers, d.rate.value) for d in expected
    ]
    assert not any(demand.quotes for demand in table)


def test_a_subset_can_be_added_to_and_leaves_the_whole_as_it_was() -> None:
    whole = tally_of([("a", 0, "crash", COMPLAINT), (None, 1, "fee", COMPLAINT)])
    part = subset(whole, np.array([False, True]))
    part.add(Ticket("n", "", customer="a"), [])
    part.add(Ticket("m", ""), [])

    assert part.customers == [None, "a", None]
    assert list(part.ticket_customer) == [0, 1, 2]
    assert (len(whole.ticket_customer), whole.customers) == (2, ["a", None])


def test_a_mask_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="each of 1 tickets"):
        subset(tally_of([("a", 0, "crash", COMPLAINT)]), np.array([True, False]))


@settings(deadline=None, max_examples=60)
@given(rows, st.randoms(use_true_random=False))
def test_a_subset_and_the_rest_hold_every_ticket_and_finding_once(said: list[Row], random: object) -> None:
    tally = tally_of(said)
    mask = np.array([random.random() < 0.5 for _ in said], dtype=bool)  # type: ignore[attr-defined]
    one, other = subset(tally, mask), subset(tally, ~mask)

    assert len(one.ticket_day) + len(other.ticket_day) == len(tally.ticket_day)
    assert len(one.finding_ticket) + len(other.finding_ticket) == len(tally.finding_ticket)
    assert set(one.customers) | set(other.customers) == set(tally.customers)
    for part in (one, other):
        assert len(part.customers) == max(part.ticket_customer, default=-1) + 1


# ── days ──────────────────────────────────────────────────────────────────


def test_an_episode_has_the_day_of_its_first_contact() -> None:
    calls: list[Row] = [("a", 9, "x", SUGGESTION), ("a", 3, "x", SUGGESTION), ("b", None, "x", COMPLAINT)]
    episodes = Episodes.of(tally_of(calls), days=7)

    assert episodes.day.tolist() == [FIRST.toordinal() + 3, UNKNOWN]
    assert episodes.complaint.tolist() == [0, 1]


def test_seven_days_without_a_ticket_are_left_out_and_a_last_week_is_cut_short() -> None:
    tally = tally_of([(None, day, None, COMPLAINT) for day in (0, 5, 8, 16, 17, 24, 32)])
    weeks, days = Bins.of(tally, width=7), Bins.of(tally, width=1)

    assert (weeks.starts - FIRST.toordinal()).tolist() == [0, 7, 16, 23, 32]
    assert weeks.lengths.tolist() == [7, 2, 7, 2, 1]
    assert (days.starts - FIRST.toordinal()).tolist() == [*range(9), *range(16, 25), 32]
    assert weeks.days == days.days == 19
    assert weeks.tickets(tally).tolist() == [2, 1, 2, 1, 1, 0]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_bins_are_in_order_apart_and_hold_every_ticket(said: list[int]) -> None:
    tally = tally_of([(None, day, None, COMPLAINT) for day in said])
    for width in (1, 7):
        bins = Bins.of(tally, width=width)
        held = {
            d
            for s, n in zip(bins.starts.tolist(), bins.lengths.tolist(), strict=True)
            for d in range(s, s + n)
        }

        assert set(tally.ticket_day) <= held
        assert len(held) == bins.days
        assert bins.tickets(tally).sum() == len(said)
        assert width == 1 or bins.tickets(tally)[:-1].all()


# ── the benchmark ─────────────────────────────────────────────────────────


def test_unchanged_demands_raise_few_alarms_and_a_doubling_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty runs of what benchmarks/changes.py does five hundred of."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    monkeypatch.delitem(sys.modules, "changes", raising=False)
    import changes as benchmark

    rng = np.random.default_rng(1)
    means = np.exp(rng.uniform(np.log(5), np.log(200), 30))
    doubled = np.concatenate([[120], means[1:]])
    means[0] = 60
    pairs = [[benchmark.export(rng, m, 13, 0.0) for m in (means, means, doubled)] for _ in range(40)]
    alarms = [benchmark.flagged(now, before)[3].any() for before, now, _ in pairs]
    found = [benchmark.flagged(after, before)[3, 0] for before, _, after in pairs]

    assert np.mean(alarms) <= 0.1
    assert np.mean(found) >= 0.75
