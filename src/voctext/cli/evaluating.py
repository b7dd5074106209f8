"""The command that measures a reader against people."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.cli.measuring import Asked, Chosen, measure_notes, measure_texts
from voctext.cli.options import AsJson, Named, NoMask, Sure, Topics, miner_of
from voctext.errors import InputError, choose_from


class Reader(StrEnum):
    """Which part of the default classifier reads; a part is an entry of `PARTS` too."""

    ALL = "all"
    RULES = "rules"
    MODEL = "model"


PARTS = {Reader.RULES: "rules", Reader.MODEL: "model"}
"""The parts by the names under which `voctext.classify.registry` finds them."""
BUILT_IN = ("default", *PARTS.values())
TABLES, PAGES = (".xlsx", ".csv"), (".html", ".htm")


def evaluate(
    path: Annotated[
        Path,
        typer.Argument(
            help="Labelled notes: columns text, product, rule, person, intent; or text and label."
        ),
    ],
    as_json: AsJson = False,
    taxonomy: Topics = None,
    classifier: Named = None,
    min_confidence: Sure = None,
    model: Annotated[
        Optional[Path], typer.Option(help="Folder of a model of your own, as `voctext train` writes it.")
    ] = None,
    only: Annotated[Reader, typer.Option(help="Read with only this part of the classifier.")] = Reader.ALL,
    against: Annotated[
        Optional[str],
        typer.Option(help="Another reader to compare with: a model folder, or default, rules, model."),
    ] = None,
    by: Annotated[
        Optional[str],
        typer.Option(
            help="Column by whose values figures are also given.",
            show_default="source, where the file has it",
        ),
    ] = None,
    errors: Annotated[
        Optional[Path], typer.Option(help="File for the notes read differently: .xlsx or .csv.")
    ] = None,
    calibration: Annotated[
        Optional[Path], typer.Option(help="File for a page that draws the calibration: .html.")
    ] = None,
    no_mask: NoMask = False,
) -> None:
    """Compare what voctext reads in labelled notes with what people read."""
    if only is not Reader.ALL and (classifier is not None or min_confidence is not None):
        raise typer.BadParameter("give a classifier of its own or a part of the default one, not both")
    if model is not None and (only is not Reader.ALL or classifier is not None or min_confidence is not None):
        raise typer.BadParameter("--model reads by itself; leave --only, --classifier, --min-confidence out")
    _check_ending(errors, TABLES, "'--errors'")
    _check_ending(calibration, PAGES, "'--calibration'")
    asked = Asked(path, by, errors, calibration, masked=not no_mask, as_json=as_json)
    if model is not None:
        first = _loaded(model, taxonomy)
    else:
        name = classifier or PARTS.get(only)
        told = f"default at {min_confidence:g}" if min_confidence is not None else name or "default"
        first = Chosen(told, told, miner=miner_of(taxonomy, name, min_confidence))
    other = _other(against, taxonomy) if against is not None else None
    _check_kinds(first, other)
    (measure_texts if first.miner is None else measure_notes)(asked, first, other)


def _check_ending(path: Path | None, endings: tuple[str, ...], option: str) -> None:
    if path is not None and path.suffix.lower() not in endings:
        raise typer.BadParameter(
            f"{path}: name a file that ends in {' or '.join(endings)}", param_hint=option
        )


def _check_kinds(first: Chosen, other: Chosen | None) -> None:
    """Raise InputError unless both read notes, or both give a text one label."""
    if other is None or (first.miner is None) == (other.miner is None):
        return
    single, notes = (first, other) if first.miner is None else (other, first)
    raise InputError(
        f"{single.place} gives a text one label and {notes.place} reads perceptions and intents; "
        "compare two of a kind"
    )


def _other(against: str, taxonomy: Path | None) -> Chosen:
    """Give the reader called *against*: a part of the default classifier, or the model in that folder."""
    if against in BUILT_IN:
        return Chosen(against, against, miner=miner_of(taxonomy, None if against == "default" else against))
    if not Path(against).is_dir():
        raise typer.BadParameter(
            f"{against!r} is neither a model folder nor a reader; {choose_from(against, BUILT_IN)}",
            param_hint="'--against'",
        )
    return _loaded(Path(against), taxonomy)


def _loaded(folder: Path, taxonomy: Path | None) -> Chosen:
    """Load the model in *folder*: it reads notes if it can judge them, else it gives a text one label."""
    from voctext.taxonomy import Taxonomy
    from voctext.train import load_model

    topics = Taxonomy.load(taxonomy) if taxonomy else None
    loaded: Any = load_model(folder, topics)
    name = folder.resolve().name
    if not hasattr(loaded, "judge"):
        return Chosen(name, str(folder), model=loaded)
    from voctext.miner import Miner

    return Chosen(name, str(folder), miner=Miner(loaded, taxonomy=getattr(loaded, "taxonomy", topics)))
