"""The pipeline: streaming, plugged-in classifiers, texts at the edge, and one reading for every script."""

import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from voctext import demo
from voctext.classify.protocol import Classifier, NoteClassifier, Verdict
from voctext.classify.rules import RuleClassifier
from voctext.errors import InputError, TaxonomyError
from voctext.miner import Miner
from voctext.records import Clause, Finding, Intent, NoteLabel, Outcome, Perception, Reading, Ticket, Voice
from voctext.taxonomy import Taxonomy

# Synthetic notes of many kinds, in simplified script; what they say must not depend on the script.
NOTES = (
    "APP一打开就闪退，卸载重装也没用",
    "手机银行登录不上，一直提示网络异常",
    "转账转了三天还没到账，急死人了",
    "验证码收不到，点了五六次都没有",
    "人脸识别老是失败，对着镜头眨眼眨到头晕",
    "新版界面太乱，找个账单要点半天",
    "界面清爽，用着顺手，赞一个",
    "取款机把我的卡吞了，没人管",
    "年费三百块太贵，说好的免年费呢",
    "信用卡额度突然被降，一个通知都没有",
    "手续费说收就收，不合理",
    "提前还款还要违约金，凭什么",
    "积分年底清零，攒了一年白攒",
    "申请贷款被拒，问原因就说综合评分不足",
    "改个电话号码非要本人去柜台办理",
    "客服态度恶劣，没说两句就挂电话",
    "打了半个小时热线都没人接",
    "柜员很有耐心，一步一步教我妈操作，谢谢",
    "客户经理答应回电，一个星期了没消息",
    "催收人员天天打电话骚扰我家人",
    "客服很客气，可是问题还是没解决",
    "希望增加夜间模式",
    "建议账单可以按月导出",
    "请问网点周六上班吗",
    "想问一下外币账户怎么开",
    "客户来电反映网银无法登录，已致歉并登记工单，客户表示理解",
    "客户投诉柜台排队两小时，要求增加窗口，坐席已安抚",
    "客户：你们的软件又报错了。\n坐席：非常抱歉，我帮您登记。\n客户：登记有什么用，都第三次了！",
    "理财亏了一半，客户经理当初说稳赚不赔",
    "密码输错三次卡就被锁了，解锁要去柜台，我人在外地",
)

MINER = Miner.default()


@pytest.fixture(scope="module")
def miner() -> Miner:
    return MINER


@cache
def converter(script: str) -> OpenCC:
    return OpenCC(script)


class Shouting:
    """A classifier of one's own: every clause with an exclamation mark is a complaint of the product."""

    def __init__(self) -> None:
        self.seen: list[list[Clause]] = []

    def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
        self.seen.append(list(clauses))
        for clause in clauses:
            if "！" in clause.text:
                yield said(clause)


def said(clause: Clause, polarity: int = -1, perception: Perception = Perception.PRODUCT) -> Finding:
    intent = Intent.PRAISE if polarity > 0 else Intent.COMPLAINT
    return Finding(clause, perception, intent, polarity, "app_crash", 0.5, 0.9, clause.span, "by hand")


def told(reading: Reading) -> tuple[Any, ...]:
    """Give what was read and where, without the confidences, whose last digits may depend on the batch."""
    findings = [(f.perception, f.intent, f.polarity, f.topic, f.evidence) for f in reading.findings]
    return dict(reading.label.perceptions), reading.label.intent, reading.outcome, findings


# ── streaming ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["mine", "read", "label"])
def test_tickets_are_drawn_from_the_source_batch_by_batch(verb: str) -> None:
    drawn = 0

    def source() -> Iterator[Ticket]:
        nonlocal drawn
        for number in range(100):
            drawn += 1
            yield Ticket(str(number), "APP闪退")

    miner = Miner(RuleClassifier(), batch_size=10)
    results: Iterator[object] = getattr(miner, verb)(source())
    assert drawn == 0  # nothing is read before it is asked for

    next(results)
    assert drawn == 10
    for _ in range(10):
        next(results)
    assert drawn == 20


