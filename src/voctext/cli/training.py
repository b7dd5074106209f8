"""The command that trains a reader."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from voctext.cli.learning import Learner, train_default
from voctext.encoder.settings import Precision, Settings


def train(
    path: Annotated[
        Optional[Path],
        typer.Argument(
            help="Labelled notes, or texts with one label each; see `voctext labels check`. With --distil an "
            "export without labels."
        ),
    ] = None,
    *,
    default: Annotated[
        bool, typer.Option("--default", help="Train the default model on the shipped corpus.")
    ] = False,
    scratch: Annotated[
        bool, typer.Option("--scratch", help="Fit a linear model to the labelled notes alone.")
    ] = False,
    encoder: Annotated[
        Optional[str],
        typer.Option(help="Teach this encoder: a folder, or the name of a Hugging Face model."),
    ] = None,
    distil: Annotated[
        Optional[Path],
        typer.Option(help="Teach a linear model to read like the encoder in this folder."),
    ] = None,
    out: Annotated[
        Optional[Path],
        typer.Option(
            "--out", "-o", help="Folder for the model.", show_default="with --default the package's own"
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the model in --out even if it is better.")
    ] = False,
    few_shot: Annotated[
        Optional[bool],
        typer.Option(
            "--few-shot/--fine-tune",
            help="Leave the encoder as it is and fit heads to it, or teach all of it.",
            show_default="few-shot below 1,000 texts",
        ),
    ] = None,
    corpus: Annotated[
        bool, typer.Option("--corpus", help="Fine-tune on the shipped synthetic notes too.")
    ] = False,
    epochs: Annotated[
        Optional[int],
        typer.Option(help="How often all texts are read.", min=1, show_default="3 to 12, by their number"),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Texts read together.", min=1)] = 32,
    accumulate: Annotated[int, typer.Option(help="Batches that make a step.", min=1)] = 1,
    learning_rate: Annotated[
        Optional[float],
        typer.Option(help="Of the last layer.", min=1e-8, max=1.0, show_default="by the encoder's width"),
    ] = None,
    patience: Annotated[
        int, typer.Option(help="Looks at the texts held out without a gain that end the run.", min=1)
    ] = 3,
    precision: Annotated[Precision, typer.Option(help="Numbers to train in.")] = Precision.AUTO,
    max_tokens: Annotated[int, typer.Option(help="Tokens read of a text.", min=8)] = 256,
    onnx: Annotated[
        bool, typer.Option("--onnx/--no-onnx", help="Write the encoder for ONNX Runtime in eight bits too.")
    ] = True,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    seed: Annotated[int, typer.Option(help="Deals the notes into folds, and draws.", min=0)] = 0,
) -> None:
    """Train a reader on labelled notes: adapt the default model, or teach an encoder."""
    if default == (path is not None):
        raise typer.BadParameter(
            "give a file of labelled notes, or say --default to train on the shipped corpus"
        )
    if sum([scratch, encoder is not None, distil is not None, default]) > 1:
        raise typer.BadParameter("give one of --default, --scratch, --encoder and --distil")
    settings = Settings(
        epochs=epochs,
        batch_size=batch_size,
        accumulate=accumulate,
        learning_rate=learning_rate,
        patience=patience,
        precision=precision,
        limit=max_tokens,
        seed=seed,
    )
    if encoder is None and (few_shot is not None or corpus or resume or settings != Settings(seed=seed)):
        raise typer.BadParameter("options that say how an encoder is taught go with --encoder")
    if few_shot and (corpus or resume or settings != Settings(seed=seed, limit=max_tokens)):
        raise typer.BadParameter(
            "--few-shot leaves the encoder as it is: how to teach it goes with --fine-tune"
        )
    if path is None:
        train_default(out)
        return
    if out is None:
        raise typer.BadParameter("say --out: a folder for the model", param_hint="'--out'")
    learner = Learner(path, out, replace=replace, seed=seed)
    if distil is not None:
        learner.distil(distil)
    elif encoder is not None:
        learner.encode(encoder, settings, few_shot=few_shot, corpus=corpus, resume=resume, onnx=onnx)
    else:
        learner.fit(scratch=scratch)
    typer.echo(f"model: {out}")
