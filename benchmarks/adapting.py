"""
How long learning from labels takes, and what it gains.

Without a file: seconds and peak memory of `adapt` and of `SingleLabelClassifier` on 5,000 synthetic notes
of the corpus, each in a process of its own, as a ratio to a peer's on the same notes in the same run:
scikit-learn's TfidfVectorizer (char_wb, 1 to 4 characters) and LogisticRegression, fitted to the intents.
Peak memory is the whole process's. The peer answers one question; `adapt` answers all, in five folds and once
more on all notes.

With a file of labelled notes that has a column "source": what the default, and it adapted to 100, 200 and
350 of the notes, read right. Five folds with a share of every source in each ("stratified by source"), then
folds of whole sources ("sources held out"), each over several seeds. A figure is of all notes, each read by a
model that had not seen it; its gain is over the default. Beside it stands the gain in a fold, with the 95 %
interval of Student's t over the folds of all seeds, which share notes and so are somewhat too sure.

Run `python benchmarks/adapting.py [LABELLED.csv [SEEDS]]`.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import CombinedClassifier
from voctext.corpus import notes as corpus
from voctext.evaluate import LabelledNote, evaluate, read_labelled, tickets_of
from voctext.miner import Miner
from voctext.records import NoteLabel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZES = (100, 200, 350)
FOLDS, SEEDS, MANY = 5, 5, 5000
FIGURES = ("perception macro-F1", "intent macro-F1")
MEGABYTE = 1024.0  # ru_maxrss counts kilobytes


@dataclass(frozen=True, slots=True)
class Fold:
    """Places of notes: those to learn from, fewer within more, by how many they are; and those to read."""

    train: Mapping[int, tuple[int, ...]]
    test: tuple[int, ...]


def folds_by_source(
    notes: Sequence[LabelledNote], seed: int, *, sizes: Sequence[int] = SIZES, whole: bool = False
) -> list[Fold]:
    """
    Deal *notes* into five folds with a share of every source in each, or with *whole* sources.

    The notes to learn from are drawn from the other folds; where those hold fewer than a size, all of them.
    """
    import numpy as np

    order = np.random.default_rng(seed).permutation(len(notes)).tolist()
    sources = [notes[i].about["source"] for i in range(len(notes))]
    fold_of = [0] * len(notes)
    if whole:
        filled = [0] * FOLDS
        for source in sorted(dict.fromkeys(sources[i] for i in order), key=lambda s: -sources.count(s)):
            fold = filled.index(min(filled))
            filled[fold] += sources.count(source)
            for i in (i for i in order if sources[i] == source):
                fold_of[i] = fold
    else:
        for place, i in enumerate(sorted(order, key=lambda i: sources[i])):
            fold_of[i] = place % FOLDS
    folds = []
    for fold in range(FOLDS):
        rest = [i for i in order if fold_of[i] != fold]
        test = tuple(i for i in range(len(notes)) if fold_of[i] == fold)
        folds.append(Fold({size: tuple(rest[:size]) for size in sizes}, test))
    return folds


def figures_of(notes: Sequence[LabelledNote], labels: Sequence[NoteLabel]) -> "NDArray[np.float64]":
    """Give perception and intent macro-F1 of *labels*."""
    import numpy as np

    told = evaluate(notes, labels)
    return np.array([told["perception"]["macro_f1"], told["intent"]["macro_f1"]])


def measure(notes: Sequence[LabelledNote], seeds: int, *, whole: bool) -> "dict[int, NDArray[np.float64]]":
    """Give for each size the gains over the default: of every seed over all notes, then of every fold."""
    import numpy as np

    from voctext.train import adapt

    usual = list(Miner.default().label(tickets_of(notes)))
    gains: dict[int, list[Any]] = {size: [] for size in SIZES}
    parts: dict[int, list[Any]] = {size: [] for size in SIZES}
    for seed in range(seeds):
        folds = folds_by_source(notes, seed, whole=whole)
        for size in SIZES:
            labels = list(usual)
            for fold in folds:
                learned = [notes[i] for i in fold.train[size]]
                groups = [note.about["source"] for note in learned] if whole else None
                miner = Miner(CombinedClassifier(model=adapt(learned, groups=groups, seed=seed)))
                held = [notes[i] for i in fold.test]
                read = list(miner.label(tickets_of(held)))
                parts[size].append(figures_of(held, read) - figures_of(held, [usual[i] for i in fold.test]))
                for i, label in zip(fold.test, read, strict=True):
                    labels[i] = label
            gains[size].append(figures_of(notes, labels) - figures_of(notes, usual))
    return {size: np.array([*gains[size], *parts[size]]) for size in SIZES}


def compare(path: Path, seeds: int) -> Iterator[str]:
    """Write the table of what adapting to the notes in *path* gains."""
    import numpy as np
    from scipy.stats import t

    notes = read_labelled(path)
    before = figures_of(notes, list(Miner.default().label(tickets_of(notes))))
    yield f"{len(notes)} notes; default: " + ", ".join(
        f"{name} {value:.4f}" for name, value in zip(FIGURES, before, strict=True)
    )
    for name, whole in (("stratified by source", False), ("sources held out", True)):
        yield f"{name}, {seeds} seeds"
        for size, rows in measure(notes, seeds, whole=whole).items():
            pooled, folds = rows[:seeds], rows[seeds:]
            reach = t.ppf(0.975, len(folds) - 1) * folds.std(axis=0, ddof=1) / np.sqrt(len(folds))
            for i, figure in enumerate(FIGURES):
                mean, middle = pooled[:, i].mean(), folds[:, i].mean()
                yield (
                    f"  +{size} {figure:<20} gain {mean:+.4f} (least of a seed {pooled[:, i].min():+.4f}); "
                    f"in a fold {middle:+.4f} ({middle - reach[i]:+.4f} to {middle + reach[i]:+.4f})"
                )


def some_notes() -> list[LabelledNote]:
    """Give synthetic notes as if people had labelled them."""
    every = corpus()
    chosen = every[:: len(every) // MANY][:MANY]
    return [LabelledNote(note.text, note.perceptions, note.intent, {}) for note in chosen]


def fit_adapted() -> None:
    """Adapt the default model."""
    from voctext.train import adapt

    adapt(some_notes())


def fit_single() -> None:
    """Fit the classifier of single labels to the intents."""
    from voctext.train import SingleLabelClassifier

    notes = some_notes()
    SingleLabelClassifier().fit([note.text for note in notes], [note.intent.value for note in notes])


def fit_peer() -> None:
    """Fit what many would write first."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    notes = some_notes()
    peer = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)), LogisticRegression(max_iter=1000)
    )
    peer.fit([note.text for note in notes], [note.intent.value for note in notes])


