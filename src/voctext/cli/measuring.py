"""Commands that measure a reader against people, and train it."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.cli.options import AsJson, Named, Sure, Topics, miner_of
from voctext.console import counted, print_scores
from voctext.errors import InputError


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


def train(
    path: Annotated[
        Optional[Path],
        typer.Argument(help="Labelled notes, or texts with one label each; see `voctext labels check`."),
    ] = None,
    *,
    default: Annotated[
        bool, typer.Option("--default", help="Train the default model on the shipped corpus.")
    ] = False,
    out: Annotated[
        Optional[Path],
        typer.Option(
            "--out", "-o", help="Folder for the model.", show_default="with --default the package's own"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Deals the notes into folds.", min=0)] = 0,
) -> None:
    """Train a linear model on labelled notes, or the default one again."""
    if default == (path is not None):
        raise typer.BadParameter(
            "give a file of labelled notes, or say --default to train on the shipped corpus"
        )
    if path is None:
        _train_default(out)
        return
    if out is None:
        raise typer.BadParameter("say --out: a folder for the model", param_hint="'--out'")
    from voctext.labels import read_labels
    from voctext.labels.notes import Shape

    labelled = read_labels(path)
    if labelled.shape is Shape.CLASSES:
        _train_classes(labelled, out, seed)
    else:
        _adapt(labelled, out, seed)
    typer.echo(f"model: {out}")


def _train_default(out: Path | None) -> None:
    from voctext.corpus import notes
    from voctext.train import default_folder
    from voctext.train import train as fit

    model = fit(notes())
    folder = out or default_folder()
    model.save(folder)
    held_out = model.about["held_out"]
    typer.echo(f"{model.about['notes']} synthetic notes, {len(model.ngrams)} n-grams; on genres held out:")
    for perception, row in held_out["perception"].items():
        typer.echo(f"  {perception:<10} F1 {row['f1']:.3f}")
    typer.echo(f"  {'intent':<10} F1 {held_out['intent_macro_f1']:.3f} (macro)")
    typer.echo(f"model: {folder}")


def _train_classes(labelled: Any, out: Path, seed: int) -> None:
    from voctext.train import SingleLabelClassifier, save_model

    texts, labels = [note.text for note in labelled], [note.label for note in labelled]
    fitted = SingleLabelClassifier(random_state=seed).fit(texts, labels)
    save_model(fitted.model_, out, data=labelled.path.name)
    typer.echo(f"{counted(len(texts), 'text')} with {counted(len(set(labels)), 'different label')}")


def _adapt(labelled: Any, out: Path, seed: int) -> None:
    """Adapt the default model, and say which of the two reads notes held out better."""
    from voctext.evaluate import LabelledNote
    from voctext.train import adapt, save_model

    notes = []
    for note in labelled:
        if note.intent is None:
            raise InputError(f"{note.where}: no intent; a note to learn from has one")
        notes.append(LabelledNote(note.text, note.stances, note.intent, {}))
    customers = [note.customer or f"row {n}" for n, note in enumerate(labelled)]
    model = adapt(notes, groups=customers, seed=seed)
    told = model.about["adapted"]["held_out"]
    typer.echo(
        f"{counted(len(notes), 'labelled note')}; on notes held out, the default and the adapted model:"
    )
    for name, before in told["default"].items():
        typer.echo(f"  {name:<20} {before:.3f}  {told['adapted'][name]:.3f}")
    kept = not any(model.about["adapted"]["weight"].values())
    typer.echo(
        "the labels change nothing for the better: the default is kept"
        if kept
        else "the adapted model is kept"
    )
    save_model(model, out, data=labelled.path.name)


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
