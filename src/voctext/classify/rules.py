"""
Rules: what is sure and explainable, read off the words of the lexicon.

Within a clause, a word of the taxonomy that voices its topic is a finding; a word of blame or praise
takes the topic it stands beside, or the one last named in the note; a wish takes what it wishes for.
Negation turns a polarity, what follows a contrast outweighs what came before. The intent of the note
is read off all of it by the order of the labelling guide: complaint, suggestion, praise, inquiry, other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from voctext.classify.intensity import intensity
from voctext.classify.labels import finding_intent, overall
from voctext.classify.lexicon import Cue, Hit, Lexicon
from voctext.classify.protocol import Note, Verdict, notes_of
from voctext.records import Clause, Finding, Intent, NoteLabel, Perception, Span, Voice
from voctext.taxonomy import GAP, Taxonomy, Topic

NEGATION_REACH = 2
"""How many characters may stand between a negator and what it turns: 不(是很)好."""

NEGATIONS = tuple("不没未无非")

CARRY = 3
"""How many clauses a topic stays in mind: "转账的时候，我试了几次，都不行"."""


NOTHING = NoteLabel({}, Intent.OTHER, {})


@dataclass(slots=True)
class Vote:
    """One perception that a clause voices, by the rules."""

    clause: Clause
    topic: Topic
    polarity: int
    start: int
    end: int
    words: tuple[str, ...]
    sure: bool  # voiced by a word of the taxonomy, not by an opinion attached to a topic
    wish: bool = False
    weight: int = 1  # what follows a contrast counts double

    @property
    def seen(self) -> "Seen":
        """Where it stands, and by which words."""
        return Seen(self.clause, self.topic, Span(self.start, self.end), f"rule: {' + '.join(self.words)}")


@dataclass(slots=True)
class Opinion:
    """What the rules make of one note."""

    votes: list[Vote] = field(default_factory=list)
    cues: Counter[Cue] = field(default_factory=Counter)
    good: int = 0
    bad: int = 0
    silent: list[Clause] = field(default_factory=list)  # opinions without an object
    exclaimed: bool = False
    turned: bool = False  # a contrast was heard
    label: NoteLabel = NOTHING  # the sum of it all

    @property
    def reproach(self) -> bool:
        """Whether blame is heard beyond the bare report of harm."""
        loud = (Cue.RHETORICAL, Cue.SARCASM, Cue.DEMAND, Cue.REPEATED, Cue.AGAIN, Cue.ESCALATION)
        return self.bad > 0 or self.exclaimed or any(self.cues[cue] for cue in loud)


class RuleClassifier:
    """Reads notes by rules alone, over the words of one taxonomy."""

    def __init__(self, taxonomy: Taxonomy | None = None) -> None:
        self.taxonomy = taxonomy if taxonomy is not None else Taxonomy.default()
        self._lexicon = Lexicon(self.taxonomy)

    def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
        """Yield the findings of *clauses*, those of one ticket read together."""
        for verdict in self.judge(notes_of(clauses)):
            yield from verdict.findings

    def label(self, notes: Sequence[Note], /) -> list[NoteLabel]:
        """Give the labels of *notes*."""
        return [opinion.label for opinion in self.opinions(notes)]

    def judge(self, notes: Sequence[Note], /) -> list[Verdict]:
        """Give the verdicts on *notes*."""
        return [self._verdict(opinion) for opinion in self.opinions(notes)]

    def opinions(self, notes: Sequence[Note]) -> list[Opinion]:
        """Read *notes*, all their customers' clauses in one search."""
        voiced = [[clause for clause in note if clause.voice is Voice.CUSTOMER] for note in notes]
        hits = iter(self._lexicon.find([clause.text for note in voiced for clause in note]))
        return [read_note(note, [next(hits) for _ in note]) for note in voiced]

    def _verdict(self, opinion: Opinion) -> Verdict:
        label = opinion.label
        findings = tuple(
            finding_of(
                vote.seen,
                opinion,
                label.intent,
                polarity=vote.polarity,
                confidence=confidence_of(vote),
                wish=vote.wish,
            )
            for vote in distinct(opinion.votes)
        )
        return Verdict(label, findings, tuple(opinion.silent))


