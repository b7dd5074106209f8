"""What each note adds to the counts that figures are made of, so that figures of any sample are sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from voctext.errors import InputError
from voctext.evaluate.labelled import LabelledNote
from voctext.records import Intent, NoteLabel, Perception

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Columns = Sequence[tuple[int, int]]
"""A column of counts: of each note, what is counted and out of how much."""


class Figure(NamedTuple):
    """
    A figure: a mean of ratios, each of a column of counts.

    *always* lets a ratio with nothing to count stand as 0 rather than be left out. An *f1* is twice the
    right answers over those wanted and those given; any other figure is a share of right answers.
    """

    name: str
    columns: tuple[int, ...]
    f1: bool
    always: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """
    Counts of notes, and the figures made of them.

    *rows* has the shape (notes, 2, columns): what is counted, and out of how much. Both sides of an F1
    are counted twice over, as 2·TP and TP + FN + TP + FP, so that every figure is a ratio of sums.
    """

    rows: "Floats"
    figures: tuple[Figure, ...]

    def values(self, sums: "Floats") -> "dict[str, Floats]":
        """
        Give each figure of *sums* of rows, shape (…, 2, columns); NaN where there is nothing to count.

        Returns:
            By the name of the figure, an array of shape (…).
        """
        import numpy as np

        counted, out_of = sums[..., 0, :], sums[..., 1, :]
        ratios = np.divide(counted, out_of, out=np.full(counted.shape, np.nan), where=out_of > 0)
        return {figure.name: _mean(ratios[..., list(figure.columns)], figure) for figure in self.figures}

    def points(self) -> dict[str, float]:
        """Give each figure of all notes; 0 where there is nothing to count."""
        import numpy as np

        values = self.values(self.rows.sum(axis=0))
        return {name: float(np.nan_to_num(value)) for name, value in values.items()}


def _mean(ratios: "Floats", figure: Figure) -> "Floats":
    import numpy as np

    known = ~np.isnan(ratios)
    parts = np.full(ratios.shape[:-1], len(figure.columns)) if figure.always else known.sum(axis=-1)
    total = np.where(known, ratios, 0.0).sum(axis=-1)
    mean: Floats = np.divide(total, parts, out=np.full(total.shape, np.nan), where=parts > 0)
    return mean


def note_counts(notes: Sequence[LabelledNote], labels: Sequence[NoteLabel]) -> Counts:
    """Count what *labels* have right of *notes*, note by note."""
    perceptions, intents = tuple(Perception), tuple(Intent)
    pairs = list(zip(notes, labels, strict=True))
    both = [[p for p in note.perceptions if p in label.perceptions] for note, label in pairs]
    columns: list[Columns] = [
        *(
            _f1([(p in note.perceptions, p in label.perceptions) for note, label in pairs])
            for p in perceptions
        ),
        *(_f1([(note.intent is i, label.intent is i) for note, label in pairs]) for i in intents),
        [(note.intent is label.intent, 1) for note, label in pairs],
        [
            (sum(note.perceptions[p] == label.perceptions[p] for p in found), len(found))
            for found, (note, label) in zip(both, pairs, strict=True)
        ],
        [(is_exact(note, label), 1) for note, label in pairs],
    ]
    first_intent, rest = len(perceptions), len(perceptions) + len(intents)
    figures = (
        *(Figure(f"perception.{p.value}.f1", (n,), f1=True) for n, p in enumerate(perceptions)),
        Figure("perception.macro_f1", tuple(range(first_intent)), f1=True, always=True),
        Figure("intent.macro_f1", tuple(range(first_intent, rest)), f1=True),
        Figure("intent.accuracy", (rest,), f1=False),
        Figure("polarity.accuracy", (rest + 1,), f1=False),
        Figure("exact_match", (rest + 2,), f1=False),
    )
    return Counts(_rows(columns), figures)


def class_counts(true: Sequence[str], predicted: Sequence[str], classes: Sequence[str]) -> Counts:
    """Count what *predicted* has right of *true*, text by text, each of *classes* in a column."""
    pairs = list(zip(true, predicted, strict=True))
    columns: list[Columns] = [_f1([(wanted == c, said == c) for wanted, said in pairs]) for c in classes]
    columns.append([(wanted == said, 1) for wanted, said in pairs])
    figures = (
        Figure("accuracy", (len(classes),), f1=False),
        Figure("macro_f1", tuple(range(len(classes))), f1=True),
    )
    return Counts(_rows(columns), figures)


def is_exact(note: LabelledNote, label: NoteLabel) -> bool:
    """Tell whether perceptions, polarities and intent are all right."""
    return dict(note.perceptions) == dict(label.perceptions) and note.intent is label.intent


def _f1(answers: Sequence[tuple[bool, bool]]) -> Columns:
    """Give 2·TP and wanted + given of each note."""
    return [(2 * (wanted and given), wanted + given) for wanted, given in answers]


def _rows(columns: Sequence[Columns]) -> "Floats":
    import numpy as np

    return np.array(columns, dtype=float).transpose(1, 2, 0)


def clusters_of(customers: Sequence[str] | None, notes: int) -> "NDArray[np.int64] | None":
    """
    Give each note the number of its customer; one of no known customer is a customer of its own.

    Returns:
        None where notes are to be drawn one by one: no customer is known to have two of them, or all
        are one customer's, who alone says nothing of others.

    Raises:
        InputError: Not one customer for each note.
    """
    import numpy as np

    if customers is None:
        return None
    if len(customers) != notes:
        raise InputError(f"{len(customers)} customers and {notes} notes; give one for each, '' if not known")
    named: Mapping[str, int] = {name: n for n, name in enumerate(dict.fromkeys(filter(None, customers)))}
    own = iter(range(len(named), len(named) + notes))
    numbers = [named[name] if name else next(own) for name in customers]
    return np.array(numbers) if 1 < len(set(numbers)) < notes else None
