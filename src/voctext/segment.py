"""
Words of a text: jieba's tokens, an order of magnitude faster, or one token a character.

A segmenter is any `(text) -> list[str]` whose words join back to the text. A package offers its own
under the entry-point group `voctext.segmenters`, as a function of no arguments that gives one.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from typing import Any, Final, NamedTuple, Protocol
from warnings import catch_warnings, simplefilter

from voctext.errors import InputError, choose_from

GROUP: Final = "voctext.segmenters"
"""The entry-point group under which segmenters are found by name."""

MAX_FREQUENCY: Final = 10**12
"""The largest frequency a word may be given; beyond, sums of frequencies are no longer exact as floats."""

# What jieba takes for text, "卡A+"; every other character is a token by itself (a CRLF pair together).
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+#&._%-")

# Where rjieba and jieba can cut Latin text apart differently: at the marks of "qq.com", "86-138", "C++".
_MARK: Final = re.compile(r"[+#&._%\-]")

# How jieba cuts Latin text that its dictionary does not hold: "3.5%", "a1", and the rest between them.
_NUMBER: Final = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")

# Han characters that jieba cuts off one by one while rjieba joins them ("㐂", "鿿", "𠮷"), and lone
# surrogates, which rjieba cannot read. For jieba they end a sentence, so around them both agree.
_APART: Final = re.compile("([\u3400-\u4dbf\u9fd6-\u9fff\ud800-\udfff\uf900-\ufaff\U00020000-\U0003ffff])")

# A line of jieba's dictionary format: "云闪付 100 n", "云闪付 n", "云闪付".
_ENTRY: Final = re.compile(r"(.+?)(?: ([0-9]+))?(?: ([a-z]+))?")

# Never looked up, because a line end is never part of a word: takes frequency that only the total needs.
_NOWHERE: Final = "\n"

_CHARACTER: Final = re.compile(r"[a-zA-Z0-9]+|.", re.DOTALL)


class Segmenter(Protocol):
    """Anything that cuts a text into words that join back to the text."""

    def __call__(self, text: str, /) -> list[str]:
        """Give the words of *text* in order, nothing dropped, nothing changed."""
        ...


class Token(NamedTuple):
    """A word and its place: characters *start* up to *end* of the text, not including it."""

    word: str
    start: int
    end: int


class _Entry(NamedTuple):
    """A word for jieba's dictionary; *frequency* is None where jieba should find one."""

    word: str
    frequency: int | None
    tag: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _JiebaSegmenter:
    """
    jieba 0.42.1's tokens, cut by rjieba.

    Both follow the same best route through the dictionary and use the same hidden Markov model, so
    only runs of Latin text outside the dictionary can differ. Such a run is whole consecutive tokens:
    a Latin word of the dictionary always beats its single letters on the route, as long as no single
    letter is a word itself. Texts with a letter that is one (*letters*, by a user's word) go to jieba.
    Where two routes weigh the same, as 卡|卡卡 and 卡卡|卡 do in 卡卡卡, the last bit of a sum decides, and
    the two may differ.
    """

    words: tuple[str, ...]
    hmm: bool
    rjieba: Any = field(repr=False)
    jieba: Any = field(repr=False)
    letters: frozenset[str]

    def __call__(self, text: str, /) -> list[str]:
        """Give jieba's tokens of *text*."""
        if self.letters and not self.letters.isdisjoint(text):
            words: list[str] = self.jieba.lcut(text, HMM=self.hmm)
            return words
        if not _APART.search(text):
            return self._cut(text)
        parts = _APART.split(text)  # text and characters apart, in turns
        return [word for at, part in enumerate(parts) for word in ([part] if at % 2 else self._cut(part))]

    def __reduce__(self) -> tuple[Callable[[], Segmenter], tuple[()]]:
        """Pickle as what it was made of: neither dictionary pickles, so a worker builds its own."""
        return partial(by_jieba, self.words, hmm=self.hmm), ()

    def _cut(self, text: str) -> list[str]:
        words: list[str] = self.rjieba.cut(text, self.hmm)
        if self.hmm and _MARK.search(text):
            return list(self._recut(words))
        return words

    def _recut(self, words: Iterable[str]) -> Iterator[str]:
        """Cut every run of Latin text outside the dictionary as jieba does."""
        run = ""
        for word in words:
            if word[0] in _LATIN and word.isascii() and not self.rjieba.has_word(word):
                run += word
                continue
            if run:
                yield from filter(None, _NUMBER.split(run))
                run = ""
            yield word
        yield from filter(None, _NUMBER.split(run))


