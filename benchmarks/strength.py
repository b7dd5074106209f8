"""
Do the intervals of a demand's rate, strength and rank hold the truth, and is P(top 5) what it says?

Every run draws the truth of 12 demands: episodes expected from 20,000 customers in 84 days, mean intensity,
and the shares of episodes with repeat contacts and left unresolved. It then draws an export from that truth
and counts it with `DemandTable`. A truth is the rate and strength from which the export was drawn, not what
happened to come. Customers are drawn from all 20,000 for every demand; an episode has one to three calls,
and no word on how it ended in one of five. The cases:

- unlike: each demand 20 to 400 episodes, all else by chance too;
- rare: the same with 3 to 40 episodes;
- returning: as unlike, but of the customers of a demand one in five comes back with another episode
  of it, of these one in five again, and so on;
- alike: 100 to 110 episodes, all else the same for all demands: an order hardly there.

"rank": true ranks within their rank interval; "whole order": runs in which all 12 are; "places": how many
places a rank interval holds on average. "Five found": of the five truly strongest, the share among the first
five of the table, and among the first five by tickets. Nothing is misread here: for errors of the classifier
see prevalence.py.

Run `python benchmarks/strength.py`.
"""

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from voctext.demand import DemandTable
from voctext.demand.tally import INTENTS, UNKNOWN, Tally
from voctext.records import Intent, Perception

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Ints = NDArray[Any]

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy is loaded, which reads them once

RUNS = 500
DEMANDS, CUSTOMERS, FIRST_DAY, TOP = 12, 20_000, 739_000, 5
SLOTS, SLOT, STARTS = 7, 12, 5
"""Episodes of one customer begin in the first five days of twelve: windows of a week never touch."""
UNTOLD = 0.2
BINS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of world: the *episodes* expected of a demand, how alike demands are, who comes back."""

    name: str
    episodes: tuple[float, float]
    alike: bool = False
    returning: float = 0.0


CASES = (
    Case("unlike", (20, 400)),
    Case("rare", (3, 40)),
    Case("returning", (20, 400), returning=0.2),
    Case("alike", (100, 110), alike=True),
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What each demand is drawn from: one number per demand in each column."""

    episodes: "Numbers"
    intensity: "Numbers"
    repeat: "Numbers"
    unresolved: "Numbers"

    @classmethod
    def of(cls, rng: "np.random.Generator", case: Case) -> "Truth":
        """Draw a truth of the kind of *case*."""
        import numpy as np

        episodes = np.exp(rng.uniform(np.log(case.episodes[0]), np.log(case.episodes[1]), DEMANDS))
        size = 1 if case.alike else DEMANDS
        shares = (rng.uniform(low, high, size) for low, high in ((0.3, 0.8), (0.05, 0.4), (0.1, 0.6)))
        return cls(episodes, *(np.broadcast_to(share, DEMANDS) for share in shares))

    @property
    def rate(self) -> "Numbers":
        """Episodes per 1,000 customers."""
        return self.episodes * 1000 / CUSTOMERS

    @property
    def strength(self) -> "Numbers":
        """The definition: D = λ · s · (1 + r) · u."""
        return self.rate * self.intensity * (1 + self.repeat) * self.unresolved


def export(rng: "np.random.Generator", truth: Truth, returning: float = 0.0) -> Tally:
    """Draw an export from *truth*, ticket by ticket, each with one complaint."""
    import numpy as np

    drawn = zip(*_episodes(rng, truth, returning), strict=True)
    topic, customer, start = (np.concatenate(parts) for parts in drawn)
    felt = rng.beta(4 * truth.intensity[topic], 4 * (1 - truth.intensity[topic]))
    calls = 1 + (rng.random(len(topic)) < truth.repeat[topic]) * rng.integers(1, 3, len(topic))
    left = rng.random(len(topic)) < truth.unresolved[topic]
    ended = np.where(rng.random(len(topic)) < UNTOLD, UNKNOWN, left).repeat(calls)
    call = np.arange(calls.sum()) - (np.cumsum(calls) - calls).repeat(calls)
    first, last = call == 0, np.append(call[1:], 0) == 0
    tickets = len(call)
    # a call that is followed by another was of no avail, where the export tells at all
    told = np.where(last | (ended == UNKNOWN), ended, 1)
    softened = np.where(first, 1.0, rng.random(tickets))  # the first is the strongest of its episode
    later = np.where(first, 0, 3 * (call - 1) + rng.integers(0, 4, tickets))
    day = FIRST_DAY + start.repeat(calls) + later
    return Tally(
        ticket_customer=array("q", customer.repeat(calls).astype(np.int64).tobytes()),
        ticket_day=array("q", day.astype(np.int64).tobytes()),
        ticket_unresolved=array("b", told.astype(np.int8).tobytes()),
        ticket_status=array("b", b"\1" * tickets),
        ticket_named=array("b", b"\1" * tickets),
        ticket_received=array("d", np.full(tickets, np.nan).tobytes()),  # the day is enough
        ticket_resolved=array("d", np.full(tickets, np.nan).tobytes()),
        finding_ticket=array("q", np.arange(tickets).tobytes()),
        finding_topic=array("q", topic.repeat(calls).astype(np.int64).tobytes()),
        finding_intent=array("b", bytes([INTENTS.index(Intent.COMPLAINT)]) * tickets),
        finding_intensity=array("d", (felt.repeat(calls) * softened).tobytes()),
        topics={f"demand {number}": number for number in range(DEMANDS)},
        perceptions=[Perception.PRODUCT] * DEMANDS,
        quotes=[[] for _ in range(DEMANDS)],
    )


