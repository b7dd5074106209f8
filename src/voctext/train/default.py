"""Training the default model on the corpus, with scikit-learn."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import (
    FIRST_INTENT,
    FIRST_POLARITY,
    INTENTS,
    PERCEPTIONS,
    combine,
    rule_answers,
)
from voctext.classify.features import Features, signal_names
from voctext.classify.lexicon import BANK, DIGIT, bank_names, framed
from voctext.classify.model import OUTPUTS, LinearModel
from voctext.classify.protocol import Note
from voctext.clauses import split
from voctext.corpus import CorpusNote
from voctext.errors import require
from voctext.records import Clause, Ticket, Voice
from voctext.taxonomy import Taxonomy
from voctext.text import normalize_batch
from voctext.train.heads import fit_head, fit_heads, targets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST, RAREST = 3, 20
"""N-grams have up to three characters and stand in at least twenty notes."""
STRENGTH, TOPIC_STRENGTH, COMBINE_STRENGTH = 1.0, 5.0, 0.1
"""Inverse regularization (scikit-learn's C) of the heads, the topics and the combination."""
FOLDS = 5
WEIGHTS = {"plain": 4.0, "posts": 2.0}
"""Genres whose notes say ordinary things in ordinary words weigh more: real notes are mostly such."""
_DIGITS = str.maketrans("0123456789", DIGIT * 10)


def train(corpus: Sequence[CorpusNote], *, taxonomy: Taxonomy | None = None) -> LinearModel:
    """
    Fit the default model to *corpus*.

    The heads are fitted to all notes; the combination with the rules to scores of notes held out, whole
    genres at a time, so that it learns how far wording of another kind can be trusted. Same corpus, same
    model, to the rounding of the linear-algebra library.
    """
    taxonomy = taxonomy if taxonomy is not None else Taxonomy.default()
    notes = [clauses_of(note.text) for note in corpus]
    ngrams, idf = vocabulary(notes)
    signals = signal_names(taxonomy)
    features = Features(taxonomy, ngrams, idf, signals)
    opinions, rows = features.read(notes)
    answers = targets(corpus)
    weight = weights_of(corpus)
    held_out = _held_out(rows, answers, weight, [note.genre for note in corpus])
    rules = rule_answers(opinions)
    combination = _fit_combination(held_out, rules, answers, weight)
    chances = combine(held_out, rules, combination)
    topic_weights, topic_scales, topics = _fit_topics(features, corpus, taxonomy)
    return LinearModel(
        ngrams=ngrams,
        signals=signals,
        topics=topics,
        idf=idf,
        weights=fit_heads(rows, answers, weight, STRENGTH),
        topic_weights=topic_weights,
        topic_scales=topic_scales,
        combine=combination,
        thresholds=_thresholds(chances, answers, weight),
        about=_about(corpus, chances, answers, weight),
    )


def weights_of(corpus: Sequence[CorpusNote]) -> "NDArray[np.float64]":
    """Give what each note of the corpus weighs, by how its genre begins."""
    import numpy as np

    return np.array([WEIGHTS.get(note.genre.partition("_")[0], 1.0) for note in corpus])


def _about(
    corpus: Sequence[CorpusNote],
    chances: "NDArray[np.float32]",
    answers: "NDArray[np.int8]",
    weight: "NDArray[np.float64]",
) -> dict[str, Any]:
    """Say what the model was fitted to, and how well it reads notes of genres held out."""
    metrics = require("sklearn.metrics", extra="train")
    scores = {}
    thresholds = _thresholds(chances, answers, weight)
    for column, perception in enumerate(PERCEPTIONS):
        said = chances[:, column] >= thresholds[column]
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            answers[:, column], said, average="binary"
        )
        scores[perception.value] = {"precision": precision, "recall": recall, "f1": f1}
    true, read = answers[:, FIRST_INTENT:].argmax(axis=1), chances[:, FIRST_INTENT:].argmax(axis=1)
    intents = metrics.f1_score(true, read, average="macro")
    return {
        "corpus": "synthetic, written for the project",
        "notes": len(corpus),
        "genres": dict(sorted(Counter(note.genre for note in corpus).items())),
        "held_out": {
            "perception": {
                name: {key: round(float(value), 3) for key, value in row.items()}
                for name, row in scores.items()
            },
            "intent_macro_f1": round(float(intents), 3),
            "intents": list(INTENTS),
            "confusion": metrics.confusion_matrix(true, read, labels=range(len(INTENTS))).tolist(),
        },
    }


def clauses_of(text: str) -> list[Clause]:
    """Part *text* into clauses, as the miner does."""
    [aligned] = normalize_batch([text])
    return split(Ticket("", text), aligned)


