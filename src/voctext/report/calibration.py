"""A page that shows whether a reader is right as often as it says: a reliability diagram of each answer."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voctext.evaluate import Bin
from voctext.report.charts import Chart, _finished
from voctext.report.page import _FONTS, _LONE_SURROGATE, _environment, _inlined, _policy, _text, _vega

if TYPE_CHECKING:
    import altair as alt

LANG = "en"
_COLOUR, _DIAGONAL, _GREY, _FAINT = "#0072B2", "#999999", "#555555", "#e4e2dc"
_HEIGHT = 300
_BAR = 0.2
"""How high the bar of the bin with most answers is, as a share of the diagram."""
_TEMPLATE = "calibration.html.j2"


def render_calibration(
    bins: Mapping[str, Sequence[Bin]], *, errors: Mapping[str, float], reader: str, file: str
) -> str:
    """
    Draw a reliability diagram of each answer as one HTML page that works offline and loads nothing.

    *bins* are those of `voctext.evaluate.reliability`, by the name of the answer; *errors* their expected
    calibration errors; *reader* and *file* are named in the heading. The same input gives the same page.

    Source: A. Niculescu-Mizil and R. Caruana (2005), ICML, for the diagram; Wilson (1927) for its intervals.
    """
    charts = {f"answer-{n}": _drawn(some) for n, some in enumerate(bins.values(), 1)}
    scripts = (_vega(), _text("chart.js"))
    page = (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            lang=LANG,
            font=_FONTS[LANG],
            style=_text("style.css"),
            scripts=scripts,
            policy=_policy(scripts),
            charts={name: _inlined(chart._asdict()) for name, chart in charts.items()},
            answers=[
                {"name": name, "bins": some, "error": errors[name], "n": sum(one.n for one in some)}
                for name, some in bins.items()
            ],
            reader=reader,
            file=file,
        )
    )
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", page)


def _drawn(bins: Sequence[Bin]) -> Chart:
    most = max((one.n for one in bins), default=1)
    rows = [
        {
            "confidence": round(one.confidence, 4),
            "right": round(one.right.value, 4),
            "low": round(one.right.low, 4),
            "high": round(one.right.high, 4),
            "n": one.n,
            "from": one.low,
            "to": one.high,
            "middle": round((one.low + one.high) / 2, 4),
            "floor": 0,
            "bar": round(_BAR * one.n / most, 4),
        }
        for one in bins
    ]
    spec = _finished(_diagram(rows), _FONTS[LANG])
    return Chart(spec, spec)


def _diagram(rows: Sequence[Mapping[str, object]]) -> "alt.LayerChart | alt.FacetChart":
    import altair as alt

    scale = alt.Scale(domain=[0, 1], padding=0)
    across = alt.Axis(title="confidence told", format="%", tickCount=5, grid=True)
    up = alt.Axis(title="share that is right", format="%", tickCount=5, grid=True)
    base = alt.Chart(alt.InlineData(values=list(rows)))
    ends = alt.Chart(alt.InlineData(values=[{"at": 0}, {"at": 1}]))
    tips: list[Any] = [
        alt.Tooltip("confidence:Q", title="mean confidence", format=".1%"),
        alt.Tooltip("right:Q", title="right", format=".1%"),
        alt.Tooltip("low:Q", title="95 % from", format=".1%"),
        alt.Tooltip("high:Q", title="95 % to", format=".1%"),
        alt.Tooltip("n:Q", title="answers", format=",d"),
    ]
    x, y = alt.X("confidence:Q", scale=scale, axis=across), alt.Y("right:Q", scale=scale, axis=up)
    bar = base.mark_rect(color=_FAINT, stroke="#ffffff")
    count = base.mark_text(color=_GREY, fontSize=11, dy=-7)
    rule = base.mark_rule(color=_COLOUR, strokeWidth=2, opacity=0.55)
    point = base.mark_point(filled=True, color=_COLOUR, opacity=1, size=75)
    layers: list[alt.Chart] = [
        bar.encode(
            x=alt.X("from:Q", scale=scale, axis=across),
            x2="to:Q",
            y=alt.Y("floor:Q", scale=scale, axis=up),
            y2="bar:Q",
            tooltip=tips,
        ),
        count.encode(x=alt.X("middle:Q"), y="bar:Q", text=alt.Text("n:Q", format="~s")),
        ends.mark_line(color=_DIAGONAL, strokeDash=[5, 4], strokeWidth=1.2).encode(x="at:Q", y="at:Q"),
        rule.encode(x=x, y=alt.Y("low:Q", scale=scale, axis=up), y2="high:Q", tooltip=tips),
        point.encode(x=x, y=y, tooltip=tips),
    ]
    return alt.layer(*layers).properties(width="container", height=_HEIGHT)
