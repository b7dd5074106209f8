"""The corpus is what its datasheet says: well-formed, without repetitions, labelled consistently, and our own."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from voctext import InputError, Intent, Perception
from voctext.corpus import notes, parse
from voctext.taxonomy import Taxonomy

OUTSIDE = Path(__file__).parents[2] / "shared" / "data"
LONG = 14  # characters in a row that are no coincidence ...
HAN = 11  # ... if so many of them are Han


def test_the_corpus_is_large_and_of_several_genres() -> None:
    genres = Counter(note.genre for note in notes())

    assert sum(genres.values()) >= 6000
    assert len(genres) >= 5


def test_no_note_stands_twice() -> None:
    counted = Counter(note.text for note in notes())

    assert [text for text, times in counted.items() if times > 1] == []


def test_every_intent_and_every_perception_with_every_polarity_has_examples() -> None:
    intents = Counter(note.intent for note in notes())
    stances = Counter(item for note in notes() for item in note.perceptions.items())

    assert min(intents[intent] for intent in Intent) >= 300
    assert min(stances[perception, polarity] for perception in Perception for polarity in (-1, 1)) >= 300


def test_silence_is_well_represented() -> None:
    silent = sum(not note.voiced for note in notes())

    assert 0.2 <= silent / len(notes()) <= 0.5


def test_nearly_every_topic_has_examples() -> None:
    voiced = {voiced.topic for note in notes() for voiced in note.voiced}

    assert len(voiced) >= 0.95 * len(Taxonomy.default())


def test_a_note_of_praise_is_hardly_ever_negative_and_a_complaint_hardly_ever_only_positive() -> None:
    praise = [note for note in notes() if note.intent is Intent.PRAISE and note.perceptions]
    complaints = [note for note in notes() if note.intent is Intent.COMPLAINT and note.perceptions]

    assert sum(-1 in note.perceptions.values() for note in praise) <= 0.03 * len(praise)
    assert sum(set(note.perceptions.values()) == {1} for note in complaints) <= 0.01 * len(complaints)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("complain\t[[坏了|p- app_crash]]", "did you mean complaint"),
        ("没有意图", "an intent, a tab and a note"),
        ("complaint\t[[坏了|p- app_crsh]]", "did you mean app_crash"),
        ("complaint\t[[坏了|r- app_crash]]", "app_crash is product, not rule"),
        ("complaint\t[[坏了|p app_crash]]", "a mark is not"),
    ],
)
def test_a_line_that_is_wrong_says_what_would_be_right(line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse(line, where="x.tsv:1")


@pytest.mark.skipif(not OUTSIDE.is_dir(), reason="the outside texts are not here; users do not have them")
def test_no_sentence_of_the_outside_texts_stands_in_the_corpus() -> None:
    theirs = set()
    for name in ("dev.csv", "unlabelled.csv"):
        with (OUTSIDE / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                theirs |= _stretches(row["text"])

    assert [note.text for note in notes() if theirs & _stretches(note.text)] == []


def _stretches(text: str) -> set[str]:
    pieces = (text[i : i + LONG] for i in range(len(text) - LONG + 1))
    return {piece for piece in pieces if sum("\u4e00" <= c <= "\u9fff" for c in piece) >= HAN}
