"""
Pretrained encoders: a network with heads, read from a folder, run by ONNX Runtime or torch.

A folder that `voctext train --encoder` wrote gives a classifier like any other. Training them is
`voctext.train`'s. Needs the extra `encoder`.
"""

from typing import Any

__all__ = ["EncoderClassifier", "EncoderSingleLabel", "export_onnx", "load_encoder"]

_ROOMS = {
    "EncoderClassifier": "classifier",
    "EncoderSingleLabel": "classifier",
    "export_onnx": "onnx",
    "load_encoder": "folder",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for, and with it the libraries it needs, only then."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"voctext.encoder.{_ROOMS[name]}"), name)