@dataclass(frozen=True, slots=True)
class Seen:
    """Where and by what a finding was seen; *place* counts normalized characters of the ticket."""

    clause: Clause
    topic: Topic
    place: Span
    why: str


def finding_of(
    seen: Seen, opinion: Opinion, note: Intent, *, polarity: int, confidence: float, wish: bool = False
) -> Finding:
    """Make a finding of what was seen in a note of *opinion* and intent *note*."""
    return Finding(
        clause=seen.clause,
        perception=seen.topic.perception,
        intent=finding_intent(polarity, note, wish=wish),
        polarity=polarity,
        topic=seen.topic.id,
        intensity=intensity(opinion.cues, seen.clause),
        confidence=round(confidence, 4),
        evidence=seen.clause.aligned.origin(seen.place),
        why=seen.why,
    )


def distinct(votes: Iterable[Vote]) -> Iterator[Vote]:
    """Keep one vote per clause and topic."""
    seen: set[tuple[int, str]] = set()
    for vote in votes:
        key = (vote.clause.start, vote.topic.id)
        if key not in seen:
            seen.add(key)
            yield vote


def read_note(clauses: Sequence[Clause], hits: Sequence[Sequence[Hit]]) -> Opinion:
    """Read the customer's clauses of one note, given the words found in each."""
    opinion = Opinion()
    named: tuple[int, Hit] | None = None
    for number, (clause, found) in enumerate(zip(clauses, hits, strict=True)):
        opinion.cues.update(chain.from_iterable(hit.meaning.cues for hit in found))
        opinion.turned = opinion.cues[Cue.CONTRAST] > 0
        if "！！" in clause.text or "!!" in clause.text:
            opinion.exclaimed = True
        if not found:
            continue
        carried = named[1] if named and number - named[0] <= CARRY else None
        _read_clause(opinion, clause, found, carried)
        topical = [hit for hit in found if hit.meaning.topic]
        if topical:
            named = number, topical[-1]
    opinion.label = label_of(opinion)
    return opinion


def _read_clause(opinion: Opinion, clause: Clause, hits: Sequence[Hit], carried: Hit | None) -> None:
    """Add what one clause voices to *opinion*."""
    negators = [hit for hit in hits if Cue.NEGATOR in hit.meaning.cues]
    text = clause.text
    stances = [(hit, _polarity(hit, negators, text)) for hit in hits if hit.meaning.polarity is not None]
    voiced = [(hit, polarity) for hit, polarity in stances if hit.meaning.topic]
    attitudes = [(hit, polarity) for hit, polarity in stances if not hit.meaning.topic]
    opinion.good += sum(p > 0 for _, p in attitudes)
    opinion.bad += sum(p < 0 for _, p in attitudes)
    opinion.bad += sum(Cue.DISCONTENT in hit.meaning.cues for hit in hits)  # names no object of its own
    weight = 2 if opinion.turned else 1
    for hit, polarity in voiced:
        opinion.votes.append(_vote(clause, hit, (hit,), polarity, sure=True))
        opinion.votes[-1].weight = weight
    terms = [hit for hit in hits if hit.meaning.topic and hit.meaning.polarity is None]
    wishes = [hit for hit in hits if Cue.SUGGESTION in hit.meaning.cues]
    if attitudes and not voiced:
        stance, polarity = attitudes[-1]
        about = _nearest(terms, stance) or carried
        if about is None:
            opinion.silent.append(clause)
        else:
            at = about if about in terms else None
            opinion.votes.append(
                _vote(clause, about, (at, stance) if at else (stance,), polarity, sure=False)
            )
    elif wishes and terms and not voiced:
        vote = _vote(clause, terms[-1], (wishes[0], terms[-1]), 0, sure=False)
        vote.wish = True
        opinion.votes.append(vote)


