"""
Learning from few notes with a prior: the weights of the default model, and how firmly the corpus holds them.

The corpus is not fitted again. Around the weights that it gave, its loss is a parabola whose curvature
is the Fisher information; of that the diagonal is kept. What is minimized is this parabola and the loss
of the labelled notes, times their weight against notes of the corpus.

Source: D. J. C. MacKay (1992), Neural Computation 4(3), 448-472 (the approximation of Laplace).
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import default_model
from voctext.classify.features import Features
from voctext.classify.model import OUTPUTS
from voctext.corpus import notes
from voctext.taxonomy import Taxonomy
from voctext.train.default import STRENGTH, clauses_of, weights_of
from voctext.train.heads import questions, targets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROUNDS, ENOUGH = 100, 1e-7
"""How many steps a fit may take, and by what share of the loss a step must better it."""


@cache
def shipped_features() -> Features:
    """Give the columns of the shipped model, once a process."""
    model = default_model()
    return Features(Taxonomy.default(), model.ngrams, model.idf, model.signals)


@cache
def precision() -> "Floats":
    """
    Give how firmly the corpus holds each weight of the shipped model, shape (columns + 1, OUTPUTS).

    Reading the corpus takes some seconds, so it is done once a process.
    """
    import numpy as np

    model, corpus = default_model(), notes()
    _, rows = shipped_features().read([clauses_of(note.text) for note in corpus])
    scores = model.logits(rows).astype(float)
    answers, weight = targets(corpus), weights_of(corpus)
    squared = rows.power(2).T.tocsr()
    held = np.full((rows.shape[1] + 1, len(OUTPUTS)), 1 / STRENGTH)
    for group in questions():
        chance = _chances(scores[:, group])
        spread = chance * (1 - chance) * (weight * (answers[:, group.start] >= 0))[:, None]
        held[:-1, group] += squared @ spread
        held[-1, group] += spread.sum(axis=0)
    return held


def shift(
    rows: Any,
    scores: "Floats",
    answers: "NDArray[Any]",
    weight: "Floats",
    held: "Floats",
    *,
    start: "Floats | None" = None,
) -> "Floats":
    """
    Give what to add to the weights that gave *scores*, so that *rows* are answered better.

    Args:
        rows: CSR matrix (notes, columns).
        scores: What the prior's weights answer, shape (notes, answers of one question).
        answers: Right answers of the question as indicators or probabilities, same shape.
        weight: Of each note, against a note of the corpus.
        held: Precision of each weight, shape (columns + 1, answers of one question).
        start: What was given for a lighter weight, to begin there; same shape.
    """
    import numpy as np
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix, hstack

    wide = hstack([rows, csr_matrix(np.ones((rows.shape[0], 1)))]).tocsc()
    used = np.flatnonzero(np.diff(wide.indptr))
    known = wide[:, used].tocsr()
    turned = known.T.tocsr()
    scale = 1 / np.sqrt(held[used])  # steps of one size for firm and loose weights alike
    first = np.zeros(scale.size) if start is None else (start[used] / scale).ravel()

    def loss(flat: "Floats") -> tuple[float, "Floats"]:
        now = scores + known @ (flat.reshape(scale.shape) * scale)
        value, slope = losses(now, answers)
        steep = (turned @ (weight[:, None] * slope)) * scale
        return float(weight @ value + flat @ flat / 2), steep.ravel() + flat

    limits = {"maxiter": ROUNDS, "ftol": ENOUGH}
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options=limits)
    moved = np.zeros(held.shape)
    moved[used] = found.x.reshape(scale.shape) * scale
    return moved


def asked(answers: "NDArray[np.int8]", group: slice) -> "NDArray[np.bool_]":
    """Tell which notes were asked the question of *group*."""
    return answers[:, group.start] >= 0


def _chances(scores: "Floats") -> "Floats":
    from scipy.special import expit, softmax

    chances: Floats = expit(scores) if scores.shape[1] == 1 else softmax(scores, axis=1)
    return chances


def losses(scores: "Floats", answers: "NDArray[Any]") -> tuple["Floats", "Floats"]:
    """Give the log loss of each note, and its slope in the scores."""
    import numpy as np
    from scipy.special import logsumexp

    if scores.shape[1] == 1:
        value = np.logaddexp(0, scores[:, 0]) - answers[:, 0] * scores[:, 0]
    else:
        value = logsumexp(scores, axis=1) - (scores * answers).sum(axis=1)
    return value, _chances(scores) - answers


def read(texts: Sequence[str]) -> tuple[list[Any], Any]:
    """Give the rules' opinions of *texts*, and their rows in the columns of the shipped model."""
    return shipped_features().read([clauses_of(text) for text in texts])
