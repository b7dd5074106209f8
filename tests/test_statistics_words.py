"""Words and phrases: the published formulas by hand and by oracle, and what extraction and grouping promise."""

from collections import Counter
from math import log, log2, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.statistics.words import candidate_phrases, cluster_phrases, log_odds, new_phrases

COUNTS = st.dictionaries(st.sampled_from("闪退年费刷脸客服"), st.integers(0, 1000), max_size=8)
FILLERS = ["利率太低", "网点排队久", "积分没有到账", "客服打不通", "转账很慢", "余额不见了", "卡被吞了"]


# ── words that set groups apart ───────────────────────────────────────────


def test_log_odds_are_the_published_formula_worked_by_hand() -> None:
    rows = log_odds({"a": 30, "b": 70}, {"a": 10, "b": 90}, {"a": 200, "b": 800}, prior=100)
    delta = log(50 / 150) - log(30 / 170)  # 30 + 20 of 200 against 10 + 20 of 200

    assert [row.word for row in rows] == ["a", "b"]
    assert rows[0].log_odds == pytest.approx(delta)
    assert rows[0].z == pytest.approx(delta / sqrt(1 / 50 + 1 / 30))
    assert (rows[0].first, rows[0].second) == (30, 10)
    assert rows[1].log_odds == pytest.approx(-delta)


def test_a_rare_word_needs_more_to_stand_out() -> None:
    rows = log_odds(
        {"罕": 3, "常": 300, "的": 5000}, {"常": 150, "的": 5000}, {"罕": 5, "常": 900, "的": 9999}
    )

    assert [row.word for row in rows] == ["常", "罕", "的"]


def test_a_word_the_background_lacks_is_counted_in_it_once() -> None:
    first, second = {"新": 5, "的": 50}, {"的": 50}

    assert log_odds(first, second, {"的": 99}) == log_odds(first, second, {"的": 99, "新": 1})


def test_groups_that_speak_alike_are_seldom_set_apart() -> None:
    random = np.random.default_rng(2)
    share = random.dirichlet(np.full(400, 0.5))
    first, second = (dict(enumerate(map(int, random.multinomial(20_000, share)))) for _ in range(2))
    background = {word: 1000 * p for word, p in enumerate(share)}
    rows = log_odds(*[{str(w): c for w, c in counts.items()} for counts in (first, second, background)])

    assert np.mean([abs(row.z) > 1.96 for row in rows]) < 0.06


@given(COUNTS, COUNTS, COUNTS)
def test_swapping_the_groups_swaps_the_signs(first: Any, second: Any, background: Any) -> None:
    background = {**background, "的": 10, "了": 10}
    one = {row.word: row for row in log_odds(first, second, background)}
    other = {row.word: row for row in log_odds(second, first, background)}
    zs = [row.z for row in one.values()]

    assert zs == sorted(zs, reverse=True)
    assert all(one[word].z == pytest.approx(-other[word].z) for word in one)


@pytest.mark.parametrize(
    ("first", "background", "prior", "said"),
    [
        ({"a": 1}, {}, 500, "1 words"),
        ({"a": 1}, {"b": -1}, 500, "below 0"),
        ({"a": float("inf")}, {"b": 1}, 500, "not finite"),
        ({"a": 1}, {"b": 1}, 0, "prior is 0"),
        ({"a": 1}, {"b": 1}, float("nan"), "prior is nan"),
    ],
)
def test_words_that_cannot_be_compared_are_refused(
    first: Any, background: Any, prior: float, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        log_odds(first, {}, background, prior=prior)


# ── new phrases ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "before", "documents"), [(14, 1, (1000, 1000)), (8, 0, (90, 300)), (40, 60, (100, 400))]
)
def test_new_phrases_are_tested_by_fisher_as_in_scipy(now: int, before: int, documents: Any) -> None:
    stats = pytest.importorskip("scipy.stats", reason="SciPy is the oracle")
    (row,) = new_phrases({"x": now}, {"x": before}, *documents)
    table = [[now, before], [documents[0] - now, documents[1] - before]]

    assert row.p == pytest.approx(stats.fisher_exact(table, alternative="greater").pvalue)
    assert row.q == row.p  # one phrase alone


