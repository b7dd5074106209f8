"""Commands about labelled notes: check them, convert them, compare their annotators."""

import json
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.cli.options import AsJson
from voctext.console import counted
from voctext.labels.write import Target

app = typer.Typer(help="Labelled notes: check, convert, compare.", no_args_is_help=True)

_SHOWN = 10  # warnings of one kind; --all shows the rest


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(help="Labelled notes: a table, a tool's export, or a BIO file.")],
    as_json: AsJson = False,
    every: Annotated[bool, typer.Option("--all", help="Tell every warning, not the first ten.")] = False,
) -> None:
    """Check labelled notes whole; exit 1 if they cannot be used."""
    from voctext.labels.check import counts_of, warnings_of
    from voctext.labels.read import read_labels

    file = read_labels(path)
    counts, warnings = counts_of(file.notes), warnings_of(file.notes)
    if as_json:
        told = [{"kind": w.kind.value, "where": w.where, "message": w.message} for w in warnings]
        shown = {"n": len(file), "shape": file.shape, "format": file.format, "columns": dict(file.columns)}
        passed = {"passed_over": file.passed_over, "counts": counts, "warnings": told}
        typer.echo(json.dumps(shown | passed, ensure_ascii=False, indent=2))
        return
    _print_file(file)
    for question, numbers in counts.items():
        typer.echo(f"  {question:<9} " + ", ".join(f"{name}: {n}" for name, n in numbers.items()))
    for line in file.passed_over:
        typer.echo(f"passed over: {line}")
    _print_warnings(warnings, every=every)


def _print_file(file: Any) -> None:
    about = {"notes": "labels of notes", "spans": "labels of spans", "classes": "classes of your own"}
    typer.echo(f"{file.path}: {file.format}, {about[file.shape]}, {counted(len(file), 'note')}")
    columns = [f"{field} = {header}" for field, header in file.columns.items() if field != header]
    if columns:
        typer.echo(f"  columns   {', '.join(columns)}")


def _print_warnings(warnings: Any, *, every: bool) -> None:
    shown: dict[str, int] = {}
    for warned in warnings:
        shown[warned.kind] = shown.get(warned.kind, 0) + 1
        if every or shown[warned.kind] <= _SHOWN:
            place = f"{' and '.join(warned.where)}: " if warned.where else ""
            typer.echo(f"look at: {place}{warned.message}")
    left = sum(max(0, n - _SHOWN) for n in shown.values())
    if left and not every:
        typer.echo(f"{counted(left, 'more warning')}; --all shows them")
    typer.echo(f"nothing to mend, {counted(len(warnings), 'warning')}")


@app.command("convert")
def convert_labels(
    path: Annotated[Path, typer.Argument(help="Labelled notes: a table, a tool's export, or a BIO file.")],
    out: Annotated[Path, typer.Argument(help="File to write.")],
    to: Annotated[Target, typer.Option("--to", help="What to write.")],
) -> None:
    """Write labelled notes in another form; nothing is lost, or nothing is written."""
    from voctext.labels.write import convert

    file = convert(path, out, to=to)
    for line in file.passed_over:
        typer.echo(f"passed over: {line}")
    typer.echo(f"{counted(len(file), 'note')} from {path} ({file.format}) to {out} ({to.value})")


@app.command("agree")
def agree(
    path: Annotated[Path, typer.Argument(help="Labelled notes, by one annotator or several.")],
    second: Annotated[Optional[Path], typer.Argument(help="What another annotator said of them.")] = None,
    out: Annotated[
        Optional[Path], typer.Option("--out", "-o", help="File for the disagreements: .xlsx or .csv.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how far annotators agree, and list where they do not."""
    from voctext.labels.agree import agreement_rows, compare
    from voctext.labels.read import read_labels

    forms = {".xlsx": "xlsx", ".csv": "csv"}
    if out is not None and out.suffix.lower() not in forms:
        raise typer.BadParameter(
            f"{out}: disagreements are written as {' or '.join(forms)}; name the file so"
        )
    comparison = compare(*(read_labels(file) for file in (path, second) if file is not None))
    if out is not None:
        from voctext.tables.write import write_rows

        form: Any = forms[out.suffix.lower()]
        write_rows(out, comparison.disagreements, format=form, columns=comparison.columns)
    if as_json:
        about = {"annotators": comparison.annotators, "n": comparison.notes, "alone": comparison.alone}
        rows = {"agreement": list(agreement_rows(comparison)), "disagreements": len(comparison.disagreements)}
        typer.echo(json.dumps(about | rows, ensure_ascii=False, indent=2))
    else:
        _print_comparison(comparison)
    if out is not None and not as_json:
        typer.echo(f"disagreements: {out}")


def _print_comparison(comparison: Any) -> None:
    notes = counted(comparison.notes, "note")
    typer.echo(
        f"{', '.join(comparison.annotators)}: {notes} labelled by two or more, {comparison.alone} by one"
    )
    typer.echo(f"  {'':<18}{'answers':>8}{'same':>8}{'κ':>8}{'α':>8}")
    for agreement in comparison.agreements:
        figures = [f"{x:>8.2f}" if x is not None else f"{'–':>8}" for x in (agreement.kappa, agreement.alpha)]
        typer.echo(
            f"  {agreement.question:<18}{agreement.units:>8}{agreement.observed:>8.0%}" + "".join(figures)
        )
    typer.echo(counted(len(comparison.disagreements), "disagreement"))
