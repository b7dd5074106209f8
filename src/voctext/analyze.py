"""
The main job, end to end: an export in, findings, demands and a report out.

What is written is masked unless the masker is None. Each file appears whole or not at all.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from voctext.demand import DemandTable
from voctext.demand.correction import Correction
from voctext.demand.exposure import Exposure, check_exposure, exposure_in
from voctext.demand.rows import DEMAND_COLUMNS, demand_row
from voctext.demand.tally import FACETS, Tally
from voctext.errors import InputError, VoctextError, choose_from
from voctext.insight import Gatherer
from voctext.insight.portrait import portraits
from voctext.insight.rows import INSIGHT_COLUMNS, PORTRAIT_COLUMNS, insight_rows, portrait_row
from voctext.mask import Masker
from voctext.miner import Miner
from voctext.records import Finding, Intent, Perception, Reading, Ticket
from voctext.report import render
from voctext.tables import Export, Rejection, write_rows, written_aside
from voctext.tables.aside import made_folder
from voctext.tables.rejected import shown_text
from voctext.tables.write import Format

FINDING_COLUMNS = (
    "ticket", "source", "customer", "time", "channel", "segment", "perception", "topic", "topic_name",
    "intent", "polarity", "intensity", "confidence", "quote", "start", "end", "why",
)  # fmt: skip
TICKET_COLUMNS = (
    "ticket", "source", "customer", "time", "channel", "segment", "status", "satisfaction", *Perception,
    "intent", *(f"confidence_{answer}" for answer in (*Perception, "intent")),
    "outcome", "findings", "abstained", "text",
)  # fmt: skip
REJECTED_COLUMNS = ("file", "sheet", "row", "reason", "text")


@dataclass(slots=True)
class Run:
    """What one run read and found, as told in run.json and at the head of the report."""

    version: str
    started: str
    inputs: list[dict[str, Any]]
    skipped: list[dict[str, str]]
    masked: bool
    taxonomy: str
    rows: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    findings: int = 0
    tickets_with_findings: int = 0
    perceptions: dict[str, int] = field(default_factory=dict)
    intents: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    seconds: float = 0.0
    note: str = ""


def analyze(
    export: Export,
    out: str | Path,
    *,
    miner: Miner,
    masker: Masker | None,
    format: Format = "csv",  # noqa: A002
    lang: str = "zh-Hans",
    exposure: Exposure | str | None = None,
    audit: Correction | None = None,
    facets: Sequence[str] = (),
    note: str = "",
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """
    Read *export* with *miner* and write all results into the folder *out*.

    Written: tickets, findings and demands in *format*, and where the columns allow it segments, resolution,
    alerts, months, emerging topics, call stages and customers; rejected.csv, run.json, report.html.
    *exposure* is the number of customers, one by segment, or the header of the export that tells it;
    *audit* corrects the counts; *facets* are headers by whose values customers are compared too, beside
    segment and channel. *note* stands at the top of the report; *progress* is told the number of tickets
    read so far.

    Raises:
        InputError: A result cannot be written, the exposure is no number above 0, a facet is no header of
            the export, or the audit was not drawn from it.
        VoctextError: Rows went missing between reading and writing; nothing of the run is to be trusted.
    """
    column = exposure if isinstance(exposure, str) else None
    if not isinstance(exposure, str):
        check_exposure(exposure)
    named = (*facets_of(export, facets), *facets_of(export, [column] if column else []))
    out = made_folder(out)
    begun = datetime.now(UTC)
    job = _Job(export, miner, masker, lang, progress, facets=named)
    with tempfile.TemporaryFile("w+", encoding="utf-8", dir=out) as spool:
        tickets = write_rows(
            out / f"tickets.{format}", job.ticket_rows(spool), format=format, columns=TICKET_COLUMNS
        )
        spool.seek(0)
        findings = write_rows(
            out / f"findings.{format}", map(json.loads, spool), format=format, columns=FINDING_COLUMNS
        )
    rejected = write_rows(out / "rejected.csv", job.rejected_rows(), format="csv", columns=REJECTED_COLUMNS)
    run = job.summary(begun, note)
    customers = exposure_in(job.tally, exposure) if isinstance(exposure, str) else exposure
    table = DemandTable.from_tally(job.tally, exposure=customers, audit=audit)
    insights = job.gatherer.insights(table, miner.taxonomy, exposure=customers)
    rows = (demand_row(demand, miner.taxonomy, lang=lang) for demand in table)
    demands = write_rows(out / f"demands.{format}", rows, format=format, columns=DEMAND_COLUMNS)
    more = [
        write_rows(out / f"{name}.{format}", rows, format=format, columns=INSIGHT_COLUMNS[name])
        for name, rows in insight_rows(insights, miner.taxonomy, lang=lang)
    ]
    if job.tally.has_customers:
        people = out / f"customers.{format}"
        more.append(write_rows(people, job.customer_rows(), format=format, columns=PORTRAIT_COLUMNS))
    report = out / "report.html"
    written = (report, demands, *more, findings, tickets, rejected, out / "run.json")
    run.outputs = [path.name for path in written]
    run.seconds = round((datetime.now(UTC) - begun).total_seconds(), 2)
    page = render(table, asdict(run), miner.taxonomy, lang=lang, insights=insights)
    with written_aside(report) as aside:
        aside.write_text(page, encoding="utf-8")
    with written_aside(out / "run.json") as aside:
        aside.write_text(json.dumps(asdict(run), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return run


@dataclass(slots=True)
class _Job:
    """One pass over an export, counting as it writes."""

    export: Export
    miner: Miner
    masker: Masker | None
    lang: str
    progress: Callable[[int], None]
    facets: tuple[str, ...] = ()
    tally: Tally = field(init=False)
    gatherer: Gatherer = field(init=False)
    rejections: list[Rejection] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.tally = Tally(masker=self.masker, facets=self.facets)
        self.gatherer = Gatherer(self.masker)

    def ticket_rows(self, spool: IO[str]) -> Iterator[Mapping[str, object]]:
        """Yield a row per ticket, its findings' rows going to *spool*."""
        for number, reading in enumerate(
            self.miner.read(self.export.tickets(self.rejections.append)), start=1
        ):
            self.tally.add(reading.ticket, reading.findings, reading.outcome)
            self.gatherer.add(reading)
            self.counted["tickets"] += 1
            self.counted["findings"] += len(reading.findings)
            self.counted["with findings"] += bool(reading.findings)
            self.counted.update(f"perception {perception}" for perception in reading.label.perceptions)
            self.counted[f"intent {reading.label.intent}"] += 1
            for finding in reading.findings:
                json.dump(self._finding_row(finding), spool, ensure_ascii=True)
                spool.write("\n")
            yield self._ticket_row(reading)
            self.progress(number)

    def rejected_rows(self) -> Iterator[dict[str, object]]:
        """Yield the rows that were no tickets, each with its reason."""
        named = any("customer" in sheet.columns for sheet in self.export.sheets)
        for rejection in self.rejections:
            yield {
                "file": rejection.file,
                "sheet": rejection.sheet,
                "row": rejection.row,
                "reason": rejection.reason,
                "text": shown_text(rejection, self.masker, customers=named),
            }

    def customer_rows(self) -> Iterator[dict[str, object]]:
        """Yield a row per named customer, those first whom it is most urgent to call."""
        for portrait in portraits(self.tally):
            yield portrait_row(portrait, customer=self._customer(portrait.customer))

    def summary(self, begun: datetime, note: str) -> Run:
        """Sum up, having checked that no row was lost."""
        from voctext import __version__

        mined, rejected = self.counted["tickets"], len(self.rejections)
        if self.export.rows_read != mined + rejected:
            raise VoctextError(f"{self.export.rows_read} rows read but {mined} mined and {rejected} rejected")
        return Run(
            version=__version__,
            started=begun.isoformat(timespec="seconds"),
            inputs=[
                {
                    "file": str(sheet.path),
                    "sheet": sheet.name,
                    "encoding": sheet.encoding,
                    "header_row": sheet.header_row,
                    "columns": dict(sheet.columns),
                }
                for sheet in self.export.sheets
            ],
            skipped=[{"file": str(s.path), "sheet": s.name, "reason": s.reason} for s in self.export.skipped],
            masked=self.masker is not None,
            taxonomy=self.miner.taxonomy.name,
            rows={
                "read": self.export.rows_read,
                "mined": mined,
                "rejected": rejected,
                "blank": self.export.tally.blank,
            },
            rejected=dict(Counter(rejection.reason for rejection in self.rejections).most_common()),
            findings=self.counted["findings"],
            tickets_with_findings=self.counted["with findings"],
            perceptions={p.value: self.counted[f"perception {p}"] for p in Perception},
            intents={i.value: self.counted[f"intent {i}"] for i in Intent},
            warnings=list(self.export.warnings),
            note=note,
        )

    def _hidden(self, text: str) -> str:
        return self.masker.mask(text) if self.masker else text

    def _customer(self, customer: str) -> str:
        return self.masker.pseudonym(customer) if self.masker else customer

    def _about(self, ticket: Ticket) -> dict[str, object]:
        return {
            "ticket": ticket.id,
            "source": ticket.source,
            "customer": self._customer(ticket.customer) if ticket.customer else None,
            "time": ticket.time.isoformat(sep=" ") if ticket.time else None,
            "channel": ticket.channel,
            "segment": ticket.segment,
        }

    def _ticket_row(self, reading: Reading) -> Mapping[str, object]:
        label = reading.label
        return {
            **self._about(reading.ticket),
            "status": reading.ticket.status,
            "satisfaction": reading.ticket.satisfaction,
            **{str(p): label.perceptions.get(p) for p in Perception},
            "intent": label.intent.value,
            **{f"confidence_{k}": round(v, 3) for k, v in label.confidence.items()},
            "outcome": reading.outcome.value,
            "findings": len(reading.findings),
            "abstained": len(reading.abstained),
            "text": self._hidden(reading.ticket.text),
        }

    def _finding_row(self, finding: Finding) -> dict[str, object]:
        text, span = finding.ticket.text, finding.evidence
        if self.masker:
            text, [span] = self.masker.mask_with_spans(text, [span])
        return {
            **self._about(finding.ticket),
            "perception": finding.perception.value,
            "topic": finding.topic,
            "topic_name": self.miner.taxonomy[finding.topic].name(self.lang),
            "intent": finding.intent.value,
            "polarity": finding.polarity,
            "intensity": finding.intensity,
            "confidence": round(finding.confidence, 3),
            "quote": text[slice(*span)],
            "start": finding.evidence.start,
            "end": finding.evidence.end,
            "why": finding.why,
        }


def facets_of(export: Export, headers: Sequence[str]) -> tuple[str, ...]:
    """
    Name the facets that *headers* of *export* fill: "segment", "channel", or the header itself.

    Raises:
        InputError: A header is none of the export's, or its column holds something else that is known.
    """
    filled = {header: name for sheet in export.sheets for name, header in sheet.columns.items()}
    known = [header for sheet in export.sheets for header in sheet.headers if header]
    for header in headers:
        if header not in known and header not in filled.values():
            raise InputError(f"no column {header!r} in the export; {choose_from(header, known)}")
        if filled.get(header, FACETS[0]) not in FACETS:
            raise InputError(
                f"column {header!r} holds the {filled[header]}; give one that parts the customers"
            )
    return tuple(dict.fromkeys(filled.get(header, header) for header in headers))