def _episodes(
    rng: "np.random.Generator", truth: Truth, returning: float
) -> "Iterator[tuple[Ints, Ints, Ints]]":
    """Yield each demand's episodes: topic, customer and first day."""
    import numpy as np

    for number, expected in enumerate(truth.episodes.tolist()):
        people = rng.choice(CUSTOMERS, rng.poisson(expected * (1 - returning)), replace=False, shuffle=False)
        times = np.minimum(rng.geometric(1 - returning, len(people)), SLOTS)
        slots = rng.permuted(np.tile(np.arange(SLOTS), (len(people), 1)), axis=1)
        slot = slots[np.arange(SLOTS) < times[:, None]]
        start = SLOT * slot + rng.integers(0, STARTS, len(slot))
        yield np.full(len(slot), number), people.repeat(times), start


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: for each demand whether the truth was held, and P(top 5) beside whether it is one of them."""

    rank: "Ints"
    places: "Ints"
    rate: "Ints"
    strength: "Ints"
    likely: "Numbers"
    leads: "Ints"
    found: float
    found_by_tickets: float


def run(rng: "np.random.Generator", case: Case) -> Outcome:
    """Draw one truth and one export of it, and set the table beside the truth."""
    import numpy as np

    truth = Truth.of(rng, case)
    tally = export(rng, truth, case.returning)
    table = DemandTable.from_tally(tally, exposure=CUSTOMERS, top=TOP, seed=int(rng.integers(2**31)))
    # a demand nobody voiced has no row; the others keep their true ranks among themselves
    number = np.array([tally.topics[demand.topic] for demand in table])
    rate, strength = truth.rate[number], truth.strength[number]
    rank = 1 + (strength[:, None] < strength).sum(axis=1)
    low, high = np.array([demand.rank_interval for demand in table]).T
    tickets = np.array([demand.tickets for demand in table])
    leads = rank <= TOP
    return Outcome(
        rank=(low <= rank) & (rank <= high),
        places=high - low + 1,
        rate=np.array([d.rate.low <= true <= d.rate.high for d, true in zip(table, rate, strict=True)]),
        strength=np.array(
            [d.strength.low <= true <= d.strength.high for d, true in zip(table, strength, strict=True)]
        ),
        likely=np.array([demand.top for demand in table]),
        leads=leads,
        found=float(leads[:TOP].mean()),
        found_by_tickets=float(leads[np.argsort(-tickets, kind="stable")[:TOP]].mean()),
    )


def coverage(case: Case, outcomes: list[Outcome]) -> str:
    """Give the row of *case* in the table of coverage."""
    import numpy as np

    shares = [
        np.concatenate([outcome.rank for outcome in outcomes]).mean(),
        np.mean([outcome.rank.all() for outcome in outcomes]),
        np.concatenate([outcome.rate for outcome in outcomes]).mean(),
        np.concatenate([outcome.strength for outcome in outcomes]).mean(),
        np.mean([outcome.found for outcome in outcomes]),
        np.mean([outcome.found_by_tickets for outcome in outcomes]),
    ]
    places = np.concatenate([outcome.places for outcome in outcomes]).mean()
    cells = [f"{share:.1%}" for share in shares]
    return f"| {case.name} | {' | '.join([*cells[:2], f'{places:.1f}', *cells[2:]])} |"


def calibration(case: Case, outcomes: list[Outcome]) -> str:
    """Give the row of *case* in the table of P(top 5): in each bin what was said, and what was so."""
    import numpy as np

    likely = np.concatenate([outcome.likely for outcome in outcomes])
    leads = np.concatenate([outcome.leads for outcome in outcomes])
    place = np.digitize(likely, BINS[1:-1])
    cells = [
        f"{likely[place == b].mean():.0%} → {leads[place == b].mean():.0%} ({(place == b).sum():,})"
        if (place == b).any()
        else "–"
        for b in range(len(BINS) - 1)
    ]
    return f"| {case.name} | {' | '.join(cells)} |"


def main() -> None:
    import numpy as np

    rng = np.random.default_rng(4)
    outcomes = {case: [run(rng, case) for _ in range(RUNS)] for case in CASES}
    print(f"{RUNS} runs a row, {DEMANDS} demands; nominal 95 %\n")
    heads = ("rank", "whole order", "places", "rate", "strength", "five found", "by tickets")
    print(f"| case | {' | '.join(heads)} |\n|---|" + "---:|" * len(heads))
    for case in CASES:
        print(coverage(case, outcomes[case]))
    print("\nP(top 5), mean in the bin → share of these demands truly among the five (how many):\n")
    bins = [f"{low:.0%}–{high:.0%}" for low, high in pairwise(BINS)]
    print(f"| case | {' | '.join(bins)} |\n|---|" + "---:|" * len(bins))
    for case in CASES:
        print(calibration(case, outcomes[case]))


if __name__ == "__main__":
    main()
