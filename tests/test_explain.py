"""A demand in words: every step of the sum, every language, and nothing that was not measured."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from voctext.clauses import split
from voctext.demand import DemandTable
from voctext.demand.tally import Tally
from voctext.errors import InputError
from voctext.mask import Masker
from voctext.records import Finding, Intent, Perception, Ticket
from voctext.taxonomy import Taxonomy
from voctext.text import normalize

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
TEXT = "手机银行一登录就闪退"
FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone


def found(ticket: Ticket, intent: Intent = Intent.COMPLAINT) -> Finding:
    clause = split(ticket, normalize(ticket.text))[0]
    return Finding(clause, Perception.PRODUCT, intent, -1, "app_crash", 0.5, 0.9, clause.span, "by hand")


def table(
    *, text: str = TEXT, customers: bool = True, dated: bool = True, status: str | None = "处理中", **how: Any
) -> DemandTable:
    """Give two customers, the first calling twice in a week; nothing is resolved."""
    who = ("a", "a", "b") if customers else (None, None, None)
    tickets = [
        Ticket(f"T{n}", text, customer=one, time=FIRST + timedelta(days=n) if dated else None, status=status)
        for n, one in enumerate(who)
    ]
    intents = (Intent.COMPLAINT, Intent.COMPLAINT, Intent.SUGGESTION)
    findings = [found(one, intent) for one, intent in zip(tickets, intents, strict=True)]
    return DemandTable.from_findings(findings, tickets, **how)


def test_it_tells_the_product_worked_out_by_hand() -> None:
    """Two episodes of two customers: 1,000 × 0.5 × (1 + 1 of 2 called again) × all unresolved."""
    told = table().explain("app_crash", lang="en").splitlines()

    assert re.match(r"App crash.*\(product\): strength 750\.0 \[", told[0]), told[0]
    assert re.match(
        r"= rate 1000\.0 \[.*\] × intensity 0\.50 × \(1 \+ repeat 0\.50\) × unresolved 1\.00", told[1]
    )
    assert "rank 1 to 1; among the first 5 with probability 1.00" in told
    assert told[3].startswith("2 episodes, 3 tickets, 2 customers; 2 complaints, 1 suggestion")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_tells_the_same_figures(lang: str) -> None:
    def figures(told: str) -> list[str]:
        return re.findall(r"\d+\.\d+", told.replace("1,000", ""))

    one = table()
    assert figures(one.explain("app_crash", lang=lang)) == figures(one.explain("app_crash", lang="en"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_words_of_another_language_are_left(lang: str) -> None:
    told = table(text="x闪退").explain("app_crash", lang=lang)
    name = Taxonomy.default()["app_crash"].name(lang)

    assert told.startswith(name)
    if lang == "en":
        assert not re.search("[，。：；（）]", told)
    else:
        assert not re.search("rate|rank|tier|strength|product|rule|person", told), told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_measured_is_said_not_to_be(lang: str) -> None:
    words = {
        "zh-Hans": ("重复来访", "未解决"), "zh-Hant": ("重複來訪", "未解決"), "en": ("repeat", "unresolved"),
    }[lang]  # fmt: skip
    line = {"zh-Hans": "未测得：", "zh-Hant": "未測得：", "en": "not measured: "}[lang]
    bare = table(customers=False, dated=False, status=None).explain("app_crash", lang=lang)

    [told] = [one for one in bare.splitlines() if one.startswith(line)]
    assert all(word in told for word in words)
    assert line not in table().explain("app_crash", lang=lang)


@pytest.mark.parametrize(
    ("options", "base"),
    [
        ({}, "per 1,000 customers seen"),
        ({"exposure": 500}, "per 1,000 customers"),
        ({"customers": False}, "per 1,000 tickets"),
    ],
)
def test_it_tells_what_a_rate_is_of(options: dict[str, Any], base: str) -> None:
    assert table(**options).explain("app_crash", lang="en").splitlines()[0].endswith(base)


def test_quotes_stand_with_their_tickets_and_are_masked() -> None:
    ticket = Ticket("T9", "手机银行闪退，请回电13800138000", customer="a")
    tally = Tally(masker=Masker())
    tally.add(ticket, [found(ticket)])
    told = DemandTable.from_tally(tally).explain("app_crash")

    assert "13800138000" not in told
    assert "手机银行闪退" in told
    assert "T9" in told


@pytest.mark.parametrize("lang", ["fr", "zh", "EN", ""])
def test_a_language_that_is_not_known_is_refused(lang: str) -> None:
    with pytest.raises(InputError, match="known: en, zh-Hans, zh-Hant"):
        table().explain("app_crash", lang=lang)


def test_a_topic_nobody_asks_of_is_refused_with_those_that_are() -> None:
    for topic in ("annual_fee", "app_crahs", ""):
        with pytest.raises(InputError, match="known: app_crash"):
            table().explain(topic)


def test_a_frame_holds_a_row_for_each_demand_in_each_library() -> None:
    one = table()
    frames = [one.to_frame(backend, lang="en") for backend in ("pandas", "polars", "pyarrow")]

    assert [
        list(frame["topic"]) if n < 2 else frame["topic"].to_pylist() for n, frame in enumerate(frames)
    ] == [["app_crash"]] * 3


def test_a_frame_of_no_demand_has_its_columns() -> None:
    empty = DemandTable.from_findings([], [Ticket("1", TEXT)])

    assert list(empty.to_frame("pandas").columns) == list(table().to_frame("pandas").columns)
    assert len(empty.to_frame("polars")) == 0


def test_frames_of_a_library_that_is_not_known_are_refused() -> None:
    with pytest.raises(InputError, match="give pandas, polars or pyarrow"):
        table().to_frame("excel")  # type: ignore[arg-type]
