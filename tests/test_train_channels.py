"""What the channel of a note tells of its intent, where labelled notes name it. All notes are synthetic."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

from typer.testing import CliRunner, Result

from voctext import Intent, Miner, ModelError, Ticket, cli
from voctext.classify.combined import CombinedClassifier, default_model
from voctext.classify.model import NAMES, OUTPUTS, LinearModel
from voctext.corpus import notes
from voctext.evaluate import LabelledNote, tickets_of
from voctext.train import adapt
from voctext.train.adapt import FEWEST
from voctext.train.calibrate import calibration
from voctext.train.contest import Trial

WISHED = ("年费的事，跟你们说一下", "额度的事，想说说", "转账的事，反映一下", "积分的事，问到的都这么说")


def by_channel(n: int, *, header: str = "受理渠道") -> list[LabelledNote]:
    """Give notes of like words that are questions on the hotline and complaints in letters."""
    wanted = {"热线": Intent.INQUIRY, "来信": Intent.COMPLAINT}
    return [
        LabelledNote(f"{WISHED[i // 2 % 4]}，{i}号", {}, intent, {header: channel})
        for i, (channel, intent) in enumerate([*wanted.items()] * (n // 2))
    ]


@pytest.fixture(scope="module")
def taught() -> LinearModel:
    return adapt(by_channel(120))


def called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, list(map(str, arguments)), env={"COLUMNS": "200", "NO_COLOR": "1"})


def intents(model: LinearModel, tickets: list[Ticket | str]) -> list[Intent]:
    return [label.intent for label in Miner(CombinedClassifier(model=model)).label(tickets)]


def written(path: Path, some: list[LabelledNote], *, header: str = "受理渠道") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "product", "rule", "person", "intent", header])
        rows.writerows([note.text, "", "", "", note.intent.value, *note.about.values()] for note in some)
    return path


def test_the_same_words_are_read_by_the_channel_they_came_by(taught: LinearModel) -> None:
    said = "年费的事，想说说"

    assert taught.about["adapted"]["channels"] == ["来信", "热线"]
    assert intents(taught, [Ticket("1", said, channel="热线"), Ticket("2", said, channel="来信")]) == [
        Intent.INQUIRY,
        Intent.COMPLAINT,
    ]


def test_a_channel_never_heard_of_is_read_like_none(taught: LinearModel) -> None:
    reader = Miner(CombinedClassifier(model=taught))
    one, none, bare = reader.label(
        [Ticket("1", WISHED[0], channel="传真"), Ticket("2", WISHED[0]), WISHED[0]]
    )

    assert one == none == bare


def test_no_notes_have_no_labels_by_channel_either(taught: LinearModel) -> None:
    assert CombinedClassifier(model=taught).label([]) == []
    assert taught.shifts([]).shape == (0, len(OUTPUTS))


def test_intents_are_read_otherwise_only_where_that_gains_enough() -> None:
    rng = np.random.default_rng(2)
    answers = np.zeros((60, len(OUTPUTS)), dtype=np.int8)
    answers[np.arange(60), 12 + rng.integers(0, 5, 60)] = 1
    trial = Trial({}, np.zeros((60, 14)), answers, np.zeros(60), np.zeros((60, 0)), default_model())
    right = np.where(answers == 1, 5.0, -5.0)
    wrong = np.hstack([right[:, :12], np.roll(right[:, 12:], 1, axis=1)])
    surer = np.hstack([wrong[:, :12], wrong[:, 12:] * 0.5])  # likelier, but the same answers

    assert trial._gains(right, wrong)
    assert not trial._gains(surer, wrong)


def test_channels_move_intents_alone(taught: LinearModel) -> None:
    first_intent = len(OUTPUTS) - len(Intent)

    for shift in taught.channels.values():
        assert shift.shape == (len(OUTPUTS),)
        assert not shift[:first_intent].any()
        assert shift[first_intent:].any()


def test_channels_that_tell_nothing_are_not_listened_to() -> None:
    shipped = notes()[::100]
    told = [
        LabelledNote(note.text, note.perceptions, note.intent, {"渠道": "热线" if i % 2 else "来信"})
        for i, note in enumerate(shipped)
    ]

    assert not adapt(told).channels


def test_a_channel_of_few_notes_is_unknown() -> None:
    few = [LabelledNote(n.text, {}, n.intent, {"受理渠道": "柜台"}) for n in by_channel(10)[: FEWEST - 1]]

    assert set(adapt([*by_channel(120), *few]).channels) == {"热线", "来信"}
    assert not adapt([note for note in by_channel(120) if note.about["受理渠道"] == "热线"]).channels


def test_channels_are_kept_with_the_model_and_a_folder_that_lost_one_is_refused(
    taught: LinearModel, tmp_path: Path
) -> None:
    taught.save(tmp_path)
    again = LinearModel.load(tmp_path)

    assert list(again.channels) == list(taught.channels)
    for name, shift in taught.channels.items():
        np.testing.assert_array_equal(again.channels[name], shift)

    names = json.loads((tmp_path / NAMES).read_text(encoding="utf-8"))
    (tmp_path / NAMES).write_text(json.dumps({**names, "channels": ["热线"]}), encoding="utf-8")
    with pytest.raises(ModelError, match="1 channels named, 2 weighed"):
        LinearModel.load(tmp_path)


def test_the_default_model_knows_no_channel() -> None:
    assert not default_model().channels


def test_calibration_finds_what_a_channel_shifts_and_leaves_perceptions_alone() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 1, (6000, len(OUTPUTS)))
    channel = np.eye(2)[rng.integers(0, 2, 6000)]
    shifts = np.array([[1.0, 0, 0, 0, 0], [0, 0, -1.5, 0, 0]])
    said = (scores[:, 12:] + channel @ shifts + rng.gumbel(size=(6000, 5))).argmax(axis=1)
    answers = np.full(scores.shape, -1, dtype=np.int8)
    answers[:, :3], answers[:, 12:] = scores[:, :3] + rng.logistic(size=(6000, 3)) > 0, np.eye(5)[said]
    fitted = calibration(scores, answers, channel)
    apart = fitted.channels[0, 12:] - fitted.channels[1, 12:]  # a constant added to all intents says nothing

    np.testing.assert_allclose(apart - apart[1], shifts[0] - shifts[1], atol=0.2)
    np.testing.assert_allclose(channel.mean(axis=0) @ fitted.channels, 0, atol=1e-9)
    assert not fitted.channels[:, :12].any()
    np.testing.assert_allclose(
        fitted.apply(scores, channel) - fitted.apply(scores, channel * 0), channel @ fitted.channels
    )


@pytest.mark.parametrize("header", ["渠道", "來源", "channel", "受理渠道", "source"])
def test_the_channel_of_a_labelled_note_is_found_in_its_other_columns(header: str) -> None:
    notes = [
        LabelledNote("a", {}, Intent.OTHER, {"id": "1", header: " 热线 "}),
        LabelledNote("b", {}, Intent.OTHER, {}),
    ]

    assert [(ticket.text, ticket.channel) for ticket in tickets_of(notes)] == [("a", "热线"), ("b", None)]


def test_the_commands_learn_measure_and_read_by_channel(tmp_path: Path) -> None:
    path = written(tmp_path / "labelled.csv", by_channel(120))
    done = called("train", path, "--out", tmp_path / "mine")

    assert done.exit_code == 0, done.output
    assert "by channel: 来信, 热线" in done.output
    assert "热线" in (tmp_path / "mine" / "README.md").read_text(encoding="utf-8")

    new = written(tmp_path / "new.csv", by_channel(20))
    nowhere = written(tmp_path / "nowhere.csv", by_channel(20, header="x"), header="x")
    figures = [
        json.loads(called("evaluate", file, "--model", tmp_path / "mine", "--json").output)["intent"]
        for file in (new, nowhere)
    ]
    assert figures[0]["macro_f1"] > figures[1]["macro_f1"]

    export = tmp_path / "export.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [
                ["工单编号", "客户诉求", "受理渠道"],
                *([n, WISHED[1], c] for n, c in enumerate(("热线", "来信"))),
            ]
        )
    read = called("analyze", export, "--classifier", tmp_path / "mine", "--out", tmp_path / "out")
    assert read.exit_code == 0, read.output
    with (tmp_path / "out" / "tickets.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["intent"] for row in csv.DictReader(file)] == ["inquiry", "complaint"]
