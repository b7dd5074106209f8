"""
Does the interval of a demand's share hold the truth: audited, corrected from a hold-out, or just counted?

Every run draws an export of 20,000 tickets from customers who call one to three times about the same
demand, predicts it with a true positive rate of 90 % and a given false positive rate, and estimates the
true share of the population (not of the export). Four ways, at nominal 95 %:

- naive: the predicted share as it stands (tier C);
- labels: 400 tickets drawn at random and labelled, Wilson interval, no classifier;
- hold-out: tier B, rates counted on 400 labelled notes from elsewhere, half of them yes. Under drift the
  classifier there had 95 % true positives and half as many false ones;
- audit: tier A, 400 tickets labelled, shared between predicted yes and no from the guess that 60 % of the one
  and 0.5 % of the other are truly yes, the same guess in every row.

"narrower" is the audit's mean width over that of labels; an audit is worth more than labels alone below 1.

Run `python benchmarks/prevalence.py`.
"""

import os
from itertools import product
from typing import TYPE_CHECKING, Any

from voctext.statistics.estimate import Estimate, wilson
from voctext.statistics.prevalence import (
    allocate,
    audited_prevalence,
    holdout_prevalence,
    predicted_prevalence,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy is loaded, which reads them once

RUNS = 500
TICKETS, LABELS = 20_000, 400
SHARES, FALSE, TRUE = (0.005, 0.01, 0.05, 0.3), (0.01, 0.03, 0.05), 0.9
GUESS = (0.6, 0.005)
WAYS = ("naive", "labels", "hold-out", "audit")


def audit(
    rng: "np.random.Generator", predicted: "NDArray[Any]", truth: "NDArray[Any]", customers: "NDArray[Any]"
) -> Estimate:
    import numpy as np

    strata = [np.flatnonzero(predicted), np.flatnonzero(~predicted)]
    labels = np.full(TICKETS, np.nan)
    for rows, size in zip(strata, allocate(LABELS, [len(rows) for rows in strata], GUESS), strict=True):
        chosen = rng.choice(rows, size, replace=False, shuffle=False)
        labels[chosen] = truth[chosen]
    return audited_prevalence(predicted, labels, customers=customers, seed=rng).share


def run(rng: "np.random.Generator", share: float, false: float, drift: bool) -> list[Estimate]:
    """Draw one export and give the four estimates of *share*."""
    import numpy as np

    customers = np.repeat(np.arange(TICKETS), rng.integers(1, 4, TICKETS))[:TICKETS]
    truth = (rng.random(TICKETS) < share)[customers]
    predicted = rng.random(TICKETS) < np.where(truth, TRUE, false)
    yes, half = int(predicted.sum()), LABELS // 2
    there = (0.95, false / 2) if drift else (TRUE, false)
    right, wrong = rng.binomial(half, there)
    return [
        predicted_prevalence((yes, TICKETS), seed=rng).share,
        wilson(int(rng.choice(truth, LABELS, replace=False, shuffle=False).sum()), LABELS),
        holdout_prevalence((yes, TICKETS), true_yes=(right, half), false_yes=(wrong, half), seed=rng).share,
        audit(rng, predicted, truth, customers),
    ]


def row(rng: "np.random.Generator", share: float, false: float, drift: bool) -> str:
    import numpy as np

    runs = np.array([run(rng, share, false, drift) for _ in range(RUNS)])
    low, high = runs[..., 1], runs[..., 2]
    cover, width = ((low <= share) & (share <= high)).mean(axis=0), (high - low).mean(axis=0)
    precision = share * TRUE / (share * TRUE + (1 - share) * false)
    cells = " | ".join(f"{c:.1%} | {100 * w:.2f}" for c, w in zip(cover, width, strict=True))
    drifted = "yes" if drift else "no"
    return (
        f"| {share:.1%} | {false:.0%} | {precision:.2f} | {drifted} | {cells} | {width[3] / width[1]:.2f} |"
    )


def main() -> None:
    import numpy as np

    rng = np.random.default_rng(4)
    print(f"{RUNS} runs a row: coverage of the true share at nominal 95 %, mean width in percentage points\n")
    heads = " | ".join(f"{way} | width" for way in WAYS)
    print(f"| true share | false positives | precision | drift | {heads} | narrower |")
    print("|---:|---:|---:|---|" + "---:|" * 9)
    for share, false, drift in product(SHARES, FALSE, (False, True)):
        print(row(rng, share, false, drift), flush=True)


if __name__ == "__main__":
    main()
