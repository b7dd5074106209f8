"""Classifiers that read with an encoder: of notes by the guide's labels, or of one label a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voctext.classify.combined import CombinedClassifier, probabilities
from voctext.classify.model import LinearModel
from voctext.classify.protocol import Note
from voctext.classify.single_label import SingleLabelModel
from voctext.encoder.runtime import Runtime, run
from voctext.encoder.tokens import Tokenizer
from voctext.records import Voice
from voctext.taxonomy import Taxonomy
from voctext.text import normalize_batch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LEAST = 1e-6
"""No label is less likely than that: a blend must be able to overrule a linear model."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """A tokenizer, what runs the network, and how wide its answer is."""

    tokenizer: Tokenizer
    runtime: Runtime
    outputs: int
    pad: int

    def scores(self, texts: Sequence[str]) -> "Floats":
        """Give the heads' answers to normalized *texts*, shape (texts, outputs)."""
        return run(self.runtime, self.tokenizer(texts), width=self.outputs, pad=self.pad)


class EncoderClassifier(CombinedClassifier):
    """
    Reads notes by an encoder beside a linear model, joined as notes held out asked for.

    Where a finding stands and what topic it has is the linear model's to say, as are the words that
    carried it.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        linear: LinearModel,
        blend: "Floats",
        thresholds: "Floats",
        about: Mapping[str, Any],
        taxonomy: Taxonomy | None = None,
        min_confidence: float | None = None,
    ) -> None:
        """
        Add what *encoder* says to the scores of *linear* times *blend*, shape (OUTPUTS, OUTPUTS).

        Raises:
            InputError: *min_confidence* is not from 0.5 to below 1.
        """
        super().__init__(taxonomy, model=linear, thresholds=thresholds, min_confidence=min_confidence)
        self.encoder = encoder
        self.about = about
        self.thresholds = thresholds
        self.blend = blend

    def chances(self, notes: Sequence[Note]) -> "Floats":
        """Give the probability of each of OUTPUTS, shape (notes, OUTPUTS)."""
        opinions, rows = self._features.read(notes)
        return self._chances(notes, self._scores(notes, opinions, rows))

    def _chances(self, notes: Sequence[Note], scores: "Floats") -> "Floats":
        return probabilities(self.encoder.scores([voiced(note) for note in notes]) + scores @ self.blend)


def voiced(note: Note) -> str:
    """Give what the customer says in *note*, as an encoder reads it."""
    return "\n".join(clause.text.strip() for clause in note if clause.voice is Voice.CUSTOMER)


class EncoderSingleLabel:
    """Gives a text one of several labels, by an encoder beside a linear model of the same labels."""

    def __init__(
        self, encoder: Encoder, linear: SingleLabelModel, *, blend: "Floats", about: Mapping[str, Any]
    ) -> None:
        """Add what *encoder* says to *linear*'s log probabilities times *blend*, (classes, classes)."""
        self.encoder = encoder
        self.linear = linear
        self.classes = linear.classes
        self.about = about
        self._blend = blend

    def predict_proba(self, texts: Sequence[str]) -> "Floats":
        """Give the probability of each class, shape (texts, classes)."""
        import numpy as np
        from scipy.special import softmax

        scores = self.encoder.scores(plain(texts)) + log_chances(self.linear, texts) @ self._blend
        return softmax(scores.astype(float), axis=1).astype(np.float32)  # type: ignore[no-any-return]

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Give the likeliest class of each text."""
        return [self.classes[i] for i in self.predict_proba(texts).argmax(axis=1)]


def log_chances(linear: SingleLabelModel, texts: Sequence[str]) -> "Floats":
    """Give the log of *linear*'s probabilities, none below a millionth; shape (texts, classes)."""
    import numpy as np

    return np.log(np.maximum(linear.predict_proba(texts), LEAST))


def plain(texts: Sequence[str]) -> list[str]:
    """Bring *texts* to the one form that an encoder reads: simplified, without noise."""
    return [aligned.text.strip() for aligned in normalize_batch(texts)]
