"""
The columns of single-label models: n-grams of characters, then words, counted without a string for each.

An n-gram is one number: up to four characters of sixteen bits, each its place in the alphabet of the
texts, the first in the highest bits. So numbers sort as the n-grams do, and a thousand long texts are
counted by sorting.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from voctext.segment import Segmenter, by_jieba

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]
    Codes = NDArray[np.uint64]

LONGEST, BITS = 4, 16
"""N-grams have up to four characters, of sixteen bits each."""
UNKNOWN = 2**BITS - 1
"""What stands for characters that are not in the alphabet."""
TOGETHER = 500
"""How many texts are counted before their n-grams are merged with those of earlier texts."""


class Columns:
    """Turns normalized texts into rows."""

    def __init__(self, grams: Sequence[str], words: Sequence[str], idf: "Floats") -> None:
        """Give the columns: *grams* sorted, then *words*, and the inverse document frequency of each."""
        self._alphabet = alphabet_of(grams)
        self._codes = _codes_of_grams(grams, self._alphabet)
        self._places = {word: len(grams) + i for i, word in enumerate(words)}
        self._idf, self._grams = idf, len(grams)

    def matrix(self, texts: Sequence[str], words: Iterable[Sequence[str]]) -> Any:
        """Give CSR rows (texts, columns): 1 + log count, times idf, n-grams and words of length one each."""
        import numpy as np
        from scipy.sparse import csr_matrix

        columns: list[NDArray[np.int32]] = []
        values: list[Floats] = []
        ends = [0]
        for text, parts in zip(texts, words, strict=True):
            for at, count in (self._grams_of(text), self._words_of(parts)):
                value = (1 + np.log(count)) * self._idf[at]
                columns.append(at.astype(np.int32))
                values.append((value / max(float(np.linalg.norm(value)), 1e-9)).astype(np.float32))
            ends.append(ends[-1] + len(columns[-1]) + len(columns[-2]))
        flat = (
            (np.concatenate(values), np.concatenate(columns)) if values else (np.zeros(0), np.zeros(0, int))
        )
        shape = (len(texts), self._grams + len(self._places))
        return csr_matrix((*flat, np.array(ends, dtype=np.int32)), shape=shape)

    def _grams_of(self, text: str) -> "tuple[Ints, Ints]":
        import numpy as np

        codes, counts = np.unique(gram_codes(text, self._alphabet), return_counts=True)
        at = np.searchsorted(self._codes, codes)
        known = at < self._grams
        known[known] = self._codes[at[known]] == codes[known]
        return at[known], counts[known]

    def _words_of(self, words: Sequence[str]) -> "tuple[Ints, Ints]":
        import numpy as np

        found = np.array([self._places[word] for word in words if word in self._places], dtype=np.int64)
        return np.unique(found, return_counts=True)


@cache
def _segmenter() -> Segmenter:
    return by_jieba()


def words_of(texts: Iterable[str]) -> Iterator[list[str]]:
    """Part normalized *texts* into words; the strings are shared between texts."""
    shared: dict[str, str] = {}
    for text in texts:
        yield [shared.setdefault(word, word) for word in _segmenter()(text) if word.strip()]


def _points(text: str) -> "NDArray[np.uint32]":
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def alphabet_of(texts: Iterable[str]) -> "NDArray[np.uint32]":
    """Give the characters of *texts* as sorted code points; there are never more than numbers for them."""
    import numpy as np

    points = sorted(set(chain.from_iterable(texts)) | {" "})
    return np.array([ord(point) for point in points[: UNKNOWN - 1]], dtype=np.uint32)


def _ids(text: str, alphabet: "NDArray[np.uint32]") -> "Codes":
    """Give the place of each character in the alphabet, from 1."""
    import numpy as np

    points = _points(text)
    at = np.minimum(np.searchsorted(alphabet, points), len(alphabet) - 1)
    return np.where(alphabet[at] == points, at + 1, UNKNOWN).astype(np.uint64)


def gram_codes(text: str, alphabet: "NDArray[np.uint32]") -> "Codes":
    """Give the number of each n-gram in *text*, as often as it occurs; spaces frame the text."""
    import numpy as np

    ids = _ids(f" {' '.join(text.split())} ", alphabet)
    codes: list[Codes] = []
    packed = np.zeros(len(ids) + 1, dtype=np.uint64)
    for n in range(min(LONGEST, len(ids))):
        packed = packed[:-1] | (ids[n:] << np.uint64(BITS * (LONGEST - 1 - n)))
        codes.append(packed)
    return np.concatenate(codes)


def _codes_of_grams(grams: Sequence[str], alphabet: "NDArray[np.uint32]") -> "Codes":
    import numpy as np

    packed = np.zeros(len(grams), dtype=np.uint64)
    padded = np.array(grams, dtype=f"<U{LONGEST}") if grams else np.zeros(0, dtype=f"<U{LONGEST}")
    points = padded.view("<u4").reshape(len(grams), LONGEST)
    for n in range(LONGEST):
        there = points[:, n] > 0
        at = np.searchsorted(alphabet, points[:, n]) + 1
        packed |= np.where(there, at, 0).astype(np.uint64) << np.uint64(BITS * (LONGEST - 1 - n))
    return packed


def choose_columns(
    texts: Sequence[str], words: Sequence[Sequence[str]], min_df: int
) -> "tuple[tuple[str, ...], tuple[str, ...], Ints]":
    """Give the n-grams and the words that stand in *min_df* texts, sorted, and in how many each stands."""
    import numpy as np

    alphabet = alphabet_of(texts)
    codes, seen = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    for start in range(0, len(texts), TOGETHER):
        some = [np.unique(gram_codes(text, alphabet)) for text in texts[start : start + TOGETHER]]
        ones = np.ones(sum(map(len, some)), dtype=np.int64)
        codes, place = np.unique(np.concatenate([codes, *some]), return_inverse=True)
        seen = np.bincount(place, weights=np.concatenate([seen, ones])).astype(np.int64)
    often = seen >= min_df
    frequency = Counter(chain.from_iterable(set(parts) for parts in words))
    chosen = sorted(word for word, n in frequency.items() if n >= min_df)
    counts = np.array([frequency[word] for word in chosen], dtype=np.int64)
    return tuple(_strings(codes[often], alphabet)), tuple(chosen), np.concatenate([seen[often], counts])


def _strings(codes: "Codes", alphabet: "NDArray[np.uint32]") -> Iterator[str]:
    """Write *codes* out."""
    import numpy as np

    signs = ["", *(chr(point) for point in alphabet.tolist())]
    ids = [((codes >> np.uint64(BITS * n)) & np.uint64(UNKNOWN)).tolist() for n in reversed(range(LONGEST))]
    for places in zip(*ids, strict=True):
        yield "".join(signs[place] for place in places)
