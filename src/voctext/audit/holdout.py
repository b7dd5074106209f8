"""Correct counts by error rates that were counted elsewhere: tier B, which assumes that nothing drifted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voctext.audit import generator_of, resized
from voctext.audit.sheet import labelled_rows, refuse
from voctext.errors import InputError, choose_from
from voctext.statistics.prevalence import Prevalence, Tier, holdout_prevalence
from voctext.tables.cells import key_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COUNTS = ("tp", "fp", "fn", "tn")
"""What a hold-out holds of each target: the classifier's right and wrong yes, wrong and right no."""

_MANY = 1e12  # trials at which a share counts as known


@dataclass(frozen=True, slots=True)
class Holdout:
    """Counts (tp, fp, fn, tn) of each target on labelled notes elsewhere, assumed to hold here."""

    path: str
    counts: Mapping[str, tuple[int, int, int, int]]

    @property
    def tier(self) -> str:
        """How far the correction can be trusted: the rates are from elsewhere."""
        return Tier.HOLDOUT.value

    @property
    def targets(self) -> Mapping[str, tuple[int, int, int, int]]:
        """What was counted, by target."""
        return self.counts

    def __contains__(self, target: object) -> bool:
        return target in self.counts

    def prevalence(
        self, target: str, predicted: tuple[float, float], *, level: float = 0.95, seed: int = 0
    ) -> Prevalence:
        """
        Give the true share where *target* was found in k of n tickets, *predicted* being (k, n).

        Raises:
            InputError: The target was not counted, or its rates are no better than chance.
        """
        if target not in self.counts:
            raise InputError(f"{self.path}: no counts of {target!r}; {choose_from(target, self.counts)}")
        tp, fp, fn, tn = self.counts[target]
        rates = {"true_yes": (tp, tp + fn), "false_yes": (fp, fp + tn)}
        try:
            return holdout_prevalence(predicted, **rates, level=level, seed=generator_of(seed, target))
        except InputError as error:
            raise InputError(f"{self.path}: {target}: {error}") from None

    def factor(self, target: str, predicted: tuple[float, float]) -> float:
        """Give the ratio of true to found tickets."""
        found = predicted[0] / predicted[1] if predicted[1] else 0.0
        return self.prevalence(target, predicted).share.value / found if found else 1.0

    def factor_draws(self, target: str, predicted: tuple[float, float], draws: int, seed: int) -> "Floats":
        """Draw (draws,) times the ratio of true to found tickets, the found share taken as known."""
        share = predicted[0] / predicted[1] if predicted[1] else 0.0
        if not share:
            raise InputError(f"{target} was found in no ticket; there is no count of it to correct")
        found = self.prevalence(target, (share * _MANY, _MANY), seed=seed)
        return resized(found.draws / share, draws, generator_of(seed, target))


def read_holdout(path: str | Path) -> Holdout:
    """
    Read a table with columns target, tp, fp, fn and tn, of any kind and encoding; JSON is a list of objects.

    Raises:
        InputError: A column is missing, there is no row, a target stands twice, or a count is no whole
            number; the last two name the row.
    """
    counts: dict[str, tuple[int, int, int, int]] = {}
    problems = []
    wanted = "counts of right and wrong answers"
    for where, cells in labelled_rows(Path(path), ("target", *COUNTS), what=wanted):
        target, given = cells["target"].strip(), [key_text(cells[column]) for column in COUNTS]
        if not target or target in counts:
            problems.append(f"{where}: target is {target!r}; name each target, once")
        elif not all(text.isascii() and text.isdigit() for text in given):
            problems.append(f"{where}: tp, fp, fn, tn are {', '.join(given)}; give whole numbers")
        else:
            tp, fp, fn, tn = map(int, given)
            counts[target] = (tp, fp, fn, tn)
    refuse(problems)
    if not counts:
        raise InputError(f"{path}: no rows under the header; give {wanted}, a target a row")
    return Holdout(str(path), counts)
