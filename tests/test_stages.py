"""Where in a call the people were praised or blamed; all calls are synthetic."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.errors import InputError
from voctext.insight.stages import Stage, Stages, Turn, stage_of, turns_of
from voctext.records import Finding, Intent, NoteLabel, Perception, Reading, Ticket, Voice
from voctext.statistics.estimate import wilson
from voctext.text import normalize

CUSTOMER, INSTITUTION = Voice.CUSTOMER, Voice.INSTITUTION
GREETING, UNDERSTANDING, ANSWERING, CLOSING = Stage
CALL = (
    "坐席：您好，很高兴为您服务。客户：你好。坐席：请问有什么可以帮您？"
    "客户：柜台人员态度恶劣，我的卡还是锁着。坐席：请问您卡号是多少？客户：尾号八八八八。"
    "坐席：已经为您登记解锁。客户：你们等太久了。坐席：抱歉。客户：你服务很好，谢谢。坐席：再见。"
)


def reading(text: str, *said: tuple[str, int, float], perception: Perception = Perception.PERSON) -> Reading:
    """Give the reading of *text* with a finding at each of the given words."""
    ticket = Ticket("T", text)
    clauses = split(ticket, normalize(text))
    found = []
    for words, polarity, intensity in said:
        clause = next(clause for clause in clauses if words in clause.text)
        found.append(
            Finding(
                clause,
                perception,
                Intent.COMPLAINT,
                polarity,
                "attitude",
                intensity,
                0.8,
                clause.span,
                "by hand",
            )
        )
    return Reading(ticket, tuple(found), NoteLabel({}, Intent.COMPLAINT, {}))


def stage(words: str, text: str = CALL) -> Stage | None:
    ticket = Ticket("T", text)
    clauses = split(ticket, normalize(text))
    at = next(clause.start for clause in clauses if words in clause.text)
    return stage_of(at, turns_of(clauses))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("很高兴", GREETING),
        ("你好", GREETING),  # a courtesy is no statement
        ("请问有什么", GREETING),
        ("态度恶劣", UNDERSTANDING),
        ("卡号是多少", UNDERSTANDING),  # a question is no answer
        ("尾号", UNDERSTANDING),
        ("登记解锁", ANSWERING),
        ("等太久", ANSWERING),
        ("抱歉", ANSWERING),
        ("服务很好", CLOSING),
        ("再见", CLOSING),
    ],
)
def test_a_call_goes_from_greeting_to_closing_by_its_turns(words: str, expected: Stage) -> None:
    assert stage(words) is expected


def test_a_customer_who_speaks_first_skips_the_greeting() -> None:
    text = "客户：柜员太慢。坐席：抱歉，马上办。"

    assert (stage("太慢", text), stage("马上办", text)) == (UNDERSTANDING, ANSWERING)


def test_a_customer_who_is_never_answered_is_only_understood() -> None:
    assert stage("太慢", "坐席：您好。客户：柜员太慢。坐席：请问您贵姓？客户：太慢了。") is UNDERSTANDING


def test_turns_of_the_same_side_make_one_and_what_stands_before_is_none() -> None:
    text = "通话记录一份。客户：柜员太慢。客户：态度也差。坐席：抱歉，马上办。"
    ticket = Ticket("T", text)
    clauses = split(ticket, normalize(text))
    turns = turns_of(clauses)

    assert [turn.voice for turn in turns] == [CUSTOMER, INSTITUTION]
    assert stage_of(0, turns) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "柜员太慢",
        "客户称柜员太慢，已联系客户解释，客户表示理解",  # two voices, but narrated
        "时间：早上，客户反映柜员太慢，处理结果：已联系客户解释",
        "客户：柜员太慢。客户：态度也差。",  # one voice alone
    ],
)
def test_what_is_no_transcript_has_no_turns(text: str) -> None:
    ticket = Ticket("T", text)
    assert turns_of(split(ticket, normalize(text))) == ()

    stages = Stages()
    stages.add(reading(text))
    assert (stages.transcripts, stages.others, stages.table(), stages.peak_end()) == (0, 1, (), None)


def test_findings_are_counted_by_stage_with_peak_and_end() -> None:
    stages = Stages()
    stages.add(reading(CALL, ("服务很好", 1, 0.4), ("态度恶劣", -1, 0.9), ("等太久", -1, 0.5)))
    stages.add(reading(CALL, ("态度恶劣", -1, 0.5), ("等太久", -1, 0.5)))
    stages.add(reading(CALL, ("等太久", -1, 0.5), perception=Perception.RULE))
    stages.add(reading("柜员态度恶劣", ("态度恶劣", -1, 0.9)))
    rows = {row.stage: row for row in stages.table()}

    assert (stages.transcripts, stages.others, stages.silent, stages.outside) == (3, 1, 1, 0)
    assert list(rows) == list(Stage)
    assert rows[UNDERSTANDING][1:6] == (2, 2, 2, 0, 0)
    assert rows[UNDERSTANDING].negative_share == wilson(2, 2)
    assert (rows[UNDERSTANDING].peaks, rows[UNDERSTANDING].negative_peaks) == (2, 2)  # the first, of equals
    assert (rows[ANSWERING].findings, rows[ANSWERING].ends, rows[ANSWERING].negative_ends) == (2, 1, 1)
    assert (rows[CLOSING].positive, rows[CLOSING].ends, rows[CLOSING].negative_ends) == (1, 1, 0)
    assert rows[GREETING].negative_share == wilson(0, 0)
    peak_end = stages.peak_end()
    assert peak_end is not None
    assert (peak_end.calls, peak_end.peak, peak_end.end, peak_end.both) == (
        2,
        wilson(2, 2),
        wilson(1, 2),
        wilson(1, 2),
    )


def test_a_finding_before_the_first_turn_is_told_apart() -> None:
    stages = Stages()
    stages.add(reading("柜员太慢，录音如下。坐席：您好。客户：卡锁了。", ("柜员太慢", -1, 0.5)))

    assert (stages.transcripts, stages.outside, stages.silent) == (1, 1, 1)
    assert sum(row.findings for row in stages.table()) == 0


TURN = st.tuples(st.sampled_from([CUSTOMER, INSTITUTION]), st.booleans(), st.integers(1, 9))


@given(st.lists(TURN, min_size=1, max_size=12))
def test_stages_never_go_back(said: list[tuple[Voice, bool, int]]) -> None:
    turns, at = [], 3
    for voice, carries, length in said:
        turns.append(Turn(at, at + length, voice, carries))
        at += length + 3
    order = list(Stage)
    reached = [order.index(found) for turn in turns if (found := stage_of(turn.start, turns)) is not None]

    assert len(reached) == len(turns)
    assert all(first <= second for first, second in pairwise(reached))
    assert stage_of(0, turns) is None


def test_a_long_row_of_courtesies_is_read_quickly() -> None:
    stages = Stages()
    stages.add(
        reading(f"坐席：您好。客户：{'嗯好的是的' * 2000}柜员太慢。坐席：抱歉。", ("柜员太慢", -1, 0.5))
    )

    assert stages.transcripts == 1


def test_the_shipped_reader_finds_the_stage_of_what_it_reads() -> None:
    from voctext import Miner

    stages = Stages()
    for one in Miner.default().read([CALL]):
        stages.add(one)

    assert stages.transcripts == 1
    assert sum(row.negative for row in stages.table() if row.stage is UNDERSTANDING) >= 1


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_cannot_be_is_refused(level: float) -> None:
    with pytest.raises(InputError):
        Stages().table(level=level)
    with pytest.raises(InputError):
        Stages().peak_end(level=level)
