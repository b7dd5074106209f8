"""A part of an export, counted as if it alone had been read."""

from array import array
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from voctext.demand.tally import UNKNOWN, Tally
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
    found = kept[np.frombuffer(tally.finding_ticket, dtype=np.int64)]
    customer, keys = _renumbered(np.frombuffer(tally.ticket_customer, dtype=np.int64)[kept], tally.customers)
    part = Tally(tally.masker, tally.quotes_kept, tally.facets, _customers=keys)
    for column in fields(tally):
        values = getattr(tally, column.name)
        if isinstance(values, array):
            of_ticket = column.name.startswith("ticket_")
            setattr(part, column.name, _masked(values, kept if of_ticket else found))
    part.ticket_customer = array("q", customer.tobytes())
    ticket = np.frombuffer(part.finding_ticket, dtype=np.int64)
    part.finding_ticket = array("q", (np.cumsum(kept, dtype=np.int64) - 1)[ticket].tobytes())
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
    import numpy as np

    day, border = np.frombuffer(tally.ticket_day, dtype=np.int64), at.toordinal()
    return subset(tally, (day < border) & (day != UNKNOWN)), subset(tally, day >= border)


def _masked(column: "array[Any]", mask: "NDArray[np.bool_]") -> "array[Any]":
    import numpy as np

    return array(column.typecode, np.frombuffer(column, dtype=column.typecode)[mask].tobytes())


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
