"""Encoders: tokens and batches, the network, bases that are refused, ONNX, and notes read. All synthetic."""

import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch", reason="encoders need torch: pip install 'voctext[encoder]'")
pytest.importorskip("transformers", reason="encoders need transformers: pip install 'voctext[encoder]'")
pytest.importorskip("accelerate", reason="encoders need accelerate: pip install 'voctext[encoder]'")
pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'voctext[train]'")

import torch
import transformers

from voctext import InputError, Intent, Miner, ModelError, Perception, Ticket
from voctext.classify.combined import CombinedClassifier
from voctext.classify.model import OUTPUTS
from voctext.classify.protocol import NoteClassifier
from voctext.corpus import notes
from voctext.encoder import EncoderClassifier, EncoderSingleLabel, export_onnx, load_encoder
from voctext.encoder.classifier import voiced
from voctext.encoder.network import Network, licence_of, load_base, pad_of
from voctext.encoder.quiet import quiet
from voctext.encoder.runtime import OnnxRuntime, TorchRuntime, run
from voctext.encoder.tokens import Tokenizer, batches, padded
from voctext.train.default import clauses_of

rows_of_tokens = st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=30), max_size=40)


class Trap:
    """An object whose pickle makes a file when it is loaded."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.made,)


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> Tokenizer:
    return Tokenizer((base / "tokenizer.json").read_text(encoding="utf-8"), limit=20)


@pytest.fixture(scope="module")
def network(base: Path) -> Network:
    torch.manual_seed(1)
    return Network(load_base(str(base))[0], 5).eval()


# tokens


def test_a_long_text_keeps_its_beginning_and_its_end_and_obeys_the_limit(tokenizer: Tokenizer) -> None:
    text = "".join(
        letter for letter in sorted(set("".join(note.text for note in notes()[::200]))) if letter >= "一"
    )
    assert len(text) > 100
    whole = Tokenizer(tokenizer.json, limit=9999)([text])[0]
    [cut] = tokenizer([text])

    assert len(cut) == 20
    assert cut[:15] == whole[:15]
    assert cut[15:] == whole[-5:]


def test_a_text_as_long_as_the_limit_is_left_whole(tokenizer: Tokenizer) -> None:
    exact, longer = tokenizer(["慢" * 18, "慢" * 19])
    assert len(exact) == len(longer) == 20
    assert exact[1:-1] == [exact[1]] * 18


def test_an_empty_text_still_gives_a_token(tokenizer: Tokenizer) -> None:
    assert all(tokenizer(["", " "]))
    bare = json.loads(tokenizer.json) | {"post_processor": None}
    assert Tokenizer(json.dumps(bare))([""]) == [[0]]


@given(rows_of_tokens, st.integers(1, 120))
def test_batches_hold_every_text_once_and_keep_the_budget(tokens: list[list[int]], budget: int) -> None:
    found = list(batches(tokens, budget=budget))

    assert sorted(i for batch in found for i in batch) == list(range(len(tokens)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(len(tokens[i]) for i in batch) <= budget


@given(rows_of_tokens.filter(bool), st.integers(0, 5))
def test_a_padded_rectangle_holds_the_tokens_and_marks_them(tokens: list[list[int]], pad: int) -> None:
    ids, mask = padded(tokens, pad)

    assert ids.shape == mask.shape == (len(tokens), max(map(len, tokens)))
    for row, shown, known in zip(tokens, ids, mask, strict=True):
        assert shown.tolist() == row + [pad] * (len(shown) - len(row))
        assert known.tolist() == [1] * len(row) + [0] * (len(known) - len(row))


@given(rows_of_tokens)
def test_scores_come_back_in_the_order_of_the_texts(tokens: list[list[int]]) -> None:
    class Sums:
        name = "sums"

        def __call__(self, ids: Any, mask: Any) -> Any:
            return (ids * mask).sum(axis=1, keepdims=True).astype(np.float32)

    found = run(Sums(), tokens, width=1, pad=7)
    assert found[:, 0].tolist() == [sum(row) for row in tokens]


# the network


def test_padding_changes_no_score(network: Network, tokenizer: Tokenizer) -> None:
    tokens = tokenizer(["客服说话很凶", "慢", "年费太贵了，系统也太慢了，第三次了"])
    runtime = TorchRuntime(network)
    together = runtime(*padded(tokens, 0))

    for row, scores in zip(tokens, together, strict=True):
        np.testing.assert_allclose(runtime(*padded([row], 0))[0], scores, atol=1e-5)
    np.testing.assert_allclose(runtime(*padded(tokens, 3)), together, atol=1e-5)
    assert np.ptp(together, axis=0).max() > 1e-3  # else nothing was shown


def test_what_is_pooled_is_the_mean_of_the_hidden_states(network: Network, tokenizer: Tokenizer) -> None:
    [row] = tokenizer(["客服说话很凶"])
    ids, mask = (torch.from_numpy(array) for array in padded([row], 0))
    with torch.inference_mode():
        hidden = network.encoder(input_ids=ids, attention_mask=mask).last_hidden_state

    found = TorchRuntime(network, part="pooled")(*padded([[*row]], 0))
    np.testing.assert_allclose(found[0], hidden[0].mean(0).numpy(), atol=1e-5)


def test_a_base_tells_its_licence_and_the_token_that_fills_up(
    base: Path, network: Network, tmp_path: Path
) -> None:
    assert licence_of(str(base)) == "mit"
    assert licence_of(str(tmp_path)) is None
    assert licence_of("somebody/some-model") is None
    assert pad_of(network.encoder) == 0


def refused(folder: Path | str) -> str:
    with pytest.raises(InputError) as caught:
        load_base(str(folder))
    assert str(folder) in str(caught.value)
    return str(caught.value)


def test_a_base_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "config.json, tokenizer.json and model.safetensors" in refused(tmp_path / "nothing" / "here")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty")


def test_a_base_without_a_tokenizer_is_refused(base: Path, tmp_path: Path) -> None:
    folder = copytree(base, tmp_path / "mute")
    for path in folder.glob("*token*"):
        path.unlink()
    assert "tokenizer" in refused(folder)


@pytest.mark.parametrize("numbers", [b"", b"no tensors", None])
def test_a_base_with_broken_numbers_is_refused(base: Path, tmp_path: Path, numbers: bytes | None) -> None:
    folder = copytree(base, tmp_path / "broken")
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000] if numbers is None else numbers)
    refused(folder)


def test_a_base_whose_configuration_does_not_fit_its_numbers_is_refused(base: Path, tmp_path: Path) -> None:
    folder = copytree(base, tmp_path / "misfit")
    edit(folder / "config.json", hidden_size=64)
    refused(folder)


def test_an_encoder_with_a_decoder_is_refused(base: Path, tmp_path: Path) -> None:
    folder = copytree(base, tmp_path / "t5")
    config = transformers.T5Config(vocab_size=50, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    with quiet():
        transformers.T5Model(config).save_pretrained(folder)
    assert "t5 model; give an encoder" in refused(folder)


def test_weights_in_a_pickle_are_never_opened(base: Path, tmp_path: Path) -> None:
    folder, made = copytree(base, tmp_path / "pickled"), tmp_path / "made"
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap(made)))

    assert "model.safetensors" in refused(folder)
    assert not made.exists()
    pickle.loads((folder / "pytorch_model.bin").read_bytes())  # noqa: S301  the trap works
    assert made.exists()


def test_weights_that_could_be_read_from_a_pickle_are_refused_all_the_same(
    base: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load

    folder = copytree(base, tmp_path / "pickled")
    path = folder / "model.safetensors"
    torch.save(load(path.read_bytes()), folder / "pytorch_model.bin")
    path.unlink()
    refused(folder)


def test_code_of_a_models_own_is_never_run(base: Path, tmp_path: Path) -> None:
    folder, made = copytree(base, tmp_path / "coded"), tmp_path / "made"
    (folder / "own.py").write_text(
        f"open({str(made)!r}, 'w')\n\nclass Config: ...\n\nclass Model: ...\n", encoding="utf-8"
    )
    edit(folder / "config.json", auto_map={"AutoConfig": "own.Config", "AutoModel": "own.Model"})
    load_base(str(folder))  # a BERT all the same
    assert not made.exists()

    edit(folder / "config.json", model_type="own")
    assert "custom code" in refused(folder)
    assert not made.exists()


def edit(path: Path, **changed: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changed), encoding="utf-8")


def test_quiet_puts_everything_back_as_it_was() -> None:
    import logging
    import warnings

    from transformers.utils import logging as bars

    before = (logging.getLogger("transformers").level, bars.is_progress_bar_enabled())
    with quiet():
        warnings.warn("heard by nobody", stacklevel=1)
    assert (logging.getLogger("transformers").level, bars.is_progress_bar_enabled()) == before
    with pytest.raises(UserWarning, match="heard"):
        warnings.warn("heard again", stacklevel=1)


# ONNX

OnnxFolder = Callable[[str], Path]


def grown(length: int) -> str:
    said = "客服说话很凶，年费太贵了，系统太慢了。第几次反映了，还是没有人管！"
    return (said * 3)[:length]


def scores_by(folder: Path, run_by: str, texts: list[str]) -> Any:
    reader = load_encoder(folder, run_by=run_by)
    return reader.encoder.scores(texts)


def test_a_file_for_onnx_gives_the_scores_of_torch_at_every_length(onnx_folder: OnnxFolder) -> None:
    texts = [grown(length) for length in range(1, 61)]
    folder = onnx_folder("float32")

    by_onnx, by_torch = (scores_by(folder, name, texts) for name in ("onnx", "torch"))
    np.testing.assert_allclose(by_onnx, by_torch, atol=1e-4)


@pytest.mark.parametrize("size", range(1, 6))
def test_a_file_for_onnx_takes_batches_of_any_size(onnx_folder: OnnxFolder, size: int) -> None:
    texts = [grown(7 * n + size) for n in range(1, size + 1)]
    folder = onnx_folder("float32")
    reader = load_encoder(folder, run_by="torch")
    ids, mask = padded(reader.encoder.tokenizer(texts), reader.encoder.pad)

    found = OnnxRuntime(folder / "model.onnx", threads=1)(ids, mask)
    np.testing.assert_allclose(found, reader.encoder.runtime(ids, mask), atol=1e-4)


def test_a_file_in_eight_bits_is_smaller_and_answers_nearly_the_same(
    onnx_folder: OnnxFolder, easy: Any
) -> None:
    small, large = onnx_folder("int8"), onnx_folder("float32")
    texts = [*easy.texts, *(grown(length) for length in range(1, 61, 3))]

    assert (small / "model.onnx").stat().st_size < (large / "model.onnx").stat().st_size
    one, two = load_encoder(small, run_by="onnx"), load_encoder(small, run_by="torch")
    assert isinstance(one, EncoderSingleLabel)
    assert isinstance(two, EncoderSingleLabel)
    # probabilities within a tenth: weights of a random network of two layers are rounded to 1/127 each
    np.testing.assert_allclose(one.predict_proba(texts), two.predict_proba(texts), atol=0.1)
    assert np.mean(np.array(one.predict(texts)) == np.array(two.predict(texts))) >= 0.95
    assert one.about["onnx"] == "int8"


def test_by_itself_an_onnx_file_is_taken_and_torch_where_there_is_none(
    onnx_folder: OnnxFolder, classes_folder: Path
) -> None:
    assert isinstance(load_encoder(onnx_folder("int8")).encoder.runtime, OnnxRuntime)
    assert isinstance(load_encoder(classes_folder).encoder.runtime, TorchRuntime)
    with pytest.raises(ModelError, match=r"no model\.onnx; export it"):
        load_encoder(classes_folder, run_by="onnx")
    with pytest.raises(InputError, match="known: auto, onnx, torch"):
        load_encoder(classes_folder, run_by="cuda")


def test_torch_runs_the_network_where_onnx_runtime_is_not_installed(
    onnx_folder: OnnxFolder, easy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = onnx_folder("int8")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    reader = load_encoder(folder)
    assert isinstance(reader.encoder.runtime, TorchRuntime)
    assert reader.predict(easy.texts[:3]) == easy.labels[:3]  # type: ignore[union-attr]
    with pytest.raises(ImportError, match=r"pip install 'voctext\[encoder\]'"):
        load_encoder(folder, run_by="onnx")


def test_a_folder_that_was_edited_is_not_exported(classes_folder: Path, tmp_path: Path) -> None:
    folder = copytree(classes_folder, tmp_path / "edited")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        export_onnx(folder)
    assert not (folder / "model.onnx").exists()


# reading notes


@pytest.fixture(scope="module")
def reader(notes_folder: Path) -> EncoderClassifier:
    found = load_encoder(notes_folder)
    assert isinstance(found, EncoderClassifier)
    return found


def test_an_encoder_of_notes_is_a_classifier_like_any_other(reader: EncoderClassifier) -> None:
    assert isinstance(reader, NoteClassifier)
    [finding] = Miner(reader).mine([Ticket("1", "APP一登入就閃退")])
    assert (finding.perception, finding.polarity, finding.topic) == (Perception.PRODUCT, -1, "app_crash")


def test_findings_have_their_evidence_in_the_ticket(reader: EncoderClassifier) -> None:
    tickets = [Ticket(str(n), note.text) for n, note in enumerate(notes()[7:400:9])]
    readings = list(Miner(reader).read(tickets))
    found = [(reading.ticket, finding) for reading in readings for finding in reading.findings]

    assert len(readings) == len(tickets)
    assert len(found) > 10
    for ticket, finding in found:
        assert 0 <= finding.evidence.start < finding.evidence.end <= len(ticket.text)
        assert finding.quote == ticket.text[finding.evidence.start : finding.evidence.end]
        assert finding.ticket is ticket


def test_simplified_and_traditional_notes_get_the_same_label(reader: EncoderClassifier) -> None:
    pairs = [
        ("客服态度很差，说话很凶", "客服態度很差，說話很兇"),
        ("年费太贵了，为什么要收", "年費太貴了，為什麼要收"),
        ("系统转圈打不开", "系統轉圈打不開"),
    ]
    miner = Miner(reader)
    for simplified, traditional in pairs:
        tokens = reader.encoder.tokenizer([voiced(clauses_of(text)) for text in (simplified, traditional)])
        assert tokens[0] == tokens[1]  # the network reads one and the same
        one, two = miner.label([simplified, traditional])
        assert (one.perceptions, one.intent) == (two.perceptions, two.intent)
        for question, sure in one.confidence.items():
            assert two.confidence[question] == pytest.approx(sure, abs=0.05)


def test_with_a_confidence_asked_for_the_encoder_abstains(notes_folder: Path) -> None:
    texts = [note.text for note in notes()[3::101]]
    usual, strict = load_encoder(notes_folder), load_encoder(notes_folder, min_confidence=0.95)
    found = [sum(len(label.perceptions) for label in Miner(one).label(texts)) for one in (usual, strict)]
    left = [sum(len(reading.abstained) for reading in Miner(one).read(texts)) for one in (usual, strict)]

    assert found[1] < found[0]
    assert left[1] > left[0]
    with pytest.raises(InputError, match=r"from 0\.5 to below 1"):
        load_encoder(notes_folder, min_confidence=0.2)


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "？", "【处理结果】已回电告知客户并致歉", "坐席：您好，请问有什么可以帮您"]
)
def test_a_note_in_which_no_customer_speaks_is_read_without_a_crash(
    reader: EncoderClassifier, text: str
) -> None:
    [reading] = Miner(reader).read([text])
    assert reading.label.intent in Intent


def test_no_notes_give_no_labels(reader: EncoderClassifier, classes_folder: Path) -> None:
    assert list(Miner(reader).label([])) == []
    classes = load_encoder(classes_folder)
    assert isinstance(classes, EncoderSingleLabel)
    assert classes.predict([]) == []
    assert set(classes.predict(["", "\n"])) <= set(classes.classes)


def test_an_encoder_that_says_nothing_leaves_the_defaults_answers(reader: EncoderClassifier) -> None:
    texts = [note.text for note in notes()[5::97]]
    default = CombinedClassifier()
    with torch.no_grad():
        mute = Network(load_network(reader).encoder, len(OUTPUTS)).eval()
        mute.heads.weight.zero_()
        mute.heads.bias.zero_()
    silent = EncoderClassifier(
        replace(reader.encoder, runtime=TorchRuntime(mute)),
        linear=default.model,
        blend=np.eye(len(OUTPUTS), dtype=np.float32),
        thresholds=default.model.thresholds,
        about={},
    )
    assert list(Miner(silent).label(texts)) == list(Miner(default).label(texts))
    spans = [clauses_of(text) for text in texts]
    assert [verdict.findings for verdict in silent.judge(spans)] == [
        verdict.findings for verdict in default.judge(spans)
    ]


def load_network(reader: EncoderClassifier) -> Network:
    runtime = reader.encoder.runtime
    assert isinstance(runtime, TorchRuntime)
    return runtime._part.__self__  # type: ignore[attr-defined,no-any-return]


def test_classes_of_a_text_add_up_to_one_and_the_likeliest_is_given(classes_folder: Path, easy: Any) -> None:
    reader = load_encoder(classes_folder)
    assert isinstance(reader, EncoderSingleLabel)
    chances = reader.predict_proba(easy.texts)

    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert reader.predict(easy.texts) == easy.labels
    assert reader.predict(["第99次反映，年費太貴了"]) == ["贵"]
