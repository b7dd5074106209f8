"""
The notes that the default model is trained on: written for the project, synthetic.

One note a line: its intent, a tab, and its text, in which each stretch that voices a perception is
marked [[words|p- app_crash]]: perception (p product, r rule, h person), polarity (+ - 0), topic.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from voctext.errors import InputError, choose_from
from voctext.records import Intent, Perception, Span
from voctext.taxonomy import Taxonomy

LETTERS: Mapping[str, Perception] = {"p": Perception.PRODUCT, "r": Perception.RULE, "h": Perception.PERSON}
SIGNS: Mapping[str, int] = {"+": 1, "0": 0, "-": -1}
BREAK = "⏎"
"""Stands for a line break inside a note."""

_MARK = re.compile(r"\[\[(?P<words>.+?)\|(?P<letter>[prh])(?P<sign>[+\-0]) (?P<topic>[a-z_]+)\]\]")


@dataclass(frozen=True, slots=True)
class Voiced:
    """A stretch of a note that voices a perception."""

    span: Span
    perception: Perception
    polarity: int
    topic: str


@dataclass(frozen=True, slots=True)
class CorpusNote:
    """A note of the corpus, what it says as a whole and stretch by stretch, and the file it stands in."""

    text: str
    intent: Intent
    voiced: tuple[Voiced, ...]
    file: str = ""

    @property
    def genre(self) -> str:
        """What kind of note it is: the name of its file, without the number."""
        return self.file.rpartition("-")[0]

    @property
    def perceptions(self) -> dict[Perception, int]:
        """Each perception that is voiced, with the polarity that outweighs."""
        totals: dict[Perception, int] = {}
        for voiced in self.voiced:
            totals[voiced.perception] = totals.get(voiced.perception, 0) + voiced.polarity
        return {perception: (total > 0) - (total < 0) for perception, total in totals.items()}


def parse(line: str, *, where: str) -> CorpusNote:
    r"""
    Read one line of the corpus.

    >>> note = parse("complaint\t[[一点就闪退|p- app_crash]]，烦", where="example")
    >>> note.text, note.voiced[0].span, note.perceptions
    ('一点就闪退，烦', Span(start=0, end=5), {<Perception.PRODUCT: 'product'>: -1})

    Raises:
        InputError: The line is not of that form; the message says what is wrong.
    """
    intent, tab, marked = line.partition("\t")
    if not tab or intent not in set(Intent):
        raise InputError(f"{where}: a line is an intent, a tab and a note; {choose_from(intent, Intent)}")
    text, voiced, done = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[done : mark.start()]
        span = Span(len(text), len(text) + len(mark["words"]))
        text += mark["words"]
        voiced.append(Voiced(span, LETTERS[mark["letter"]], SIGNS[mark["sign"]], _topic(mark, where)))
        done = mark.end()
    text += marked[done:]
    if "[[" in text or "]]" in text:
        raise InputError(f"{where}: a mark is not [[words|p- topic]] in {text!r}")
    return CorpusNote(text.replace(BREAK, "\n"), Intent(intent), tuple(voiced), where.partition(":")[0])


def _topic(mark: re.Match[str], where: str) -> str:
    taxonomy = Taxonomy.default()
    topic: str = mark["topic"]
    if topic not in taxonomy:
        raise InputError(f"{where}: no topic {topic!r}; {choose_from(topic, taxonomy.topics)}")
    if taxonomy[topic].perception is not LETTERS[mark["letter"]]:
        raise InputError(f"{where}: {topic} is {taxonomy[topic].perception}, not {LETTERS[mark['letter']]}")
    return topic


@cache
def notes() -> tuple[CorpusNote, ...]:
    """Read the whole corpus, in the order of its files' names."""
    return tuple(_read())


def _read() -> Iterator[CorpusNote]:
    for path in sorted(files("voctext").joinpath("corpus").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".tsv"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if line.strip() and not line.startswith("#"):
                    yield parse(line, where=f"{path.name}:{number}")
