"""
Few labels: the encoder stays as it is, and heads are fitted to the features it gives.

Beside the features stand the default model's scores, where there are any, almost free to be taken as they
are. How far the features may speak is chosen for each kind of question by the notes held out; not at all
is a choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voctext.train.heads import fit_head

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Inverse regularizations tried (scikit-learn's C), of features whose squares add up to about one."""
FREE = 3.0
"""How much larger the default's scores stand beside the features: regularization hardly holds them."""
NEVER = -30.0
"""The score of an answer of which nobody gave an example, where there is no other to learn it from."""
EXAMPLES = 3
"""A question one of whose answers has fewer examples is left to the default."""


@dataclass(frozen=True, slots=True)
class FrozenHeads:
    """Heads: weights (width, outputs), bias (outputs,), and the default's part (outputs, outputs)."""

    weights: "Floats"
    bias: "Floats"
    blend: "Floats"

    def __call__(self, features: "Floats", default: "Floats") -> "Floats":
        """Give the scores of notes with these *features* and the *default*'s scores."""
        return features @ self.weights + self.bias + default @ self.blend


def fit_frozen(
    features: "Floats",
    answers: "NDArray[np.int8]",
    default: "Floats | None",
    *,
    questions: Sequence[slice],
    kinds: Mapping[str, slice],
    fold_of: "NDArray[np.int64]",
    surely: Mapping[str, float] | None = None,
) -> tuple[FrozenHeads, "Floats", dict[str, float]]:
    """
    Fit heads to *features* (notes, width), and choose how strongly.

    Args:
        features: What the encoder makes of each note.
        answers: 1, 0, or −1 for not asked, shape (notes, outputs).
        default: The default's scores, shape (notes, outputs); None where there is no default.
        questions: Columns that are answered together.
        kinds: Columns for which one strength is chosen.
        fold_of: The fold in which each note is held out.
        surely: By how many standard errors of its loss the default must be beaten, of each kind; else 1.

    Returns:
        The heads, the scores of notes held out, and of each kind the strength chosen; 0 is the default's
        scores as they are.
    """
    import numpy as np

    prior = np.zeros(answers.shape) if default is None else default.astype(float)
    strengths = STRENGTHS if default is None else (0.0, *STRENGTHS)
    held = {c: np.zeros(answers.shape) for c in strengths}
    for fold in np.unique(fold_of):
        train, test = fold_of != fold, fold_of == fold
        for strength, scores in held.items():
            heads = _fit(
                features[train], answers[train], prior[train], questions, strength, alone=default is None
            )
            scores[test] = heads(features[test], prior[test])
    chosen: dict[str, float] = {}
    everything = _empty(features.shape[1], answers.shape[1])
    scores = np.zeros(answers.shape)
    for kind, columns in kinds.items():
        mine = [group for group in questions if columns.start <= group.start < columns.stop]
        best = _strongest(held, answers, mine, (surely or {}).get(kind, 1.0))
        heads = _fit(features, answers, prior, mine, best, alone=default is None)
        for whole, part in ((everything.weights, heads.weights), (everything.blend, heads.blend)):
            whole[:, columns] = part[:, columns]
        everything.bias[columns] = heads.bias[columns]
        scores[:, columns] = held[best][:, columns]
        chosen[kind] = best
    return everything, scores, chosen


def _empty(width: int, outputs: int) -> FrozenHeads:
    import numpy as np

    return FrozenHeads(np.zeros((width, outputs)), np.zeros(outputs), np.zeros((outputs, outputs)))


def _fit(
    features: "Floats",
    answers: "NDArray[np.int8]",
    prior: "Floats",
    questions: Sequence[slice],
    strength: float,
    *,
    alone: bool,
) -> FrozenHeads:
    import numpy as np

    heads = _empty(features.shape[1], answers.shape[1])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scale = 1 / (spread * np.sqrt(features.shape[1]))
    for group in questions:
        asked = answers[:, group.start] >= 0
        right = answers[asked, group]
        seen = right.sum(axis=0) if right.shape[1] > 1 else np.array([right.sum(), (right == 0).sum()])
        if not strength or (not alone and seen.min() < EXAMPLES):
            heads.blend[group, group] = np.eye(right.shape[1])
            continue
        if (seen > 0).sum() < 2:  # noqa: PLR2004  one answer is no question
            heads.bias[group] = np.where(seen > 0, 0.0, NEVER)
            continue
        rows = np.hstack([(features[asked] - mean) * scale, FREE * prior[asked, group]])
        fitted = fit_head(rows, right, np.ones(len(rows)), strength).astype(float)
        width = features.shape[1]
        heads.weights[:, group] = fitted[:width] * scale[:, None]
        heads.bias[group] = fitted[-1] - mean @ heads.weights[:, group]
        heads.blend[group, group] = fitted[width:-1] * FREE
    return heads


def _strongest(
    held: "Mapping[float, Floats]", answers: "NDArray[np.int8]", questions: Sequence[slice], surely: float
) -> float:
    """Give the strength that reads best, or 0 where that is offered and not beaten *surely* enough."""
    import numpy as np

    lost = {strength: losses(scores, answers, questions) for strength, scores in held.items()}
    best = min(lost, key=lambda strength: lost[strength].mean())
    if 0.0 not in lost:
        return best
    gain = lost[0.0] - lost[best]
    return best if gain.mean() > surely * gain.std() / np.sqrt(len(gain)) else 0.0


def surprise(scores: "Floats", answers: "NDArray[np.int8]", questions: Sequence[slice]) -> float:
    """Give the mean log loss of the right answers, over notes and questions; 0 where none was asked."""
    return float(losses(scores, answers, questions).mean())


def losses(scores: "Floats", answers: "NDArray[np.int8]", questions: Sequence[slice]) -> "Floats":
    """Give the mean log loss of each note's answers, 0 for a question that it was not asked."""
    import numpy as np
    from scipy.special import log_softmax

    lost = np.zeros(len(scores))
    for group in questions:
        asked = answers[:, group.start] >= 0
        said, right = scores[asked, group], answers[asked, group]
        if said.shape[1] == 1:
            lost[asked] += np.logaddexp(0, np.where(right == 1, -said, said)).ravel()
        else:
            lost[asked] -= log_softmax(said, axis=1)[np.arange(len(said)), right.argmax(axis=1)]
    return lost / len(questions)
