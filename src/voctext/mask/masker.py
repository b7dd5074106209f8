"""Find personal data in a text, and put tokens in its place."""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from secrets import token_bytes
from types import MappingProxyType
from typing import NamedTuple

from voctext.errors import InputError
from voctext.mask.identifiers import canonical, fold, number_matches
from voctext.mask.kinds import Match, Pii
from voctext.mask.names import name_matches
from voctext.records import Span

_RANK = MappingProxyType({kind: rank for rank, kind in enumerate(Pii)})
_LABELS = MappingProxyType(
    {
        Pii.PHONE: "手机",
        Pii.LANDLINE: "座机",
        Pii.ID_CARD: "身份证",
        Pii.TW_ID: "台湾身分证",
        Pii.HK_ID: "香港身份证",
        Pii.PASSPORT: "护照",
        Pii.BANK_CARD: "银行卡",
        Pii.EMAIL: "邮箱",
        Pii.NAME: "姓名",
        Pii.PLATE: "车牌",
    }
)

# Consonants only: a token can be neither a number nor a word.
_LETTERS = "bcdfghjkmnpqrstvwxyz"
_TOKEN_LENGTH, _PSEUDONYM_LENGTH = 8, 16
_KEY_LENGTHS = range(16, 65)  # bytes; blake2b takes no longer key
_TOKEN = re.compile(rf"\[(?:{'|'.join(_LABELS.values())}) [{_LETTERS}]{{{_TOKEN_LENGTH}}}\]")
_BARRIER = "\ue000"  # stands for masked characters while searching; no pattern accepts it
_SIGN = re.compile("[0-9０-９@＠先士姐太姨师師傅理任管长長姓名人叫]")  # no other text needs a look


def _candidates(text: str) -> Iterator[Match]:
    yield from number_matches(text)
    yield from name_matches(text)


def _disjoint(candidates: Iterable[Match]) -> list[Match]:
    """Keep the longest; among equals the kind that :class:`Pii` names first, then the leftmost."""
    kept: list[Match] = []  # in order, so that only the neighbours can overlap
    for match in sorted(candidates, key=lambda m: (m.start - m.end, _RANK[m.kind], m.start)):
        place = bisect(kept, match)
        clear_left = place == 0 or kept[place - 1].end <= match.start
        if clear_left and (place == len(kept) or match.end <= kept[place].start):
            kept.insert(place, match)
    return kept


def find_pii(text: str) -> list[Match]:
    """
    Find personal data in *text*: disjoint stretches, in order.

    >>> find_pii("王先生来电13812345678称被扣费，打95588无人接听")
    [Match(start=0, end=1, kind=<Pii.NAME: 'name'>), Match(start=5, end=16, kind=<Pii.PHONE: 'phone'>)]
    """
    if not _SIGN.search(text):
        return []
    rest = fold(_TOKEN.sub(lambda token: _BARRIER * len(token[0]), text))
    found: list[Match] = []
    # What one find overlapped may show once that is masked: look again until nothing is left.
    while fresh := _disjoint(_candidates(rest)):
        found += fresh
        characters = list(rest)
        for start, end, _ in fresh:
            characters[start:end] = _BARRIER * (end - start)
        rest = "".join(characters)
    return sorted(found)


class _Place(NamedTuple):
    """Where a match lay, and where its token lies now."""

    start: int
    end: int
    token_start: int
    token_end: int


def _moved(offset: int, places: Sequence[_Place], *, right: bool) -> int:
    """Return where the boundary *offset* lies now; one inside a match goes to its token's edge."""
    shift = 0
    for place in places:
        if offset <= place.start:
            break
        if offset < place.end:
            return place.token_end if right else place.token_start
        shift = place.token_end - place.end
    return offset + shift


class Masker:
    """
    Replace personal data by tokens that tell equal values from different ones, and nothing more.

    A value's token is its BLAKE2b hash (RFC 7693) under a secret key drawn for this masker, so that
    tokens agree within a run, not between runs, and cannot be turned back without the key.
    Masking twice changes nothing.

    >>> masker = Masker(key=b"0123456789abcdef")
    >>> masker.mask("手机138-1234-5678，也写作+86 13812345678")
    '手机[手机 tpvtvyjq]，也写作[手机 tpvtvyjq]'

    Raises:
        InputError: *key* is not 16 to 64 bytes long.
    """

    def __init__(self, *, key: bytes | None = None) -> None:
        if key is not None and len(key) not in _KEY_LENGTHS:
            raise InputError(f"masking key: {len(key)} bytes; give 16 to 64, or none to have one drawn")
        self._key = token_bytes(32) if key is None else key

    def token(self, kind: Pii, value: str) -> str:
        """Return what stands for *value*: its kind, and letters that equal values of the kind share."""
        return f"[{_LABELS[kind]} {self._letters(kind, canonical(kind, value), _TOKEN_LENGTH)}]"

    def pseudonym(self, value: str) -> str:
        """Return 16 letters (69 bits) that stand for a whole identifier, such as a customer number."""
        return self._letters("pseudonym", fold(value).strip().casefold(), _PSEUDONYM_LENGTH)

    def mask(self, text: str) -> str:
        """Return *text* with every match of :func:`find_pii` replaced by its token."""
        return self.mask_with_spans(text, ())[0]

    def mask_with_spans(self, text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
        """
        Return the masked text, and where each of *spans* lies in it.

        A span that begins or ends inside a match is widened to take in the whole token.

        Raises:
            InputError: a span does not lie within *text*.
        """
        for start, end in spans:
            if not 0 <= start <= end <= len(text):
                raise InputError(
                    f"span {start}–{end} of a text of {len(text)} characters; 0 ≤ start ≤ end ≤ length"
                )
        pieces: list[str] = []
        places: list[_Place] = []
        at = length = 0
        for start, end, kind in find_pii(text):
            token = self.token(kind, text[start:end])
            length += start - at
            places.append(_Place(start, end, length, length + len(token)))
            pieces += [text[at:start], token]
            at, length = end, length + len(token)
        moved = [
            Span(_moved(start, places, right=False), _moved(end, places, right=start < end))
            for start, end in spans
        ]
        return "".join(pieces) + text[at:], moved

    def _letters(self, domain: str, value: str, length: int) -> str:
        digest = blake2b(
            value.encode("utf-8", "surrogatepass"), key=self._key, person=domain.encode(), digest_size=16
        ).digest()
        number = int.from_bytes(digest, "big")
        return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(length))
