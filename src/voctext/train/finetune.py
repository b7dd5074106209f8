"""
Fine-tuning of an encoder with its heads, by the Trainer of transformers.

What is ours is the loss (each question by itself, rare answers weighing more, unasked ones left out), the
learning rate of each layer, and what is kept: the weights that read the notes held out best, also when the
run is stopped by hand.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from voctext.encoder.quiet import quiet
from voctext.encoder.settings import Precision, Settings
from voctext.encoder.tokens import padded
from voctext.errors import InputError, require
from voctext.train.checkpoints import fingerprint, last_state, take
from voctext.train.lesson import Lesson, weights_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SEEN = 20_000
"""Texts that a run reads, all its epochs together, where the number of epochs is not told."""
SHORTEST, LONGEST = 3, 12
"""Fewest and most epochs."""
HEADS_FASTER = 10.0
"""The heads start from nothing and learn so many times faster than the last layer."""
STEPS = 250
"""Steps between two looks at the notes held out, at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: steps done and to do, seconds left, and the best quality so far, if any."""

    done: int
    steps: int
    seconds_left: float
    best: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: epochs read, the quality of what was kept, and whether it was stopped by hand."""

    epochs: float
    quality: float
    stopped: bool


def finetune(
    network: Any,
    lesson: Lesson,
    held_out: Lesson,
    questions: Sequence[slice],
    settings: Settings,
    *,
    quality: Callable[["Floats", "NDArray[np.int8]"], float],
    pad: int,
    checkpoints: Path,
    resume: bool = False,
    tell: Callable[[Progress], None] | None = None,
) -> Outcome:
    """
    Teach *network* the *lesson*, and leave it with the weights of the greatest *quality* on *held_out*.

    Args:
        network: Is changed; what is a text's answer stands in its scores.
        lesson: What it learns.
        held_out: What tells how well, and when to stop.
        questions: Columns of the answers that are answered together: one is yes or no, of several one is
            right.
        settings: How.
        quality: Called with scores and answers of the notes held out.
        pad: The token that fills up short texts.
        checkpoints: Folder in which the state of the run is kept, so that it can be resumed.
        resume: Go on from the last state in *checkpoints*.
        tell: Called after every step.

    Raises:
        InputError: *checkpoints* holds a run that is neither to be resumed nor like this one.
        KeyboardInterrupt: Stopped by hand before the notes held out were read once.
    """
    import numpy as np

    transformers = require("transformers", extra="encoder")
    require("accelerate", extra="encoder")
    last = last_state(checkpoints, fingerprint(network, (lesson, held_out), settings), resume=resume)
    transformers.set_seed(settings.seed)
    steps = max(1, math.ceil(len(lesson) / (settings.batch_size * settings.accumulate)))
    epochs = epochs_of(settings, len(lesson))
    look = min(steps, max(1, math.ceil(steps / math.ceil(steps / STEPS))))
    balance = weights_of(lesson, questions)
    tilt = np.log(balance)  # by which weighing an answer raises its score

    def measured(found: Any) -> dict[str, float]:
        return {"quality": quality(found.predictions - tilt, _answers(found.label_ids))}

    arguments = transformers.TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.batch_size * 2,
        gradient_accumulation_steps=settings.accumulate,
        lr_scheduler_type="linear",
        warmup_steps=min(steps * epochs // 10, 500),
        train_sampling_strategy="group_by_length",
        eval_strategy="steps",
        eval_steps=look,
        save_strategy="steps",
        save_steps=look,
        save_total_limit=2,
        load_best_model_at_end=True,
        restore_callback_states_from_checkpoint=True,
        metric_for_best_model="quality",
        greater_is_better=True,
        label_names=["labels"],
        remove_unused_columns=False,
        seed=settings.seed,
        report_to=[],
        disable_tqdm=True,
        logging_strategy="no",
        **_numbers(settings.precision),
    )
    trainer = transformers.Trainer(
        model=network,
        args=arguments,
        train_dataset=lesson,
        eval_dataset=held_out,
        data_collator=lambda rows: _batch(rows, pad),
        compute_loss_func=_loss(questions, balance),
        compute_metrics=measured,
        callbacks=[_teller(transformers, tell), transformers.EarlyStoppingCallback(settings.patience)],
        optimizers=(_optimizer(network, settings), None),
    )
    trainer.remove_callback(transformers.PrinterCallback)
    stopped = False
    with quiet():
        try:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
        except KeyboardInterrupt:
            best = trainer.state.best_model_checkpoint
            if best is None:
                raise
            take(network, Path(best))
            stopped = True
    torch = require("torch", extra="encoder")
    with torch.no_grad():
        bias = network.heads.bias
        bias -= torch.as_tensor(tilt, device=bias.device, dtype=bias.dtype)
    return Outcome(round(trainer.state.epoch or 0.0, 2), float(trainer.state.best_metric or 0.0), stopped)


