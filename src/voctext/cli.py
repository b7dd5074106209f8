"""The command line: the only place that prints and exits."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from typer.core import TyperGroup

from voctext.console import counted, print_export, print_run, print_scores, progress
from voctext.errors import VoctextError


class _StoppedError(Exception):
    """Stopped by hand; an interrupt by itself never reaches `main`, for Typer ends the process on it."""


class _Commands(TyperGroup):
    """Lets `main` say that nothing half-written was left."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was called."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise _StoppedError from error


app = typer.Typer(
    cls=_Commands,
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
    """Which part of the default classifier reads; a part is an entry of `PARTS` too."""

    ALL = "all"
    RULES = "rules"
    MODEL = "model"


PARTS = {Reader.RULES: "rules", Reader.MODEL: "model"}
"""The parts by the names under which `voctext.classify.registry` finds them."""


Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results; made if it is not there.")]
Lang = Annotated[Language, typer.Option(help="Language of topic names and the report.")]
Form = Annotated[TableFormat, typer.Option("--format", help="File format of the tables.")]
NoMask = Annotated[bool, typer.Option("--no-mask", help="Write personal data as it stands. Default: masked.")]
Topics = Annotated[
    Optional[Path],
    typer.Option(
        "--taxonomy",
        help="A taxonomy file of your own, or the name of one that ships.",
        show_default="banking",
    ),
]
Name = Optional[str]
Named = Annotated[
    Name,
    typer.Option(
        "--classifier", help="Name of an installed classifier to read with.", show_default="default"
    ),
]


def _countable(exposure: float | None) -> float | None:
    from voctext.demand.table import check_exposure

    try:
        check_exposure(exposure)
    except VoctextError as error:
        raise typer.BadParameter(str(error)) from error
    return exposure


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
    classifier: Named = None,
    no_mask: NoMask = False,
    exposure: Annotated[
        Optional[float],
        typer.Option(help="Number of customers the export covers.", min=1, callback=_countable),
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
    print_export(export)
    _analyze(
        export,
        out,
        miner=_miner(taxonomy, classifier),
        lang=lang,
        form=form,
        masked=not no_mask,
        exposure=exposure,
    )


@app.command()
def demo(
    out: Out = Path("demo-out"),
    lang: Lang = Language.HANS,
    form: Form = TableFormat.CSV,
    no_mask: NoMask = False,
) -> None:
    """Run analyze on a synthetic export that ships with voctext."""
    from voctext.demo import note, write_export
    from voctext.tables import Export

    path = write_export(out)
    typer.echo(f"synthetic export: {path}")
    export = Export.open(path)
    print_export(export)
    _analyze(
        export, out, miner=_miner(), lang=lang, form=form, masked=not no_mask, exposure=None, note=note(lang)
    )


@app.command()
def evaluate(
    path: Annotated[
        Path, typer.Argument(help="Labelled notes: a CSV with columns text, product, rule, person, intent.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    taxonomy: Topics = None,
    classifier: Named = None,
    only: Annotated[Reader, typer.Option(help="Read with only this part of the classifier.")] = Reader.ALL,
) -> None:
    """Compare what voctext reads in labelled notes with what people read."""
    from voctext.evaluate import evaluate as compare
    from voctext.evaluate import read_labelled

    if classifier is not None and only is not Reader.ALL:
        raise typer.BadParameter("give a classifier of its own or a part of the default one, not both")
    notes = read_labelled(path)
    miner = _miner(taxonomy, classifier or PARTS.get(only))
    scores = compare(notes, miner.label(note.text for note in notes))
    if as_json:
        typer.echo(json.dumps(scores, ensure_ascii=False, indent=2))
    else:
        print_scores(scores)


@app.command()
def train(
    default: Annotated[
        bool, typer.Option("--default", help="Train the default model on the shipped corpus.")
    ] = False,
    out: Annotated[
        Optional[Path],
        typer.Option("--out", "-o", help="Folder for the model.", show_default="the package's own"),
    ] = None,
) -> None:
    """Train the linear model again."""
    from voctext.corpus import notes
    from voctext.train import default_folder
    from voctext.train import train as fit

    if not default:
        raise typer.BadParameter("say --default: the shipped corpus is what there is to train on")
    model = fit(notes())
    folder = out or default_folder()
    model.save(folder)
    held_out = model.about["held_out"]
    typer.echo(f"{model.about['notes']} synthetic notes, {len(model.ngrams)} n-grams; on files held out:")
    for perception, row in held_out["perception"].items():
        typer.echo(f"  {perception:<10} F1 {row['f1']:.3f}")
    typer.echo(f"  {'intent':<10} F1 {held_out['intent_macro_f1']:.3f} (macro)")
    typer.echo(f"model: {folder}")


@taxonomy_app.command("check")
def check_taxonomy(
    path: Annotated[Path, typer.Argument(help="A taxonomy file, or the name of one that ships.")],
) -> None:
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
    size = f"{counted(len(taxonomy), 'topic')} in {counted(len(taxonomy.groups), 'group')}"
    typer.echo(f"{path}: {size}, nothing to mend")


def main() -> None:
    """Run the command line: 0 done, 1 an error of the input, 2 a wrong call."""
    try:
        app()
    except VoctextError as error:
        typer.echo(f"voctext: {error}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, _StoppedError):
        typer.echo("voctext: stopped; nothing half-written was left", err=True)
        sys.exit(130)


def _miner(taxonomy: Path | None = None, classifier: str | None = None) -> Any:
    """Read with the classifier of this name, or by default, and with this taxonomy."""
    from voctext.classify.registry import load_classifier
    from voctext.miner import Miner
    from voctext.taxonomy import Taxonomy

    if classifier is None:
        return Miner.from_taxonomy(taxonomy) if taxonomy else Miner.default()
    topics = Taxonomy.load(taxonomy) if taxonomy else Taxonomy.default()
    return Miner(load_classifier(classifier, topics), taxonomy=topics)


def _analyze(
    export: Any,
    out: Path,
    *,
    miner: Any,
    lang: Language,
    form: TableFormat,
    masked: bool,
    exposure: float | None,
    note: str = "",
) -> None:
    from voctext.analyze import analyze as run_analysis
    from voctext.mask import Masker

    masker = Masker() if masked else None
    known = [sheet.rows for sheet in export.sheets]
    total = sum(n for n in known if n is not None) if None not in known else None
    with progress(total) as tick:
        run = run_analysis(
            export,
            out,
            miner=miner,
            masker=masker,
            format=form.value,
            lang=lang.value,
            exposure=exposure,
            note=note,
            progress=tick,
        )
    print_run(run, out)


if __name__ == "__main__":
    main()
