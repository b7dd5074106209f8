"""
Notes picked one after another so that they are unlike each other.

Two measures: notes are near-copies by the runs of characters they share, and lie far apart by the rows
that the default model reads of them.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from voctext.classify.combined import default_model
from voctext.classify.features import Features
from voctext.clauses import split
from voctext.records import Ticket
from voctext.taxonomy import Taxonomy
from voctext.text import normalize_batch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

NEAR: Final = 0.8
"""Texts are near-copies if they share this part of all their runs of three letters (Jaccard)."""
_RUN: Final = 3
_SHORT: Final = 8
"""Texts of fewer letters are alike by chance; only the same letters make them copies."""
_FARTHEST: Final = 2.0
"""The squared distance of two rows of length one that share nothing."""
_LEAST: Final = 1e-9
_NO_LETTER = re.compile(r"[\W\d_]+")


def letters_of(text: str) -> str:
    """
    Give the letters of *text*, by which copies are known, whatever their numbers; all where it has none.

    >>> letters_of("APP 又闪退了3次！"), letters_of("？？")
    ('app又闪退了次', '？？')
    """
    return _NO_LETTER.sub("", text).casefold() or text


def rows_of(tickets: Sequence[Ticket], taxonomy: Taxonomy) -> Any:
    """Read *tickets* as the default model does: CSR of shape (tickets, columns), rows of length one."""
    import numpy as np
    from scipy.sparse import diags

    model = default_model()
    features = Features(taxonomy, model.ngrams, model.idf, model.signals)
    aligned = normalize_batch([ticket.text for ticket in tickets])
    _, rows = features.read([split(ticket, text) for ticket, text in zip(tickets, aligned, strict=True)])
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(length, _LEAST)) @ rows).tocsr()


class Spread:
    """
    Draws notes, each with a chance that grows with its weight and with how far it lies from those drawn.

    The first factor is the square of its weight, the second the squared distance to the nearest note
    taken: the seeding of k-means++, with rows as long as their weight. Near-copies of a note taken are
    never drawn.

    Sources: D. Arthur & S. Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA;
    J. T. Ash et al. (2020), "Deep batch active learning by diverse, uncertain gradient lower bounds", ICLR.
    """

    def __init__(self, texts: Sequence[str], rows: Any, weights: "Floats", *, seed: int = 0) -> None:
        """Pick among *texts*, of which *rows* (length one) and *weights* have one each."""
        import numpy as np

        self.copies = 0
        """Notes that can no longer be drawn because one much the same was taken."""
        self._rows = rows
        self._chances = np.maximum(weights, 1e-3) ** 2  # a reader sure of all still leaves a choice
        self._runs, self._sizes = _runs(texts)
        self._free = np.ones(len(texts), dtype=bool)
        self._gap = np.full(len(texts), _FARTHEST)
        self._rng = np.random.default_rng(seed)

    def is_free(self, note: int) -> bool:
        """Tell whether *note* is neither taken nor a near-copy of one that is."""
        return bool(self._free[note])

    def take(self, note: int) -> None:
        """Take *note*, and rule its near-copies out."""
        import numpy as np

        self._free[note] = False
        shared = _products(self._runs, note)
        near = self._free & (shared >= NEAR * (self._sizes + self._sizes[note] - shared))
        self.copies += int(near.sum())
        self._free &= ~near
        apart = _FARTHEST - 2 * _products(self._rows, note)
        self._gap = np.minimum(self._gap, np.maximum(apart, _LEAST))

    def draw(self, among: Sequence[int]) -> int | None:
        """Take one of the notes *among*, and return it; None if none of them is free."""
        import numpy as np

        free = np.asarray(among, dtype=np.int64)
        free = free[self._free[free]]
        if not len(free):
            return None
        chances = self._chances[free] * self._gap[free]
        note = int(self._rng.choice(free, p=chances / chances.sum()))
        self.take(note)
        return note


def _products(rows: Any, one: int) -> "Floats":
    """Multiply each of *rows* with row *one*."""
    import numpy as np

    found: Floats = np.asarray((rows @ rows[one].T).todense(), dtype=float).ravel()
    return found


def _runs(texts: Sequence[str]) -> tuple[Any, "Floats"]:
    """Give a 0/1 CSR matrix of shape (texts, runs), and the number of runs of each text."""
    import numpy as np
    from scipy.sparse import csr_matrix

    column: dict[str, int] = {}
    found: list[list[int]] = []
    for text in texts:
        letters = letters_of(text)
        cut = (letters[at : at + _RUN] for at in range(len(letters) - _RUN + 1))
        runs = {f"whole {letters}"} if len(letters) < _SHORT else dict.fromkeys(cut)
        found.append([column.setdefault(run, len(column)) for run in runs])
    sizes = np.array([len(runs) for runs in found], dtype=float)
    edges = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    flat = np.array([place for runs in found for place in runs], dtype=np.int64)
    matrix = csr_matrix((np.ones(len(flat), dtype=np.float32), flat, edges), shape=(len(texts), len(column)))
    return matrix, sizes
