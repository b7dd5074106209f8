"""
Agreement between people who labelled the same notes, and where they differ.

Sources: J. Cohen (1960), Educational and Psychological Measurement 20, 37-46, for κ; K. Krippendorff
(2011), "Computing Krippendorff's alpha-reliability", section D, for α with nominal values.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from voctext.errors import InputError
from voctext.labels.notes import SHOWN, LabelledFile, LabelledText, Shape
from voctext.records import Perception

_VOICED, _NOT = "marked", "not marked"
Answers = Mapping[str, str | None]
"""What each annotator answered; None where the question was not answered."""


def cohen_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """
    Give Cohen's κ of two people's answers; None where chance alone would make them agree, or without pairs.

    >>> round(cohen_kappa([(1, 1), (1, 0), (0, 0), (0, 0)]), 2)
    0.5
    """
    pairs = list(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    n = len(pairs)
    by_chance = sum(first[answer] * second[answer] for answer in first)
    if by_chance == n * n:
        return None
    observed = sum(one == other for one, other in pairs)
    return (n * observed - by_chance) / (n * n - by_chance)


def krippendorff_alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """
    Give Krippendorff's α for nominal answers; each unit holds its answers, None where one is missing.

    Units with fewer than two answers say nothing. None where all answers are the same.

    >>> krippendorff_alpha([("a", "a"), ("b", "b"), ("a", None)])
    1.0
    """
    coded = [[answer for answer in unit if answer is not None] for unit in units]
    paired = [Counter(unit) for unit in coded if len(unit) > 1]
    totals = Counter[Hashable]()
    for unit in paired:
        totals.update(unit)
    n = totals.total()
    expected = n * n - sum(count * count for count in totals.values())
    if not expected:
        return None
    observed = fsum(
        (unit.total() ** 2 - sum(count * count for count in unit.values())) / (unit.total() - 1)
        for unit in paired
    )
    return 1.0 - (n - 1) * observed / expected


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    How far annotators agree on one question.

    *units* have two answers or more; *observed* is the share of pairs of answers to one unit that are the
    same. *kappa* is for two annotators. Both coefficients are None where every answer is the same.
    """

    question: str
    units: int
    observed: float
    kappa: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What annotators said of the same notes.

    *disagreements* has a row for each question to a note that they answered differently; *alone* counts
    notes that only one of them labelled.
    """

    annotators: tuple[str, ...]
    notes: int
    alone: int
    agreements: tuple[Agreement, ...]
    disagreements: tuple[Mapping[str, str], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `disagreements`."""
        return ("id", "text", "question", *(_said_by(name) for name in self.annotators))


def _said_by(annotator: str) -> str:
    return f"said by {annotator}"


def compare(*files: LabelledFile) -> Comparison:
    """
    Compare what the annotators of one file, or of several, said of the same notes.

    An annotator is called as the column annotator says, else as the file is. Notes are the same that have
    the same id, or, unless every note has one, the same text. Asked is: whether each perception is marked;
    of those that are, their polarity; the intent; the class.

    Raises:
        InputError: Fewer than two annotators, no note labelled by two, one annotator labelled a note
            twice and not the same, or texts of one id differ; the message names the rows.
    """
    by_note = _matched(files)
    annotators = tuple(dict.fromkeys(name for said in by_note.values() for name in said))
    if len(annotators) < 2:  # noqa: PLR2004 - it takes two to agree
        raise InputError(
            f"only {annotators[0]!r} labelled these notes; "
            "give a second file, or a column annotator with two names or more"
        )
    shared = {key: said for key, said in by_note.items() if len(said) > 1}
    if not shared:
        raise InputError(
            f"no note was labelled by two of {', '.join(annotators)}; their ids or texts must be the same"
        )
    agreements: list[Agreement] = []
    rows: list[tuple[int, dict[str, str]]] = []
    for question, ask in _questions(files).items():
        units = [{name: ask(note) for name, note in said.items()} for said in shared.values()]
        agreement = _agreement(question, units, annotators)
        if agreement is not None:
            agreements.append(agreement)
        for number, (said, unit) in enumerate(zip(shared.values(), units, strict=True)):
            if len({answer for answer in unit.values() if answer is not None}) > 1:
                note = next(iter(said.values()))
                given = {_said_by(name): answer or "" for name, answer in unit.items()}
                rows.append((number, {"id": note.id, "text": note.text, "question": question, **given}))
    rows.sort(key=lambda row: row[0])
    return Comparison(
        annotators, len(shared), len(by_note) - len(shared), tuple(agreements), tuple(row for _, row in rows)
    )


def _matched(files: Sequence[LabelledFile]) -> dict[str, dict[str, LabelledText]]:
    """Give, for each note, who said what of it."""
    names = [file.path.stem for file in files]
    names = names if len(set(names)) == len(names) else [str(file.path) for file in files]
    has_ids = all(note.id for file in files for note in file)
    found: dict[str, dict[str, LabelledText]] = {}
    problems: list[str] = []
    for name, file in zip(names, files, strict=True):
        for note in file:
            said = found.setdefault(note.id if has_ids else note.text, {})
            annotator = note.annotator or name
            before = said.setdefault(annotator, note)
            first = next(iter(said.values()))
            if first.text != note.text:
                problems.append(f"{note.where}: the text of id {note.id!r} is not that of {first.where}")
            elif _answers(before) != _answers(note):
                problems.append(
                    f"{note.where}: {annotator} labelled the same note otherwise at {before.where}"
                )
    if problems:
        more = f"\n… and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise InputError("\n".join(problems[:SHOWN]) + more)
    return found


def _answers(note: LabelledText) -> tuple[object, ...]:
    return note.stances, note.intent, note.label, note.spans


def _questions(files: Sequence[LabelledFile]) -> dict[str, Callable[[LabelledText], str | None]]:
    questions: dict[str, Callable[[LabelledText], str | None]] = {}
    if any(file.shape is not Shape.CLASSES for file in files):
        for perception in Perception:
            questions[perception.value] = lambda note, p=perception: _VOICED if p in note.stances else _NOT  # type: ignore[misc]
            questions[f"{perception} polarity"] = lambda note, p=perception: (  # type: ignore[misc]
                str(note.stances[p]) if p in note.stances else None
            )
    questions["intent"] = lambda note: note.intent.value if note.intent else None
    questions["label"] = lambda note: note.label
    return questions


def _agreement(question: str, units: Sequence[Answers], annotators: Sequence[str]) -> Agreement | None:
    coded = [[unit.get(name) for name in annotators] for unit in units]
    answered = [[answer for answer in unit if answer is not None] for unit in coded]
    answered = [unit for unit in answered if len(unit) > 1]
    if not answered:
        return None
    pairs = [len(unit) * (len(unit) - 1) for unit in answered]
    same = [sum(count * (count - 1) for count in Counter(unit).values()) for unit in answered]
    is_of_two = len(annotators) == 2  # noqa: PLR2004 - κ is defined for two
    return Agreement(
        question,
        len(answered),
        sum(same) / sum(pairs),
        cohen_kappa((unit[0], unit[1]) for unit in answered) if is_of_two else None,
        krippendorff_alpha(coded),
    )


def agreement_rows(comparison: Comparison) -> Iterator[dict[str, object]]:
    """Give the figures as rows, for a table or JSON."""
    for agreement in comparison.agreements:
        figures = {"observed": agreement.observed, "kappa": agreement.kappa, "alpha": agreement.alpha}
        rounded = {name: None if value is None else round(value, 4) for name, value in figures.items()}
        yield {"question": agreement.question, "units": agreement.units, **rounded}