def test_an_endless_source_can_be_read_from(miner: Miner) -> None:
    def source() -> Iterator[str]:
        while True:
            yield "客服态度恶劣"

    assert next(iter(miner.label(source()))).intent is Intent.COMPLAINT


def test_no_more_than_a_batch_is_kept_in_memory() -> None:
    text = "APP闪退，" * 60
    miner = Miner(RuleClassifier(), batch_size=5)
    next(miner.mine([Ticket("0", text)]))  # load what is loaded once

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in miner.read(Ticket(str(n), text) for n in range(count)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(60) < 2 * peak(10)


def test_a_classifier_is_given_one_batch_at_a_time() -> None:
    classifier = Shouting()
    list(Miner(classifier, batch_size=4).read(f"第{n}条！" for n in range(10)))

    assert [len({clause.ticket.text for clause in batch}) for batch in classifier.seen] == [4, 4, 2]


@pytest.mark.parametrize("size", [1, 2, 7, 30, 1000])
def test_the_size_of_a_batch_changes_no_reading(size: int, miner: Miner) -> None:
    tickets = [Ticket(str(n), row["诉求内容"]) for n, row in enumerate(demo.rows()[:120])]

    small = Miner(miner.classifier, batch_size=size)
    assert list(map(told, small.read(tickets))) == list(map(told, miner.read(tickets)))


def test_the_neighbours_of_a_note_change_no_reading(miner: Miner) -> None:
    together = list(map(told, miner.read(NOTES)))

    assert together == [told(next(miner.read([note]))) for note in NOTES]
    assert list(map(told, miner.read(reversed(NOTES)))) == together[::-1]


# ── what a reading holds ──────────────────────────────────────────────────


def test_mining_gives_the_findings_of_the_readings_in_order(miner: Miner) -> None:
    tickets = [Ticket(str(n), note) for n, note in enumerate(NOTES)]

    assert list(miner.mine(tickets)) == [f for reading in miner.read(tickets) for f in reading.findings]


def test_labels_alone_are_those_of_the_readings(miner: Miner) -> None:
    labels = list(miner.label(NOTES))

    assert [(x.perceptions, x.intent) for x in labels] == [
        (reading.label.perceptions, reading.label.intent) for reading in miner.read(NOTES)
    ]


def test_every_finding_is_sound(miner: Miner) -> None:
    for reading in miner.read([*NOTES, *(row["诉求内容"] for row in demo.rows())]):
        assert set(reading.label.perceptions.values()) <= {-1, 0, 1}
        assert set(reading.label.confidence) == {*Perception, "intent"}
        for finding in reading.findings:
            start, end = finding.evidence
            assert 0 <= start < end <= len(reading.ticket.text)
            assert finding.ticket is reading.ticket
            assert finding.clause.voice is Voice.CUSTOMER
            assert finding.topic in miner.taxonomy
            assert miner.taxonomy[finding.topic].perception is finding.perception
            assert finding.polarity in {-1, 0, 1}
            assert 0 <= finding.intensity <= 1
            assert 0 <= finding.confidence <= 1
            assert finding.why


def test_a_text_may_stand_for_a_ticket(miner: Miner) -> None:
    (reading,) = miner.read(["APP闪退"])

    assert reading.ticket == Ticket("", "APP闪退")
    assert reading.label.perceptions == {Perception.PRODUCT: -1}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("客户反映APP闪退，已致歉并解释，客户表示理解", Outcome.RESOLVED),
        ("客户投诉年费过高，已解释收费标准，客户不认可", Outcome.UNRESOLVED),
        ("客户反映APP闪退，已登记工单", Outcome.UNKNOWN),
        ("APP闪退", Outcome.UNKNOWN),
    ],
)
def test_a_reading_tells_how_the_matter_ended(text: str, outcome: Outcome, miner: Miner) -> None:
    assert next(miner.read([text])).outcome is outcome


