"""The page's charts, each drawn for a desk and for a phone."""

from typing import TYPE_CHECKING, Any, NamedTuple

from voctext.demand import Demand, DemandTable
from voctext.records import Intent, Perception
from voctext.report.sections import Watched
from voctext.report.words import Words, number
from voctext.taxonomy import Taxonomy

if TYPE_CHECKING:
    import altair as alt

Spec = dict[str, Any]
Row = dict[str, object]

MOST = 20
"""Demands drawn; the table holds all."""

COLOURS = {Perception.PRODUCT: "#0072B2", Perception.RULE: "#D55E00", Perception.PERSON: "#009E73"}
"""Told apart by colour-blind readers too: M. Okabe & K. Ito (2008), Color Universal Design."""

SHAPES = {Perception.PRODUCT: "circle", Perception.RULE: "square", Perception.PERSON: "triangle-up"}

_INK, _GREY, _HAIRLINE = "#1a1a1a", "#555555", "#dddddd"
_DESK_STEP, _PHONE_STEP = 27, 50
_BAR_STEP = 15
_COURSE_HEIGHT = 120
_YEAR = 366
_LABEL_ROOM, _NUMBER_ROOM = 300, 52


class Chart(NamedTuple):
    """Vega-Lite for a wide page, where labels stand beside, and a narrow one, where they stand above."""

    wide: Spec
    narrow: Spec


def ranking(table: DemandTable, taxonomy: Taxonomy, words: Words, *, unit: str, font: str) -> Chart:
    """Draw the first demands, each a point on its interval."""
    rows = [_row(demand, taxonomy, words) for demand in table.demands[:MOST]]
    return Chart(
        _finished(_ranking_wide(rows, words, unit), font),
        _finished(_ranking_narrow(rows, words, unit), font),
    )


def mentions(table: DemandTable, words: Words, *, font: str) -> Chart:
    """Draw how often each intent is voiced, perception by perception."""
    rows = [
        {
            "intent": words[intent.value],
            "perception": words[perception.value],
            "count": sum(d.intents[intent] for d in table if d.perception is perception),
        }
        for intent in Intent
        for perception in Perception
    ]
    spec = _finished(_mentions(rows, words), font)
    return Chart(spec, spec)


def course(watched: Watched, words: Words, *, font: str) -> Chart:
    """Draw the weeks of one demand, those that were unusual marked, and its levels around a turn."""
    import altair as alt

    weeks = [
        {
            "date": week.start.isoformat(),
            "week": week.start.isoformat(),  # as told: a date would be shown in the reader's time zone
            "rate": round(week.rate, 3),
            "episodes": week.episodes,
            "tickets": week.tickets,
            "unusual": week.unusual,
        }
        for week in watched.weeks
    ]
    days = (watched.weeks[-1].start - watched.weeks[0].start).days
    axis = alt.Axis(title=None, format="%m-%d" if days < _YEAR else "%Y-%m", tickCount=4, grid=False)
    x = alt.X("date:T", axis=axis, scale=alt.Scale(type="utc"))
    y = alt.Y("rate:Q", axis=alt.Axis(title=None, tickCount=3, domain=False, ticks=False))
    tips = [
        alt.Tooltip("week:N", title=words["week_of"]),
        alt.Tooltip("rate:Q", title=words["rate_per_tickets"], format=".3~r"),
        alt.Tooltip("episodes:Q", title=words["episodes"], format=",d"),
        alt.Tooltip("tickets:Q", title=words["tickets"], format=",d"),
    ]
    colour = COLOURS[watched.course.perception]
    base = alt.Chart(alt.InlineData(values=weeks)).encode(x=x, y=y, tooltip=tips)
    unusual = alt.condition("datum.unusual", alt.value(80), alt.value(14))
    layers: list[alt.Chart] = [*_levels(watched, y), base.mark_line(color=colour, strokeWidth=1.5)]
    layers.append(base.mark_point(filled=True, color=colour, opacity=1).encode(size=unusual))
    spec = _finished(alt.layer(*layers).properties(width="container", height=_COURSE_HEIGHT), font)
    return Chart(spec, spec)


def _levels(watched: Watched, y: "alt.Y") -> "list[alt.Chart]":
    """Give the levels before and after a turn as dashed lines; none without one."""
    import altair as alt

    if watched.turn is None:
        return []
    first, turn, last = watched.weeks[0].start, watched.turn.date, watched.weeks[-1].start
    values = [
        {"date": first.isoformat(), "until": turn.isoformat(), "rate": round(watched.turn.before, 3)},
        {
            "date": turn.isoformat(),
            "until": max(turn, last).isoformat(),
            "rate": round(watched.turn.after, 3),
        },
    ]
    mark = alt.Chart(alt.InlineData(values=values)).mark_rule(color=_GREY, strokeDash=[5, 3], strokeWidth=1.5)
    return [mark.encode(x=alt.X("date:T", scale=alt.Scale(type="utc")), x2="until:T", y=y)]


def _row(demand: Demand, taxonomy: Taxonomy, words: Words) -> Row:
    value, low, high = demand.strength
    return {
        "label": f"{demand.rank}\u2002{taxonomy[demand.topic].name(words.lang)}",
        "perception": words[demand.perception.value],
        "value": round(value, 6),
        "low": round(low, 6),
        "high": round(high, 6),
        "point": number(value),
        "told": f"{number(value)}  ({number(low)}–{number(high)})",
        "ranks": "–".join(map(str, demand.rank_interval)),
        "episodes": number(demand.episodes),
    }


