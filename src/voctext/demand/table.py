"""The table of demands: one row per demand, in the order in which they are most likely felt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from voctext.demand.changes import Changes, compare
from voctext.demand.correction import Correction, Factors
from voctext.demand.demand import Demand
from voctext.demand.explain import explain
from voctext.demand.exposure import Exposure, check_exposure, total
from voctext.demand.ranking import asking_tickets, ranked
from voctext.demand.rows import DEMAND_COLUMNS, demand_row
from voctext.demand.segments import SegmentDemand, by_facet
from voctext.demand.strength import Episodes, measure
from voctext.demand.tally import Tally
from voctext.errors import InputError, choose_from
from voctext.records import Finding, Reading, Ticket
from voctext.taxonomy import Taxonomy

EPISODE_DAYS = 7
TOP = 5
DRAWS = 4000


@dataclass(frozen=True, slots=True)
class DemandTable:
    """
    Demands by falling probability to be among the first *top*, and what they were counted on.

    *exposure* is the number of customers that rates refer to, and *exposure_of* says which: "given",
    "customers seen" or "tickets". An episode lasts *days*.
    """

    demands: tuple[Demand, ...]
    tickets: int
    customers: int
    exposure: float
    exposure_of: str
    level: float
    top: int
    days: int = EPISODE_DAYS
    tally: Tally = field(default_factory=Tally, repr=False, compare=False)

    def __iter__(self) -> Iterator[Demand]:
        return iter(self.demands)

    def __len__(self) -> int:
        return len(self.demands)

    def __getitem__(self, topic: str) -> Demand:
        for demand in self.demands:
            if demand.topic == topic:
                return demand
        raise KeyError(topic)

    @classmethod
    def from_findings(
        cls,
        findings: Iterable[Finding],
        tickets: Iterable[Ticket],
        *,
        exposure: Exposure | None = None,
        audit: Correction | None = None,
        level: float = 0.95,
    ) -> Self:
        """
        Count *findings* against all *tickets* that were read, those without a finding too.

        Raises:
            InputError: A finding's ticket is not among *tickets*.
        """
        found: dict[int, list[Finding]] = {}
        for finding in findings:
            found.setdefault(id(finding.ticket), []).append(finding)
        tally = Tally()
        for ticket in tickets:
            tally.add(ticket, found.pop(id(ticket), ()))
        if found:
            stranger = next(iter(found.values()))[0].ticket
            raise InputError(
                f"ticket {stranger.id!r} has findings but is not among the tickets; give all that were read"
            )
        return cls.from_tally(tally, exposure=exposure, audit=audit, level=level)

    @classmethod
    def from_readings(
        cls,
        readings: Iterable[Reading],
        *,
        exposure: Exposure | None = None,
        audit: Correction | None = None,
        level: float = 0.95,
    ) -> Self:
        """Count what *readings* found, their outcomes telling what is resolved where the export does not."""
        tally = Tally()
        for reading in readings:
            tally.add(reading.ticket, reading.findings, reading.outcome)
        return cls.from_tally(tally, exposure=exposure, audit=audit, level=level)

    @classmethod
    def from_tally(
        cls,
        tally: Tally,
        *,
        exposure: Exposure | None = None,
        audit: Correction | None = None,
        days: int = EPISODE_DAYS,
        level: float = 0.95,
        top: int = TOP,
        seed: int = 0,
    ) -> Self:
        """
        Measure what *tally* counted, an episode lasting *days*.

        *exposure* is the number of customers covered, or one by segment; *audit* what is known of the
        classifier's errors, by which counts are corrected (`voctext.audit.read_audit`, `read_holdout`).

        Raises:
            InputError: The exposure is no number above 0, the level is not between 0 and 1, or the audit is
                of another export.
        """
        check_exposure(exposure)
        if not 0 < level < 1:
            raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
        tickets = len(tally.ticket_customer)
        customers = max(tally.ticket_customer, default=-1) + 1
        named, dated = tally.has_customers, tally.has_dates
        seen = customers if named else tickets
        episodes = Episodes.of(tally, days=days)
        factors = Factors.of(tally, asking_tickets(tally), audit, draws=DRAWS, seed=seed)
        strength = measure(
            episodes,
            factors,
            exposure=total(exposure) or max(seen, 1),
            repeats=named and dated,
            level=level,
            seed=seed,
        )
        counted = "given" if exposure else "customers seen" if named else "tickets"
        rows = ranked(
            tally,
            episodes,
            strength,
            factors,
            tickets=tickets,
            customers=customers,
            level=level,
            top=top,
            seed=seed,
        )
        return cls(rows, tickets, customers, total(exposure) or seen, counted, level, top, days, tally)

    def compare(self, before: Self, *, season: Self | None = None) -> Changes:
        """
        Tell which demands rose, fell, came up or went away since *before*, of an earlier period.

        *season* is the same season a year ago. Rates refer to customers where all tables were given their
        exposure; else to customers seen, or tickets.
        """
        tables = [table for table in (self, before, season) if table is not None]
        given = all(table.exposure_of == "given" for table in tables)
        return compare(
            self.tally,
            before.tally,
            days=self.days,
            exposure=self.exposure if given else None,
            before_exposure=before.exposure if given else None,
            season=season.tally if season is not None else None,
            season_exposure=season.exposure if given and season is not None else None,
            level=self.level,
        )

    def by(self, facet: str, *, exposure: Mapping[str, float] | None = None) -> tuple[SegmentDemand, ...]:
        """
        Compare the values of *facet*: "segment", "channel", or a header that the tally was told to keep.

        *exposure* is the number of customers by value; without it, the customers seen. Not corrected for the
        classifier's errors.

        Raises:
            InputError: The tally does not keep that facet, or the exposure names none of its values.
        """
        return by_facet(self.tally, facet, exposure=exposure, days=self.days, level=self.level)

    def to_frame(
        self,
        backend: Literal["pandas", "polars", "pyarrow"] = "pandas",
        *,
        taxonomy: Taxonomy | None = None,
        lang: str = "zh-Hans",
    ) -> Any:
        """
        Give the table as a data frame, one row per demand, with the columns of the demands file.

        *backend* is a library that narwhals knows and that is installed: "pandas", "polars" or "pyarrow".

        Raises:
            InputError: There is no such library here.
        """
        import narwhals as nw

        topics = taxonomy if taxonomy is not None else Taxonomy.default()
        rows = [demand_row(demand, topics, lang=lang) for demand in self]
        data = {str(column): [row[column] for row in rows] for column in DEMAND_COLUMNS}
        try:
            return nw.from_dict(data, backend=backend).to_native()
        except (ImportError, ValueError, TypeError) as error:
            raise InputError(
                f"no data frames of {backend!r} here ({error}); give pandas, polars or pyarrow"
            ) from error

    def explain(self, topic: str, *, taxonomy: Taxonomy | None = None, lang: str = "zh-Hans") -> str:
        """
        Say in words, in *lang* (zh-Hans, zh-Hant or en), how the strength of *topic* comes about.

        Raises:
            InputError: Nobody asks anything of that topic, or the language is not known.
        """
        if topic not in {demand.topic for demand in self}:
            raise InputError(f"no demand {topic!r}; {choose_from(topic, [d.topic for d in self])}")
        topics = taxonomy if taxonomy is not None else Taxonomy.default()
        return explain(self[topic], self, topics, lang=lang)
