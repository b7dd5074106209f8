"""
Learning with an encoder: labelled notes, or texts with one label each, become a classifier.

Few texts train heads on frozen features, more the whole network; both end in one kind of folder. What is
told of a model was measured on texts held out, of whole groups where there are groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import (
    default_model,
    probabilities,
)
from voctext.classify.model import OUTPUTS, LinearModel
from voctext.classify.single_label import SingleLabelModel
from voctext.encoder.classifier import LEAST, log_chances, plain, voiced
from voctext.encoder.folder import Blend, save_encoder
from voctext.encoder.network import pad_of
from voctext.encoder.tokens import Tokenizer
from voctext.errors import InputError, require
from voctext.evaluate import evaluate_single
from voctext.train.adapt import adapt_and_read
from voctext.train.contest import KINDS
from voctext.train.default import clauses_of
from voctext.train.folds import deal, typical_first
from voctext.train.frozen import fit_frozen, losses, surprise
from voctext.train.heads import questions, targets
from voctext.train.held_out import FOLDS, figures, near_thresholds, quality
from voctext.train.pupil import Pupil, Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voctext.evaluate import LabelledNote

    Floats = NDArray[np.float32]

FEW = 1000
"""Below so many texts the encoder stays frozen, unless asked otherwise."""
FEWEST = 20
SURELY = {"perception": 2.0, "polarity": 2.0, "intent": 1.0}
"""By how many standard errors of its loss the linear model must be beaten by frozen features."""


@dataclass(frozen=True, slots=True)
class TrainedEncoder:
    """A network taught, and all that its folder says."""

    network: Any
    tokenizer: Tokenizer
    about: dict[str, Any]
    blend: Blend
    linear: LinearModel | SingleLabelModel

    def save(self, folder: str | Path) -> None:
        """Write it into *folder*; `voctext.train.load_model` reads it."""
        save_encoder(
            Path(folder),
            self.network,
            self.tokenizer,
            self.about,
            pad=pad_of(self.network.encoder),
            blend=self.blend,
            linear=self.linear,
        )


def encode_notes(
    notes: "Sequence[LabelledNote]", run: Run, *, groups: Sequence[str] | None = None, corpus: bool = False
) -> TrainedEncoder:
    """
    Teach an encoder to read labelled *notes*, beside the default model adapted to them.

    Args:
        notes: At least 20 of them.
        run: The base, the settings, and whether few labels are to be thought few.
        groups: The customer of each note; notes of one are held out together.
        corpus: Fine-tune on the synthetic notes that ship with voctext too.

    Returns:
        An encoder whose `about["held_out"]` tells how the default, the adapted model ("linear") and it read
        notes held out.

    Raises:
        InputError: Too few notes, not one group for each, or no such encoder.
    """
    import numpy as np

    taught = Pupil(run, len(OUTPUTS), [voiced(clauses_of(note.text)) for note in notes])
    answers = targets(notes)
    linear = adapt_and_read(notes, groups=groups, seed=run.settings.seed)
    prior, parts = linear.held_out, typical_first(linear.fold_of)
    few = run.few_shot if run.few_shot is not None else len(notes) < FEW and not corpus
    if few:
        heads, scores, chosen = fit_frozen(
            taught.features(),
            answers,
            prior,
            questions=questions(),
            kinds=KINDS,
            fold_of=parts,
            surely=SURELY,
        )
        taught.give(heads.weights, heads.bias)
        blend, seen, how = heads.blend, np.arange(len(notes)), {"strength": chosen}
    else:
        extra = _corpus() if corpus else None
        how = taught.tune(answers, parts, questions(), _quality_of_notes, extra=extra)
        seen = np.flatnonzero(parts == 0)
        own = taught.scores()[seen]
        factors = _mixed(own, prior[seen], answers[seen], KINDS, questions())
        how["parts"] = {kind: factors[:, columns.start].tolist() for kind, columns in KINDS.items()}
        taught.scale(factors[0])
        blend = np.diag(factors[1])
        scores = own * factors[0] + prior[seen] * factors[1]
    usual, found_at = default_model().thresholds, linear.model.thresholds
    thresholds = near_thresholds(_chances(scores), answers[seen], usual)
    customers = [groups[int(i)] for i in seen] if groups is not None else None
    told = {
        name: figures(_chances(said), answers[seen], limits, customers)
        for name, said, limits in (
            ("default", linear.default[seen], usual),
            ("linear", prior[seen], found_at),
            ("encoder", scores, thresholds),
        )
    }
    about = {**taught.about(few=few, held_out=len(seen), groups=groups), **how, "held_out": told}
    about["channels"] = list(linear.model.channels)
    joined = Blend(blend.astype(np.float32), thresholds.astype(np.float32))
    return TrainedEncoder(taught.network, taught.tokenizer, about, joined, linear.model)


def encode_classes(
    texts: Sequence[str], labels: Sequence[str], run: Run, *, groups: Sequence[str] | None = None
) -> TrainedEncoder:
    """
    Teach an encoder to give *texts* one label each.

    Raises:
        InputError: Too few texts or labels, not one label or group for each, or no such encoder.
    """
    import numpy as np

    if len(texts) != len(labels):
        raise InputError(f"{len(texts)} texts and {len(labels)} labels; give one label for each text")
    classes = tuple(sorted(set(labels)))
    if len(classes) < 2:  # noqa: PLR2004
        raise InputError(f"{len(classes)} label in {len(texts)} texts; give texts of two or more")
    _check(len(texts), groups)
    numbers = np.array([classes.index(label) for label in labels])
    answers = np.eye(len(classes), dtype=np.int8)[numbers]
    asked = [slice(0, len(classes))]
    parts = typical_first(deal(labels, groups, folds=FOLDS, seed=run.settings.seed))
    taught = Pupil(run, len(classes), plain(texts))
    few = run.few_shot if run.few_shot is not None else len(texts) < FEW
    prior = _linear_held_out(texts, labels, groups, parts, every=few)
    if few:
        heads, scores, chosen = fit_frozen(
            taught.features(), answers, prior, questions=asked, kinds={"class": asked[0]}, fold_of=parts
        )
        taught.give(heads.weights, heads.bias)
        blend, seen, how = heads.blend, np.arange(len(texts)), {"strength": chosen}
    else:
        how = taught.tune(answers, parts, asked, _quality_of_classes)
        seen = np.flatnonzero(parts == 0)
        own, beside = taught.scores()[seen], prior[seen]
        factors = _mixed(own, beside, answers[seen], {"class": asked[0]}, asked)
        how["parts"] = {"class": factors[:, 0].tolist()}
        taught.scale(factors[0])
        blend = np.diag(factors[1])
        scores = own * factors[0] + beside * factors[1]
    right = [labels[int(i)] for i in seen]
    customers = [groups[int(i)] for i in seen] if groups is not None else None
    told = {
        name: evaluate_single(right, [classes[i] for i in said.argmax(axis=1)], customers=customers)
        for name, said in (("linear", prior[seen]), ("encoder", scores))
    }
    about = {**taught.about(few=few, held_out=len(seen), groups=groups), **how, "held_out": told}
    joined = Blend(blend.astype(np.float32), np.zeros(0, dtype=np.float32))
    whole = _linear(texts, labels, groups, range(len(texts)))
    return TrainedEncoder(taught.network, taught.tokenizer, about, joined, whole)


def _linear(
    texts: Sequence[str], labels: Sequence[str], groups: Sequence[str] | None, chosen: Sequence[int]
) -> SingleLabelModel:
    """Fit a linear model to the *chosen* texts."""
    from voctext.train.single import SingleLabelClassifier

    people = [groups[i] for i in chosen] if groups is not None else None
    fitted = SingleLabelClassifier().fit(
        [texts[i] for i in chosen], [labels[i] for i in chosen], groups=people
    )
    model: SingleLabelModel = fitted.model_
    return model


def _linear_held_out(
    texts: Sequence[str],
    labels: Sequence[str],
    groups: Sequence[str] | None,
    parts: "NDArray[np.int64]",
    *,
    every: bool,
) -> "NDArray[np.float64]":
    """Give the log probabilities of a linear model for texts held out: of *every* part, else of part 0."""
    import numpy as np

    classes = sorted(set(labels))
    scores = np.zeros((len(texts), len(classes)))
    for part in np.unique(parts) if every else (0,):
        train, test = np.flatnonzero(parts != part).tolist(), np.flatnonzero(parts == part)
        left = [labels[i] for i in train]
        scores[test] = np.log(LEAST)  # a class of which only the texts held out have examples
        if len(set(left)) == 1:  # groups may leave a single label to learn from
            scores[test, classes.index(left[0])] = 0
            continue
        model = _linear(texts, labels, groups, train)
        known = np.array([classes.index(name) for name in model.classes])
        scores[np.ix_(test, known)] = log_chances(model, [texts[i] for i in test.tolist()])
    return scores


def _check(texts: int, groups: Sequence[str] | None) -> None:
    if texts < FEWEST:
        raise InputError(f"{texts} labelled texts; give at least {FEWEST} to learn from")
    if groups is not None and len(groups) != texts:
        raise InputError(f"{len(groups)} groups and {texts} texts; give one group for each text")


def _chances(scores: "NDArray[np.float64]") -> "Floats":
    import numpy as np

    return probabilities(scores.astype(np.float32))


def _corpus() -> "tuple[list[str], NDArray[np.int8]]":
    """Give the synthetic notes that ship with voctext, as an encoder reads them, and their answers."""
    from voctext.corpus import notes

    shipped = notes()
    return [voiced(clauses_of(note.text)) for note in shipped], targets(shipped)


LOSS_TELLS = 0.1
"""What a unit of log loss counts beside F1 in the quality of a model: it decides between like F1s."""


def _quality_of_notes(scores: "Floats", answers: "NDArray[np.int8]") -> float:
    f1 = quality(probabilities(scores), answers, default_model().thresholds)
    return f1 - LOSS_TELLS * surprise(scores.astype(float), answers, questions())


def _quality_of_classes(scores: "Floats", answers: "NDArray[np.int8]") -> float:
    metrics = require("sklearn.metrics", extra="train")
    true, said = answers.argmax(axis=1), scores.argmax(axis=1)
    f1 = metrics.f1_score(true, said, average="macro", zero_division=0)
    both = (f1 + metrics.accuracy_score(true, said)) / 2
    return float(both) - LOSS_TELLS * surprise(scores.astype(float), answers, [slice(0, scores.shape[1])])


HELD = 0.01
"""How firmly a mixture is held at the linear model alone."""
ALONE = (0.0, 1.0)
"""The factors that leave the encoder without a say."""


def _mixed(
    own: "NDArray[np.float64]",
    default: "NDArray[np.float64]",
    answers: "NDArray[np.int8]",
    kinds: Mapping[str, slice],
    questions: Sequence[slice],
) -> "NDArray[np.float64]":
    """
    Give the factors of the encoder's and the linear model's scores, shape (2, outputs), a pair for a kind.

    They make the right answers likeliest, and so calibrate the sum: C. Guo, G. Pleiss, Y. Sun and
    K. Q. Weinberger (2017), ICML, temperature scaling, of two models at once. Where the encoder does not
    help by a standard error, the linear model is left alone.
    """
    import numpy as np
    from scipy.optimize import minimize

    factors = np.zeros((2, own.shape[1]))
    for columns in kinds.values():
        asked = [group for group in questions if columns.start <= group.start < columns.stop]

        def loss(pair: "NDArray[np.float64]", asked: list[slice] = asked) -> float:
            held = HELD * float(((pair - ALONE) ** 2).sum())
            return surprise(pair[0] * own + pair[1] * default, answers, asked) + held

        best = minimize(loss, np.array([0.5, 0.5]), bounds=[(0, 3), (0, 3)], method="L-BFGS-B").x
        gain = losses(default, answers, asked) - losses(best[0] * own + best[1] * default, answers, asked)
        helps = gain.mean() > gain.std() / np.sqrt(len(gain))
        factors[:, columns] = (best if helps else np.array(ALONE))[:, None]
    return factors
