"""The report page: one file, offline, escaped, in three languages, and drawn in a real browser."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from itertools import cycle
from math import inf
from pathlib import Path
from typing import Any

import pytest

from voctext.demand import DemandTable, Quote
from voctext.demand.segments import SegmentDemand
from voctext.errors import InputError
from voctext.insight import Insights
from voctext.insight.alerts import Alert, ChartKind, Course, Month, Turn, Watch
from voctext.insight.emerging import EmergingTopic
from voctext.insight.resolution import Resolution, Within
from voctext.insight.stages import PeakEnd, Stage, StageRow
from voctext.insight.telling import TellingWord
from voctext.records import Clause, Finding, Intent, Perception, Span, Ticket, Voice
from voctext.report import render
from voctext.statistics.control import Direction
from voctext.statistics.estimate import Estimate
from voctext.taxonomy import CAUSES, Group, Taxonomy, Topic
from voctext.text import AlignedText

HOSTILE = "</script><img src=x onerror=alert(1)>'\"&{{ 7*7 }}"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
PERCEPTIONS = tuple(Perception)

RUN: dict[str, Any] = {
    "version": "0.1.0",
    "started": "2026-03-01T08:30:00+00:00",
    "inputs": [
        {
            "file": "/data/三月/工单导出.xlsx",
            "sheet": "第一页",
            "encoding": "",
            "header_row": 1,
            "columns": {"id": "工单编号", "text": "客户诉求内容", "customer": "客户号", "time": "受理时间"},
        }
    ],
    "skipped": [{"file": "/data/三月/说明.txt", "sheet": "", "reason": "there is no table in it"}],
    "masked": True,
    "taxonomy": "banking",
    "rows": {"read": 1210, "mined": 1203, "rejected": 7, "blank": 2},
    "rejected": {"empty text: nothing in column '客户诉求内容'": 4, "footer": 2, "some new reason": 1},
    "findings": 1420,
    "tickets_with_findings": 1011,
    "perceptions": {"product": 610, "rule": 380, "person": 240},
    "intents": {"complaint": 700, "suggestion": 120, "inquiry": 230, "praise": 90, "other": 63},
    "warnings": ["3 tickets have an id that came before; all were kept"],
}


def make_taxonomy(topics: int, *, name: str = "合成主题") -> Taxonomy:
    names = {"zh-Hans": "合成组", "zh-Hant": "合成組", "en": "Synthetic group"}
    groups = {f"g_{p}": Group(f"g_{p}", p, names) for p in PERCEPTIONS}
    made = {}
    for i in range(topics):
        p = PERCEPTIONS[i % 3]
        called = {
            "zh-Hans": f"{name} {i}",
            "zh-Hant": f"{name}（繁） {i}",
            "en": f"Synthetic topic of some length {i}",
        }
        made[f"t{i}"] = Topic(f"t{i}", f"g_{p}", p, called, cause=str(i % 10 + 1) if i % 4 else None)
    return Taxonomy("synthetic", 1, groups, made)


def make_table(
    taxonomy: Taxonomy, *, text: str = "昨晚又卡住了，转账一直转圈，请尽快处理。", customers: bool = True
) -> DemandTable:
    """Make topic i of n voiced by about 3(n − i) customers, some of them twice."""
    tickets, findings, start = [], [], datetime(2026, 2, 1, 9)  # noqa: DTZ001
    intents = cycle([Intent.COMPLAINT, Intent.COMPLAINT, Intent.SUGGESTION, Intent.COMPLAINT, Intent.PRAISE])
    for i, topic in enumerate(taxonomy):
        for k in range(3 * (len(taxonomy) - i) + 1):
            ticket = Ticket(
                id=f"S{i:03}-{k}",
                text=f"{text}（合成 {i}-{k}）",
                customer=f"c{i}-{k - k % 2 if k % 5 == 0 else k}" if customers else None,
                time=start + timedelta(hours=k) if customers else None,
                status=("已办结", "处理中")[k % 3 == 0] if customers else None,
            )
            clause = Clause(ticket, AlignedText.of(ticket.text), 0, len(ticket.text), Voice.CUSTOMER)
            findings.append(
                Finding(
                    clause,
                    topic.perception,
                    next(intents),
                    -1,
                    topic.id,
                    0.4 + 0.5 * (k % 3) / 2,
                    0.9,
                    Span(2, 6),
                    "synthetic",
                )
            )
            tickets.append(ticket)
    return DemandTable.from_findings(findings, tickets)


@cache
def page(topics: int = 24, lang: str = "zh-Hans") -> str:
    taxonomy = make_taxonomy(topics)
    return render(make_table(taxonomy), RUN, taxonomy, lang=lang)


def words_of(html: str) -> str:
    """Give what a reader sees: the page without tags, scripts and styles."""

    class Reader(HTMLParser):
        hidden = 0
        seen = ""

        def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
            self.hidden += tag in {"script", "style"}

        def handle_endtag(self, tag: str) -> None:
            self.hidden -= tag in {"script", "style"}

        def handle_data(self, data: str) -> None:
            self.seen += "" if self.hidden else data

    reader = Reader()
    reader.feed(html)
    return re.sub(r"\s+", " ", reader.seen)


@pytest.mark.parametrize(
    "lang, lead, field, reason",
    [
        (
            "zh-Hans",
            "共读取 924 件工单，归纳出 24 项诉求。排在首位的是“合成主题 0”",
            "正文 ← 客户诉求内容",
            "4 × 正文为空",
        ),
        (
            "zh-Hant",
            "共讀取 924 件工單，歸納出 24 項訴求。排在首位的是「合成主题（繁） 0」",
            "正文 ← 客户诉求内容",
            "4 × 正文為空",
        ),
        (
            "en",
            "voice 24 demands. The one ranked first is “Synthetic topic of some length 0”: ",
            "text ← 客户诉求内容",
            "4 × empty text",
        ),
    ],
)
def test_the_page_sums_up_in_the_language_asked_for(lang: str, lead: str, field: str, reason: str) -> None:
    html = page(lang=lang)
    seen = words_of(html)

    assert f'<html lang="{lang}">' in html
    assert lead in seen
    assert field in seen
    assert reason in seen
    assert "1 × some new reason" in seen
    assert "2026-03-01 08:30 UTC" in seen
    assert "0.1.0" in seen


def test_another_language_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(InputError, match="did you mean zh-Hant"):
        render(make_table(make_taxonomy(1)), RUN, make_taxonomy(1), lang="zh-Hantt")


def test_all_languages_have_the_same_phrases_with_the_same_places() -> None:
    from importlib.resources import files

    words = json.loads(files("voctext.report").joinpath("words.json").read_text(encoding="utf-8"))
    places = {
        lang: {
            key: sorted(set(re.findall(r"\{\w+\}", json.dumps(phrase)))) for key, phrase in phrases.items()
        }
        for lang, phrases in words.items()
    }

    assert tuple(words) == LANGUAGES
    assert places["zh-Hans"] == places["zh-Hant"] == places["en"]
    assert {code: words["zh-Hans"][f"cause_{code}"] for code in CAUSES} == dict(CAUSES)


def test_hostile_words_stay_words() -> None:
    taxonomy = make_taxonomy(3, name=HOSTILE)
    run = RUN | {"note": HOSTILE, "taxonomy": HOSTILE, "warnings": [HOSTILE], "rejected": {HOSTILE: 1}}
    run["inputs"] = [{"file": HOSTILE, "sheet": HOSTILE, "columns": {"text": HOSTILE}}]
    html = render(make_table(taxonomy, text=HOSTILE), run, taxonomy, lang="zh-Hans")

    # the bundle of Vega itself speaks of images
    assert "<img" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert html.count("<script") == html.count("</script>") == 4
    assert words_of(html).count(HOSTILE) > 10
    assert "\\u003c/script>" in html


def test_evidence_is_marked_in_its_quote() -> None:
    assert "昨晚<mark>又卡住了</mark>，转账一直转圈" in page()


def test_half_a_character_in_a_quote_does_not_spoil_the_file() -> None:
    taxonomy = make_taxonomy(1)
    html = render(make_table(taxonomy, text="坏字\ud83d坏字坏字"), RUN, taxonomy, lang="zh-Hans")

    assert "坏字<mark>\N{REPLACEMENT CHARACTER}坏" in html
    assert html.encode("utf-8")


def test_no_ticket_and_no_demand_still_make_a_page() -> None:
    for lang in LANGUAGES:
        html = render(DemandTable.from_findings([], []), {}, make_taxonomy(1), lang=lang)

        assert "<script" not in html
        assert "script-src 'none'" in html.replace("&#39;", "'")
        assert len(html) < 30_000


def test_one_demand_is_told_in_the_singular() -> None:
    taxonomy = make_taxonomy(1)
    html = render(make_table(taxonomy), RUN, taxonomy, lang="en")

    assert "voice 1 demand." in words_of(html)


def test_factors_that_the_export_cannot_tell_are_said_to_be_unmeasured() -> None:
    taxonomy = make_taxonomy(2)
    html = words_of(render(make_table(taxonomy, customers=False), RUN, taxonomy, lang="en"))

    assert html.count("not measured") == 4
    assert "per 1,000 tickets" in html
    assert "not measured" not in words_of(page(lang="en"))


def test_every_demand_has_its_row_its_quotes_and_its_cause() -> None:
    html = page(105)

    for rank in range(1, 106):
        assert f'<article id="demand-{rank}">' in html
        assert f'<a href="#demand-{rank}">' in html
    assert html.count("<blockquote") >= 105
    assert "投诉原因（JR/T 0169—2018）：2 服务设施、设备、业务系统" in html


def test_only_the_first_twenty_demands_are_drawn() -> None:
    spec = chart(page(105), "ranking")

    assert len(rows_of(spec["wide"])) == len(rows_of(spec["narrow"])) == 20


def chart(html: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="spec-{name}">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


def rows_of(spec: Any) -> Any:
    (rows,) = spec["datasets"].values()
    return rows


def test_bars_add_up_to_the_intents_of_the_table() -> None:
    taxonomy = make_taxonomy(24)
    table = make_table(taxonomy)
    rows = rows_of(chart(page(lang="en"), "mentions")["wide"])

    assert sum(row["count"] for row in rows) == sum(sum(demand.intents.values()) for demand in table)
    assert {row["count"] for row in rows if row["intent"] == "Inquiry"} == {0}


def test_the_same_input_gives_the_same_bytes() -> None:
    taxonomy = make_taxonomy(24)

    assert render(make_table(taxonomy), RUN, taxonomy, lang="en") == page(lang="en")


def test_the_page_is_small_enough_to_mail() -> None:
    assert len(page(105).encode()) < 1_500_000


def test_the_page_points_nowhere_outside_itself() -> None:
    for lang in LANGUAGES:
        html = re.sub(r"<script>.*?</script>", "", page(lang=lang), flags=re.DOTALL)

        assert re.findall(r"""(?:src|href|action|data)\s*=\s*["']?(?!#)[^"'\s>]+""", html) == []
        assert "http:" not in html
        assert "https:" not in html
        assert "@import" not in html
        assert "url(" not in html


def test_only_the_scripts_of_the_page_may_run() -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page())

    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    assert "eval" not in policy[1]
    assert policy[1].count("sha256-") == 2


