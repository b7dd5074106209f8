"""How many customers an export covers: one number, or one for each segment."""

from collections.abc import Mapping
from math import isfinite
from typing import TypeAlias

from voctext.errors import InputError

Exposure: TypeAlias = float | Mapping[str, float]
"""A number of customers, or one by segment; the whole is their sum."""


def check_exposure(exposure: Exposure | None) -> None:
    """Raise InputError unless *exposure* is None, a number of customers, or a mapping of them."""
    if isinstance(exposure, Mapping):
        if not exposure:
            raise InputError("exposure names no segment; give the number of customers of each")
        for segment, customers in exposure.items():
            _check(customers, f"exposure of {segment!r}")
    elif exposure is not None:
        _check(exposure, "exposure")


def _check(customers: float, name: str) -> None:
    if not (isfinite(customers) and customers > 0):
        raise InputError(f"{name} is {customers}; give the number of customers, more than 0")


def total(exposure: Exposure | None) -> float | None:
    """
    Give the number of customers in all, None where it is not known.

    >>> total({"retail": 900.0, "private": 100.0}), total(None)
    (1000.0, None)
    """
    return float(sum(exposure.values())) if isinstance(exposure, Mapping) else exposure
