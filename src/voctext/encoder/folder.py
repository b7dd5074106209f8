"""
Folders of encoders: weights in safetensors, names and configuration in JSON, an ONNX file beside them.

Every file is named in model.json with its SHA-256, and none is opened that does not have it. Nothing in a
folder is executed: no pickle, and no code of a model's own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voctext.classify.model import NAMES, NUMBERS, OUTPUTS, LinearModel, read_names
from voctext.classify.single_label import SingleLabelModel
from voctext.encoder.classifier import Encoder, EncoderClassifier, EncoderSingleLabel
from voctext.encoder.runtime import OnnxRuntime, Runtime, TorchRuntime
from voctext.encoder.tokens import Tokenizer
from voctext.errors import InputError, MissingExtraError, ModelError, choose_from, require
from voctext.taxonomy import Taxonomy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT, KIND = 1, "encoder"
CONFIG, TOKENIZER, ONNX = "config.json", "tokenizer.json", "model.onnx"
LINEAR = "linear"
"""The folder of the linear model that the encoder reads beside."""
NEEDED = (NUMBERS, CONFIG, TOKENIZER, f"{LINEAR}/{NAMES}", f"{LINEAR}/{NUMBERS}")
NOTES, CLASSES = "notes", "classes"
"""What an encoder reads: notes by the guide's labels, or texts with classes of a desk's own."""


class RunBy(StrEnum):
    """What runs an encoder."""

    AUTO = "auto"
    ONNX = "onnx"
    TORCH = "torch"


@dataclass(frozen=True, slots=True)
class Blend:
    """How an encoder's answer is joined with a linear model's, and where a perception is found."""

    weights: "NDArray[np.float32]"  # (outputs, outputs), of the linear model's scores
    thresholds: "NDArray[np.float32]"  # (perceptions,), none where there are single labels


def save_encoder(
    folder: Path,
    network: Any,
    tokenizer: Tokenizer,
    about: Mapping[str, Any],
    *,
    pad: int,
    blend: Blend,
    linear: LinearModel | SingleLabelModel,
) -> None:
    """
    Write *network* into *folder*, which is made if it is not there, and the *linear* model it reads beside.

    An ONNX file that lay there is of the old weights, and is removed.
    """
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    torch = require("torch", extra="encoder")
    tensors |= {
        f"blend.{name}": torch.from_numpy(getattr(blend, name).copy()) for name in ("weights", "thresholds")
    }
    (folder / NUMBERS).write_bytes(save(tensors))
    (folder / CONFIG).write_text(_config(network), encoding="utf-8")
    (folder / TOKENIZER).write_text(tokenizer.json, encoding="utf-8")
    (folder / ONNX).unlink(missing_ok=True)
    linear.save(folder / LINEAR)
    classes = linear.classes if isinstance(linear, SingleLabelModel) else ()
    names = {
        "format": FORMAT,
        "kind": KIND,
        "outputs": list(classes or OUTPUTS),
        "reads": CLASSES if classes else NOTES,
        "limit": tokenizer.limit,
        "pad": pad,
        "about": dict(about),
        "files": {name: digest(folder / name) for name in NEEDED},
    }
    write_names(folder, names)


def write_names(folder: Path, names: Mapping[str, Any]) -> None:
    """Write model.json."""
    (folder / NAMES).write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def _config(network: Any) -> str:
    """Give the encoder's configuration, without what could name code or a place on a disk."""
    kept = {
        name: value
        for name, value in network.encoder.config.to_dict().items()
        if name not in ("auto_map", "_name_or_path", "dtype", "torch_dtype")
    }
    return json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def load_encoder(
    folder: str | Path,
    taxonomy: Taxonomy | None = None,
    *,
    min_confidence: float | None = None,
    run_by: RunBy | str = RunBy.AUTO,
    threads: int | None = None,
) -> EncoderClassifier | EncoderSingleLabel:
    """
    Read the encoder in *folder*.

    Args:
        folder: As `voctext train --encoder` writes it.
        taxonomy: Topics of the findings, where it reads notes.
        min_confidence: As in `CombinedClassifier`, where it reads notes.
        run_by: "onnx", "torch", or "auto": ONNX Runtime if the folder holds an ONNX file and the library is
            installed, else torch.
        threads: How many ONNX Runtime may use; by default all cores.

    Raises:
        ModelError: The folder is unknown, cut short or edited, or holds no ONNX file where one is asked for.
        InputError: *run_by* is none of the three.
        MissingExtraError: Neither library is installed.
    """
    if run_by not in list(RunBy):
        raise InputError(f"run_by is {run_by!r}; {choose_from(run_by, RunBy)}")
    folder = Path(folder)
    names = checked_names(folder)
    tokenizer = _tokenizer(folder, names["limit"])
    runtime = _runtime(folder, names, RunBy(run_by), threads)
    encoder = Encoder(tokenizer, runtime, len(names["outputs"]), names["pad"])
    blend = _blend(folder)
    if names["reads"] == CLASSES:
        linear = SingleLabelModel.load(folder / LINEAR)
        return EncoderSingleLabel(encoder, linear, blend=blend.weights, about=names["about"])
    return EncoderClassifier(
        encoder,
        linear=LinearModel.load(folder / LINEAR),
        blend=blend.weights,
        thresholds=blend.thresholds,
        about=names["about"],
        taxonomy=taxonomy,
        min_confidence=min_confidence,
    )


