"""What became of demands: figures worked by hand, open tickets counted as long as they were seen."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.demand.tally import Tally
from voctext.errors import InputError
from voctext.insight.resolution import Resolution, resolution
from voctext.records import Finding, Intent, Outcome, Perception, Ticket
from voctext.statistics.estimate import wilson
from voctext.text import normalize

FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
CRASH, FEE = "app_crash", "annual_fee"


def add(
    tally: Tally,
    topics: Iterable[str] = (CRASH,),
    *,
    customer: str | None = None,
    received: float | None = None,
    resolved: float | None = None,
    status: str | None = None,
    outcome: Outcome = Outcome.UNKNOWN,
    intent: Intent = Intent.COMPLAINT,
) -> None:
    """Count a ticket; times are in hours after the first."""
    times = [None if hours is None else FIRST + timedelta(hours=hours) for hours in (received, resolved)]
    one = Ticket("T", "APP闪退", customer=customer, time=times[0], resolved=times[1], status=status)
    clause = split(one, normalize(one.text))[0]
    found = [
        Finding(clause, Perception.PRODUCT, intent, -1, topic, 0.5, 0.8, clause.span, "by hand")
        for topic in topics
    ]
    tally.add(one, found, outcome)


def only(tally: Tally) -> Resolution:
    """Give the row of all demands."""
    return resolution(tally)[0]


def test_an_empty_export_has_no_rows() -> None:
    assert resolution(Tally()) == ()


def test_an_export_in_which_nobody_asks_for_anything_has_no_rows() -> None:
    tally = Tally()
    add(tally, intent=Intent.PRAISE, received=0, resolved=1)

    assert resolution(tally) == ()


def test_an_export_without_status_and_times_measures_nothing() -> None:
    tally = Tally()
    add(tally)
    row = only(tally)

    assert (row.tickets, row.known, row.timed, row.followed, row.episodes) == (1, 0, 0, 0, 0)
    assert (row.resolved, row.median, row.repeat, row.first_contact, row.within) == (None,) * 4 + ((),)


def test_ninety_resolved_of_a_hundred_give_the_published_interval() -> None:
    tally = Tally()
    for number in range(120):
        add(tally, status="已办结" if number < 90 else "处理中" if number < 100 else None)
    share = only(tally).resolved

    assert share is not None
    assert (share.value, round(share.low, 3), round(share.high, 3)) == (0.9, 0.826, 0.945)
    assert only(tally).known == 100


def test_times_to_resolve_are_the_textbook_curve_with_open_tickets_censored() -> None:
    tally = Tally()
    # resolved after 6, 6, 10 hours; one open for 7 hours, because the record ends then for it
    for received, resolved in ((0, 6), (3, 9), (0, 10)):
        add(tally, received=received, resolved=resolved)
    add(tally, received=3, status="处理中")  # the record ends at 10
    row = resolution(tally, targets_hours=(6, 24))[0]

    assert row.timed == 4
    assert [within.hours for within in row.within] == [6, 24]
    assert row.within[0].share.value == pytest.approx(0.5)
    assert row.within[1].share.value == pytest.approx(1.0)
    assert row.median is not None
    assert row.median.value == 6


def test_leaving_open_tickets_out_would_make_the_service_look_fast() -> None:
    tally = Tally()
    for _ in range(4):
        add(tally, received=0, resolved=5)
    for _ in range(6):
        add(tally, received=0, status="处理中")
    add(tally, (FEE,), received=100, status="处理中")
    crash = resolution(tally, targets_hours=(24,))[1]

    assert crash.within[0].share.value == pytest.approx(0.4)
    assert crash.median is not None
    assert crash.median.value == inf


def test_a_ticket_resolved_without_a_time_or_before_it_came_counts_for_the_share_alone() -> None:
    tally = Tally()
    add(tally, received=0, status="已办结")
    add(tally, received=9, resolved=2, status="已办结")
    add(tally, received=0, resolved=4, status="已办结")
    row = only(tally)

    assert (row.known, row.timed) == (3, 1)
    assert row.resolved == wilson(3, 3)


def test_what_was_resolved_by_status_but_not_for_the_customer_is_open() -> None:
    tally = Tally()
    add(tally, received=0, resolved=4, status="已办结", outcome=Outcome.UNRESOLVED)
    row = only(tally)

    assert row.resolved == wilson(0, 1)
    assert (row.timed, row.followed) == (1, 0)
    assert row.median is None


def test_with_dates_and_no_status_a_ticket_without_a_date_is_open() -> None:
    tally = Tally()
    for number in range(10):
        add(tally, received=0, resolved=5 if number < 6 else None)
    add(tally, (FEE,), received=100, outcome=Outcome.RESOLVED)  # the note tells where no date does
    row = resolution(tally, targets_hours=(24,))[1]

    assert (row.tickets, row.known, row.timed) == (10, 10, 10)
    assert row.resolved == wilson(6, 10)
    assert row.within[0].share.value == pytest.approx(0.6)
    assert resolution(tally)[2].resolved == wilson(1, 1)


def test_with_a_status_a_ticket_of_which_it_says_nothing_stays_unknown() -> None:
    tally = Tally()
    add(tally, received=0, resolved=5, status="已办结")
    add(tally, received=0, status="流转")

    assert (only(tally).known, only(tally).resolved) == (1, wilson(1, 1))


def test_statuses_that_are_no_known_words_leave_it_to_the_dates() -> None:
    tally = Tally()
    add(tally, received=0, resolved=5, status="A1")
    add(tally, received=0, status="A2")

    assert only(tally).resolved == wilson(1, 2)


def test_the_last_year_of_the_calendar_stands_for_not_yet() -> None:
    never = (datetime(9999, 12, 31) - FIRST).total_seconds() / 3600  # noqa: DTZ001
    tally = Tally()
    add(tally, received=0, resolved=5)
    add(tally, received=0, resolved=never)
    add(tally, received=20, resolved=never)  # the record ends here
    row = resolution(tally, targets_hours=(24,))[0]

    assert row.resolved == wilson(1, 3)
    assert row.curve is not None
    assert row.curve.followed.tolist() == [0, 5, 20]


def test_without_any_time_resolved_nothing_is_timed() -> None:
    tally = Tally()
    for _ in range(9):
        add(tally, received=0, status="已办结")
    add(tally, received=0, status="处理中")
    add(tally, (FEE,), received=500, status="处理中")  # open tickets alone would show none resolved in a day
    row = resolution(tally)[1]

    assert row.resolved == wilson(9, 10)
    assert (row.timed, row.median, row.within, row.curve) == (0, None, (), None)


def test_rows_begin_with_all_and_go_on_by_number_of_tickets() -> None:
    tally = Tally()
    add(tally, (CRASH,), status="已办结")
    add(tally, (FEE, CRASH), status="处理中")
    add(tally, (CRASH, CRASH), status="已办结")
    rows = resolution(tally)

    assert [(row.topic, row.tickets, row.known) for row in rows] == [(None, 3, 3), (CRASH, 3, 3), (FEE, 1, 1)]
    assert rows[2].resolved == wilson(0, 1)


# ── repeat contact after "resolved" ───────────────────────────────────────


def test_half_of_those_resolved_came_again_with_the_same_demand() -> None:
    tally = Tally()
    add(tally, customer="a", received=0, resolved=10)
    add(tally, customer="a", received=50, resolved=60)  # again, after 40 hours
    add(tally, customer="b", received=0, resolved=10)
    add(tally, (FEE,), customer="b", received=50, status="处理中")  # another demand
    add(tally, (FEE,), customer="z", received=2000, status="处理中")  # the record is long enough for all
    rows = {row.topic: row for row in resolution(tally)}

    assert rows[CRASH].followed == 3
    repeat = rows[CRASH].repeat
    assert repeat is not None
    assert repeat.value == pytest.approx(1 / 3)
    assert rows[None].repeat == rows[CRASH].repeat
    assert (rows[FEE].followed, rows[FEE].repeat) == (0, None)


@pytest.mark.parametrize(
    ("again", "share"), [(10, 0.0), (10.5, 1.0), (10 + 30 * 24, 1.0), (10 + 30 * 24 + 1, 0.0), (5, 0.0)]
)
def test_a_repeat_contact_comes_after_the_resolution_and_within_thirty_days(
    again: float, share: float
) -> None:
    tally = Tally()
    add(tally, customer="a", received=0, resolved=10)
    add(tally, customer="a", received=again, status="处理中")
    add(tally, (FEE,), received=5000)
    row = resolution(tally)[1]

    assert row.repeat is not None
    assert row.repeat.value == share


def test_without_a_customer_a_repeat_contact_is_not_measured() -> None:
    tally = Tally()
    add(tally, received=0, resolved=10)
    add(tally, received=20, resolved=30)

    assert (only(tally).followed, only(tally).repeat) == (0, None)


def test_a_record_that_ends_soon_leaves_the_repeat_share_open_upwards() -> None:
    tally = Tally()
    for customer in "abcd":
        add(tally, customer=customer, received=0, resolved=10)
    add(tally, customer="a", received=30, status="处理中")
    repeat = only(tally).repeat

    assert repeat is not None
    assert repeat.value == pytest.approx(0.25)
    assert repeat.high == 1


# ── first-contact resolution ──────────────────────────────────────────────


def test_first_contact_resolution_counts_episodes_resolved_with_one_contact() -> None:
    tally = Tally()
    add(tally, customer="a", received=0, status="已办结")
    add(tally, customer="b", received=0, status="处理中")
    add(tally, customer="b", received=24, status="已办结")  # resolved, with two contacts
    add(tally, customer="c", received=0, status="处理中")
    add(tally, customer="d", received=0)  # nothing known
    add(tally, customer="e", received=0, status="已办结")
    row = only(tally)

    assert row.episodes == 4
    assert row.first_contact == wilson(2, 4)
    assert resolution(tally)[1].first_contact == wilson(2, 4)


@pytest.mark.parametrize(("customer", "received"), [(None, 0), ("a", None)])
def test_first_contact_resolution_needs_customers_and_dates(
    customer: str | None, received: float | None
) -> None:
    tally = Tally()
    add(tally, customer=customer, received=received, status="已办结")

    assert (only(tally).episodes, only(tally).first_contact) == (0, None)


# ── invariants and refusals ───────────────────────────────────────────────


ROW = st.tuples(
    st.sampled_from([(CRASH,), (FEE,), (CRASH, FEE)]),
    st.sampled_from(["a", "b", None]),
    st.one_of(st.none(), st.integers(0, 1500)),
    st.one_of(st.none(), st.integers(0, 1500)),
    st.sampled_from(["已办结", "处理中", None]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ROW, max_size=12))
def test_of_any_export_counts_fit_and_shares_lie_within_their_intervals(
    said: list[tuple[tuple[str, ...], str | None, int | None, int | None, str | None]],
) -> None:
    tally = Tally()
    for topics, customer, received, resolved, status in said:
        add(tally, topics, customer=customer, received=received, resolved=resolved, status=status)

    for row in resolution(tally):
        assert row.timed <= row.known <= row.tickets <= len(said)
        assert row.followed <= row.timed
        shares = [row.resolved, row.repeat, row.first_contact, *(within.share for within in row.within)]
        for share in shares:
            assert share is None or 0 <= share.low <= share.value + 1e-9 <= share.high + 2e-9 <= 1 + 2e-9


@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, max_size=12))
def test_the_repeat_share_of_a_long_record_is_the_one_a_plain_loop_finds(
    said: list[tuple[tuple[str, ...], str | None, int | None, int | None, str | None]],
) -> None:
    tally = Tally()
    add(tally, (FEE,), received=9000)  # all are followed for thirty days
    came: list[bool] = []
    for topics, customer, received, resolved, status in said:
        add(tally, topics, customer=customer, received=received, resolved=resolved, status=status)
        if customer and received is not None and resolved is not None and resolved >= received:
            later = [r - resolved for t, c, r, *_ in said if CRASH in t and c == customer and r is not None]
            if CRASH in topics and status != "处理中":
                came.append(any(0 < gap <= 720 for gap in later))
    row = next((row for row in resolution(tally) if row.topic == CRASH), None)

    assert (row.followed if row else 0) == len(came)
    if row and row.repeat:
        assert row.repeat.value == pytest.approx(sum(came) / len(came))


@pytest.mark.parametrize(
    "options", [{"targets_hours": (-1,)}, {"targets_hours": (float("nan"),)}, {"level": 1}]
)
def test_a_target_or_level_that_cannot_be_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(InputError):
        resolution(Tally(), **options)  # type: ignore[arg-type]
