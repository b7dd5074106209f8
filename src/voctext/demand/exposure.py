"""How many customers an export covers: one number, or one for each segment."""

from collections.abc import Mapping
from math import isfinite, nan
from typing import TypeAlias

from voctext.demand.tally import UNKNOWN, Tally
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


def exposure_in(tally: Tally, header: str) -> Exposure:
    """
    Take the numbers of customers from the facet *header* of *tally*, which is then no facet any more.

    Where tickets tell their segment, every ticket of a segment must give the same number, its customers;
    else all tickets the same, the customers of the export.

    Raises:
        InputError: A value is no number above 0, or tickets differ.
    """
    column, values = tally.ticket_facet.pop(header), list(tally.facet_values.pop(header))
    numbers = [_number(value, header) for value in values]
    segments = tally.facet_values["segment"] or {"": UNKNOWN}
    of_segment = tally.ticket_facet["segment"]
    told: dict[str, set[float]] = {}
    names = {number: name for name, number in segments.items()}
    for segment, value in set(zip(of_segment, column, strict=True)):
        if value != UNKNOWN and segment in names:
            told.setdefault(names[segment], set()).add(numbers[value])
    for name, found in told.items():
        if len(found) > 1:
            of = f" for {name!r}" if name else ""
            raise InputError(f"column {header!r} gives {len(found)} numbers of customers{of}; give one")
    if not told:
        raise InputError(f"column {header!r} gives no number of customers")
    exposure = {name: found.pop() for name, found in told.items()}
    return exposure[""] if set(exposure) == {""} else exposure


def _number(value: str, header: str) -> float:
    try:
        number = float(value.replace(",", ""))
    except ValueError:
        number = nan
    if not (isfinite(number) and number > 0):
        raise InputError(f"column {header!r} holds {value!r}, which is no number of customers above 0")
    return number
