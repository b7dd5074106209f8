"""Intervals of figures, and two readers compared: what must hold whatever the notes are. All are synthetic."""

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.evaluate import LabelledNote, compare, compare_single, evaluate, evaluate_single, mcnemar
from voctext.evaluate.bootstrap import resampled
from voctext.evaluate.counts import class_counts, clusters_of, note_counts
from voctext.records import Intent, NoteLabel, Perception

Answer = tuple[dict[Perception, int], Intent]

answers = st.tuples(
    st.dictionaries(st.sampled_from(list(Perception)), st.sampled_from([-1, 0, 1])),
    st.sampled_from(list(Intent)),
)
triples = st.lists(st.tuples(answers, answers, answers), min_size=1, max_size=15)


def note(answer: Answer, customer: str = "") -> LabelledNote:
    return LabelledNote("", *answer, {"customer": customer} if customer else {})


def label(answer: Answer) -> NoteLabel:
    return NoteLabel(*answer, {})


def noisy(true: list[Answer], right: float, seed: int) -> list[Answer]:
    """Give answers that are right that often, and otherwise one of a few wrong ones."""
    random = Random(seed)
    wrong: Answer = ({Perception.PERSON: 1}, Intent.PRAISE)
    return [answer if random.random() < right else wrong for answer in true]


def truth(n: int) -> list[Answer]:
    kinds: list[Answer] = [
        ({Perception.PRODUCT: -1}, Intent.COMPLAINT),
        ({Perception.RULE: -1}, Intent.COMPLAINT),
        ({}, Intent.INQUIRY),
    ]
    return [kinds[i % 3] for i in range(n)]


def figures_with_intervals(scores: Any) -> list[tuple[float, list[float]]]:
    found = []
    for key, value in scores.items():
        if isinstance(value, dict):
            found += figures_with_intervals(value)
        elif f"{key}_interval" in scores:
            found.append((value, scores[f"{key}_interval"]))
    return found


def test_intervals_stand_beside_the_figures_and_say_how_they_were_made() -> None:
    true = truth(60)
    scores = evaluate([note(a) for a in true], [label(a) for a in noisy(true, 0.8, 1)])

    for name in ("product", "rule", "person"):
        assert len(scores["perception"][name]["f1_interval"]) == 2
    for figure in (scores["perception"], scores["intent"]):
        assert len(figure["macro_f1_interval"]) == 2
    assert len(scores["polarity"]["accuracy_interval"]) == 2
    assert len(scores["exact_match_interval"]) == 2
    assert scores["intervals"] == {"level": 0.95, "draws": 2000, "seed": 0, "drawn": "notes", "units": 60}


@settings(max_examples=40, deadline=None)
@given(triples)
def test_an_interval_holds_its_figure_and_lies_between_none_and_all(
    rows: list[tuple[Answer, Answer, Answer]],
) -> None:
    scores = evaluate([note(a) for a, _, _ in rows], [label(b) for _, b, _ in rows], draws=1000)
    found = figures_with_intervals(scores)

    assert len(found) == 8
    for figure, (low, high) in found:
        assert 0 <= low <= figure <= high <= 1


@settings(max_examples=40, deadline=None)
@given(triples)
def test_counts_summed_give_the_same_figures_as_counting(rows: list[tuple[Answer, Answer, Answer]]) -> None:
    notes, labels = [note(a) for a, _, _ in rows], [label(b) for _, b, _ in rows]
    scores, points = evaluate(notes, labels, draws=1000), note_counts(notes, labels).points()

    for path, value in points.items():
        place: Any = scores
        for name in path.split("."):
            place = place[name]
        assert place == pytest.approx(value, abs=2e-4), path


def test_the_same_seed_gives_the_same_intervals_and_more_notes_narrower_ones() -> None:
    few, many = truth(40), truth(640)

    def width(true: list[Answer], seed: int) -> float:
        scores = evaluate([note(a) for a in true], [label(a) for a in noisy(true, 0.7, 5)], seed=seed)
        low, high = scores["exact_match_interval"]
        return float(high - low)

    assert width(few, 3) == width(few, 3)
    assert width(many, 3) < width(few, 3) / 2


