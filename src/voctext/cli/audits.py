"""Commands that draw a sample for people to label, and read the labels back."""

import json
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.cli.options import (
    AsJson,
    Lang,
    Language,
    Named,
    NoMask,
    Sure,
    Topics,
    miner_of,
    reads_exports,
)
from voctext.console import counted, print_audit, progress, rows_of

app = typer.Typer(help="Have people label a sample, and correct the counts by it.", no_args_is_help=True)


@app.command("sample")
@reads_exports
def sample(
    paths: Annotated[list[Path], typer.Argument(help="Export files or folders, as given to analyze.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to label: .xlsx or .csv.")],
    *,
    targets: Annotated[
        Optional[list[str]],
        typer.Option(
            "--for",
            help="Topic, or product, rule or person; may be given again. Or training: notes to learn from.",
            show_default="the three perceptions",
        ),
    ] = None,
    size: Annotated[
        Optional[int], typer.Option(help="Labels for each target.", min=1, show_default="200")
    ] = None,
    width: Annotated[
        Optional[float],
        typer.Option(help="Instead: as many labels as make a share's interval so wide, such as 0.05."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws another sample.")] = 0,
    lang: Lang = Language.HANS,
    taxonomy: Topics = None,
    classifier: Named = None,
    min_confidence: Sure = None,
    no_mask: NoMask = False,
    opened: Any,
) -> None:
    """Draw tickets for people to label, to audit the counts, or to train on."""
    from voctext.audit.sample import SIZE, draw_sample
    from voctext.audit.sheet import check_sheet, write_audit
    from voctext.mask import Masker
    from voctext.records import Perception

    check_sheet(out)
    trains = _is_training(targets or [], width)
    export = opened(*paths)
    miner = miner_of(taxonomy, classifier, min_confidence)
    masker = None if no_mask else Masker()
    if trains:
        _choose(export, miner, out, size=size or SIZE, seed=seed, masker=masker, lang=lang.value)
        return
    with progress(rows_of(export)) as tick:
        rows = draw_sample(
            _told(miner.read(export.tickets()), tick),
            targets or [perception.value for perception in Perception],
            size=size,
            width=width,
            seed=seed,
            masker=masker,
            taxonomy=miner.taxonomy,
            lang=lang.value,
        )
    write_audit(out, rows)
    typer.echo(
        f"{counted(len(rows), 'row')} to label: write 1 or 0 (是 or 否) into the column answer of {out}"
    )


def _is_training(targets: list[str], width: float | None) -> bool:
    """Tell whether notes to learn from are asked for; refuse what does not go with it."""
    from voctext.audit.learning import TRAINING

    if TRAINING not in targets:
        return False
    if len(targets) > 1:
        raise typer.BadParameter(
            f"{TRAINING} chooses notes to label in full; give it alone, and draw the audit into another file",
            param_hint="'--for'",
        )
    if width is not None:
        raise typer.BadParameter(
            f"an interval is of an audit; with --for {TRAINING} give --size", param_hint="'--width'"
        )
    return True


def _choose(export: Any, miner: Any, out: Path, *, size: int, seed: int, masker: Any, lang: str) -> None:
    """Write the notes to learn from, and say why they were chosen."""
    from voctext.audit.learning import choose_notes, write_notes

    with progress(rows_of(export)) as tick:
        readings = _told(miner.read(export.tickets()), tick)
        choice = choose_notes(readings, size=size, seed=seed, masker=masker, taxonomy=miner.taxonomy)
    write_notes(out, choice.notes, lang=lang)
    reasons = ", ".join(f"{count} {reason}" for reason, count in choice.reasons.items())
    typer.echo(f"{counted(len(choice), 'note')} of {counted(choice.tickets, 'ticket')} to label: {reasons}")
    typer.echo(f"left out: {counted(choice.copies, 'ticket')} nearly the same as another")
    typer.echo(
        f"write product, rule, person (-1, 0, 1, or nothing) and intent into {out}, "
        "then give it to voctext labels check and voctext train"
    )


@app.command("apply")
def apply(
    path: Annotated[Path, typer.Argument(help="The labelled file.")],
    as_json: AsJson = False,
) -> None:
    """Check labels, and show how often the classifier was right and what share is true."""
    from voctext.audit import read_audit

    audit = read_audit(path)
    if as_json:
        typer.echo(json.dumps(list(audit.rows()), ensure_ascii=False, indent=2))
    else:
        print_audit(audit)


def _told(readings: Any, tick: Any) -> Any:
    for number, reading in enumerate(readings, start=1):
        tick(number)
        yield reading