def test_fisher_s_tea_is_not_significant() -> None:
    """Three of four cups told right: one-sided p = 17/70 (Fisher 1935, The Design of Experiments)."""
    assert new_phrases({"tea": 3}, {"tea": 1}, 4, 4, support=1) == []
    (row,) = new_phrases({"tea": 3}, {"tea": 1}, 4, 4, support=1, fdr=0.25)

    assert row.p == pytest.approx(17 / 70)


def test_the_false_discovery_rate_is_that_of_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest", reason="statsmodels is the oracle")
    now = {f"p{n}": 5 + n for n in range(30)}
    before = {f"p{n}": 6 for n in range(30)}
    rows = new_phrases(now, before, 1000, 1000, fdr=0.9999999)
    single = [new_phrases({p: now[p]}, {p: before[p]}, 1000, 1000, fdr=0.9999999)[0].p for p in now]
    expected = dict(zip(now, multitest.multipletests(single, method="fdr_bh")[1], strict=True))

    assert len(rows) == 30
    assert {row.phrase: row.q for row in rows} == pytest.approx(expected)


def test_two_periods_alike_yield_hardly_ever_a_new_phrase() -> None:
    random = np.random.default_rng(3)
    flagged = 0
    for _ in range(300):
        share = random.beta(0.5, 60, 300)
        now, before = ({str(i): int(n) for i, n in enumerate(random.binomial(800, share))} for _ in range(2))
        flagged += bool(new_phrases(now, before, 800, 800))

    assert flagged / 300 < 0.05


def test_a_phrase_of_too_little_support_is_not_called_new() -> None:
    assert new_phrases({"x": 4}, {}, 10, 100_000) == []
    assert [row.phrase for row in new_phrases({"x": 4}, {}, 10, 100_000, support=4)] == ["x"]
    assert new_phrases({"x": 4}, {"x": 2}, 10, 100_000) == []


@settings(deadline=None)
@given(COUNTS, COUNTS, st.integers(1000, 3000), st.integers(1000, 3000))
def test_what_is_new_is_significant_supported_and_more_frequent(
    now: Any, before: Any, documents_now: int, documents_before: int
) -> None:
    rows = new_phrases(now, before, documents_now, documents_before)
    ps = [row.p for row in rows]

    assert ps == sorted(ps)
    for row in rows:
        assert row.p <= row.q <= 0.05
        assert row.now >= 5
        assert row.now / documents_now > row.before / documents_before


def test_no_phrases_and_no_documents_yield_nothing_new() -> None:
    assert new_phrases({}, {}, 0, 0) == []
    assert new_phrases({"x": 9}, {}, 9, 0) == []


