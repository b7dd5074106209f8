"""What stayed unclear in an export, kept in one pass for `voctext.insight.emerging`."""

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from voctext.demand.tally import UNKNOWN, Quote, quote_of
from voctext.errors import InputError
from voctext.insight.telling import TOKEN
from voctext.mask import Masker
from voctext.records import Perception, Reading, Voice

KEPT = 30_000  # tickets: two full periods are compared in half a minute


class Entry(NamedTuple):
    """The unclear clauses of one ticket."""

    who: str  # the customer, or the ticket where none is known
    day: int
    texts: tuple[str, ...]  # normalized, small letters
    quotes: tuple[Quote, ...]  # the same clauses as received
    chances: tuple[float, ...]  # of each perception, by the classifier


@dataclass(slots=True)
class Unclear:
    """
    The customer's clauses that no finding covers, collected in one pass over readings.

    With a *masker* both texts and quotes are kept masked. At most *kept* tickets with such clauses stay in
    memory (about 1 KB each); of more, a uniform random sample by *seed* (J. Vitter (1985), ACM Transactions
    on Mathematical Software 11, 37–57, algorithm R). *tickets* counts all that were read, *unclear* those
    with such clauses.

    Raises:
        InputError: *kept* is below 1.
    """

    masker: Masker | None = None
    kept: int = KEPT
    seed: int = 0
    tickets: int = 0
    unclear: int = 0
    entries: list[Entry] = field(default_factory=list, repr=False)
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kept < 1:
            raise InputError(f"kept is {self.kept}; give the number of tickets to keep, at least 1")
        self._random = Random(self.seed)  # noqa: S311 - a sample, no secret

    def add(self, reading: Reading) -> None:
        """Keep what stayed unclear in one *reading*."""
        self.tickets += 1
        clauses = [clause for clause in reading.abstained if clause.voice is Voice.CUSTOMER]
        if not clauses:
            return
        self.unclear += 1
        place = len(self.entries)
        if place == self.kept:
            place = self._random.randrange(self.unclear)
        if place >= self.kept:
            return
        ticket, label = reading.ticket, reading.label
        texts = (clause.text.lower() for clause in clauses)
        entry = Entry(
            who=f"customer {ticket.customer}" if ticket.customer else f"ticket {self.tickets}",
            day=ticket.time.toordinal() if ticket.time else UNKNOWN,
            texts=tuple(TOKEN.sub("\n", self.masker.mask(t)) if self.masker else t for t in texts),
            quotes=tuple(
                quote_of(ticket, clause.span, self.masker, within=clause.span) for clause in clauses
            ),
            chances=tuple(
                sure if perception in label.perceptions else 1 - sure
                for perception in Perception
                for sure in (label.confidence.get(perception, 1.0),)
            ),
        )
        self.entries[place : place + 1] = [entry]