def checked_names(folder: Path) -> dict[str, Any]:
    """
    Read model.json, and compare every file it names with its checksum.

    Raises:
        ModelError: It is none of an encoder's, of another format, or a file differs or lacks.
    """
    names, path = read_names(folder), folder / NAMES
    if names.get("kind") != KIND or names.get("format") != FORMAT:
        found = f"kind {names.get('kind')!r}, format {names.get('format')!r}"
        raise ModelError(f"{path}: {found}; here is read {KIND!r}, format {FORMAT}; train again or upgrade")
    right = {"outputs": list, "reads": str, "limit": int, "pad": int, "about": dict, "files": dict}
    for key, kind in right.items():
        if not isinstance(names.get(key), kind):
            raise ModelError(
                f"{path}: {key} is {names.get(key)!r}, no {kind.__name__}; copy the folder again"
            )
    _check_outputs(names, path)
    missing = [name for name in NEEDED if name not in names["files"]]
    if missing:
        raise ModelError(f"{path}: names no {', '.join(missing)}; copy the whole folder again")
    _check_files(folder, names["files"])
    return names


def _check_files(folder: Path, files: Mapping[str, Any]) -> None:
    path = folder / NAMES
    for name, known in files.items():
        if name not in (*NEEDED, ONNX):
            raise ModelError(f"{path}: {name!r} is no file of the folder; copy the folder again")
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: {name} is missing; copy the whole folder again")
        if digest(folder / name) != known:
            raise ModelError(f"{folder / name}: not what was saved (checksum differs); copy the folder again")


def _check_outputs(names: Mapping[str, Any], path: Path) -> None:
    if names["reads"] not in (NOTES, CLASSES):
        raise ModelError(f"{path}: reads {names['reads']!r}, neither {NOTES} nor {CLASSES}; upgrade voctext")
    if names["reads"] == NOTES and tuple(names["outputs"]) != OUTPUTS:
        raise ModelError(f"{path}: other outputs than this voctext reads; train again or upgrade")


def _tokenizer(folder: Path, limit: int) -> Tokenizer:
    json_of = (folder / TOKENIZER).read_text(encoding="utf-8")
    try:
        return Tokenizer(json_of, limit=limit)
    except MissingExtraError:
        raise
    except Exception as error:  # the library raises bare ones
        raise ModelError(f"{folder / TOKENIZER}: no tokenizer ({error}); copy the folder again") from error


def _runtime(folder: Path, names: Mapping[str, Any], run_by: RunBy, threads: int | None) -> Runtime:
    has_onnx = ONNX in names["files"]
    if run_by is RunBy.ONNX and not has_onnx:
        raise ModelError(f"{folder}: holds no {ONNX}; export it, or run it by torch")
    if has_onnx and run_by is not RunBy.TORCH:
        try:
            return OnnxRuntime(folder / ONNX, threads=threads)
        except MissingExtraError:
            if run_by is RunBy.ONNX:
                raise
    return TorchRuntime(network_of(folder, len(names["outputs"])))


def network_of(folder: Path, outputs: int) -> Any:
    """
    Build the network in *folder*, whose files have been checked.

    Raises:
        ModelError: Its configuration and its numbers do not fit.
    """
    require("torch", extra="encoder")
    transformers = require("transformers", extra="encoder")
    from safetensors.torch import load

    from voctext.encoder.network import Network

    try:
        tensors = {
            name: tensor
            for name, tensor in load((folder / NUMBERS).read_bytes()).items()
            if not name.startswith("blend.")
        }
        config = dict(json.loads((folder / CONFIG).read_text(encoding="utf-8")))
        kind = transformers.AutoConfig.for_model(config.pop("model_type"), **config)
        encoder = _bare(transformers.AutoModel, kind)
        network = Network(encoder, outputs)
        network.load_state_dict(tensors)
    except Exception as error:  # transformers raises errors of many kinds
        raise ModelError(f"{folder}: its numbers and {CONFIG} do not fit ({error}); copy it again") from error
    return network.eval()


def _bare(auto: Any, config: Any) -> Any:
    try:
        return auto.from_config(config, add_pooling_layer=False, trust_remote_code=False)
    except TypeError:
        return auto.from_config(config, trust_remote_code=False)


def _blend(folder: Path) -> Blend:
    from safetensors.numpy import load

    tensors = load((folder / NUMBERS).read_bytes())
    if "blend.weights" not in tensors or "blend.thresholds" not in tensors:
        raise ModelError(f"{folder / NUMBERS}: of an encoder that reads no notes; copy the folder again")
    return Blend(tensors["blend.weights"], tensors["blend.thresholds"])
