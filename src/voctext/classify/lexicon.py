"""
The words that rules go by, found in one pass: a taxonomy's terms and the cues of how a thing is said.

Texts are matched in lower case and with half-width punctuation folded to Chinese, so that the
search sees one form. Neither changes a length, so offsets are those of the normalized text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from voctext.records import Perception
from voctext.taxonomy import GAP, Taxonomy, Topic

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

GAP_CHARACTERS = 6
DIGIT = "#"
"""Stands in a word for any digit: 才#k is 才8k, and the end of 才18k."""


class Cue(IntEnum):
    """How a thing is said, whatever it is about (lexicons/cues.tsv)."""

    BAD = auto()
    GOOD = auto()
    NEGATOR = auto()
    AFFIRM = auto()
    DEGREE = auto()
    MILD = auto()
    REPEATED = auto()
    AGAIN = auto()
    ESCALATION = auto()
    SUGGESTION = auto()
    INQUIRY = auto()
    POLITE = auto()
    DEMAND = auto()
    RHETORICAL = auto()
    SARCASM = auto()
    CONTRAST = auto()
    CONDITIONAL = auto()
    PEER = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one word of the lexicon says: its cues, and the topic it names or voices."""

    word: str
    cues: frozenset[Cue] = frozenset()
    topic: Topic | None = None
    polarity: int | None = None  # None: the word names its topic and voices nothing

    @property
    def perception(self) -> Perception | None:
        """The perception of the topic, if the word has one."""
        return self.topic.perception if self.topic else None


class Hit(NamedTuple):
    """A word found at characters *start* to *end* of a text."""

    start: int
    end: int
    meaning: Meaning


_FOLD = str.maketrans(",!?;:()~", "，！？；：（）～")


def fold(text: str) -> str:
    """Give the form in which words are looked up, character for character."""
    lowered = text.lower()
    return (lowered if len(lowered) == len(text) else _lower_ascii(text)).translate(_FOLD)


def _lower_ascii(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


class Lexicon:
    """The words of a taxonomy and the cues, with the automaton that finds them."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        from ahocorasick_rs import AhoCorasick, Implementation

        self._meanings = list(_merge(taxonomy))
        pieces: dict[str, list[tuple[int, int]]] = {}
        for number, meaning in enumerate(self._meanings):
            for place, piece in enumerate(meaning.word.split(GAP)):
                for form in _digits(piece):
                    pieces.setdefault(form, []).append((number, place))
        # Per pattern: the meaning it is by itself, and the gapped words it is the last piece of.
        self._whole: list[Meaning | None] = []
        self._last_of: list[list[tuple[Meaning, tuple[str, ...]]]] = []
        for piece, uses in pieces.items():
            words = [self._meanings[number] for number, _ in uses]
            self._whole.append(next((word for word in words if GAP not in word.word), None))
            gapped = [
                word
                for word, (_, place) in zip(words, uses, strict=True)
                if 0 < place == word.word.count(GAP)
            ]
            self._last_of.append([(word, tuple(word.word.split(GAP)[:-1])) for word in gapped])
        self.words = tuple(pieces)
        self._automaton: AhoCorasick = AhoCorasick(list(pieces), implementation=Implementation.DFA)

    def find(self, texts: Sequence[str]) -> list[list[Hit]]:
        """Find the words in each of *texts*, in reading order, a word inside a longer one left out."""
        folded = [fold(text) for text in texts]
        joined = "\n".join(folded)
        results: list[list[Hit]] = [[] for _ in texts]
        bounds: list[int] = []
        at = 0
        for text in folded:
            bounds.append(at)
            at += len(text) + 1
        bounds.append(at)
        place = 0
        for pattern, start, end in self._automaton.find_matches_as_indexes(joined, overlapping=True):
            while bounds[place + 1] <= start:
                place += 1
            offset = bounds[place]
            whole = self._whole[pattern]
            if whole is not None:
                results[place].append(Hit(start - offset, end - offset, whole))
            for word, pieces in self._last_of[pattern]:
                first = _reach_back(joined, pieces, start, offset)
                if first is not None:
                    results[place].append(Hit(first - offset, end - offset, word))
        return [_outermost(hits) for hits in results]


def _digits(piece: str) -> list[str]:
    """Write out a piece that holds a digit sign, once for each digit."""
    return [piece.replace(DIGIT, digit) for digit in "0123456789"] if DIGIT in piece else [piece]


def _reach_back(text: str, pieces: Sequence[str], end: int, least: int) -> int | None:
    """Find where *pieces* begin if they stand in order before *end*, each within the gap of the next."""
    for piece in reversed(pieces):
        low = max(least, end - GAP_CHARACTERS - len(piece))
        at = text.rfind(piece, low, end)
        if at < 0 or any(stop in text[at + len(piece) : end] for stop in "，。！？；\n"):
            return None
        end = at
    return end


def _outermost(hits: list[Hit]) -> list[Hit]:
    """Drop hits that lie inside a longer one; a gapped word does not hide what stands in its gap."""
    hits.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[Hit] = []
    reach = -1
    for hit in hits:
        if hit.end > reach:
            kept.append(hit)
            if GAP not in hit.meaning.word:
                reach = hit.end
        elif kept and hit[:2] == kept[-1][:2]:
            kept.append(hit)
    return kept


def _merge(taxonomy: Taxonomy) -> Iterable[Meaning]:
    """Give each word of the cues and the taxonomy its one meaning."""
    cues = _cues()
    topics: dict[str, tuple[Topic, int | None]] = {}
    for topic in taxonomy:
        for polarity, words in (
            (None, topic.terms),
            (0, topic.neutral),
            (1, topic.positive),
            (-1, topic.negative),
        ):
            for word in words:
                topics[fold(word)] = (topic, polarity)
    for word in dict.fromkeys((*topics, *cues)):
        voiced = topics.get(word)
        yield Meaning(word, cues.get(word, frozenset()), *(voiced or ()))


@cache
def _cues() -> dict[str, frozenset[Cue]]:
    found: dict[str, set[Cue]] = {}
    for line in files("voctext").joinpath("lexicons/cues.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, _, words = line.partition("\t")
            for word in words.split():
                found.setdefault(fold(word), set()).add(Cue[kind.upper()])
    return {word: frozenset(cues) for word, cues in found.items()}
