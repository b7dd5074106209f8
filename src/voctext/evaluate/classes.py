"""Figures of readers that give a text one label, of any names and number."""

from collections.abc import Sequence
from typing import Any

from voctext.errors import InputError
from voctext.evaluate.bootstrap import DRAWS, intervals_of
from voctext.evaluate.counts import class_counts
from voctext.statistics.estimate import wilson


def evaluate_single(
    true: Sequence[str],
    predicted: Sequence[str],
    *,
    customers: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Any]:
    """
    Compare *predicted* labels with *true* ones.

    >>> evaluate_single(["a", "a", "b"], ["a", "b", "b"])["accuracy"]
    0.6667

    Args:
        true: What people said of each text.
        predicted: What was read.
        customers: Whose each text is, "" where that is not known; whole customers are drawn then.
        draws: Draws of the bootstrap.
        seed: The same one gives the same intervals.

    Returns:
        n; accuracy, and accuracy_interval, Wilson's at 95 %, or the bootstrap's where customers have more
        than one text; macro_f1 over the labels that occur in either, and macro_f1_interval, the
        bootstrap's; classes: precision, recall, f1 and support of each; confusion: of each true label, how
        often each was predicted; intervals: how the bootstrap was made.

    Raises:
        InputError: They differ in number, or there are none; fewer than 1,000 draws.
    """
    check_alike(true, predicted)
    labels = sorted({*true, *predicted})
    intervals, made = intervals_of(class_counts(true, predicted, labels), customers, draws=draws, seed=seed)
    figures = class_figures(true, predicted)
    low, high = intervals["macro_f1"]
    figures["macro_f1_interval"] = [min(low, figures["macro_f1"]), max(high, figures["macro_f1"])]
    if made["drawn"] == "customers":
        figures["accuracy_interval"] = intervals["accuracy"]  # Wilson's takes every text for a new customer
    return {**figures, "intervals": made}


def class_figures(true: Sequence[str], predicted: Sequence[str]) -> dict[str, Any]:
    """Give the figures of `evaluate_single` that take no draws."""
    labels = sorted({*true, *predicted})
    counts = {label: dict.fromkeys(labels, 0) for label in labels}
    for wanted, said in zip(true, predicted, strict=True):
        counts[wanted][said] += 1
    classes = {}
    for label in labels:
        both, support = counts[label][label], sum(counts[label].values())
        found = sum(row[label] for row in counts.values())
        classes[label] = {
            "precision": round(both / found, 4) if found else 0.0,
            "recall": round(both / support, 4) if support else 0.0,
            "f1": round(2 * both / (support + found), 4),
            "support": support,
        }
    right = sum(counts[label][label] for label in labels)
    interval = wilson(right, len(true))
    return {
        "n": len(true),
        "accuracy": round(right / len(true), 4),
        "accuracy_interval": [round(interval.low, 4), round(interval.high, 4)],
        "macro_f1": round(sum(row["f1"] for row in classes.values()) / len(classes), 4),
        "classes": classes,
        "confusion": {
            true: {k: n for k, n in row.items() if n} for true, row in counts.items() if any(row.values())
        },
    }


def single_by(
    true: Sequence[str], predicted: Sequence[str], groups: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Evaluate each of *groups* by itself; *groups* names the group of each text."""
    members: dict[str, list[tuple[str, str]]] = {}
    for wanted, said, group in zip(true, predicted, groups, strict=True):
        members.setdefault(group, []).append((wanted, said))
    return {
        group: class_figures([wanted for wanted, _ in members[group]], [said for _, said in members[group]])
        for group in sorted(members)
    }


def check_alike(true: Sequence[str], predicted: Sequence[str]) -> None:
    """
    Check that there is one predicted label for each true one.

    Raises:
        InputError: There is not, or there are none.
    """
    if len(true) != len(predicted) or not true:
        raise InputError(f"{len(true)} true and {len(predicted)} predicted labels; give as many, one or more")
