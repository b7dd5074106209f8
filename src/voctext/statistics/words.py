"""Words and phrases by their counts: which set groups apart, which are new, which are words at all."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from voctext.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

LONGEST = 8  # characters of a phrase
COHESION = 3.0  # bits: the pieces meet at least 8 times as often as by chance
BRANCHING = 1.0  # bits: on either side, as free as between two neighbours of equal share
EXPLAINED = 0.8  # of a phrase's occurrences, by a longer phrase: then it is but a piece of that
CHARACTER = re.compile(r"[A-Za-z0-9]+|\w|\W")  # a Latin word or number counts as one


class WordOdds(NamedTuple):
    """A word, how its log-odds differ between two groups, and that in standard deviations."""

    word: str
    log_odds: float
    z: float
    first: float  # its count in the first group
    second: float


class NewPhrase(NamedTuple):
    """A phrase that is more frequent now: documents that hold it, then and now, and how surely."""

    phrase: str
    now: int
    before: int
    ratio: float
    p: float
    q: float


class Phrase(NamedTuple):
    """A string of characters that behaves like a word, and the documents (by number) that hold it."""

    text: str
    occurrences: int
    documents: frozenset[int]
    cohesion: float  # bits
    branching: float  # bits


def log_odds(
    first: Mapping[str, float],
    second: Mapping[str, float],
    background: Mapping[str, float],
    *,
    prior: float = 500.0,
) -> list[WordOdds]:
    """
    Set the words of two groups apart; those of the *first* group come first, by z.

    The log-odds ratio of each word under a Dirichlet prior of *prior* pseudo-words shared out as in the
    *background* (all the bank's notes, say), over its standard deviation: a rare word needs more to stand
    out. Words that the background lacks count in it once. Source: B. Monroe, M. Colaresi and K. Quinn
    (2008), Political Analysis 16, 372–403.

    >>> young, old = {"闪退": 30, "年费": 5, "的": 200}, {"闪退": 4, "年费": 25, "的": 210}
    >>> [(row.word, round(row.z)) for row in log_odds(young, old, {"闪退": 90, "年费": 80, "的": 999})]
    [('闪退', 3), ('的', -1), ('年费', -2)]

    Raises:
        InputError: Fewer than two words, a count below 0 or not finite, or a prior that is not above 0.
    """
    import numpy as np

    if not 0 < prior < float("inf"):
        raise InputError(f"prior is {prior}; give pseudo-words above 0, such as 500")
    words = sorted({*first, *second, *background})
    if len(words) < 2:  # noqa: PLR2004 - odds are one word's against the others
        raise InputError(f"{len(words)} words; give at least two, for odds are against the others")
    table = np.array([[group.get(word, 0) for word in words] for group in (first, second, background)], float)
    if not (np.isfinite(table) & (table >= 0)).all():
        raise InputError("a word's count is below 0 or not finite; give counts of 0 or more")
    share = np.maximum(table[2], 1)
    pseudo = prior * share / share.sum()
    counts = table[:2] + pseudo
    odds = np.log(counts) - np.log(counts.sum(axis=1, keepdims=True) - counts)
    delta = odds[0] - odds[1]
    z = delta / np.sqrt((1 / counts).sum(axis=0))
    columns = (column.tolist() for column in (delta, z, table[0], table[1]))
    return sorted(map(WordOdds, words, *columns), key=lambda row: -row.z)


def new_phrases(
    now: Mapping[str, int],
    before: Mapping[str, int],
    documents_now: int,
    documents_before: int,
    *,
    support: int = 5,
    fdr: float = 0.05,
) -> list[NewPhrase]:
    """
    Give the phrases that significantly more documents hold now than before, the surest first.

    *now* and *before* count the documents that hold each phrase. Fisher's exact test, one-sided, then
    Benjamini–Hochberg across every phrase that at least *support* documents hold in both periods together,
    which under the null says nothing of the test; a phrase with less support now cannot be called new.
    *ratio* is of document frequencies, half a document added to each count. Sources: R. Fisher (1935),
    Journal of the Royal Statistical Society 98, 39–82; Y. Benjamini and Y. Hochberg (1995), Journal of the
    Royal Statistical Society B 57, 289–300.

    >>> rows = new_phrases({"刷脸失败": 14, "年费太高": 20}, {"刷脸失败": 1, "年费太高": 21}, 1000, 1000)
    >>> [(row.phrase, row.now, row.before, round(row.ratio)) for row in rows]
    [('刷脸失败', 14, 1, 10)]

    Raises:
        InputError: A phrase in more documents than there are, support below 1, or fdr not between 0 and 1.
    """
    import numpy as np
    from scipy.stats import false_discovery_control, hypergeom

    if support < 1 or not 0 < fdr < 1:
        raise InputError(f"support is {support}, fdr {fdr}; give at least 1 document, and 0 < fdr < 1")
    for counts, documents in ((now, documents_now), (before, documents_before)):
        if wrong := [phrase for phrase, held in counts.items() if not 0 <= held <= documents]:
            held = f"{wrong[0]!r} is held by {counts[wrong[0]]} of {documents} documents"
            raise InputError(f"{held}; give 0 ≤ held ≤ documents")
    tested = sorted(p for p in {*now, *before} if now.get(p, 0) + before.get(p, 0) >= support)
    if not tested:
        return []
    holding = np.array([now.get(phrase, 0) for phrase in tested])
    together = holding + np.array([before.get(phrase, 0) for phrase in tested])
    exact = hypergeom.sf(holding - 1, documents_now + documents_before, together, documents_now)
    p = np.where(holding < support, 1.0, np.clip(exact, 0, 1))  # rounding may leave 1 by a hair
    q = false_discovery_control(p)
    ratio = (holding + 0.5) / (documents_now + 1) / ((together - holding + 0.5) / (documents_before + 1))
    columns = (column.tolist() for column in (holding, together - holding, ratio, p, q))
    found = (row for row in map(NewPhrase, tested, *columns) if row.q <= fdr and row.p < 1)
    return sorted(found, key=lambda row: (row.p, -row.now))


def candidate_phrases(documents: Iterable[str], *, support: int = 5) -> list[Phrase]:
    """
    Find strings of 2–8 characters that are statistically words, in at least *support* documents each.

    Their pieces cohere (the least pointwise mutual information over all splits in two: K. Church and P. Hanks
    (1990), Computational Linguistics 16, 22–29), and what stands left and right of them varies (branching
    entropy: Z. Jin and K. Tanaka-Ishii (2006), COLING/ACL, 428–435; the edge of a clause varies most). A
    phrase is dropped where a longer one that stays explains 80 % of its occurrences (X. Lü and others (2004),
    IJCNLP). No phrase reaches over punctuation or space. The most frequent come first, by documents.

    >>> notes = ["刷脸失败", "又刷脸失败了", "为什么刷脸失败", "刷脸失败三次", "今天刷脸失败"]
    >>> other = ["年费太高了", "转账很慢", "网点排队久", "利率太低", "积分没有到账", "客服打不通"] * 3
    >>> [(phrase.text, len(phrase.documents)) for phrase in candidate_phrases(notes + other)]
    [('刷脸失败', 5)]

    Raises:
        InputError: *support* is below 2.
    """
    if support < 2:  # noqa: PLR2004 - what is said once has no statistics
        raise InputError(f"support is {support}; give at least 2 documents")
    text = _Characters.read(documents)
    kept: dict[str, Phrase] = {}
    explained: Counter[str] = Counter()  # string → occurrences within the longer phrase kept that has most
    for phrase in sorted(text.phrases(support), key=lambda phrase: -len(CHARACTER.findall(phrase.text))):
        if explained[phrase.text] >= EXPLAINED * phrase.occurrences:
            continue
        kept[phrase.text] = phrase
        for part in _parts(phrase.text):
            explained[part] = max(explained[part], phrase.occurrences)
    return sorted(kept.values(), key=lambda phrase: (-len(phrase.documents), phrase.text))


def cluster_phrases(
    phrases: Mapping[str, Collection[int]], *, similarity: float = 0.3
) -> list[tuple[str, ...]]:
    """
    Group *phrases*, each with the documents that hold it, by the documents they share.

    Greedy leader clustering: in order of document frequency each phrase joins the group whose first phrase
    has the most similar documents, by Jaccard's coefficient, if that reaches *similarity*; else it leads a
    group of its own. Source: J. Hartigan (1975), Clustering Algorithms, chapter 3 (Wiley).

    >>> cluster_phrases({"刷脸失败": {1, 2, 3, 4}, "人脸识别": {2, 3, 4}, "年费太高": {7, 8}})
    [('刷脸失败', '人脸识别'), ('年费太高',)]

    Raises:
        InputError: *similarity* is not above 0 and at most 1.
    """
    if not 0 < similarity <= 1:
        raise InputError(f"similarity is {similarity}; give one above 0 and at most 1")
    groups: dict[str, list[str]] = {}
    sets = {phrase: frozenset(documents) for phrase, documents in phrases.items()}
    led: dict[int, list[str]] = {}  # document → leading phrases that it holds
    for phrase, documents in sorted(sets.items(), key=lambda item: (-len(item[1]), item[0])):
        shared = Counter(leader for document in documents for leader in led.get(document, ()))
        jaccard = {leader: n / (len(documents) + len(sets[leader]) - n) for leader, n in shared.items()}
        nearest = max(jaccard, key=lambda leader: (jaccard[leader], leader), default=phrase)
        if jaccard.get(nearest, 0) >= similarity:
            groups[nearest].append(phrase)
            continue
        groups[phrase] = [phrase]
        for document in documents:
            led.setdefault(document, []).append(phrase)
    return [tuple(group) for group in groups.values()]


class _Characters(NamedTuple):
    """All documents' characters in one row, one stop at least between any two documents."""

    names: list[str]
    characters: "Integers"  # (length,): index into names; 0 is a stop
    documents: "Integers"  # (length,): the document each stands in

    @classmethod
    def read(cls, documents: Iterable[str]) -> "_Characters":
        import numpy as np

        index = {"\n": 0}
        row, lengths = [0], []
        for document in documents:
            found = CHARACTER.findall(document)
            row.extend([index.setdefault(name, len(index)) for name in found])
            row.append(0)
            lengths.append(len(found) + 1)
        characters = np.array(row)
        letters = np.array([name.isalnum() for name in index])[characters]
        numbers = np.repeat(np.arange(len(lengths)), lengths)
        return cls(list(index), np.where(letters, characters, 0), np.append(0, numbers))

    def phrases(self, support: int) -> Iterator[Phrase]:
        """Yield the n-grams that cohere and branch enough, of *support* documents or more."""
        import numpy as np

        counts = [np.bincount(self.characters)[self.characters]]  # by length − 1: of the n-gram at each place
        gram = np.where((self.characters > 0) & (counts[0] >= support), self.characters, -1)
        for length in range(2, LONGEST + 1):
            # a frequent n-gram begins and ends with a frequent one that is a character shorter
            places = np.flatnonzero((gram[:-1] >= 0) & (gram[1:] >= 0))
            pairs = gram[places] * (gram.max() + 1) + gram[places + 1]
            _, first, which, times = np.unique(pairs, True, True, True)  # noqa: FBT003 - index, inverse, counts
            frequent = times >= support
            gram = np.full_like(gram, -1)
            gram[places] = np.where(frequent[which], which, -1)
            counts.append(np.zeros_like(gram))
            counts[-1][places] = times[which]
            cohesion = np.where(frequent, self._cohesion(counts, places[first]), 0)[which]
            chosen = cohesion >= COHESION
            yield from self._branching(length, places[chosen], which[chosen], cohesion[chosen], support)

    def _cohesion(self, counts: "list[Integers]", at: "Integers") -> "Floats":
        """Give the least mutual information, over splits in two, of each n-gram that begins *at*, in bits."""
        import numpy as np

        length, characters = len(counts), np.count_nonzero(self.characters)
        together = counts[-1][at] * float(characters)
        least = np.full(len(at), np.inf)
        for split in range(1, length):
            apart = counts[split - 1][at].astype(float) * counts[length - split - 1][at + split]
            least = np.minimum(least, np.log2(together / apart))
        return least

    def _branching(
        self, length: int, places: "Integers", which: "Integers", cohesion: "Floats", support: int
    ) -> Iterator[Phrase]:
        """Yield those of the n-grams at *places* that branch enough; *which* says which stands at each."""
        import numpy as np

        order = np.argsort(which, kind="stable")
        starts = np.flatnonzero(np.diff(which[order], prepend=-1))
        for where in np.split(order, starts)[1:]:
            at = places[where]
            documents = frozenset(self.documents[at].tolist())
            if len(documents) < support:
                continue
            branching = min(self._entropy(at - 1), self._entropy(at + length))
            if branching >= BRANCHING:
                text = "".join(self.names[c] for c in self.characters[at[0] : at[0] + length])
                yield Phrase(text, len(at), documents, float(cohesion[where[0]]), branching)

    def _entropy(self, neighbours: "Integers") -> float:
        """Give the entropy of the characters at *neighbours*, in bits, each stop one of its own."""
        import numpy as np

        counts = np.bincount(self.characters[neighbours])
        stops, letters = counts[0], counts[1:][counts[1:] > 0]
        return float(np.log2(len(neighbours)) - letters @ np.log2(letters) / (stops + letters.sum()))


def _parts(text: str) -> Iterator[str]:
    """Yield the shorter strings of two characters or more within *text*."""
    characters = CHARACTER.findall(text)
    for length in range(2, len(characters)):
        for start in range(len(characters) - length + 1):
            yield "".join(characters[start : start + length])
