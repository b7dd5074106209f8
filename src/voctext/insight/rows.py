"""Insights as tables of plain values, for files: what is not measured, or not reached, is empty."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from math import isfinite

from voctext.demand.changes import Changes
from voctext.insight.alerts import SURE
from voctext.insight.insights import Insights
from voctext.insight.portrait import Portrait
from voctext.statistics.estimate import Estimate
from voctext.taxonomy import Taxonomy

Row = dict[str, object]
_TOPIC = ("topic", "topic_name", "perception")


def _with_interval(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high"))


INSIGHT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "segments": (
        "facet", "segment", *_TOPIC, "episodes", "expected", *_with_interval("rate"), "exposure",
        "exposure_of", *_with_interval("ratio"), "above",
    ),
    "segment_words": ("segment", "word", "z", "log_odds", "tickets", "other_tickets", "quote"),
    "resolution": (
        *_TOPIC[:2], "tickets", "known",
        *_with_interval("resolved", "median_hours", "within_24h", "within_120h"),
        "followed", *_with_interval("repeat"), "episodes", *_with_interval("first_contact"),
    ),
    "alerts": (*_TOPIC, "kind", "date", "direction", "statistic", "limit", "before", "after", "q"),
    "months": ("topic", "topic_name", "month", "episodes", "complaints", *_with_interval("complaint_share")),
    "emerging": (
        "id", "name", "phrases", "perception", "tickets", "tickets_before", "customers", "customers_before",
        "p", "q", "compared", "quotes", "stanza",
    ),
    "stages": (
        "stage", "calls", "findings", "negative", "neutral", "positive",
        *_with_interval("negative_share", "positive_share"), "peaks", "negative_peaks", "ends",
        "negative_ends",
    ),
}  # fmt: skip
"""The tables of insights by name, with their columns."""

PORTRAIT_COLUMNS = (
    "customer", "tickets", "episodes", "repeats", "complaints", "demands", *_with_interval("tendency"),
    "last_contact", "sentiment", "unresolved",
)  # fmt: skip
CHANGE_COLUMNS = (
    "against", *_TOPIC, "direction", "now", "before", *_with_interval("rate", "before_rate", "ratio"),
    "p", "q", "inflation", *_with_interval("complaint_share", "complaint_share_before", "complaint_shift"),
)  # fmt: skip


def insight_rows(insights: Insights, taxonomy: Taxonomy, *, lang: str) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name and the rows of each table that has any, in the columns of `INSIGHT_COLUMNS`."""
    makers: Mapping[str, Callable[[Insights, Taxonomy, str], Iterator[Row]]] = {
        "segments": _segments,
        "segment_words": _words,
        "resolution": _resolution,
        "alerts": _alerts,
        "months": _months,
        "emerging": _emerging,
        "stages": _stages,
    }
    for name, make in makers.items():
        rows = list(make(insights, taxonomy, lang))
        if rows:
            yield name, rows


def _segments(insights: Insights, taxonomy: Taxonomy, lang: str) -> Iterator[Row]:
    for facet, demands in insights.segments.items():
        for one in demands:
            yield {
                "facet": facet,
                "segment": one.segment,
                **_topic(one.topic, taxonomy, lang),
                "episodes": one.episodes,
                "expected": _number(one.expected),
                "exposure": one.exposure,
                "exposure_of": one.exposure_of,
                "above": _number(one.above),
                **_spread("rate", one.rate),
                **_spread("ratio", one.ratio),
            }


def _words(insights: Insights, _taxonomy: Taxonomy, _lang: str) -> Iterator[Row]:
    for segment, words in insights.words.items():
        for word in words:
            yield {
                "segment": segment,
                "word": word.word,
                "z": _number(word.z),
                "log_odds": _number(word.log_odds),
                "tickets": word.documents,
                "other_tickets": word.others,
                "quote": " ‖ ".join(quote.text for quote in word.quotes),
            }


def _resolution(insights: Insights, taxonomy: Taxonomy, lang: str) -> Iterator[Row]:
    for one in insights.resolution:
        within = {f"within_{share.hours:g}h": share.share for share in one.within}
        spreads = {
            "resolved": one.resolved,
            "median_hours": one.median,
            **within,
            "repeat": one.repeat,
            "first_contact": one.first_contact,
        }
        row: Row = {
            "topic": one.topic,
            "topic_name": taxonomy[one.topic].name(lang) if one.topic else None,
            "tickets": one.tickets,
            "known": one.known,
            "followed": one.followed,
            "episodes": one.episodes,
        }
        for name, estimate in spreads.items():
            row |= _spread(name, estimate)
        yield row


