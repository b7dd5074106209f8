"""What learning from labels is made of: columns, calibration, the plainest reading, folds."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

from voctext import Intent
from voctext.classify.columns import Columns, alphabet_of, choose_columns, gram_codes
from voctext.classify.model import OUTPUTS
from voctext.corpus import notes as shipped_notes
from voctext.evaluate import LabelledNote
from voctext.train.calibrate import calibration
from voctext.train.contest import plainest
from voctext.train.folds import deal, held_out_groups, typical_first
from voctext.train.scratch import train_from_scratch

ROOT = Path(__file__).parents[1]
TEXT = st.text(st.sampled_from("年费高app 1，𠮷\n"), max_size=12)


def script(path: str) -> ModuleType:
    name = f"script_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


adapting = script("benchmarks/adapting.py")


def grams(text: str) -> list[str]:
    framed = f" {' '.join(text.split())} "
    return [framed[i : i + n] for n in range(1, 5) for i in range(len(framed) - n + 1)]


@given(st.lists(TEXT, min_size=1, max_size=8), st.integers(1, 3))
def test_n_grams_counted_as_numbers_are_those_counted_as_strings(texts: list[str], least: int) -> None:
    frequency = Counter(gram for text in texts for gram in set(grams(text)))
    wanted = sorted(gram for gram, n in frequency.items() if n >= least)
    found, words, seen = choose_columns(texts, [text.split() for text in texts], least)

    assert list(found) == wanted
    assert seen[: len(found)].tolist() == [frequency[gram] for gram in wanted]
    assert set(words) <= set(" ".join(texts).split())


@given(st.lists(TEXT, min_size=1, max_size=5), TEXT)
def test_a_row_holds_the_known_n_grams_of_any_text(texts: list[str], other: str) -> None:
    found, words, seen = choose_columns(texts, [[] for _ in texts], 1)
    row = Columns(found, words, np.ones(len(seen), dtype=np.float32)).matrix([other], [[]]).toarray()[0]
    counts = Counter(grams(other))
    wanted = np.array([1 + np.log(counts[gram]) if gram in counts else 0 for gram in found])

    np.testing.assert_allclose(row, wanted / max(np.linalg.norm(wanted), 1e-9), atol=1e-6)


def test_characters_outside_the_alphabet_match_nothing() -> None:
    alphabet = alphabet_of(["年费"])

    assert not set(gram_codes("年费", alphabet).tolist()) & set(gram_codes("龘", alphabet).tolist()[1:2])


def drawn(n: int, shift: float, stretch: float) -> tuple[np.ndarray, np.ndarray]:
    """Give scores, and answers drawn from these stretched, complaints shifted."""
    rng = np.random.default_rng(3)
    scores = rng.normal(0, 2, (n, len(OUTPUTS)))
    answers = np.zeros(scores.shape, dtype=np.int8)
    intents = scores[:, 12:] * stretch + np.array([shift, 0, 0, 0, 0])
    said = (intents + rng.gumbel(size=intents.shape)).argmax(axis=1)
    answers[np.arange(n), 12 + said] = 1
    answers[:, :3] = scores[:, :3] + rng.logistic(size=(n, 3)) > 0
    answers[:, 3:12] = -1
    return scores, answers


def test_calibration_finds_the_shift_and_the_stretch_that_made_the_answers() -> None:
    scores, answers = drawn(8000, 1.5, 0.6)
    no_channel = np.zeros((8000, 0))
    fitted = calibration(scores, answers, no_channel)
    matrix = fitted.matrix
    shifts = matrix[-1, 12:] - matrix[-1, 13:].mean()

    assert matrix[12, 12] == pytest.approx(0.6, abs=0.05)
    assert shifts[0] == pytest.approx(1.5, abs=0.15)
    np.testing.assert_allclose(np.diag(matrix[:3, :3]), 1, atol=0.1)
    np.testing.assert_array_equal(matrix[3:12, 3:12], np.eye(9))
    np.testing.assert_array_equal(fitted.apply(scores, no_channel)[:, 3:12], scores[:, 3:12])


def test_few_notes_hardly_move_a_calibration() -> None:
    scores, answers = drawn(3, 1.5, 0.6)

    assert (
        np.abs(calibration(scores, answers, np.zeros((3, 0))).matrix[:-1] - np.eye(len(OUTPUTS))).max() < 0.4
    )


def test_the_plainest_reading_wins_unless_it_is_surely_worse() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, 100)
    plain, as_good, better = np.zeros(100), noise * 0.1 - 0.001, noise * 0.1 - 0.5

    assert plainest([plain, as_good], 1.0) == 0
    assert plainest([plain, better], 1.0) == 1
    assert plainest([plain, better, better - 0.001 * noise], 1.0) == 1


@pytest.mark.parametrize("whole", [False, True])
def test_folds_by_source_read_every_note_once_and_never_one_learned_from(whole: bool) -> None:
    notes = [LabelledNote(f"{i}", {}, Intent.OTHER, {"source": f"s{i % 7}"}) for i in range(140)]
    folds = adapting.folds_by_source(notes, 4, sizes=(20, 80), whole=whole)

    assert sorted(i for fold in folds for i in fold.test) == list(range(140))
    for fold in folds:
        assert set(fold.train[20]) <= set(fold.train[80])
        assert not set(fold.train[80]) & set(fold.test)
        sources = Counter(notes[i].about["source"] for i in fold.test)
        if whole:
            assert not sources.keys() & {notes[i].about["source"] for i in fold.train[80]}
        else:
            assert sources == dict.fromkeys((f"s{n}" for n in range(7)), 4)


def test_the_first_part_has_about_the_share_it_should_have() -> None:
    labels = ["a"] * 100
    groups = ["big"] * 60 + ["middle"] * 22 + [f"small {n // 9}" for n in range(18)]
    parts = typical_first(deal(labels, groups, folds=5, seed=0))

    assert (parts == 0).sum() == 22
    assert sorted(np.bincount(parts).tolist()) == sorted(
        np.bincount(deal(labels, groups, folds=5, seed=0)).tolist()
    )


def test_groups_are_counted_only_where_they_are_held_out_whole() -> None:
    assert held_out_groups(None) is None
    assert held_out_groups(["a", "a"]) is None
    assert held_out_groups(["a", "b"]) is None
    assert held_out_groups(["a", "a", "b"]) == 2


def test_what_a_model_from_scratch_tells_was_read_without_its_own_notes() -> None:
    rng = np.random.default_rng(0)
    corpus = shipped_notes()
    some = [corpus[int(i)] for i in rng.choice(len(corpus), 80, replace=False)]
    intents = [some[int(i)].intent for i in rng.permutation(len(some))]
    mixed = [LabelledNote(note.text, note.perceptions, i, {}) for note, i in zip(some, intents, strict=True)]
    told = train_from_scratch(mixed).about["scratch"]["held_out"]["scratch"]

    assert told["intent_macro_f1"] < 0.35  # nothing can be learned of shuffled intents