def _perceptions(words: Words) -> "tuple[alt.Color, alt.Shape]":
    import altair as alt

    names = [words[p.value] for p in Perception]
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1, symbolSize=90, symbolStrokeWidth=0)
    colour = alt.Scale(domain=names, range=[COLOURS[p] for p in Perception])
    shape = alt.Scale(domain=names, range=[SHAPES[p] for p in Perception])
    return (
        alt.Color("perception:N", scale=colour, legend=legend),
        alt.Shape("perception:N", scale=shape, legend=legend),
    )


def _ranking(rows: list[Row], words: Words, y: "alt.Y", *, shift: int, title: str) -> "list[alt.Chart]":
    """Give the layers of points and intervals, moved down by *shift* pixels from the middle of a row."""
    import altair as alt

    base = alt.Chart(alt.InlineData(values=rows))
    colour, shape = _perceptions(words)
    axis = alt.Axis(title=title, orient="bottom", tickCount=5, grid=True)
    tips = [
        alt.Tooltip("label:N", title=words["topic"]),
        alt.Tooltip("perception:N", title=words["perception"]),
        alt.Tooltip("told:N", title=words["strength"]),
        alt.Tooltip("ranks:N", title=words["rank"]),
        alt.Tooltip("episodes:N", title=words["episodes"]),
    ]
    rule = base.mark_rule(strokeWidth=3, strokeCap="round", opacity=0.45, yOffset=shift)
    point = base.mark_point(filled=True, size=95, opacity=1, yOffset=shift)
    scale = alt.Scale(zero=True, nice=True)
    return [
        rule.encode(y=y, x=alt.X("low:Q", axis=axis, scale=scale), x2="high:Q", color=colour, tooltip=tips),
        point.encode(y=y, x=alt.X("value:Q", axis=axis), color=colour, shape=shape, tooltip=tips),
    ]


def _ranking_wide(rows: list[Row], words: Words, unit: str) -> "alt.LayerChart | alt.FacetChart":
    import altair as alt

    labels = [str(row["label"]) for row in rows]
    axis = alt.Axis(title=None, labelLimit=_LABEL_ROOM, labelPadding=10, domain=False, ticks=False)
    y = alt.Y("label:N", sort=labels, axis=axis)
    layers = _ranking(rows, words, y, shift=0, title=unit)
    return alt.layer(*layers).properties(width="container", height=alt.Step(_DESK_STEP))


def _ranking_narrow(rows: list[Row], words: Words, unit: str) -> "alt.LayerChart | alt.FacetChart":
    import altair as alt

    labels = [str(row["label"]) for row in rows]
    y = alt.Y("label:N", sort=labels, axis=None)
    base = alt.Chart(alt.InlineData(values=rows))
    room = alt.ExprRef(f"width - {_NUMBER_ROOM}")
    name = base.mark_text(align="left", baseline="middle", yOffset=-10, fontSize=14, color=_INK, limit=room)
    told = base.mark_text(align="right", baseline="middle", yOffset=-10, fontSize=12, color=_GREY)
    layers = [
        *_ranking(rows, words, y, shift=10, title=unit),
        name.encode(y=y, x=alt.value(0), text="label:N"),
        told.encode(y=y, x=alt.value("width"), text="point:N"),
    ]
    return alt.layer(*layers).properties(width="container", height=alt.Step(_PHONE_STEP))


def _mentions(rows: list[Row], words: Words) -> "alt.LayerChart | alt.FacetChart":
    import altair as alt

    base = alt.Chart(alt.InlineData(values=rows))
    colour, _ = _perceptions(words)
    axis = alt.Axis(title=None, domain=False, ticks=False, labelPadding=8)
    y = alt.Y(
        "intent:N", sort=[words[i.value] for i in Intent], axis=axis, scale=alt.Scale(paddingInner=0.25)
    )
    offset = alt.YOffset("perception:N", sort=[words[p.value] for p in Perception])
    x = alt.X("count:Q", axis=alt.Axis(title=words["mentions"], tickCount=4, tickMinStep=1, format=",d"))
    tips = [
        alt.Tooltip("intent:N", title=words["mentions"]),
        alt.Tooltip("perception:N", title=words["perception"]),
        alt.Tooltip("count:Q", title=words["mentions"], format=",d"),
    ]
    bar = base.mark_bar().encode(y=y, yOffset=offset, x=x, color=colour, tooltip=tips)
    count = base.mark_text(align="left", dx=5, fontSize=12, color=_GREY)
    told = count.encode(y=y, yOffset=offset, x=x, text=alt.Text("count:Q", format=",d"))
    return alt.layer(bar, told).properties(width="container", height=alt.Step(_BAR_STEP))


def _finished(chart: "alt.LayerChart | alt.FacetChart", font: str) -> Spec:
    """Give *chart* as plain data in the page's type and greys, without the address of its schema."""
    labels = {"labelColor": _INK, "labelFontSize": 13, "titleColor": _GREY, "titleFontSize": 13}
    axis = labels | {
        "titleFontWeight": "normal",
        "gridColor": _HAIRLINE,
        "domainColor": _GREY,
        "tickColor": _GREY,
    }
    spec: Spec = chart.to_dict()
    del spec["$schema"]
    return spec | {
        "background": "transparent",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": font,
            "view": {"stroke": None},
            "axis": axis,
            "axisX": {"titlePadding": 10, "labelFlush": True},
            "legend": labels | {"orient": "top", "offset": 12, "columnPadding": 18},
        },
    }
