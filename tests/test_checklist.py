"""
What the default classifier can do, capability by capability, in the manner of CheckList.

Ribeiro, Wu, Guestrin and Singh, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", ACL 2020.
The tables in `checklist/` hold the cases, all synthetic; `capabilities.tsv` says what each capability is and
how often, in per cent of its cases, it may fail. There are three types of test:

- minimum functionality: a short note and its label, "product- person+ complaint", "none inquiry"; the intent
  is "?" where the labelling guide leaves it open.
- invariance: a note changed in a way that says nothing new must keep its label.
- directional: words added to a note must add what they say ("person-") and leave the rest as it was; or make
  a "complaint" of it; or change "nothing"; or not weaken it ("louder").

To see the failure rates: `pytest tests/test_checklist.py -s`; to see the failing cases too:
`python tests/test_checklist.py`.
"""

import csv
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
from opencc import OpenCC

from voctext.corpus import notes
from voctext.miner import Miner
from voctext.records import Intent, Perception, Reading
from voctext.text import normalize

TABLES = Path(__file__).parent / "checklist"
SIGNS = {"-": -1, "0": 0, "+": 1}
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
HALF_WIDTH = str.maketrans({"，": ",", "。": ".", "！": "!", "？": "?", "：": ":", "、": ","})

SLOTS = {
    "name": ("李明", "王淑芬", "欧阳建国", "陈晓雯"),
    "number": ("3", "5", "18", "40", "十"),
    "bank": ("工商银行", "建行", "招商银行", "浦发", "渣打银行", "农商行"),
}
"""What stands in the slots of the invariance notes: the first of each in the note itself."""

CLOSED = "。！？!?…"


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def _closed(text: str) -> Iterator[str]:
    bare = text.rstrip(CLOSED)
    if not text.endswith(("？", "?")):  # a question mark is no mere punctuation
        yield from (bare, f"{bare}。", f"{bare}…", f"{bare}～", f"{bare}。。。")


PERTURBATIONS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "full width": lambda text: iter([text.translate(FULL_WIDTH)]),
    "half width": lambda text: iter([text.translate(HALF_WIDTH)]),
    "traditional script": lambda text: iter([_converter("s2t").convert(text)]),
    "Taiwan script and words": lambda text: iter([_converter("s2twp").convert(text)]),
    "Hong Kong script": lambda text: iter([_converter("s2hk").convert(text)]),
    "letter case": lambda text: iter([text.replace("APP", "app"), text.replace("APP", "App")]),
    "closing punctuation": _closed,
    "neutral emoji": lambda text: iter([f"{text}📱", f"{text}🏦🏦", f"📌{text}"]),
    "greeting in front": lambda text: (
        f"{hello}{text}" for hello in ("您好，", "你好！", "各位好，", "早上好。")
    ),
    "mention": lambda text: iter([f"@小鱼儿 {text}", f"{text} @银行客服", f"回复 @路人甲：{text}"]),
    "link": lambda text: iter([f"{text} https://example.com/a1b2"]),
    "date in front": lambda text: iter([f"2024-03-05 14:22 {text}", f"3月5日，{text}"]),
    "spaces": lambda text: iter([f"  {text}  ", text.replace("，", "， "), text.replace("APP", " APP ")]),
    "line breaks": lambda text: iter([f"{text}\n", text.replace("，", "，\n"), text.replace("，", "\r\n")]),
}


@dataclass(frozen=True, slots=True)
class Capability:
    """What is asked of the classifier, and in how many per cent of its cases it may fail."""

    type: str
    name: str
    at_most: float
    what: str