@pytest.mark.parametrize(
    ("now", "options", "said"),
    [
        ({"x": 11}, {}, "'x' is held by 11 of 10"),
        ({"x": -1}, {}, "'x' is held by -1"),
        ({}, {"support": 0}, "support is 0"),
        ({}, {"fdr": 1}, "fdr 1"),
    ],
)
def test_counts_that_cannot_be_are_refused(now: Any, options: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        new_phrases(now, {}, 10, 10, **options)


# ── candidate phrases ─────────────────────────────────────────────────────


def notes(phrase: str) -> list[str]:
    """Give synthetic notes: eight that hold *phrase* among varied words, and some of other things."""
    around = ["昨天{}了", "又{}", "{}怎么办", "为啥{}三次", "我{}", "{}", "一直{}啊", "手机{}吗"]
    return [frame.format(phrase) for frame in around] + FILLERS


def found(documents: list[str], support: int = 5) -> dict[str, int]:
    return {phrase.text: len(phrase.documents) for phrase in candidate_phrases(documents, support=support)}


@pytest.mark.parametrize(
    "phrase", ["刷脸", "刷脸失败", "人脸识别通不过", "APP闪退", "刷臉失敗", "e招贷", "锁5次"]
)
def test_a_phrase_is_found_whole_and_none_of_its_pieces(phrase: str) -> None:
    assert found(notes(phrase)) == {phrase: 8}


@pytest.fixture
def loose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for less cohesion than a tiny example can show."""
    monkeypatch.setattr("voctext.statistics.words.COHESION", 1.0)


@pytest.mark.usefixtures("loose")
def test_cohesion_and_branching_are_as_worked_by_hand() -> None:
    documents = ["甲乙", "甲乙", "甲乙", "子甲乙丑", "子甲乙丑", "寅卯辰"]
    (phrase,) = candidate_phrases(documents, support=5)

    assert (phrase.text, phrase.occurrences, phrase.documents) == ("甲乙", 5, frozenset(range(5)))
    assert phrase.cohesion == pytest.approx(log2(5 * 17 / (5 * 5)))
    # left: three edges, each its own, and 子 twice: 3 × 1/5 · log2 5 + 2/5 · log2 5/2
    assert phrase.branching == pytest.approx(3 / 5 * log2(5) + 2 / 5 * log2(5 / 2))


def test_pieces_that_always_stand_in_the_same_word_are_no_phrases() -> None:
    assert "脸失" not in found(notes("刷脸失败"), support=2)


def test_a_piece_that_stands_alone_often_enough_stays_beside_the_longer_phrase() -> None:
    alone = [f"{left}闪退{right}" for left, right in zip("昨又老总还今", "了啊呢吧嘛哦", strict=True)]
    phrases = found(notes("频繁闪退") + alone + FILLERS * 2)

    assert phrases["频繁闪退"] == 8
    assert phrases["闪退"] == 14


def test_no_phrase_reaches_over_punctuation_space_or_line() -> None:
    for stop in "，。 \n!/_":
        assert all(
            stop not in text and "败登" not in text for text in found(notes(f"刷脸失败{stop}登录不上"))
        )


def test_a_phrase_twice_in_one_document_is_held_by_one() -> None:
    (phrase,) = candidate_phrases([*notes("刷脸失败"), "刷脸失败，还是刷脸失败"])

    assert (phrase.occurrences, len(phrase.documents)) == (10, 9)


def test_one_document_that_repeats_itself_is_no_support() -> None:
    assert found(["，".join(notes("刷脸失败"))]) == {}


@pytest.mark.parametrize("documents", [[], [""], ["。。。"], ["甲"], ["甲甲甲甲甲甲甲甲甲甲甲甲"]])
def test_documents_with_nothing_to_find_yield_no_phrases(documents: list[str]) -> None:
    assert candidate_phrases(documents, support=2) == []


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text("刷脸失败了 ，", max_size=14), max_size=40))
def test_every_phrase_stands_in_the_documents_that_it_names(documents: list[str]) -> None:
    kept = candidate_phrases(documents, support=2)

    assert len({phrase.text for phrase in kept}) == len(kept)
    for phrase in kept:
        assert len(phrase.text) >= 2
        assert 2 <= len(phrase.documents) <= phrase.occurrences
        assert all(phrase.text in documents[number] for number in phrase.documents)
        for other in kept:
            inside = phrase.text != other.text and phrase.text in other.text
            assert not inside or other.occurrences < 0.8 * phrase.occurrences


def test_a_support_of_one_is_refused() -> None:
    with pytest.raises(InputError, match="support is 1"):
        candidate_phrases([], support=1)


# ── groups of phrases ─────────────────────────────────────────────────────


def test_phrases_that_share_documents_are_grouped_under_the_most_frequent() -> None:
    groups = cluster_phrases({"c": {8, 9}, "b": {1, 2}, "a": {1, 2, 3}, "d": {9, 10, 11, 12}})

    assert groups == [("d",), ("a", "b"), ("c",)]  # c and d share one of five


def test_a_phrase_joins_the_nearest_leader() -> None:
    groups = cluster_phrases({"a": {1, 2, 3, 4}, "b": {5, 6, 7, 8}, "x": {4, 5, 6}})

    assert groups == [("a",), ("b", "x")]


@given(
    st.dictionaries(st.text(max_size=3), st.frozensets(st.integers(0, 12)), max_size=12), st.floats(0.05, 1)
)
def test_every_phrase_is_in_one_group_and_like_its_leader(phrases: Any, similarity: float) -> None:
    groups = cluster_phrases(phrases, similarity=similarity)

    assert Counter(phrase for group in groups for phrase in group) == Counter(list(phrases))
    for leader, *others in groups:
        for phrase in others:
            shared, either = phrases[leader] & phrases[phrase], phrases[leader] | phrases[phrase]
            assert len(shared) / len(either) >= similarity


@pytest.mark.parametrize("similarity", [0, -1, 1.5, float("nan")])
def test_a_similarity_that_cannot_be_is_refused(similarity: float) -> None:
    with pytest.raises(InputError, match="similarity"):
        cluster_phrases({}, similarity=similarity)
