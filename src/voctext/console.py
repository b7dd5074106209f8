"""What the command line prints: how an export is read, how far a run is, demands, changes and audits."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer


def counted(n: int, noun: str) -> str:
    """
    Say *n* of something.

    >>> counted(1, "ticket"), counted(1200, "ticket")
    ('1 ticket', '1200 tickets')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def print_export(export: Any) -> None:
    """Say of each table how it is read and which column holds what."""
    for sheet in export.sheets:
        header = f"header in row {sheet.header_row}" if sheet.header_row else "no header row"
        place = f"{sheet.path} [{sheet.name}]" if sheet.name else str(sheet.path)
        typer.echo(
            f"reading {place}: {sheet.encoding}, {header}" if sheet.encoding else f"reading {place}: {header}"
        )
        for field, header in sheet.columns.items():
            typer.echo(f"  {field:<12} {header}")
    for entry in export.skipped:
        typer.echo(f"skipped {entry.path}{f' [{entry.name}]' if entry.name else ''}: {entry.reason}")


def print_run(run: Any, out: Path) -> None:
    """Say what a run read and found, and where its results lie in *out*, the report last."""
    for warning in run.warnings:
        typer.echo(f"note: {warning}")
    rows = run.rows
    typer.echo(f"rows: {rows['read']} read = {rows['mined']} mined + {rows['rejected']} rejected")
    tickets = counted(run.tickets_with_findings, "ticket")
    typer.echo(f"findings: {run.findings} in {tickets}, {run.seconds:.1f} s")
    for name in run.outputs[1:]:
        typer.echo(f"  {out / name}")
    typer.echo(f"report: {out / run.outputs[0]}")


def rows_of(export: Any) -> int | None:
    """Count the rows of *export*, None where a format does not tell."""
    known = [sheet.rows for sheet in export.sheets]
    return sum(n for n in known if n is not None) if None not in known else None


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar with rate and time left on a terminal, a line per 10,000 tickets elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done: typer.echo(f"{done} tickets read", err=True) if done % 10_000 == 0 else None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total, rate="")

        def tick(done: int) -> None:
            if done % 200 == 0 or done == total:
                speed = bar.tasks[0].speed
                bar.update(task, completed=done, rate=f"{speed:,.0f} tickets/s" if speed else "")

        yield tick


def print_demands(table: Any, taxonomy: Any, *, lang: str, top: int) -> None:
    """Show the first *top* demands of a `DemandTable`, each figure with its interval."""
    from rich.console import Console
    from rich.table import Table

    title = f"{counted(table.tickets, 'ticket')}, {counted(table.customers, 'customer')}"
    shown = Table(title=title, caption=f"strength and rate per 1,000 {_base(table)}; 95 % intervals")
    for heading in ("", "demand", "strength", "rank", f"top {table.top}", "rate", "episodes", "tier"):
        shown.add_column(heading, no_wrap=heading != "demand", overflow="fold")
    for demand in list(table)[:top]:
        low, high = demand.rank_interval
        shown.add_row(
            str(demand.rank),
            taxonomy[demand.topic].name(lang),
            _span(demand.strength),
            f"{low}–{high}",
            f"{demand.top:.2f}",
            f"{demand.rate.value:.1f}",
            str(demand.episodes),
            demand.tier,
        )
    Console().print(shown)
    if len(table) > top:
        typer.echo(f"{len(table) - top} more demands; --top shows more, --out writes all")


def _base(counted: Any) -> str:
    return "customers" if counted.exposure_of == "given" else str(counted.exposure_of)


def print_segments(facet: str, rows: Any, taxonomy: Any, *, lang: str, top: int) -> None:
    """Show in which segments which demands stand out."""
    from rich.console import Console
    from rich.table import Table

    shown = Table()
    for heading in (facet, "demand", "episodes", "expected", "times the others", "P(more)"):
        shown.add_column(heading, no_wrap=heading not in (facet, "demand"), overflow="fold")
    for row in rows[:top]:
        shown.add_row(
            row.segment,
            taxonomy[row.topic].name(lang),
            str(row.episodes),
            f"{row.expected:.1f}",
            _span(row.ratio) if row.ratio else "–",
            f"{row.above:.2f}" if row.above is not None else "–",
        )
    Console().print(shown)


def print_changes(changes: Any, taxonomy: Any, *, lang: str, top: int) -> None:
    """Show the surest changes between two periods."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(caption=f"episodes; rates per 1,000 {_base(changes)}; q is adjusted across demands")
    for heading in ("demand", "", "before", "now", "times", "q"):
        shown.add_column(heading, no_wrap=heading != "demand", overflow="fold")
    for change in list(changes)[:top]:
        shown.add_row(
            taxonomy[change.topic].name(lang),
            change.direction.value,
            f"{change.before}",
            f"{change.now}",
            _span(change.ratio, digits=2),
            f"{change.q:.3f}",
        )
    Console().print(shown)
    if changes.bin_days is None:
        typer.echo("no dates: calls that come in swells were not allowed for, so intervals are too narrow")
    if changes.complaints is not None:
        shift = changes.complaints
        typer.echo(f"share that complain: {shift.before.value:.1%} before, {shift.now.value:.1%} now")


def print_audit(audit: Any) -> None:
    """Show what an audit tells of each target."""
    from rich.console import Console
    from rich.table import Table

    shown = Table()
    for heading in ("", "labels", "found", "true share", "precision", "recall", "κ"):
        shown.add_column(heading, no_wrap=True)
    for row in audit.rows():
        shown.add_row(
            row["target"],
            f"{row['labelled']}/{row['drawn']}",
            f"{row['predicted_share']:.1%}",
            *(_share(row, name) for name in ("share", "precision", "recall")),
            "–" if row["kappa"] is None else f"{row['kappa']:.2f}",
        )
    Console().print(shown)


def _share(row: Any, name: str) -> str:
    if row[name] is None:
        return "–"
    low, high = 100 * row[f"{name}_low"], 100 * row[f"{name}_high"]
    return f"{row[name]:.0%} ({low:.0f}–{high:.0f})"


def _span(estimate: Any, *, digits: int = 1) -> str:
    """Write an estimate with its interval; ∞ where it has no end."""
    value, low, high = (f"{x:.{digits}f}".replace("inf", "∞") for x in estimate)
    return f"{value} ({low}–{high})"


@contextmanager
def steps(what: str) -> Iterator[Callable[[Any], None]]:
    """Show how far a training is, with the time left: a bar on a terminal, a line each tenth elsewhere."""
    if not sys.stderr.isatty():
        yield lambda now: _step_line(what, now)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[best]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, best="")

        def tick(now: Any) -> None:
            best = "" if now.best is None else f"best {now.best:.3f}"
            bar.update(task, completed=now.done, total=now.steps, best=best)

        yield tick


def _step_line(what: str, now: Any) -> None:
    if now.done % max(1, now.steps // 10) == 0:
        minutes, seconds = divmod(round(now.seconds_left), 60)
        typer.echo(f"{what}: {now.done} of {now.steps} steps, {minutes}:{seconds:02} left", err=True)
