"""What `voctext train` does, by what is learned from and with what."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from voctext.cli.notes import labelled_notes
from voctext.console import counted, steps
from voctext.errors import InputError

KEPT = "the labels change nothing for the better: the default is kept"


@dataclass(frozen=True, slots=True)
class Learner:
    """A file to learn from, and the folder for the model."""

    path: Path
    out: Path
    replace: bool
    seed: int

    def fit(self, *, scratch: bool) -> None:
        """Fit a linear model to labels of either shape."""
        from voctext.labels.notes import Shape

        labelled = self._labelled()
        groups = _customers(labelled)
        if labelled.shape is Shape.CLASSES:
            if scratch:
                raise typer.BadParameter(
                    "labels of your own are always learned from scratch; leave --scratch out"
                )
            from voctext.train import SingleLabelClassifier

            texts, labels = [note.text for note in labelled], [str(note.label) for note in labelled]
            fitted = SingleLabelClassifier(random_state=self.seed).fit(texts, labels, groups=groups)
            told = f"{counted(len(texts), 'text')} with {counted(len(set(labels)), 'different label')}"
            self._compared(fitted.model_.about, told)
            self._keep(fitted.model_)
            return
        from voctext.train import adapt, train_from_scratch

        notes = labelled_notes(labelled)
        model = (train_from_scratch if scratch else adapt)(notes, groups=groups, seed=self.seed)
        chosen = model.about.get("adapted")
        kept = chosen is not None and not any((*chosen["weight"].values(), *chosen["calibrated"].values()))
        self._compared(model.about, counted(len(notes), "labelled note"))
        typer.echo(KEPT if kept else f"the {'fitted' if scratch else 'adapted'} model is kept")
        self._keep(model)

    def encode(
        self, base: str, settings: Any, *, few_shot: bool | None, corpus: bool, resume: bool, onnx: bool
    ) -> None:
        """Teach an encoder labels of either shape."""
        from voctext.encoder import export_onnx
        from voctext.labels.notes import Shape
        from voctext.train import encode_classes, encode_notes
        from voctext.train.pupil import Run

        labelled = self._labelled()
        if labelled.shape is Shape.CLASSES and corpus:
            raise typer.BadParameter("--corpus has no labels of your own; leave it out")
        groups = _customers(labelled)
        place = self.out.resolve()  # "." has a name, too
        state = place.with_name(f"{place.name}.run")
        with steps("training") as tell:
            run = Run(base, settings, few_shot=few_shot, checkpoints=state, resume=resume, tell=tell)
            if labelled.shape is Shape.CLASSES:
                texts, labels = [note.text for note in labelled], [str(note.label) for note in labelled]
                model = encode_classes(texts, labels, run, groups=groups)
            else:
                model = encode_notes(labelled_notes(labelled), run, groups=groups, corpus=corpus)
        if model.about.get("stopped"):
            typer.echo("stopped by hand; the best model up to then is kept")
        self._compared(model.about, counted(len(labelled), "labelled text"))
        try:
            self._keep(model)
        finally:
            _remove(state)
        if onnx:
            export_onnx(self.out)

    def distil(self, teacher: Path) -> None:
        """Teach a linear model to read an export like the encoder in the folder *teacher*."""
        from voctext.tables import Export
        from voctext.train import distil, load_model

        texts = [ticket.text for ticket in Export.open(self.path).tickets()]
        model = distil(load_model(teacher), texts, seed=self.seed)
        self._compared(model.about, counted(len(texts), "unlabelled text"))
        self._keep(model)

    def _labelled(self) -> Any:
        from voctext.labels import read_labels
        from voctext.train.folder import check_folder

        check_folder(self.out)  # before hours of training
        labelled = read_labels(self.path)
        for told in labelled.passed_over:
            typer.echo(f"note: {told}")
        return labelled

    def _compared(self, about: Any, told: str) -> None:
        """Say how the models read what was held out."""
        from voctext.train.card import told_of

        held = told_of(about).get("held_out")
        if not held:
            typer.echo(f"{told}; a label has too few for any to be held out")
            return
        typer.echo(f"{told}; on those held out:")
        if "accuracy" in held:
            for name in ("accuracy", "macro_f1"):
                low, high = held[f"{name}_interval"]
                typer.echo(f"  {name.replace('_f', ' F'):<10} {held[name]:.3f} ({low:.3f}–{high:.3f})")
            return
        typer.echo(f"  {'':<20} {'  '.join(held)}")
        names = [name for name, value in next(iter(held.values())).items() if isinstance(value, float)]
        for name in names:
            figures = "  ".join(f"{row[name]:>{len(model)}.3f}" for model, row in held.items())
            typer.echo(f"  {name:<20} {figures}")
        if told_of(about).get("channels"):
            typer.echo(f"intents are read by channel: {', '.join(told_of(about)['channels'])}")

    def _keep(self, model: Any) -> None:
        """Write the model; where a better one lies, beside it."""
        from voctext.train import save_model
        from voctext.train.standing import compare_with, standing_of

        try:
            told = None if self.replace else compare_with(self.out, standing_of(model.about))
        except InputError as error:
            aside = self.out.with_name(f"{self.out.resolve().name}.new")
            save_model(model, aside, data=self.path.name)
            raise InputError(f"{error}; the new model lies in {aside}") from error
        if told:
            typer.echo(told)
        save_model(model, self.out, data=self.path.name)


def train_default(out: Path | None) -> None:
    """Train the default model on the shipped corpus."""
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


def _customers(labelled: Any) -> Sequence[str] | None:
    """Give the customer of each text, one who is not named by himself; None where nobody is named."""
    if not any(note.customer for note in labelled):
        return None
    return [note.customer or f"row {n}" for n, note in enumerate(labelled)]


def _remove(state: Path) -> None:
    """Delete the state of a run that is done."""
    from shutil import rmtree

    if state.is_dir():
        rmtree(state)
