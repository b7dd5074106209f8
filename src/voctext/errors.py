"""
Every error voctext raises on purpose.

    VoctextError
    ├── InputError      (also ValueError)   a file, a row or an argument that cannot be used
    ├── TaxonomyError   (also ValueError)   a taxonomy file that does not say what it must
    ├── ModelError      (also ValueError)   a model folder that is unknown, cut short or edited
    └── MissingExtraError (also ImportError)  an optional package that is not installed

Each message says where, what, and what would have been right.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from typing import Any


class VoctextError(Exception):
    """Anything voctext raises on purpose."""


class InputError(VoctextError, ValueError):
    """A file, a row or an argument that cannot be used."""


class TaxonomyError(VoctextError, ValueError):
    """A taxonomy file that does not say what it must."""


class ModelError(VoctextError, ValueError):
    """A model folder that is unknown, cut short or edited."""


class MissingExtraError(VoctextError, ImportError):
    """An optional package that is not installed."""


MANY = 30
"""How many names an error lists; nobody reads more."""


def choose_from(value: str, known: Iterable[str]) -> str:
    """
    Say which of *known* was probably meant by *value*.

    >>> choose_from("prodcut", ["product", "rule", "person"])
    'did you mean product? known: person, product, rule'
    """
    names = sorted(str(name) for name in known)
    close = get_close_matches(value, names, n=1)
    meant = f"did you mean {close[0]}? " if close else ""
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return f"{meant}known: {', '.join(names[:MANY])}{more}"


def require(module: str, *, extra: str) -> Any:
    """
    Import *module*, or raise an error that names the extra to install.

    Raises:
        MissingExtraError: *module* is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # installed but broken: hiding that would send people astray
        message = f"{module} is not installed; run: pip install 'voctext[{extra}]'"
        raise MissingExtraError(message) from error
