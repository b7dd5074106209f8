"""
A note as a row of numbers: its n-grams, and the signals of the rules.

Column by column: the n-grams of the vocabulary, each its inverse document frequency where it occurs,
a row scaled to length one; then the signals, SIGNAL where they are heard. Everything comes from one
search of the automaton.
"""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from voctext.classify.lexicon import Cue, Hit, Lexicon, Meaning
from voctext.classify.protocol import Note
from voctext.classify.rules import Opinion, read_note
from voctext.records import Intent, Perception, Voice
from voctext.taxonomy import Taxonomy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIGNAL = 0.3
"""What a signal weighs beside a row of n-grams of length one; chosen on the corpus."""

MOST_COUNTED = 3


def signal_names(taxonomy: Taxonomy) -> tuple[str, ...]:
    """Name the signals that notes read with *taxonomy* can give, in the order of their columns."""
    stances = ("named", "-1", "0", "1")
    return (
        *(f"cue {cue.name}" for cue in Cue),
        *(f"{perception} {stance}" for perception in Perception for stance in stances),
        *(f"vote {perception} {stance}" for perception in Perception for stance in stances[1:]),
        *(f"good {n}" for n in range(1, MOST_COUNTED + 1)),
        *(f"bad {n}" for n in range(1, MOST_COUNTED + 1)),
        *(f"rules say {intent}" for intent in Intent),
        "reproach",
        "exclaimed",
        "institution speaks",
        *(f"topic {topic.id} {stance}" for topic in taxonomy for stance in stances),
    )


class Features:
    """Turns notes into rows, with one lexicon of words and n-grams."""

    def __init__(
        self, taxonomy: Taxonomy, ngrams: Sequence[str], idf: "NDArray[np.float32]", signals: Sequence[str]
    ) -> None:
        """Give the columns: *ngrams* with their *idf*, then *signals*."""
        self._lexicon = Lexicon(taxonomy, ngrams)
        self._idf = idf
        self._columns = {name: len(ngrams) + i for i, name in enumerate(signals)}
        self._width = len(ngrams) + len(signals)
        self._of_meaning: dict[Meaning, tuple[int, ...]] = {}

    def read(self, notes: Sequence[Note]) -> tuple[list[Opinion], Any]:
        """
        Read the customers' voice in *notes*.

        Returns:
            The rules' opinion of each note, and a CSR matrix of shape (notes, columns).
        """
        voiced = [[clause for clause in note if clause.voice is Voice.CUSTOMER] for note in notes]
        texts = [clause.text for note in voiced for clause in note]
        words, text, gram = self._lexicon.scan(texts)
        opinions: list[Opinion] = []
        signals: list[list[int]] = []
        at = 0
        for note, clauses in zip(notes, voiced, strict=True):
            hits = words[at : at + len(clauses)]
            at += len(clauses)
            opinion = read_note(clauses, hits)
            opinions.append(opinion)
            signals.append(sorted(self._signals(opinion, hits, narrated=len(clauses) < len(note))))
        return opinions, self._matrix([len(note) for note in voiced], text, gram, signals)

    def _signals(self, opinion: Opinion, hits: Sequence[Sequence[Hit]], *, narrated: bool) -> set[int]:
        meant = self._of_meaning
        heard: set[int] = set()
        for found in hits:
            for hit in found:
                heard.update(meant.get(hit.meaning) or self._meant(hit.meaning))
        names = [f"vote {vote.topic.perception.value} {vote.polarity}" for vote in opinion.votes]
        names += [f"good {min(opinion.good, MOST_COUNTED)}", f"bad {min(opinion.bad, MOST_COUNTED)}"]
        names.append(f"rules say {opinion.label.intent.value}")
        told = {"reproach": opinion.reproach, "exclaimed": opinion.exclaimed, "institution speaks": narrated}
        names += [name for name, true in told.items() if true]
        heard.update(self._columns[name] for name in names if name in self._columns)
        return heard

    def _meant(self, meaning: Meaning) -> tuple[int, ...]:
        """Give the columns of the signals that one word gives."""
        names = [f"cue {cue.name}" for cue in sorted(meaning.cues)]
        if meaning.topic:
            stance = "named" if meaning.polarity is None else str(meaning.polarity)
            names += [f"{meaning.topic.perception} {stance}", f"topic {meaning.topic.id} {stance}"]
        columns = tuple(self._columns[name] for name in names if name in self._columns)
        self._of_meaning[meaning] = columns
        return columns

    def _matrix(
        self,
        clauses: Sequence[int],
        text: "NDArray[np.int64]",
        gram: "NDArray[np.int64]",
        signals: Sequence[Sequence[int]],
    ) -> Any:
        import numpy as np
        from scipy.sparse import csr_matrix

        note_of = np.repeat(np.arange(len(clauses)), clauses)
        cells = np.unique(note_of[text] * self._width + gram)  # each n-gram once a note
        row, column = cells // self._width, cells % self._width
        value = self._idf[column]
        length = np.sqrt(np.bincount(row, weights=value**2, minlength=len(clauses)))
        value = value / np.maximum(length, 1e-9)[row]
        rows = np.concatenate([row, np.repeat(np.arange(len(clauses)), list(map(len, signals)))])
        flat = np.fromiter(chain.from_iterable(signals), dtype=np.int64)
        columns = np.concatenate([column, flat])
        values = np.concatenate([value, np.full(len(flat), SIGNAL)]).astype(np.float32)
        return csr_matrix((values, (rows, columns)), shape=(len(clauses), self._width))
