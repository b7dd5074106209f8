"""Commands that count demands and compare periods."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.cli.options import (
    AsJson,
    Audited,
    Exposed,
    Facets,
    HeldOut,
    Lang,
    Language,
    Named,
    Sure,
    Topics,
    check_saved,
    correction_of,
    exposure_of,
    miner_of,
    reads_exports,
)
from voctext.console import print_changes, print_demands, print_segments, progress, rows_of

Saved = Annotated[
    Optional[Path],
    typer.Option("--out", "-o", help="Also write the table to this file: .csv, .xlsx or .parquet."),
]


@reads_exports
def demand(
    paths: Annotated[list[Path], typer.Argument(help="Export files or folders.")],
    out: Saved = None,
    *,
    lang: Lang = Language.HANS,
    taxonomy: Topics = None,
    classifier: Named = None,
    min_confidence: Sure = None,
    exposure: Exposed = None,
    audit: Audited = None,
    holdout: HeldOut = None,
    by: Facets = None,
    top: Annotated[int, typer.Option(help="How many demands to show.", min=1)] = 20,
    explain: Annotated[
        Optional[str], typer.Option(help="Say in words how the strength of this topic comes about.")
    ] = None,
    as_json: AsJson = False,
    opened: Any,
) -> None:
    """Count the demands of an export and show them with their uncertainty."""
    from voctext.analyze import facets_of
    from voctext.demand.rows import DEMAND_COLUMNS, demand_row

    check_saved(out)
    miner = miner_of(taxonomy, classifier, min_confidence)
    correction = correction_of(audit, holdout, miner.taxonomy)
    export = opened(*paths, told=not as_json)
    facets = facets_of(export, by or ())
    table, exposed = _table(export, miner, exposure=exposure, audit=correction, facets=facets)
    _note_unexposed(table, exposed)
    customers = exposed if isinstance(exposed, dict) else None
    parts = {facet: table.by(facet, exposure=customers if facet == "segment" else None) for facet in facets}
    rows = [demand_row(one, miner.taxonomy, lang=lang.value) for one in table]
    if out is not None:
        _save(out, rows, DEMAND_COLUMNS)
    if explain is not None:
        typer.echo(table.explain(explain, taxonomy=miner.taxonomy, lang=lang.value))
    elif as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print_demands(table, miner.taxonomy, lang=lang.value, top=top)
        for facet, segments in parts.items():
            print_segments(facet, segments, miner.taxonomy, lang=lang.value, top=top)


@reads_exports
def compare(
    now: Annotated[Path, typer.Argument(help="Export of the later period, or of both (see --at).")],
    before: Annotated[Optional[Path], typer.Argument(help="Export of the earlier period.")] = None,
    out: Saved = None,
    *,
    at: Annotated[
        Optional[datetime],
        typer.Option(help="Split one export at this date: earlier and later.", formats=["%Y-%m-%d"]),
    ] = None,
    season: Annotated[
        Optional[Path], typer.Option(help="Export of the same season a year ago, compared with too.")
    ] = None,
    lang: Lang = Language.HANS,
    taxonomy: Topics = None,
    classifier: Named = None,
    min_confidence: Sure = None,
    exposure: Exposed = None,
    before_exposure: Annotated[
        Optional[float], typer.Option(help="Number of customers the earlier export covers.", min=1)
    ] = None,
    season_exposure: Annotated[
        Optional[float], typer.Option(help="Number of customers a year ago.", min=1)
    ] = None,
    top: Annotated[int, typer.Option(help="How many demands to show.", min=1)] = 20,
    as_json: AsJson = False,
    opened: Any,
) -> None:
    """Tell which demands rose or fell between two periods."""
    from voctext.insight.rows import CHANGE_COLUMNS, change_rows

    if (before is None) == (at is None):
        raise typer.BadParameter("give a second export, or --at a date to split the one at, and not both")
    if at is None and (exposure is None) != (before_exposure is None):
        raise typer.BadParameter("give --exposure and --before-exposure together, or neither")
    if (season is not None and exposure is not None) != (season_exposure is not None):
        raise typer.BadParameter("give --season-exposure with --season and --exposure, and only then")
    check_saved(out)
    miner = miner_of(taxonomy, classifier, min_confidence)

    def table(path: Path, customers: Any) -> Any:
        return _table(opened(path, told=not as_json), miner, exposure=customers)[0]

    later = table(now, exposure)
    if at is None:
        earlier = table(before, before_exposure)  # type: ignore[arg-type]  # there, for at is not
    else:
        earlier, later = _split(later, at, before_exposure)
    changes = later.compare(earlier, season=table(season, season_exposure) if season else None)
    rows = list(change_rows(changes, miner.taxonomy, lang=lang.value))
    if out is not None:
        _save(out, rows, CHANGE_COLUMNS)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    print_changes(changes, miner.taxonomy, lang=lang.value, top=top)
    if changes.season is not None:
        typer.echo("against the same season a year ago:")
        print_changes(changes.season, miner.taxonomy, lang=lang.value, top=top)


def _table(
    export: Any, miner: Any, *, exposure: Any, audit: Any = None, facets: tuple[str, ...] = ()
) -> tuple[Any, Any]:
    """Read *export* and count its demands, quotes masked; give the table and the exposure it stands on."""
    from voctext.demand import DemandTable
    from voctext.demand.exposure import exposure_in
    from voctext.demand.tally import Tally
    from voctext.mask import Masker

    exposed = exposure_of(exposure, export) if isinstance(exposure, str) else exposure
    by_column = isinstance(exposed, str)
    tally = Tally(masker=Masker(), facets=(*facets, exposed) if by_column else facets)
    with progress(rows_of(export)) as tick:
        for number, reading in enumerate(miner.read(export.tickets()), start=1):
            tally.add(reading.ticket, reading.findings, reading.outcome)
            tick(number)
    if by_column:
        exposed = exposure_in(tally, exposed)
    return DemandTable.from_tally(tally, exposure=exposed, audit=audit), exposed


def _split(table: Any, at: datetime, before_exposure: float | None) -> tuple[Any, Any]:
    """Split the tickets counted in *table* at a date: the table of the earlier, and of the later."""
    from voctext.demand import DemandTable
    from voctext.demand.subset import check_dates, split_periods

    check_dates(table.tally, at)
    earlier, later = split_periods(table.tally, at.date())
    customers = table.exposure if table.exposure_of == "given" else None
    return (
        DemandTable.from_tally(earlier, exposure=before_exposure or customers),
        DemandTable.from_tally(later, exposure=customers),
    )


def _note_unexposed(table: Any, exposed: Any) -> None:
    """Say which segments call but have no customers in the exposure that was given."""
    from voctext.demand.segments import unplaced

    if not isinstance(exposed, dict):
        return
    missing = unplaced(table.tally, "segment", exposure=exposed).unexposed
    if missing:
        told = ", ".join(missing)
        typer.echo(
            f"note: no customers are given for {told}; their calls count, so rates are too high", err=True
        )


def _save(path: Path, rows: Any, columns: Any) -> None:
    from voctext.tables.write import write_rows

    form = path.suffix.removeprefix(".").lower()
    write_rows(path, rows, format=form, columns=columns)  # type: ignore[arg-type]
    typer.echo(f"written: {path}", err=True)
