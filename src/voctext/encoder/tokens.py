"""Texts as numbers of tokens, in batches of about one length."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from voctext.encoder.settings import LIMIT
from voctext.errors import require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

TAIL = 4
"""One token in four of a long text is taken from its end (C. Sun and others 2019, arXiv:1905.05583)."""
BUDGET = 4096
"""Tokens in a batch, padding and all."""


class Tokenizer:
    """A tokenizer of the `tokenizers` library; of a text longer than *limit* the middle is left out."""

    def __init__(self, json: str, *, limit: int = LIMIT) -> None:
        """Read the tokenizer from its *json*."""
        self.json = json
        self.limit = limit
        self._tokenizer: Any = require("tokenizers", extra="encoder").Tokenizer.from_str(json)

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        """Give the tokens of each text, the tokenizer's own marks of begin and end among them."""
        return [self._cut(found.ids) for found in self._tokenizer.encode_batch(list(texts))]

    def _cut(self, ids: list[int]) -> list[int]:
        if len(ids) <= self.limit:
            return ids or [0]
        tail = self.limit // TAIL
        return [*ids[: self.limit - tail], *ids[len(ids) - tail :]]


def batches(tokens: Sequence[Sequence[int]], *, budget: int = BUDGET) -> Iterator[list[int]]:
    """
    Yield the numbers of texts to be read together, shortest first: little is padded, *budget* holds.

    >>> list(batches([[1] * 9, [1], [1, 2]], budget=10))
    [[1, 2], [0]]
    """
    batch: list[int] = []
    for i in sorted(range(len(tokens)), key=lambda i: len(tokens[i])):
        if batch and len(tokens[i]) * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def padded(tokens: Sequence[Sequence[int]], pad: int) -> tuple["Ids", "Ids"]:
    """Give *tokens* as a rectangle filled up with *pad*, and which of it are tokens; both (texts, length)."""
    import numpy as np

    length = max(map(len, tokens))
    ids = np.full((len(tokens), length), pad, dtype=np.int64)
    mask = np.zeros((len(tokens), length), dtype=np.int64)
    for i, row in enumerate(tokens):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return ids, mask
