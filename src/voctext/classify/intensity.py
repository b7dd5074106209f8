"""How strongly a thing is said."""

from collections import Counter

from voctext.classify.lexicon import Cue
from voctext.records import Clause

BASE = 0.4
"""What a plain statement weighs."""

WEIGHTS = {
    Cue.DEGREE: 0.1,
    Cue.REPEATED: 0.1,
    Cue.AGAIN: 0.2,
    Cue.ESCALATION: 0.25,
    Cue.RHETORICAL: 0.1,
    Cue.SARCASM: 0.1,
    Cue.DEMAND: 0.05,
    Cue.MILD: -0.15,
}
"""What each kind of cue adds, counted at most twice. The scale is ours: ordinal, not a measurement."""


def intensity(cues: Counter[Cue], clause: Clause) -> float:
    """
    Give the intensity in [0, 1] of a finding in *clause* of a note with *cues*.

    Degree words, repetition, repeated contact, escalation and exclamation raise it; hedges lower it.
    """
    total = BASE + sum(weight * min(cues[cue], 2) for cue, weight in WEIGHTS.items())
    if "！" in clause.text or "!" in clause.text:
        total += 0.1
    return round(min(1.0, max(0.1, total)), 3)
