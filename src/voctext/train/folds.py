"""Parts in which texts are held out: groups stay whole, else every label is dealt evenly."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def deal(
    labels: Sequence[str], groups: Sequence[str] | None, *, folds: int, seed: int
) -> "NDArray[np.int64]":
    """
    Give each text a fold, 0 to *folds* − 1.

    Texts of one group go together, the largest groups first and each to the emptiest fold, so that fold 0
    has no very large one; where every group has one text, or none are given, each label is spread over all
    folds.
    """
    import numpy as np

    shuffled = np.random.default_rng(seed).permutation(len(labels)).tolist()
    fold_of = np.zeros(len(labels), dtype=np.int64)
    members: dict[str, list[int]] = {}
    for i in shuffled:
        members.setdefault(groups[i] if groups is not None else str(i), []).append(i)
    if len(members) in (1, len(labels)):  # one group cannot be held out
        order = sorted(shuffled, key=lambda i: labels[i])
        fold_of[order] = np.arange(len(labels)) % folds
        return fold_of
    folds = min(folds, len(members))
    filled = [0] * folds
    for group in sorted(members.values(), key=len, reverse=True):
        fold = min(range(folds), key=lambda fold: (filled[fold], -fold))
        fold_of[group] = fold
        filled[fold] += len(group)
    return fold_of
