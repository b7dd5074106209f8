"""
How long the table of demands takes on a million findings, and how much memory.

Drawn are 700,000 tickets of 300,000 customers in a year and a million findings of 100 topics, the first ones
far more frequent than the last. Every way is measured in a process of its own:

- tally: `DemandTable.from_tally` on a tally already filled;
- readings: `from_readings` on tickets and findings made one by one, as a classifier hands them over; the time
  of making them is in it. Their texts are short, and no personal data is looked for;
- findings: `from_findings` on lists of them, all in memory at once.

"seconds" are those of the clock, "CPU" those of the processor, which are fewer where the machine had other
work; all runs on one thread, so the limit is held against the latter, and against "MB added". "MB peak" is
the most memory the process ever had resident; "MB added" leaves out what it had when the clock was started:
interpreter, libraries, and the input itself. "× count" is the CPU time over that of a count by topic of the
same million rows by polars, "× pairs" over one by topic and customer, each the middle of five in the same
process, on one thread.

Run `python benchmarks/million.py`; it needs polars.
"""

import json
import os
import resource
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from voctext.demand import DemandTable
from voctext.demand.tally import INTENTS, Tally
from voctext.records import Clause, Finding, Intent, NoteLabel, Perception, Reading, Span, Ticket, Voice
from voctext.text import normalize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy and polars are loaded, which read them once

FINDINGS, TICKETS, CUSTOMERS, TOPICS, DAYS = 1_000_000, 700_000, 300_000, 100, 365
FIRST = datetime(2026, 1, 1, 9)  # noqa: DTZ001 - exports carry local times without a zone
WAYS = ("tally", "readings", "findings")
LIMIT_SECONDS, LIMIT_MEGABYTES = 20, 1000
ROUNDS = 5


def columns(tickets: int = TICKETS, findings: int = FINDINGS) -> "Columns":
    """Draw an export: tickets with customer, day and status, findings with all that is counted of them."""
    import numpy as np

    rng = np.random.default_rng(4)
    weight = 1 / np.arange(1, TOPICS + 1)
    day = np.sort(rng.integers(0, DAYS, tickets))  # as an export is written
    # in order of appearance, as a tally numbers them
    first, customer = np.unique(rng.integers(0, CUSTOMERS, tickets), return_index=True, return_inverse=True)[
        1:
    ]
    return {
        "customer": np.argsort(np.argsort(first))[customer],
        "day": FIRST.toordinal() + day,
        "open": rng.integers(0, 2, tickets),
        "ticket": np.sort(rng.integers(0, tickets, findings)),
        "topic": rng.choice(TOPICS, findings, p=weight / weight.sum()),
        "intent": rng.choice(len(INTENTS), findings, p=(0.6, 0.15, 0.1, 0.1, 0.05)),
        "intensity": rng.random(findings),
    }


def filled(drawn: "Columns") -> Tally:
    """Give the tally that the tickets and findings of *drawn* would fill."""
    import numpy as np

    def whole(name: str) -> "array[int]":
        return array("q", drawn[name].astype(np.int64).tobytes())

    def small(name: str) -> "array[int]":
        return array("b", drawn[name].astype(np.int8).tobytes())

    return Tally(
        ticket_customer=whole("customer"),
        ticket_day=whole("day"),
        ticket_unresolved=small("open"),
        ticket_status=array("b", b"\1" * len(drawn["customer"])),
        ticket_named=array("b", b"\1" * len(drawn["customer"])),
        ticket_received=array("d", (drawn["day"] * 24.0 + FIRST.hour).tobytes()),
        ticket_resolved=array("d", np.full(len(drawn["customer"]), np.nan).tobytes()),
        finding_ticket=whole("ticket"),
        finding_topic=whole("topic"),
        finding_intent=small("intent"),
        finding_intensity=array("d", drawn["intensity"].tobytes()),
        topics={f"topic {number}": number for number in range(TOPICS)},
        perceptions=[Perception.PRODUCT] * TOPICS,
        quotes=[[] for _ in range(TOPICS)],
    )