def test_a_reader_right_throughout_is_not_held_for_perfect() -> None:
    true = truth(12)
    scores = evaluate([note(a) for a in true], [label(a) for a in true])

    assert scores["exact_match_interval"][0] == pytest.approx(0.7575, abs=1e-3)  # Wilson's of 12 in 12
    assert scores["perception"]["product"]["f1_interval"][0] < 0.8  # four notes
    assert scores["intent"]["macro_f1_interval"][0] < 0.9


def test_a_figure_with_nothing_to_count_may_be_anything() -> None:
    scores = evaluate([note(({}, Intent.OTHER))], [label(({}, Intent.OTHER))])

    assert scores["perception"]["product"]["f1_interval"] == [0, 1]
    assert scores["polarity"]["accuracy_interval"] == [0, 1]


def test_notes_of_one_customer_are_drawn_together() -> None:
    true = truth(120)
    read = [answer if n % 40 < 20 else ({}, Intent.OTHER) for n, answer in enumerate(true)]
    one_each = evaluate([note(a, f"c{n}") for n, a in enumerate(true)], [label(a) for a in read])
    shared = evaluate([note(a, f"c{n // 20}") for n, a in enumerate(true)], [label(a) for a in read])

    def width(scores: dict[str, Any]) -> float:
        low, high = scores["exact_match_interval"]
        return float(high - low)

    assert one_each["intervals"]["drawn"] == "notes"
    assert (shared["intervals"]["drawn"], shared["intervals"]["units"]) == ("customers", 6)
    assert width(shared) > 2 * width(one_each)


def test_notes_of_unknown_customers_are_customers_of_their_own() -> None:
    clusters = clusters_of(["a", "", "a", ""], 4)

    assert clusters is not None
    assert clusters[0] == clusters[2]
    assert len(set(clusters.tolist())) == 3
    assert clusters_of(["", ""], 2) is None
    assert clusters_of(["a", "a"], 2) is None  # one customer says nothing of others
    with pytest.raises(InputError, match="one for each"):
        clusters_of(["a"], 2)


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(InputError, match="1000 or more"):
        evaluate([note(({}, Intent.OTHER))], [label(({}, Intent.OTHER))], draws=100)
    with pytest.raises(InputError, match="1000 or more"):
        compare_single(["a"], ["a"], ["a"], draws=999)


def test_draws_take_as_many_units_as_there_are() -> None:
    sums = resampled(np.ones((7, 2, 3)), draws=50, seed=1)

    assert sums.shape == (50, 2, 3)
    assert (sums == 7).all()


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """A reader of known accuracy, measured again and again on 150 notes of 50 customers who differ."""
    random, covered, runs = np.random.default_rng(2), 0, 200
    for run in range(runs):
        easy = random.beta(4, 1.5, size=50)  # how well each customer's notes are read: 8/11 on average
        right = random.random((50, 3)) < easy[:, None]
        predicted = np.where(right.ravel(), "a", "b").tolist()
        customers = [f"c{n // 3}" for n in range(150)]
        scores = evaluate_single(["a"] * 150, predicted, customers=customers, draws=1000, seed=run)
        low, high = scores["accuracy_interval"]
        covered += low <= 8 / 11 <= high

    assert 0.89 <= covered / runs <= 0.99


def test_wilsons_interval_stays_where_every_text_is_its_own_customer() -> None:
    scores = evaluate_single(["a", "a", "b", "b"], ["a", "a", "b", "a"])

    assert scores["accuracy_interval"] == [0.3006, 0.9544]
    low, high = scores["macro_f1_interval"]
    assert low <= scores["macro_f1"] <= high


@pytest.mark.parametrize(
    ("only", "p"), [((0, 5), 0.0625), ((5, 0), 0.0625), ((3, 3), 1.0), ((0, 0), 1.0), ((1, 9), 0.021484375)]
)
def test_mcnemars_p_is_that_of_the_binomial_distribution(only: tuple[int, int], p: float) -> None:
    assert mcnemar(*only) == pytest.approx(p)


def test_mcnemars_p_of_many_notes_agrees_with_scipy() -> None:
    stats: Any = pytest.importorskip("scipy.stats")

    assert mcnemar(900, 1100) == pytest.approx(stats.binomtest(900, 2000).pvalue)


