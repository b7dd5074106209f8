"""Training and measuring one's own models on the command line. All notes are synthetic."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from voctext import cli
from voctext.corpus import notes
from voctext.errors import ModelError
from voctext.train import load_model


def called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, list(map(str, arguments)), env={"COLUMNS": "200", "NO_COLOR": "1"})


def written(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def classes(path: Path, texts: int = 60) -> Path:
    said = {"慢": "系统太慢了", "贵": "年费太贵了", "凶": "客服说话很凶"}
    rows = [[f"第{n}次反映，{words}", label] for n in range(texts // 3) for label, words in said.items()]
    return written(path, [["text", "label"], *rows, ['引号里\n换行的"系统太慢了"', "慢"]])


def labelled(path: Path, *, step: int = 300) -> Path:
    rows: list[list[object]] = [["text", "product", "rule", "person", "intent"]]
    for note in notes()[::step]:
        said = {p.value: polarity for p, polarity in note.perceptions.items()}
        rows.append([note.text, *(said.get(p, "") for p in ("product", "rule", "person")), note.intent.value])
    return written(path, rows)


def test_texts_with_one_label_each_train_and_are_measured(tmp_path: Path) -> None:
    path = classes(tmp_path / "classes.csv")

    assert called("train", path, "--out", tmp_path / "model").exit_code == 0
    done = called("evaluate", path, "--model", tmp_path / "model", "--json")
    scores = json.loads(done.output)

    assert done.exit_code == 0
    assert scores["accuracy"] > 0.95
    assert set(scores["classes"]) == {"慢", "贵", "凶"}
    assert {"macro_f1", "accuracy_interval", "n"} <= set(scores)
    assert "accuracy" in called("evaluate", path, "--model", tmp_path / "model").output


def test_labelled_notes_adapt_the_default_model_and_say_which_is_kept(tmp_path: Path) -> None:
    path = labelled(tmp_path / "labelled.csv")
    done = called("train", path, "--out", tmp_path / "model")

    assert done.exit_code == 0
    assert "perception_macro_f1" in done.output
    assert "kept" in done.output
    scores = json.loads(called("evaluate", path, "--model", tmp_path / "model", "--json").output)
    assert scores["n"] == len(notes()[::300])


def test_the_same_file_and_seed_train_the_same_model(tmp_path: Path) -> None:
    path = classes(tmp_path / "classes.csv")
    for name in ("one", "two"):
        called("train", path, "--out", tmp_path / name, "--seed", "3")

    one, two = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "two"))
    assert one == two


def test_an_edited_model_is_refused_and_a_pickle_beside_it_is_never_opened(tmp_path: Path) -> None:
    path = classes(tmp_path / "classes.csv")
    called("train", path, "--out", tmp_path / "model")
    (tmp_path / "model" / "model.pkl").write_bytes(b"cos\nsystem\n(S'exit 3'\ntR.")
    load_model(tmp_path / "model")

    numbers = tmp_path / "model" / "model.safetensors"
    numbers.write_bytes(numbers.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(ModelError, match="checksum"):
        load_model(tmp_path / "model")


@pytest.mark.parametrize(
    "words",
    [
        ["train"],
        ["train", "x.csv"],
        ["train", "x.csv", "--default"],
        ["evaluate", "x.csv", "--model", "m", "--only", "rules"],
        ["evaluate", "x.csv", "--model", "m", "--min-confidence", "0.8"],
    ],
)
def test_a_wrong_call_is_told(words: list[str]) -> None:
    assert called(*words).exit_code == 2


def test_notes_without_an_intent_cannot_be_learnt_from(tmp_path: Path) -> None:
    rows: list[list[object]] = [["text", "product", "intent"], *([f"闪退{n}", -1, ""] for n in range(30))]
    done = called("train", written(tmp_path / "x.csv", rows), "--out", tmp_path / "model")

    assert done.exit_code == 1
    assert not (tmp_path / "model").exists()
