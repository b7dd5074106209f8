"""Model folders of every kind that voctext trains without an encoder: written, read and told apart."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from voctext.classify.combined import CombinedClassifier
from voctext.classify.model import LinearModel, read_names
from voctext.errors import InputError, ModelError
from voctext.statistics.estimate import wilson
from voctext.taxonomy import Taxonomy
from voctext.train.single_model import KIND, SingleLabelModel

CARD = "README.md"


def load_model(folder: str | Path, taxonomy: Taxonomy | None = None) -> CombinedClassifier | SingleLabelModel:
    """
    Read the model in *folder*, of the kind that its JSON names; nothing in it is executed.

    Returns:
        A classifier of notes with a linear model's weights, or a model that gives one label to a text.

    Raises:
        ModelError: The folder is of an unknown kind, cut short or edited.
    """
    folder = Path(folder)
    kind = read_names(folder).get("kind", "linear")
    if kind == "linear":
        return CombinedClassifier(taxonomy, model=_linear(folder))
    if kind == KIND:
        return SingleLabelModel.load(folder)
    raise ModelError(f"{folder}: a model of kind {kind!r}; known here: linear, {KIND}; upgrade voctext")


def _linear(folder: Path) -> LinearModel:
    try:
        return LinearModel.load(folder)
    except (KeyError, TypeError) as error:
        raise ModelError(f"{folder}: lacks {error}; copy the whole folder again") from error


def save_model(
    model: LinearModel | SingleLabelModel, folder: str | Path, *, data: str = "labelled notes"
) -> None:
    """Write *model* into *folder*, with a model card that names *data* as what it was trained on."""
    folder = Path(folder)
    model.save(folder)
    (folder / CARD).write_text(card(model, data=data), encoding="utf-8")


def card(model: LinearModel | SingleLabelModel, *, data: str) -> str:
    """Write a model card: what it was trained on, how it read notes held out, and with which versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("voctext", "numpy", "scipy", "scikit-learn"))
    lines = [
        "# Model card",
        "",
        f"Trained on: {data}. Versions: Python {platform.python_version()}, {versions}.",
    ]
    lines += [
        "Numbers are in safetensors, names in JSON; no code is in this folder and none is executed.",
        "",
    ]
    if isinstance(model, LinearModel):
        lines += _adapted(model.about.get("adapted"), model.about)
    else:
        lines += _single(model)
    return "\n".join([*lines, ""])


def _adapted(told: Mapping[str, Any] | None, about: Mapping[str, Any]) -> list[str]:
    lines = [f"Prior: the default model, fitted to {about.get('notes')} synthetic notes.", ""]
    if told is None:
        return lines
    split = (
        f"{told['groups']} groups, each held out whole" if told["groups"] else "notes dealt evenly by intent"
    )
    lines += [f"{told['notes']} labelled notes; five folds, {split}; seed {told['seed']}.", ""]
    lines += ["| on notes held out | default | adapted | weight of a labelled note |", "|---|---|---|---|"]
    before, after = told["held_out"]["default"], told["held_out"]["adapted"]
    for key, value in before.items():
        weight = told["weight"][key.partition("_")[0]]
        lines.append(f"| {key.replace('_', ' ')} | {value:.3f} | {after[key]:.3f} | {weight:g} |")
    chosen = (
        "The weights and thresholds were chosen on the same folds, so the adapted figures are a little high."
    )
    return [*lines, "", chosen]


def _single(model: SingleLabelModel) -> list[str]:
    about = model.about
    lines = [f"{about['notes']} texts, {len(model.classes)} labels: {', '.join(model.classes)}."]
    lines += [f"Linear support vector machine, C = {about['C']}, seed {about['seed']}.", ""]
    told = about.get("held_out")
    if told:
        low, high = told["accuracy_interval"]
        lines += [
            (
                f"On texts held out ({about['folds']} folds): accuracy {told['accuracy']:.3f} "
                f"(95 % interval {low:.3f} to {high:.3f}), macro-F1 {told['macro_f1']:.3f}."
            ),
            "C was chosen on the same folds, so the figures are a little high.",
        ]
    return lines


def evaluate_single(true: Sequence[str], predicted: Sequence[str]) -> dict[str, Any]:
    """
    Compare *predicted* labels with *true* ones.

    >>> evaluate_single(["a", "a", "b"], ["a", "b", "b"])["accuracy"]
    0.6667

    Returns:
        n; accuracy, and accuracy_interval, Wilson's at 95 %; macro_f1 over the labels that occur in
        either; classes: precision, recall, f1 and support of each; confusion: of each true label, how
        often each was predicted.

    Raises:
        InputError: They differ in number, or there are none.
    """
    if len(true) != len(predicted) or not true:
        raise InputError(f"{len(true)} true and {len(predicted)} predicted labels; give as many, one or more")
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