@settings(max_examples=40, deadline=None)
@given(triples)
def test_a_reader_against_itself_differs_in_nothing(rows: list[tuple[Answer, Answer, Answer]]) -> None:
    notes, labels = [note(a) for a, _, _ in rows], [label(b) for _, b, _ in rows]
    told = compare(notes, labels, labels, draws=1000)

    assert told["better"] is None
    assert "cannot tell" in told["verdict"]
    assert told["mcnemar"] == {"only_first": 0, "only_second": 0, "p": 1.0}
    for path, row in told["figures"].items():
        assert (row["difference"], row["better"]) == (0, 0.5), path
        assert row["interval"] in ([0, 0], [-1, 1]), path  # anything where there is nothing to count


@settings(max_examples=40, deadline=None)
@given(triples)
def test_readers_exchanged_give_mirrored_differences(rows: list[tuple[Answer, Answer, Answer]]) -> None:
    notes = [note(a) for a, _, _ in rows]
    one, other = [label(b) for _, b, _ in rows], [label(c) for _, _, c in rows]
    told, mirrored = compare(notes, one, other, draws=1000), compare(notes, other, one, draws=1000)

    assert told["mcnemar"]["p"] == mirrored["mcnemar"]["p"]
    assert {told["better"], mirrored["better"]} in ({None}, {"first", "second"})
    for path, row in told["figures"].items():
        swapped = mirrored["figures"][path]
        assert row["difference"] == pytest.approx(-swapped["difference"], abs=1e-9), path
        assert row["interval"] == pytest.approx([-end for end in reversed(swapped["interval"])], abs=2e-4)
        assert row["better"] == pytest.approx(1 - swapped["better"], abs=2e-4)
        assert row["interval"][0] <= row["difference"] <= row["interval"][1]


def test_a_reader_plainly_better_is_called_so_with_its_certainty() -> None:
    true = truth(200)
    notes = [note(a) for a in true]
    good, poor = ([label(a) for a in noisy(true, share, 7)] for share in (0.95, 0.6))
    told = compare(notes, poor, good, names=("old", "new"))

    assert told["better"] == "second"
    assert told["verdict"].startswith("new is better than old, with a certainty of more than 99.9 %: ")
    assert "points (95 % interval +" in told["verdict"]
    assert told["figures"]["exact_match"]["better"] < 0.01
    assert told["mcnemar"]["only_second"] > told["mcnemar"]["only_first"]


def test_a_handful_of_notes_cannot_tell() -> None:
    true = truth(4)
    told = compare([note(a) for a in true], [label(a) for a in true], [label(({}, Intent.PRAISE))] * 4)

    assert told["figures"]["exact_match"]["difference"] == 1
    assert told["mcnemar"]["p"] == 0.125
    assert told["better"] is None
    assert "The file cannot tell whether" in told["verdict"]


def test_two_readers_of_like_quality_are_seldom_told_apart() -> None:
    """By chance alone, a difference is found in no more than about one comparison in twenty."""
    true, found = truth(90), 0
    for run in range(60):
        one, other = (noisy(true, 0.75, 2 * run + seed) for seed in (0, 1))
        told = compare(
            [note(a) for a in true], [label(a) for a in one], [label(a) for a in other], draws=1000
        )
        found += told["better"] is not None

    assert found <= 7


def test_single_labels_are_compared_by_accuracy_and_macro_f1() -> None:
    true = ["app", "fee", "staff"] * 30
    poor = ["app" if n % 2 else label for n, label in enumerate(true)]
    told = compare_single(true, true, poor, names=("one", "two"))

    assert set(told["figures"]) == {"accuracy", "macro_f1"}
    assert told["better"] == "first"
    assert told["mcnemar"]["only_second"] == 0
    assert "texts labelled right" in told["verdict"]


def test_predictions_that_differ_in_number_are_refused() -> None:
    with pytest.raises(InputError, match="2 true and 1 predicted"):
        compare_single(["a", "b"], ["a", "b"], ["a"])
    with pytest.raises(InputError, match="0 true"):
        compare_single([], [], [])


def test_the_macro_f1_of_a_sample_is_over_the_classes_in_it() -> None:
    counts = class_counts(["a", "b"], ["a", "a"], ["a", "b", "c"])

    assert counts.points()["macro_f1"] == pytest.approx((2 / 3 + 0) / 2)
    assert counts.values(counts.rows[0])["macro_f1"] == pytest.approx(1)  # only "a" occurs there
