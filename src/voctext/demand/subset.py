"""A part of an export, counted as if it alone had been read."""

from array import array
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from voctext.demand.tally import UNKNOWN, Tally, view
from voctext.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def subset(tally: Tally, mask: "NDArray[np.bool_]") -> Tally:
    """
    Give the tickets of *tally* where *mask* (one entry per ticket) holds, with their findings.

    Topics and facet values keep their numbers, also where none is left; tickets and customers are numbered
    anew. There are no quotes: which ticket holds which is not known.

    Raises:
        InputError: The mask has not one entry per ticket.
    """
    import numpy as np

    kept = np.asarray(mask, dtype=bool)
    tickets = len(tally.ticket_customer)
    if kept.shape != (tickets,):
        raise InputError(f"the mask has the shape {kept.shape}; give one entry for each of {tickets} tickets")
    found = kept[view(tally.finding_ticket)]
    customer, keys = _renumbered(view(tally.ticket_customer)[kept], tally.customers)
    part = Tally(tally.masker, tally.quotes_kept, tally.facets, _customers=keys)
    for column in fields(tally):
        values = getattr(tally, column.name)
        if isinstance(values, array):
            of_ticket = column.name.startswith("ticket_")
            setattr(part, column.name, _masked(values, kept if of_ticket else found))
    part.ticket_customer = array("q", customer.tobytes())
    number = np.cumsum(kept, dtype=np.int64) - 1
    part.finding_ticket = array("q", number[view(part.finding_ticket)].tobytes())
    part.ticket_facet = {facet: _masked(values, kept) for facet, values in tally.ticket_facet.items()}
    part.facet_values = {facet: dict(values) for facet, values in tally.facet_values.items()}
    part.topics, part.perceptions = dict(tally.topics), list(tally.perceptions)
    part.quotes = [[] for _ in tally.topics]
    return part


def split_periods(tally: Tally, at: date) -> tuple[Tally, Tally]:
    """
    Part *tally* into the tickets before *at* and those from it on, to compare an export with itself.

    Tickets without a date are in neither.
    """
    day, border = view(tally.ticket_day), at.toordinal()
    return subset(tally, (day < border) & (day != UNKNOWN)), subset(tally, day >= border)


def _masked(column: "array[Any]", mask: "NDArray[np.bool_]") -> "array[Any]":
    return array(column.typecode, view(column)[mask].tobytes())


def _renumbered(customer: "Ints", names: list[str | None]) -> "tuple[Ints, dict[str, int]]":
    """Give customers numbers in order of appearance, under the keys that `Tally.add` would give them."""
    import numpy as np

    seen, first, place = np.unique(customer, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    keys: dict[str, int] = {}
    for old, ticket in zip(seen[order].tolist(), first[order].tolist(), strict=True):
        name = names[old]
        keys[f"ticket {ticket}" if name is None else f"customer {name}"] = len(keys)
    return number[place].astype(np.int64), keys


def check_dates(tally: Tally, at: datetime) -> None:
    """
    Raise InputError unless there are tickets both before *at* and from it on.

    The message tells from when to when the export runs.
    """
    days = sorted(day for day in set(tally.ticket_day) if day != UNKNOWN)
    if not days:
        raise InputError("the export holds no dates to split it by; name the column of the time received")
    first, last = (date.fromordinal(day).isoformat() for day in (days[0], days[-1]))
    if not days[0] < at.toordinal() <= days[-1]:
        raise InputError(f"no ticket on one side of {at:%Y-%m-%d}; the export runs from {first} to {last}")
