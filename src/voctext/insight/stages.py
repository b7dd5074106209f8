"""
Where in a call the people were praised or blamed: greeting, understanding, answering, closing.

People remember an experience by its peak and its end (D. Kahneman, B. Fredrickson, C. Schreiber, D.
Redelmeier (1993), Psychological Science 4, 401–405): so the most intense finding of a call and its last one
are told apart. Only transcripts, which name the speaker before each turn ("坐席：… 客户：…"), tell when
something was said.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from voctext.clauses import split
from voctext.errors import InputError
from voctext.records import Clause, Finding, Perception, Reading, Voice
from voctext.statistics.estimate import Estimate, wilson
from voctext.text import normalize

POLARITIES = (-1, 0, 1)

_COURTESY = re.compile(
    r"(?:你好|您好|喂|嗯|哦|噢|啊|呃|是的?|对的?|好的?|行|可以|请讲|请说|您说|请稍等|稍等一下|早上好|上午好|中午好|下午好"
    r"|晚上好|在吗|有人吗|hello|hi|ok|yes|[\W_])*",
    re.IGNORECASE,
)
"""A turn that holds no more than this neither states nor answers anything."""
_QUESTION = re.compile(
    r"[?？]|[吗呢](?:\W|\Z)|请问|什么(?:问题|事|业务)|哪[张个位里]|怎么称呼|贵姓|提供一?下"
)


class Stage(StrEnum):
    """The part of a call."""

    GREETING = "greeting"
    UNDERSTANDING = "understanding"
    ANSWERING = "answering"
    CLOSING = "closing"


class Turn(NamedTuple):
    """
    What one side says until the other begins: characters *start* to *end* of the text as normalized.

    *carries* is False for a mere courtesy ("您好"), and for a turn of the institution that only asks.
    """

    start: int
    end: int
    voice: Voice
    carries: bool = True


class StageRow(NamedTuple):
    """
    The person findings of one stage.

    *calls* are those with such a finding in the stage; *negative*, *neutral* and *positive* count findings,
    and the shares are of *findings*, with Wilson intervals that take findings as independent. *peaks* and
    *ends* count the calls whose most intense and whose last finding lies here, each with those that are
    negative.
    """

    stage: Stage
    calls: int
    findings: int
    negative: int
    neutral: int
    positive: int
    negative_share: Estimate
    positive_share: Estimate
    peaks: int
    negative_peaks: int
    ends: int
    negative_ends: int


class PeakEnd(NamedTuple):
    """Of *calls* with a person finding, the share whose peak is negative, whose end is, and with both."""

    calls: int
    peak: Estimate
    end: Estimate
    both: Estimate


def turns_of(clauses: Sequence[Clause]) -> tuple[Turn, ...]:
    """
    Give the turns of a ticket split into *clauses*; none, unless two voices each have a turn.

    A role before a turn ("客户：") belongs to no clause, so it shows as a gap with a colon. What stands
    before the first role is no turn. Roles of the same side that follow one another make one turn.

    >>> from voctext.records import Ticket
    >>> ticket = Ticket("1", "坐席：您好。客户：柜员态度太差了！坐席：抱歉给您添麻烦。客户：谢谢，再见。")
    >>> [(str(turn.voice), turn.carries) for turn in turns_of(split(ticket, normalize(ticket.text)))]
    [('institution', False), ('customer', True), ('institution', True), ('customer', True)]
    """
    if not clauses:
        return ()
    text, before, first = clauses[0].aligned.text, 0, None
    for place, clause in enumerate(clauses):
        if re.search("[:：]", text[before : clause.start]):
            first = place
            break
        before = clause.end
    if first is None or {clause.voice for clause in clauses[first:]} != {Voice.CUSTOMER, Voice.INSTITUTION}:
        return ()
    runs = (list(run) for _, run in groupby(clauses[first:], key=lambda clause: clause.voice))
    return tuple(
        Turn(run[0].start, run[-1].end, run[0].voice, _carries(run[0].voice, [c.text for c in run]))
        for run in runs
    )


def stage_of(position: int, turns: Sequence[Turn]) -> Stage | None:
    """
    Tell in which stage the character at *position* (of the text as normalized) lies; None before any turn.

    Greeting lasts up to the customer's first statement; understanding until the institution's first answer
    to it; answering until the last turn of the customer; that, and what follows, is closing. A call in which
    the customer does not speak again after the first answer has no closing.

    >>> C, I = Voice.CUSTOMER, Voice.INSTITUTION
    >>> call = [Turn(0, 5, I, False), Turn(8, 20, C), Turn(23, 40, I), Turn(43, 50, C), Turn(53, 60, I)]
    >>> [str(stage_of(position, call)) for position in (1, 9, 30, 44, 59)]
    ['greeting', 'understanding', 'answering', 'closing', 'closing']
    """
    if not turns or position < turns[0].start:
        return None
    states = _first(turns, 0, Voice.CUSTOMER)
    if states is None or position < turns[states].start:
        return Stage.GREETING
    answers = _first(turns, states, Voice.INSTITUTION)
    if answers is None or position < turns[answers].start:
        return Stage.UNDERSTANDING
    closes = max(place for place, turn in enumerate(turns) if turn.voice is Voice.CUSTOMER)
    return Stage.CLOSING if closes > answers and position >= turns[closes].start else Stage.ANSWERING


@dataclass(slots=True)
class Stages:
    """
    Counts the person findings of transcripts by stage, a reading at a time.

    *transcripts* and *others* count the readings; others are left out. *silent* are transcripts without a
    person finding, and *outside* are person findings before the first turn, in no stage.
    """

    transcripts: int = 0
    others: int = 0
    silent: int = 0
    outside: int = 0
    _findings: "Counter[tuple[Stage, int]]" = field(default_factory=Counter)
    _calls: "Counter[Stage]" = field(default_factory=Counter)
    _ends: "Counter[tuple[Stage, int, Stage, int]]" = field(default_factory=Counter)

    def add(self, reading: Reading) -> None:
        """Count one reading."""
        turns = _turns(reading)
        if not turns:
            self.others += 1
            return
        self.transcripts += 1
        persons = (finding for finding in reading.findings if finding.perception is Perception.PERSON)
        ordered = sorted(persons, key=lambda finding: (finding.clause.start, finding.evidence))
        placed = [(finding, stage_of(finding.clause.start, turns)) for finding in ordered]
        known = [(finding, stage) for finding, stage in placed if stage is not None]
        self.outside += len(placed) - len(known)
        if known:
            self._count(known)
        else:
            self.silent += 1

    def _count(self, placed: Sequence[tuple[Finding, Stage]]) -> None:
        self._findings.update((stage, finding.polarity) for finding, stage in placed)
        self._calls.update({stage for _, stage in placed})
        peak, peak_stage = max(placed, key=lambda entry: entry[0].intensity)  # the first, of equals
        end, end_stage = placed[-1]
        self._ends[peak_stage, peak.polarity, end_stage, end.polarity] += 1

    def table(self, *, level: float = 0.95) -> tuple[StageRow, ...]:
        """
        Give one row per stage, in the order of a call; none if no transcript was read.

        Raises:
            InputError: The level is not between 0 and 1.
        """
        _check(level)
        return tuple(self._row(stage, level) for stage in Stage) if self.transcripts else ()

    def _row(self, stage: Stage, level: float) -> StageRow:
        negative, neutral, positive = (self._findings[stage, polarity] for polarity in POLARITIES)
        findings = negative + neutral + positive
        peaks = [(key[1], n) for key, n in self._ends.items() if key[0] is stage]
        ends = [(key[3], n) for key, n in self._ends.items() if key[2] is stage]
        return StageRow(
            stage,
            self._calls[stage],
            findings,
            negative,
            neutral,
            positive,
            wilson(negative, findings, level=level),
            wilson(positive, findings, level=level),
            sum(n for _, n in peaks),
            sum(n for polarity, n in peaks if polarity < 0),
            sum(n for _, n in ends),
            sum(n for polarity, n in ends if polarity < 0),
        )

    def peak_end(self, *, level: float = 0.95) -> PeakEnd | None:
        """
        Give how often peak and end are negative, with Wilson intervals; None without any person finding.

        Raises:
            InputError: The level is not between 0 and 1.
        """
        _check(level)
        calls = self._ends.total()
        if not calls:
            return None
        bad = [(peak < 0, end < 0, n) for (_, peak, _, end), n in self._ends.items()]
        counts = (sum(peak * n for peak, _, n in bad), sum(end * n for _, end, n in bad))
        both = sum(peak * end * n for peak, end, n in bad)
        return PeakEnd(calls, *(wilson(count, calls, level=level) for count in (*counts, both)))


def _turns(reading: Reading) -> tuple[Turn, ...]:
    text = reading.ticket.text
    if ":" not in text and "：" not in text:
        return ()
    aligned = reading.findings[0].clause.aligned if reading.findings else normalize(text)
    return turns_of(split(reading.ticket, aligned))


def _carries(voice: Voice, said: Sequence[str]) -> bool:
    """Tell whether a turn states or answers anything."""
    more = [clause for clause in said if not _COURTESY.fullmatch(clause)]
    return any(voice is Voice.CUSTOMER or not _QUESTION.search(clause) for clause in more)


def _first(turns: Sequence[Turn], begin: int, voice: Voice) -> int | None:
    """Give the place of the first turn of *voice* from *begin* on that carries anything."""
    places = (place for place, turn in enumerate(turns) if place >= begin and turn.voice is voice)
    return next((place for place in places if turns[place].carries), None)


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise InputError(f"level is {level}; give one between 0 and 1, such as 0.95")