def test_unmasked_words_come_with_a_warning() -> None:
    taxonomy = make_taxonomy(1)
    html = render(make_table(taxonomy), RUN | {"masked": False}, taxonomy, lang="en")

    assert "Keep it confidential" in html
    assert "Keep it confidential" not in page(lang="en")


# ── in a real browser ────────────────────────────────────────────────────

MEASURE = """<!doctype html>
<iframe id="page" src="report.html" style="border:0;width:%dpx;height:2000px"></iframe>
<pre id="told"></pre><script>
const frame = document.getElementById("page");
function tell() {
  const page = frame.contentDocument, width = page.documentElement.clientWidth;
  const inBox = (e) => e.closest(".box") && !e.matches(".box");
  const sticksOut = (e) => e.getBoundingClientRect().right > width + 1;
  const wide = [...page.body.querySelectorAll("*")].filter((e) => !inBox(e) && sticksOut(e));
  document.getElementById("told").textContent = JSON.stringify({
    width, scroll: page.documentElement.scrollWidth, wide: wide.map((e) => e.outerHTML.slice(0, 80)),
    charts: [...page.querySelectorAll("[data-chart] svg")].map((e) => ({
      marks: e.querySelectorAll(".mark-symbol path, .mark-rect path").length,
      words: [...e.querySelectorAll("text")].map((t) => t.textContent),
      out: [...e.querySelectorAll("text")].filter(sticksOut).length,
    })),
  });
}
setTimeout(tell, 4000);
</script>"""


