"""How an encoder is taught."""

from dataclasses import dataclass
from enum import StrEnum

LIMIT = 256
"""Tokens of a text that are read, by default."""


class Precision(StrEnum):
    """In which numbers a network is trained; "auto" takes bf16, or else fp16, where there is a GPU."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How to fine-tune.

    *epochs* None is as many as make 20,000 texts read, 3 to 12; *learning_rate* None is 1e-4 for encoders up
    to 512 wide, else 3e-5, for the last layer, *layer_decay* times less for each layer below it (J. Howard
    and S. Ruder 2018, "Universal language model fine-tuning"); *accumulate* batches make a step; *patience*
    looks at the notes held out without a gain end the run.
    """

    epochs: int | None = None
    batch_size: int = 32
    accumulate: int = 1
    learning_rate: float | None = None
    layer_decay: float = 0.9
    patience: int = 3
    precision: Precision = Precision.AUTO
    limit: int = LIMIT
    seed: int = 0
