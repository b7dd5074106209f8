"""
Numbers that identify a person: ids, phones, cards, passports, plates, and e-mail addresses.

They rest on published rules, so that an order number is not taken for a person:

- 身份证: GB 11643-1999, check character by ISO 7064 MOD 11-2; the older 15 digits carry no check.
- bank card: ISO/IEC 7812-1, 13 to 19 digits closed by the Luhn digit.
- HKID: letters A=10 … Z=35 (a missing first letter is 36), weights 9 … 1 with the check digit (A is 10)
  last, sum ≡ 0 mod 11.
- 中華民國身分證 and 居留證: the letter's two-digit code, weights 1 9 8 7 6 5 4 3 2 1 1, sum ≡ 0 mod 10.


Where no rule decides (local phone numbers, account numbers), a cue next to the value must: 電話, 卡号.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from voctext.mask.kinds import Match, Pii

# One character for one, so that offsets stay: full-width forms, no-break spaces, and the many dashes.
_FOLD = MappingProxyType(
    {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    | dict.fromkeys(map(ord, "\u00a0\u3000"), " ")
    | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
)

_CENTURIES = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PROVINCES = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # codes 10, 11, … 35
_TW_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)


def _born(year: str, month: str, day: str) -> bool:
    try:
        return date(int(year), int(month), int(day)).year >= 1800  # noqa: PLR2004 (the oldest century allowed)
    except ValueError:
        return False


def _id_check(body: str) -> str:
    """Return the check character of 17 digits by GB 11643-1999 (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(w * int(d) for w, d in zip(_ID_WEIGHTS, body, strict=True)) % 11]


def _is_id_card(value: str) -> bool:
    digits = _compact(value)
    if len(digits) == 15:  # noqa: PLR2004 (issued until 1999, two-digit year, no check)
        return _born("19" + digits[6:8], digits[8:10], digits[10:12])
    return _born(digits[6:10], digits[10:12], digits[12:14]) and _id_check(digits[:17]) == digits[17]


def _is_luhn(value: str) -> bool:
    digits = [int(digit) for digit in reversed(_compact(value))]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _is_tw_id(value: str) -> bool:
    code = str(10 + _TW_LETTERS.index(value[0].upper())) + value[1:]
    return sum(w * int(d) for w, d in zip(_TW_WEIGHTS, code, strict=True)) % 10 == 0