def test_no_tickets_give_no_readings(miner: Miner) -> None:
    assert list(miner.read([])) == []
    assert list(miner.mine([])) == []
    assert list(miner.label([])) == []


def test_the_same_ticket_given_twice_is_read_twice_alike(miner: Miner) -> None:
    ticket = Ticket("1", "APP闪退")
    first, second = miner.read([ticket, ticket])

    assert told(first) == told(second)
    assert len(list(miner.mine([ticket, ticket]))) == 2 * len(first.findings)


# ── a classifier of one's own ─────────────────────────────────────────────


def test_any_object_that_classifies_clauses_is_a_classifier() -> None:
    assert isinstance(Shouting(), Classifier)
    assert not isinstance(Shouting(), NoteClassifier)

    (finding,) = Miner(Shouting()).mine([Ticket("1", "今天好！明天不好")])
    assert finding.quote == "今天好！"


def test_labels_of_a_plain_classifier_follow_from_its_findings() -> None:
    class Mixed:
        def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
            for clause in clauses:
                if "坏" in clause.text:
                    yield said(clause)
                if "好" in clause.text:
                    yield said(clause, +1, Perception.PERSON)

    miner = Miner(Mixed())
    both, praise, turned, nothing = miner.label(["这个坏，那个坏，人好", "人好", "坏的好的", "没有"])

    assert both.perceptions == {Perception.PRODUCT: -1, Perception.PERSON: 1}
    assert both.intent is Intent.COMPLAINT
    assert (praise.perceptions, praise.intent) == ({Perception.PERSON: 1}, Intent.PRAISE)
    assert turned.intent is Intent.COMPLAINT  # on a tie
    assert (nothing.perceptions, nothing.intent) == ({}, Intent.OTHER)
    assert [reading.label for reading in miner.read(["人好"])] == [praise]


def test_a_plain_classifier_sees_only_the_words_of_customers() -> None:
    classifier = Shouting()
    list(Miner(classifier).read(["客户称登录不了！已联系客户解释！客户表示理解"]))

    assert [clause.text for clause in classifier.seen[0]] == ["客户称登录不了！"]


def test_findings_go_to_their_own_ticket_even_if_texts_are_equal() -> None:
    readings = list(Miner(Shouting()).read([Ticket("1", "坏！"), Ticket("2", "好"), Ticket("3", "坏！")]))

    assert [len(reading.findings) for reading in readings] == [1, 0, 1]
    assert [f.ticket.id for reading in readings for f in reading.findings] == ["1", "3"]


def test_findings_that_come_out_of_the_order_of_tickets_are_not_lost() -> None:
    class ByPerception:
        """Looks for one thing in all clauses, then for another."""

        def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
            yield from (said(clause) for clause in clauses)
            yield from (said(clause, perception=Perception.RULE) for clause in clauses)

    readings = list(Miner(ByPerception()).read(["一", "二"]))

    assert [len(reading.findings) for reading in readings] == [2, 2]
    assert all(set(r.label.perceptions) == {Perception.PRODUCT, Perception.RULE} for r in readings)


def test_a_classifier_that_answers_for_whole_notes_is_asked_for_them() -> None:
    class Judge(Shouting):
        def judge(self, notes: Sequence[Sequence[Clause]], /) -> list[Verdict]:
            return [
                Verdict(label, abstained=tuple(note))
                for label, note in zip(self.label(notes), notes, strict=True)
            ]

        def label(self, notes: Sequence[Sequence[Clause]], /) -> list[NoteLabel]:
            return [NoteLabel({}, Intent.INQUIRY, {"intent": 1.0}) for _ in notes]

    miner = Miner(Judge())
    (reading,) = miner.read(["坏！"])

    assert reading.label.intent is Intent.INQUIRY
    assert reading.findings == ()
    assert [clause.text for clause in reading.abstained] == ["坏！"]
    assert next(iter(miner.label(["坏！"]))).intent is Intent.INQUIRY


