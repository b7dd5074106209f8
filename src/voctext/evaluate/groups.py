"""Groups of notes that any file has: by script and by length."""

from types import MappingProxyType

LENGTHS = MappingProxyType({"short": 20, "medium": 80, "long": None})
"""Below how many characters a note is that long."""


def script_of(text: str) -> str:
    """
    Name the script of *text*: "traditional" if a character of it has a simplified form, else "simplified".

    >>> script_of("登錄不了"), script_of("登录不了"), script_of("app")
    ('traditional', 'simplified', 'simplified')
    """
    from voctext.text import has_traditional

    return "traditional" if has_traditional(text) else "simplified"


def length_of(text: str) -> str:
    """
    Name the length of *text*: "short" below 20 characters, "long" from 80 on, else "medium".

    >>> length_of("登录不了"), length_of("登录不了" * 5), length_of("登录不了" * 20)
    ('short', 'medium', 'long')
    """
    return next(name for name, end in LENGTHS.items() if end is None or len(text.strip()) < end)
