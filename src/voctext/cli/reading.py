"""Commands that read an export and write all there is to say of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from voctext.cli.options import (
    Audited,
    Exposed,
    Facets,
    Form,
    HeldOut,
    Lang,
    Language,
    Named,
    NoMask,
    Out,
    Sure,
    TableFormat,
    Topics,
    correction_of,
    exposure_of,
    miner_of,
    reads_exports,
)
from voctext.console import print_export, print_run, progress, rows_of


@reads_exports
def analyze(
    paths: Annotated[
        list[Path], typer.Argument(help="Export files or folders: csv, tsv, xlsx, xls, jsonl, parquet.")
    ],
    out: Out,
    *,
    lang: Lang = Language.HANS,
    form: Form = TableFormat.CSV,
    taxonomy: Topics = None,
    classifier: Named = None,
    min_confidence: Sure = None,
    no_mask: NoMask = False,
    exposure: Exposed = None,
    audit: Audited = None,
    holdout: HeldOut = None,
    by: Facets = None,
    opened: Any,
) -> None:
    """Read an export and write its findings, its demands and a report."""
    miner = miner_of(taxonomy, classifier, min_confidence)
    correction = correction_of(audit, holdout, miner.taxonomy)
    export = opened(*paths)
    _analyze(
        export,
        out,
        miner=miner,
        lang=lang,
        form=form,
        masked=not no_mask,
        exposure=exposure_of(exposure, export),
        audit=correction,
        facets=by or (),
    )


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
        export,
        out,
        miner=miner_of(),
        lang=lang,
        form=form,
        masked=not no_mask,
        note=note(lang),
    )


def _analyze(
    export: Any,
    out: Path,
    *,
    miner: Any,
    lang: Language,
    form: TableFormat,
    masked: bool,
    exposure: Any = None,
    audit: Any = None,
    facets: Sequence[str] = (),
    note: str = "",
) -> None:
    from voctext.analyze import analyze as run_analysis
    from voctext.mask import Masker

    masker = Masker() if masked else None
    with progress(rows_of(export)) as tick:
        run = run_analysis(
            export,
            out,
            miner=miner,
            masker=masker,
            format=form.value,
            lang=lang.value,
            exposure=exposure,
            audit=audit,
            facets=facets,
            note=note,
            progress=tick,
        )
    print_run(run, out)
