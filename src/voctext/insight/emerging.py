"""What customers begin to talk about that no topic names yet: new phrases among the unclear clauses."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from itertools import islice
from statistics import median_low
from typing import NamedTuple

from voctext.classify.lexicon import Lexicon
from voctext.demand.tally import UNKNOWN, Quote
from voctext.insight.unclear import Entry, Unclear
from voctext.records import Perception
from voctext.segment import by_jieba
from voctext.statistics.words import Phrase, candidate_phrases, cluster_phrases, new_phrases
from voctext.taxonomy import GAP, Taxonomy, Topic
from voctext.taxonomy.words import fold

NOTHING = "nothing"
STANZA_WORDS = 8
READ = 50  # tickets read to guess where a topic belongs
FUNCTION = frozenset((
    *"的了着过地得是不没在有和与或跟同及而且并又也都就才还再很太更最只把被给对从到向往为因但可用让叫使",
    *"将以于按我你您他她它这那哪谁几些个次一两会能要想去来说讲看上下里中内外前后时之刚吗呢吧啊呀哦嘛哈",
    *"其某每各等该此本另真好多少大小人们",
    "没有", "对于", "关于", "为了", "因为", "由于", "所以", "但是", "可是", "不过", "虽然", "如果", "要是",
    "即使", "然后", "于是", "而且", "以及", "我们", "你们", "他们", "大家", "自己", "本人", "这个", "那个",
    "这些", "那些", "这样", "那样", "这里", "那里", "哪里", "什么", "怎么", "怎样", "为什么", "为何", "多少",
    "一个", "一次", "一些", "一下", "一直", "一样", "能够", "可以", "可能", "应该", "应当", "必须", "需要",
    "得到", "看到", "看见", "知道", "觉得", "认为", "发现", "进行", "出现", "出来", "起来", "下来", "时候",
    "之前", "之后", "以前", "以后", "现在", "今天", "昨天", "明天", "已经", "曾经", "刚才", "正在", "目前",
    "当时", "有时", "后来", "结果", "情况", "问题", "东西", "事情", "办法", "地方", "方面", "其他", "等等",
    "另外", "甚至", "其实", "真的", "客户", "来电", "反映", "表示", "咨询", "银行",
))  # fmt: skip
"""Everyday words that by themselves name no matter."""


@dataclass(frozen=True, slots=True)
class EmergingTopic:
    """
    Phrases that come together in unclear clauses, and are new.

    *name* is the surest of *phrases*, *p* and *q* (after Benjamini and Hochberg) are its own. Customers are
    what is tested: *customers* and *customers_before* say a phrase of the topic in the two periods, in
    *tickets* and *tickets_before* tickets, of *among* and *among_before* customers of whom anything is
    unclear. *compared* says with what: "previous period", "earlier half" of the same export, or "nothing":
    then the numbers before, p and q are None and nothing is claimed to be new. *perception* and *group*, of
    the taxonomy, are guesses.
    """

    name: str
    phrases: tuple[str, ...]
    tickets: int
    tickets_before: int | None
    customers: int
    customers_before: int | None
    among: int
    among_before: int | None
    p: float | None
    q: float | None
    compared: str
    quotes: tuple[Quote, ...]
    perception: Perception
    group: str

    @property
    def id(self) -> str:
        """An id for the taxonomy: the same name has the same one."""
        return f"new_{blake2s(self.name.encode(), digest_size=4).hexdigest()}"

    def stanza(self) -> str:
        """
        Write the topic as YAML, to be pasted at the end of the taxonomy file's *topics*.

        The phrases stand in *neutral*, by which they are found at once with polarity 0; whoever pastes them
        moves those that only name the matter to *terms* and those that voice harm to *negative*.
        """
        from opencc import OpenCC

        seen = f"{self.customers} of {self.among} customers"
        if self.q is not None:
            seen += (
                f", before {self.customers_before} of {self.among_before} ({self.compared}), q = {self.q:.2g}"
            )
        words = dict.fromkeys(form for form in fold(self.phrases[:STANZA_WORDS]) if form)
        quoted = {
            lang: json.dumps(name, ensure_ascii=False)
            for lang, name in (
                ("zh-Hans", self.name),
                ("zh-Hant", OpenCC("s2t").convert(self.name)),
                ("en", f"New: {self.name}"),
            )
        }
        return (
            f"  {self.id}: # {seen}\n"
            f"    group: {self.group} # guessed ({self.perception})\n"
            f"    names: {{{', '.join(f'{lang}: {name}' for lang, name in quoted.items())}}}\n"
            f"    neutral: [{', '.join(json.dumps(word, ensure_ascii=False) for word in words)}]\n"
        )


_Period = Sequence[Sequence[Entry]]
"""The entries of each customer; all that one customer says in a period is one document."""


def _period(entries: Iterable[Entry]) -> _Period:
    by_customer: dict[str, list[Entry]] = {}
    for entry in entries:
        by_customer.setdefault(entry.who, []).append(entry)
    return list(by_customer.values())


class _Found(NamedTuple):
    """A phrase, who says it (by number, those of before first), and how surely it is new."""

    phrase: str
    documents: frozenset[int]
    p: float | None
    q: float | None

    def order(self) -> tuple[float, int, int, str]:
        """Sort the surest first, then what most say, then the longest."""
        return (self.p or 0.0, -len(self.documents), -len(self.phrase), self.phrase)


def emerging(
    unclear_now: Unclear,
    before: Unclear | None = None,
    *,
    taxonomy: Taxonomy | None = None,
    support: int = 5,
    fdr: float = 0.05,
    top: int = 30,
    quotes: int = 3,
) -> tuple[EmergingTopic, ...]:
    """
    Find the matters that no topic names and that more customers raise now than before, the surest first.

    Phrases are strings that behave like words (`candidate_phrases`) in the unclear clauses of both periods
    together, chosen blind to the period: chosen from now alone, chance would pick those that happen to be
    more now, and call them new. Left out are words of *taxonomy* (banking by default) and everyday words.
    Each is tested by Fisher's exact test over customers of whom anything is unclear, so that neither a busier
    month nor one customer who calls nine times makes a phrase new (`new_phrases`; *support* customers at
    least, false discovery rate *fdr*). Phrases that the same customers say are one topic (`cluster_phrases`).

    Without *before*, or where nothing was unclear then, the later half is set against the earlier; without
    dates there is nothing to compare with: phrases come by their customers, and none is claimed to be new.

    Raises:
        InputError: *support* is below 2, or *fdr* is not between 0 and 1.
    """
    taxonomy = taxonomy if taxonomy is not None else Taxonomy.default()
    earlier, later, compared = _periods(unclear_now, before)
    first = len(earlier)
    candidates = candidate_phrases(map(_document, (*earlier, *later)), support=support)
    named = _nameless(candidates, taxonomy)
    if compared == NOTHING:
        found = [_Found(phrase.text, phrase.documents, None, None) for phrase in named]
    else:
        found = _new(named, first, len(later), support=support, fdr=fdr)
    by_phrase = {one.phrase: one for one in found}
    groups = cluster_phrases({one.phrase: [d for d in one.documents if d >= first] for one in found})
    whole = [sorted((by_phrase[phrase] for phrase in group), key=_Found.order) for group in groups]
    both = _Periods(earlier, later, compared)
    return tuple(
        both.topic(group, taxonomy, quotes) for group in sorted(whole, key=lambda g: g[0].order())[:top]
    )


def _periods(now: Unclear, before: Unclear | None) -> tuple[_Period, _Period, str]:
    if before is not None and before.entries:
        return _period(before.entries), _period(now.entries), "previous period"
    dated = [entry for entry in now.entries if entry.day != UNKNOWN]
    if 2 * len(dated) > len(now.entries):
        last = median_low(entry.day for entry in dated)
        last -= last == max(entry.day for entry in dated)
        halves = [_period(e for e in dated if (e.day > last) == late) for late in (False, True)]
        if all(halves):
            return halves[0], halves[1], "earlier half"
    return [], _period(now.entries), NOTHING


def _document(entries: Sequence[Entry]) -> str:
    return "\n".join(text for entry in entries for text in entry.texts)


def _nameless(phrases: Sequence[Phrase], taxonomy: Taxonomy) -> list[Phrase]:
    """Leave out what, less everyday words at its ends, is a word of *taxonomy*, another phrase or nothing."""
    words = {word for topic in taxonomy for word in _words(topic)}
    candidates = {phrase.text for phrase in phrases}
    cut = by_jieba()
    tokens = [cut(phrase.text) for phrase in phrases]
    vocabulary = sorted({token for row in tokens for token in row})
    everyday = FUNCTION | {
        token
        for token, hits in zip(vocabulary, Lexicon(taxonomy).find(vocabulary), strict=True)
        if any(hit.meaning.topic is None and hit[:2] == (0, len(token)) for hit in hits)
    }
    kept = []
    for phrase, row in zip(phrases, tokens, strict=True):
        telling = [at for at, token in enumerate(row) if token not in everyday and not token.isdigit()]
        rest = "".join(row[telling[0] : telling[-1] + 1]) if telling else ""
        known = {rest, phrase.text} & words or (rest != phrase.text and rest in candidates)
        if len(rest) > 1 and not known:
            kept.append(phrase)
    return kept


def _words(topic: Topic) -> tuple[str, ...]:
    return topic.terms + topic.negative + topic.positive + topic.neutral


def _new(phrases: Sequence[Phrase], first: int, later: int, *, support: int, fdr: float) -> list[_Found]:
    """Test which of *phrases* more of the *later* customers say than of the *first*."""
    documents = {phrase.text: phrase.documents for phrase in phrases}
    now = {text: sum(number >= first for number in held) for text, held in documents.items()}
    before = {text: len(held) - now[text] for text, held in documents.items()}
    rows = new_phrases(now, before, later, first, support=support, fdr=fdr)
    return [_Found(row.phrase, documents[row.phrase], row.p, row.q) for row in rows]


class _Periods(NamedTuple):
    """Two periods, and what the first is called."""

    earlier: _Period
    later: _Period
    compared: str

    def topic(self, group: Sequence[_Found], taxonomy: Taxonomy, quotes: int) -> EmergingTopic:
        """Tell of one *group* of phrases, the best first."""
        first = len(self.earlier)
        phrases = tuple(one.phrase for one in group)
        saying = sorted(frozenset[int]().union(*(one.documents for one in group)))
        now = [_holding(self.later[number - first], phrases) for number in saying if number >= first]
        before = [_holding(self.earlier[number], phrases) for number in saying if number < first]
        tickets = [entry for entries in now for entry in entries]
        perception, home = _guess(tickets, taxonomy)
        known = self.compared != NOTHING
        return EmergingTopic(
            name=phrases[0],
            phrases=phrases,
            tickets=len(tickets),
            tickets_before=sum(map(len, before)) if known else None,
            customers=len(now),
            customers_before=len(before) if known else None,
            among=len(self.later),
            among_before=first if known else None,
            p=group[0].p,
            q=group[0].q,
            compared=self.compared,
            quotes=tuple(islice(_quotes(now, phrases), quotes)),
            perception=perception,
            group=home,
        )


def _holding(entries: Sequence[Entry], phrases: Collection[str]) -> list[Entry]:
    return [entry for entry in entries if any(p in text for text in entry.texts for p in phrases)]


def _quotes(customers: Sequence[Sequence[Entry]], phrases: Sequence[str]) -> Iterator[Quote]:
    """Yield one quote a customer, those with the best phrase first, no two alike."""
    seen = set()
    for phrase in phrases:
        for entries in customers:
            held = (q for e in entries for text, q in zip(e.texts, e.quotes, strict=True) if phrase in text)
            quote = next(held, None)
            if quote is not None and quote.text not in seen:
                seen.add(quote.text)
                yield quote


def _guess(tickets: Sequence[Entry], taxonomy: Taxonomy) -> tuple[Perception, str]:
    """Guess by what the classifier leaned to, and by the group whose words stand in most of the clauses."""
    homes = {group.perception for group in taxonomy.groups.values()}
    leaning = {p: sum(e.chances[i] for e in tickets) for i, p in enumerate(Perception) if p in homes}
    perception = max(leaning, key=lambda p: leaning[p])
    groups = Counter({group.id: 0 for group in taxonomy.groups.values() if group.perception is perception})
    texts = ["\n".join(entry.texts) for entry in tickets[:READ]]
    for topic in taxonomy.of(perception):
        plain = [word for word in _words(topic) if GAP not in word]
        groups[topic.group] += sum(any(word in text for word in plain) for text in texts)
    return perception, groups.most_common(1)[0][0]
