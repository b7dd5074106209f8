"""
Are changes between two periods told from noise? False alarms where nothing changed, and a doubling found.

Every run draws two exports of the same length, dates and all, and runs `voctext.demand.changes.compare` on
them: 30 demands of 5 to 200 episodes a period, each episode by a customer of its own who calls one to three
times within it, and 20,000 customers in both. Counts are Poisson, or vary more: each demand's rate swells by
chance from week to week (negative binomial, its variance = mean + dispersion · mean²).

"Any flagged": runs in which any demand is called changed though none did. "Doubling found": runs in which the
demand that went from 60 to 120 episodes is flagged; "other flagged": any of the 29 beside it. Four ways:

- tickets: tickets counted, p ≤ 0.05 of the exact Poisson ratio, as a spreadsheet would have it;
- episodes: the same for episodes;
- adjusted: episodes, with p adjusted across demands;
- compare: episodes, adjusted, and the variance learnt from the weeks.

Run `python benchmarks/changes.py`.
"""

import os
from array import array
from typing import TYPE_CHECKING, Any

from voctext.demand.changes import compare
from voctext.demand.tally import INTENTS, Tally
from voctext.records import Intent, Perception
from voctext.statistics.rates import q_values, rate_ratios

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy is loaded, which reads them once

RUNS = 500
DEMANDS, CUSTOMERS, FIRST_DAY = 30, 20_000, 739_000
WAYS = ("tickets", "episodes", "adjusted", "compare")
CASES = ((4, 0.0), (8, 0.0), (13, 0.0), (4, 0.05), (8, 0.05), (13, 0.05), (13, 0.02))
"""Weeks a period, and dispersion."""


def export(rng: "np.random.Generator", means: "NDArray[Any]", weeks: int, dispersion: float) -> Tally:
    """Draw one period in which demands have *means* episodes on average."""
    import numpy as np

    rates = np.repeat(means[:, None] / weeks, weeks, axis=1)
    if dispersion:
        rates = rates * rng.gamma(1 / dispersion, dispersion, rates.shape)
    counts = rng.poisson(rates)
    topic, week = (axis.ravel().repeat(counts.ravel()) for axis in np.indices(counts.shape))
    day = FIRST_DAY + 7 * week + rng.integers(0, 7, len(week))
    calls = rng.integers(1, 4, len(day))  # all on the first day: later ones would cross the border
    customer = np.arange(len(day)).repeat(calls)
    silent = np.arange(FIRST_DAY, FIRST_DAY + 7 * weeks)  # a ticket a day without a demand
    customer, days = (
        np.append(customer, len(day) + np.arange(len(silent))),
        np.append(day.repeat(calls), silent),
    )
    tickets, findings = len(customer), int(calls.sum())
    return Tally(
        ticket_customer=array("q", customer.astype(np.int64).tobytes()),
        ticket_day=array("q", days.astype(np.int64).tobytes()),
        ticket_unresolved=array("b", bytes(tickets)),
        ticket_named=array("b", b"\1" * tickets),
        ticket_received=array("d", (24.0 * days).tobytes()),
        finding_ticket=array("q", np.arange(findings).tobytes()),
        finding_topic=array("q", topic.repeat(calls).astype(np.int64).tobytes()),
        finding_intent=array("b", bytes([INTENTS.index(Intent.COMPLAINT)]) * findings),
        finding_intensity=array("d", np.full(findings, 0.5).tobytes()),
        topics={f"demand {number}": number for number in range(len(means))},
        perceptions=[Perception.PRODUCT] * len(means),
    )


def flagged(now: Tally, before: Tally) -> "NDArray[np.bool_]":
    """Tell for each way (rows) which demands it calls changed."""
    import numpy as np

    tickets = [
        np.bincount(np.frombuffer(tally.finding_topic, np.int64), minlength=DEMANDS)[:, None]
        for tally in (before, now)
    ]
    changes = compare(now, before, exposure=CUSTOMERS, before_exposure=CUSTOMERS)
    episodes = np.zeros((2, DEMANDS, 1))
    found = np.zeros(DEMANDS, dtype=bool)
    for change in changes:
        number = now.topics[change.topic]
        episodes[:, number, 0] = change.before, change.now
        found[number] = change.direction != "unchanged"
    naive, poisson = rate_ratios(*tickets), rate_ratios(*episodes)
    return np.stack([naive.p <= 0.05, poisson.p <= 0.05, q_values(poisson.p) <= 0.05, found])


def row(rng: "np.random.Generator", weeks: int, dispersion: float) -> str:
    import numpy as np

    unchanged, doubled = [], []
    for _ in range(RUNS):
        means = np.exp(rng.uniform(np.log(5), np.log(200), DEMANDS))
        before, now = (export(rng, means, weeks, dispersion) for _ in range(2))
        unchanged.append(flagged(now, before).any(axis=1))
        means[0] = 60
        before = export(rng, means, weeks, dispersion)
        means[0] = 120
        doubled.append(flagged(export(rng, means, weeks, dispersion), before))
    hits = np.array(doubled)
    shares = (np.mean(unchanged, axis=0), hits[:, :, 0].mean(axis=0), hits[:, :, 1:].any(axis=2).mean(axis=0))
    cells = " | ".join(f"{share:.1%}" for part in shares for share in part)
    return f"| {weeks} | {dispersion:.2f} | {cells} |"


def main() -> None:
    import numpy as np

    rng = np.random.default_rng(4)
    print(f"{RUNS} runs a row, {DEMANDS} demands, flagged at 0.05\n")
    heads = [f"{what}: {way}" for what in ("any flagged", "doubling found", "other flagged") for way in WAYS]
    print(f"| weeks | dispersion | {' | '.join(heads)} |")
    print("|---:|---:|" + "---:|" * len(heads))
    for weeks, dispersion in CASES:
        print(row(rng, weeks, dispersion), flush=True)


if __name__ == "__main__":
    main()