@dataclass(frozen=True, slots=True)
class Case:
    """A note with the label expected of it, or with what it must share with, or say beyond, *before*."""

    type: str
    capability: str
    text: str
    expected: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The cases of a capability, and those that failed with what was read in them."""

    capability: Capability
    cases: int
    failures: tuple[tuple[Case, str], ...]

    @property
    def rate(self) -> float:
        """The failures in per cent of the cases."""
        return 100 * len(self.failures) / self.cases


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, dialect="excel-tab", quoting=csv.QUOTE_NONE))


def capabilities() -> list[Capability]:
    rows = _rows("capabilities")
    return [Capability(r["type"], r["capability"], float(r["at_most"]), r["what"]) for r in rows]


def cases() -> list[Case]:
    minimum = "minimum functionality"
    found = [Case(minimum, r["capability"], r["text"], r["expected"]) for r in _rows("minimum_functionality")]
    for row in _rows("invariance"):
        found += _variants(row["text"])
    for r in _rows("directional"):
        text = r["text"] + r["added"]
        found.append(Case("directional", r["capability"], text, r["expected"], before=r["text"]))
    return found


def _variants(template: str) -> Iterator[Case]:
    """Yield *template* with each slot filled otherwise, and its text changed by each perturbation."""
    first = {slot: values[0] for slot, values in SLOTS.items()}
    base = template.format(**first)
    for slot, values in SLOTS.items():
        if f"{{{slot}}}" in template:
            for value in values[1:]:
                text = template.format(**{**first, slot: value})
                yield Case("invariance", f"{slot}s", text, "same", before=base)
    for name, changed in PERTURBATIONS.items():
        for text in dict.fromkeys(changed(base)):
            if text != base:
                yield Case("invariance", name, text, "same", before=base)


def said(reading: Reading, *, intent: bool = True) -> str:
    """Write what was read as the tables do: "product- person+ complaint"."""
    signs = {value: sign for sign, value in SIGNS.items()}
    polarities = reading.label.perceptions
    words = [
        f"{perception}{signs[polarities[perception]]}"
        for perception in Perception
        if perception in polarities
    ]
    return " ".join((words or ["none"]) + [reading.label.intent] * intent)


def strength(reading: Reading) -> dict[Perception, float]:
    """Give the intensity of the strongest finding of each perception."""
    found: dict[Perception, float] = {}
    for finding in reading.findings:
        found[finding.perception] = max(finding.intensity, found.get(finding.perception, 0.0))
    return found


def passes(case: Case, after: Reading, before: Reading | None) -> bool:
    if before is None:
        *perceptions, intent = case.expected.split()
        return set(said(after, intent=False).split()) == set(perceptions) and intent in (
            "?",
            after.label.intent,
        )
    was, now = set(said(before, intent=False).split()), set(said(after, intent=False).split())
    match case.expected:
        case "same":
            return said(before) == said(after)
        case "nothing":
            return was == now
        case "complaint":
            return before.label.intent is not Intent.COMPLAINT and after.label.intent is Intent.COMPLAINT
        case "louder":
            louder = strength(after)
            return was <= now and all(
                louder.get(key, 0.0) >= value for key, value in strength(before).items()
            )
        case added:
            return added not in was and now == (was - {"none"}) | {added}


def run(miner: Miner) -> list[Result]:
    """Read all notes in one batch, and give the result of each capability in the order of their table."""
    every = cases()
    texts = list(dict.fromkeys(text for case in every for text in (case.before, case.text) if text))
    readings = dict(zip(texts, miner.read(texts), strict=True))
    results = []
    for capability in capabilities():
        mine = [case for case in every if (case.type, case.capability) == (capability.type, capability.name)]
        failures = []
        for case in mine:
            after, before = readings[case.text], readings.get(case.before)
            if not passes(case, after, before):
                failures.append((case, f"{said(before)} → {said(after)}" if before else said(after)))
        results.append(Result(capability, len(mine), tuple(failures)))
    return results


def table(results: Sequence[Result]) -> str:
    """Write the failure rate of each capability, and of each type of test."""
    lines = [f"{'':36}{'cases':>7}{'failed':>8}{'rate':>8}{'at most':>9}"]
    for kind, group in groupby(results, key=lambda result: result.capability.type):
        members = list(group)
        total, failed = sum(r.cases for r in members), sum(len(r.failures) for r in members)
        lines += ["", f"{kind:36}{total:>7}{failed:>8}{failed / total:>8.1%}"]
        lines += [
            f"  {r.capability.name:34}{r.cases:>7}{len(r.failures):>8}{r.rate / 100:>8.1%}{r.capability.at_most:>8.1f}%"
            for r in members
        ]
    return "\n".join(lines)


def failing(results: Sequence[Result]) -> str:
    """Write each failing case: capability, text, what was expected, what was read."""
    return "\n".join(
        f"{result.capability.name}\t{case.text!r}\t{case.expected}\t{found}"
        for result in results
        for case, found in result.failures
    )


@pytest.fixture(scope="module")
def results() -> Iterator[Mapping[str, Result]]:
    measured = run(Miner.default())
    yield {f"{r.capability.type}: {r.capability.name}": r for r in measured}
    sys.stdout.write(f"\n\n{table(measured)}\n")


@pytest.mark.parametrize("name", [f"{c.type}: {c.name}" for c in capabilities()])
def test_a_capability_fails_no_oftener_than_its_table_allows(
    results: Mapping[str, Result], name: str
) -> None:
    result = results[name]

    assert result.rate <= result.capability.at_most, failing([result])


def test_every_case_is_of_a_capability_in_the_table_and_every_capability_has_eight() -> None:
    counted = [(case.type, case.capability) for case in cases()]
    known = [(capability.type, capability.name) for capability in capabilities()]

    assert set(counted) == set(known)
    assert len(known) == len(set(known))
    assert [name for name in known if counted.count(name) < 8] == []


def test_an_expected_label_is_written_as_the_tables_say() -> None:
    label = re.compile(
        r"(none|((product|rule|person)[-+0] ?)+) ?(\?|complaint|suggestion|inquiry|praise|other)"
    )
    effect = re.compile(r"(product|rule|person)[-+]|complaint|nothing|louder|same")

    for case in cases():
        assert (effect if case.before else label).fullmatch(case.expected), case


def test_no_note_stands_twice_and_none_is_a_note_the_model_was_trained_on() -> None:
    texts = [normalize(row["text"]).text.rstrip(CLOSED) for row in _rows("minimum_functionality")]
    learnt = {normalize(note.text).text.rstrip(CLOSED) for note in notes()}

    assert len(texts) == len(set(texts))
    assert [text for text in texts if text in learnt] == []


if __name__ == "__main__":
    measured = run(Miner.default())
    sys.stdout.write(f"{table(measured)}\n\n{failing(measured)}\n")