def by_jieba(words: Iterable[str] = (), *, hmm: bool = True) -> Segmenter:
    """
    Segment into the tokens of jieba 0.42.1 with a dictionary of our own that also knows *words*.

    *words* are lines of jieba's user dictionary, "word [frequency] [tag]"; a word without frequency gets
    the one that jieba suggests. With *hmm*, words outside the dictionary are found by jieba's hidden
    Markov model. Nothing is shared with `jieba.lcut`, logged or written to disk. Make it once: the
    dictionary takes a tenth of a second to build, most of a second with *words*. It can be pickled.

    Raises:
        InputError: a line of *words* is not in the format, or its frequency is 0 (jieba deletes such
            words for the whole process) or too large.

    >>> by_jieba()("信用卡年费太贵了")
    ['信用卡', '年费', '太贵', '了']
    >>> by_jieba(["云闪付", "太贵 1000 v"])("用云闪付太贵")
    ['用', '云闪付', '太贵']
    """
    from rjieba import Jieba

    if isinstance(words, str):
        raise InputError(f"words is one text, {words!r}: give a list of words, or the lines of a file")
    lines = tuple(words)
    entries = [entry for number, line in enumerate(lines, 1) if (entry := _entry(line, number))]
    engine = Jieba()
    if not entries:
        return _JiebaSegmenter(words=lines, hmm=hmm, rjieba=engine, jieba=None, letters=frozenset())
    tokenizer = _tokenizer()
    _teach(entries, tokenizer, engine)
    letters = frozenset(letter for letter in _LATIN if tokenizer.FREQ.get(letter))
    return _JiebaSegmenter(words=lines, hmm=hmm, rjieba=engine, jieba=tokenizer, letters=letters)


def by_character() -> Segmenter:
    """
    Segment into single characters, keeping runs of ASCII letters and digits whole.

    >>> by_character()("开通ETC送50元！")
    ['开', '通', 'ETC', '送', '50', '元', '！']
    """
    return _characters


def load_segmenter(name: str) -> Segmenter:
    """
    Give the segmenter installed under *name*: "jieba", "character", or one of another package.

    Raises:
        InputError: no installed package offers a segmenter of this name.

    >>> load_segmenter("character")("存款")
    ['存', '款']
    """
    installed = entry_points(group=GROUP)
    found = next(iter(installed.select(name=name)), None)
    if found is None:
        raise InputError(f"no segmenter {name!r}: {choose_from(name, installed.names)}")
    segmenter: Segmenter = found.load()()
    return segmenter


def tokens(text: str, segmenter: Segmenter) -> list[Token]:
    """
    Give the words of *text* with their places.

    Raises:
        InputError: the words of *segmenter* do not join back to *text*.

    >>> tokens("还款提醒", by_jieba())
    [Token(word='还款', start=0, end=2), Token(word='提醒', start=2, end=4)]
    """
    found: list[Token] = []
    start = 0
    for word in segmenter(text):
        if not text.startswith(word, start):
            break
        found.append(Token(word, start, start + len(word)))
        start += len(word)
    else:
        if start == len(text):
            return found
    rest = text[start : start + 10]
    raise InputError(
        f"the segmenter's words do not join back to the text: lost at character {start}, {rest!r}"
    )


def _characters(text: str, /) -> list[str]:
    return _CHARACTER.findall(text)


def _entry(line: str, number: int) -> _Entry | None:
    """Read one line of a user dictionary as jieba does; None where it is blank."""
    line = line.strip().lstrip("\ufeff")
    if not line:
        return None
    match = _ENTRY.fullmatch(line)
    if match is None:
        raise InputError(f"words, line {number}: {line!r} spans lines; write one word a line")
    word, digits, tag = match.groups()
    if digits is not None and not 1 <= int(digits) <= MAX_FREQUENCY:
        raise InputError(
            f"words, line {number}: {word!r} has frequency {digits}; "
            f"write 1 to {MAX_FREQUENCY}, or none to have one suggested"
        )
    return _Entry(word, int(digits) if digits else None, tag)


def _tokenizer() -> Any:
    """
    Build jieba's own tokenizer, with jieba's dictionary.

    Filled directly instead of through `initialize`, which logs to stderr and keeps the dictionary
    under a fixed name in the shared temporary folder, where anybody may have put another.
    """
    with catch_warnings():
        simplefilter("ignore")  # its regexes and its pkg_resources are of another age
        from jieba import Tokenizer
        from jieba.finalseg import cut  # noqa: F401  (loads the tables of the model, warnings and all)

        tokenizer = Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _teach(entries: Iterable[_Entry], tokenizer: Any, engine: Any) -> None:
    """Give *entries* to jieba, then what it made of them to rjieba, to the same total of frequencies."""
    before: dict[str, int] = {}
    total = tokenizer.total
    for word, frequency, tag in entries:
        before.setdefault(word, tokenizer.FREQ.get(word, 0))
        tokenizer.add_word(word, frequency, tag)
    for word, old in before.items():
        if _APART.search(word):
            continue  # no block of text that rjieba sees can hold it
        frequency = tokenizer.FREQ[word]
        engine.add_word(word, frequency, tokenizer.user_word_tag_tab.get(word))
        total += frequency - old
    if surplus := tokenizer.total - total:  # jieba counts a word's old frequency on; rjieba does not
        engine.add_word(_NOWHERE, surplus, None)
