"""What the command line prints: how an export is read, how far a run is, and figures of agreement."""

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


def print_scores(scores: dict[str, Any]) -> None:
    """Show the figures of `voctext.evaluate.evaluate` as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "precision", "recall", "F1", "notes", title=counted(scores["n"], "note"))
    for head in ("perception", "intent"):
        for name, value in scores[head].items():
            if isinstance(value, dict):
                table.add_row(
                    name, *(f"{value[k]:.3f}" for k in ("precision", "recall", "f1")), str(value["support"])
                )
        table.add_row(f"{head}, macro", "", "", f"{scores[head]['macro_f1']:.3f}", "", end_section=True)
    console = Console()
    console.print(table)
    typer.echo(
        f"polarity accuracy {scores['polarity']['accuracy']:.3f}   exact match {scores['exact_match']:.3f}"
    )
    if "calibration" in scores:
        errors = "  ".join(f"{answer} {error:.3f}" for answer, error in scores["calibration"].items())
        typer.echo(f"calibration error  {errors}")
        surest = scores["surest"]
        typer.echo(
            f"the surest {surest['n']}: perception {surest['perception']['macro_f1']:.3f}, "
            f"intent {surest['intent']['macro_f1']:.3f} (macro F1)"
        )
    for name, groups in scores.get("by", {}).items():
        console.print(_groups(name, groups))


def _groups(name: str, groups: dict[str, Any]) -> Any:
    """Show the figures of each group on a line."""
    from rich.table import Table

    table = Table(f"by {name}", "notes", "product", "rule", "person", "macro", "intent", "polarity")
    for group, scores in groups.items():
        perception = scores["perception"]
        figures = [perception[p]["f1"] for p in ("product", "rule", "person")]
        figures += [perception["macro_f1"], scores["intent"]["macro_f1"], scores["polarity"]["accuracy"]]
        table.add_row(group or "(none)", str(scores["n"]), *(f"{figure:.3f}" for figure in figures))
    return table