FITS: Mapping[str, Callable[[], None]] = {"peer": fit_peer, "adapt": fit_adapted, "single": fit_single}


def cost_of(name: str) -> tuple[float, float]:
    """Give seconds and megabytes of one fit in a process of its own."""
    script = [sys.executable, __file__, "--fit", name]
    told = subprocess.run(script, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), float(told[1])


def costs() -> Iterator[str]:
    """Write what each fit costs, beside the peer's."""
    peer = cost_of("peer")
    yield f"{MANY} synthetic notes, peer: TfidfVectorizer char_wb 1-4 and LogisticRegression on the intents"
    yield f"  {'peer':<8} {peer[0]:6.1f} s  {peer[1]:6.0f} MB"
    for name in ("adapt", "single"):
        seconds, room = cost_of(name)
        yield (
            f"  {name:<8} {seconds:6.1f} s  {room:6.0f} MB   "
            f"{seconds / peer[0]:.2f} times the seconds, {room / peer[1]:.2f} times the memory"
        )


def main(words: Sequence[str]) -> None:
    """Print what the command line asks for."""
    if words[:1] == ["--fit"]:
        start = time.perf_counter()
        FITS[words[1]]()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
        print(time.perf_counter() - start, peak)
        return
    for line in compare(Path(words[0]), int(words[1]) if words[1:] else SEEDS) if words else costs():
        print(line, flush=True)


if __name__ == "__main__":
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "2")
    main(sys.argv[1:])