def test_a_plain_classifier_is_told_of_a_ticket_once_however_often_it_comes() -> None:
    ticket = Ticket("1", "坏！")
    classifier = Shouting()
    readings = list(Miner(classifier).read([ticket, Ticket("2", "好！"), ticket]))

    assert [len(reading.findings) for reading in readings] == [1, 1, 1]
    assert readings[0].ticket is readings[2].ticket is ticket
    assert [clause.text for clause in classifier.seen[0]] == ["坏！", "好！"]


def test_a_class_in_place_of_a_classifier_is_refused_with_what_to_write() -> None:
    with pytest.raises(InputError, match=r"Shouting is a class; give an object of it: Miner\(Shouting\("):
        Miner(Shouting)  # type: ignore[arg-type]


def test_a_classify_that_cannot_be_called_is_refused() -> None:
    class Named:
        classify = "everything"

    with pytest.raises(InputError, match=r"Named\.classify cannot be called"):
        Miner(Named())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, r"Fixed\.classify gave None; give findings"),
        (3, r"Fixed\.classify gave 3; give findings"),
        (["闪退"], r"Fixed\.classify gave '闪退'; give objects of voctext\.Finding"),
    ],
)
def test_what_is_no_findings_is_refused_with_its_classifier(answer: Any, told: str) -> None:
    class Fixed:
        def classify(self, _: Sequence[Clause], /) -> Any:
            return answer

    with pytest.raises(InputError, match=told):
        list(Miner(Fixed()).mine([Ticket("1", "APP闪退")]))


def test_a_finding_in_a_ticket_that_was_not_given_is_an_error_not_a_loss() -> None:
    class Copying:
        def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
            for clause in clauses:
                yield said(replace(clause, ticket=replace(clause.ticket)))

    with pytest.raises(InputError, match=r"Copying\.classify gave a finding in ticket '1'"):
        list(Miner(Copying()).mine([Ticket("1", "APP闪退")]))


@pytest.mark.parametrize("verb", ["read", "label"])
@pytest.mark.parametrize("answer", [None, []])
def test_verdicts_that_do_not_match_the_notes_are_refused(verb: str, answer: Any) -> None:
    class Silent(Shouting):
        def judge(self, _: Any, /) -> Any:
            return answer

        def label(self, _: Any, /) -> Any:
            return answer

    with pytest.raises(InputError, match=r"Silent\.(judge|label) gave .* for 2 notes"):
        list(getattr(Miner(Silent()), verb)(["一", "二"]))


@pytest.mark.parametrize("classifier", [None, "rules", 3, object(), len])
def test_what_cannot_classify_is_refused_with_what_is_missing(classifier: Any) -> None:
    with pytest.raises(InputError, match="has no classify"):
        Miner(classifier)


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_of_no_tickets_is_refused(size: int) -> None:
    with pytest.raises(InputError, match=f"batch_size is {size}"):
        Miner(RuleClassifier(), batch_size=size)


def test_a_taxonomy_of_one_s_own_names_the_topics(tmp_path: Any) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        """\
name: own
version: 1
groups:
  stall: {perception: product, names: {zh-Hans: 摊位, zh-Hant: 攤位, en: Stall}}
topics:
  stall_closed:
    group: stall
    names: {zh-Hans: 摊位没开, zh-Hant: 攤位沒開, en: Stall closed}
    terms: [摊位]
    negative: [摊位没开, 摊位关着]
""",
        encoding="utf-8",
    )
    miner = Miner.from_taxonomy(path)
    finding = next(miner.mine([Ticket("1", "攤位關著，白跑一趟")]))

    assert (finding.topic, finding.perception, finding.polarity) == ("stall_closed", Perception.PRODUCT, -1)
    assert miner.taxonomy == Taxonomy.load(path)
    with pytest.raises(TaxonomyError):
        Miner.from_taxonomy(tmp_path / "none.yaml")


