"""What runs a network: torch, or ONNX Runtime."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from voctext.encoder.tokens import batches, padded
from voctext.errors import require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = NDArray[np.int64]


class Runtime(Protocol):
    """Anything that gives the scores of a batch."""

    @property
    def name(self) -> str:
        """What runs it, for people."""
        ...

    def __call__(self, ids: "Ids", mask: "Ids", /) -> "Floats":
        """Give the scores of *ids* where *mask* is 1, shape (texts, outputs)."""
        ...


class TorchRuntime:
    """Runs a network in torch, on the GPU where there is one."""

    name = "torch"

    def __init__(self, network: Any, *, part: str = "scores") -> None:
        """Run *part* of *network*: its scores, or what is "pooled" below the heads."""
        torch = require("torch", extra="encoder")
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._torch = torch
        network.eval().to(self._device)
        self._part: Callable[[Any, Any], Any] = getattr(network, part)

    def __call__(self, ids: "Ids", mask: "Ids", /) -> "Floats":
        """Give the scores of one batch."""
        torch = self._torch
        with torch.inference_mode():
            given = (torch.from_numpy(array).to(self._device) for array in (ids, mask))
            return self._part(*given).float().cpu().numpy()  # type: ignore[no-any-return]


class OnnxRuntime:
    """Runs an ONNX file on the processor."""

    name = "ONNX Runtime"

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """Open the file at *path*; *threads* is how many it may use, by default all cores."""
        onnxruntime = require("onnxruntime", extra="encoder")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if threads is not None:
            options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, ids: "Ids", mask: "Ids", /) -> "Floats":
        """Give the scores of one batch."""
        [scores] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return scores  # type: ignore[no-any-return]


def run(runtime: Runtime, tokens: Sequence[Sequence[int]], *, width: int, pad: int) -> "Floats":
    """Give the scores of all *tokens*, in their order, read in batches of about one length."""
    import numpy as np

    scores = np.zeros((len(tokens), width), dtype=np.float32)
    for batch in batches(tokens):
        scores[batch] = runtime(*padded([tokens[i] for i in batch], pad))
    return scores
