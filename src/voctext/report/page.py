"""One page that holds everything it needs: words, numbers, quotes and the code that draws its charts."""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from voctext.demand import DemandTable, Quote
from voctext.insight import Insights
from voctext.records import Intent, Perception
from voctext.report.charts import COLOURS, MOST, course, mentions, ranking
from voctext.report.sections import Sections, compared, reach, told
from voctext.report.words import Words, number, percent
from voctext.taxonomy import Taxonomy

if TYPE_CHECKING:
    from jinja2 import Environment

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FONTS = MappingProxyType(
    {
        "zh-Hans": '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif',
        "zh-Hant": '"PingFang TC","Microsoft JhengHei","Noto Sans CJK TC","Noto Sans TC",sans-serif',
        "en": '"Segoe UI",Helvetica,Arial,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif',
    }
)
_SHOWN_SHEETS = 12
_DRAWN = 8
"""Courses of demands drawn; the table of alerts holds more."""

_BUNDLE = "window.vegaEmbed = vegaEmbed;"


def render(
    table: DemandTable,
    run: Mapping[str, Any],
    taxonomy: Taxonomy,
    *,
    lang: str,
    insights: Insights | None = None,
) -> str:
    """
    Write *table* as one HTML page in *lang* that works offline and loads nothing from anywhere.

    *run* is the record of the run, as in run.json; what it lacks is left out of the page, and a "note"
    in it is shown above everything else. *insights* of the same tickets add a section each, where they hold
    anything. The same input gives the same page to the byte.

    Raises:
        InputError: The language is not zh-Hans, zh-Hant or en, or a topic is not in the taxonomy.
    """
    words = Words.of(lang)
    base = words["base_tickets" if table.exposure_of == "tickets" else "base_customers"]
    unit = words["unit"].format(base=base)
    sections = Sections.of(insights, table)
    charts = _charts(table, taxonomy, words, unit=unit) | _courses(sections, words)
    scripts = (_vega(), _text("chart.js")) if charts else ()
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            words=_trusted(words),
            lang=lang,
            font=_FONTS[lang],
            style=_text("style.css"),
            scripts=scripts,
            policy=_policy(scripts),
            charts=charts,
            colours={perception.value: colour for perception, colour in COLOURS.items()},
            table=table,
            taxonomy=taxonomy,
            topics={demand.topic: taxonomy[demand.topic] for demand in table},
            ranks={demand.topic: demand.rank for demand in table},
            groups=taxonomy.groups,
            sections=sections,
            drawn=_DRAWN,
            base=base,
            unit=unit,
            shown=min(MOST, len(table)),
            days=table.days,
            source=_source(run, words),
            perceptions=tuple(Perception),
            intents=tuple(Intent),
            tiers=sorted({demand.tier for demand in table}),
        )
    )
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", page)


def _charts(table: DemandTable, taxonomy: Taxonomy, words: Words, *, unit: str) -> dict[str, str]:
    """Give the charts of *table* by name, as JSON for the page; none where there is no demand."""
    if not len(table):
        return {}
    font = _FONTS[words.lang]
    return {
        "ranking": _inlined(ranking(table, taxonomy, words, unit=unit, font=font)._asdict()),
        "mentions": _inlined(mentions(table, words, font=font)._asdict()),
    }


def _courses(sections: Sections, words: Words) -> dict[str, str]:
    """Give the charts of the demands that left what they were, as JSON for the page."""
    shown = sections.alerts.shown[:_DRAWN] if sections.alerts else ()
    font = _FONTS[words.lang]
    return {
        f"course-{place}": _inlined(course(watched, words, font=font)._asdict())
        for place, watched in enumerate(shown, 1)
    }


def _source(run: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Give what the page tells of the run, reasons counted as this page words them."""
    reasons: Counter[str] = Counter()
    for reason, count in run.get("rejected", {}).items():
        reasons[words.reason(reason)] += count
    inputs = run.get("inputs", [])
    return {
        "note": run.get("note", ""),
        "inputs": inputs[:_SHOWN_SHEETS],
        "more_inputs": inputs[_SHOWN_SHEETS:],
        "skipped": run.get("skipped", []),
        "rows": run.get("rows", {}),
        "reasons": reasons.most_common(),
        "found": run.get("tickets_with_findings"),
        "findings": run.get("findings"),
        "perceptions": run.get("perceptions", {}),
        "intents": run.get("intents", {}),
        "masked": run.get("masked"),
        "warnings": run.get("warnings", []),
        "started": _moment(str(run.get("started", ""))),
        "version": run.get("version", ""),
        "taxonomy": run.get("taxonomy", ""),
    }


def _moment(started: str) -> str:
    """Write an ISO time to the minute; anything else stays as it is."""
    try:
        time = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{time:%Y-%m-%d %H:%M} {time:%Z}".strip()


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "percent": percent, "name": _file_name}
    environment.filters |= {"marked": _marked, "compared": compared}
    environment.globals |= {"number": number, "percent": percent, "told": told, "reach": reach}
    return environment


def _trusted(words: Words) -> Words:
    """Mark our own phrases as HTML; whatever is put in their places is still escaped."""
    from markupsafe import Markup

    def trust(phrase: Any) -> Any:
        return [Markup(one) for one in phrase] if isinstance(phrase, list) else Markup(phrase)  # noqa: S704

    return Words(words.lang, {key: trust(phrase) for key, phrase in words.phrases.items()})


def _marked(quote: Quote) -> tuple[str, str, str]:
    """Cut a quote before and after its evidence."""
    return quote.text[: quote.start], quote.text[quote.start : quote.end], quote.text[quote.end :]


def _file_name(path: str) -> str:
    return re.split(r"[\\/]", path)[-1]


def _inlined(data: Mapping[str, Any]) -> str:
    r"""
    Write *data* as JSON that cannot end the element it stands in.

    >>> _inlined({"name": "</script>"})
    '{"name":"\\u003c/script>"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _policy(scripts: tuple[str, ...]) -> str:
    """
    Write the page's content security policy: nothing is loaded, and only *scripts* run.

    Scripts are named by their hashes. Vega needs no eval, for its expressions are interpreted.
    """
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(hashes) or chr(39) + 'none' + chr(39)}",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _text(name: str) -> str:
    return files("voctext.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _vega() -> str:
    """Give Vega, Vega-Lite and Vega-Embed as one script; browsers hash it with line feeds alone."""
    import vl_convert

    bundle = str(vl_convert.javascript_bundle(_BUNDLE)).replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("</(?=script)", r"<\\/", bundle, flags=re.IGNORECASE).replace("<!--", r"<\!--")
