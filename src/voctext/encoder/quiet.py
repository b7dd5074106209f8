"""Keeping the libraries' notices, meant for those who call them, off the screen of those who call us."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LOUD = ("", "torch.onnx", "transformers", "accelerate")


@contextmanager
def quiet() -> Iterator[None]:
    """Silence warnings, log lines below errors, and progress bars of torch, transformers and onnx."""
    from voctext.errors import require

    bars = require("transformers.utils.logging", extra="encoder")
    shown = bars.is_progress_bar_enabled()
    levels = {name: logging.getLogger(name).level for name in LOUD}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bars.disable_progress_bar()
        for name in LOUD:
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            if shown:
                bars.enable_progress_bar()
