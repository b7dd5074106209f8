"""What a word of a taxonomy may be, and the form in which it is matched."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voctext.taxonomy import GAP
from voctext.text import normalize_batch

if TYPE_CHECKING:
    from yaml.nodes import Node


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, and where."""

    text: str
    topic: str
    field: str
    node: "Node"


def fold(words: Iterable[str]) -> list[str]:
    """
    Bring *words* to the form in which texts are matched: normalized, small letters, gaps as they stand.

    >>> fold(["登入…唔到", "ＡＴＭ吞卡"])
    ['登录…不到', 'atm吞卡']
    """
    pieces = [word.split(GAP) for word in words]
    normal = iter(normalize_batch(piece for word in pieces for piece in word))
    return [GAP.join(next(normal).text for _ in word).lower() for word in pieces]


def mistake_in(word: str) -> str:
    """Say what is wrong with *word* as written; "" where it is well or empty."""
    if "..." in word:
        return f"write {GAP} for a gap, not ..."
    if not all(piece.strip() for piece in word.split(GAP)) and word:
        return f"a gap {GAP} stands between two pieces of text, not at an end nor twice in a row"
    if not word.isprintable() or word != word.strip():
        return "a word has no blanks around it and no line breaks or control characters in it"
    return ""


def clash(word: Word, earlier: Word, form: str) -> str:
    """Say why *form* cannot stand in the lists of both words."""
    line = earlier.node.start_mark.line + 1
    if word.topic != earlier.topic:
        return f"'{form}' already means topic '{earlier.topic}' (line {line}); a word means one topic"
    if word.field == earlier.field:
        return f"'{form}' is written twice in {word.field}, first in line {line}"
    return f"'{form}' is in both {earlier.field} (line {line}) and {word.field}; a word has one polarity"