def epochs_of(settings: Settings, texts: int) -> int:
    """Give how often *texts* are read."""
    return settings.epochs or min(LONGEST, max(SHORTEST, round(SEEN / max(1, texts))))


def _loss(questions: Sequence[slice], balance: "Floats") -> Callable[..., Any]:
    torch = require("torch", extra="encoder")
    functional = torch.nn.functional

    def loss(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:
        scores, answers, weight = outputs["scores"].float(), labels[:, :-1], labels[:, -1]
        heavy = torch.as_tensor(balance, device=scores.device)
        total = scores.new_zeros(len(scores))
        for group in questions:
            said, right = scores[:, group], answers[:, group]
            asked = (right[:, 0] >= 0).float()
            if said.shape[1] == 1:
                one = functional.binary_cross_entropy_with_logits(
                    said[:, 0], right[:, 0].clamp(min=0), pos_weight=heavy[group][0], reduction="none"
                )
            else:
                one = functional.cross_entropy(said, right.argmax(1), weight=heavy[group], reduction="none")
            total = total + one * asked
        # of all batches of a step: the Trainer adds them up, and counts texts by their labels
        texts = len(labels) if num_items_in_batch is None else num_items_in_batch / labels.shape[1]
        return (total * weight).sum() / texts

    return loss


def _optimizer(network: Any, settings: Settings) -> Any:
    """Give AdamW with a learning rate for each layer; biases and norms do not decay."""
    torch = require("torch", extra="encoder")
    width = network.encoder.config.hidden_size
    top = settings.learning_rate or (1e-4 if width <= 512 else 3e-5)  # noqa: PLR2004  as Settings says
    layers = int(getattr(network.encoder.config, "num_hidden_layers", 0))
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in network.named_parameters():
        depth = depth_of(name, layers)
        rate = top * HEADS_FASTER if depth is None else top * settings.layer_decay ** (layers - depth)
        groups.setdefault((rate, 0.01 if parameter.ndim > 1 else 0.0), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()]
    )


def depth_of(name: str, layers: int) -> int | None:
    """
    Tell at what depth a parameter stands: 0 embeddings, 1 the first layer and so on; None for the heads.

    >>> [depth_of(name, 12) for name in ("encoder.embeddings.w", "encoder.encoder.layer.0.w", "heads.w")]
    [0, 1, None]
    """
    if name.startswith("heads."):
        return None
    parts = name.split(".")
    number = next((int(part) for part in parts if part.isdecimal()), None)
    if number is not None:
        return min(number + 1, layers)
    return 0 if any("embed" in part for part in parts) else layers


def _batch(rows: Sequence[dict[str, Any]], pad: int) -> dict[str, Any]:
    import numpy as np

    torch = require("torch", extra="encoder")
    ids, mask = padded([row["input_ids"] for row in rows], pad)
    labels = np.stack([row["labels"] for row in rows]).astype(np.float32)
    given = {"input_ids": ids, "attention_mask": mask, "labels": labels}
    return {name: torch.from_numpy(array) for name, array in given.items()}


def _answers(labels: Any) -> "NDArray[np.int8]":
    import numpy as np

    return np.asarray(labels)[:, :-1].astype(np.int8)


def _numbers(precision: Precision) -> dict[str, bool]:
    """Give the Trainer's options for *precision* on this machine."""
    torch = require("torch", extra="encoder")
    gpu = torch.cuda.is_available()
    chosen = precision
    if precision is Precision.AUTO:
        chosen = Precision.FP32
        if gpu:
            real = torch.cuda.is_bf16_supported(including_emulation=False)
            chosen = Precision.BF16 if real else Precision.FP16
    if chosen is Precision.FP16 and not gpu:
        raise InputError(
            "precision fp16 needs a GPU, and torch sees none; leave it out, or give bf16 or fp32"
        )
    return {"use_cpu": not gpu, "bf16": chosen is Precision.BF16, "fp16": chosen is Precision.FP16}


def _teller(transformers: Any, tell: Callable[[Progress], None] | None) -> Any:
    class Teller(transformers.TrainerCallback):  # type: ignore[misc]
        """Tells how far the run is, from the time its steps took."""

        began: tuple[float, int] = (0.0, 0)

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
            self.began = (monotonic(), state.global_step)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
            if tell is not None:
                start, first = self.began
                each = (monotonic() - start) / max(1, state.global_step - first)
                left = (state.max_steps - state.global_step) * each
                tell(Progress(state.global_step, state.max_steps, left, state.best_metric))

    return Teller()
