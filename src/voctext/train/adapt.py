"""
The default model adapted to labelled notes.

Each question's weights are moved as far as the labelled notes ask for and the corpus allows
(`voctext.train.prior`). How much a labelled note weighs against a note of the corpus is chosen for
perceptions, polarities and intent each by cross-validation; 0 leaves the default as it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import (
    FIRST_INTENT,
    FIRST_POLARITY,
    INTENTS,
    PERCEPTIONS,
    combine,
    default_model,
    rule_answers,
)
from voctext.classify.model import OUTPUTS, POLARITIES, LinearModel
from voctext.errors import InputError
from voctext.train.heads import questions, targets
from voctext.train.prior import asked, precision, read, shift

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voctext.evaluate import LabelledNote

    Floats = NDArray[np.float64]

WEIGHTS = (0.0, 2.0, 5.0, 15.0)
"""What a labelled note may weigh against a note of the corpus."""
FOLDS, FEWEST = 5, 20
KINDS = {
    "perception": slice(0, FIRST_POLARITY),
    "polarity": slice(FIRST_POLARITY, FIRST_INTENT),
    "intent": slice(FIRST_INTENT, len(OUTPUTS)),
}
EVEN = 200.0
"""Precision of each weight for intents, held alike: firm n-grams, but a desk's own share of each intent."""
BETTER = {"perception": 1.0, "polarity": 0.9, "intent": 1.0}
"""Of the default's log loss held out, what share a weight may leave: polarities are easily unlearned."""
NEAR = 1000.0
"""Over the number of notes: what F1 a threshold must gain to lie 1 away from the default's."""


def adapt(
    notes: "Sequence[LabelledNote]", *, groups: Sequence[str] | None = None, seed: int = 0
) -> LinearModel:
    """
    Adapt the default model to labelled *notes*.

    Args:
        notes: At least 20 of them.
        groups: The customer, or the source, of each note; notes of one group are held out together.
        seed: Deals the notes into folds. The same notes and seed give the same model.

    Returns:
        A model with the columns of the default; `about["adapted"]` tells the weights chosen, and how the
        default and the adapted model read the notes when held out.

    Raises:
        InputError: Too few notes, or not one group for each note.
    """
    import numpy as np

    if len(notes) < FEWEST:
        raise InputError(f"{len(notes)} labelled notes; give at least {FEWEST} to adapt to")
    if groups is not None and len(groups) != len(notes):
        raise InputError(f"{len(groups)} groups and {len(notes)} notes; give one group for each note")
    model = default_model()
    opinions, rows = read([note.text for note in notes])
    learner = _Learner(rows, targets(notes), model)
    fold_of = _deal(notes, groups, seed)
    held = {weight: learner.held_out(fold_of, weight) for weight in WEIGHTS}
    rules = rule_answers(opinions)
    chosen, logits = _choose(held, rules, learner.answers, model)
    chances = combine(logits.astype(np.float32), rules, model.combine)
    thresholds = (
        _thresholds(chances, learner.answers, model.thresholds) if chosen["perception"] else model.thresholds
    )
    before = figures(
        combine(held[0.0].astype(np.float32), rules, model.combine), learner.answers, model.thresholds
    )
    after = figures(chances, learner.answers, thresholds)
    weights = model.weights.astype(float)
    everything = np.arange(len(notes))
    for kind, weight in chosen.items():
        weights[:, KINDS[kind]] += learner.moved(everything, weight)[:, KINDS[kind]]
    adapted = {
        "notes": len(notes),
        "groups": len(set(groups)) if groups is not None else None,
        "seed": seed,
        "weight": chosen,
        "held_out": {"default": before, "adapted": after},
    }
    return replace(
        model,
        weights=weights.astype(np.float32),
        thresholds=thresholds,
        about={**model.about, "adapted": adapted},
    )


class _Learner:
    """Moves the default's weights by labelled notes."""

    def __init__(self, rows: Any, answers: "NDArray[np.int8]", model: LinearModel) -> None:
        self.rows, self.answers = rows, answers
        self._model = model
        self._scores = model.logits(rows).astype(float)
        self._held = precision().copy()
        self._held[:, FIRST_INTENT:] = EVEN

    def moved(self, chosen: "NDArray[np.int64]", weight: float) -> "Floats":
        """Give what to add to all weights after reading the *chosen* notes, each of *weight*."""
        import numpy as np

        moved = np.zeros(self._held.shape)
        if not weight:
            return moved
        for group in questions():
            some = chosen[asked(self.answers[chosen], group)]
            if not len(some):
                continue
            right = self.answers[some, group]
            heavy = np.full(len(some), weight)
            moved[:, group] = shift(
                self.rows[some], self._scores[some, group], right, heavy, self._held[:, group]
            )
        return moved

    def held_out(self, fold_of: "NDArray[np.int64]", weight: float) -> "Floats":
        """Score every note by weights moved without its fold."""
        import numpy as np

        scores = self._scores.copy()
        for fold in np.unique(fold_of) if weight else ():
            test = np.flatnonzero(fold_of == fold)
            moved = self.moved(np.flatnonzero(fold_of != fold), weight)
            scores[test] += self.rows[test] @ moved[:-1] + moved[-1]
        return scores


