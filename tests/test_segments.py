"""Segments: rates and ratios worked by hand, what is left out is told, and the words that set apart."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.demand import segments
from voctext.demand.segments import SegmentDemand, by_facet, unplaced
from voctext.demand.strength import Episodes
from voctext.demand.tally import Tally
from voctext.errors import InputError
from voctext.insight.telling import Words, telling_words
from voctext.mask import Masker
from voctext.records import Clause, Finding, Intent, Perception, Ticket, Voice
from voctext.statistics.estimate import Estimate
from voctext.statistics.shrinkage import rate_ratios
from voctext.text import normalize

FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
TEXT = "APP闪退，年费太高"
COMPLAINT = Intent.COMPLAINT

Row = tuple[str | None, str | None, float | None, Sequence[str]]
"""Segment, customer, day, topics complained of."""


def tally_of(rows: Sequence[Row], *, intent: Intent = COMPLAINT, facet: str | None = None) -> Tally:
    """Count a ticket a row, its segment in the column *facet* where one is given."""
    tally = Tally(facets=() if facet is None else (facet,))
    for number, (segment, customer, day, topics) in enumerate(rows):
        time = None if day is None else FIRST + timedelta(days=day)
        other = {facet: segment} if facet and segment else {}
        one = Ticket(
            f"T{number}", TEXT, customer=customer, time=time, segment=None if facet else segment, other=other
        )
        clause = split(one, normalize(TEXT))[0]
        tally.add(
            one,
            [
                Finding(clause, Perception.PRODUCT, intent, -1, topic, 0.5, 0.8, clause.span, "by hand")
                for topic in topics
            ],
        )
    return tally


def crashes(counts: dict[str, tuple[int, int]]) -> Tally:
    """For each segment, so many customers of whom so many complain of crashes."""
    rows: list[Row] = [
        (segment, f"{segment}{n}", 0, ["app_crash"] if n < complaining else [])
        for segment, (customers, complaining) in counts.items()
        for n in range(customers)
    ]
    return tally_of(rows)


def only(rows: Sequence[SegmentDemand], segment: str, topic: str = "app_crash") -> SegmentDemand:
    (row,) = [row for row in rows if (row.segment, row.topic) == (segment, topic)]
    return row


# ── rates and ratios ──────────────────────────────────────────────────────


def test_rates_are_per_thousand_customers_seen_in_the_segment() -> None:
    rows = by_facet(crashes({"学生": (50, 20), "商户": (200, 10)}), "segment")
    student, merchant = only(rows, "学生"), only(rows, "商户")

    assert (student.episodes, student.exposure, student.exposure_of) == (20, 50, "customers seen")
    assert student.rate.value == pytest.approx(400)
    assert merchant.rate.value == pytest.approx(50)
    assert (student.expected, merchant.expected) == pytest.approx((6, 24))
    assert student.perception is Perception.PRODUCT


def test_the_interval_of_a_rate_is_jeffreys_of_a_poisson_count() -> None:
    stats = pytest.importorskip("scipy.stats")
    row = only(by_facet(crashes({"学生": (50, 20), "商户": (200, 10)}), "segment", level=0.9), "学生")

    assert row.rate.low == pytest.approx(stats.gamma.ppf(0.05, 20.5) * 20)
    assert row.rate.high == pytest.approx(stats.gamma.ppf(0.95, 20.5) * 20)


def test_ratios_are_those_of_the_shrinkage_module() -> None:
    rows = by_facet(crashes({"学生": (50, 20), "商户": (200, 10)}), "segment")
    expected = rate_ratios([[10], [20]], [200, 50])  # by falling exposure

    for row, at in ((only(rows, "商户"), 0), (only(rows, "学生"), 1)):
        assert row.ratio == pytest.approx((expected.ratio[at, 0], expected.low[at, 0], expected.high[at, 0]))
        assert row.above == pytest.approx(expected.above[at, 0])
    assert only(rows, "学生").above > 0.99  # type: ignore[operator]


def test_what_most_surely_exceeds_the_others_comes_first() -> None:
    rows = by_facet(crashes({"学生": (100, 60), "商户": (1000, 100), "贵宾": (2, 1)}), "segment")

    assert rows[0].segment == "学生"
    assert [row.ratio.low for row in rows if row.ratio] == sorted(
        (row.ratio.low for row in rows if row.ratio), reverse=True
    )


def test_a_lone_segment_is_measured_against_nothing() -> None:
    (row,) = by_facet(crashes({"学生": (50, 20)}), "segment")

    assert (row.ratio, row.above) == (None, None)
    assert row.rate.value == pytest.approx(400)


def test_a_segment_that_never_complains_has_a_row_of_no_episodes() -> None:
    row = only(by_facet(crashes({"学生": (50, 20), "商户": (200, 0)}), "segment"), "商户")

    assert (row.episodes, row.rate.value, row.rate.low) == (0, 0, 0)
    assert row.rate.high > 0
    assert row.above is not None
    assert row.above < 0.05


# ── exposure ──────────────────────────────────────────────────────────────


def test_a_given_exposure_counts_segments_that_never_wrote() -> None:
    tally = crashes({"学生": (50, 20), "商户": (200, 10)})
    rows = by_facet(tally, "segment", exposure={"学生": 4000, "商户": 2000, "私人银行": 1000})

    assert only(rows, "学生").rate.value == pytest.approx(5)
    assert only(rows, "商户").rate.value == pytest.approx(5)
    assert (only(rows, "私人银行").episodes, only(rows, "私人银行").exposure_of) == (0, "given")


def test_segments_that_the_exposure_lacks_are_left_out_and_told() -> None:
    tally = crashes({"学生": (50, 20), "商户": (200, 10)})

    assert {row.segment for row in by_facet(tally, "segment", exposure={"学生": 4000})} == {"学生"}
    assert unplaced(tally, "segment", exposure={"学生": 4000}).unexposed == ("商户",)


def test_without_customers_the_exposure_is_tickets() -> None:
    row = only(by_facet(tally_of([("a", None, 0, ["app_crash"]), ("a", None, 1, [])]), "segment"), "a")

    assert (row.exposure, row.exposure_of, row.rate.value) == (2, "tickets", 500)


def test_a_customer_seen_in_two_segments_counts_in_the_exposure_of_both() -> None:
    tally = tally_of([("a", "c", 0, ["app_crash"]), ("b", "c", 20, ["app_crash"]), ("b", "d", 0, [])])
    rows = by_facet(tally, "segment")

    assert (only(rows, "a").exposure, only(rows, "b").exposure) == (1, 2)
    assert (only(rows, "a").episodes, only(rows, "b").episodes) == (1, 1)


# ── episodes ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_episode_belongs_to_the_segment_of_its_first_ticket(order: tuple[int, int]) -> None:
    both: list[Row] = [("热线", "c", 0, ["app_crash"]), ("网点", "c", 3, ["app_crash"])]
    rows = by_facet(tally_of([both[at] for at in order]), "segment")

    assert (only(rows, "热线").episodes, only(rows, "网点").episodes) == (1, 0)


def test_a_shorter_window_makes_two_episodes_of_it() -> None:
    both: list[Row] = [("热线", "c", 0, ["app_crash"]), ("网点", "c", 3, ["app_crash"])]

    assert only(by_facet(tally_of(both), "segment", days=2), "网点").episodes == 1


def test_tickets_without_a_segment_are_counted_under_none_and_told() -> None:
    tally = tally_of([("a", "x", 0, ["t"]), (None, "y", 0, ["t"]), (None, "z", 0, []), ("b", "w", 0, [])])
    rows = by_facet(tally, "segment")

    assert {(row.segment, row.episodes) for row in rows} == {("a", 1), ("b", 0)}
    assert unplaced(tally, "segment") == (2, 1, (), ())


def test_any_column_of_the_export_can_be_the_facet() -> None:
    tally = tally_of([("一年内", "x", 0, ["t"]), ("五年以上", "y", 0, [])], facet="户龄")

    assert {row.segment for row in by_facet(tally, "户龄")} == {"一年内", "五年以上"}


def test_inquiries_and_praise_are_no_demand() -> None:
    assert by_facet(tally_of([("a", "x", 0, ["t"])], intent=Intent.INQUIRY), "segment") == ()


def test_segments_beyond_the_limit_are_counted_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = crashes({"大": (50, 20), "中": (30, 10), "小": (5, 5), "微": (4, 1)})
    whole = by_facet(tally, "segment")
    monkeypatch.setattr(segments, "MOST", 2)
    rows = by_facet(tally, "segment")

    assert {row.segment for row in rows} == {"大", "中"}
    assert unplaced(tally, "segment").pooled == ("小", "微")
    assert only(rows, "大").expected == pytest.approx(only(whole, "大").expected)


# ── poor exports and wrong calls ──────────────────────────────────────────


@pytest.mark.parametrize("rows", [[], [(None, None, None, ["t"])], [("a", "x", None, [])]])
def test_a_poor_export_gives_no_rows(rows: list[Row]) -> None:
    assert by_facet(tally_of(rows), "segment") == ()
    assert by_facet(tally_of(rows), "channel") == ()


def test_an_unknown_facet_is_refused_and_the_known_are_told() -> None:
    with pytest.raises(InputError, match=r"segmnt.*did you mean segment.*channel"):
        by_facet(Tally(), "segmnt")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"exposure": {"a": 0}}, "more than 0"),
        ({"exposure": {"a": float("nan")}}, "more than 0"),
        ({"exposure": {"甲": 5}}, "names no segment"),
        ({"level": 1}, "level"),
        ({"level": 95}, "level"),
    ],
)
def test_an_exposure_or_level_that_cannot_be_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        by_facet(tally_of([("a", "x", 0, ["t"])]), "segment", **options)


def test_an_episode_belongs_to_the_segment_of_its_earliest_hour_though_the_export_has_the_newest_first() -> (
    None
):
    tally = tally_of([("柜面", "x", 0.2, ["t"]), ("电话", "x", 0.1, ["t"]), ("电话", "y", 0, ["u"])])
    found = by_facet(tally, "segment")

    assert Episodes.of(tally, days=7).ticket.tolist() == [1, 2]
    assert (only(found, "电话", "t").episodes, only(found, "柜面", "t").episodes) == (1, 0)


rows_of_any_export = st.lists(
    st.tuples(
        st.sampled_from([None, "a", "b", "c"]),
        st.sampled_from([None, "x", "y", "z", "w"]),
        st.none() | st.integers(0, 30),
        st.lists(st.sampled_from(["t", "u", "v"]), max_size=3),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(rows_of_any_export)
def test_every_episode_is_placed_once_or_told_to_be_unplaced(rows: list[Row]) -> None:
    tally = tally_of(rows)
    found, left = by_facet(tally, "segment"), unplaced(tally, "segment")

    placed = sum(row.episodes for row in found)
    assert placed + left.episodes == len(Episodes.of(tally, days=7).topic)
    assert sum(row.expected for row in found) == pytest.approx(placed)
    for row in found:
        assert row.rate.low <= row.rate.value <= row.rate.high
        assert row.ratio is None or 0 <= row.ratio.low <= row.ratio.value <= row.ratio.high
        assert row.above is None or 0 <= row.above <= 1
        assert isinstance(row.rate, Estimate)


# ── words ─────────────────────────────────────────────────────────────────

NOTES = {
    "学生": [f"校园卡第{n}次领不到，天天排队" for n in range(40)],
    "商户": [f"收款第{n}次到账太慢，天天排队" for n in range(40)],
}


def clauses(text: str, ticket: str = "1") -> list[Clause]:
    return split(Ticket(ticket, text), normalize(text))


def test_words_that_one_segment_uses_more_set_it_apart_and_common_words_do_not() -> None:
    words = telling_words(NOTES)

    assert "校园卡" in {row.word for row in words["学生"]}
    assert "收款" in {row.word for row in words["商户"]}
    assert "排队" not in {row.word for rows in words.values() for row in rows}


def test_a_word_comes_with_its_counts_and_two_quotes_that_hold_it() -> None:
    (row,) = [row for row in telling_words(NOTES)["学生"] if row.word == "校园卡"]

    assert (row.documents, row.others) == (40, 0)
    assert row.z > 1.96
    assert len({quote.text for quote in row.quotes}) == 2
    assert all(quote.text[quote.start : quote.end] == "校园卡" for quote in row.quotes)


def test_the_quote_shows_the_text_as_received() -> None:
    notes = {"a": [f"校園卡領不到{n}次" for n in range(40)], "b": ["收款到账太慢"] * 40}
    (row,) = [row for row in telling_words(notes)["a"] if row.word == "校园卡"]

    assert {quote.text[quote.start : quote.end] for quote in row.quotes} == {"校園卡"}


def test_a_word_counts_once_a_ticket() -> None:
    words = Words(support=1)
    words.add("a", [*clauses("闪退闪退，又闪退"), *clauses("闪退闪退，又闪退")])

    assert words._counts["a"]["闪退"] == 1


def test_digits_punctuation_and_single_characters_are_no_words() -> None:
    words = Words(support=1)
    words.add("a", clauses("卡 12345 ，！ 3.5% APP x 闪退"))

    assert set(words._counts["a"]) == {"app", "闪退"}


def test_only_the_customer_is_heard() -> None:
    words = Words(support=1)
    said = clauses("客户称系统闪退，已联系客户解释规则")

    words.add("a", said)
    assert any(clause.voice is not Voice.CUSTOMER for clause in said)
    assert "闪退" in words._counts["a"]
    assert "规则" not in words._counts["a"]


def test_a_ticket_without_a_segment_is_silent() -> None:
    words = Words()
    words.add(None, clauses("闪退"))

    assert (words.silent, words.telling()) == (1, {})


def test_personal_data_is_no_word_and_shows_in_no_quote() -> None:
    notes = {
        "a": [f"校园卡{n}打13812345678，邮箱wangxm@example.com" for n in range(40)],
        "b": ["收款太慢"] * 40,
    }
    words = telling_words(notes, masker=Masker(key=b"0123456789abcdef"))["a"]

    assert not {"wangxm", "example", "手机", "邮箱wangxm"} & {row.word for row in words}
    assert not any("1381234" in quote.text or "wangxm" in quote.text for row in words for quote in row.quotes)
    assert any(row.quotes for row in words)


@pytest.mark.parametrize("notes", [{}, {"a": ["闪退"] * 9}, {"a": [], "b": []}, {"a": [""], "b": ["。"]}])
def test_where_there_is_nothing_to_set_apart_nothing_is(notes: dict[str, list[str]]) -> None:
    assert not any(telling_words(notes).values())


def test_no_more_words_come_than_asked_and_the_surest_first() -> None:
    words = telling_words(NOTES, top=2)

    assert all(len(rows) <= 2 for rows in words.values())
    assert [row.z for row in words["学生"]] == sorted((row.z for row in words["学生"]), reverse=True)


def test_a_support_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="support"):
        Words(support=0)
