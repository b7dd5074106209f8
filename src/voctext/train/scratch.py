"""
A linear model fitted to labelled notes alone: the columns of the default model, nothing of its answers.

The n-grams, their rarity, the rules' signals and the topics are the default's, for labels of notes say
nothing of topics. Heads, their combination with the rules, and thresholds come from the labelled notes.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import FIRST_INTENT, FIRST_POLARITY, combine, default_model, rule_answers
from voctext.classify.model import OUTPUTS, LinearModel
from voctext.train.default import COMBINE_STRENGTH, STRENGTH
from voctext.train.folds import held_out_groups
from voctext.train.heads import fit_head, questions, targets
from voctext.train.held_out import best_thresholds, check, deal_notes, figures, one_thread
from voctext.train.prior import asked, read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voctext.evaluate import LabelledNote

    Floats = NDArray[np.float32]

NEVER = -30.0
"""Score of an answer that nobody gave an example of."""


def train_from_scratch(
    notes: "Sequence[LabelledNote]", *, groups: Sequence[str] | None = None, seed: int = 0
) -> LinearModel:
    """
    Fit a model to labelled *notes* only; what `adapt` is to be compared with, and seldom better.

    Args:
        notes: At least 20 of them. A perception or intent that none of them has is never found.
        groups: The customer, or the source, of each note; notes of one group are held out together.
        seed: Deals the notes into folds. The same notes and seed give the same model.

    Returns:
        A model with the columns and the topics of the default; `about["scratch"]` tells how the default
        and this model read the notes when held out.

    Raises:
        InputError: Too few notes, or not one group for each note.
    """
    check(notes, groups)
    with one_thread():
        return _train(notes, groups, seed)


def _train(notes: "Sequence[LabelledNote]", groups: Sequence[str] | None, seed: int) -> LinearModel:
    model = default_model()
    opinions, rows = read([note.text for note in notes])
    answers, fold_of, rules = targets(notes), deal_notes(notes, groups, seed), rule_answers(opinions)
    held = _held_out(rows, answers, fold_of)
    combination = _combination(held, rules, answers)
    chances = _combined_held_out(held, rules, answers, fold_of)
    thresholds = best_thresholds(chances, answers)
    told = {
        "notes": len(notes),
        "groups": held_out_groups(groups),
        "seed": seed,
        "held_out": {
            "default": figures(
                combine(model.logits(rows), rules, model.combine), answers, model.thresholds, groups
            ),
            "scratch": figures(chances, answers, thresholds, groups),
        },
    }
    return replace(
        model,
        weights=_heads(rows, answers, STRENGTH),
        combine=combination,
        thresholds=thresholds,
        about={"corpus": "labelled notes", "notes": len(notes), "scratch": told},
    )


def _held_out(rows: Any, answers: "NDArray[np.int8]", fold_of: "NDArray[np.int64]") -> "Floats":
    """Score every note by heads fitted without its fold."""
    import numpy as np

    scores = np.zeros((rows.shape[0], len(OUTPUTS)), dtype=np.float32)
    for fold in np.unique(fold_of):
        test = fold_of == fold
        weights = _heads(rows[~test], answers[~test], STRENGTH)
        scores[test] = rows[test] @ weights[:-1] + weights[-1]
    return scores


def _combined_held_out(
    held: "Floats", rules: "Floats", answers: "NDArray[np.int8]", fold_of: "NDArray[np.int64]"
) -> "Floats":
    """Give the chances of every note by a combination fitted without its fold."""
    import numpy as np

    chances = np.zeros_like(held)
    for fold in np.unique(fold_of):
        test = fold_of == fold
        combination = _combination(held[~test], rules[~test], answers[~test])
        chances[test] = combine(held[test], rules[test], combination)
    return chances


def _combination(logits: "Floats", rules: "Floats", answers: "NDArray[np.int8]") -> "Floats":
    """Weigh the heads against the rules; polarity is left to the heads, as in the default model."""
    import numpy as np

    polarity = slice(FIRST_POLARITY, FIRST_INTENT)
    # an answer never given scores -30 in all notes: it must not drown what the others say
    inputs = np.hstack([np.clip(logits, -10, 10), rules])
    combination = _heads(inputs, answers, COMBINE_STRENGTH)
    combination[:, polarity] = 0
    combination[polarity, polarity] = np.eye(FIRST_INTENT - FIRST_POLARITY)
    return combination


def _heads(rows: Any, answers: "NDArray[np.int8]", strength: float) -> "Floats":
    """Fit one regression per question; a question with one answer only gets that answer."""
    import numpy as np

    weights = np.zeros((rows.shape[1] + 1, len(OUTPUTS)), dtype=np.float32)
    for group in questions():
        known = asked(answers, group)
        right = answers[known, group]
        if not len(right):
            continue
        if len(np.unique(right, axis=0)) == 1:
            weights[-1, group] = (
                np.where(right[0] == 1, -NEVER, NEVER)
                if group.stop - group.start == 1
                else NEVER * (1 - right[0])
            )
            continue
        weights[:, group] = fit_head(rows[known], right, np.ones(len(right)), strength)
    return weights
