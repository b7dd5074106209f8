"""
The contest of readings: how each kind of question is read best, decided on notes held out.

The default as it is; the default calibrated (`voctext.train.calibrate`), with or without the channel that a
note came by; and its weights moved (`voctext.train.adapt`), then calibrated. Of perceptions and polarities
the plainest wins that is not surely worse than the best, after the rule of one standard error (L. Breiman
and others 1984, "Classification and Regression Trees"), here of two; of intents the best, for shares always
differ, if it gains a point of F1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voctext.classify.combined import FIRST_INTENT, FIRST_POLARITY, probabilities
from voctext.classify.model import OUTPUTS, LinearModel
from voctext.train.calibrate import calibration
from voctext.train.heads import questions
from voctext.train.held_out import quality
from voctext.train.prior import asked, losses

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Folds = NDArray[np.int64]

KINDS = {
    "perception": slice(0, FIRST_POLARITY),
    "polarity": slice(FIRST_POLARITY, FIRST_INTENT),
    "intent": slice(FIRST_INTENT, len(OUTPUTS)),
}
CALIBRATED = ("perception", "intent")
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


@dataclass(frozen=True, slots=True)
class Trial:
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
            readings += [Reading(weight, calibrated=kind in CALIBRATED) for weight in self.held if weight]
            if kind == "intent" and self.channel.shape[1] > 1:
                readings += [replace(reading, by_channel=True) for reading in readings if reading.calibrated]
            scores = [self.read({**chosen, kind: reading}) for reading in readings]
            kept = [
                i for i, one in enumerate(scores) if not i or kind != "intent" or self._gains(one, scores[0])
            ]
            loss = [_surprise(scores[i], self.answers, columns) for i in kept]
            chosen[kind] = readings[kept[plainest(loss, SURELY[kind])]]
        return chosen

    def _gains(self, scores: "Floats", usual: "Floats") -> bool:
        """Tell whether *scores* gain enough on the *usual* ones: likelier shares may drown a rare intent."""
        reached, before = (
            quality(chances_of(one), self.answers, self.model.thresholds) for one in (scores, usual)
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


def plainest(loss: "Sequence[Floats]", surely: float) -> int:
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


def chances_of(scores: "Floats") -> "NDArray[np.float32]":
    """Make probabilities of *scores*, shape (notes, OUTPUTS)."""
    import numpy as np

    return probabilities(scores.astype(np.float32))
