"""
The default model adapted to labelled notes.

Its n-grams' weights are moved as far as the labelled notes ask for and the corpus allows
(`voctext.train.prior`), or it is calibrated (`voctext.train.calibrate`), or both, or neither: which of these
is decided for each kind of question on notes held out (`voctext.train.contest`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import FIRST_INTENT, default_model, rule_answers
from voctext.classify.model import LinearModel
from voctext.evaluate import tickets_of
from voctext.train.contest import KINDS, Reading, Trial, chances_of
from voctext.train.folds import held_out_groups
from voctext.train.heads import questions, targets
from voctext.train.held_out import check, deal_notes, figures, near_thresholds, one_thread
from voctext.train.prior import asked, precision, read, shift

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voctext.evaluate import LabelledNote

    Floats = NDArray[np.float64]
    Folds = NDArray[np.int64]

FEWEST = 5
"""A channel of fewer notes is held to be unknown."""
WEIGHTS = (2.0, 10.0)
"""What a labelled note may weigh against a note of the corpus, beside nothing."""
EVEN = 200.0
"""Precision of each weight for intents, held alike: firm n-grams, but a desk's own share of each intent."""


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
        A model with the columns of the default; `about["adapted"]` tells for each kind of question the
        weight of a note and whether it is calibrated, which channels shift the intents, and how the default
        and the adapted model read the notes when held out.

    Raises:
        InputError: Too few notes, or not one group for each note.
    """
    return adapt_and_read(notes, groups=groups, seed=seed).model


@dataclass(frozen=True, slots=True)
class Adapted:
    """
    An adapted model, and how the notes were read when held out.

    *default* and *held_out* are what the default and the adapted model score, shape (notes, OUTPUTS);
    *fold_of* is the fold in which each note was held out.
    """

    model: LinearModel
    default: "Floats"
    held_out: "Floats"
    fold_of: "Folds"


def adapt_and_read(
    notes: "Sequence[LabelledNote]", *, groups: Sequence[str] | None = None, seed: int = 0
) -> Adapted:
    """
    Adapt as `adapt` does, and keep how the default and the adapted model score the notes when held out.

    Raises:
        InputError: As `adapt`.
    """
    check(notes, groups)
    with one_thread():
        return _adapt(notes, groups, seed)


def _adapt(notes: "Sequence[LabelledNote]", groups: Sequence[str] | None, seed: int) -> Adapted:
    import numpy as np

    model = default_model()
    opinions, rows = read([note.text for note in notes])
    answers, fold_of = targets(notes), deal_notes(notes, groups, seed)
    came_by = [ticket.channel for ticket in tickets_of(notes)]
    known = sorted(name for name, times in Counter(came_by).items() if name and times >= FEWEST)
    channel = np.array([[float(name == one) for one in known] for name in came_by])
    learner = _Learner(rows, answers, model)
    trial = Trial(learner.held_out(fold_of), rule_answers(opinions), answers, fold_of, channel, model)
    chosen = trial.choose()
    scores = trial.read(chosen)
    chances = chances_of(scores)
    kept = chosen["perception"] == Reading()
    combination, shifts = trial.combination(chosen)
    heard = known if chosen["intent"].by_channel else []
    found_at = model.thresholds if kept else near_thresholds(chances, answers, model.thresholds)
    told = {
        "notes": len(notes),
        "groups": held_out_groups(groups),
        "seed": seed,
        "weight": {kind: reading.weight for kind, reading in chosen.items()},
        "calibrated": {kind: reading.calibrated for kind, reading in chosen.items()},
        "channels": heard,
        "held_out": {
            "default": figures(chances_of(trial.read({})), answers, model.thresholds, groups),
            "adapted": figures(chances, answers, found_at, groups),
        },
    }
    learned = replace(
        model,
        weights=learner.learned(chosen),
        combine=combination,
        thresholds=found_at,
        about={**model.about, "adapted": told},
        channels=dict(zip(heard, shifts, strict=True)),
    )
    return Adapted(learned, trial.read({}), scores, fold_of)


class _Learner:
    """Moves the default's weights by labelled notes."""

    def __init__(self, rows: Any, answers: "NDArray[np.int8]", model: LinearModel) -> None:
        self.rows, self.answers = rows.astype(float), answers
        self._model = model
        self._logits = model.logits(rows).astype(float)
        self._held = precision().copy()
        self._held[:, FIRST_INTENT:] = EVEN

    def moved(self, chosen: "Folds", weight: float, start: "Floats | None" = None) -> "Floats":
        """Give what to add to all weights after reading the *chosen* notes, each of *weight*."""
        import numpy as np

        moved = np.zeros(self._held.shape)
        for group in questions() if weight else ():
            some = chosen[asked(self.answers[chosen], group)]
            if len(some):
                moved[:, group] = shift(
                    self.rows[some],
                    self._logits[some, group],
                    self.answers[some, group],
                    np.full(len(some), weight),
                    self._held[:, group],
                    start=None if start is None else start[:, group],
                )
        return moved

    def held_out(self, fold_of: "Folds") -> "dict[float, Floats]":
        """Give the logits of every note, by weights moved without its fold."""
        import numpy as np

        held = {weight: self._logits.copy() for weight in (0.0, *WEIGHTS)}
        for fold in np.unique(fold_of):
            test, moved = np.flatnonzero(fold_of == fold), None
            for weight in WEIGHTS:
                moved = self.moved(np.flatnonzero(fold_of != fold), weight, moved)
                held[weight][test] += self.rows[test] @ moved[:-1] + moved[-1]
        return held

    def learned(self, chosen: "Mapping[str, Reading]") -> "NDArray[np.float32]":
        """Give the weights after reading all notes in the ways *chosen*."""
        import numpy as np

        weights = self._model.weights.astype(float)
        moved = {weight: self.moved(np.arange(len(self.answers)), weight) for weight in _weights(chosen)}
        for kind, reading in chosen.items():
            weights[:, KINDS[kind]] += moved[reading.weight][:, KINDS[kind]]
        return weights.astype(np.float32)


def _weights(chosen: "Mapping[str, Reading]") -> list[float]:
    return sorted({reading.weight for reading in chosen.values()})
