"""The page's own words in each language, and numbers as they are written there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from voctext.errors import InputError, choose_from


@dataclass(frozen=True, slots=True)
class Words:
    """
    The phrases of one language: markup of our own, with places in braces for what is not.

    >>> Words.of("en").counted("n_tickets", 1), Words.of("zh-Hans").counted("n_tickets", 1200)
    ('1 ticket', '1,200 件工单')
    """

    lang: str
    phrases: Mapping[str, Any]

    @classmethod
    def of(cls, lang: str) -> "Words":
        """
        Give the words of *lang*.

        Raises:
            InputError: The page is not written in that language.
        """
        known = _languages()
        if lang not in known:
            raise InputError(f"no report in language {lang!r}; {choose_from(lang, known)}")
        return cls(lang, known[lang])

    def __getitem__(self, key: str) -> Any:
        return self.phrases[key]

    def __contains__(self, key: str) -> bool:
        return key in self.phrases

    def counted(self, key: str, n: float) -> str:
        """Say *n* of something, in the singular where the language has one."""
        forms = self.phrases[key]
        form = forms if isinstance(forms, str) else forms[n != 1]
        return str(form.format(n=number(n)))

    def duration(self, hours: float) -> str:
        """
        Say how long *hours* are, from two days on in days.

        >>> Words.of("en").duration(24), Words.of("en").duration(120), Words.of("zh-Hans").duration(60.0)
        ('24 hours', '5 days', '2.50 天')
        """
        key, n = ("n_days", hours / 24) if hours >= 48 else ("n_hours", hours)  # noqa: PLR2004
        return self.counted(key, int(n) if n == int(n) else n)

    def reason(self, told: str) -> str:
        """Say in this language why a row was set aside, where the reason is known; else as told."""
        known = (key for key in self.phrases if key.startswith("reason_"))
        return next((self.phrases[key] for key in known if told.startswith(key[7:])), told)


@cache
def _languages() -> Mapping[str, Mapping[str, Any]]:
    text = files("voctext.report").joinpath("words.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def number(value: float) -> str:
    """
    Write a count whole, and any other number with three digits that matter.

    >>> number(12345), number(31.24), number(4.056), number(0.0421), number(0.0)
    ('12,345', '31.2', '4.06', '0.042', '0')
    """
    if isinstance(value, int) or value == 0:
        return f"{value:,.0f}"
    size = abs(value)
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.1 else 3  # noqa: PLR2004
    return f"{value:,.{digits}f}"


def percent(share: float) -> str:
    """
    Write a share in percent, with a decimal only below ten.

    >>> percent(0.95), percent(0.0312), percent(0.0)
    ('95%', '3.1%', '0%')
    """
    hundredths = 100 * share
    return f"{hundredths:.0f}%" if hundredths >= 9.95 or hundredths == 0 else f"{hundredths:.1f}%"  # noqa: PLR2004
