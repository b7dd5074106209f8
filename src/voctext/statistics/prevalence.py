"""
The share of tickets that truly voice one demand, corrected for a classifier's errors.

Tier A: a person labelled a stratified sample of this very export; B: error rates measured elsewhere, assumed
unchanged; C: nothing is known. One label at a time: several demands are several yes-or-no questions.

The export counts as a sample of a larger population (the months like it), whose share an interval covers: it
keeps its width even where every ticket was labelled. Shares are drawn from Beta(k + ⅓, n − k + ⅓), with a
median near k/n whatever n is (J. Kerman, 2011, Electronic Journal of Statistics 5, 1450–1470). The prior
matters for rare ones: 200 predicted "no" mostly hold no yes, and what it adds counts for nearly all tickets.
At a share of 0.5 % a uniform prior covers it 84 to 89 % of the time, nominally 95 %.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeAlias

from voctext.errors import InputError
from voctext.statistics.estimate import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Integers: TypeAlias = NDArray[np.int64]
    Count: TypeAlias = tuple[float, float]
    Seed: TypeAlias = int | np.random.Generator

DRAWS = 4000
LEAST = 10  # labels a plan gives each stratum at least: the guess of its share may be wrong
_PRIOR = 1 / 3


class Tier(StrEnum):
    """How a share was corrected for the classifier's errors."""

    AUDITED = "A"
    HOLDOUT = "B"
    UNCORRECTED = "C"


@dataclass(frozen=True, slots=True, eq=False)
class Prevalence:
    """The true share, its draws (DRAWS,), precision and recall (None: nothing tells them); all in [0, 1]."""

    share: Estimate
    draws: "Floats"
    precision: Estimate | None
    recall: Estimate | None
    tier: Tier


def audited_prevalence(
    predicted: "ArrayLike",
    truth: "ArrayLike",
    *,
    bands: "ArrayLike | None" = None,
    weights: "ArrayLike | None" = None,
    customers: "ArrayLike | None" = None,
    level: float = 0.95,
    seed: "Seed" = 0,
) -> Prevalence:
    """
    Give the share of yes from an audit stratified by prediction and confidence band: tier A.

    Arrays are (units,), a unit being a ticket: *predicted* 1 or 0; *truth* 1, 0, or NaN where not audited;
    *bands* of confidence and *customers* integers from 0; *weights*, read where audited, one over the chance
    of that. Within a stratum (predicted, band) the audited are a random sample, of unequal chances where
    *weights* say so. Hand one Generator on as *seed* for several labels, else their draws move together.

    Source: W. G. Cochran (1977), Sampling Techniques, 3rd ed., ch. 12 (double sampling): π = Σ N_h/N · p_h.
    Weights and repeat customers shrink n_h to the effective size of E. L. Korn and B. I. Graubard (1998),
    Survey Methodology 24, 193–201 (where all labels agree: L. Kish, 1965, Survey Sampling), and N alike.

    >>> import numpy as np
    >>> predicted, truth = np.repeat([1, 0], [100, 900]), np.full(1000, np.nan)
    >>> truth[:50] = np.repeat([1, 0], [40, 10])  # 50 of the yes: 40 right
    >>> truth[100:300] = np.repeat([1, 0], [2, 198])  # 200 of the no: 2 missed
    >>> found = audited_prevalence(predicted, truth)
    >>> round(found.share.value, 3), round(found.precision.value, 2), found.tier.value
    (0.089, 0.8, 'A')

    Raises:
        InputError: The arrays do not fit, hold impossible values, or a stratum has no audited unit.
    """
    import numpy as np

    labels = np.asarray(truth, dtype=float)
    units, audited = labels.size, np.flatnonzero(~np.isnan(labels))
    if labels.ndim != 1 or not units or not np.isin(labels[audited], (0, 1)).all():
        raise InputError("truth is no column of 1, 0 and NaN; give each unit one, NaN if not audited")
    yes = _codes("predicted", predicted, units, most=1)
    band = _codes("bands", np.zeros(units, int) if bands is None else bands, units)
    who = _codes("customers", np.arange(units) if customers is None else customers, units)
    weight = np.ones(units) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != labels.shape or not np.all((weight[audited] > 0) & (weight[audited] < np.inf)):
        raise InputError("weights do not fit or are not above 0; give one over the chance of an audit")
    kinds, stratum, sizes = np.unique(2 * band + yes, return_inverse=True, return_counts=True)
    shares, effective, residual = *np.empty((2, len(kinds))), np.zeros(units)
    for h, kind in enumerate(kinds):
        rows = audited[stratum[audited] == h]
        if not len(rows):
            name = f"predicted {'yes' if kind % 2 else 'no'} in band {kind // 2}"
            raise InputError(f"of {sizes[h]} units {name} none is audited; audit some, or merge the band")
        shares[h], effective[h] = _effective(labels[rows], weight[rows], who[rows])
        residual[rows] = sizes[h] * weight[rows] / weight[rows].sum() * (labels[rows] - shares[h])
    rng = np.random.default_rng(seed)
    strata = rng.dirichlet(sizes / _export_effect(shares[stratum], residual, who), DRAWS)
    joint = strata * _beta(rng, shares * effective, effective)
    true, pis, positive = sizes * shares, joint.sum(axis=1), kinds % 2 == 1
    found, right = joint[:, positive].sum(axis=1), true[positive].sum()
    within = strata[:, positive].sum(axis=1)
    precision = _interval(right / yes.sum(), found / within, level) if positive.any() else None
    recall = _interval(right / true.sum(), found / pis, level) if true.any() else None
    return Prevalence(_interval(true.sum() / units, pis, level), pis, precision, recall, Tier.AUDITED)


