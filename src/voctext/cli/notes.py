"""Labelled notes for the commands that measure and train, from a file of any kind that labels come in."""

from pathlib import Path
from typing import Any

from voctext.errors import InputError


def notes_to_measure(path: Path) -> list[Any]:
    """
    Read labelled notes: by the columns of `voctext.evaluate`, else in any way that `voctext labels` reads.

    Raises:
        InputError: It is neither; told is what lacks to the first.
    """
    from voctext.evaluate import read_labelled
    from voctext.labels import read_labels
    from voctext.labels.notes import Shape

    try:
        return read_labelled(path)
    except InputError as error:
        try:
            labelled = read_labels(path)
        except InputError:
            raise error from None
        if labelled.shape is Shape.CLASSES:
            raise
        return labelled_notes(labelled)


def labelled_notes(labelled: Any) -> list[Any]:
    """
    Give the notes of a labelled file, what it tells of each beside its labels kept.

    Raises:
        InputError: A note has no intent.
    """
    from voctext.evaluate import LabelledNote

    notes = []
    for note in labelled:
        if note.intent is None:
            raise InputError(f"{note.where}: no intent; give each note one")
        about = {"customer": note.customer, "source": note.source, **note.other}
        known = {name: value for name, value in about.items() if value}
        row = note.where.rpartition(":")[2]
        number = int(row) if row.isdecimal() else None
        notes.append(LabelledNote(note.text, note.stances, note.intent, known, number))
    return notes
