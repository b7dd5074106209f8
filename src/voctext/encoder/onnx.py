"""Export of a network to ONNX, its weights in eight bits, for any number of texts of any length."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from voctext.encoder.folder import ONNX, checked_names, digest, network_of, write_names
from voctext.encoder.network import ScoresAlone
from voctext.encoder.quiet import quiet
from voctext.errors import require

OPSET = 18


def export_onnx(folder: str | Path, *, int8: bool = True) -> Path:
    """
    Write model.onnx beside the encoder in *folder*, and its checksum into model.json.

    With *int8* weights are quantized to eight bits, activations as they come (dynamic quantization):
    a quarter of the size, faster on a processor, answers a little off. `voctext.encoder.load_encoder`
    takes it from then on.

    Returns:
        The file.

    Raises:
        ModelError: The folder is unknown, cut short or edited.
        MissingExtraError: onnx, onnxscript or torch is not installed.
    """
    folder = Path(folder)
    names = checked_names(folder)
    require("onnxscript", extra="encoder")
    onnx = require("onnx", extra="encoder")
    network = network_of(folder, len(names["outputs"]))
    with TemporaryDirectory() as scratch, quiet():
        plain = Path(scratch) / "plain.onnx"
        _export(network, plain, names["limit"])
        model = onnx.load(str(plain))
        # shapes that the exporter noted contradict those that quantization infers
        del model.graph.value_info[:]
        onnx.save(model, str(plain))
        made = plain
        if int8:
            quantization = require("onnxruntime.quantization", extra="encoder")
            made = Path(scratch) / "int8.onnx"
            quantization.quantize_dynamic(
                str(plain), str(made), weight_type=quantization.QuantType.QInt8, per_channel=True
            )
        (folder / ONNX).write_bytes(made.read_bytes())
    names["files"][ONNX] = digest(folder / ONNX)
    names["about"]["onnx"] = "int8" if int8 else "float32"
    write_names(folder, names)
    return folder / ONNX


def _export(network: Any, path: Path, limit: int) -> None:
    torch = require("torch", extra="encoder")

    ids = torch.ones((2, 8), dtype=torch.int64)
    texts, length = torch.export.Dim("texts", min=1), torch.export.Dim("length", min=2, max=limit)
    shape = {0: texts, 1: length}
    torch.onnx.export(
        ScoresAlone(network).eval(),
        (ids, ids.clone()),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["scores"],
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
