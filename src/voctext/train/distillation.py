"""
Distilling back: a linear model taught to answer like an encoder, to read a million tickets at linear speed.

The teacher's probabilities, not its decisions, are learned (G. Hinton, O. Vinyals and J. Dean 2015,
arXiv:1503.02531), around the weights of the linear model that the teacher reads beside, as
`voctext.train.prior` holds them; how far is chosen on texts held out. Of a teacher of single labels the
decisions are learned afresh.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import (
    FIRST_INTENT,
    FIRST_POLARITY,
    CombinedClassifier,
    combined_scores,
    default_model,
    probabilities,
    rule_answers,
)
from voctext.classify.model import OUTPUTS, POLARITIES, LinearModel
from voctext.encoder.classifier import EncoderClassifier, EncoderSingleLabel
from voctext.errors import InputError
from voctext.train.default import clauses_of
from voctext.train.heads import questions
from voctext.train.held_out import figures
from voctext.train.prior import losses, precision, shift, shipped_features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voctext.classify.single_label import SingleLabelModel

    Floats = NDArray[np.float64]

FEWEST = 100
WEIGHTS = (1.0, 4.0, 16.0)
"""What a text may weigh against a note of the corpus."""
HELD_OUT = 5
"""One text in so many is held out."""


def distil(
    teacher: EncoderClassifier | EncoderSingleLabel | CombinedClassifier,
    texts: Sequence[str],
    *,
    seed: int = 0,
) -> "LinearModel | SingleLabelModel":
    """
    Teach a linear model to read *texts* as *teacher* does.

    Args:
        teacher: An encoder, as `voctext.train.load_model` gives it.
        texts: Unlabelled, at least 100 different ones, of the kind that is to be read.
        seed: Chooses the texts held out.

    Returns:
        A model whose `about["distilled"]["held_out"]` tells how often the default and the student answer as
        the teacher does.

    Raises:
        InputError: Too few texts, or *teacher* is no encoder.
    """
    different = [text for text in dict.fromkeys(texts) if text.strip()]
    if len(different) < FEWEST:
        raise InputError(
            f"{len(different)} different texts; give at least {FEWEST} for a model to learn from an encoder"
        )
    if isinstance(teacher, EncoderSingleLabel):
        return _of_classes(teacher, different, seed)
    if not isinstance(teacher, EncoderClassifier):
        raise InputError(
            f"the teacher is {type(teacher).__name__}, no encoder; give a folder that "
            "`voctext train --encoder` wrote"
        )
    return _of_notes(teacher, different, seed)


def _of_classes(teacher: EncoderSingleLabel, texts: Sequence[str], seed: int) -> "SingleLabelModel":
    from voctext.train.single import SingleLabelClassifier

    labels = teacher.predict(texts)
    model = SingleLabelClassifier(random_state=seed).fit(texts, labels).model_
    told = {
        "notes": len(texts),
        "taught_by": teacher.about.get("base"),
        "seed": seed,
        "held_out": {"student": model.about["held_out"]} if "held_out" in model.about else {},
    }
    return replace(model, about={"distilled": told})


def _of_notes(teacher: EncoderClassifier, texts: Sequence[str], seed: int) -> LinearModel:
    import numpy as np

    model = teacher.model
    notes = [clauses_of(text) for text in texts]
    opinions, rows = shipped_features().read(notes)
    rules = rule_answers(opinions)
    scores = combined_scores(model.logits(rows), rules, model.combine).astype(float)
    plain = default_model()
    usual = combined_scores(plain.logits(rows), rules, plain.combine).astype(float)
    right = teacher.chances(notes).astype(float)
    decided = _decided(right, teacher.thresholds)
    order = np.random.default_rng(seed).permutation(len(texts))
    test, train = order[: len(texts) // HELD_OUT], order[len(texts) // HELD_OUT :]
    best: tuple[float, float, Floats] = (_loss(scores[test], right[test]), 0.0, scores[test])
    for weight in WEIGHTS:
        moved = _moved(rows[train], scores[train], right[train], weight)
        tried = scores[test] + rows[test] @ moved[:-1] + moved[-1]
        loss = _loss(tried, right[test])
        if loss < best[0]:
            best = (loss, weight, tried)
    moved = _moved(rows, scores, right, best[1]) if best[1] else np.zeros((rows.shape[1] + 1, len(OUTPUTS)))
    told = {
        "notes": len(texts),
        "taught_by": teacher.about.get("base"),
        "weight": best[1],
        "channels": list(model.channels),
        "seed": seed,
        "held_out": {
            "default": _agreement(usual[test], plain.thresholds, decided[test]),
            "student": _agreement(best[2], teacher.thresholds, decided[test]),
        },
    }
    return replace(
        _joined(model, moved),
        thresholds=teacher.thresholds,
        about={**plain.about, "distilled": told},
        channels={name: shift @ teacher.blend for name, shift in model.channels.items()},
    )


def _moved(rows: Any, scores: "Floats", right: "Floats", weight: float) -> "Floats":
    """Give what to add to the weights behind *scores*, so that *rows* are answered as is *right*."""
    import numpy as np

    moved = np.zeros(precision().shape)
    heavy = np.full(rows.shape[0], weight)
    for group in questions():
        asked = heavy * _asked(right, group)
        moved[:, group] = shift(rows, scores[:, group], right[:, group], asked, precision()[:, group])
    return moved


def _joined(model: LinearModel, moved: "Floats") -> LinearModel:
    """
    Give *model* with *moved* added to its final scores.

    Its combination with the rules is worked into the weights as far as it is of the heads.
    """
    import numpy as np

    heads, rules = model.combine[: len(OUTPUTS)].astype(float), model.combine[len(OUTPUTS) :]
    weights = (model.weights.astype(float) @ heads + moved).astype(np.float32)
    combine = np.vstack([np.eye(len(OUTPUTS), dtype=np.float32), rules])
    return replace(model, weights=weights, combine=combine)


def _loss(scores: "Floats", right: "Floats") -> float:
    return float(
        sum(
            (losses(scores[:, group], right[:, group])[0] * _asked(right, group)).mean()
            for group in questions()
        )
    )


def _asked(right: "Floats", group: slice) -> "Floats":
    """Give how far each text is asked the question of *group*: a polarity as likely as its perception."""
    import numpy as np

    if not FIRST_POLARITY <= group.start < FIRST_INTENT:
        return np.ones(len(right))
    return right[:, (group.start - FIRST_POLARITY) // len(POLARITIES)]


def _decided(chances: "Floats", thresholds: "NDArray[np.float32]") -> "NDArray[np.int8]":
    """Give the answers that *chances* amount to, as indicators."""
    import numpy as np

    answers = np.zeros(chances.shape, dtype=np.int8)
    for group in questions():
        if group.stop - group.start == 1:
            answers[:, group] = chances[:, group] >= thresholds[group]
        else:
            answers[np.arange(len(chances)), group.start + chances[:, group].argmax(axis=1)] = 1
    return answers


def _agreement(
    scores: "Floats", thresholds: "NDArray[np.float32]", decided: "NDArray[np.int8]"
) -> dict[str, Any]:
    """Give how often the answers are those *decided* by the teacher."""
    import numpy as np

    return figures(probabilities(scores.astype(np.float32)), decided, thresholds)
