"""
What is looked for in a text, all of it found in one pass: the words of a taxonomy, the cues of how a
thing is said, and the n-grams of a model.

Texts are matched in lower case, with half-width punctuation folded to Chinese, marks that close a
clause left out and banks' names made alike, so that the search sees one form. None of it changes a
length, so offsets are those of the normalized text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from voctext.taxonomy import GAP, Taxonomy, Topic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

GAP_CHARACTERS = 6
DIGIT = "#"
"""Stands in a word or an n-gram for any one digit: 才#k is 才8k."""
BANK = "◇"
"""Stands in an n-gram for the name of any bank: a model that knew their names would judge by them."""
STOPS = frozenset("，。！？；\n")


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
    DISCONTENT = auto()


@dataclass(frozen=True, slots=True, eq=False)  # each is made once, and looked up by what it is
class Meaning:
    """
    What one word of the lexicon says: its cues, and the topic it names or voices.

    *polarity* is that of a word that voices its topic, or of one that blames or praises whatever it stands
    beside; None where it does neither.
    """

    word: str
    cues: frozenset[Cue] = frozenset()
    topic: Topic | None = None
    polarity: int | None = None


class Hit(NamedTuple):
    """A word found at characters *start* to *end* of a text."""

    start: int
    end: int
    meaning: Meaning


_CLOSING = re.compile("[，。；、…～ ]+\n")
_FOLD = str.maketrans(",!?;:()~", "，！？；：（）～")


def fold(text: str) -> str:
    """Give the form in which words are looked up, character for character."""
    lowered = text.lower()
    if len(lowered) != len(text):  # İ and its like grow when lowered
        lowered = "".join(c.lower() if c.isascii() else c for c in text)
    return lowered.translate(_FOLD)


class Lexicon:
    """The words of a taxonomy, the cues and the n-grams of a model, with the automaton that finds them."""

    def __init__(self, taxonomy: Taxonomy, ngrams: Sequence[str] = ()) -> None:
        from ahocorasick_rs import AhoCorasick, Implementation

        meanings = list(_merge(taxonomy))
        whole: dict[str, Meaning] = {}
        first_of: dict[str, list[tuple[Meaning, tuple[tuple[str, ...], ...]]]] = {}
        for meaning in meanings:
            first, *rest = meaning.word.split(GAP)
            if rest:
                pieces = tuple(tuple(_digits(piece)) for piece in rest)
                for form in _digits(first):
                    first_of.setdefault(form, []).append((meaning, pieces))
            else:
                whole.update(dict.fromkeys(_digits(first), meaning))
        grams = {form: number for number, gram in enumerate(ngrams) for form in _digits(gram)}
        patterns = list(dict.fromkeys((*whole, *first_of, *grams)))
        # Per pattern: what it means by itself, the gapped words it begins, and the n-gram it is (or -1).
        self._whole = [whole.get(pattern) for pattern in patterns]
        self._first_of = [tuple(first_of.get(pattern, ())) for pattern in patterns]
        self._gram = [grams.get(pattern, -1) for pattern in patterns]
        self._spoken = len(dict.fromkeys((*whole, *first_of)))  # patterns from here on are only n-grams
        self._automaton: AhoCorasick = AhoCorasick(patterns, implementation=Implementation.DFA)
        self._banks = bank_names("\n".join(meaning.word for meaning in meanings))

    def find(self, texts: Sequence[str]) -> list[list[Hit]]:
        """Find the words in each of *texts*, in reading order, a word inside a longer one left out."""
        return self.scan(texts)[0]

    def scan(self, texts: Sequence[str]) -> tuple[list[list[Hit]], "Ints", "Ints"]:
        """
        Find the words in each of *texts*, and the n-grams in all of them.

        Returns:
            The words of each text; and for each n-gram found the number of its text and its own.
        """
        import numpy as np

        joined = framed(texts, self._banks)
        bounds = np.cumsum([0, *(len(text) + 1 for text in texts)])  # a text owns the line break before it
        found = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        matches = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=3 * len(found)).reshape(-1, 3)
        place = np.searchsorted(bounds, matches[:, 1], side="right") - 1
        starts = (bounds + 1).tolist()
        spoken = matches[:, 0] < self._spoken
        hits: list[list[Hit]] = [[] for _ in texts]
        for number, (pattern, start, end) in zip(
            place[spoken].tolist(), matches[spoken].tolist(), strict=True
        ):
            offset = starts[number]
            whole = self._whole[pattern]
            if whole is not None:
                hits[number].append(Hit(start - offset, end - offset, whole))
            for meaning, pieces in self._first_of[pattern]:
                last = _reach_on(joined, pieces, end)
                if last is not None:
                    hits[number].append(Hit(start - offset, last - offset, meaning))
        gram = np.asarray(self._gram, dtype=np.int64)[matches[:, 0]]
        return [_outermost(words) for words in hits], place[gram >= 0], gram[gram >= 0]


