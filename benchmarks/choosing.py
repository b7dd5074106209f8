"""
What it helps to choose the notes that are labelled for training.

A reader starts from 100 labelled notes drawn at random, reads an export of 6,000, and is trained again with
100 or 200 more: drawn at random, or chosen by `voctext.audit.learning.choose_notes`. Both are measured on
3,000 notes set aside. The notes are the shipped synthetic ones; the reader is trained from nothing on the
columns of the default model, so that the default's own knowledge of these notes plays no part. (Which n-grams
are columns was chosen on all of them; that is the same for both.)

Two exports: *even*, with labels as frequent as in the corpus, and *skewed*, in which praise, suggestions and
people are thinned to one in eight, as desks for complaints see them; a test is as skewed as its export. Each
run deals the notes anew; a difference is the mean over runs, of the same start, with a 95 % interval
(Student's t).

Run `python benchmarks/choosing.py`; it needs scikit-learn.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from voctext.audit.learning import choose_notes
from voctext.classify.combined import FIRST_INTENT, FIRST_POLARITY, INTENTS, PERCEPTIONS, probabilities
from voctext.corpus import CorpusNote, notes
from voctext.records import Intent, NoteLabel, Perception, Reading, Ticket

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy is loaded: the fits are too small to share out

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

RUNS = 8
START, EXPORT, TEST = 100, 6000, 3000
MORE = (100, 200)
SCARCE = 8
"""In the skewed export one in so many notes of a scarce kind is kept."""
STRENGTH = 10.0
"""Inverse regularization of the reader."""
EXPORTS = ("even", "skewed")
FIGURES = ("perceptions", "intents", "the rarest of both")


def is_scarce(note: CorpusNote) -> bool:
    return note.intent in (Intent.PRAISE, Intent.SUGGESTION) or Perception.PERSON in note.perceptions


def dealt(corpus: Sequence[CorpusNote], rng: "np.random.Generator", *, skewed: bool) -> "list[Ints]":
    """Deal notes to the start, the export and the test; a text stands in one of them."""
    import numpy as np

    once = list({note.text: i for i, note in enumerate(corpus)}.values())
    order = rng.permutation(once)
    if skewed:
        kept = [not is_scarce(corpus[i]) or rng.random() < 1 / SCARCE for i in order]
        order = order[kept]
    return np.split(order[: START + EXPORT + TEST], [START, START + EXPORT])


def fitted(rows: Any, answers: "NDArray[np.int8]") -> "Floats":
    """Train the reader: a logistic regression for each perception, one for the intent."""
    import numpy as np

    from voctext.train.heads import fit_head

    weight = np.ones(rows.shape[0])
    groups = [slice(i, i + 1) for i in range(FIRST_POLARITY)] + [slice(FIRST_INTENT, answers.shape[1])]
    weights = np.zeros((rows.shape[1] + 1, answers.shape[1]))
    for group in groups:
        if answers[:, group].any(axis=0).sum() and len(np.unique(answers[:, group], axis=0)) > 1:
            weights[:, group] = fit_head(rows, answers[:, group], weight, STRENGTH)
        else:
            weights[-1, group] = -30  # nobody gave an example of it
    return weights


def read(rows: Any, weights: "Floats") -> "Floats":
    return probabilities((rows @ weights[:-1] + weights[-1]).astype("float32"))


def reading(number: int, text: str, chances: "Floats") -> Reading:
    """Say what the reader says, as a classifier of voctext does."""
    found = [p for i, p in enumerate(PERCEPTIONS) if chances[i] >= 0.5]
    intents = chances[FIRST_INTENT:]
    sure = {p.value: float(max(chances[i], 1 - chances[i])) for i, p in enumerate(PERCEPTIONS)}
    label = NoteLabel(
        dict.fromkeys(found, 0), INTENTS[int(intents.argmax())], {**sure, "intent": float(intents.max())}
    )
    return Reading(Ticket(str(number), text), (), label)


def f1(true: "NDArray[np.bool_]", said: "NDArray[np.bool_]") -> float:
    return float(2 * (true & said).sum() / max(1, true.sum() + said.sum()))


def figures(answers: "NDArray[np.int8]", chances: "Floats") -> list[float]:
    """Give macro-F1 of the perceptions, of the intents, and F1 of the label that is rarest in the test."""
    import numpy as np

    intents = np.eye(len(INTENTS), dtype=bool)[chances[:, FIRST_INTENT:].argmax(axis=1)]
    said = np.hstack([chances[:, :FIRST_POLARITY] >= 0.5, intents])
    true = np.hstack([answers[:, :FIRST_POLARITY], answers[:, FIRST_INTENT:]]) == 1
    each = [f1(t, s) for t, s in zip(true.T, said.T, strict=True)]
    rarest = int(true.sum(axis=0).argmin())
    return [float(np.mean(each[:FIRST_POLARITY])), float(np.mean(each[FIRST_POLARITY:])), each[rarest]]


def run(
    corpus: Sequence[CorpusNote], rows: Any, answers: "NDArray[np.int8]", seed: int, *, skewed: bool
) -> Any:
    """Give the figures by number of labels: shape (len(MORE), 2 ways: random, chosen; figures)."""
    import numpy as np

    rng = np.random.default_rng(seed)
    start, export, test = dealt(corpus, rng, skewed=skewed)
    chances = read(rows[export], fitted(rows[start], answers[start]))
    readings = [
        reading(i, corpus[note].text, row) for i, (note, row) in enumerate(zip(export, chances, strict=True))
    ]
    found = np.zeros((len(MORE), 2, len(FIGURES)))
    for k, size in enumerate(MORE):
        chosen = [int(note.id) for note in choose_notes(readings, size=size, seed=seed, masker=None).notes]
        for way, picked in enumerate((rng.choice(len(export), size, replace=False), chosen)):
            taught = np.concatenate([start, export[picked]])
            found[k, way] = figures(answers[test], read(rows[test], fitted(rows[taught], answers[taught])))
    return found


def spread(differences: "Floats") -> tuple[float, float, float]:
    """Give the mean of *differences* over runs and its 95 % interval."""
    import numpy as np
    from scipy.stats import t

    mean = float(differences.mean())
    half = float(t.ppf(0.975, len(differences) - 1) * differences.std(ddof=1) / np.sqrt(len(differences)))
    return mean, mean - half, mean + half


def main() -> None:
    import numpy as np

    from voctext.audit.spread import rows_of
    from voctext.taxonomy import Taxonomy
    from voctext.train.heads import targets

    corpus = notes()
    rows = rows_of([Ticket(str(i), note.text) for i, note in enumerate(corpus)], Taxonomy.default())
    answers = targets(corpus)
    print(f"{RUNS} runs a row; {START} labels to start with, an export of {EXPORT:,}, a test of {TEST:,}\n")
    print("| export | labels | F1 of | random | chosen | difference, points |\n|---|---:|---|---:|---:|---:|")
    for export in EXPORTS:
        runs = np.stack([run(corpus, rows, answers, seed, skewed=export == "skewed") for seed in range(RUNS)])
        for k, size in enumerate(MORE):
            for i, name in enumerate(FIGURES):
                both = 100 * runs[:, k, :, i]
                mean, low, high = spread(both[:, 1] - both[:, 0])
                means = f"{both[:, 0].mean():.1f} | {both[:, 1].mean():.1f}"
                print(f"| {export} | +{size} | {name} | {means} | {mean:+.1f} ({low:+.1f} to {high:+.1f}) |")


if __name__ == "__main__":
    main()
