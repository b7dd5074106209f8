"""What is written of a row that became no ticket: enough to find it by, and no more than of tickets."""

import re

from voctext.mask import Masker
from voctext.tables.cells import key_text
from voctext.tables.rows import Cell, Rejection

_SHOWN = 200
_ID_LIKE = re.compile(r"[A-Za-z0-9_*-]*[0-9][A-Za-z0-9_*-]*")
"""What may be a customer's number where it cannot be told which column it stands in."""

_TOKEN = re.compile(r"\[[^\[\]]{1,8} [a-z]{8}\]")
"""[手机 kqzhbvtm]"""


def shown_text(rejection: Rejection, masker: Masker | None, *, customers: bool) -> str:
    """
    Join the cells of *rejection*, cut to 200 characters; with a *masker*, hide first what tickets hide.

    The customer's cell becomes a pseudonym, and cells of columns that fill no field are left out. Where the
    row could not be parted into columns and the export names *customers*, all that may be a number of one
    becomes a pseudonym. No token is cut.
    """
    if masker is None:
        return rejection.text[:_SHOWN]
    cells = (_hidden(cell, masker, customers=customers) for cell in rejection.cells)
    text = masker.mask(" | ".join(filter(None, cells)))
    cut = next(
        (token.end() for token in _TOKEN.finditer(text) if token.start() < _SHOWN < token.end()), _SHOWN
    )
    return text[:cut]


def _hidden(cell: Cell, masker: Masker, *, customers: bool) -> str:
    if cell.field == "customer":
        return masker.pseudonym(key_text(cell.text))
    if cell.field is None:
        text = masker.mask(cell.text)
        return _ID_LIKE.sub(lambda number: masker.pseudonym(number[0]), text) if customers else text
    return cell.text if cell.field else ""