def _vote(clause: Clause, about: Hit, shown: Sequence[Hit], polarity: int, *, sure: bool) -> Vote:
    topic = about.meaning.topic
    assert topic is not None  # noqa: S101  callers choose hits that have one
    start = clause.start + min(hit.start for hit in shown)
    end = clause.start + max(hit.end for hit in shown)
    words = tuple(dict.fromkeys(hit.meaning.word for hit in (about, *shown)))
    return Vote(clause, topic, polarity, start, end, words, sure)


def _polarity(hit: Hit, negators: Sequence[Hit], text: str) -> int:
    """Give the stance of *hit*, turned once for each negator just before it."""
    stance = hit.meaning.polarity
    if not stance:
        return 0
    word = hit.meaning.word
    opens, closes = hit.start + word.find(GAP), hit.end - len(word) + word.rfind(GAP) + 1
    turning = sum(
        hit.start - NEGATION_REACH <= n.end <= hit.start
        or (GAP in word and opens <= n.start and n.end <= closes)
        for n in negators
    )
    if text[hit.start - 1 : hit.start] in NEGATIONS and not any(n.end == hit.start for n in negators):
        turning += 1  # a longer word hid the negator: 不好看 is not 不好 and 好看
    return -stance if turning % 2 else stance


def _nearest(terms: Sequence[Hit], stance: Hit) -> Hit | None:
    return min(terms, key=lambda term: abs(term.start - stance.start), default=None)


def label_of(opinion: Opinion) -> NoteLabel:
    """Sum up a note: each perception with the polarity that outweighs, and the one intent."""
    perceptions: dict[Perception, int] = {}
    confidence: dict[str, float] = {}
    voiced = {vote.topic.perception for vote in opinion.votes}
    for perception in Perception:
        if perception not in voiced:
            confidence[perception] = 0.7
            continue
        votes = [vote for vote in opinion.votes if vote.topic.perception is perception]
        perceptions[perception] = overall(vote.polarity * vote.weight for vote in votes)
        confidence[perception] = max(confidence_of(vote) for vote in votes)
    intent = _note_intent(opinion, perceptions)
    confidence["intent"] = 0.7
    return NoteLabel(perceptions, intent, confidence)


def _note_intent(opinion: Opinion, perceptions: dict[Perception, int]) -> Intent:
    """Choose by the precedence of the guide: complaint, suggestion, praise, inquiry, other."""
    cues = opinion.cues
    harmed = any(p < 0 for p in perceptions.values())
    pleased = any(p > 0 for p in perceptions.values())
    wished = any(vote.wish for vote in opinion.votes) or cues[Cue.SUGGESTION] > 0
    asked = cues[Cue.INQUIRY] > 0 or cues[Cue.POLITE] > 0
    blamed = opinion.bad > opinion.good or cues[Cue.RHETORICAL] or cues[Cue.SARCASM] or cues[Cue.ESCALATION]
    if harmed or blamed:
        return _intent_of_harm(opinion, asked=asked and not pleased, wished=wished)
    if wished and not cues[Cue.PEER]:
        return Intent.SUGGESTION
    told_as_fact = pleased and not opinion.good and set(perceptions) == {Perception.RULE}  # 提额了
    if asked and (told_as_fact or not pleased):
        return Intent.INQUIRY
    if pleased or opinion.good:
        return Intent.OTHER if told_as_fact or cues[Cue.PEER] else Intent.PRAISE
    return Intent.OTHER


def _intent_of_harm(opinion: Opinion, *, asked: bool, wished: bool) -> Intent:
    """Harm reported without reproach may be a request for help or a proposal."""
    if asked and not opinion.reproach:
        return Intent.INQUIRY
    if wished and not opinion.reproach and not opinion.cues[Cue.DEMAND]:
        return Intent.SUGGESTION
    return Intent.COMPLAINT


def confidence_of(vote: Vote) -> float:
    """Give how often such a vote is right, from its kind."""
    return 0.85 if vote.sure else 0.65