def _is_hk_id(value: str) -> bool:
    parts = [int(c, 36) for c in _compact(value)]
    padded = parts if len(parts) == 9 else [36, *parts]  # noqa: PLR2004 (two letters, six digits, check)
    return sum(w * part for w, part in zip(range(9, 0, -1), padded, strict=True)) % 11 == 0


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern whose group ``v`` is personal data of *kind* when *holds* says so."""

    kind: Pii
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool


def _rule(kind: Pii, pattern: str, holds: Callable[[str], bool] = bool) -> _Rule:
    return _Rule(kind, re.compile(pattern, re.ASCII | re.IGNORECASE), holds)


_S = r"(?: ?[-.] ?| )?"  # 138-1234-5678, 138 1234 5678, 138.1234.5678
_GAP = (  # 卡号 是：6222…
    r"(?: ?(?:号码|號碼|号|號|码|碼|no\.?))?(?:[ :为為是至到()\"“”'#,，]){0,4}"
)
_CN = r"(?:\((?:\+|00)?86\)|(?:\+|00)?86)[ -]?"
_CN_MUST = r"(?:\((?:\+|00)86\)|(?:\+|00)86)[ -]?"
_TW = r"(?:\+|00)886[ -]?(?:\(0\)|0)?"
_TW_AREA = r"(?:[2-8]|37|49|8[29]|826|836)"
_EXTENSION = r"(?P<x>(?: ?(?:转|轉|分机|分機|ext\.?|-|#) ?)\d{1,6})?"
_CN_LINE = (  # (021)62345678, 0755-8234567, +86 21 6234 5678
    rf"(?:{_CN_MUST}(?:\(0\))?(?P<p>\()?0?|(?P<q>\()?0)"
    r"(?:(?:10|2\d)(?(p)\))(?(q)\))[ -]?[2-8]\d{3}|[3-9]\d\d(?(p)\))(?(q)\))[ -]?[2-8]\d{2,3})[ -]?\d{4}"
)
_PHONE_CUE = (  # the bank's own lines are not personal: 客服电话, 服務電話
    r"(?:(?<!客服)(?<!服务)(?<!服務)(?<!投诉)(?<!投訴)(?:电话|電話)|手机|手機|致电|致電|联系|聯絡|联络|聯繫"
    r"|来电|來電|座机|座機|whatsapp|\btel|phone|mobile)[我他她]?"
)
_LOCAL = rf"(?!{_CENTURIES}(?!\d))[2-9]\d{{2,3}}[ -]?\d{{4}}(?!\d)(?! ?[元块塊万萬次笔筆年])"
_LETTER = r"(?:(?<![A-Za-z\d])|(?<=(?-i:[a-z]))(?=(?-i:[A-Z])))"  # noA123456789: the capital begins it
_IIN = r"(?:2[2-7]|[3-689])"  # no network begins with 0, 1 or 20: that leaves dates and clock times alone
_PLATE_PROVINCE = (
    r"(?:[京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊使领領]"
    r"|(?<![更最全创創刷重])新)"
)
_SERIAL = "A-HJ-NP-Z"  # no I and no O on a plate

_EMAIL = _rule(Pii.EMAIL, r"(?<![\w.%+-])(?P<v>[\w.%+-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24})")
_PLATE = _rule(
    Pii.PLATE,
    rf"(?P<v>{_PLATE_PROVINCE}[{_SERIAL}][ ·.-]?"
    rf"(?:(?=(?:[A-Z]*\d){{3}})[{_SERIAL}\d]{{4}}[{_SERIAL}\d挂掛学學警港澳]"
    rf"|[A-HJK][{_SERIAL}\d]\d{{4}}|\d{{5}}[A-HJK]))(?![A-Z\d])",
)
_NUMBERS = (
    _rule(
        Pii.ID_CARD,
        rf"(?<!\d)(?P<v>{_PROVINCES}\d{{4}}(?:[ -]?(?:18|19|20)\d{{6}}[ -]?\d{{3}}[\dX]|\d{{9}}))(?!\d)",
        _is_id_card,
    ),
    _rule(
        Pii.ID_CARD,
        rf"(?:身[份分][证證]|[证證]件|id ?card){_GAP}"
        r"(?P<v>\d{6}[ -]?\d{8}[ -]?\d{3}[\dX]|\d{15})(?!\d)",
    ),
    _rule(Pii.TW_ID, rf"{_LETTER}(?P<v>[A-Z][1289]\d{{8}})(?!\d)", _is_tw_id),
    _rule(Pii.TW_ID, rf"身[份分][证證]{_GAP}(?P<v>[A-Z][1289]\d{{8}})(?!\d)"),
    _rule(Pii.HK_ID, rf"{_LETTER}(?P<v>[A-Z]{{1,2}}\d{{6}} ?\([\dA]\))", _is_hk_id),
    _rule(
        Pii.HK_ID,
        rf"(?:身[份分][证證]|[证證]件|hkid){_GAP}"
        r"(?P<v>[A-Z]{1,2}\d{6}(?: ?\([\dA]\)|[\dA](?![\dA-Z])))",
    ),
    _rule(Pii.PHONE, rf"(?<!\d)(?P<v>(?:{_CN})?0?1[3-9]\d{_S}\d{{4}}{_S}\d{{4}})(?!\d)"),
    _rule(Pii.PHONE, rf"(?<!\d)(?P<v>(?:{_CN})?1[3-9]\d\d-\d{{3}}-\d{{4}})(?!\d)"),
    _rule(Pii.PHONE, rf"(?<!\d)(?P<v>(?:{_TW}|0)9\d\d{_S}\d{{3}}{_S}\d{{3}})(?!\d)"),
    _rule(
        Pii.PHONE,
        r"(?<!\d)(?P<v>(?:\((?:\+|00)?85[23]\)|(?:\+|00)85[23]|85[23]-)[ -]?[2-9]\d{3}[ -]?\d{4})(?!\d)",
    ),
    _rule(Pii.PHONE, rf"{_PHONE_CUE}{_GAP}(?P<v>{_LOCAL}|0[2-8]\d{{7,8}}(?!\d))"),
    _rule(
        Pii.PHONE,
        r"(?<![\d+])(?<!\d[ -])(?P<v>[4-9]\d{3}[ -]?\d{4}) ?(?=找我|[联聯][系络絡繫]我|whatsapp)",
    ),
    _rule(Pii.LANDLINE, rf"(?<!\d)(?P<v>{_CN_LINE}{_EXTENSION})(?!\d)"),
    _rule(
        Pii.LANDLINE,
        rf"(?<!\d)(?<!\d[-./])(?P<v>(?:{_TW}{_TW_AREA}[ -]?|\(0{_TW_AREA}\) ?|0{_TW_AREA}-)"
        rf"\d{{3,4}}[ -]?\d{{3,4}}{_EXTENSION})(?!\d)",
    ),
    _rule(
        Pii.PASSPORT,
        rf"{_LETTER}(?P<v>[EGD](?!{_CENTURIES}(?!\d))\d{{8}}|E[A-HJ-NP-Z]\d{{7}})(?!\d)",
    ),
    _rule(
        Pii.PASSPORT,
        r"(?:护照|護照|passport|通行[证證]|回[乡鄉][证證]|[台臺]胞[证證])"
        rf"{_GAP}(?P<v>(?!{_CENTURIES}(?!\d))[A-Z]{{0,2}}\d{{6,10}})(?![\dA-Z])",
    ),
    # Lookaheads, so that a group of four before a card does not hide it: 5000 6222 0212 …
    _rule(Pii.BANK_CARD, rf"(?<!\d)(?=(?P<v>(?={_IIN})\d{{13,19}})(?!\d))", _is_luhn),
    _rule(
        Pii.BANK_CARD,
        rf"(?<!\d)(?=(?P<v>(?={_IIN})\d{{4}}(?:[ -]\d{{4}}){{3}}[ -]\d{{1,3}})(?!\d))",
        _is_luhn,
    ),
    _rule(
        Pii.BANK_CARD,
        rf"(?<!\d)(?=(?P<v>(?={_IIN})\d{{4}}(?:[ -]\d{{4}}){{2}}[ -]\d{{1,4}})(?!\d))",
        _is_luhn,
    ),
    _rule(
        Pii.BANK_CARD,
        rf"(?<!\d)(?=(?P<v>(?={_IIN})(?:\d{{6}}[ -]\d{{13}}|\d{{4}}[ -]\d{{6}}[ -]\d{{5}}))(?!\d))",
        _is_luhn,
    ),
    _rule(
        Pii.BANK_CARD,
        rf"(?:[银銀]行卡|卡[号號]|[账賬帐帳][号號户戶]|[户戶]口){_GAP}"
        r"(?P<v>\d{9,19}(?!\d)|\d(?:[ -]?\d){8,18}(?!\d))",
    ),
)

_DIGIT = re.compile("[0-9]")
# Every number kind has six digits or more.
_LONG_NUMBER = re.compile("[0-9](?:[^0-9一-鿿]{0,4}[0-9]){5}")

_PREFIXES = (  # what may be dialled before a number, and what it leaves
    (re.compile(r"^(?:(?:\+|00)?86)?0?(?=1[3-9]\d{9}$)"), ""),
    (re.compile(r"^(?:\+|00)86(?:0(?!0))?(?=\d{9,11}$)"), "0"),
    (re.compile(r"^(?:\+|00)?85[23](?=\d{8}$)"), ""),
    (re.compile(r"^(?:\+|00)8860?"), "0"),
)
_FIXED = re.compile(r"[23]\d{7}$|\d{7}$|0[2-8]\d{7,8}$")


def fold(text: str) -> str:
    """Write full-width forms, no-break spaces and the many dashes one way; every offset stays."""
    return text.translate(_FOLD)


def number_matches(text: str) -> Iterator[Match]:
    """Yield every stretch of the folded *text* that one of the rules accepts; they may overlap."""
    if "@" in text:
        yield from _matches(_EMAIL, text)
    if _DIGIT.search(text):
        yield from _matches(_PLATE, text)
    if _LONG_NUMBER.search(text):
        for rule in _NUMBERS:
            yield from _matches(rule, text)


def _matches(rule: _Rule, text: str) -> Iterator[Match]:
    for found in rule.pattern.finditer(text):
        value = found["v"]
        if rule.holds(value):
            fixed = rule.kind is Pii.PHONE and _FIXED.match(_dial(value))
            yield Match(*found.span("v"), kind=Pii.LANDLINE if fixed else rule.kind)


def _dial(value: str) -> str:
    """Write a phone number as its home network dials it, an extension after ``x``."""
    value = fold(value)
    line = next(
        (m for rule in _NUMBERS if "(?P<x>" in rule.pattern.pattern and (m := rule.pattern.fullmatch(value))),
        None,
    )
    cut = line.start("x") if line and line["x"] else len(value)
    number = re.sub(r"[^\d+]", "", value[:cut])
    for prefix, home in _PREFIXES:
        number = prefix.sub(home, number, count=1)
    extension = re.sub(r"\D", "", value[cut:])
    return f"{number}x{extension}" if extension else number


def _compact(value: str) -> str:
    return re.sub(r"[\s·.()-]", "", value).upper()


def canonical(kind: Pii, value: str) -> str:
    """Write *value* one way, however it was typed."""
    folded = fold(value).strip()
    if kind is Pii.EMAIL:
        return folded.casefold()
    if kind in {Pii.PHONE, Pii.LANDLINE}:
        return _dial(folded)
    compact = _compact(folded)
    if kind is Pii.ID_CARD and len(compact) == 15 and compact.isdigit():  # noqa: PLR2004 (renewed with 18)
        body = f"{compact[:6]}19{compact[6:]}"
        return body + _id_check(body)
    return compact
