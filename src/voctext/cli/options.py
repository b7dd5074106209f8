"""The options that several commands share, and the decorator that lets a command read an export."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.console import print_export
from voctext.errors import InputError, VoctextError, choose_from
from voctext.records import Perception


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


def _decided(confidence: float | None) -> float | None:
    from voctext.classify.combined import check_confidence

    _checked(check_confidence, confidence)
    return confidence


def _plausible(told: str | None) -> str | None:
    """Refuse a number that cannot be one of customers before anything is read."""
    from voctext.demand.exposure import check_exposure
    from voctext.tables.customers import number_of

    _checked(check_exposure, None if told is None else number_of(told), "'--exposure'")
    return told


def _checked(check: Callable[[Any], None], value: Any, option: str | None = None) -> None:
    try:
        check(value)
    except VoctextError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


Name = Optional[str]
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
Named = Annotated[
    Name,
    typer.Option(
        "--classifier",
        help="Name of an installed classifier to read with, or folder of a model of your own.",
        show_default="default",
    ),
]
Sure = Annotated[
    Optional[float],
    typer.Option(
        "--min-confidence",
        help="Find a perception only at this probability or more, 0.5 to below 1; abstain between.",
        callback=_decided,
    ),
]
Exposed = Annotated[
    Name,
    typer.Option(
        "--exposure",
        help="Number of customers the export covers, a table of them by segment, or a header of the export.",
        callback=_plausible,
    ),
]
Audited = Annotated[
    Optional[Path],
    typer.Option("--audit", help="Labelled audit of this export (tier A), by which counts are corrected."),
]
HeldOut = Annotated[
    Optional[Path],
    typer.Option(
        "--holdout",
        help="Table of target, tp, fp, fn, tn counted elsewhere (tier B), by which counts are corrected.",
    ),
]
Facets = Annotated[
    Optional[list[str]],
    typer.Option("--by", help="Header by whose values customers are compared too; may be given again."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]

_FIELDS = {
    "text": "Header of the customers' words, or #3 for the third column.",
    "id": "Header of the ticket id.",
    "customer": "Header of the customer id.",
    "time": "Header of the time received.",
    "channel": "Header of the channel.",
    "segment": "Header of the customer segment.",
    "status": "Header of the status.",
    "resolved": "Header of the time resolved.",
    "satisfaction": "Header of the satisfaction.",
}
_READING = {
    **{f"{field}_column": Annotated[Name, typer.Option(help=told)] for field, told in _FIELDS.items()},
    "sheet": Annotated[Name, typer.Option(help="Read only the sheet of this name.")],
    "encoding": Annotated[Name, typer.Option(help="Encoding of text files, if the guess is wrong.")],
}
"""The options that say how an export is read."""


def reads_exports(command: Callable[..., None]) -> Callable[..., None]:
    """
    Give *command* the options by which exports are read.

    The command takes them as one keyword, *opened*: a function from paths to an open Export.
    """

    @wraps(command)
    def run(**given: Any) -> None:
        how = {name: given.pop(name) for name in _READING}
        command(**given, opened=lambda *paths, told=True: _open(paths, how, told=told))

    own = [p for p in signature(command, eval_str=True).parameters.values() if p.name != "opened"]
    keyword = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in own]
    shared = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _READING.items()
    ]
    run.__signature__ = signature(command).replace(parameters=keyword + shared)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in keyword + shared}
    return run


def _open(paths: tuple[Path, ...], how: dict[str, str | None], *, told: bool) -> Any:
    from voctext.tables import Export

    columns = {field: header for field in _FIELDS if (header := how[f"{field}_column"]) is not None}
    export = Export.open(*paths, columns=columns, sheet=how["sheet"], encoding=how["encoding"])
    if told:
        print_export(export)
    return export


def exposure_of(told: str | None, export: Any) -> Any:
    """Give the exposure *told*: a number, a table of customers by segment, or a header of *export*."""
    from voctext.tables.customers import number_of, read_customers

    if told is None:
        return None
    if any(told in sheet.headers for sheet in export.sheets):
        return told
    number = number_of(told)
    if number is None and not Path(told).is_file():
        raise typer.BadParameter(
            f"{told!r} is neither a number, nor a file, nor a column of the export; give one of them",
            param_hint="'--exposure'",
        )
    return read_customers(told) if number is None else number


def check_saved(out: Path | None) -> None:
    """Refuse a file name that tells no format, before an export is read for it."""
    formats = ("csv", "parquet", "xlsx")
    if out is not None and out.suffix.lower().removeprefix(".") not in formats:
        raise InputError(f"{out}: no format of tables; known: {', '.join(formats)}")


def correction_of(audit: Path | None, holdout: Path | None, taxonomy: Any) -> Any:
    """Read what is known of the classifier's errors on topics of *taxonomy*, if anything."""
    from voctext.audit import read_audit
    from voctext.audit.holdout import read_holdout

    if audit is not None and holdout is not None:
        raise typer.BadParameter("give --audit or --holdout, not both")
    path = audit or holdout
    if path is None:
        return None
    correction = read_audit(path) if audit is not None else read_holdout(path)
    known = [*(perception.value for perception in Perception), *taxonomy.topics]
    for target in correction.targets:
        if target not in known:
            raise InputError(f"{path}: no topic or perception {target!r}; {choose_from(target, known)}")
    return correction


def miner_of(taxonomy: Path | None = None, classifier: str | None = None, sure: float | None = None) -> Any:
    """Read with the classifier of this name or in this folder, or by default, and with this taxonomy."""
    from voctext.classify.combined import CombinedClassifier
    from voctext.classify.model import NAMES
    from voctext.classify.registry import load_classifier
    from voctext.miner import Miner
    from voctext.taxonomy import Taxonomy

    topics = Taxonomy.load(taxonomy) if taxonomy else Taxonomy.default()
    if classifier is not None and (Path(classifier) / NAMES).is_file():
        return Miner(_reader_of_notes(Path(classifier), topics, sure), taxonomy=topics)
    if classifier is None and sure is None:
        return Miner.of(topics)
    if sure is None:
        return Miner(load_classifier(classifier or "default", topics), taxonomy=topics)
    if classifier not in (None, "default"):
        raise typer.BadParameter("--min-confidence is the default classifier's; leave --classifier out")
    return Miner(CombinedClassifier(topics, min_confidence=sure), taxonomy=topics)


def _reader_of_notes(folder: Path, taxonomy: Any, sure: float | None) -> Any:
    from voctext.train import load_model

    model = load_model(folder, taxonomy, min_confidence=sure)
    if not hasattr(model, "judge"):
        raise InputError(f"{folder}: gives texts one label of your own each; give a model trained on notes")
    return model
