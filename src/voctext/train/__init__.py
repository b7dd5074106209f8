"""Training: the default model on the corpus, and models of labelled notes."""

from importlib import import_module
from typing import Any

from voctext.evaluate import evaluate_single
from voctext.train.adapt import adapt
from voctext.train.default import default_folder, train, vocabulary
from voctext.train.folder import load_model, save_model
from voctext.train.heads import targets
from voctext.train.scratch import train_from_scratch

__all__ = [
    "Run",
    "SingleLabelClassifier",
    "adapt",
    "default_folder",
    "distil",
    "encode_classes",
    "encode_notes",
    "evaluate_single",
    "load_model",
    "save_model",
    "targets",
    "train",
    "train_from_scratch",
    "vocabulary",
]


_ROOMS = {
    "SingleLabelClassifier": "single",
    "distil": "distillation",
    "encode_classes": "encoder",
    "encode_notes": "encoder",
    "Run": "pupil",
}


def __getattr__(name: str) -> Any:
    """Load what needs scikit-learn or torch only where it is asked for: models are read without them."""
    if name in _ROOMS:
        return getattr(import_module(f"voctext.train.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
