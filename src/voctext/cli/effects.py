"""The command that tells whether something helped."""

import json
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Optional

import typer

from voctext.cli.options import AsJson, Lang, Language, Named, Topics, miner_of, reads_exports
from voctext.console import progress, rows_of
from voctext.errors import InputError, choose_from

_ABOUT = {
    "zh-Hans": {"share": "提出诉求的客户", "rate": "诉求次数", "satisfaction": "满意的客户"},
    "zh-Hant": {"share": "提出訴求的客戶", "rate": "訴求次數", "satisfaction": "滿意的客戶"},
    "en": {"share": "customers who ask", "rate": "episodes", "satisfaction": "customers satisfied"},
}
"""What each answer is of."""


class _Counted(NamedTuple):
    """Tickets counted by a facet, and what their customers said of their satisfaction, in the same order."""

    facet: str
    tally: Any
    satisfaction: list[str | None]


@reads_exports
def effect(
    now: Annotated[Path, typer.Argument(help="Export of the time after, or of both (see --at).")],
    before: Annotated[Optional[Path], typer.Argument(help="Export of the time before.")] = None,
    *,
    group: Annotated[str, typer.Option(help="Header that parts the treated from the others.")],
    treated: Annotated[str, typer.Option(help="Its value that names the treated.")],
    at: Annotated[
        Optional[datetime], typer.Option(help="Split one export at this date.", formats=["%Y-%m-%d"])
    ] = None,
    topic: Annotated[
        Optional[str], typer.Option(help="The demand that should have fallen.", show_default="all")
    ] = None,
    lang: Lang = Language.HANS,
    taxonomy: Topics = None,
    classifier: Named = None,
    as_json: AsJson = False,
    opened: Any,
) -> None:
    """Tell whether something helped: the treated against the others, and before if that is given."""
    if before is not None and at is not None:
        raise typer.BadParameter("give an export of the time before or --at a date, not both")
    miner = miner_of(taxonomy, classifier)
    if topic is not None and topic not in miner.taxonomy:
        raise InputError(f"no topic {topic!r}; {choose_from(topic, miner.taxonomy.topics)}")
    periods = [_count(opened(path, told=not as_json), miner, group) for path in (now, before) if path]
    if at is not None:
        periods = _split(periods[0], at)
    groups = [one for period in periods for one in _parted(period, treated)]
    answers = _answers(groups, topic)
    if as_json:
        told = {name: _figures(answer, lang.value) for name, answer in answers.items()}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for name, answer in answers.items():
        typer.echo(f"{_ABOUT[lang.value][name]}: {answer.sentence(lang.value)}")


def _count(export: Any, miner: Any, group: str) -> _Counted:
    from voctext.analyze import facets_of
    from voctext.demand.tally import Tally

    [facet] = facets_of(export, [group])
    counted = _Counted(facet, Tally(facets=(facet,)), [])
    with progress(rows_of(export)) as tick:
        for number, reading in enumerate(miner.read(export.tickets()), start=1):
            counted.tally.add(reading.ticket, reading.findings, reading.outcome)
            counted.satisfaction.append(reading.ticket.satisfaction)
            tick(number)
    return counted


def _chosen(counted: _Counted, mask: Any) -> _Counted:
    from voctext.demand.subset import subset

    kept = [said for said, chosen in zip(counted.satisfaction, mask.tolist(), strict=True) if chosen]
    return counted._replace(tally=subset(counted.tally, mask), satisfaction=kept)


def _split(counted: _Counted, at: datetime) -> list[_Counted]:
    """Give the tickets from *at* on, and those before; undated ones are in neither."""
    from voctext.demand.subset import check_dates
    from voctext.demand.tally import view

    check_dates(counted.tally, at)
    day = view(counted.tally.ticket_day)
    return [
        _chosen(counted, day >= at.toordinal()),
        _chosen(counted, (day >= 0) & (day < at.toordinal())),
    ]


def _parted(counted: _Counted, treated: str) -> list[_Counted]:
    """Give the treated, and the others of whom the group is known."""
    from voctext.demand.tally import view

    values = counted.tally.facet_values[counted.facet]
    if treated not in values:
        raise InputError(f"no {counted.facet} {treated!r} in the export; {choose_from(treated, values)}")
    column = view(counted.tally.ticket_facet[counted.facet])
    mine = column == values[treated]
    if not (~mine & (column >= 0)).any():
        raise InputError(f"every {counted.facet} is {treated!r}: there is nobody to compare with")
    return [_chosen(counted, mine), _chosen(counted, ~mine & (column >= 0))]


def _answers(groups: list[_Counted], topic: str | None) -> dict[str, Any]:
    """Tell how the treated differ from the control now, and from before where that is known."""
    from voctext.effect import effect as effect_of
    from voctext.effect import satisfaction, share_effect

    treated, control, *earlier = groups
    found = effect_of(
        treated.tally,
        control.tally,
        topic=topic,
        treated_before=earlier[0].tally if earlier else None,
        control_before=earlier[1].tally if earlier else None,
    )
    answers: dict[str, Any] = {"share": found.share, "rate": found.rate}
    shares = [satisfaction(one.satisfaction) for one in groups]
    if all(share.trials for share in shares):
        answers["satisfaction"] = share_effect(
            shares[0],
            shares[1],
            treated_before=shares[2] if earlier else None,
            control_before=shares[3] if earlier else None,
        )
    return {name: answer for name, answer in answers.items() if answer is not None}


def _figures(answer: Any, lang: str) -> dict[str, object]:
    """Give the estimate with its interval and p, and the sentence; what has no end is null."""
    value, low, high, p = (x if isfinite(x) else None for x in answer.answer)
    return {"value": value, "low": low, "high": high, "p": p, "sentence": answer.sentence(lang)}
