"""Dates in the shapes that exports write them in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from unicodedata import normalize

from voctext.tables.cells import cell_text

_TIME = (
    r"(?:[T\s,]*(?:\(?(?:周|週|星期|礼拜|禮拜).\)?)?\s*"
    r"(?P<half>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|[AaPp]\.?[Mm]\.?)?\s*"
    r"(?P<hour>\d{1,2})(?:[:时時点點](?:(?P<minute>\d{1,2})分?)?(?::?(?P<second>\d{1,2})(?:[.,]\d+)?秒?)?)"
    r"\s*(?P<half2>[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d\d:?\d\d)?)?"
)
_ROC = re.compile(
    r"(?:中华)?(?:民国|民國)\s*(?P<year>\d{1,3})[-/.年]\s*(?P<month>\d{1,2})[-/.月]\s*(?P<day>\d{1,2})日?"
    + _TIME
)
"""民國113年3月5日 下午2:30"""
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{2,4})[-/.年]\s*(?P<month>\d{1,2})[-/.月]\s*(?P<day>\d{1,2})日?" + _TIME
)
"""2024年3月5日 14:22, 2024/3/5, 113/03/05"""
_YEAR_LAST = re.compile(r"(?P<first>\d{1,2})[-/.](?P<then>\d{1,2})[-/.](?P<year>\d{4})" + _TIME)
"""05/03/2024 14:22"""
_NAMED_MONTH = re.compile(r"(?P<day>\d{1,2})[-/ ](?P<name>[A-Za-z]{3,9})[-/ ,]+(?P<year>\d{4}|\d{2})" + _TIME)
"""05-Mar-24"""
_COMPACT = re.compile(
    r"(?P<year>\d{4}|\d{3}(?=\d{4}$))(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[T ]?(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?"
)
"""20240305, 20240305142210, 20240305 14:22:10 and, in an ROC column, 1130305"""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - exports give wall-clock times
_SERIALS = range(20_000, 80_000)
"""Excel day numbers from 1954 to 2119; what lies outside is some other number."""
_ROC_EPOCH = 1911
_ROC_YEARS = range(100, 200)
"""Three-digit years that can only be counted from 1912: 2011 to 2110."""
_NOON, _MIDNIGHT, _LAST_MORNING = 12, 24, 10
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class DateStyle:
    """
    What a column's other values say about one of its dates.

    *roc*: years count from 1912 (民國); *day_first*: 05/03/2024 is in March (None: nothing tells).
    """

    roc: bool = False
    day_first: bool | None = None

    @classmethod
    def of(cls, header: str, values: Iterable[object]) -> "DateStyle":
        """Learn the style from a column's header and some of its values."""
        roc = "民" in header and ("国" in header or "國" in header)
        day_first: bool | None = None
        for value in values:
            text = cell_text(value).strip()
            year_first, year_last = _YEAR_FIRST.fullmatch(text), _YEAR_LAST.fullmatch(text)
            roc = roc or _ROC.fullmatch(text) is not None
            roc = roc or (year_first is not None and int(year_first["year"]) in _ROC_YEARS)
            if year_last and int(year_last["first"]) > _MONTHS_A_YEAR:
                day_first = True
            elif year_last and int(year_last["then"]) > _MONTHS_A_YEAR:
                day_first = False
        return cls(roc=roc, day_first=day_first)


_PLAIN = DateStyle()


def read_time(cell: object, style: DateStyle = _PLAIN) -> datetime | None:
    """
    Read *cell* as a wall-clock time without a zone; None where it is not certain what it means.

    Numbers count days in Excel's way. A zone written after the time is dropped, not applied.

    >>> read_time("2024年3月5日 下午2:30")
    datetime.datetime(2024, 3, 5, 14, 30)
    >>> read_time("113/03/05"), read_time("3天前")
    (datetime.datetime(2024, 3, 5, 0, 0), None)
    """
    if isinstance(cell, datetime):
        return None if cell != cell else _plain(cell)  # noqa: PLR0124 - NaT differs from itself
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell:  # noqa: PLR0124
        serial = _from_serial(float(cell))
        return serial or (_from_text(str(int(cell)), style) if float(cell).is_integer() else None)
    if isinstance(cell, str):
        return _from_text(normalize("NFKC", cell.removeprefix("\ufeff")).strip().strip("'\"="), style)
    return None


def _plain(moment: datetime) -> datetime:
    fields = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    return datetime(*fields, moment.microsecond)  # noqa: DTZ001 - also turns a pandas Timestamp into a datetime


def _from_serial(number: float) -> datetime | None:
    if int(number) not in _SERIALS:
        return None
    return _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))


def _from_text(text: str, style: DateStyle) -> datetime | None:
    if _SERIAL.fullmatch(text):
        return _from_serial(float(text))
    if match := _ROC.fullmatch(text):
        return _moment(match, int(match["year"]) + _ROC_EPOCH, match["month"], match["day"])
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year = _whole_year(match["year"], style)
        return _moment(match, year, match["month"], match["day"]) if year else None
    if match := _YEAR_LAST.fullmatch(text):
        return _from_year_last(match, style)
    if (match := _NAMED_MONTH.fullmatch(text)) and match["name"][:3].lower() in _MONTHS:
        year = int(match["year"]) + (2000 if len(match["year"]) < len("2024") else 0)
        return _moment(match, year, str(_MONTHS.index(match["name"][:3].lower()) + 1), match["day"])
    return None


def _whole_year(year: str, style: DateStyle) -> int | None:
    """Two digits mean a year only where the column is known to count from 1912."""
    if len(year) == len("2024"):
        return int(year)
    return int(year) + _ROC_EPOCH if style.roc or int(year) in _ROC_YEARS else None


def _from_year_last(match: re.Match[str], style: DateStyle) -> datetime | None:
    first, then = match["first"], match["then"]
    day_first = int(first) > _MONTHS_A_YEAR or (style.day_first if int(then) <= _MONTHS_A_YEAR else False)
    if day_first is None and first != then:
        return None
    day, month = (first, then) if day_first else (then, first)
    return _moment(match, int(match["year"]), month, day)


def _moment(match: re.Match[str], year: int, month: str, day: str) -> datetime | None:
    named = match.groupdict()
    hour, minute, second = (int(named[name] or 0) for name in ("hour", "minute", "second"))
    hour = _on_24_hours(hour, (named.get("half") or named.get("half2") or "").lower().replace(".", ""))
    if hour > _MIDNIGHT or (hour == _MIDNIGHT and minute + second):
        return None
    try:
        start = datetime(year, int(month), int(day), 0, minute, second)  # noqa: DTZ001
        return start + timedelta(hours=hour)
    except (ValueError, OverflowError):
        return None


def _on_24_hours(hour: int, half: str) -> int:
    if hour > _NOON or not half:
        return hour
    if half in {"下午", "傍晚", "pm"}:
        return hour % _NOON + _NOON
    if half == "晚上":
        return hour + _NOON
    if half == "中午":
        return hour + _NOON if hour < _LAST_MORNING else hour
    return hour % _NOON
