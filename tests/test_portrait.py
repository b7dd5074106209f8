"""Portraits of customers: counts worked by hand, and who is put first."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.demand.strength import Episodes
from voctext.demand.tally import Tally
from voctext.errors import InputError
from voctext.insight.portrait import Portrait, portraits
from voctext.records import Finding, Intent, Perception, Ticket
from voctext.statistics.shrinkage import shrunken_rates
from voctext.text import normalize

FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
CRASH, FEE, QUEUE, CARD = "app_crash", "annual_fee", "queue_time", "card_design"
COMPLAINT, SUGGESTION, INQUIRY, PRAISE, OTHER = Intent
POLARITY = {COMPLAINT: -1, PRAISE: 1}


def add(
    tally: Tally,
    customer: str | None,
    day: float | None = None,
    said: Iterable[tuple[str, Intent]] = ((CRASH, COMPLAINT),),
    status: str | None = None,
) -> None:
    time = None if day is None else FIRST + timedelta(days=day)
    one = Ticket("T", "APP闪退", customer=customer, time=time, status=status)
    clause = split(one, normalize(one.text))[0]
    found = [
        Finding(
            clause,
            Perception.PRODUCT,
            intent,
            POLARITY.get(intent, 0),
            topic,
            0.5,
            0.8,
            clause.span,
            "by hand",
        )
        for topic, intent in said
    ]
    tally.add(one, found)


def by_name(tally: Tally) -> dict[str, Portrait]:
    return {portrait.customer: portrait for portrait in portraits(tally)}


def test_an_export_without_tickets_or_customers_has_no_portraits() -> None:
    tally = Tally()
    assert list(portraits(tally)) == []

    add(tally, None, 0)
    assert list(portraits(tally)) == []


def test_a_single_ticket_makes_a_portrait_of_an_average_customer() -> None:
    tally = Tally()
    add(tally, "a", 0, status="处理中")
    (portrait,) = portraits(tally)

    assert portrait.customer == "a"
    assert (portrait.tickets, portrait.episodes, portrait.repeats, portrait.complaints) == (1, 1, 0, 1)
    assert portrait.demands == ((CRASH, 1),)
    assert portrait.last_contact == date(2026, 3, 2)
    assert (portrait.sentiment, portrait.unresolved) == (-1, 1)
    assert portrait.tendency is not None
    assert portrait.tendency.value == pytest.approx(1)
    assert portrait.tendency.low < 1 < portrait.tendency.high


def test_counts_of_a_customer_are_those_worked_by_hand() -> None:
    tally = Tally()
    add(tally, "a", 0, status="已办结")
    add(tally, None, 1)
    add(tally, "a", 3, status="处理中")  # the same episode, still open
    add(tally, "a", 20, [(CRASH, SUGGESTION), (FEE, COMPLAINT)], status="已办结")
    add(tally, "a", 21, [(QUEUE, INQUIRY)])
    add(tally, "b", 2, [(CARD, PRAISE)])
    add(tally, "c")
    a, b = by_name(tally)["a"], by_name(tally)["b"]

    assert (a.tickets, a.episodes, a.repeats, a.complaints) == (4, 3, 1, 2)
    assert a.demands == ((CRASH, 2), (FEE, 1))
    assert (a.last_contact, a.sentiment, a.unresolved) == (date(2026, 3, 23), 0, 1)
    assert (b.tickets, b.episodes, b.complaints, b.demands) == (1, 0, 0, ())
    assert (b.sentiment, b.unresolved) == (1, None)
    assert by_name(tally)["c"].last_contact is None


def test_three_topics_at_most_are_named_the_most_frequent_first() -> None:
    tally = Tally()
    for day, topic in ((0, CARD), (10, FEE), (20, FEE), (30, CRASH), (40, CRASH), (50, CRASH), (60, QUEUE)):
        add(tally, "a", day, [(topic, COMPLAINT)])

    assert by_name(tally)["a"].demands == ((CRASH, 3), (FEE, 2), (CARD, 1))


def test_without_dates_repeat_contacts_are_not_measured_and_the_later_row_is_the_last() -> None:
    tally = Tally()
    add(tally, "a", None)
    add(tally, "a", None, [(CRASH, PRAISE)])
    (portrait,) = portraits(tally)

    assert (portrait.repeats, portrait.last_contact, portrait.sentiment) == (None, None, 1)


def test_the_last_sentiment_is_that_of_the_latest_ticket_with_findings_in_whatever_order() -> None:
    tally = Tally()
    add(tally, "a", 9, [(CRASH, PRAISE), (FEE, PRAISE), (QUEUE, COMPLAINT)])
    add(tally, "a", 2)
    add(tally, "a", 12, [])

    assert by_name(tally)["a"].sentiment == 1
    assert by_name(tally)["a"].last_contact == date(2026, 3, 14)


def test_the_unresolved_who_were_displeased_last_come_first_then_by_tendency() -> None:
    tally = Tally()
    for day in (0, 20, 40):
        add(tally, "often, settled and pleased", day, status="已办结")
    add(tally, "often, settled and pleased", 41, [(CRASH, PRAISE)])
    add(tally, "quiet", 0, [])
    add(tally, "once, open", 0, status="处理中")
    add(tally, "open, pleased", 0, status="处理中")
    add(tally, "open, pleased", 1, [(CRASH, PRAISE)])
    for day in (0, 20):
        add(tally, "twice, open", day, status="处理中")

    assert [portrait.customer for portrait in portraits(tally)] == [
        "twice, open",
        "once, open",
        "open, pleased",
        "often, settled and pleased",
        "quiet",
    ]


def test_tendency_is_the_shrunken_rate_over_the_common_one() -> None:
    tally = Tally()
    counts = [0] * 30 + [1] * 12 + [2] * 3 + [9]
    for number, episodes in enumerate(counts):
        add(tally, f"c{number}", 0, [])
        for episode in range(episodes):
            add(tally, f"c{number}", 10 * episode)
    rates = shrunken_rates(counts, np.ones(len(counts)))
    seen = by_name(tally)
    worst = seen["c45"].tendency

    assert worst is not None
    assert worst.value == pytest.approx(rates.mean[45] / rates.common)
    assert worst.low == pytest.approx(rates.low[45] / rates.common)
    assert 1 < worst.low < worst.value < 9 / (sum(counts) / len(counts))  # shrunk below its plain rate
    values = [p.tendency.value for p in seen.values() if p.tendency]
    assert sum(values) / len(values) == pytest.approx(1, abs=0.05)


def test_where_nobody_complains_there_is_no_tendency() -> None:
    tally = Tally()
    add(tally, "a", 0, [(CRASH, SUGGESTION)])
    (portrait,) = portraits(tally)

    assert (portrait.episodes, portrait.complaints, portrait.tendency) == (1, 0, None)


ROW = st.tuples(
    st.sampled_from(["a", "b", "c", None]),
    st.one_of(st.none(), st.integers(0, 60)),
    st.lists(
        st.tuples(st.sampled_from([CRASH, FEE, QUEUE, CARD]), st.sampled_from(list(Intent))), max_size=3
    ),
    st.sampled_from(["已办结", "处理中", None]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ROW, max_size=15))
def test_portraits_add_up_to_the_export(
    said: list[tuple[str | None, int | None, list[tuple[str, Intent]], str | None]],
) -> None:
    tally = Tally()
    for customer, day, found, status in said:
        add(tally, customer, day, found, status)
    seen = list(portraits(tally))
    names = [customer for customer, *_ in said if customer]

    assert sorted(p.customer for p in seen) == sorted(set(names))
    assert sum(p.tickets for p in seen) == len(names)
    episodes = Episodes.of(tally, days=7)
    named = [tally.customers[customer] is not None for customer in episodes.customer.tolist()]
    assert sum(p.episodes for p in seen) == sum(named)
    for p in seen:
        assert (p.repeats or 0) <= p.episodes
        assert sum(n for _, n in p.demands) <= p.episodes
        assert p.tendency is None or p.tendency.low <= p.tendency.value <= p.tendency.high


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_cannot_be_is_refused_at_once(level: float) -> None:
    with pytest.raises(InputError):
        portraits(Tally(), level=level)
