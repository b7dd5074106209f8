"""Cells of any type as the text a person sees in them."""

import json
import re
from datetime import date, datetime, time
from decimal import Decimal

_BOM = "\ufeff"
_UNSEEN = " \t\r\n\v\f\xa0\u3000\u200b\ufeff\x00"
_EXACT = 2**53
"""Whole numbers from here on cannot be told apart in the 64-bit floats that Excel stores."""

_ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{2,}")
"""A number that a spreadsheet shortened: 1.23457E+17"""

_FORMULA_TEXT = re.compile(r'="([^"]*)"')
"""The trick by which exports keep leading zeros in Excel: ="0012345" """

_EXCEL_ERROR = re.compile(r"#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")


def cell_text(cell: object) -> str:
    """
    Return *cell* as text, unchanged where it is text already (but for a byte order mark at its start).

    Whole numbers are written without a fraction as long as a float holds them exactly, dates as
    ISO 8601 with a space, lists and objects as JSON.

    >>> cell_text(123.0), cell_text(None), cell_text(float("nan")), cell_text("  a ")
    ('123', '', '', '  a ')
    """
    if isinstance(cell, str):
        return str(cell).removeprefix(_BOM)
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN and NaT are the values that differ from themselves
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(float(cell))
    return _other_text(cell)


def _other_text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    if isinstance(cell, list | tuple | dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell)


def is_blank(cell: object) -> bool:
    """Tell whether a person sees nothing in *cell*."""
    if isinstance(cell, str):
        return not cell or not cell.strip(_UNSEEN)
    return not cell_text(cell)


def key_text(cell: object) -> str:
    r"""
    Return *cell* as an identifier or a code: text without the wrapping that keeps Excel from changing it.

    >>> key_text('="0012"'), key_text("\t622202 "), key_text(7.0), key_text("'0012")
    ('0012', '622202', '7', '0012')
    """
    text = cell_text(cell).strip()
    wrapped = _FORMULA_TEXT.fullmatch(text)
    text = wrapped[1].strip() if wrapped else text
    return text[1:] if text[:1] in {"'", "`"} and text[1:2].isdigit() else text


def is_rounded(cell: object) -> bool:
    """Tell whether an identifier has lost digits to a spreadsheet before it came here."""
    if isinstance(cell, float):
        return abs(cell) >= _EXACT
    return isinstance(cell, str) and _ROUNDED.fullmatch(cell.strip()) is not None


def is_excel_error(text: str) -> bool:
    """Tell whether *text* is what Excel shows in place of a value it could not work out."""
    return _EXCEL_ERROR.fullmatch(text.strip()) is not None