def holdout_prevalence(
    predicted: "Count", *, true_yes: "Count", false_yes: "Count", level: float = 0.95, seed: "Seed" = 0
) -> Prevalence:
    """
    Give the share of yes from error rates counted on a hold-out; assumes no drift: tier B.

    Counts are pairs (k, n): k of the export's n units are *predicted* yes, as are k of the hold-out's n truly
    yes (*true_yes*) and n truly no (*false_yes*). π = (q − FPR) / (TPR − FPR), held in [0, 1],
    and anywhere in it where drawn rates are no better than chance.
    Source: W. J. Rogan and B. Gladen (1978), American Journal of Epidemiology 107, 71–76.

    >>> round(holdout_prevalence((1160, 20_000), true_yes=(450, 500), false_yes=(30, 1500)).share.value, 3)
    0.043

    Raises:
        InputError: A count exceeds its total, a total is 0, or the classifier is no better than chance.
    """
    import numpy as np

    counts = (predicted, true_yes, false_yes)
    q, tpr, fpr = (_ratio(k, n) for k, n in counts)
    if tpr <= fpr:
        raise InputError(f"rates {tpr:.3g} true, {fpr:.3g} false; give a classifier better than chance")
    rng = np.random.default_rng(seed)
    qs, tprs, fprs = _beta(rng, *np.array(counts, dtype=float).T).T
    gap = tprs - fprs
    pis = np.clip((qs - fprs) / np.where(gap > 0, gap, 1), 0, 1)
    pis[gap <= 0] = rng.random((gap <= 0).sum())
    value = min(1.0, max(0.0, (q - fpr) / (tpr - fpr)))
    right = np.minimum(1, tprs * pis / qs)
    precision = _interval(min(1.0, tpr * value / q), right, level) if q else None
    recall = _interval(tpr, tprs, level)
    return Prevalence(_interval(value, pis, level), pis, precision, recall, Tier.HOLDOUT)


def predicted_prevalence(predicted: "Count", *, level: float = 0.95, seed: "Seed" = 0) -> Prevalence:
    """
    Give the share predicted yes as it stands, its interval blind to the classifier's errors: tier C.

    >>> predicted_prevalence((1160, 20_000)).share.value
    0.058

    Raises:
        InputError: *predicted* is no pair (k, n) with 0 ≤ k ≤ n and n above 0.
    """
    import numpy as np

    value = _ratio(*predicted)
    pis = _beta(np.random.default_rng(seed), *np.array([predicted]).T)[:, 0]
    return Prevalence(_interval(value, pis, level), pis, None, None, Tier.UNCORRECTED)


def allocate(total: int, sizes: Sequence[int], shares: Sequence[float]) -> list[int]:
    """
    Share *total* labels out to strata of *sizes* units and guessed *shares* of yes: the narrowest interval.

    n_h ∝ N_h·√(p_h(1 − p_h)), LEAST or more. Source: J. Neyman (1934), J. Royal Statistical Soc. 97, 558–625.

    >>> allocate(400, [1160, 18_840], [0.6, 0.005])
    [120, 280]

    Raises:
        InputError: A size or share is out of bounds; *total* exceeds the units or is below LEAST a stratum.
    """
    import numpy as np

    top, guess = np.asarray(sizes, dtype=float), np.asarray(shares, dtype=float)
    low = np.minimum(LEAST, top)
    if guess.shape != top.shape or not np.all((guess >= 0) & (guess <= 1) & (top > 0)):
        raise InputError(f"sizes {sizes}, shares {shares}: give sizes above 0, a share in [0, 1] for each")
    if not low.sum() <= total <= top.sum():
        raise InputError(f"total is {total}; give {low.sum():.0f} to {top.sum():.0f}, the units there are")
    need = top * np.sqrt(np.clip(guess * (1 - guess), 1e-9, None))
    few, many = 0.0, float((top / need).max())  # labels for each unit of need, halved until they add up
    for _ in range(100):
        mid = (few + many) / 2
        few, many = (few, mid) if np.clip(mid * need, low, top).sum() > total else (mid, many)
    exact = np.clip(few * need, low, top)
    labels = np.floor(exact + 1e-6).astype(int)
    labels[np.argsort(labels - exact, kind="stable")[: total - labels.sum()]] += 1
    return [int(n) for n in labels]


