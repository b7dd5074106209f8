"""Commands that measure a reader against people, and train it."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

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
    notes = read_labelled(path)
    miner = miner_of(taxonomy, classifier or PARTS.get(only), min_confidence)
    labels = list(miner.label(note.text for note in notes))
    scores = compare(notes, labels)
    scores["by"] = {"script": evaluate_by(notes, labels, [script_of(note.text) for note in notes])}
    if by in notes[0].about:
        scores["by"][by] = evaluate_by(notes, labels, [note.about.get(by, "") for note in notes])
    if as_json:
        typer.echo(json.dumps(scores, ensure_ascii=False, indent=2))
    else:
        print_scores(scores)


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
    typer.echo(f"{model.about['notes']} synthetic notes, {len(model.ngrams)} n-grams; on genres held out:")
    for perception, row in held_out["perception"].items():
        typer.echo(f"  {perception:<10} F1 {row['f1']:.3f}")
    typer.echo(f"  {'intent':<10} F1 {held_out['intent_macro_f1']:.3f} (macro)")
    typer.echo(f"model: {folder}")