def readings(drawn: "Columns") -> Iterator[Reading]:
    """Make the readings of *drawn* one by one."""
    import numpy as np

    aligned = normalize("手机银行闪退，希望早点修好")
    silent = NoteLabel({}, Intent.OTHER, {})
    names = [f"topic {number}" for number in range(TOPICS)]
    ends = np.searchsorted(drawn["ticket"], np.arange(len(drawn["customer"])), side="right").tolist()
    found = zip(*(drawn[name].tolist() for name in ("topic", "intent", "intensity")), strict=True)
    whole = Span(0, len(aligned.text))
    start = 0
    for number, (customer, day, left) in enumerate(
        zip(drawn["customer"].tolist(), drawn["day"].tolist(), drawn["open"].tolist(), strict=True)
    ):
        ticket = Ticket(
            f"T{number}",
            f"{aligned.text} {number}",  # no two alike, as quotes are
            customer=f"C{customer}",
            time=FIRST + timedelta(days=day - FIRST.toordinal()),
            status="处理中" if left else "已办结",
        )
        clause = Clause(ticket, aligned, *whole, Voice.CUSTOMER)
        findings = tuple(
            Finding(clause, Perception.PRODUCT, INTENTS[intent], -1, names[topic], felt, 0.9, whole, "drawn")
            for _, (topic, intent, felt) in zip(range(start, ends[number]), found, strict=False)
        )
        start = ends[number]
        yield Reading(ticket, findings, silent)


def seconds(call: Callable[[], Any]) -> tuple[float, float]:
    """Give how long *call* took, by the clock and by the processor."""
    start, spent = perf_counter(), process_time()
    call()
    return perf_counter() - start, process_time() - spent


def resident() -> float:
    """Give the memory the process has now, in MB; of systems without /proc, the most it had."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    return peak()


def peak() -> float:
    """Give the most memory the process ever had, in MB; ru_maxrss is in KB, but on macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def group_bys(drawn: "Columns") -> tuple[float, float]:
    """Time polars on the same rows: a count by topic, and by topic and customer."""
    import polars as pl

    rows = {name: drawn[name] for name in ("ticket", "topic", "intent", "intensity")}
    ticket = drawn["ticket"]
    frame = pl.DataFrame(rows | {"customer": drawn["customer"][ticket], "day": drawn["day"][ticket]})

    def times(*keys: str) -> float:
        return median(seconds(lambda: frame.group_by(keys).len())[1] for _ in range(ROUNDS))

    return times("topic"), times("topic", "customer")


def measured(way: str) -> dict[str, float]:
    """Measure one way in this process."""
    drawn = columns()
    if way == "tally":
        build = partial(DemandTable.from_tally, filled(drawn))
    elif way == "readings":
        build = partial(DemandTable.from_readings, readings(drawn))
    else:
        read = list(readings(drawn))
        tickets = [reading.ticket for reading in read]
        findings = [finding for reading in read for finding in reading.findings]
        del read
        build = partial(DemandTable.from_findings, findings, tickets)
    before = resident()
    taken, spent = seconds(build)
    most = peak()  # before polars adds its own
    by_topic, by_pair = group_bys(drawn)
    return {
        "seconds": taken,
        "cpu": spent,
        "before": before,
        "peak": most,
        "count": by_topic,
        "pairs": by_pair,
    }


def row(way: str) -> str:
    command = [sys.executable, __file__, way]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    added = told["peak"] - told["before"]
    within = told["cpu"] <= LIMIT_SECONDS and added <= LIMIT_MEGABYTES
    times = f"{told['cpu'] / told['count']:,.0f} | {told['cpu'] / told['pairs']:,.0f}"
    cells = f"{told['seconds']:.1f} | {told['cpu']:.1f} | {added:,.0f} | {told['peak']:,.0f} | {times}"
    return f"| {way} | {cells} | {'yes' if within else 'no'} |"


def main() -> None:
    if len(sys.argv) == 2 and sys.argv[1] in WAYS:
        print(json.dumps(measured(sys.argv[1])))
        return
    print(f"{FINDINGS:,} findings in {TICKETS:,} tickets of {CUSTOMERS:,} customers, {TOPICS} topics\n")
    limit = f"≤ {LIMIT_SECONDS} s and ≤ {LIMIT_MEGABYTES:,} MB"
    print(f"| way | seconds | CPU | MB added | MB peak | × count | × pairs | {limit} |")
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for way in WAYS:
        print(row(way), flush=True)


if __name__ == "__main__":
    main()