def _alerts(insights: Insights, taxonomy: Taxonomy, lang: str) -> Iterator[Row]:
    for course in insights.watch or ():
        about = _topic(course.topic, taxonomy, lang)
        for alert in course.alerts:
            yield {
                **about,
                "kind": alert.chart.value,
                "date": alert.date.isoformat(),
                "direction": alert.direction.value,
                "statistic": _number(alert.statistic),
                "limit": _number(alert.limit),
            }
        if course.turn is not None and course.turn.q <= SURE:
            turn = course.turn
            yield {
                **about,
                "kind": "change point",
                "date": turn.date.isoformat(),
                "direction": "rise" if turn.after > turn.before else "fall",
                "before": _number(turn.before),
                "after": _number(turn.after),
                "q": _number(turn.q),
            }


def _months(insights: Insights, taxonomy: Taxonomy, lang: str) -> Iterator[Row]:
    if insights.watch is None:
        return
    courses = [(None, insights.watch.months), *((one.topic, one.months) for one in insights.watch)]
    for topic, months in courses:
        for month in months:
            yield {
                "topic": topic,
                "topic_name": taxonomy[topic].name(lang) if topic else None,
                "month": f"{month.month:%Y-%m}",
                "episodes": month.episodes,
                "complaints": month.complaints,
                **_spread("complaint_share", month.share),
            }


def _emerging(insights: Insights, _taxonomy: Taxonomy, _lang: str) -> Iterator[Row]:
    for topic in insights.emerging:
        yield {
            "id": topic.id,
            "name": topic.name,
            "phrases": " ".join(topic.phrases),
            "perception": topic.perception.value,
            "tickets": topic.tickets,
            "tickets_before": topic.tickets_before,
            "customers": topic.customers,
            "customers_before": topic.customers_before,
            "p": _number(topic.p),
            "q": _number(topic.q),
            "compared": topic.compared,
            "quotes": " ‖ ".join(quote.text for quote in topic.quotes),
            "stanza": topic.stanza(),
        }


def _stages(insights: Insights, _taxonomy: Taxonomy, _lang: str) -> Iterator[Row]:
    for stage in insights.stages:
        yield {
            **stage._asdict(),
            "stage": stage.stage.value,
            **_spread("negative_share", stage.negative_share),
            **_spread("positive_share", stage.positive_share),
        }


def portrait_row(portrait: Portrait, *, customer: str) -> Row:
    """Flatten *portrait* of a customer shown as *customer*."""
    return {
        "customer": customer,
        "tickets": portrait.tickets,
        "episodes": portrait.episodes,
        "repeats": portrait.repeats,
        "complaints": portrait.complaints,
        "demands": " ".join(f"{topic}:{count}" for topic, count in portrait.demands),
        **_spread("tendency", portrait.tendency),
        "last_contact": _day(portrait.last_contact),
        "sentiment": portrait.sentiment,
        "unresolved": portrait.unresolved,
    }


def change_rows(changes: Changes, taxonomy: Taxonomy, *, lang: str) -> Iterator[Row]:
    """Flatten *changes*, then those against the season, a row each, in the columns of `CHANGE_COLUMNS`."""
    yield from _change_rows(changes, taxonomy, lang, "before")
    if changes.season is not None:
        yield from _change_rows(changes.season, taxonomy, lang, "season")


def _change_rows(changes: Changes, taxonomy: Taxonomy, lang: str, against: str) -> Iterator[Row]:
    for one in changes:
        shift = one.complaints
        yield {
            "against": against,
            **_topic(one.topic, taxonomy, lang),
            "direction": one.direction.value,
            "now": one.now,
            "before": one.before,
            **_spread("rate", one.rate),
            **_spread("before_rate", one.before_rate),
            **_spread("ratio", one.ratio),
            "p": _number(one.p),
            "q": _number(one.q),
            "inflation": _number(one.inflation),
            **_spread("complaint_share", shift.now if shift else None),
            **_spread("complaint_share_before", shift.before if shift else None),
            **_spread("complaint_shift", Estimate(*shift.difference[:3]) if shift else None),
        }


def _topic(topic: str, taxonomy: Taxonomy, lang: str) -> Row:
    known = taxonomy[topic]
    return {"topic": topic, "topic_name": known.name(lang), "perception": known.perception.value}


def _spread(name: str, estimate: Estimate | None) -> Row:
    value, low, high = estimate if estimate is not None else (None, None, None)
    return {name: _number(value), f"{name}_low": _number(low), f"{name}_high": _number(high)}


def _number(value: float | None) -> float | None:
    """Round to four figures; what has no end is empty."""
    return float(f"{value:.4g}") if value is not None and isfinite(value) else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
