"""A network on its way from a base to a model."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from voctext.encoder.network import Network, licence_of, load_base, pad_of
from voctext.encoder.runtime import TorchRuntime
from voctext.encoder.runtime import run as run_network
from voctext.encoder.settings import Settings
from voctext.encoder.tokens import Tokenizer
from voctext.errors import require
from voctext.train.finetune import Progress, finetune
from voctext.train.folds import held_out_groups
from voctext.train.lesson import Lesson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SPECIAL = 2
"""Places that some encoders (RoBERTa) count but do not have."""
LABELLED_WEIGHT = 4.0
"""What a labelled note weighs against one of the corpus, where both are learned from."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is the same for every kind of label: the base, how it is taught, and where its state is kept."""

    base: str
    settings: Settings
    few_shot: bool | None = None
    checkpoints: Path | None = None
    resume: bool = False
    tell: Callable[[Progress], None] | None = None


class Pupil:
    """A network on its way from a base to a model, and the texts it learns from."""

    def __init__(self, run: Run, outputs: int, texts: Sequence[str]) -> None:
        torch = require("torch", extra="encoder")
        torch.manual_seed(run.settings.seed)
        encoder, json = load_base(run.base)
        self.network = Network(encoder, outputs)
        longest = int(getattr(encoder.config, "max_position_embeddings", 0) or 0)
        limit = min(run.settings.limit, longest - SPECIAL) if longest > SPECIAL else run.settings.limit
        self.tokenizer = Tokenizer(json, limit=limit)
        self._run, self._pad = run, pad_of(encoder)
        self._tokens = self.tokenizer(texts)

    def features(self) -> "NDArray[np.float64]":
        """Give what the encoder makes of each text, shape (texts, width)."""
        width = self.network.encoder.config.hidden_size
        runtime = TorchRuntime(self.network, part="pooled")
        return run_network(runtime, self._tokens, width=width, pad=self._pad).astype(float)

    def scores(self) -> "NDArray[np.float64]":
        """Give the scores of each text, shape (texts, outputs)."""
        width = self.network.heads.out_features
        return run_network(TorchRuntime(self.network), self._tokens, width=width, pad=self._pad).astype(float)

    def give(self, weights: "NDArray[np.float64]", bias: "NDArray[np.float64]") -> None:
        """Take *weights* (width, outputs) and *bias* (outputs,) as heads."""
        torch = require("torch", extra="encoder")
        with torch.no_grad():
            self.network.heads.weight.copy_(torch.from_numpy(weights.T.copy()))
            self.network.heads.bias.copy_(torch.from_numpy(bias))

    def scale(self, factors: "NDArray[np.float64]") -> None:
        """Multiply the scores of each output."""
        heads = self.network.heads
        self.give(
            heads.weight.detach().cpu().numpy().T.astype(float) * factors,
            heads.bias.detach().cpu().numpy().astype(float) * factors,
        )

    def tune(
        self,
        answers: "NDArray[np.int8]",
        parts: "NDArray[np.int64]",
        asked: Sequence[slice],
        quality: Callable[["Floats", "NDArray[np.int8]"], float],
        *,
        extra: "tuple[Sequence[str], NDArray[np.int8]] | None" = None,
    ) -> dict[str, Any]:
        """Fine-tune on all but part 0, and tell how it went."""
        import numpy as np

        train, test = np.flatnonzero(parts != 0), np.flatnonzero(parts == 0)
        lesson = self._lesson(train, answers)
        if extra is not None:
            texts, more = extra
            lesson = Lesson(
                [*lesson.tokens, *self.tokenizer(texts)],
                np.vstack([lesson.answers, more]),
                np.concatenate([lesson.weight * LABELLED_WEIGHT, np.ones(len(texts), dtype=np.float32)]),
            )
        with TemporaryDirectory() as scratch:
            outcome = finetune(
                self.network,
                lesson,
                self._lesson(test, answers),
                asked,
                self._run.settings,
                quality=quality,
                pad=self._pad,
                checkpoints=self._run.checkpoints or Path(scratch),
                resume=self._run.resume,
                tell=self._run.tell,
            )
        return {
            **asdict(outcome),
            "settings": asdict(self._run.settings),
            "corpus": len(extra[0]) if extra else 0,
        }

    def about(self, *, few: bool, held_out: int, groups: Sequence[str] | None) -> dict[str, Any]:
        """Tell where the network comes from and how it was taught."""
        cut = sum(len(row) == self.tokenizer.limit for row in self._tokens)
        return {
            "notes": len(self._tokens),
            "base": self._base_name(),
            "licence": licence_of(self._run.base),
            "mode": "frozen features" if few else "fine-tuned",
            "seed": self._run.settings.seed,
            "read_out": held_out,
            "groups": held_out_groups(groups),
            "shortened": cut,
        }

    def _base_name(self) -> str:
        """Give the base's name; of a folder only its own, for where it lay is nobody's business."""
        folder = Path(self._run.base)
        return folder.resolve().name if folder.is_dir() else self._run.base

    def _lesson(self, chosen: "NDArray[np.int64]", answers: "NDArray[np.int8]") -> Lesson:
        import numpy as np

        tokens = [self._tokens[i] for i in chosen]
        return Lesson(tokens, answers[chosen], np.ones(len(chosen), dtype=np.float32))