def framed(texts: Iterable[str], banks: re.Pattern[str]) -> str:
    """
    Fold *texts* and join them by line breaks, so that n-grams see where a clause begins and ends.

    Marks that close a clause and carry no tone become line breaks too, a bank's name found by *banks*
    becomes signs of its length.
    """
    joined = "\n" + "".join(f"{fold(text)}\n" for text in texts)
    ended = _CLOSING.sub(lambda found: "\n" * len(found[0]), joined)
    return banks.sub(_signed, ended)


@cache
def bank_names(spared: str = "") -> re.Pattern[str]:
    """Find the names of banks (lexicons/banks.tsv) in framed text, but for those that stand in *spared*."""
    ends = {"guard": "", "latin": "(?: bank)?(?![a-z])"}
    words = _bank_words().items()
    # each way begins with its own letter, so that the search knows where none can begin
    ways = {word: word + ends.get(kind, "(?:银行)?") for word, kind in words if word not in spared}
    return re.compile("|".join(ways[word] for word in sorted(ways, key=len, reverse=True)))


def _signed(found: re.Match[str]) -> str:
    """Give the signs for a bank's name; a guard, and a name inside a longer word (plaza), as they are."""
    word, before = found[0], found.string[found.start() - 1]
    inside = word.isascii() and before.isascii() and before.isalpha()
    return word if inside or _bank_words().get(word) == "guard" else BANK * len(word)


@cache
def _bank_words() -> dict[str, str]:
    """Give the words of the banks' lexicon, each with its kind."""
    lines = (line.partition("\t") for line in _lines("banks.tsv"))
    return {word: kind for kind, _, words in lines for word in words.split()}


def _digits(piece: str) -> list[str]:
    """Write out a piece that holds a digit sign, once for each digit."""
    return [piece.replace(DIGIT, digit) for digit in "0123456789"] if DIGIT in piece else [piece]


def _reach_on(text: str, pieces: Sequence[Sequence[str]], start: int) -> int | None:
    """Find where *pieces* end if they stand in order from *start*, each within the gap of the one before."""
    for forms in pieces:
        at = _first(text, forms, start)
        if at < 0 or not STOPS.isdisjoint(text[start:at]):
            return None
        start = at + len(forms[0])
    return start


def _first(text: str, forms: Sequence[str], start: int) -> int:
    """Find the first of *forms* within the gap from *start*, −1 if none stands there."""
    stop = start + GAP_CHARACTERS + len(forms[0])
    if len(forms) == 1:
        return text.find(forms[0], start, stop)
    return min((at for form in forms if (at := text.find(form, start, stop)) >= 0), default=-1)


def _outermost(hits: list[Hit]) -> list[Hit]:
    """Drop hits that lie inside a longer one; a gapped word does not hide what stands in its gap."""
    hits.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[Hit] = []
    reach = -1
    for hit in hits:
        if hit.end > reach or (kept and hit[:2] == kept[-1][:2]):
            kept.append(hit)
            if GAP not in hit.meaning.word:
                reach = max(reach, hit.end)
    return kept


def _merge(taxonomy: Taxonomy) -> Iterator[Meaning]:
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
            topics.update((fold(word), (topic, polarity)) for word in words)
    for word in dict.fromkeys((*topics, *cues)):
        heard = cues.get(word, frozenset()) | _within(word, cues)
        stance = -1 if Cue.BAD in heard else 1 if Cue.GOOD in heard else None
        yield Meaning(word, heard, *topics.get(word, (None, stance)))


_KEPT = frozenset({Cue.SUGGESTION, Cue.DEGREE, Cue.REPEATED, Cue.RHETORICAL})
"""Cues that a longer word does not hide: 希望增加指纹 names a topic and wishes for it."""


def _within(word: str, cues: Mapping[str, frozenset[Cue]]) -> frozenset[Cue]:
    parts = {word[i:j] for i in range(len(word)) for j in range(i + 2, len(word) + 1)}
    return frozenset().union(*(cues[part] for part in parts if part in cues)) & _KEPT


@cache
def _cues() -> dict[str, frozenset[Cue]]:
    return {word: frozenset(cues) for word, cues in _read_cues()}


def _read_cues() -> Iterable[tuple[str, set[Cue]]]:
    found: dict[str, set[Cue]] = {}
    for line in _lines("cues.tsv"):
        kind, _, words = line.partition("\t")
        for word in words.split():
            found.setdefault(fold(word), set()).add(Cue[kind.upper()])
    return found.items()


def _lines(name: str) -> list[str]:
    """Read the lines of a lexicon that are no remark."""
    text = files("voctext").joinpath("lexicons", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
