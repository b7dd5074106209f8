"""
What labels are worth: the default, and readers that learned from 100, 200 and 350 labelled notes.

Five folds, a share of every source in each; every note is read by a reader that had not seen it. The readers:

- the default model as it ships;
- linear: the default adapted to the labels;
- frozen: heads on the features of an encoder, beside the default;
- tuned: the encoder taught whole, beside the default;
- distilled: the default taught by the frozen encoder on unlabelled texts, none of them a labelled note.

A figure stands with its 95 % interval (bootstrap over notes), and with its gain over the default on the same
notes and the interval of that (paired bootstrap). Encoder rows need the extra `encoder` and `--encoder`.

Run `python benchmarks/learning.py LABELLED.csv [--encoder FOLDER] [--unlabelled EXPORT] [--tune
[--epochs N] [--max-tokens N]]`.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from adapting import SIZES, folds_by_source
from voctext.classify.combined import CombinedClassifier
from voctext.encoder.settings import LIMIT, Settings
from voctext.evaluate import LabelledNote, compare, evaluate, read_labelled, tickets_of
from voctext.miner import Miner
from voctext.records import NoteLabel
from voctext.tables import Export

Learn = Callable[[Sequence[LabelledNote]], Any]
"""Makes a classifier of labelled notes."""


def linear(notes: Sequence[LabelledNote]) -> Any:
    """Adapt the default."""
    from voctext.train import adapt

    return CombinedClassifier(model=adapt(notes))


def encoder(base: str, *, tuned: Settings | None = None) -> Learn:
    """Teach the encoder *base*: heads on it, or all of it as *tuned* says."""
    from voctext.train import Run, encode_notes, load_model

    def learn(notes: Sequence[LabelledNote]) -> Any:
        with TemporaryDirectory() as folder:
            encode_notes(notes, Run(base, tuned or Settings(), few_shot=tuned is None)).save(folder)
            return load_model(folder)

    return learn


def distilled(base: str, texts: Sequence[str]) -> Learn:
    """Teach the linear model by the frozen encoder *base*, on *texts*."""
    from voctext.train import distil

    teach = encoder(base)

    def learn(notes: Sequence[LabelledNote]) -> Any:
        return CombinedClassifier(model=distil(teach(notes), texts))

    return learn


def read_held_out(notes: Sequence[LabelledNote], learn: Learn, size: int) -> list[NoteLabel]:
    """Read every note by a reader that learned from *size* notes of the other folds."""
    labels: dict[int, NoteLabel] = {}
    for fold in folds_by_source(notes, 0):
        miner = Miner(learn([notes[i] for i in fold.train[size]]))
        labels.update(zip(fold.test, miner.label(tickets_of([notes[i] for i in fold.test])), strict=True))
    return [labels[i] for i in range(len(notes))]


def row(name: str, notes: Sequence[LabelledNote], labels: list[NoteLabel], usual: list[NoteLabel]) -> str:
    """Write a row of the table."""
    scores, cells = evaluate(notes, labels), [name]
    gains = compare(notes, labels, usual)["figures"] if labels is not usual else {}
    for head in ("perception", "intent"):
        low, high = scores[head]["macro_f1_interval"]
        cells.append(f"{scores[head]['macro_f1']:.3f} ({low:.3f}–{high:.3f})")
        gain = gains.get(f"{head}.macro_f1")
        cells.append(_gain(gain) if gain else "")
    return f"| {' | '.join(cells)} |"


def _gain(told: Any) -> str:
    low, high = told["interval"]
    return f"{told['difference']:+.3f} ({low:+.3f} to {high:+.3f})"


def table(asked: argparse.Namespace) -> Iterator[str]:
    """Write the table row by row."""
    notes = read_labelled(asked.labelled)
    usual = list(Miner.default().label(tickets_of(notes)))
    yield "| reader | perception macro-F1 | gain | intent macro-F1 | gain |"
    yield "|---|---|---|---|---|"
    yield row("default", notes, usual, usual)
    readers: list[tuple[str, Learn, Sequence[int]]] = [("linear", linear, SIZES)]
    if asked.encoder:
        readers.append(("encoder, frozen", encoder(asked.encoder), SIZES))
        if asked.unlabelled:
            known = {note.text.strip() for note in notes}
            texts = [ticket.text for ticket in Export.open(asked.unlabelled).tickets()]
            others = [text for text in texts if text.strip() not in known]
            readers.append(("distilled", distilled(asked.encoder, others), SIZES[-1:]))
        if asked.tune:
            how = Settings(epochs=asked.epochs, limit=asked.max_tokens)
            readers.append(("encoder, tuned", encoder(asked.encoder, tuned=how), SIZES[-1:]))
    for name, learn, sizes in readers:
        for size in sizes:
            begun = perf_counter()
            yield row(f"{name}, +{size}", notes, read_held_out(notes, learn, size), usual)
            print(f"{name}, +{size}: {perf_counter() - begun:.0f} s", file=sys.stderr)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("labelled", type=Path, help="notes with a column source")
    parser.add_argument("--encoder", help="folder or name of a Hugging Face encoder")
    parser.add_argument("--unlabelled", type=Path, help="an export, for the distilled model")
    parser.add_argument("--tune", action="store_true", help="teach the encoder whole, too: slow")
    parser.add_argument("--epochs", type=int, help="how often it reads the notes then")
    parser.add_argument("--max-tokens", type=int, default=LIMIT, help="tokens it reads of a note then")
    for line in table(parser.parse_args()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
