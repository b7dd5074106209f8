"""
Choose the notes whose labels teach a classifier most.

Three parts. Some are drawn at random, for only they show how well the export is read. Labels that the
classifier seldom gives have a share of their own. The rest are notes it is unsure of, unlike each other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Final

from voctext.audit.sample import SIZE
from voctext.audit.sheet import check_sheet
from voctext.audit.spread import Spread, letters_of, rows_of
from voctext.errors import InputError, choose_from
from voctext.mask import Masker
from voctext.records import Perception, Reading, Ticket
from voctext.tables.write import Format, write_rows
from voctext.taxonomy import Taxonomy

TRAINING: Final = "training"
"""What `voctext audit sample --for` is told to choose notes to learn from."""
COLUMNS: Final = (
    *("id", "customer", "text"),
    *(*(perception.value for perception in Perception), "intent"),
    *("chosen", "question"),
)
"""What `write_notes` writes; the labels are for people to fill in."""
RANDOM: Final = 0.2
"""Share of the notes that is drawn at random."""
SELDOM: Final = 0.1
"""A label given to a smaller share of the tickets is rare."""
QUOTA: Final = 0.05
"""Share of the notes that is due to each rare label."""

_POOL: Final = 20
"""Notes kept to choose from, for each one to choose."""
_QUESTIONS: Final = (*(perception.value for perception in Perception), "intent")
_ABSTAINED: Final = 0.5
"""What clauses left undecided add to the wrong answers that are expected of a note."""
_ASKED: Mapping[str, str] = MappingProxyType(
    {
        "zh-Hans": "product、rule、person：客户谈到则填 -1（负）、0（中）、1（正），没谈到留空；"
        "intent：投诉、建议、咨询、表扬、其他",
        "zh-Hant": "product、rule、person：客戶談到則填 -1（負）、0（中）、1（正），沒談到留空；"
        "intent：投訴、建議、諮詢、表揚、其他",
        "en": "product, rule, person: -1, 0 or 1 where the customer speaks of it, else empty; "
        "intent: complaint, suggestion, inquiry, praise or other",
    }
)


@dataclass(frozen=True, slots=True)
class ChosenNote:
    """
    A note to label; *text* and *customer* are masked as asked.

    *chosen* says why: "random", "rare", or "unsure of" a question. *guess* is the rare label that the
    classifier gave, which a labeller must not see.
    """

    id: str
    customer: str
    text: str
    chosen: str
    guess: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    The notes chosen, shuffled.

    They are of *tickets* in the export; *copies* were not chosen because one nearly the same was kept.
    """

    notes: tuple[ChosenNote, ...]
    tickets: int
    copies: int

    def __len__(self) -> int:
        return len(self.notes)

    @property
    def reasons(self) -> dict[str, int]:
        """How many notes were chosen why, the most frequent reason first."""
        return dict(Counter(note.chosen for note in self.notes).most_common())


def choose_notes(
    readings: Iterable[Reading],
    *,
    size: int = SIZE,
    seed: int = 0,
    masker: Masker | None,
    taxonomy: Taxonomy | None = None,
) -> Choice:
    """
    Choose *size* notes to label, or all that differ where there are fewer, in one pass over *readings*.

    How unsure a reading is: the wrong answers expected of it, Σ (1 − confidence) over the perceptions and
    the intent, and half of one more where clauses were left undecided. No two notes chosen are near-copies,
    numbers in them aside. The same readings in the same order and the same *seed* give the same notes. In
    memory are the 20 · size least sure tickets, 4 · size random ones, and half a size of each label.

    Sources: D. D. Lewis & W. A. Gale (1994), "A sequential algorithm for training text classifiers",
    SIGIR; on covering what is to be read, O. Sener & S. Savarese (2018), "Active learning for convolutional
    neural networks: a core-set approach", ICLR; see `Spread` for how notes are drawn.

    Raises:
        InputError: *size* is not positive.
    """
    if size < 1:
        raise InputError(f"size is {size}; give a number of notes, 1 or more")
    pools = _Pools.of(size, Random(seed))  # noqa: S311 - a sample, not a secret
    for reading in readings:
        pools.offer(reading)
    candidates = pools.candidates()
    if not candidates:
        return Choice((), pools.tickets, 0)
    chosen, copies = _chosen(candidates, pools, size=size, seed=seed, masker=masker, taxonomy=taxonomy)
    return Choice(tuple(chosen), pools.tickets, copies + len(pools.copies))


