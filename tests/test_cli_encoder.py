"""Encoders on the command line: trained, measured, distilled, resumed, refused. All notes are synthetic."""

import csv
import json
import re
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("torch", reason="encoders need torch: pip install 'voctext[encoder]'")
pytest.importorskip("transformers", reason="encoders need transformers: pip install 'voctext[encoder]'")
pytest.importorskip("accelerate", reason="encoders need accelerate: pip install 'voctext[encoder]'")
pytest.importorskip("onnxscript", reason="encoders need onnxscript: pip install 'voctext[encoder]'")
pytest.importorskip("onnxruntime", reason="encoders need onnxruntime: pip install 'voctext[encoder]'")
pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

from voctext import cli
from voctext.corpus import notes
from voctext.encoder import EncoderClassifier, EncoderSingleLabel, load_encoder
from voctext.encoder.runtime import OnnxRuntime
from voctext.errors import InputError, MissingExtraError
from voctext.train import load_model

QUICK = ("--batch-size", "8", "--learning-rate", "0.003", "--no-onnx")


def called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, list(map(str, arguments)), env={"COLUMNS": "200", "NO_COLOR": "1"})


def done(*arguments: str | Path) -> str:
    result = called(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def refused(*arguments: str | Path) -> str:
    result = called(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, InputError)
    return str(result.exception)


def written(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="module")
def classes(easy: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [[text, label] for text, label in zip(easy.texts, easy.labels, strict=True)]
    quoted = ['引号里\n换行的"系统太慢了"', "慢"]
    return written(tmp_path_factory.mktemp("files") / "classes.csv", [["text", "label"], *rows, quoted])


@pytest.fixture(scope="module")
def labelled(few_notes: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: list[list[object]] = [["text", "customer", "product", "rule", "person", "intent"]]
    for n, note in enumerate(few_notes):
        said = {p.value: polarity for p, polarity in note.perceptions.items()}
        polarities = [said.get(p, "") for p in ("product", "rule", "person")]
        rows.append([note.text, f"c{n // 2}", *polarities, note.intent.value])
    return written(tmp_path_factory.mktemp("files") / "labelled.csv", rows)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [[f"T{n}", note.text] for n, note in enumerate(notes()[11::60][:130])]
    return written(tmp_path_factory.mktemp("files") / "export.csv", [["id", "text"], *rows])


def test_texts_with_one_label_each_teach_an_encoder_that_is_measured(
    classes: Path, base: Path, tmp_path: Path
) -> None:
    told = done("train", classes, "--encoder", base, "--out", tmp_path / "m")
    assert "accuracy" in told
    assert f"model: {tmp_path / 'm'}" in told
    reader = load_encoder(tmp_path / "m")
    assert isinstance(reader, EncoderSingleLabel)
    assert isinstance(reader.encoder.runtime, OnnxRuntime)  # written unless it is not wanted
    assert reader.about["mode"] == "frozen features"
    assert not (tmp_path / "m.run").exists()
    card = (tmp_path / "m" / "README.md").read_text(encoding="utf-8")
    assert "Trained on: classes.csv." in card
    assert "61 labelled texts; held out: each label dealt evenly" in card
    assert str(tmp_path) not in card
    assert str(base.parent) not in card

    scores = json.loads(done("evaluate", classes, "--model", tmp_path / "m", "--json"))
    assert scores["n"] == 61
    assert scores["accuracy"] > 0.95
    assert scores["macro_f1"] > 0.95
    assert set(scores["classes"]) == {"慢", "贵", "凶"}


def test_all_of_an_encoder_is_taught_where_that_is_asked_for(
    classes: Path, base: Path, tmp_path: Path
) -> None:
    result = called(
        "train", classes, "--encoder", base, "--out", tmp_path / "m", "--fine-tune", "--epochs", "2", *QUICK
    )
    assert result.exit_code == 0
    assert re.search(r"training: \d+ of \d+ steps", result.output)
    reader = load_model(tmp_path / "m")
    assert isinstance(reader, EncoderSingleLabel)
    assert reader.about["mode"] == "fine-tuned"
    assert reader.about["epochs"] == 2
    assert reader.about["settings"]["learning_rate"] == 0.003
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m"]
    assert not (tmp_path / "m" / "model.onnx").exists()


@pytest.fixture(scope="module")
def trained(labelled: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("trained") / "m"
    return folder, done("train", labelled, "--encoder", base, "--out", folder, "--no-onnx")


def test_labelled_notes_teach_an_encoder_beside_the_default(
    trained: tuple[Path, str], labelled: Path
) -> None:
    folder, told = trained
    for word in ("default", "encoder", "perception_macro_f1", "intent_macro_f1", "60 labelled texts"):
        assert word in told
    reader = load_model(folder)
    assert isinstance(reader, EncoderClassifier)
    assert reader.about["groups"] == 30
    scores = json.loads(done("evaluate", labelled, "--model", folder, "--json"))
    assert scores["n"] == 60
    by_classifier = json.loads(done("evaluate", labelled, "--classifier", folder, "--json"))
    assert by_classifier["perception"] == scores["perception"]


def test_an_export_is_read_with_an_encoder(trained: tuple[Path, str], export: Path, tmp_path: Path) -> None:
    done("analyze", export, "--classifier", trained[0], "--out", tmp_path / "out")
    assert any((tmp_path / "out").iterdir())
    done("analyze", export, "--classifier", trained[0], "--min-confidence", "0.9", "--out", tmp_path / "sure")


def test_an_encoder_of_single_labels_reads_no_export(
    classes_folder: Path, export: Path, tmp_path: Path
) -> None:
    told = refused("analyze", export, "--classifier", classes_folder, "--out", tmp_path / "out")
    assert str(classes_folder) in told
    assert "trained on notes" in told
    assert not (tmp_path / "out").exists()


def test_a_linear_model_is_taught_to_read_like_an_encoder(
    trained: tuple[Path, str], export: Path, tmp_path: Path
) -> None:
    told = done("train", export, "--distil", trained[0], "--out", tmp_path / "m")
    assert "student" in told
    assert "default" in told
    assert not isinstance(load_model(tmp_path / "m"), EncoderClassifier)
    done("analyze", export, "--classifier", tmp_path / "m", "--out", tmp_path / "out")
    told = refused("train", export, "--distil", tmp_path / "m", "--out", tmp_path / "n")
    assert "no encoder" in told


def test_a_better_model_is_kept_unless_it_is_to_be_replaced(
    classes: Path, classes_folder: Path, base: Path, tmp_path: Path
) -> None:
    folder = copytree(classes_folder, tmp_path / "m")
    noise = [["text", "label"], *([f"第{n}次反映{n * 7 % 11}", "慢贵凶"[n * n % 7 % 3]] for n in range(60))]
    worse = written(tmp_path / "noise.csv", noise)
    before = (folder / "model.json").read_bytes()

    told = refused("train", worse, "--encoder", base, "--out", folder, "--no-onnx")
    assert "reads better" in told
    assert "accuracy 1.000" in told
    assert "--replace" in told
    assert (folder / "model.json").read_bytes() == before
    done("train", worse, "--encoder", base, "--out", folder, "--no-onnx", "--replace")
    assert (folder / "model.json").read_bytes() != before
    assert "as well or better" in done("train", classes, "--encoder", base, "--out", folder, "--no-onnx")


def test_a_model_of_other_labels_is_not_replaced_unasked(
    labelled: Path, classes_folder: Path, base: Path, tmp_path: Path
) -> None:
    folder = copytree(classes_folder, tmp_path / "m")
    assert "another kind of labels" in refused(
        "train", labelled, "--encoder", base, "--out", folder, "--no-onnx"
    )


def test_a_run_that_was_killed_is_resumed(
    classes: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = (
        "train",
        classes,
        "--encoder",
        base,
        "--out",
        tmp_path / "m",
        "--fine-tune",
        "--epochs",
        "3",
        *QUICK,
    )

    def killed(_: str, now: Any) -> None:
        if now.done == 12:
            raise SystemError

    with monkeypatch.context() as patched:
        patched.setattr("voctext.console._step_line", killed)
        assert isinstance(called(*call).exception, SystemError)
    assert (tmp_path / "m.run").is_dir()
    assert not (tmp_path / "m").exists()

    assert "--resume" in refused(*call)
    assert "other notes or settings" in refused(*call, "--resume", "--seed", "4")
    done(*call, "--resume")
    assert isinstance(load_model(tmp_path / "m"), EncoderSingleLabel)
    assert not (tmp_path / "m.run").exists()


def test_a_run_stopped_by_hand_keeps_what_was_best(
    classes: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: str, now: Any) -> None:
        if now.best is not None:
            raise KeyboardInterrupt

    monkeypatch.setattr("voctext.console._step_line", stopped)
    told = done(
        "train", classes, "--encoder", base, "--out", tmp_path / "m", "--fine-tune", "--epochs", "3", *QUICK
    )
    assert "stopped by hand" in told
    assert "stopped by hand" in (tmp_path / "m" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["x.csv", "--out", "m", "--few-shot"],
        ["x.csv", "--out", "m", "--fine-tune"],
        ["x.csv", "--out", "m", "--corpus"],
        ["x.csv", "--out", "m", "--resume"],
        ["x.csv", "--out", "m", "--encoder", "e", "--distil", "t"],
        ["x.csv", "--out", "m", "--encoder", "e", "--scratch"],
        ["x.csv", "--out", "m", "--distil", "t", "--scratch"],
        ["--default", "--encoder", "e"],
        ["--default", "--distil", "t"],
        ["--encoder", "e", "--out", "m"],
        ["x.csv", "--encoder", "e"],
        ["x.csv", "--encoder", "e", "--out", "m", "--epochs", "0"],
        ["x.csv", "--encoder", "e", "--out", "m", "--precision", "int4"],
        ["x.csv", "--encoder", "e", "--out", "m", "--max-tokens", "3"],
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_a_wrong_call(words: list[str]) -> None:
    assert called("train", *words).exit_code == 2


def test_the_corpus_does_not_go_with_labels_of_ones_own(classes: Path, base: Path, tmp_path: Path) -> None:
    result = called("train", classes, "--encoder", base, "--out", tmp_path / "m", "--corpus")
    assert result.exit_code == 2
    assert "--corpus" in result.output


def test_a_base_that_is_not_there_is_told(classes: Path, tmp_path: Path) -> None:
    told = refused("train", classes, "--encoder", tmp_path / "nothing", "--out", tmp_path / "m")
    assert str(tmp_path / "nothing") in told
    assert not (tmp_path / "m").exists()


def test_without_the_extra_it_is_told_what_to_install(
    classes: Path, base: Path, classes_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for words in (
        ("train", classes, "--encoder", base, "--out", tmp_path / "m"),
        ("evaluate", classes, "--model", classes_folder),
    ):
        error = called(*words).exception
        assert isinstance(error, MissingExtraError)
        assert "pip install 'voctext[encoder]'" in str(error)
