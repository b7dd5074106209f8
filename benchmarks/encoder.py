"""
How many notes an encoder reads in a second: ONNX Runtime beside torch, on the processor.

torch in float32 is the peer. All three run the same network over the same synthetic notes, in batches of like
length, with as many threads; in turns, in one process; the median of three rounds counts. Beside the speed
stands how far the int8 scores are from torch's, and how often their answers are the same.

Without a folder the network is of random weights, 12 layers and 384 wide, as small encoders are: speed does
not ask what the weights are. Answers do: give the folder of a trained encoder to see them.

Run `python benchmarks/encoder.py [FOLDER]`.
"""

import json
import shutil
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from voctext.classify.combined import default_model
from voctext.classify.model import OUTPUTS
from voctext.corpus import notes
from voctext.encoder import export_onnx, load_encoder
from voctext.encoder.classifier import plain
from voctext.encoder.folder import Blend, save_encoder
from voctext.encoder.network import Network
from voctext.encoder.tokens import Tokenizer

ROUNDS, NOTES = 3, 600


def random_encoder(folder: Path, texts: list[str]) -> None:
    """Write an encoder of random weights, a token for each character of *texts*."""
    import torch
    from tokenizers import Tokenizer as Fast
    from tokenizers import models, pre_tokenizers
    from transformers import BertConfig, BertModel

    letters = sorted({letter for text in texts for letter in text})
    vocabulary = {token: i for i, token in enumerate(["[PAD]", "[UNK]", *letters])}
    tokenizer = Fast(models.WordLevel(vocabulary, unk_token=letters[0]))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=384, num_hidden_layers=12, num_attention_heads=12,
        intermediate_size=1536,
    )  # fmt: skip
    network = Network(BertModel(config, add_pooling_layer=False), len(OUTPUTS))
    words = Tokenizer(json.dumps(json.loads(tokenizer.to_str())))
    linear = default_model()
    alone = Blend(np.zeros((len(OUTPUTS), len(OUTPUTS)), dtype=np.float32), linear.thresholds)
    save_encoder(folder, network, words, {}, pad=0, blend=alone, linear=linear)


def main(given: list[str]) -> None:
    """Print the table."""
    texts = plain([note.text for note in notes()[:: len(notes()) // NOTES]][:NOTES])
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if given:
            shutil.copytree(given[0], folder, dirs_exist_ok=True)
        else:
            random_encoder(folder, texts)
        runs: dict[str, Any] = {"torch, float32": load_encoder(folder, run_by="torch").encoder}
        for name, int8 in (("ONNX Runtime, float32", False), ("ONNX Runtime, int8", True)):
            export_onnx(folder, int8=int8)
            runs[name] = load_encoder(folder, run_by="onnx").encoder
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        scores: dict[str, Any] = {}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                begun = perf_counter()
                scores[name] = run.scores(texts)
                seconds[name].append(perf_counter() - begun)
    peer = next(iter(runs))
    print("| run by | notes a second | ratio | largest difference of a score | same answer |")
    print("|---|---|---|---|---|")
    for name, taken in seconds.items():
        apart = np.abs(scores[name] - scores[peer]).max()
        same = (scores[name].argmax(axis=1) == scores[peer].argmax(axis=1)).mean()
        ratio = median(seconds[peer]) / median(taken)
        print(f"| {name} | {NOTES / median(taken):.0f} | {ratio:.2f} | {apart:.4f} | {same:.1%} |")


if __name__ == "__main__":
    main(sys.argv[1:])