def _deal(notes: "Sequence[LabelledNote]", groups: Sequence[str] | None, seed: int) -> "NDArray[np.int64]":
    """Give each note a fold: whole groups, the largest first to the emptiest fold; else intents evenly."""
    import numpy as np

    shuffled = np.random.default_rng(seed).permutation(len(notes))
    fold_of = np.zeros(len(notes), dtype=np.int64)
    if groups is None or len(set(groups)) < 2:  # noqa: PLR2004  one group cannot be held out
        order = sorted(shuffled.tolist(), key=lambda i: INTENTS.index(notes[i].intent))
        fold_of[order] = np.arange(len(notes)) % FOLDS
        return fold_of
    members: dict[str, list[int]] = {}
    for i in shuffled.tolist():
        members.setdefault(groups[i], []).append(i)
    filled = [0] * FOLDS
    for group in sorted(members.values(), key=len, reverse=True):
        fold = filled.index(min(filled))
        fold_of[group] = fold
        filled[fold] += len(group)
    return fold_of


def _choose(
    held: "dict[float, Floats]", rules: "NDArray[np.float32]", answers: "NDArray[np.int8]", model: LinearModel
) -> tuple[dict[str, float], "Floats"]:
    """Give for each kind of question the weight that reads best, and the scores of notes held out with it."""
    import numpy as np

    logits = held[0.0].copy()
    chosen: dict[str, float] = {}
    for kind, columns in KINDS.items():
        scores: dict[float, float] = {}
        for weight, offered in held.items():
            trial = held[0.0].copy()
            trial[:, columns] = offered[:, columns]
            chances = combine(trial.astype(np.float32), rules, model.combine)
            # how likely the right answers were: F1 of few notes is too rough to choose by
            loss = _surprise(chances[:, columns], answers[:, columns])
            scores[weight] = -loss if weight else -loss * BETTER[kind]
        chosen[kind] = max(scores, key=lambda weight: scores[weight])
        logits[:, columns] = held[chosen[kind]][:, columns]
    return chosen, logits


def _surprise(chances: "NDArray[np.float32]", answers: "NDArray[np.int8]") -> float:
    """Give the mean log loss of the right answers, of yes or no each."""
    import numpy as np

    known = answers >= 0
    if not known.any():
        return 0.0
    sure = np.clip(np.where(answers == 1, chances, 1 - chances)[known], 1e-6, 1)
    return float(-np.log(sure).mean())


def _thresholds(
    chances: "NDArray[np.float32]", answers: "NDArray[np.int8]", usual: "NDArray[np.float32]"
) -> "NDArray[np.float32]":
    """Choose thresholds of great F1 on notes held out, over five neighbours, near the *usual* ones."""
    import numpy as np

    tried = np.arange(0.3, 0.61, 0.02)
    best = usual.copy()
    for i, near in enumerate(usual):
        f1 = np.array([_f1(answers[:, i] == 1, chances[:, i] >= one) for one in tried])
        smooth = np.convolve(np.pad(f1, 2, "edge"), np.ones(5) / 5, "valid")
        best[i] = tried[np.argmax(smooth - NEAR / len(answers) * np.abs(tried - near))]
    return best


def figures(
    chances: "NDArray[np.float32]", answers: "NDArray[np.int8]", thresholds: "NDArray[np.float32]"
) -> dict[str, float]:
    """Give perception and intent macro-F1, and the polarity's accuracy where a perception was found."""
    import numpy as np

    said, true = chances[:, : len(PERCEPTIONS)] >= thresholds, answers[:, : len(PERCEPTIONS)] == 1
    edges = range(FIRST_POLARITY, FIRST_INTENT + 1, len(POLARITIES))
    right = [
        chances[both, a:b].argmax(axis=1) == answers[both, a:b].argmax(axis=1)
        for both, (a, b) in zip((said & true).T, pairwise(edges), strict=True)
    ]
    wanted, read_as = answers[:, FIRST_INTENT:].argmax(axis=1), chances[:, FIRST_INTENT:].argmax(axis=1)
    occurring = np.union1d(wanted, read_as)
    flat = np.concatenate(right)
    return {
        "perception_macro_f1": round(
            float(np.mean([_f1(t, s) for t, s in zip(true.T, said.T, strict=True)])), 4
        ),
        "intent_macro_f1": round(float(np.mean([_f1(wanted == i, read_as == i) for i in occurring])), 4),
        "polarity_accuracy": round(float(flat.mean()), 4) if len(flat) else 0.0,
    }


def _f1(true: "NDArray[np.bool_]", said: "NDArray[np.bool_]") -> float:
    return float(2 * (true & said).sum() / max(1, true.sum() + said.sum()))
