"""Training the linear model with scikit-learn."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import FIRST_INTENT, FIRST_POLARITY, INTENTS, PERCEPTIONS, rule_answers
from voctext.classify.features import Features, signal_names
from voctext.classify.lexicon import DIGIT, framed
from voctext.classify.model import OUTPUTS, POLARITIES, LinearModel
from voctext.classify.protocol import Note
from voctext.clauses import split
from voctext.corpus import CorpusNote
from voctext.errors import require
from voctext.records import Clause, Ticket, Voice
from voctext.taxonomy import Taxonomy
from voctext.text import normalize_batch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST, RAREST = 3, 3
"""N-grams have up to three characters and stand in at least three notes."""
STRENGTH, TOPIC_STRENGTH, COMBINE_STRENGTH = 2.0, 5.0, 0.1
"""Inverse regularization (scikit-learn's C) of the heads, the topics and the combination."""
FOLDS = 5
_DIGITS = str.maketrans("0123456789", DIGIT * 10)


def train(corpus: Sequence[CorpusNote], *, taxonomy: Taxonomy | None = None) -> LinearModel:
    """
    Fit the default model to *corpus*.

    The heads are fitted to all notes; the combination with the rules to scores of notes held out, whole
    files at a time, so that it learns how far unseen wording can be trusted. Same corpus, same model, to
    the rounding of the linear-algebra library.
    """
    taxonomy = taxonomy if taxonomy is not None else Taxonomy.default()
    notes = [_clauses(note.text) for note in corpus]
    ngrams, idf = vocabulary(notes)
    signals = signal_names(taxonomy)
    features = Features(taxonomy, ngrams, idf, signals)
    opinions, rows = features.read(notes)
    answers = targets(corpus)
    held_out = _held_out(rows, answers, [note.file for note in corpus])
    topic_weights, topic_scales, topics = _fit_topics(features, corpus, taxonomy)
    return LinearModel(
        ngrams=ngrams,
        signals=signals,
        topics=topics,
        idf=idf,
        weights=_fit_heads(rows, answers, STRENGTH),
        topic_weights=topic_weights,
        topic_scales=topic_scales,
        combine=_fit_combination(held_out, rule_answers(opinions), answers),
        about={"notes": len(corpus), "corpus": "synthetic, written for the project", "seed": 0},
    )


def _clauses(text: str) -> list[Clause]:
    [aligned] = normalize_batch([text])
    return split(Ticket("", text), aligned)


def vocabulary(notes: Sequence[Note]) -> tuple[tuple[str, ...], "NDArray[np.float32]"]:
    """Choose the n-grams of the customers' clauses, digits as one, with their inverse document frequencies."""
    import numpy as np

    frequency: Counter[str] = Counter()
    for note in notes:
        texts = [framed([c.text]).translate(_DIGITS) for c in note if c.voice is Voice.CUSTOMER]
        grams = {t[i : i + n] for t in texts for n in range(1, LONGEST + 1) for i in range(len(t) - n + 1)}
        frequency.update(grams)
    # two digit signs would be written out a hundredfold, and say little
    chosen = sorted(g for g, count in frequency.items() if count >= RAREST and g.count(DIGIT) < 2 and g != "\n")  # noqa: PLR2004
    counts = np.array([frequency[gram] for gram in chosen])
    return tuple(chosen), (np.log((1 + len(notes)) / (1 + counts)) + 1).astype(np.float32)


def targets(corpus: Sequence[CorpusNote]) -> "NDArray[np.int8]":
    """Give what people say of each note, shape (notes, OUTPUTS): 1 yes, 0 no, −1 not asked."""
    import numpy as np

    answers = np.zeros((len(corpus), len(OUTPUTS)), dtype=np.int8)
    for row, note in zip(answers, corpus, strict=True):
        said = note.perceptions
        for i, perception in enumerate(PERCEPTIONS):
            row[i] = perception in said
            place = FIRST_POLARITY + i * len(POLARITIES)
            row[place : place + len(POLARITIES)] = [said[perception] == p for p in POLARITIES] if perception in said else -1
        row[FIRST_INTENT + INTENTS.index(note.intent)] = 1
    return answers


def _groups() -> list[slice]:
    """Give the columns of OUTPUTS that are answered together."""
    edges = [*range(FIRST_POLARITY + 1), *range(FIRST_POLARITY + len(POLARITIES), FIRST_INTENT + 1, len(POLARITIES)), len(OUTPUTS)]
    return [slice(a, b) for a, b in zip(edges, edges[1:], strict=False)]


def _fit_heads(rows: Any, answers: "NDArray[np.int8]", strength: float) -> "NDArray[np.float32]":
    """Fit one regression per question; shape (columns + 1, OUTPUTS), intercepts last."""
    import numpy as np

    weights = np.zeros((rows.shape[1] + 1, len(OUTPUTS)), dtype=np.float32)
    for group in _groups():
        asked = answers[:, group.start] >= 0
        weights[:, group] = _fit(rows[asked], answers[asked, group], strength)
    return weights


def _fit(rows: Any, answers: "NDArray[np.int8]", strength: float) -> "NDArray[np.float32]":
    import numpy as np

    linear = require("sklearn.linear_model", extra="train")
    single = answers.shape[1] == 1
    labels = answers[:, 0] if single else answers.argmax(axis=1)
    fitted = linear.LogisticRegression(C=strength, max_iter=2000).fit(rows, labels)
    known = [0] if single else [int(label) for label in fitted.classes_]
    weights = np.zeros((rows.shape[1] + 1, answers.shape[1]), dtype=np.float32)
    weights[-1] = -30.0  # a class nobody gave an example of
    if not single and len(known) == 2:  # noqa: PLR2004  scikit-learn keeps one row for two classes
        weights[:, known[0]] = 0
        known = known[1:]
    weights[:-1, known] = fitted.coef_.T
    weights[-1, known] = fitted.intercept_
    return weights


def _held_out(rows: Any, answers: "NDArray[np.int8]", files: Sequence[str]) -> "NDArray[np.float32]":
    """Score every note by heads fitted without its file."""
    import numpy as np

    order = {file: i for i, file in enumerate(sorted(set(files)))}
    fold_of = np.array([order[file] % FOLDS for file in files])
    scores = np.zeros((rows.shape[0], len(OUTPUTS)), dtype=np.float32)
    for number in range(FOLDS):
        test = fold_of == number
        weights = _fit_heads(rows[~test], answers[~test], STRENGTH)
        scores[test] = rows[test] @ weights[:-1] + weights[-1]
    return scores


def _fit_combination(
    logits: "NDArray[np.float32]", rules: "NDArray[np.float32]", answers: "NDArray[np.int8]"
) -> "NDArray[np.float32]":
    import numpy as np

    return _fit_heads(np.hstack([logits, rules]), answers, COMBINE_STRENGTH)


def _fit_topics(
    features: Features, corpus: Sequence[CorpusNote], taxonomy: Taxonomy
) -> tuple["NDArray[np.int8]", "NDArray[np.float32]", tuple[str, ...]]:
    """Fit the topics to the marked stretches, and keep the weights in eight bits."""
    import numpy as np

    marked = [(note.text[slice(*voiced.span)], voiced.topic) for note in corpus for voiced in note.voiced]
    topics = tuple(topic.id for topic in taxonomy)
    _, rows = features.read([_clauses(text) for text, _ in marked])
    answers = np.zeros((len(marked), len(topics)), dtype=np.int8)
    answers[np.arange(len(marked)), [topics.index(topic) for _, topic in marked]] = 1
    weights = _fit(rows, answers, TOPIC_STRENGTH)
    scales = np.full(len(topics), np.abs(weights[weights > -30]).max() / 127, dtype=np.float32)  # noqa: PLR2004
    return np.clip(np.round(weights / scales), -127, 127).astype(np.int8), scales, topics


def save_default(model: LinearModel) -> Path:
    """Put *model* where the package looks for its own."""
    folder = Path(__file__).parent / "models" / "default"
    model.save(folder)
    return folder
