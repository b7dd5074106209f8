"""
Calibrating the default model by labelled notes: few numbers, learned surely from few notes.

A desk hears another share of complaints than the corpus, and in words that the model is too sure, or not
sure enough, of. So each question's scores are stretched alike (temperature) and each answer's are shifted;
a perception is also told what the other perceptions score, for where one is, another often is not. And
what people want differs by where they write: reviewers blame and praise, callers ask. So each channel may
shift the intents once more.

Source: M. Saerens, P. Latinne and C. Decaestecker (2002), Neural Computation 14(1), 21-41 (shares);
C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017), ICML (temperature).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voctext.classify.combined import FIRST_POLARITY
from voctext.train.heads import questions
from voctext.train.prior import asked, losses

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHIFT, STRETCH, OTHERS = 0.35, 0.25, 0.17
"""
Standard deviations before anything is read: of an answer's shift, of the logarithm of the stretch, and of
what one unit of another perception's score adds. The genres of the corpus, each calibrated by itself, differ
by 0.9, 0.25 and 0.17. They were written to differ in what they ask for, so desks are held to differ less in
shares: seldom by more than a factor of two in the odds. Real posts that were measured on asked for that
too, so the gains told of them are a little high.
"""
CHANNEL = 0.9
"""The same of what a channel adds to the shift of an intent: as much as the genres of the corpus differ."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """
    What turns scores into scores that fit the answers.

    *matrix* has shape (OUTPUTS + 1, OUTPUTS), the last row added to every note; *channels* has shape
    (channels, OUTPUTS), a row added to the notes of a channel.
    """

    matrix: "Floats"
    channels: "Floats"

    def apply(self, scores: "Floats", channel: "Floats") -> "Floats":
        """Turn *scores* of notes from the channels that *channel* tells, as `calibration` has it."""
        turned: Floats = scores @ self.matrix[:-1] + self.matrix[-1] + channel @ self.channels
        return turned


def calibration(scores: "Floats", answers: "NDArray[np.int8]", channel: "Floats") -> Calibration:
    """
    Fit what turns *scores* into scores that fit the *answers*, both of shape (notes, OUTPUTS).

    *channel*, shape (notes, channels), has a 1 where a note is of a channel; it shifts intents alone, on
    average over its notes not at all. Polarities are left as they are.
    """
    import numpy as np

    outputs = scores.shape[1]
    matrix = np.vstack([np.eye(outputs), np.zeros(outputs)])
    channels = np.zeros((channel.shape[1], outputs))
    for group in questions():
        perception, intent = group.stop <= FIRST_POLARITY, group.stop == outputs
        known = asked(answers, group)
        if not known.any() or not (perception or intent):
            continue
        own, right = scores[known][:, group], answers[known, group]
        if perception:
            others = [i for i in range(FIRST_POLARITY) if i != group.start]
            stretch, shifts, matrix[others, group] = _fit(own, scores[known][:, others], right, OTHERS)
        else:
            named = channel.sum(axis=1, keepdims=True)
            share = channel.sum(axis=0) / max(1.0, named.sum())
            stretch, shifts, added = _fit(own, channel - named * share, right, CHANNEL)
            channels[:, group] = added - share @ added
        matrix[group, group] = np.eye(group.stop - group.start) * stretch
        matrix[-1, group] = shifts
    return Calibration(matrix, channels)


def _fit(
    own: "Floats", beside: "Floats", answers: "NDArray[np.int8]", spread: float
) -> tuple[float, "Floats", "Floats"]:
    """
    Give the stretch and the shifts of one question, and the weights of what stands *beside* it.

    They are the likeliest under their priors; *spread* is the standard deviation of those weights.
    """
    import numpy as np
    from scipy.optimize import minimize

    width, more = own.shape[1], beside.shape[1]

    def parts(flat: "Floats") -> tuple[float, "Floats", "Floats"]:
        added = flat[1 + width :].reshape(more, width) * spread
        return float(np.exp(flat[0] * STRETCH)), flat[1 : 1 + width] * SHIFT, added

    def loss(flat: "Floats") -> tuple[float, "Floats"]:
        stretch, shifts, added = parts(flat)
        value, slope = losses(own * stretch + shifts + beside @ added, answers)
        steep = [
            [(slope * own).sum() * stretch * STRETCH],
            slope.sum(axis=0) * SHIFT,
            (beside.T @ slope).ravel() * spread,
        ]
        return float(value.sum() + flat @ flat / 2), np.concatenate(steep) + flat

    return parts(minimize(loss, np.zeros(1 + width * (1 + more)), jac=True, method="L-BFGS-B").x)
