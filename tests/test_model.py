"""The linear model: trained the same way twice, read back as saved, and refused when touched."""

import json
from pathlib import Path

import numpy as np
import pytest

from voctext import Miner, ModelError, Perception, Ticket
from voctext.classify.combined import CombinedClassifier, default_model
from voctext.classify.model import NAMES, NUMBERS, OUTPUTS, LinearModel
from voctext.corpus import notes

pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

from voctext.train import train


@pytest.fixture(scope="module")
def small() -> LinearModel:
    return train(notes()[::12])


def test_training_twice_gives_the_same_model(small: LinearModel) -> None:
    again = train(notes()[::12])

    assert again.ngrams == small.ngrams
    np.testing.assert_allclose(again.weights, small.weights, atol=1e-4)
    np.testing.assert_allclose(again.combine, small.combine, atol=1e-4)


def test_a_model_is_read_back_as_it_was_saved(small: LinearModel, tmp_path: Path) -> None:
    small.save(tmp_path / "model")
    back = LinearModel.load(tmp_path / "model")

    assert (back.ngrams, back.signals, back.topics, back.about) == (
        small.ngrams,
        small.signals,
        small.topics,
        small.about,
    )
    for name in ("idf", "weights", "topic_weights", "topic_scales", "combine", "thresholds"):
        np.testing.assert_array_equal(getattr(back, name), getattr(small, name))


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        (NUMBERS, lambda data: data[:-5], "checksum differs"),
        (NUMBERS, lambda data: data[:-1] + bytes([data[-1] ^ 1]), "checksum differs"),
        (NAMES, lambda data: data[: len(data) // 2], "cannot be read"),
        (NAMES, lambda data: data.replace(b'"format": 1', b'"format": 9'), "format 9"),
        (NAMES, lambda _: b"[]", "format None"),
    ],
)
def test_a_model_folder_cut_short_or_edited_is_refused(
    small: LinearModel, tmp_path: Path, name: str, damage: object, said: str
) -> None:
    small.save(tmp_path)
    path = tmp_path / name
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]

    with pytest.raises(ModelError, match=said):
        LinearModel.load(tmp_path)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="a model folder holds"):
        LinearModel.load(tmp_path)


def test_the_shipped_model_answers_every_question_and_fits_in_the_wheel() -> None:
    model = default_model()
    folder = Path(__file__).parents[1] / "src" / "voctext" / "models" / "default"

    assert model.weights.shape == (len(model.ngrams) + len(model.signals) + 1, len(OUTPUTS))
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 5_000_000
    assert json.loads((folder / NAMES).read_text(encoding="utf-8"))["about"]["notes"] >= 6000


def test_every_finding_quotes_the_ticket_and_says_why() -> None:
    texts = [note.text for note in notes()[::40]]
    found = list(Miner(CombinedClassifier()).mine([Ticket(str(i), text) for i, text in enumerate(texts)]))

    assert found
    for finding in found:
        assert finding.quote
        assert finding.why.startswith(("rule: ", "model: "))
        assert "\n" not in finding.why
        assert 0 <= finding.confidence <= 1


def test_a_label_and_its_findings_agree() -> None:
    texts = [note.text for note in notes()[::40]]
    for reading in Miner(CombinedClassifier()).read(texts):
        assert {finding.perception for finding in reading.findings} == set(reading.label.perceptions)
        for perception, polarity in reading.label.perceptions.items():
            assert any(f.polarity == polarity for f in reading.findings if f.perception is perception), (
                reading.ticket.text
            )


def test_asking_for_confidence_abstains_and_keeps_the_unclear_clauses() -> None:
    texts = [note.text for note in notes()[::20]]
    sure, unsure = (list(Miner(CombinedClassifier(min_confidence=c)).read(texts)) for c in (0.95, 0.5))

    found = [sum(len(reading.label.perceptions) for reading in readings) for readings in (sure, unsure)]
    kept = [sum(len(reading.abstained) for reading in readings) for readings in (sure, unsure)]
    assert found[0] < found[1]
    assert kept[0] > kept[1]


def test_probabilities_are_probabilities() -> None:
    for label in Miner(CombinedClassifier()).label([note.text for note in notes()[::100]]):
        assert set(label.confidence) == {*Perception, "intent"}
        assert all(0 <= value <= 1 for value in label.confidence.values())
