"""
How well texts with one label each are learned: linear, and an encoder beside it.

A task of the shape of a complaint desk's: 5,102 synthetic notes of the corpus, each about one group of
topics, in the six largest groups, unevenly many of each. A fifth is held out. Beside accuracy and macro-F1,
with 95 % intervals (bootstrap over notes), stand the seconds that learning takes.

Run `python benchmarks/classes.py [--encoder FOLDER] [--notes N]`.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from voctext.corpus import notes as corpus
from voctext.evaluate import evaluate_single
from voctext.taxonomy import Taxonomy

NOTES, CLASSES, HELD_OUT = 5102, 6, 5

Learn = Callable[[Sequence[str], Sequence[str]], Any]


def task(size: int) -> tuple[list[str], list[str]]:
    """Give texts and their labels."""
    taxonomy = Taxonomy.default()
    found = []
    for note in corpus():
        groups = {taxonomy[voiced.topic].group for voiced in note.voiced}
        if len(groups) == 1:
            found.append((note.text, groups.pop()))
    largest = {group for group, _ in Counter(group for _, group in found).most_common(CLASSES)}
    chosen = [(text, group) for text, group in found if group in largest]
    step = len(chosen) / min(size, len(chosen))
    some = [chosen[int(i * step)] for i in range(min(size, len(chosen)))]
    return [text for text, _ in some], [group for _, group in some]


def linear(texts: Sequence[str], labels: Sequence[str]) -> Any:
    """Fit the linear classifier."""
    from voctext.train import SingleLabelClassifier

    return SingleLabelClassifier().fit(texts, labels).model_


def encoder(base: str, *, few_shot: bool) -> Learn:
    """Teach the encoder *base*."""
    from voctext.encoder.settings import Settings
    from voctext.train import Run, encode_classes, load_model

    def learn(texts: Sequence[str], labels: Sequence[str]) -> Any:
        with TemporaryDirectory() as folder:
            encode_classes(texts, labels, Run(base, Settings(), few_shot=few_shot)).save(folder)
            return load_model(folder)

    return learn


def table(asked: argparse.Namespace) -> Iterator[str]:
    """Write the table row by row."""
    texts, labels = task(asked.notes)
    test = range(0, len(texts), HELD_OUT)
    train = [i for i in range(len(texts)) if i % HELD_OUT]
    yield f"{len(train)} notes to learn from, {len(test)} held out, {len(set(labels))} classes"
    yield "| reader | accuracy | macro-F1 | seconds to learn |"
    yield "|---|---|---|---|"
    readers: list[tuple[str, Learn]] = [("linear", linear)]
    if asked.encoder:
        readers.append(("encoder, frozen", encoder(asked.encoder, few_shot=True)))
        readers.append(("encoder, tuned", encoder(asked.encoder, few_shot=False)))
    for name, learn in readers:
        begun = perf_counter()
        model = learn([texts[i] for i in train], [labels[i] for i in train])
        taken = perf_counter() - begun
        scores = evaluate_single([labels[i] for i in test], model.predict([texts[i] for i in test]))
        cells = [name]
        for figure in ("accuracy", "macro_f1"):
            low, high = scores[f"{figure}_interval"]
            cells.append(f"{scores[figure]:.3f} ({low:.3f}–{high:.3f})")
        yield f"| {' | '.join([*cells, f'{taken:.0f}'])} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--encoder", help="folder or name of a Hugging Face encoder")
    parser.add_argument("--notes", type=int, default=NOTES)
    for line in table(parser.parse_args()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
