"""How well a reader agrees with people: figures, how sure they are, and where it errs."""

from voctext.evaluate.agreement import evaluate, evaluate_by
from voctext.evaluate.calibration import Bin, calibration_error, note_answers, reliability
from voctext.evaluate.classes import evaluate_single, single_by
from voctext.evaluate.groups import LENGTHS, length_of, script_of
from voctext.evaluate.labelled import LabelledNote, customers_of, read_labelled, tickets_of
from voctext.evaluate.misread import misread_notes, misread_texts
from voctext.evaluate.paired import compare, compare_single, mcnemar

__all__ = [
    "LENGTHS",
    "Bin",
    "LabelledNote",
    "calibration_error",
    "compare",
    "compare_single",
    "customers_of",
    "evaluate",
    "evaluate_by",
    "evaluate_single",
    "length_of",
    "mcnemar",
    "misread_notes",
    "misread_texts",
    "note_answers",
    "read_labelled",
    "reliability",
    "script_of",
    "single_by",
    "tickets_of",
]
