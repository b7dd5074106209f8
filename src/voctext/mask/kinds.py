"""The kinds of personal data, and a stretch of text that holds one."""

from enum import StrEnum
from typing import NamedTuple


class Pii(StrEnum):
    """A kind of personal data; where two kinds fit the same stretch, the one named first wins."""

    EMAIL = "email"
    ID_CARD = "id_card"
    TW_ID = "tw_id"
    HK_ID = "hk_id"
    PHONE = "phone"
    LANDLINE = "landline"
    PASSPORT = "passport"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    NAME = "name"


class Match(NamedTuple):
    """One stretch of personal data: characters *start* up to *end*, not including it."""

    start: int
    end: int
    kind: Pii
