"""
What bank customers demand, and how strongly.

    >>> from voctext import Miner, Ticket
    >>> for finding in Miner.default().mine([Ticket("1", "APP老是閃退，客服態度很好")]):
    ...     print(finding.perception, finding.polarity, finding.quote)
    product -1 閃退
    person 1 客服態度很好

Importing voctext is light: heavy packages load where they are first used.
"""

from typing import Any

from voctext.classify.protocol import Classifier, NoteClassifier, Verdict
from voctext.demand import Demand, DemandTable, Estimate
from voctext.errors import InputError, MissingExtraError, ModelError, TaxonomyError, VoctextError
from voctext.mask import Masker
from voctext.miner import Miner
from voctext.records import (
    Clause,
    Finding,
    Intent,
    NoteLabel,
    Outcome,
    Perception,
    Reading,
    Span,
    Ticket,
    Voice,
)
from voctext.tables import Export
from voctext.taxonomy import Taxonomy
from voctext.text import AlignedText, normalize

__all__ = [
    "AlignedText",
    "Classifier",
    "Clause",
    "Demand",
    "DemandTable",
    "Estimate",
    "Export",
    "Finding",
    "InputError",
    "Intent",
    "Masker",
    "Miner",
    "MissingExtraError",
    "ModelError",
    "NoteClassifier",
    "NoteLabel",
    "Outcome",
    "Perception",
    "Reading",
    "Span",
    "Taxonomy",
    "TaxonomyError",
    "Ticket",
    "Verdict",
    "VoctextError",
    "Voice",
    "normalize",
]


def __getattr__(name: str) -> Any:
    """Read the version only when asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("voctext")
    raise AttributeError(f"module 'voctext' has no attribute {name!r}")