def write_notes(path: str | Path, notes: Iterable[ChosenNote], *, lang: str = "zh-Hans") -> Path:
    """
    Write *notes* as a table to fill in, .xlsx or .csv by the name of *path*, and return it.

    `voctext.labels.read_labels` reads it back and passes over rows that nobody has labelled yet. What the
    classifier said is not in it: who knows that tends to agree.

    Raises:
        InputError: The name ends otherwise, the language is unknown, or the file cannot be written.
    """
    check_sheet(path)
    if lang not in _ASKED:
        raise InputError(f"no questions in language {lang!r}; {choose_from(lang, _ASKED)}")
    shown = ("id", "customer", "text", "chosen")
    cells = ({name: getattr(note, name) for name in shown} | {"question": _ASKED[lang]} for note in notes)
    form: Format = "xlsx" if Path(path).suffix.lower() == ".xlsx" else "csv"
    return write_rows(path, cells, format=form, columns=COLUMNS)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A ticket as it may be chosen: how unsure its reading is, of what most, and which labels it has."""

    unit: int
    ticket: Ticket
    unsure: float
    question: str
    labels: tuple[str, ...]

    @classmethod
    def of(cls, unit: int, reading: Reading) -> "_Candidate":
        label = reading.label
        doubts = {question: 1 - label.confidence.get(question, 0.5) for question in _QUESTIONS}
        unsure = sum(doubts.values()) + (_ABSTAINED if reading.abstained else 0)
        labels = (*(perception.value for perception in label.perceptions), label.intent.value)
        return cls(unit, reading.ticket, unsure, max(doubts, key=doubts.__getitem__), labels)


@dataclass(slots=True)
class _Pool:
    """The candidates of highest rank, as many as fit, none of them a copy of another."""

    capacity: int
    kept: list[tuple[tuple[float, float], int, _Candidate]] = field(default_factory=list)
    inside: set[str] = field(default_factory=set)

    def offer(self, rank: tuple[float, float], candidate: _Candidate) -> bool:
        """Keep *candidate* if its *rank* is high enough; False if a copy of it is kept."""
        if len(self.kept) == self.capacity and rank <= self.kept[0][0]:
            return True
        letters = letters_of(candidate.ticket.text)
        if letters in self.inside:
            return False
        self.inside.add(letters)
        item = (rank, -candidate.unit, candidate)
        if len(self.kept) < self.capacity:
            heappush(self.kept, item)
        else:
            self.inside.discard(letters_of(heappushpop(self.kept, item)[2].ticket.text))
        return True

    def ranked(self) -> list[_Candidate]:
        """Give the candidates, the highest rank first."""
        return [candidate for _, _, candidate in sorted(self.kept, key=lambda item: item[0], reverse=True)]


@dataclass(slots=True)
class _Pools:
    """What is remembered of an export: the least sure tickets, random ones, and random ones of each label."""

    rng: Random
    unsure: _Pool
    random: _Pool
    due: int
    labelled: dict[str, _Pool] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    copies: set[int] = field(default_factory=set)
    tickets: int = 0

    @classmethod
    def of(cls, size: int, rng: Random) -> "_Pools":
        return cls(rng, _Pool(_POOL * size), _Pool(4 * size), max(1, round(QUOTA * size)))

    def offer(self, reading: Reading) -> None:
        self.tickets += 1
        if not reading.ticket.text.strip():
            return
        candidate = _Candidate.of(self.tickets - 1, reading)
        self.seen.update(candidate.labels)
        # those of the highest numbers drawn are a random sample, of the export and of each label alike
        lot = self.rng.random()
        fresh = self.random.offer((lot, 0.0), candidate)
        for label in candidate.labels:
            self.labelled.setdefault(label, _Pool(10 * self.due)).offer((lot, 0.0), candidate)
        if not self.unsure.offer((candidate.unsure, lot), candidate) or not fresh:
            self.copies.add(candidate.unit)

    def rare(self) -> list[str]:
        """Name the labels that few tickets have, the rarest first."""
        found = sorted(self.seen.items(), key=lambda item: (item[1], item[0]))
        return [label for label, count in found if count < SELDOM * self.tickets]

    def candidates(self) -> list[_Candidate]:
        """Give all that is remembered, in the order of the export."""
        pools = (self.unsure, self.random, *(self.labelled[label] for label in self.rare()))
        found = {candidate.unit: candidate for pool in pools for _, _, candidate in pool.kept}
        self.copies -= found.keys()
        return [found[unit] for unit in sorted(found)]


def _chosen(
    candidates: Sequence[_Candidate],
    pools: _Pools,
    *,
    size: int,
    seed: int,
    masker: Masker | None,
    taxonomy: Taxonomy | None,
) -> tuple[list[ChosenNote], int]:
    """Fill the three parts one after another; give the notes, and how many near-copies were ruled out."""
    import numpy as np

    place = {candidate.unit: i for i, candidate in enumerate(candidates)}
    tickets = [candidate.ticket for candidate in candidates]
    rows = rows_of(tickets, taxonomy if taxonomy is not None else Taxonomy.default())
    weights = np.array([candidate.unsure for candidate in candidates])
    spread = Spread([ticket.text for ticket in tickets], rows, weights, seed=seed)
    why: dict[int, tuple[str, str]] = {}
    for candidate in pools.random.ranked():
        if len(why) < max(1, round(RANDOM * size)) and spread.is_free(place[candidate.unit]):
            spread.take(place[candidate.unit])
            why[place[candidate.unit]] = ("random", "")
    for label in pools.rare():
        among = [place[candidate.unit] for candidate in pools.labelled[label].ranked()]
        have = sum(label in candidates[i].labels for i in why)
        while have < pools.due and len(why) < size and (note := spread.draw(among)) is not None:
            why[note] = ("rare", label)
            have += 1
    while len(why) < size and (note := spread.draw(range(len(candidates)))) is not None:
        why[note] = (f"unsure of {candidates[note].question}", "")
    chosen = []
    for i, (reason, guess) in why.items():
        who = tickets[i].customer or ""
        customer = masker.pseudonym(who) if masker is not None and who else who
        text = tickets[i].text if masker is None else masker.mask(tickets[i].text)
        chosen.append(ChosenNote(tickets[i].id, customer, text, reason, guess))
    pools.rng.shuffle(chosen)  # who labels only the first half has some of each part
    return chosen, spread.copies
