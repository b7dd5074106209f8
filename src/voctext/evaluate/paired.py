"""
Which of two readers reads the same notes better, and how sure that is.

Differences have paired bootstrap intervals: both readers are measured on the same draws of the notes
(B. Efron and R. J. Tibshirani 1993, An Introduction to the Bootstrap, chapter 13; for F1, P. Koehn 2004,
EMNLP). Notes wholly right are also compared by McNemar's exact test: Q. McNemar (1947), Psychometrika 12;
A. L. Edwards (1948), Psychometrika 13; exact by the binomial distribution.
"""

from collections.abc import Sequence
from math import comb
from typing import TYPE_CHECKING, Any

from voctext.evaluate.bootstrap import DRAWS, LEVEL, paired_draws, percentiles
from voctext.evaluate.classes import check_alike
from voctext.evaluate.counts import Counts, class_counts, is_exact, note_counts
from voctext.evaluate.labelled import LabelledNote, customers_of
from voctext.records import NoteLabel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Names = tuple[str, str]
_SURE = 1 - LEVEL
_MOST = 0.999
"""Two thousand draws tell no more."""


def compare(
    notes: Sequence[LabelledNote],
    labels: Sequence[NoteLabel],
    other_labels: Sequence[NoteLabel],
    *,
    names: Names = ("the first", "the second"),
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Any]:
    """
    Tell whether *labels* or *other_labels* agree better with what people said of *notes*.

    Returns:
        n; first and second: the *names*; figures: of each figure of `evaluate`, by its path
        ("intent.macro_f1"), first, second, difference (first minus second), interval (of the difference,
        95 %) and better, the probability that the first is better: the share of draws in which it is,
        a draw alike counting half;
        mcnemar: notes that only_first and only_second read wholly right, and p; better: "first", "second"
        or None; verdict: the same in a sentence. A reader is called better if McNemar's p is below 0.05
        and the interval of exact match leaves out 0.

    Raises:
        InputError: Fewer than 1,000 draws.
        ValueError: Not one label of each reader for each note.
    """
    right = [
        (is_exact(note, one), is_exact(note, other))
        for note, one, other in zip(notes, labels, other_labels, strict=True)
    ]
    counts = note_counts(notes, labels), note_counts(notes, other_labels)
    figures = _differences(*counts, customers_of(notes), draws=draws, seed=seed)
    return _told(right, figures, "exact_match", names=names, what="notes read wholly right")


def compare_single(
    true: Sequence[str],
    predicted: Sequence[str],
    other_predicted: Sequence[str],
    *,
    customers: Sequence[str] | None = None,
    names: Names = ("the first", "the second"),
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Any]:
    """
    Tell whether *predicted* or *other_predicted* labels agree better with *true* ones.

    >>> alike = compare_single(["a", "b"], ["a", "b"], ["a", "b"])
    >>> alike["figures"]["accuracy"]["better"], alike["better"]
    (0.5, None)

    Returns:
        As `compare`, for the figures accuracy and macro_f1; McNemar's test is of texts labelled right.

    Raises:
        InputError: They differ in number, or there are none; fewer than 1,000 draws.
    """
    check_alike(true, predicted)
    check_alike(true, other_predicted)
    classes = sorted({*true, *predicted, *other_predicted})
    counts = class_counts(true, predicted, classes), class_counts(true, other_predicted, classes)
    right = [
        (one == wanted, other == wanted)
        for wanted, one, other in zip(true, predicted, other_predicted, strict=True)
    ]
    figures = _differences(*counts, customers, draws=draws, seed=seed)
    return _told(right, figures, "accuracy", names=names, what="texts labelled right")


def mcnemar(only_first: int, only_second: int) -> float:
    """
    Give the two-sided exact p of McNemar's test, from the notes that only one of two readers has right.

    >>> mcnemar(0, 5), mcnemar(3, 3)
    (0.0625, 1.0)
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(n, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / int(2**n))


def _differences(
    first: Counts, second: Counts, customers: Sequence[str] | None, *, draws: int, seed: int
) -> dict[str, dict[str, Any]]:
    one, other = paired_draws(first, second, customers, draws=draws, seed=seed)
    points, other_points = first.points(), second.points()
    return {
        name: {
            "first": round(points[name], 4),
            "second": round(other_points[name], 4),
            **_difference(points[name] - other_points[name], one[name] - other[name]),
        }
        for name in points
    }


def _difference(point: float, drawn: "Floats") -> dict[str, Any]:
    import numpy as np

    known = drawn[~np.isnan(drawn)]
    low, high = percentiles(known) if len(known) else (-1.0, 1.0)
    better = float((known > 0).mean() + (known == 0).mean() / 2) if len(known) else 0.5
    return {
        "difference": round(point, 4),
        "interval": [round(min(low, point), 4), round(max(high, point), 4)],
        "better": round(better, 4),
    }


def _told(
    right: Sequence[tuple[bool, bool]], figures: dict[str, Any], chief: str, *, names: Names, what: str
) -> dict[str, Any]:
    only = [sum(one and not other for one, other in right), sum(other and not one for one, other in right)]
    p = mcnemar(*only)
    low, high = figures[chief]["interval"]
    better = None
    if p < _SURE and (low > 0 or high < 0):
        better = "first" if low > 0 else "second"
    return {
        "n": len(right),
        "first": names[0],
        "second": names[1],
        "figures": figures,
        "mcnemar": {"only_first": only[0], "only_second": only[1], "p": round(p, 6)},
        "better": better,
        "verdict": _verdict(figures[chief], p, better, names=names, what=what, only=only),
    }


def _verdict(
    figure: dict[str, Any], p: float, better: str | None, *, names: Names, what: str, only: Sequence[int]
) -> str:
    if better is None and not any(only):
        return f"The file cannot tell which is better: {names[0]} and {names[1]} have the same {what}."
    order = (1, 0) if better == "second" else (0, 1)  # the better one is told first
    winner, loser = (names[i] for i in order)
    shares = [100 * figure["first"], 100 * figure["second"]]
    sign = -1 if better == "second" else 1
    low, high = sorted(100 * sign * end for end in figure["interval"])
    told = (
        f"{shares[order[0]]:.1f} % against {shares[order[1]]:.1f} % of {what}, a difference of "
        f"{100 * sign * figure['difference']:+.1f} points (95 % interval {low:+.1f} to {high:+.1f}; "
        f"McNemar p {_p(p)})"
    )
    if better is None:
        return f"The file cannot tell whether {winner} or {loser} is better: {told}."
    sure = figure["better"] if better == "first" else 1 - figure["better"]
    certainty = f"more than {100 * _MOST:.1f} %" if sure > _MOST else f"{100 * sure:.1f} %"
    return f"{winner} is better than {loser}, with a certainty of {certainty}: {told}."


def _p(p: float) -> str:
    return f"= {p:.3f}" if p >= 0.0005 else "< 0.001"  # noqa: PLR2004  rounds to 0.001
