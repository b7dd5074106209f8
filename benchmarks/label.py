"""
How many notes a core labels in a second: voctext beside the stack usually built for it.

The usual stack converts each note with OpenCC, segments it with jieba, weighs the words by TF-IDF and
predicts the three perceptions with one logistic regression each. It is timed in both ways it is run:

- a note at a time, as a service calls it when notes come in one by one; being slow, it reads every
  tenth note;
- in batches as large as voctext's own, one call of each step for a batch, which is as fast as it gets.

All read the shipped synthetic notes, in turns, in one process; the middle of five rounds counts, by the
process's CPU time for a note, so that threads cannot hide. The usual stack is fitted on the notes that
it then reads: its speed is meant, not its answers, and it gives fewer of them (no polarity, intent,
topic or quote).

Run `python benchmarks/label.py`; it needs scikit-learn.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from statistics import median
from time import process_time
from typing import Any, TypeAlias

from voctext.corpus import notes
from voctext.records import Perception

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy is loaded, which reads them once

ROUNDS = 5
BATCH = 1024
SAMPLE = 10
"""Of so many notes, the usual stack reads one a note at a time."""

Label: TypeAlias = Callable[[Iterable[str]], Iterator[Any]]


def corpus() -> tuple[list[str], list[list[int]]]:
    """Give the shipped notes: their texts, and for each the perceptions voiced, as 0 and 1."""
    shipped = notes()
    return [note.text for note in shipped], [
        [int(p in note.perceptions) for p in Perception] for note in shipped
    ]


def usual_stack(texts: list[str], targets: list[list[int]]) -> tuple[Label, Label]:
    """Fit the usual stack, everything heavy built once; give it a note at a time, and in batches."""
    from voctext.segment import by_jieba

    by_jieba(["云"])  # imports jieba without its warnings
    import jieba
    import numpy as np
    from opencc import OpenCC
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    jieba.setLogLevel("ERROR")
    simplified = OpenCC("t2s").convert
    vectorizer = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None)
    classifier = OneVsRestClassifier(LogisticRegression(max_iter=1000))
    classifier.fit(vectorizer.fit_transform([simplified(text) for text in texts]), np.array(targets))

    def each(texts: Iterable[str]) -> Iterator[Any]:
        for text in texts:
            yield classifier.predict(vectorizer.transform([simplified(text)]))[0]

    def batched(texts: Iterable[str]) -> Iterator[Any]:
        notes = iter(texts)
        while batch := list(islice(notes, BATCH)):
            yield from classifier.predict(vectorizer.transform([simplified(text) for text in batch]))

    return each, batched


def seconds(label: Label, texts: list[str]) -> float:
    """Give the CPU time for a note."""
    start = process_time()
    labelled = sum(1 for _ in label(texts))
    taken = process_time() - start
    if labelled != len(texts):
        raise SystemExit(f"{labelled} labels for {len(texts)} notes: a time would mean nothing")
    return taken / len(texts)


def main() -> None:
    from voctext.miner import Miner

    texts, targets = corpus()
    each, batched = usual_stack(texts, targets)
    usual = "OpenCC + jieba + TF-IDF + logistic regression"
    stacks: dict[str, tuple[Label, list[str]]] = {
        f"{usual}, a note at a time": (each, texts[::SAMPLE]),
        f"{usual}, in batches of {BATCH:,}": (batched, texts),
        "`voctext.Miner.default().label`": (Miner.default().label, texts),
    }
    for label, read in stacks.values():
        seconds(label, read[:BATCH])  # whatever is built at first use is built now
    rounds = [[seconds(label, read) for label, read in stacks.values()] for _ in range(ROUNDS)]

    characters = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} synthetic notes of {characters:.0f} characters on average\n")
    print("| stack | notes/s per core | µs a note | voctext is faster by |\n|---|---:|---:|---:|")
    ratios = [
        median(times) for times in zip(*([s / times[-1] for s in times] for times in rounds), strict=True)
    ]
    for name, taken, ratio in zip(stacks, map(median, zip(*rounds, strict=True)), ratios, strict=True):
        print(f"| {name} | {1 / taken:,.0f} | {taken * 1e6:.1f} | {ratio:.2f} × |")


if __name__ == "__main__":
    main()
