"""What several test files share: a tiny encoder drawn at random, and models taught with it. All synthetic."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from voctext.corpus import notes
from voctext.evaluate import LabelledNote

if TYPE_CHECKING:
    from voctext.train.encoder import TrainedEncoder

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a test that wants a network is wrong

SAID = {"慢": "系统太慢了", "贵": "年费太贵了", "凶": "客服说话很凶"}
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
SEATS = 64
"""How many tokens the tiny encoder has places for."""


class Texts(NamedTuple):
    """Texts with one label each."""

    texts: list[str]
    labels: list[str]


@pytest.fixture(scope="session")
def easy() -> Texts:
    """Give texts of three classes that anything can tell apart."""
    rows = [(f"第{n}次反映，{words}", label) for n in range(20) for label, words in SAID.items()]
    return Texts([text for text, _ in rows], [label for _, label in rows])


@pytest.fixture(scope="session")
def few_notes() -> list[LabelledNote]:
    """Give sixty notes of the shipped corpus, as a desk would have labelled them."""
    return [LabelledNote(note.text, note.perceptions, note.intent, {}) for note in notes()[::150]][:60]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a BERT of two narrow layers, drawn at random, which reads by characters."""
    pytest.importorskip("torch", reason="encoders need torch: pip install 'voctext[encoder]'")
    pytest.importorskip("transformers", reason="encoders need transformers: pip install 'voctext[encoder]'")
    pytest.importorskip("accelerate", reason="encoders need accelerate: pip install 'voctext[encoder]'")
    return make_base(tmp_path_factory.mktemp("base") / "tiny-bert")


def make_base(folder: Path, *, seed: int = 0) -> Path:
    """Write a tiny BERT into *folder*, as a base on a disk is."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    from voctext.encoder.quiet import quiet

    letters = sorted({sign for note in notes()[::20] for sign in note.text if not sign.isspace()})
    vocabulary = {token: i for i, token in enumerate([*MARKS, *letters])}
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), MARKS, strict=True))
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=SEATS,
    )
    torch.manual_seed(seed)
    with quiet():
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=by_characters(vocabulary), **names)
        tokenizer.save_pretrained(folder)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    return folder


def by_characters(vocabulary: dict[str, int]) -> object:
    """Give a tokenizer that takes each character for a token."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=MARKS[1]))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


@pytest.fixture(scope="session")
def taught_notes(base: Path, few_notes: list[LabelledNote]) -> "TrainedEncoder":
    """Give an encoder of notes, its network frozen."""
    pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")
    from voctext.encoder.settings import Settings
    from voctext.train import Run, encode_notes

    return encode_notes(few_notes, Run(str(base), Settings()))


@pytest.fixture(scope="session")
def taught_classes(base: Path, easy: Texts) -> "TrainedEncoder":
    """Give an encoder of three classes, its network frozen."""
    pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")
    from voctext.encoder.settings import Settings
    from voctext.train import Run, encode_classes

    return encode_classes(easy.texts, easy.labels, Run(str(base), Settings()))


@pytest.fixture(scope="session")
def notes_folder(taught_notes: "TrainedEncoder", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an encoder of notes; not to be changed."""
    from voctext.train import save_model

    folder = tmp_path_factory.mktemp("models") / "notes"
    save_model(taught_notes, folder, data="notes.csv")
    return folder


@pytest.fixture(scope="session")
def classes_folder(taught_classes: "TrainedEncoder", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an encoder of classes; not to be changed."""
    from voctext.train import save_model

    folder = tmp_path_factory.mktemp("models") / "classes"
    save_model(taught_classes, folder, data="classes.csv")
    return folder


@pytest.fixture(scope="session")
def onnx_folder(classes_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of classes with an ONNX file in "int8" or "float32", made once; not to be changed."""
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason=f"ONNX needs {package}: pip install 'voctext[encoder]'")
    from shutil import copytree

    from voctext.encoder import export_onnx

    made: dict[str, Path] = {}

    def folder(numbers: str) -> Path:
        if numbers not in made:
            made[numbers] = copytree(classes_folder, tmp_path_factory.mktemp("onnx") / numbers)
            export_onnx(made[numbers], int8=numbers == "int8")
        return made[numbers]

    return folder
