"""
Calibrating the default model by labelled notes: few numbers, learned surely from few notes.

A desk hears another share of complaints than the corpus, and in words that the model is too sure, or not
sure enough, of. So each question's scores are stretched alike (temperature) and each answer's are shifted;
a perception is also told what the other perceptions score, for where one is, another often is not.

Source: M. Saerens, P. Latinne and C. Decaestecker (2002), Neural Computation 14(1), 21-41 (shares);
C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017), ICML (temperature).
"""

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


def calibration(scores: "Floats", answers: "NDArray[np.int8]") -> "Floats":
    """
    Fit what turns *scores* into scores that fit the *answers*, both of shape (notes, OUTPUTS).

    Returns:
        A matrix of shape (OUTPUTS + 1, OUTPUTS), the last row added to every note. Polarities are left
        as they are.
    """
    import numpy as np

    outputs = scores.shape[1]
    matrix = np.vstack([np.eye(outputs), np.zeros(outputs)])
    for group in questions():
        single = group.stop <= FIRST_POLARITY
        known = asked(answers, group)
        if known.any() and (single or group.stop == outputs):
            others = [i for i in range(FIRST_POLARITY) if single and i != group.start]
            own, more = scores[known][:, group], scores[known][:, others]
            stretch, shifts, added = _fit(own, more, answers[known, group])
            matrix[group, group] = np.eye(group.stop - group.start) * stretch
            matrix[others, group] = added
            matrix[-1, group] = shifts
    return matrix


def apply(matrix: "Floats", scores: "Floats") -> "Floats":
    """Turn *scores* by *matrix*."""
    turned: Floats = scores @ matrix[:-1] + matrix[-1]
    return turned


def _fit(own: "Floats", others: "Floats", answers: "NDArray[np.int8]") -> tuple[float, "Floats", "Floats"]:
    """Give stretch, shifts and weights of the *others* of one question, the likeliest under their priors."""
    import numpy as np
    from scipy.optimize import minimize

    width, more = own.shape[1], others.shape[1]

    def parts(flat: "Floats") -> tuple[float, "Floats", "Floats"]:
        added = flat[1 + width :].reshape(more, width) * OTHERS
        return float(np.exp(flat[0] * STRETCH)), flat[1 : 1 + width] * SHIFT, added

    def loss(flat: "Floats") -> tuple[float, "Floats"]:
        stretch, shifts, added = parts(flat)
        value, slope = losses(own * stretch + shifts + others @ added, answers)
        steep = [
            [(slope * own).sum() * stretch * STRETCH],
            slope.sum(axis=0) * SHIFT,
            (others.T @ slope).ravel() * OTHERS,
        ]
        return float(value.sum() + flat @ flat / 2), np.concatenate(steep) + flat

    return parts(minimize(loss, np.zeros(1 + width * (1 + more)), jac=True, method="L-BFGS-B").x)
