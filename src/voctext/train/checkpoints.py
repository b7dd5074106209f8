"""The state of a run that is under way: what it is of, and the last of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from voctext.encoder.settings import Settings
from voctext.errors import InputError
from voctext.train.lesson import Lesson

RUN = "run.json"


def fingerprint(network: Any, lessons: Sequence[Lesson], settings: Settings) -> str:
    """Give a fingerprint of what learns, what is learned, from what, and how."""
    told = [[*map(list, part.tokens), part.answers.tolist(), part.weight.tolist()] for part in lessons]
    found = sha256(json.dumps([told, asdict(settings)]).encode())
    for name, tensor in network.state_dict().items():
        found.update(name.encode())
        found.update(tensor.detach().cpu().float().contiguous().numpy().tobytes())
    return found.hexdigest()


def last_state(checkpoints: Path, told: str, *, resume: bool) -> Path | None:
    """
    Give the last whole state of an earlier run, if it is to be resumed, and note what this run is.

    Raises:
        InputError: *checkpoints* holds a run that is neither to be resumed nor the one that is *told*.
    """
    note = checkpoints / RUN
    states = [path.parent for path in checkpoints.glob("checkpoint-*/trainer_state.json")]
    if states and not resume:
        raise InputError(
            f"{checkpoints}: an earlier run stopped here; resume it (--resume), or delete the folder"
        )
    if states and (not note.is_file() or note.read_text(encoding="utf-8") != told):
        raise InputError(
            f"{checkpoints}: the run that stopped here had other notes or settings; give the same again, or "
            "delete the folder"
        )
    checkpoints.mkdir(parents=True, exist_ok=True)
    note.write_text(told, encoding="utf-8")
    return max(states, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def take(network: Any, checkpoint: Path) -> None:
    """Give *network* the weights of a state."""
    from safetensors.torch import load

    network.load_state_dict(load((checkpoint / "model.safetensors").read_bytes()))