def vocabulary(notes: Sequence[Note]) -> tuple[tuple[str, ...], "NDArray[np.float32]"]:
    """Choose the n-grams of the customers' clauses, digits as one, and weigh each by its rarity."""
    import numpy as np

    frequency: Counter[str] = Counter()
    for note in notes:
        texts = [framed([c.text], bank_names()).translate(_DIGITS) for c in note if c.voice is Voice.CUSTOMER]
        grams = {t[i : i + n] for t in texts for n in range(1, LONGEST + 1) for i in range(len(t) - n + 1)}
        frequency.update(grams)
    # two digit signs would be written out a hundredfold; two of a bank or an end tell how long it is written
    chosen = sorted(
        gram
        for gram, notes_with in frequency.items()
        if notes_with >= RAREST
        and gram != "\n"
        and not any(gram.count(sign) > 1 for sign in (DIGIT, BANK))
        and "\n\n" not in gram
    )
    counts = np.array([frequency[gram] for gram in chosen])
    return tuple(chosen), (np.log((1 + len(notes)) / (1 + counts)) + 1).astype(np.float32)


def _held_out(
    rows: Any, answers: "NDArray[np.int8]", weight: "NDArray[np.float64]", groups: Sequence[str]
) -> "NDArray[np.float32]":
    """Score every note by heads fitted without its group."""
    import numpy as np

    order = {group: i for i, group in enumerate(sorted(set(groups)))}
    fold_of = np.array([order[group] % FOLDS for group in groups])
    scores = np.zeros((rows.shape[0], len(OUTPUTS)), dtype=np.float32)
    for number in range(FOLDS):
        test = fold_of == number
        weights = fit_heads(rows[~test], answers[~test], weight[~test], STRENGTH)
        scores[test] = rows[test] @ weights[:-1] + weights[-1]
    return scores


def _fit_combination(
    logits: "NDArray[np.float32]",
    rules: "NDArray[np.float32]",
    answers: "NDArray[np.int8]",
    weight: "NDArray[np.float64]",
) -> "NDArray[np.float32]":
    """Weigh the model against the rules for perceptions; polarity and intent the model reads better alone."""
    import numpy as np

    said = np.hstack([logits, rules])
    combination = np.zeros((said.shape[1] + 1, len(OUTPUTS)), dtype=np.float32)
    combination[FIRST_POLARITY : len(OUTPUTS), FIRST_POLARITY:] = np.eye(len(OUTPUTS) - FIRST_POLARITY)
    for column in range(FIRST_POLARITY):
        group = slice(column, column + 1)
        combination[:, group] = fit_head(said, answers[:, group], weight, COMBINE_STRENGTH)
    return combination


def _thresholds(
    chances: "NDArray[np.float32]", answers: "NDArray[np.int8]", weight: "NDArray[np.float64]"
) -> "NDArray[np.float32]":
    """
    Choose for each perception the threshold with the greatest F1.

    It lies below one half, near half of that F1 (Lipton, Elkan & Naryanaswamy 2014).
    """
    import numpy as np

    tried = np.arange(0.3, 0.61, 0.02)
    best = []
    for column in range(FIRST_POLARITY):
        true = answers[:, column] == 1
        said = [chances[:, column] >= threshold for threshold in tried]
        f1 = [2 * weight[s & true].sum() / (weight[s].sum() + weight[true].sum()) for s in said]
        best.append(tried[np.argmax(f1)])
    return np.array(best, dtype=np.float32)


def _fit_topics(
    features: Features, corpus: Sequence[CorpusNote], taxonomy: Taxonomy
) -> tuple["NDArray[np.int8]", "NDArray[np.float32]", tuple[str, ...]]:
    """Fit the topics to the marked stretches, and keep the weights in eight bits."""
    import numpy as np

    marked = [(note.text[slice(*voiced.span)], voiced.topic) for note in corpus for voiced in note.voiced]
    topics = tuple(topic.id for topic in taxonomy)
    _, rows = features.read([clauses_of(text) for text, _ in marked])
    answers = np.zeros((len(marked), len(topics)), dtype=np.int8)
    answers[np.arange(len(marked)), [topics.index(topic) for _, topic in marked]] = 1
    weights = fit_head(rows, answers, np.ones(len(marked)), TOPIC_STRENGTH)
    scales = np.full(len(topics), np.abs(weights[weights > -30]).max() / 127, dtype=np.float32)  # noqa: PLR2004
    return np.clip(np.round(weights / scales), -127, 127).astype(np.int8), scales, topics


def default_folder() -> Path:
    """Give the folder in which the package looks for its own model."""
    return Path(__file__).parents[1] / "models" / "default"
