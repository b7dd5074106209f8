"""Parts in which texts are held out: groups stay whole, else every label is dealt evenly."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def held_out_groups(groups: Sequence[str] | None) -> int | None:
    """Give how many groups are held out whole; None where texts are dealt one by one."""
    number = len(set(groups or ()))
    return number if groups is not None and 1 < number < len(groups) else None


def typical_first(fold_of: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Renumber the folds, so that 0 has most nearly the share of texts that each should have."""
    import numpy as np

    sizes = np.bincount(fold_of)
    typical = int(np.abs(sizes - len(fold_of) / len(sizes)).argmin())
    renumbered = fold_of.copy()
    renumbered[fold_of == typical], renumbered[fold_of == 0] = 0, typical
    return renumbered


def deal(
    labels: Sequence[str], groups: Sequence[str] | None, *, folds: int, seed: int
) -> "NDArray[np.int64]":
    """
    Give each text a fold, 0 to *folds* − 1.

    Texts of one group go together, the largest groups first and each to the emptiest fold; where every
    group has one text, or none are given, each label is spread over all folds.
    """
    import numpy as np

    shuffled = np.random.default_rng(seed).permutation(len(labels)).tolist()
    fold_of = np.zeros(len(labels), dtype=np.int64)
    members: dict[str, list[int]] = {}
    for i in shuffled:
        members.setdefault(groups[i] if groups is not None else str(i), []).append(i)
    if held_out_groups(groups) is None:
        order = sorted(shuffled, key=lambda i: labels[i])
        fold_of[order] = np.arange(len(labels)) % folds
        return fold_of
    folds = min(folds, len(members))
    filled = [0] * folds
    for group in sorted(members.values(), key=len, reverse=True):
        fold = filled.index(min(filled))
        fold_of[group] = fold
        filled[fold] += len(group)
    return fold_of
