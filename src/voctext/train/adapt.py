"""
The default model adapted to labelled notes.

Readings of each kind of question compete on notes held out: the default as it is; the default calibrated
(`voctext.train.calibrate`), with or without the channel that a note came by; and its n-grams' weights moved
as far as the labelled notes ask for and the corpus allows (`voctext.train.prior`), then calibrated. Of
perceptions and polarities the plainest wins that is not surely worse than the best, after the rule of one
standard error (L. Breiman and others 1984, "Classification and Regression Trees"), here of two; of intents
the best, for shares always differ, if it gains a point of F1.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import (
    FIRST_INTENT,
    FIRST_POLARITY,
    default_model,
    probabilities,
    rule_answers,
)
from voctext.classify.model import OUTPUTS, LinearModel
from voctext.evaluate import tickets_of
from voctext.train.calibrate import calibration
from voctext.train.folds import held_out_groups
from voctext.train.heads import questions, targets
from voctext.train.held_out import check, deal_notes, figures, near_thresholds, one_thread, quality
from voctext.train.prior import asked, losses, precision, read, shift

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
KINDS = {
    "perception": slice(0, FIRST_POLARITY),
    "polarity": slice(FIRST_POLARITY, FIRST_INTENT),
    "intent": slice(FIRST_INTENT, len(OUTPUTS)),
}
CALIBRATED = ("perception", "intent")
EVEN = 200.0
"""Precision of each weight for intents, held alike: firm n-grams, but a desk's own share of each intent."""
GAIN = 0.005
"""What intents must gain in quality, that is twice as much in F1, to be read in another way."""
SURELY = {"perception": 2.0, "polarity": 2.0, "intent": 0.0}
"""By how many standard errors of its loss the default must be beaten; shares of intents always differ."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a kind of question may be read: by weights moved so far, calibrated or not, by channel or not."""

    weight: float = 0.0
    calibrated: bool = False
    by_channel: bool = False


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
    trial = _Trial(learner.held_out(fold_of), rule_answers(opinions), answers, fold_of, channel, model)
    chosen = trial.choose()
    scores = trial.read(chosen)
    chances = _chances(scores)
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
            "default": figures(_chances(trial.read({})), answers, model.thresholds, groups),
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


def _chances(scores: "Floats") -> "NDArray[np.float32]":
    import numpy as np

    return probabilities(scores.astype(np.float32))


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


@dataclass(frozen=True, slots=True)
class _Trial:
    """
    The contest of readings on notes held out.

    *held* has their logits for each weight of a note; *channel*, shape (notes, channels), a 1 for its own.
    """

    held: "Mapping[float, Floats]"
    rules: "NDArray[np.float32]"
    answers: "NDArray[np.int8]"
    fold_of: "Folds"
    channel: "Floats"
    model: LinearModel

    def choose(self) -> dict[str, Reading]:
        """Choose the reading of each kind of question, one after the other."""
        chosen: dict[str, Reading] = {}
        for kind, columns in KINDS.items():
            readings = [Reading()]
            if kind in CALIBRATED:
                readings.append(Reading(calibrated=True))
            readings += [Reading(weight, calibrated=kind in CALIBRATED) for weight in WEIGHTS]
            if kind == "intent" and self.channel.shape[1] > 1:
                readings += [replace(reading, by_channel=True) for reading in readings if reading.calibrated]
            scores = [self.read({**chosen, kind: reading}) for reading in readings]
            kept = [
                i for i, one in enumerate(scores) if not i or kind != "intent" or self._gains(one, scores[0])
            ]
            loss = [_surprise(scores[i], self.answers, columns) for i in kept]
            chosen[kind] = readings[kept[_plainest(loss, SURELY[kind])]]
        return chosen

    def _gains(self, scores: "Floats", usual: "Floats") -> bool:
        """Tell whether *scores* gain enough on the *usual* ones: likelier shares may drown a rare intent."""
        reached, before = (
            quality(_chances(one), self.answers, self.model.thresholds) for one in (scores, usual)
        )
        return reached >= before + GAIN

    def read(self, chosen: "Mapping[str, Reading]") -> "Floats":
        """Score the notes in the ways *chosen*; each fold is calibrated by the others, held out too."""
        import numpy as np

        scores, channel = self._scores(chosen), self._channel(chosen)
        result = scores.copy()
        columns = _calibrated(chosen)
        for fold in np.unique(self.fold_of) if columns else ():
            test = self.fold_of == fold
            fitted = calibration(scores[~test], self.answers[~test], channel[~test])
            result[np.ix_(test, columns)] = fitted.apply(scores[test], channel[test])[:, columns]
        return result

    def combination(
        self, chosen: "Mapping[str, Reading]"
    ) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
        """Give the combination with the rules, calibrated where *chosen*, and what each channel adds."""
        import numpy as np

        before, columns = self.model.combine.astype(float), _calibrated(chosen)
        fitted = calibration(self._scores(chosen), self.answers, self._channel(chosen))
        after = before @ fitted.matrix[:-1]
        after[-1] += fitted.matrix[-1]
        combination = before.copy()
        combination[:, columns] = after[:, columns]
        return combination.astype(np.float32), fitted.channels.astype(np.float32)

    def _channel(self, chosen: "Mapping[str, Reading]") -> "Floats":
        """Give the channel of each note as indicators, none where it is not *chosen* to tell."""
        by_channel = any(reading.by_channel for reading in chosen.values())
        return self.channel if by_channel else self.channel[:, :0]

    def _scores(self, chosen: "Mapping[str, Reading]") -> "Floats":
        import numpy as np

        logits = self.held[0.0].copy()
        for kind, reading in chosen.items():
            logits[:, KINDS[kind]] = self.held[reading.weight][:, KINDS[kind]]
        scores: Floats = np.hstack([logits, self.rules]) @ self.model.combine[:-1] + self.model.combine[-1]
        return scores


def _calibrated(chosen: "Mapping[str, Reading]") -> list[int]:
    """Give the outputs of the kinds of question that are calibrated."""
    places = range(len(OUTPUTS))
    return [i for kind, reading in chosen.items() if reading.calibrated for i in places[KINDS[kind]]]


def _surprise(scores: "Floats", answers: "NDArray[np.int8]", columns: slice) -> "Floats":
    """Give each note's loss over the questions of *columns* that it was asked; of polarities, errors."""
    import numpy as np

    total = np.zeros(len(scores))
    for group in questions():
        known = asked(answers, group)
        if not columns.start <= group.start < columns.stop or not known.any():
            continue
        given, right = scores[known][:, group], answers[known, group]
        if columns == KINDS["polarity"]:  # how sure one is of it, nobody is told
            total[known] += given.argmax(axis=1) != right.argmax(axis=1)
        else:
            total[known] += losses(given, right)[0]
    return total


def _plainest(loss: "Sequence[Floats]", surely: float) -> int:
    """
    Give the first of readings, plainest first, that is not surely worse than the best by its *loss*.

    The first of all, the default, must moreover not be beaten by *surely* standard errors.
    """
    import numpy as np

    best = min(range(len(loss)), key=lambda i: float(loss[i].mean()))
    for i, one in enumerate(loss[:best]):
        worse = one - loss[best]
        error = float(np.std(worse, ddof=1)) / len(worse) ** 0.5
        if worse.mean() <= error * (min(surely, 1.0) if i else surely):
            return i
    return best
