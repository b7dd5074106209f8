"""The heads: one logistic regression for each question that notes are asked."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from voctext.classify.combined import FIRST_INTENT, FIRST_POLARITY, INTENTS, PERCEPTIONS
from voctext.classify.model import OUTPUTS, POLARITIES
from voctext.errors import require
from voctext.records import Intent, Perception

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Answered(Protocol):
    """A note that somebody has read: of the corpus, or labelled."""

    @property
    def perceptions(self) -> Mapping[Perception, int]:
        """Each perception that is voiced, with its polarity."""
        ...

    @property
    def intent(self) -> Intent:
        """What the customer wants by saying it."""
        ...


def targets(notes: Sequence[Answered]) -> "NDArray[np.int8]":
    """Give what people say of each note, shape (notes, OUTPUTS): 1 yes, 0 no, −1 not asked."""
    import numpy as np

    answers = np.zeros((len(notes), len(OUTPUTS)), dtype=np.int8)
    for row, note in zip(answers, notes, strict=True):
        said = note.perceptions
        for i, perception in enumerate(PERCEPTIONS):
            row[i] = perception in said
            place = FIRST_POLARITY + i * len(POLARITIES)
            row[place : place + len(POLARITIES)] = (
                [said[perception] == p for p in POLARITIES] if perception in said else -1
            )
        row[FIRST_INTENT + INTENTS.index(note.intent)] = 1
    return answers


def questions() -> list[slice]:
    """Give the columns of OUTPUTS that are answered together."""
    edges = [
        *range(FIRST_POLARITY + 1),
        *range(FIRST_POLARITY + len(POLARITIES), FIRST_INTENT + 1, len(POLARITIES)),
        len(OUTPUTS),
    ]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def fit_heads(
    rows: Any, answers: "NDArray[np.int8]", weight: "NDArray[np.float64]", strength: float
) -> "NDArray[np.float32]":
    """Fit one regression per question; shape (columns + 1, OUTPUTS), intercepts last."""
    import numpy as np

    weights = np.zeros((rows.shape[1] + 1, len(OUTPUTS)), dtype=np.float32)
    for group in questions():
        asked = answers[:, group.start] >= 0
        weights[:, group] = fit_head(rows[asked], answers[asked, group], weight[asked], strength)
    return weights


def fit_head(
    rows: Any, answers: "NDArray[np.int8]", weight: "NDArray[np.float64]", strength: float
) -> "NDArray[np.float32]":
    """Fit one question; shape (columns + 1, answers), the intercept last."""
    import numpy as np

    linear = require("sklearn.linear_model", extra="train")
    single = answers.shape[1] == 1
    labels = answers[:, 0] if single else answers.argmax(axis=1)
    fitted = linear.LogisticRegression(C=strength, max_iter=2000).fit(rows, labels, sample_weight=weight)
    known = [0] if single else [int(label) for label in fitted.classes_]
    weights = np.zeros((rows.shape[1] + 1, answers.shape[1]), dtype=np.float32)
    weights[-1] = -30.0  # a class nobody gave an example of
    if not single and len(known) == 2:  # noqa: PLR2004  scikit-learn keeps one row for two classes
        weights[:, known[0]] = 0
        known = known[1:]
    weights[:-1, known] = fitted.coef_.T
    weights[-1, known] = fitted.intercept_
    return weights
