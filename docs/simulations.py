"""
Write the page of simulations, which repeats what the scripts in `benchmarks/` print.

Run `python docs/simulations.py` (or `make simulations`): some minutes. Give names of scripts to run only
those; the tables of the others are kept as they stand.
"""  # noqa: INP001 - a script, not a package

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "simulations.md"

HEAD = """\
# Simulations

<!-- Written by `make simulations`; do not edit. -->

Exports are drawn by chance from a truth that is known, and counted as any export is. How often does an
interval hold the truth, and how often is something called changed that is not? Each script in
`benchmarks/` says at its top how it draws, and has a fixed seed. What the numbers mean is in [demand
strength](../explanation/demand-strength.md)."""

TOLD = {
    "prevalence": """\
## Shares, corrected for the classifier's errors

From `benchmarks/prevalence.py`. A classifier's false alarms are counted with the rest, so the naive share
of a rare demand is hardly ever the true one, and its narrow interval hides that. A hold-out corrects it
about as well as promised while nothing drifts, and no longer once the classifier meets other notes; an
audit of 400 tickets of the export itself does so in both cases. *Labels* are 400 labels without a
classifier; *narrower* is the audit's width over theirs: below 1 the classifier was worth having.""",
    "strength": """\
## Strength, rank and P(top 5)

From `benchmarks/strength.py`. Twelve demands drawn four ways: *unlike*, of 20 to 400 episodes; *rare*, of
3 to 40; *returning*, as unlike, but one customer in five comes back with the same demand; *alike*, all
but equal. *Rank* is how many true ranks lay in their interval, *whole order* in how many runs all twelve
did, *places* how many places an interval holds on average. *Five found* is how many of the five truly
strongest were among the first five of the table, *by tickets* among the first five by number of tickets.

Two things to know. An interval is promised for one demand, not for the whole order at once. Where demands are
all but equal nobody can tell their order: intervals of ranks are then wide, as they should be, but P(top 5)
claims more than is known. If the rank intervals of some demands cover one another, read them as a tie.""",
    "changes": """\
## Changes between two periods

From `benchmarks/changes.py`. In each run 30 demands stay as they are, or one of them doubles from 60 to
120 episodes. Whoever compares tickets sees changes in nearly every pair of periods in which nothing
changed; `compare` counts episodes, learns how much weeks vary, and allows for the number of demands
looked at. *Dispersion* is how much more than Poisson counts the weeks vary: 0.05 is a lot, and a doubling
is then harder to find.""",
}


def tables(script: str) -> str:
    """Run a script of `benchmarks/` and return what it prints."""
    command = [sys.executable, str(ROOT / "benchmarks" / f"{script}.py")]
    return subprocess.run(  # noqa: S603 - our own scripts
        command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ).stdout.strip()


def page(printed: dict[str, str]) -> str:
    """Return the page with what each script *printed*."""
    return "\n\n".join([HEAD, *(f"{told}\n\n{printed[script]}" for script, told in TOLD.items())]) + "\n"


def kept(text: str) -> dict[str, str]:
    """Return what each script printed when the page *text* was written."""
    found = {}
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
        script = re.search(r"benchmarks/(\w+)\.py", section)
        table = re.search(r"^\d+ runs a row.*", section, flags=re.MULTILINE | re.DOTALL)
        if script and table:
            found[script[1]] = table[0].strip()
    return found


def main(names: list[str]) -> None:
    """Run the scripts called *names*, or all, and write the page."""
    if unknown := set(names) - set(TOLD):
        raise SystemExit(
            f"no simulation {', '.join(sorted(unknown))}; give {', '.join(TOLD)}, or nothing for all"
        )
    printed = kept(PAGE.read_text(encoding="utf-8")) if names and PAGE.exists() else {}
    missing = [script for script in TOLD if script in names or script not in printed]
    printed |= {script: tables(script) for script in missing}
    PAGE.write_text(page(printed), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