@pytest.fixture
def browse(tmp_path: Path) -> Iterator[Callable[[str, int], dict[str, Any]]]:
    """Open a page in a frame of a width, and tell what was drawn and what sticks out."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        pytest.skip(f"no browser to draw the page: none of {', '.join(names)} is installed")

    def open_page(html: str, width: int) -> dict[str, Any]:
        (tmp_path / "report.html").write_text(html, encoding="utf-8")
        (tmp_path / "measure.html").write_text(MEASURE % width, encoding="utf-8")
        switches = "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
        switches += " disable-component-update disable-sync allow-file-access-from-files dump-dom"
        command = [
            browser,
            *(f"--{switch}" for switch in switches.split()),
            f"--user-data-dir={tmp_path / 'profile'}",
        ]
        command += ["--window-size=1400,2200", "--virtual-time-budget=8000", "--enable-logging=stderr"]
        command.append((tmp_path / "measure.html").as_uri())
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        told = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
        assert told, done.stderr
        assert "Content Security Policy" not in done.stderr
        assert "Uncaught" not in done.stderr
        from html import unescape

        return dict(json.loads(unescape(told[1])))

    yield open_page
    shutil.rmtree(tmp_path / "profile", ignore_errors=True)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_both_charts_are_drawn_and_nothing_sticks_out(
    browse: Callable[[str, int], dict[str, Any]], width: int, lang: str
) -> None:
    told = browse(page(lang=lang), width)

    ranking, mentions = told["charts"]
    assert ranking["marks"] >= 20
    assert mentions["marks"] >= 15
    assert ranking["out"] == mentions["out"] == 0
    assert told["wide"] == []
    assert told["scroll"] <= told["width"]


def test_a_hostile_page_on_a_phone_runs_nothing_and_keeps_its_width(
    browse: Callable[[str, int], dict[str, Any]],
) -> None:
    taxonomy = make_taxonomy(3, name=HOSTILE + "W" * 200)
    run = RUN | {
        "note": "W" * 400,
        "inputs": [{"file": "W" * 300, "sheet": "", "columns": {"text": "W" * 300}}],
    }
    told = browse(render(make_table(taxonomy, text=HOSTILE + "W" * 300), run, taxonomy, lang="zh-Hant"), 390)

    assert told["wide"] == []
    assert told["scroll"] <= told["width"]
    assert len(told["charts"]) == 2
    assert any("</script>" in word for word in told["charts"][0]["words"])


def test_a_demand_that_was_audited_says_so() -> None:
    taxonomy = make_taxonomy(2)
    table = make_table(taxonomy)
    audited = replace(table, demands=tuple(replace(demand, tier="A") for demand in table))

    html = words_of(render(audited, RUN, taxonomy, lang="en"))
    assert "A: corrected by a sample that people labelled" in html
    assert "C: uncorrected" not in html


def test_the_length_of_an_episode_is_told_as_it_was_counted() -> None:
    taxonomy = make_taxonomy(3)
    table = replace(make_table(taxonomy), days=31)

    assert "within 31 days" in words_of(render(table, RUN, taxonomy, lang="en"))
    assert "within 7 days" in words_of(render(make_table(taxonomy), RUN, taxonomy, lang="en"))


# ── what the export tells besides ─────────────────────────────────────────

NOTHING = Insights({}, {}, None, (), (), (), None)
PARTS = ("segments", "alerts", "resolution", "emerging", "stages")


def make_insights(word: str = "合成词") -> Insights:
    """Make something to tell in every part, some of it infinite or not measured; *word* stands everywhere."""
    quote = Quote(word, f"昨天{word}了", 2, 2 + len(word))
    share, wide = Estimate(0.5, 0.4, 0.6), Estimate(0.0, 0.0, 1.0)
    more = SegmentDemand(
        word, "t0", Perception.PRODUCT, 9, 3.2, 40.0, "given", share, Estimate(2.5, 1.4, 4.0), 0.99
    )
    less = replace(more, topic="t1", ratio=Estimate(0.3, 0.1, 0.8), above=0.01)
    alike = replace(more, topic="t2", ratio=Estimate(1.1, 0.7, inf), above=0.6)
    days = tuple(date(2026, 1, 5) + timedelta(days=n) for n in range(70))
    alerts = tuple(Alert(days[n], kind, Direction.RISE, 4.0, 3.0) for n in (50, 51, 60) for kind in ChartKind)
    turn = Turn(days[45], 100.0, 300.0, 0.0001, 0.0002)
    months = (Month(date(2026, 1, 1), 40, 30, share), Month(date(2026, 2, 1), 50, 20, share))
    course = Course("t0", Perception.PRODUCT, 1, days, (2,) * 70, (10,) * 70, 1.0, alerts, turn, months)
    quiet = replace(course, topic="t1", alerts=(), turn=replace(turn, q=0.4))
    within = (Within(24, share), Within(120, share))
    slow = Resolution(None, 9, 8, share, 8, Estimate(inf, 30.0, inf), within, 0, None, 5, share)
    unknown = Resolution("t0", 9, 0, None, 0, None, (), 0, None, 0, None)
    new = EmergingTopic(
        word, (word, "另一说法"), 9, 1, 8, 1, 40, 50, 1e-6, 1e-5, "earlier half", (quote,), Perception.RULE, "g_rule"
    )  # fmt: skip
    undated = replace(
        new, tickets_before=None, customers_before=None, among_before=None, p=None, q=None, compared="nothing"
    )
    rows = [StageRow(stage, 0, 0, 0, 0, 0, wide, wide, 0, 0, 0, 0) for stage in Stage]
    rows[1] = StageRow(Stage.UNDERSTANDING, 3, 4, 2, 1, 1, share, share, 3, 2, 3, 1)
    return Insights(
        {"channel": (more, alike, less), word: (more,)},
        {word: (TellingWord(word, 4.2, 1.0, 12, 1, (quote,)),), "silent": ()},
        Watch((course, quiet), 3, 70, months),
        (slow, unknown),
        (new, undated),
        tuple(rows),
        PeakEnd(3, share, share, share),
    )


def insights_page(insights: Insights | None, lang: str = "en") -> str:
    taxonomy = make_taxonomy(6)
    return render(make_table(taxonomy), RUN, taxonomy, lang=lang, insights=insights)


def parts_of(html: str) -> list[str]:
    return [part for part in PARTS if f'<section id="{part}"' in html]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_part_that_holds_something_is_shown_and_linked(lang: str) -> None:
    html = insights_page(make_insights(), lang)

    assert parts_of(html) == list(PARTS)
    assert all(html.count(f'<a href="#{part}">') == 1 for part in PARTS)
    assert re.search(r'<a href="#demand-\d+">', html[html.index('<section id="segments"') :])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_insights_the_page_is_what_it_was(lang: str) -> None:
    assert insights_page(NOTHING, lang) == insights_page(None, lang)
    assert parts_of(insights_page(None, lang)) == []


@pytest.mark.parametrize(
    "names, part",
    [
        (("segments",), "segments"),
        (("words",), "segments"),
        (("watch",), "alerts"),
        (("resolution",), "resolution"),
        (("emerging",), "emerging"),
        (("stages", "peak_end"), "stages"),
    ],
)
def test_each_part_stands_by_itself(names: tuple[str, ...], part: str) -> None:
    some = replace(NOTHING, **{name: getattr(make_insights(), name) for name in names})
    html = insights_page(some)

    assert parts_of(html) == [part]
    assert [name for name in PARTS if f'<a href="#{name}">' in html] == [part]


def test_parts_that_measured_nothing_are_left_out() -> None:
    full = make_insights()
    empty = [row._replace(findings=0) for row in full.stages]
    unmeasured = (replace(full.resolution[1], topic=None), full.resolution[1])
    watch = Watch((), 4, 10, full.watch.months[:1] if full.watch else ())
    some = Insights({"channel": ()}, {"a": ()}, watch, unmeasured, (), tuple(empty), None)

    assert parts_of(insights_page(some)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_number_is_shown_raw_that_is_none_or_infinite(lang: str) -> None:
    seen = words_of(insights_page(make_insights(), lang))

    assert not re.search(r"\b(?:inf|nan|None|True|False)\b", seen)
    assert {
        "zh-Hans": "尚未过半 30 小时 以上",
        "zh-Hant": "尚未過半 30 小時 以上",
        "en": "not reached 30 hours or more",
    }[lang].replace(" ", "") in seen.replace(" ", "")


def test_segments_that_differ_are_told_and_those_that_may_not_are_left_out() -> None:
    seen = words_of(insights_page(make_insights()))

    assert "Pairs compared: 3. Intervals above 1: 1; below 1: 1. Shown: 2." in seen
    assert "2.50 1.40–4.00" in seen.replace("2.501.40", "2.50 1.40")
    assert "None surely differs" not in seen


def test_where_no_segment_surely_differs_the_page_says_so() -> None:
    full = make_insights()
    some = replace(NOTHING, segments={"channel": (full.segments["channel"][1],)})

    assert "None surely differs" in words_of(insights_page(some))


def test_alerts_on_days_that_follow_each_other_are_told_as_one() -> None:
    html = insights_page(make_insights())
    seen = words_of(html)

    assert re.search(r"2026-02-24 ?– ?2026-02-25 ?2 days", seen)
    assert re.search(r"2026-03-06 ?1 day\b", seen)
    assert "100 → 300 per 1,000 tickets, q < 0.001" in seen
    assert "With alerts or a change point: 1; too few episodes to watch: 3." in seen


def test_a_course_is_drawn_by_week_with_its_levels() -> None:
    spec = chart(insights_page(make_insights()), "course-1")["wide"]
    weeks, levels = sorted(spec["datasets"].values(), key=len, reverse=True)

    assert [week["date"] for week in weeks] == [f"{date(2026, 1, 5) + timedelta(7 * n)}" for n in range(10)]
    assert {(week["episodes"], week["tickets"], week["rate"]) for week in weeks} == {(14, 70, 200.0)}
    assert [n for n, week in enumerate(weeks) if week["unusual"]] == [7, 8]
    assert [level["rate"] for level in levels] == [100.0, 300.0]


def test_emerging_topics_say_what_they_are_compared_with_and_can_be_copied() -> None:
    html = insights_page(make_insights())
    seen = words_of(html)

    assert "Earlier half of this export: 1 of 50 customers" in seen
    assert "nothing says that it is new" in seen
    assert "neutral: [&#34;合成词&#34;" in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_words_quotes_and_names_of_insights_stay_words(lang: str) -> None:
    html = insights_page(make_insights(HOSTILE), lang)

    assert "<img" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert html.count("<script") == html.count("</script>") == 5
    assert words_of(html).count(HOSTILE) > 8


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("word", ["合成词", HOSTILE + "W" * 200])
def test_insights_are_drawn_and_nothing_sticks_out(
    browse: Callable[[str, int], dict[str, Any]], width: int, word: str
) -> None:
    told = browse(insights_page(make_insights(word)), width)

    assert len(told["charts"]) == 3
    assert told["charts"][2]["marks"] >= 10
    assert told["wide"] == []
    assert told["scroll"] <= told["width"]
