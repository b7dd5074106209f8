"""What is no error, but deserves a second look, is told."""

from random import Random

from voctext.labels import LabelledText, SpanLabel, warnings_of
from voctext.labels.check import counts_of, near_pairs
from voctext.records import Intent, Perception


def test_what_the_guide_makes_unlikely_is_told() -> None:
    notes = [
        LabelledText("甲乙丙", {Perception.PRODUCT: -1}, Intent.PRAISE, where="f:2"),
        LabelledText("丁戊己", {Perception.PRODUCT: 1}, Intent.PRAISE, where="f:3"),
        LabelledText("庚辛壬", {Perception.RULE: -1}, Intent.OTHER, where="f:4"),
    ]

    told = {w.where: w.message for w in warnings_of(notes) if w.kind == "unlikely label"}

    assert set(told) == {("f:2",), ("f:4",)}


def test_texts_that_repeat_are_told_with_what_differs() -> None:
    long = "手机银行更新以后每次登录都提示网络异常无法使用"
    notes = [
        LabelledText("转账失败", label="a", where="f:2"),
        LabelledText("转账失败 ", label="b", where="f:3"),
        LabelledText(long, label="a", where="f:4"),
        LabelledText(f"{long}了", label="a", where="f:5"),
        LabelledText("转账失败", label="b", annotator="另一人", where="f:6"),
    ]

    told = [(w.kind.value, w.where) for w in warnings_of(notes) if w.where]

    assert told == [
        ("same text, different labels", ("f:2", "f:3")),
        ("nearly the same text", ("f:4", "f:5")),
    ]


def test_near_pairs_are_those_that_comparing_all_would_find() -> None:
    draw = Random(3)
    sets = [frozenset(draw.sample("abcdefghijkl", draw.randint(3, 11))) for _ in range(80)]

    everything = {
        (i, j) for j in range(80) for i in range(j) if len(sets[i] & sets[j]) / len(sets[i] | sets[j]) >= 0.8
    }

    assert len(everything) > 5
    assert set(near_pairs(sets)) == everything


def test_labels_are_counted_by_question() -> None:
    notes = [
        LabelledText("甲", {Perception.PRODUCT: -1}, Intent.COMPLAINT),
        LabelledText("乙", {Perception.PERSON: 1}, Intent.PRAISE),
    ]
    counts = counts_of(notes)

    assert counts == {"product": {"-1": 1}, "person": {"+1": 1}, "intent": {"complaint": 1, "praise": 1}}


def test_spans_that_are_odd_are_told() -> None:
    spans = (SpanLabel(0, 3, "product-1"), SpanLabel(3, 5, "rule-1"))
    note = LabelledText("卡顿 年费", {Perception.PRODUCT: -1}, spans=spans, where="f:2")

    told = [w.message for w in warnings_of([note]) if w.kind == "span"]

    assert told == ["span 0–3 begins or ends with a space", "rule in a span, but not of the note"]