# ── texts at the edge ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "　", "\u200b", "\0", "。", "！！！", "…", "\ud800", "\ufeff", "&nbsp;"]
)
def test_a_text_that_says_nothing_gives_no_finding(text: str, miner: Miner) -> None:
    (reading,) = miner.read([Ticket("1", text)])

    assert reading.ticket.text == text
    assert reading.findings == ()
    assert reading.label.perceptions == {}


def test_a_text_of_a_hundred_thousand_characters_is_read_whole(miner: Miner) -> None:
    text = "今天路过，天气不错。" * 10_000 + "APP一打开就闪退"
    assert len(text) > 100_000
    found = list(miner.mine([Ticket("1", text)]))

    assert any(finding.quote and finding.evidence.start >= 100_000 for finding in found)
    assert all(text[slice(*finding.evidence)] == finding.quote for finding in found)


@pytest.mark.parametrize("character", ["闪退，", "？", "<", "[", "(", " ", "客户：", "&", "\ud800", "a"])
def test_a_long_text_of_one_thing_is_read_in_time(character: str, miner: Miner) -> None:
    assert len(list(miner.read([character * (50_000 // len(character))]))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "APP\ud800闪退，客服态度恶劣",
        "\udfffAPP闪退，\udc00客服态度恶劣\ud83d",
        "APP\0闪退，客服\0态度\0恶劣",
        "\0\ud800APP闪退，客服态度恶劣\0",
        "APP閃\0退，客服態度惡劣\ud800",
    ],
)
def test_lone_surrogates_and_nul_hide_nothing_that_is_said(text: str, miner: Miner) -> None:
    (reading,) = miner.read([text])

    assert reading.label.perceptions == {Perception.PRODUCT: -1, Perception.PERSON: -1}
    assert all(text[slice(*f.evidence)] == f.quote for f in reading.findings)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(st.characters(), max_size=60), max_size=4))
def test_any_text_is_read_without_losing_a_ticket(texts: list[str]) -> None:
    readings = list(MINER.read(texts))

    assert [reading.ticket.text for reading in readings] == texts
    for reading in readings:
        for finding in reading.findings:
            assert 0 <= finding.evidence.start < finding.evidence.end <= len(reading.ticket.text)


# ── one reading for every script ──────────────────────────────────────────


@pytest.mark.parametrize("script", ["s2t", "s2tw", "s2twp", "s2hk"])
@pytest.mark.parametrize("note", NOTES)
def test_a_note_reads_alike_in_simplified_script_and_in(script: str, note: str, miner: Miner) -> None:
    simplified, traditional = miner.read([note, converter(script).convert(note)])

    # a label and an outcome; that the topics agree too is asked below, where only characters differ
    assert told(traditional)[:3] == told(simplified)[:3]


@pytest.mark.parametrize("script", ["s2t", "s2tw"])
def test_where_only_characters_differ_the_findings_are_the_same_to_the_letter(
    script: str, miner: Miner
) -> None:
    for note in NOTES:
        simplified, traditional = miner.read([note, converter(script).convert(note)])
        assert told(traditional) == told(simplified), note


def test_the_notes_of_the_parity_test_say_something(miner: Miner) -> None:
    voiced = [reading for reading in miner.read(NOTES) if reading.label.perceptions]

    assert len(NOTES) == 30
    assert len(voiced) >= 24


@pytest.mark.parametrize("note", NOTES[:6])
def test_evidence_is_quoted_in_the_script_of_the_note(note: str, miner: Miner) -> None:
    text = converter("s2twp").convert(note)

    quotes: Iterable[str] = [finding.quote for finding in miner.mine([Ticket("1", text)])]
    assert all(quote in text for quote in quotes)
