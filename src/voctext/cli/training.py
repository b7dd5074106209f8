"""The command that trains a reader."""

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from voctext.console import counted
from voctext.errors import InputError


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
