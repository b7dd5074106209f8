"""
A linear model on disk and in memory: numbers in safetensors, names in JSON, never code.

Tensors, C being the number of columns (n-grams, then signals), all float32 but the topics':
idf (n-grams,); perception, polarity and intent weights (C + 1, outputs), the last row the intercept;
topic weights (C + 1, topics) as int8 with one scale each; combine (inputs + 1, outputs); channels
(channels, outputs), where the model was taught any.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from voctext.errors import ModelError
from voctext.records import Intent, Perception

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FORMAT = 1
NUMBERS, NAMES = "model.safetensors", "model.json"
POLARITIES = (-1, 0, 1)

OUTPUTS = (
    *(f"{perception}" for perception in Perception),
    *(f"{perception} {polarity}" for perception in Perception for polarity in POLARITIES),
    *(f"{intent}" for intent in Intent),
)
"""What the heads answer, in the order of their columns: 3 perceptions, 3 × 3 polarities, 5 intents."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """The weights and what they are of."""

    ngrams: tuple[str, ...]
    signals: tuple[str, ...]
    topics: tuple[str, ...]
    idf: "Floats"
    weights: "Floats"  # (columns + 1, OUTPUTS)
    topic_weights: "NDArray[np.int8]"  # (columns + 1, topics)
    topic_scales: "Floats"  # (topics,)
    combine: "Floats"  # (inputs + 1, OUTPUTS): from the heads' and the rules' answers to the final ones
    thresholds: "Floats"  # (perceptions,): where F1 is greatest on notes held out
    about: Mapping[str, Any]
    channels: "Mapping[str, Floats]" = field(default_factory=dict)
    """For each channel that was learned from, what its notes add to the final scores, shape (OUTPUTS,)."""

    def logits(self, rows: Any) -> "Floats":
        """Give the heads' answers to CSR *rows*, shape (notes, OUTPUTS)."""
        return rows @ self.weights[:-1] + self.weights[-1]  # type: ignore[no-any-return]

    def topic_logits(self, rows: Any) -> "Floats":
        """Give the topics' scores of CSR *rows*, shape (notes, topics)."""
        import numpy as np

        weights = self.topic_weights.astype(np.float32)
        return (rows @ weights[:-1] + weights[-1]) * self.topic_scales  # type: ignore[no-any-return]

    def shifts(self, channels: "Sequence[str | None]") -> "Floats":
        """Give what notes of these *channels* add to the final scores, nothing where one is unknown."""
        import numpy as np

        silent = np.zeros(len(OUTPUTS), dtype=np.float32)
        shifts = [self.channels.get(channel or "", silent) for channel in channels]
        return np.array(shifts, dtype=np.float32).reshape(-1, len(OUTPUTS))

    def save(self, folder: Path) -> None:
        """Write the model into *folder*, which is made if it is not there."""
        import numpy as np
        from safetensors.numpy import save

        folder.mkdir(parents=True, exist_ok=True)
        tensors: dict[str, Any] = {
            "idf": self.idf,
            "weights": self.weights,
            "topic_weights": self.topic_weights,
            "topic_scales": self.topic_scales,
            "combine": self.combine,
            "thresholds": self.thresholds,
        }
        if self.channels:
            tensors["channels"] = np.stack(list(self.channels.values()))
        (folder / NUMBERS).write_bytes(save(tensors))  # with the rights of any other file
        names = {
            "format": FORMAT,
            "sha256": sha256((folder / NUMBERS).read_bytes()).hexdigest(),
            "outputs": OUTPUTS,
            "about": self.about,
            "signals": self.signals,
            "topics": self.topics,
            "ngrams": self.ngrams,
        }
        if self.channels:
            names["channels"] = tuple(self.channels)
        (folder / NAMES).write_text(json.dumps(names, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """
        Read a model folder; nothing in it is executed.

        Raises:
            ModelError: The folder is no model, of another format, cut short or edited.
        """
        names = _checked_names(folder)
        tensors = read_numbers(folder, names["sha256"])
        words: dict[str, Any] = {key: tuple(names[key]) for key in ("ngrams", "signals", "topics")}
        shifts, channels = tensors.pop("channels", ()), names.get("channels", ())
        if len(shifts) != len(channels):
            raise ModelError(
                f"{folder}: {len(channels)} channels named, {len(shifts)} weighed; copy the folder again"
            )
        return cls(
            **words, **tensors, about=names["about"], channels=dict(zip(channels, shifts, strict=True))
        )


def read_names(folder: Path) -> dict[str, Any]:
    """
    Read the JSON of a model folder of any kind.

    Raises:
        ModelError: There is none, or it is no JSON object.
    """
    path = folder / NAMES
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path}: cannot be read ({error}); a model folder holds {NAMES} and {NUMBERS}"
        ) from error
    if not isinstance(names, dict):
        raise ModelError(f"{path}: format None, for it holds no JSON object; copy the whole folder again")
    return names


def read_numbers(folder: Path, digest: object) -> dict[str, Any]:
    """
    Read the tensors of a model folder of any kind.

    Raises:
        ModelError: They are not there, not those of *digest* (SHA-256), or no safetensors.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        numbers = (folder / NUMBERS).read_bytes()
    except OSError as error:
        raise ModelError(
            f"{folder}: {NUMBERS} cannot be read ({error}); copy the whole folder again"
        ) from error
    if sha256(numbers).hexdigest() != digest:
        raise ModelError(f"{folder / NUMBERS}: not what was saved (checksum differs); copy the folder again")
    try:
        return dict(load(numbers))
    except SafetensorError as error:
        raise ModelError(f"{folder / NUMBERS}: not a safetensors file ({error})") from error


def _checked_names(folder: Path) -> dict[str, Any]:
    names, path = read_names(folder), folder / NAMES
    if names.get("format") != FORMAT:
        raise ModelError(
            f"{path}: format {names.get('format')!r}; this voctext reads format {FORMAT}; "
            "train again or upgrade"
        )
    missing = [key for key in ("sha256", "ngrams", "signals", "topics", "about") if key not in names]
    if missing or tuple(names["outputs"]) != OUTPUTS:
        raise ModelError(f"{path}: lacks {', '.join(missing) or 'the known outputs'}; train the model again")
    return names