def audit_size(
    share: float, precision: float, omission: float, *, width: float, units: int, level: float = 0.95
) -> tuple[int, int]:
    """
    Give how many of *units* predicted yes, and no, to label for an interval expected at most *width* wide.

    *precision* and *omission* guess the share truly yes among those predicted yes and no. Shares and *width*
    lie in [0, 1], the *share* predicted yes strictly. For repeat customers multiply by the design effect.

    >>> audit_size(0.058, 0.6, 0.005, width=0.02, units=20_000)
    (124, 289)

    Raises:
        InputError: A share is out of bounds, or labelling every unit leaves the interval wider.
    """
    _check(level)
    sizes = [round(share * units), units - round(share * units)]
    shares, z = [precision, omission], NormalDist().inv_cdf(0.5 + level / 2)
    between = share * (1 - share) * (precision - omission) ** 2 / units

    def expected(total: int) -> float:
        variance = between
        for n, size, guess in zip(allocate(total, sizes, shares), sizes, shares, strict=True):
            p = (n * guess + _PRIOR) / (n + 2 * _PRIOR)
            variance += (size / units) ** 2 * p * (1 - p) / (n + 2 * _PRIOR + 1)
        return 2 * z * sqrt(variance)

    if expected(units) > width:
        raise InputError(f"width is {width}; {units} units give no less than {expected(units):.4f}")
    totals = range(sum(min(LEAST, size) for size in sizes), units)
    total = bisect_left(totals, -width, key=lambda n: -expected(n)) + totals.start
    yes, no = allocate(total, sizes, shares)
    return yes, no


def _codes(name: str, given: "ArrayLike", units: int, *, most: float = float("inf")) -> "Integers":
    """Give *given* as integers from 0 up to *most*, one for each unit."""
    import numpy as np

    codes = np.asarray(given)
    whole = codes.shape == (units,) and codes.dtype.kind in "bui"
    if not whole or not 0 <= codes.min() <= codes.max() <= most:
        asked = f"{units} integers from 0" + (" to 1" if most == 1 else "")
        raise InputError(f"{name} is {codes.dtype} of shape {codes.shape}; give {asked}")
    return codes.astype(np.int64)


def _beta(rng: "np.random.Generator", yes: "Floats", trials: "Floats") -> "Floats":
    """Give draws (DRAWS, shares) of the shares behind *yes* of *trials*, both (shares,)."""
    return rng.beta(yes + _PRIOR, trials - yes + _PRIOR, (DRAWS, len(yes)))


def _effective(labels: "Floats", weights: "Floats", customers: "Integers") -> tuple[float, float]:
    """Give the weighted share of yes in one stratum, and how many independent labels it is worth."""
    import numpy as np

    customer = np.unique(customers, return_inverse=True)[1]
    share = float(np.average(labels, weights=weights))
    of_customer = np.bincount(customer, weights)
    squares = float((np.bincount(customer, weights * (labels - share)) ** 2).sum())
    if (count := len(of_customer)) == 1 or not 0 < share < 1 or not squares:
        return share, float(of_customer.sum() ** 2 / (of_customer**2).sum())
    variance = squares / weights.sum() ** 2 * count / (count - 1)
    return share, min(float(len(labels)), share * (1 - share) / variance)


def _export_effect(expected: "Floats", residual: "Floats", customers: "Integers") -> float:
    """Give repeat customers' design effect on N, by the *expected* truth and its audited *residual*."""
    import numpy as np

    off = expected - expected.mean()
    of_customer, audited = np.bincount(customers, off), np.bincount(customers, residual)
    total = float(off @ off)
    return max(1.0, float(of_customer @ (of_customer + 2 * audited)) / total) if total else 1.0


def _interval(value: float, drawn: "Floats", level: float) -> Estimate:
    """Give *value* and the middle *level* of *drawn*, stretched to hold it where it is 0 or 1."""
    import numpy as np

    _check(level)
    low, high = np.quantile(drawn, (0.5 - level / 2, 0.5 + level / 2))
    return Estimate(float(value), min(float(value), float(low)), max(float(value), float(high)))


def _ratio(part: float, whole: float) -> float:
    if not 0 <= part <= whole or not whole:
        raise InputError(f"{part} of {whole} is no share; give 0 ≤ part ≤ whole with the whole above 0")
    return part / whole


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
