"""
Draw the tickets a person reads to tell how often the classifier is right.

Strata are what the classifier said and how surely: a rare demand needs most of its labels among the many
tickets that it is not found in, for what is missed there counts for nearly all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from voctext.audit.sheet import AuditRow, Stratum
from voctext.demand.tally import ASKS
from voctext.errors import InputError, choose_from
from voctext.mask import Masker
from voctext.records import Perception, Reading, Ticket
from voctext.statistics.prevalence import LEAST, allocate, audit_size
from voctext.taxonomy import Taxonomy

SIZE = 200
"""Labels for each target, where neither a size nor a width is asked for."""

_CLEAR = 0.8
"""Below this confidence an answer of the classifier is doubtful."""
_FEWEST = 2 * LEAST
"""Tickets that make a confidence band; with fewer, clear and doubtful are one."""
_KEPT = 2000
"""Tickets remembered of each stratum where the size is not known beforehand; nobody labels more."""
_RIGHT = {0: 0.8, 1: 0.5}
"""Guessed share truly yes of those predicted yes, by band; wrong guesses cost width, not truth."""
_MISSED = 0.1
"""Guessed tickets missed in each band of no, for each one predicted yes."""

_TOPIC = {
    "zh-Hans": "客户是否抱怨“{}”，或就此提出建议？",
    "zh-Hant": "客戶是否抱怨「{}」，或就此提出建議？",
    "en": "Does the customer complain of, or suggest something about: {}?",
}
_PERCEPTION = {
    "zh-Hans": {
        "product": "客户是否谈到产品、系统或设施（好、坏或中性）？",
        "rule": "客户是否谈到规定、收费或流程（好、坏或中性）？",
        "person": "客户是否谈到工作人员的态度或能力（好、坏或中性）？",
    },
    "zh-Hant": {
        "product": "客戶是否談到產品、系統或設施（好、壞或中性）？",
        "rule": "客戶是否談到規定、收費或流程（好、壞或中性）？",
        "person": "客戶是否談到工作人員的態度或能力（好、壞或中性）？",
    },
    "en": {
        "product": "Does the customer speak of a product, system or facility (well, ill or neither)?",
        "rule": "Does the customer speak of a rule, fee or procedure (well, ill or neither)?",
        "person": "Does the customer speak of the staff's manner or skill (well, ill or neither)?",
    },
}


def draw_sample(
    readings: Iterable[Reading],
    targets: Sequence[str],
    *,
    size: int | None = None,
    width: float | None = None,
    seed: int = 0,
    masker: Masker | None,
    taxonomy: Taxonomy | None = None,
    lang: str = "zh-Hans",
) -> list[AuditRow]:
    """
    Draw tickets to label for each of *targets*, topics or perceptions, in one pass over *readings*.

    *size* is labels for each target (SIZE if nothing is asked; all tickets where there are fewer); *width*
    asks for as many as give its share a 95 % interval about so wide, in [0, 1]. Strata are predicted yes and
    no, each clear and doubtful; within one every ticket has the same chance. Rows stand target by target,
    shuffled within. At most *size* tickets of each stratum are in memory.

    Source: J. S. Vitter (1985), ACM Transactions on Mathematical Software 11, 37–57 (Algorithm R).

    Raises:
        InputError: A target or language is unknown, both *size* and *width* are given, or one cannot be met.
    """
    known = taxonomy if taxonomy is not None else Taxonomy.default()
    questions = {target: _question(target, known, lang) for target in targets}
    if size is not None and width is not None:
        raise InputError(f"size {size} and width {width} are both given; give one, the other follows")
    if size is not None and size < 2 * _FEWEST:
        raise InputError(f"size is {size}; give {2 * _FEWEST} labels or more, {LEAST} for each stratum")
    if width is not None and not 0 < width < 1:
        raise InputError(f"width is {width}; give one between 0 and 1, such as 0.02")
    rng = Random(seed)  # noqa: S311 - a sample, not a secret
    capacity = _KEPT if width is not None else size or SIZE
    strata = {target: [_Reservoir(capacity, rng) for _ in range(4)] for target in questions}
    perceptions = {target: known[target].perception for target in questions if target in known}
    tickets = 0
    for reading in readings:
        for target, cell in _cells(reading, questions, perceptions):
            strata[target][cell].offer(tickets, reading.ticket)
        tickets += 1
    rows: list[AuditRow] = []
    callers: dict[str, int] = {}
    for target, question in questions.items():
        drawn = list(_drawn(target, strata[target], tickets, size=size or SIZE, width=width, rng=rng))
        rng.shuffle(drawn)
        for stratum, unit, ticket in drawn:
            who = f"customer {ticket.customer}" if ticket.customer else f"ticket {unit}"
            caller = callers.setdefault(who, len(callers))
            shown = _shown(ticket, masker)
            rows.append(AuditRow(len(rows) + 1, *shown, target, question, stratum, unit, caller))
    return rows


@dataclass(slots=True)
class _Reservoir:
    """A random sample of all that was offered, each with the same chance (Algorithm R)."""

    capacity: int
    rng: Random
    seen: int = 0
    kept: list[tuple[int, Ticket]] = field(default_factory=list)

    def offer(self, unit: int, ticket: Ticket) -> None:
        self.seen += 1
        if len(self.kept) < self.capacity:
            self.kept.append((unit, ticket))
        elif (place := int(self.rng.random() * self.seen)) < self.capacity:
            self.kept[place] = (unit, ticket)


def _question(target: str, taxonomy: Taxonomy, lang: str) -> str:
    if lang not in _TOPIC:
        raise InputError(f"no questions in language {lang!r}; {choose_from(lang, _TOPIC)}")
    if target in set(Perception):
        return _PERCEPTION[lang][target]
    if target not in taxonomy:
        raise InputError(
            f"nothing to audit is called {target!r}; {choose_from(target, (*Perception, *taxonomy.topics))}"
        )
    return _TOPIC[lang].format(taxonomy[target].name(lang))


def _cells(
    reading: Reading, targets: Iterable[str], perceptions: dict[str, Perception]
) -> Iterator[tuple[str, int]]:
    """Yield for each target the stratum of *reading*: 2 · predicted + doubtful."""
    label, voiced = reading.label, {finding.topic for finding in reading.findings}
    asked: dict[str, float] = {}
    for finding in reading.findings:
        if finding.intent in ASKS:  # they alone make a topic's episodes, so its question is about them
            asked[finding.topic] = max(asked.get(finding.topic, 0.0), finding.confidence)
    for target in targets:
        perception = perceptions.get(target)
        if perception is None:
            sure = label.confidence.get(target, 0.5) >= _CLEAR
            yield target, 2 * (target in label.perceptions) + (not sure)
        elif target in asked:
            yield target, 2 + (asked[target] < _CLEAR)
        else:
            unsure = label.confidence.get(perception, 0.5) < _CLEAR or bool(reading.abstained)
            yield target, int(unsure or perception in label.perceptions or target in voiced)


def _drawn(
    target: str, cells: Sequence[_Reservoir], tickets: int, *, size: int, width: float | None, rng: Random
) -> Iterator[tuple[Stratum, int, Ticket]]:
    """Merge bands that are too small, share the labels out, and draw them."""
    pools: list[tuple[bool, int, list[_Reservoir]]] = []
    for predicted in (False, True):
        clear, doubtful = cells[2 * predicted], cells[2 * predicted + 1]
        if min(clear.seen, doubtful.seen) < _FEWEST:
            pools.append((predicted, 0, [clear, doubtful]))
        else:
            pools += [(predicted, 0, [clear]), (predicted, 1, [doubtful])]
    pools = [pool for pool in pools if any(part.seen for part in pool[2])]
    found = cells[2].seen + cells[3].seen
    sizes = [sum(part.seen for part in parts) for _, _, parts in pools]
    guesses = [
        _RIGHT[band] if predicted else min(0.5, max(0.001, _MISSED * found / count))
        for (predicted, band, _), count in zip(pools, sizes, strict=True)
    ]
    total = min(tickets, size if width is None else _needed(target, found, tickets, width))
    labels = allocate(total, sizes, guesses) if tickets else []
    for (predicted, band, parts), count, n in zip(pools, sizes, labels, strict=True):
        if n > parts[0].capacity:
            raise InputError(f"width {width} takes {total} labels for {target}; give a wider one")
        for unit, ticket in _pick(parts, n, rng):
            yield Stratum(predicted, band, count, n, tickets), unit, ticket


def _needed(target: str, found: int, tickets: int, width: float) -> int:
    """Give the labels for an interval of *width*, by the guesses."""
    if tickets <= _FEWEST:
        return tickets
    share = min(max(found, 1), tickets - 1) / tickets
    try:
        return sum(audit_size(share, _RIGHT[1], min(0.5, _MISSED * share), width=width, units=tickets))
    except InputError as error:
        raise InputError(f"{target}: {error}") from None


def _pick(parts: Sequence[_Reservoir], n: int, rng: Random) -> Iterator[tuple[int, Ticket]]:
    """Draw *n* of all that *parts* saw; each part keeps as many as can fall to it."""
    places = rng.sample(range(sum(part.seen for part in parts)), n)
    first = sum(place < parts[0].seen for place in places)
    for part, share in zip(parts, (first, n - first), strict=False):
        yield from rng.sample(part.kept, share)


def _shown(ticket: Ticket, masker: Masker | None) -> tuple[str, str, str]:
    customer = ticket.customer or ""
    if masker is None:
        return ticket.id, customer, ticket.text
    return ticket.id, masker.pseudonym(customer) if customer else "", masker.mask(ticket.text)
