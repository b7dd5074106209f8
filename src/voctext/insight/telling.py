"""The words that set segments apart, with quotes that hold them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from voctext.demand.tally import Quote, quote_of
from voctext.errors import InputError
from voctext.mask import Masker
from voctext.records import Clause, Span, Ticket, Voice
from voctext.segment import Segmenter, by_jieba
from voctext.statistics.words import log_odds
from voctext.text import normalize_batch

TELLING = 1.96  # standard deviations
TRIES = 8  # further tickets looked at for a quote that is not yet kept
BATCH = 1024
TOKEN = re.compile(r"\[\w{1,6} [a-z]{8}\]")  # what a Masker writes
WORD = re.compile(r"[a-zA-Z]{2,}|[^\W\d_a-zA-Z]{2,}")


class TellingWord(NamedTuple):
    """
    A word that one segment uses more than the others, and how surely: *z* in standard deviations.

    *documents* of the segment and *others* of the other segments hold it.
    """

    word: str
    z: float
    log_odds: float
    documents: int
    others: int
    quotes: tuple[Quote, ...]


@dataclass(slots=True)
class Words:
    """
    The words of each segment, counted by the tickets that hold them, in one pass over an export.

    Words are those of *segmenter*, by default jieba's, of two characters or more, letters alone. With a
    *masker* personal data is no word and shows in no quote. Kept are a count for each word and segment, and
    up to *quotes_kept* quotes once *support* tickets hold it there, so memory grows with the vocabulary and
    not with the export.

    Raises:
        InputError: *support* is below 1.
    """

    masker: Masker | None = None
    support: int = 5
    quotes_kept: int = 1
    segmenter: Segmenter = field(default_factory=by_jieba)
    silent: int = 0  # tickets without a segment
    _counts: dict[str, Counter[str]] = field(default_factory=dict)
    _quotes: dict[tuple[str, str], list[Quote]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.support < 1:
            raise InputError(f"support is {self.support}; give at least 1 ticket")

    def add(self, segment: str | None, clauses: Iterable[Clause]) -> None:
        """Count the words of one ticket's *clauses*, those in the customer's voice, each clause once."""
        if not segment:
            self.silent += 1
            return
        voiced = {clause.start: clause for clause in clauses if clause.voice is Voice.CUSTOMER}
        holding: dict[str, Clause] = {}
        for clause in voiced.values():
            text = clause.text.lower()
            if self.masker is not None:
                text = TOKEN.sub("\n", self.masker.mask(text))
            for word in self.segmenter(text):
                if WORD.fullmatch(word):
                    holding.setdefault(word, clause)
        counts = self._counts.setdefault(segment, Counter())
        counts.update(holding.keys())
        for word, clause in holding.items():
            if self.support <= counts[word] < self.support + self.quotes_kept + TRIES:
                self._keep_quote(segment, word, clause)

    def _keep_quote(self, segment: str, word: str, clause: Clause) -> None:
        kept = self._quotes.setdefault((segment, word), [])
        at = clause.text.lower().find(word)
        if len(kept) == self.quotes_kept or at < 0:
            return
        start = clause.start + at
        place = clause.aligned.origin(Span(start, min(start + len(word), clause.end)))
        quote = quote_of(clause.ticket, place, self.masker, within=clause.span)
        if all(quote.text != other.text for other in kept):
            kept.append(quote)

    def telling(
        self, *, background: Mapping[str, float] | None = None, top: int = 15
    ) -> dict[str, tuple[TellingWord, ...]]:
        """
        Give for each segment up to *top* words that set it apart from the others, the surest first.

        These are the words with log-odds 1.96 standard deviations above those of all other segments together,
        in *support* of its tickets or more; the prior is shared out as in *background*, by default all
        tickets counted. Tickets count alike whoever wrote them: one customer's many are many. Source:
        B. Monroe, M. Colaresi and K. Quinn (2008), Political Analysis 16, 372–403.

        Returns:
            Words by segment; empty where there are fewer than two segments to set apart.
        """
        whole = Counter[str]()
        for counts in self._counts.values():
            whole.update(counts)
        if len(self._counts) < 2 or len(whole) < 2:  # noqa: PLR2004 - odds are one's against another's
            return {}
        return {
            segment: tuple(islice(self._telling(segment, counts, whole, background or whole), top))
            for segment, counts in self._counts.items()
        }

    def _telling(
        self, segment: str, counts: Counter[str], whole: Counter[str], background: Mapping[str, float]
    ) -> Iterator[TellingWord]:
        for row in log_odds(counts, whole - counts, background):
            if row.z >= TELLING and row.first >= self.support:
                quotes = tuple(self._quotes.get((segment, row.word), ()))
                yield TellingWord(row.word, row.z, row.log_odds, int(row.first), int(row.second), quotes)


def telling_words(
    documents_by_segment: Mapping[str, Iterable[str]],
    *,
    background: Mapping[str, float] | None = None,
    top: int = 15,
    support: int = 5,
    masker: Masker | None = None,
) -> dict[str, tuple[TellingWord, ...]]:
    """
    Give the words that set the documents of each segment apart, each with up to two quotes.

    See `Words`, which does the same in one pass over readings.

    >>> notes = {"学生": ["校园卡领不到", "校园卡丢了"] * 40, "商户": ["收款到账慢", "收款报错"] * 40}
    >>> {segment: words[0].word for segment, words in telling_words(notes).items()}
    {'学生': '校园卡', '商户': '收款'}

    Raises:
        InputError: *support* is below 1.
    """
    words = Words(masker=masker, support=support, quotes_kept=2)
    for segment, documents in documents_by_segment.items():
        texts = iter(documents)
        while batch := list(islice(texts, BATCH)):
            for text, aligned in zip(batch, normalize_batch(batch), strict=True):
                whole = Clause(Ticket("", text), aligned, 0, len(aligned.text), Voice.CUSTOMER)
                words.add(segment, [whole])
    return words.telling(background=background, top=top)
