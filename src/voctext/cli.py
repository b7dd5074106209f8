"""The command line: the only place that prints and exits."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.errors import VoctextError

app = typer.Typer(
    help="Read what bank customers write, and tell what they demand and how strongly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
taxonomy_app = typer.Typer(help="The topics voctext knows.", no_args_is_help=True)
app.add_typer(taxonomy_app, name="taxonomy")


class TableFormat(StrEnum):
    """In what files tables are written."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Language(StrEnum):
    """In which language topics and the report are written."""

    HANS = "zh-Hans"
    HANT = "zh-Hant"
    EN = "en"


class Reader(StrEnum):
    """Which part of the default classifier reads."""

    ALL = "all"
    RULES = "rules"


Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results; made if it is not there.")]
Lang = Annotated[Language, typer.Option(help="Language of topic names and the report.")]
Form = Annotated[TableFormat, typer.Option("--format", help="File format of the tables.")]
NoMask = Annotated[bool, typer.Option("--no-mask", help="Write personal data as it stands. Default: masked.")]
Topics = Annotated[
    Optional[Path], typer.Option("--taxonomy", help="A taxonomy file of your own.", show_default="banking")
]
Name = Optional[str]  


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Read what bank customers write, and tell what they demand and how strongly."""
    if version:
        from voctext import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def analyze(
    paths: Annotated[
        list[Path], typer.Argument(help="Export files or folders: csv, tsv, xlsx, xls, jsonl, parquet.")
    ],
    out: Out,
    lang: Lang = Language.HANS,
    form: Form = TableFormat.CSV,
    taxonomy: Topics = None,
    no_mask: NoMask = False,
    exposure: Annotated[
        Optional[float], typer.Option(help="Number of customers the export covers.", min=1)
    ] = None,
    text_column: Annotated[
        Name, typer.Option(help="Header of the customers' words, or #3 for the third column.")
    ] = None,
    id_column: Annotated[Name, typer.Option(help="Header of the ticket id.")] = None,
    customer_column: Annotated[Name, typer.Option(help="Header of the customer id.")] = None,
    time_column: Annotated[Name, typer.Option(help="Header of the time received.")] = None,
    channel_column: Annotated[Name, typer.Option(help="Header of the channel.")] = None,
    segment_column: Annotated[Name, typer.Option(help="Header of the customer segment.")] = None,
    status_column: Annotated[Name, typer.Option(help="Header of the status.")] = None,
    resolved_column: Annotated[Name, typer.Option(help="Header of the time resolved.")] = None,
    satisfaction_column: Annotated[Name, typer.Option(help="Header of the satisfaction.")] = None,
    sheet: Annotated[Name, typer.Option(help="Read only the sheet of this name.")] = None,
    encoding: Annotated[Name, typer.Option(help="Encoding of text files, if the guess is wrong.")] = None,
) -> None:
    """Read an export and write its findings, its demands and a report."""
    named = {
        "text": text_column,
        "id": id_column,
        "customer": customer_column,
        "time": time_column,
        "channel": channel_column,
        "segment": segment_column,
        "status": status_column,
        "resolved": resolved_column,
        "satisfaction": satisfaction_column,
    }
    from voctext.tables import Export

    columns = {field: header for field, header in named.items() if header is not None}
    export = Export.open(*paths, columns=columns, sheet=sheet, encoding=encoding)
    _analyze(export, out, lang=lang, form=form, taxonomy=taxonomy, masked=not no_mask, exposure=exposure)


@app.command()
def demo(
    out: Out = Path("demo-out"),
    lang: Lang = Language.HANS,
    form: Form = TableFormat.CSV,
    no_mask: NoMask = False,
) -> None:
    """Run analyze on a synthetic export that ships with voctext."""
    from voctext.demo import write_export
    from voctext.tables import Export

    out.mkdir(parents=True, exist_ok=True)
    path = write_export(out)
    typer.echo(f"synthetic export: {path}")
    _analyze(Export.open(path), out, lang=lang, form=form, taxonomy=None, masked=not no_mask, exposure=None)


@app.command()
def evaluate(
    path: Annotated[Path, typer.Argument(help="CSV with columns text, product, rule, person, intent.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    taxonomy: Topics = None,
    only: Annotated[Reader, typer.Option(help="Read with only this part of the classifier.")] = Reader.ALL,
) -> None:
    """Compare what voctext reads in labelled notes with what people read."""
    from voctext.evaluate import evaluate as compare
    from voctext.evaluate import read_labelled

    notes = read_labelled(path)
    miner = _miner(taxonomy)
    scores = compare(notes, miner.label(note.text for note in notes))
    if as_json:
        typer.echo(json.dumps(scores, ensure_ascii=False, indent=2))
    else:
        _print_scores(scores)


@taxonomy_app.command("check")
def check_taxonomy(path: Annotated[Path, typer.Argument(help="A taxonomy file.")]) -> None:
    """Check a taxonomy file whole; exit 1 if it cannot be used."""
    from voctext.taxonomy import Taxonomy, check

    problems = check(path)
    for problem in problems:
        typer.echo(str(problem), err=True)
    fatal = sum(problem.fatal for problem in problems)
    if fatal:
        typer.echo(f"{path}: {fatal} to mend", err=True)
        raise typer.Exit(1)
    taxonomy = Taxonomy.load(path)
    typer.echo(f"{path}: {len(taxonomy)} topics in {len(taxonomy.groups)} groups, nothing to mend")


def main() -> None:
    """Run the command line: 0 done, 1 an error of the input, 2 a wrong call."""
    try:
        app()
    except VoctextError as error:
        typer.echo(f"voctext: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("voctext: stopped; nothing half-written was left", err=True)
        sys.exit(130)


def _miner(taxonomy: Path | None) -> Any:
    from voctext.miner import Miner

    return Miner.from_taxonomy(taxonomy) if taxonomy else Miner.default()


def _analyze(
    export: Any,
    out: Path,
    *,
    lang: Language,
    form: TableFormat,
    taxonomy: Path | None,
    masked: bool,
    exposure: float | None,
) -> None:
    from voctext.analyze import analyze as run_analysis
    from voctext.mask import Masker

    _print_export(export)
    miner = _miner(taxonomy)
    masker = Masker() if masked else None
    known = [sheet.rows for sheet in export.sheets]
    total = sum(n for n in known if n is not None) if None not in known else None
    with _progress(total) as tick:
        run = run_analysis(
            export,
            out,
            miner=miner,
            masker=masker,
            format=form.value,
            lang=lang.value,
            exposure=exposure,
            progress=tick,
        )
    for warning in run.warnings:
        typer.echo(f"note: {warning}")
    rows = run.rows
    typer.echo(f"rows: {rows['read']} read = {rows['mined']} mined + {rows['rejected']} rejected")
    typer.echo(f"findings: {run.findings} in {run.tickets_with_findings} tickets, {run.seconds:.1f} s")
    for name in run.outputs[1:]:
        typer.echo(f"  {out / name}")
    typer.echo(f"report: {out / run.outputs[0]}")


def _print_export(export: Any) -> None:
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


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar with rate and time left on a terminal, a line per 10,000 tickets elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done: typer.echo(f"{done} tickets read", err=True) if done % 10_000 == 0 else None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total, rate="")

        def tick(done: int) -> None:
            if done % 200 == 0 or done == total:
                speed = bar.tasks[0].speed
                bar.update(task, completed=done, rate=f"{speed:,.0f} tickets/s" if speed else "")

        yield tick


def _print_scores(scores: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "precision", "recall", "F1", "notes", title=f"{scores['n']} notes")
    for head in ("perception", "intent"):
        for name, value in scores[head].items():
            if isinstance(value, dict):
                table.add_row(
                    name, *(f"{value[k]:.3f}" for k in ("precision", "recall", "f1")), str(value["support"])
                )
        table.add_row(f"{head}, macro", "", "", f"{scores[head]['macro_f1']:.3f}", "", end_section=True)
    Console().print(table)
    typer.echo(
        f"polarity accuracy {scores['polarity']['accuracy']:.3f}   exact match {scores['exact_match']:.3f}"
    )


if __name__ == "__main__":
    main()
