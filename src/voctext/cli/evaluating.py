"""The command that measures a reader against people."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.cli.options import AsJson, Named, Sure, Topics, miner_of
from voctext.console import print_scores


class Reader(StrEnum):
    """Which part of the default classifier reads; a part is an entry of `PARTS` too."""

    ALL = "all"
    RULES = "rules"
    MODEL = "model"


PARTS = {Reader.RULES: "rules", Reader.MODEL: "model"}
"""The parts by the names under which `voctext.classify.registry` finds them."""


def evaluate(
    path: Annotated[
        Path, typer.Argument(help="Labelled notes: a CSV with columns text, product, rule, person, intent.")
    ],
    as_json: AsJson = False,
    taxonomy: Topics = None,
    classifier: Named = None,
    min_confidence: Sure = None,
    model: Annotated[
        Optional[Path], typer.Option(help="Folder of a model of your own, as `voctext train` writes it.")
    ] = None,
    only: Annotated[Reader, typer.Option(help="Read with only this part of the classifier.")] = Reader.ALL,
    by: Annotated[
        str,
        typer.Option(help="Column by whose values figures are also given, where the file has it."),
    ] = "source",
) -> None:
    """Compare what voctext reads in labelled notes with what people read."""
    from voctext.evaluate import evaluate as compare
    from voctext.evaluate import evaluate_by, read_labelled, script_of

    if only is not Reader.ALL and (classifier is not None or min_confidence is not None):
        raise typer.BadParameter("give a classifier of its own or a part of the default one, not both")
    if model is not None and (only is not Reader.ALL or classifier is not None or min_confidence is not None):
        raise typer.BadParameter("--model reads by itself; leave --only, --classifier, --min-confidence out")
    loaded = _loaded(model, taxonomy) if model is not None else None
    if loaded is not None and not hasattr(loaded, "judge"):
        _evaluate_classes(path, loaded, as_json=as_json)
        return
    notes = read_labelled(path)
    miner = (
        loaded_miner(loaded) if loaded else miner_of(taxonomy, classifier or PARTS.get(only), min_confidence)
    )
    labels = list(miner.label(note.text for note in notes))
    scores = compare(notes, labels)
    scores["by"] = {"script": evaluate_by(notes, labels, [script_of(note.text) for note in notes])}
    if by in notes[0].about:
        scores["by"][by] = evaluate_by(notes, labels, [note.about.get(by, "") for note in notes])
    if as_json:
        typer.echo(json.dumps(scores, ensure_ascii=False, indent=2))
    else:
        print_scores(scores)


def _loaded(folder: Path, taxonomy: Path | None) -> Any:
    from voctext.taxonomy import Taxonomy
    from voctext.train import load_model

    return load_model(folder, Taxonomy.load(taxonomy) if taxonomy else None)


def loaded_miner(classifier: Any) -> Any:
    """Read with a classifier that was loaded."""
    from voctext.miner import Miner

    return Miner(classifier, taxonomy=classifier.taxonomy)


def _evaluate_classes(path: Path, model: Any, *, as_json: bool) -> None:
    """Compare a model of single labels with a file of texts and their labels."""
    from voctext.labels import read_labels
    from voctext.train import evaluate_single

    labelled = read_labels(path)
    true = [str(note.label) for note in labelled]
    scores = evaluate_single(true, model.predict([note.text for note in labelled]))
    if as_json:
        typer.echo(json.dumps(scores, ensure_ascii=False, indent=2))
        return
    low, high = scores["accuracy_interval"]
    typer.echo(
        f"{scores['n']} texts: accuracy {scores['accuracy']:.3f} ({low:.3f}–{high:.3f}), "
        f"macro F1 {scores['macro_f1']:.3f}"
    )
    for label, row in scores["classes"].items():
        typer.echo(
            f"  {label}: precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}"
        )
