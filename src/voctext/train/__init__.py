"""Training: the default model on the corpus, and models of labelled notes."""

from typing import Any

from voctext.train.adapt import adapt
from voctext.train.default import default_folder, train, vocabulary
from voctext.train.folder import evaluate_single, load_model, save_model
from voctext.train.heads import targets

__all__ = [
    "SingleLabelClassifier",
    "adapt",
    "default_folder",
    "evaluate_single",
    "load_model",
    "save_model",
    "targets",
    "train",
    "vocabulary",
]


def __getattr__(name: str) -> Any:
    """Load the scikit-learn estimator only where it is asked for: models are read without scikit-learn."""
    if name == "SingleLabelClassifier":
        from voctext.train.single import SingleLabelClassifier

        return SingleLabelClassifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
