"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from voctext.errors import InputError


@contextmanager
def written_aside(path: str | Path) -> Iterator[Path]:
    """
    Give a path to write to in the folder of *path*, and put the file in its place at the end.

    Whatever stops the writing, a keyboard interrupt too, removes the file aside and leaves an older
    *path* as it was.

    Raises:
        InputError: the folder does not exist or cannot be written to, or *path* is open elsewhere.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")
    aside = path.with_name(f".{path.name}.{token_hex(4)}{path.suffix}")
    try:
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileNotFoundError:
        raise InputError(f"{path}: the folder {path.parent} does not exist; make it first") from None
    except OSError as error:
        raise InputError(f"{path}: cannot write in {path.parent} ({error.strerror})") from error
    try:
        yield aside
        _put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def made_folder(path: str | Path) -> Path:
    """
    Make the folder *path* if it is not there, those above it too, and return it.

    Raises:
        InputError: *path* is a file or lies in one, or may not be made.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made a folder ({error.strerror}); name another") from error
    return path


def _put_in_place(aside: Path, path: Path) -> None:
    try:
        aside.replace(path)
    except PermissionError as error:
        raise InputError(f"{path}: cannot be replaced; close it in other programs first") from error
