"""What an export tells besides the demands themselves, gathered in one pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from voctext.demand.exposure import Exposure
from voctext.demand.segments import SegmentDemand, by_facet
from voctext.demand.table import DemandTable
from voctext.insight.alerts import Watch, watch
from voctext.insight.emerging import EmergingTopic, emerging
from voctext.insight.resolution import Resolution, resolution
from voctext.insight.stages import PeakEnd, StageRow, Stages
from voctext.insight.telling import TellingWord, Words
from voctext.insight.unclear import Unclear
from voctext.mask import Masker
from voctext.records import Reading
from voctext.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Insights:
    """
    What could be told beyond the table of demands; empty where the export's columns do not allow it.

    *segments* are by facet ("segment", "channel" or a header), *words* by segment.
    """

    segments: Mapping[str, tuple[SegmentDemand, ...]]
    words: Mapping[str, tuple[TellingWord, ...]]
    watch: Watch | None
    resolution: tuple[Resolution, ...]
    emerging: tuple[EmergingTopic, ...]
    stages: tuple[StageRow, ...]
    peak_end: PeakEnd | None


@dataclass(slots=True)
class Gatherer:
    """Collects, ticket by ticket, what `Insights` need and a Tally does not keep."""

    masker: Masker | None = None
    words: Words = field(init=False)
    unclear: Unclear = field(init=False)
    stages: Stages = field(default_factory=Stages)

    def __post_init__(self) -> None:
        self.words = Words(masker=self.masker)
        self.unclear = Unclear(masker=self.masker)

    def add(self, reading: Reading) -> None:
        """Take one ticket."""
        clauses = [finding.clause for finding in reading.findings]
        self.words.add(reading.ticket.segment, [*clauses, *reading.abstained])
        self.unclear.add(reading)
        self.stages.add(reading)

    def insights(
        self, table: DemandTable, taxonomy: Taxonomy, *, exposure: Exposure | None = None
    ) -> Insights:
        """Sum up, *table* being counted over the same tickets."""
        tally = table.tally
        by_segment = exposure if isinstance(exposure, Mapping) else None
        told = resolution(tally, days=table.days, level=table.level)
        new = emerging(self.unclear, taxonomy=taxonomy)
        facets = [facet for facet, values in tally.facet_values.items() if len(values) > 1]
        return Insights(
            segments={
                facet: by_facet(
                    tally,
                    facet,
                    exposure=by_segment if facet == "segment" else None,
                    days=table.days,
                    level=table.level,
                )
                for facet in facets
            },
            words=self.words.telling() if "segment" in facets else {},
            watch=watch(tally, days=table.days, level=table.level),
            resolution=told if any(one.known for one in told) else (),
            emerging=tuple(topic for topic in new if topic.q is not None),  # set against something
            stages=self.stages.table(level=table.level) if self.stages.transcripts else (),
            peak_end=self.stages.peak_end(level=table.level),
        )
