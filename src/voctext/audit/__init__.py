"""
What a labelled audit tells: how often a demand is truly voiced, and by what to correct its counts.

Tier A: the labels are of a sample of the very export that is counted (`voctext.audit.sample`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from voctext.audit.sheet import Answer, Stratum, read_answers, refuse
from voctext.errors import InputError, choose_from
from voctext.records import Perception
from voctext.statistics.estimate import Estimate
from voctext.statistics.prevalence import DRAWS, LEAST, Prevalence, Tier, audited_prevalence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Agreement(NamedTuple):
    """How far two people agree on *labels* rows: the *share* with the same answer, and Cohen's κ."""

    labels: int
    share: float
    kappa: float | None  # None: both always gave the same answer, so there is nothing chance could spoil


@dataclass(frozen=True, slots=True, eq=False)
class Audited:
    """
    What the audit tells of one target.

    Of *tickets* in the export the classifier found it in *predicted*; *drawn* rows were there to label and
    *labelled* were. *truth* and *callers* hold, by stratum, the labels (1 or 0) and whose tickets they are.
    """

    target: str
    tickets: int
    predicted: int
    drawn: int
    labelled: int
    prevalence: Prevalence
    agreement: Agreement | None
    truth: Mapping[Stratum, tuple[int, ...]]
    callers: Mapping[Stratum, tuple[int, ...]]

    def factor_draws(self, draws: int, seed: int) -> "Floats":
        """
        Draw (draws,) times the tickets that truly voice the target for each one it was found in.

        The export is taken as it is: a count that is multiplied by this brings its own error. Strata add up
        by their sizes, Σ N_h · p_h / N_yes.

        Raises:
            InputError: The target was found in no ticket, so there is no count to correct.
        """
        import numpy as np

        if not self.predicted:
            raise InputError(f"{self.target} was found in no ticket; there is no count of it to correct")
        rng = generator_of(seed, self.target)
        true = np.zeros(DRAWS)
        for stratum, labels in self.truth.items():
            alike = np.unique(self.callers[stratum], return_inverse=True)[1]
            share = audited_prevalence(np.ones(len(labels), int), labels, customers=alike, seed=rng)
            true += stratum.size * share.draws
        return resized(true / self.predicted, draws, rng)


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """Labels of a sample of one export, target by target, and what they tell: tier A."""

    path: str
    targets: Mapping[str, Audited]

    def __contains__(self, target: object) -> bool:
        return target in self.targets

    def __iter__(self) -> Iterator[Audited]:
        return iter(self.targets.values())

    def __getitem__(self, target: str) -> Audited:
        """Give what the audit tells of *target*; raises InputError where it was not asked for."""
        if target not in self.targets:
            raise InputError(f"{self.path}: {target!r} was not audited; {choose_from(target, self.targets)}")
        return self.targets[target]

    @property
    def tier(self) -> str:
        """How far the correction can be trusted: a sample of this very export was labelled."""
        return Tier.AUDITED.value

    def factor(self, target: str, predicted: tuple[int, int]) -> float:
        """
        Give the ratio of true to found tickets.

        Raises:
            InputError: *predicted* says that the target was found in other tickets than when the audit was
                drawn: the error rates of one export are not those of another. Of a perception only the
                number of tickets is compared.
        """
        one = self._drawn_from(target, predicted)
        return one.prevalence.share.value * one.tickets / one.predicted if one.predicted else 1.0

    def factor_draws(self, target: str, predicted: tuple[int, int], draws: int, seed: int) -> "Floats":
        """Draw (draws,) times the same; see `Audited.factor_draws`."""
        return self._drawn_from(target, predicted).factor_draws(draws, seed)

    def _drawn_from(self, target: str, predicted: tuple[int, int]) -> Audited:
        one = self[target]
        found, tickets = predicted
        if tickets != one.tickets or (target not in set(Perception) and found != one.predicted):
            raise InputError(
                f"{self.path}: {target} was found in {one.predicted} of {one.tickets} tickets when "
                f"the audit was drawn, now in {found} of {tickets}; draw an audit of this export"
            )
        return one

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield a row for each target, in the order audited: counts, shares with intervals, agreement."""
        for one in self:
            row: dict[str, object] = {
                "target": one.target,
                "tier": one.prevalence.tier.value,
                "tickets": one.tickets,
                "predicted": one.predicted,
                "drawn": one.drawn,
                "labelled": one.labelled,
                "predicted_share": one.predicted / one.tickets,
            }
            row |= _spread("share", one.prevalence.share)
            row |= _spread("precision", one.prevalence.precision)
            row |= _spread("recall", one.prevalence.recall)
            twice = one.agreement
            row |= {
                "labelled_twice": twice.labels if twice else 0,
                "agreement": twice.share if twice else None,
            }
            yield row | {"kappa": twice.kappa if twice else None}


def read_audit(path: str | Path, *, level: float = 0.95, seed: int = 0) -> Audit:
    """
    Read labels back, and estimate what they tell, with intervals at *level* from draws of *seed*.

    Where two people answered and differ the first counts; a row only the second answered counts too. Rows
    not labelled yet are passed over, as if they had not been drawn. The other tickets of the customers
    sampled are not in the file, so the export's own repeat callers widen only the labels' share of the error.

    Raises:
        InputError: The file cannot be used (see `read_answers`), or a stratum has no labels, or is missing.
    """
    answers = sorted(read_answers(path), key=lambda answer: answer.key.target)
    order = {answer.key.target: answer.number for answer in reversed(answers)}
    groups = {name: list(group) for name, group in groupby(answers, key=lambda answer: answer.key.target)}
    problems = [problem for name in groups for problem in _problems(str(path), name, groups[name])]
    refuse(problems)
    names = sorted(groups, key=order.__getitem__)
    return Audit(str(path), {name: _audited(name, groups[name], level, seed) for name in names})


def _problems(path: str, target: str, answers: Iterable[Answer]) -> Iterator[str]:
    """Tell why the labels of one target tell nothing."""
    strata = _by_stratum(answers)
    totals = {stratum.tickets for stratum in strata}
    if len(totals) > 1:
        yield f"{path}: rows on {target} come from different audits; give one audit a file"
    elif sum(stratum.size for stratum in strata) != totals.pop():
        yield f"{path}: rows on {target} are missing; put back those that were deleted, labelled or not"
    for stratum, group in strata.items():
        if all(_label(answer) is None for answer in group):
            least = min(LEAST, len(group))
            numbers = ", ".join(str(answer.number) for answer in group[:LEAST])
            yield (
                f"{path}: of {len(group)} rows on {target} that stand for {stratum.size} tickets none is "
                f"labelled; answer at least {least}, such as no {numbers}"
            )


def _by_stratum(answers: Iterable[Answer]) -> dict[Stratum, list[Answer]]:
    strata: dict[Stratum, list[Answer]] = {}
    for answer in answers:
        strata.setdefault(answer.key.stratum, []).append(answer)
    return dict(sorted(strata.items()))


def _label(answer: Answer) -> bool | None:
    return answer.second if answer.first is None else answer.first


def _audited(target: str, answers: list[Answer], level: float, seed: int) -> Audited:
    import numpy as np

    strata = _by_stratum(answers)
    labelled = {
        stratum: [
            (int(label), answer.key.caller) for answer in group if (label := _label(answer)) is not None
        ]
        for stratum, group in strata.items()
    }
    sizes = [stratum.size for stratum in strata]
    tickets = sum(sizes)
    truth, customers = np.full(tickets, np.nan), np.arange(tickets)
    start, first = 0, dict[int, int]()  # each caller's first unit stands for all of them
    for stratum, pairs in labelled.items():
        for unit, (told, caller) in enumerate(pairs, start):
            truth[unit], customers[unit] = told, first.setdefault(caller, unit)
        start += stratum.size
    prevalence = audited_prevalence(
        np.repeat([int(stratum.predicted) for stratum in strata], sizes),
        truth,
        bands=np.repeat([stratum.band for stratum in strata], sizes),
        customers=customers,
        level=level,
        seed=generator_of(seed, target),
    )
    return Audited(
        target=target,
        tickets=tickets,
        predicted=sum(stratum.size for stratum in strata if stratum.predicted),
        drawn=sum(stratum.sampled for stratum in strata),
        labelled=sum(map(len, labelled.values())),
        prevalence=prevalence,
        agreement=agreement((one.first, one.second) for one in answers),
        truth={stratum: tuple(label for label, _ in pairs) for stratum, pairs in labelled.items()},
        callers={stratum: tuple(caller for _, caller in pairs) for stratum, pairs in labelled.items()},
    )


def agreement(pairs: Iterable[tuple[bool | None, bool | None]]) -> Agreement | None:
    """
    Compare two people's answers, where both gave one; None where they never did.

    κ = (p_o − p_e) / (1 − p_e), of the rows drawn, not of the export: strata are not weighted.
    Source: J. Cohen (1960), Educational and Psychological Measurement 20, 37–46.

    >>> both = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    >>> found = agreement(both)
    >>> found.share, round(found.kappa, 2)
    (0.7, 0.4)
    """
    both = [(bool(one), bool(other)) for one, other in pairs if one is not None and other is not None]
    if not both:
        return None
    n = len(both)
    share = sum(one == other for one, other in both) / n
    one, other = sum(one for one, _ in both) / n, sum(other for _, other in both) / n
    chance = one * other + (1 - one) * (1 - other)
    return Agreement(n, share, None if chance == 1 else (share - chance) / (1 - chance))


def generator_of(seed: int, target: str) -> "np.random.Generator":
    """Give each target draws of its own, whatever others there are."""
    import numpy as np

    return np.random.default_rng([seed, *target.encode()])


def resized(values: "Floats", draws: int, rng: "np.random.Generator") -> "Floats":
    """Give (draws,) of *values*: all as they are if there are so many, else drawn from them."""
    return values if draws == len(values) else values[rng.integers(0, len(values), draws)]


def _spread(name: str, estimate: Estimate | None) -> dict[str, object]:
    value, low, high = estimate or (None, None, None)
    return {name: value, f"{name}_low": low, f"{name}_high": high}
