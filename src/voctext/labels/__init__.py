"""Labelled notes: read from what people and their tools write, checked, converted, and compared."""

from voctext.labels.agree import Agreement, Comparison, compare
from voctext.labels.check import Warned, warnings_of
from voctext.labels.notes import LabelledFile, LabelledText, Shape, SpanLabel
from voctext.labels.read import read_labels
from voctext.labels.write import Target, convert, write_labels

__all__ = [
    "Agreement",
    "Comparison",
    "LabelledFile",
    "LabelledText",
    "Shape",
    "SpanLabel",
    "Target",
    "Warned",
    "compare",
    "convert",
    "read_labels",
    "warnings_of",
    "write_labels",
]
