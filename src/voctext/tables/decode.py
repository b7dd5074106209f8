"""The encoding of a text file, and its lines, decoded so that a bad byte costs one row and not the file."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from voctext.errors import InputError
from voctext.tables.common_han import COMMON

_SAMPLE = 256 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CHINESE = ("gb18030", "cp950", "big5hkscs")
_SECOND_TRY = {"cp950": "big5hkscs"}
"""Hong Kong's own characters (啲, 咗, 嘢) lie outside the code page that Windows calls Big5."""
_PLAUSIBLE = 0.3
_FEW, _MOSTLY = 0.1, 0.8
_WRITTEN = re.compile("[\t\n\r -~\u2010-\u2026\u3000-\u301f\u3400-\u9fff\uff01-\uff5e]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Control characters that text has no use for; NULs are a known dirt of exports, x85 is a line break."""
_MANY_CONTROLS, _CONTROL_SHARE = 8, 0.03
_ASCII = re.compile("[\t\n\r -~]")
_PUNCTUATION = frozenset("，。！？：；、“”‘’（）《》【】「」『』…—·～￥％＋－　０１２３４５６７８９")
_LEVEL_ONE = {"gb18030": ("gb2312", range(0xB0, 0xD8)), "cp950": ("cp950", range(0xA4, 0xC7))}
"""Where each code table keeps the characters that people use: GB 2312 level 1, Big5 level 1."""


_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "utf_8_sig": "utf-8", "utf_8": "utf-8"}


def encoding_of(path: Path, named: str | None = None) -> str:
    """
    Return the encoding to read *path* by: the one *named*, as the superset that files so called are in.

    GB 2312 and GBK are read as GB 18030, Big5 as code page 950, UTF-16 in the order of its mark.

    Raises:
        InputError: no encoding makes sense of it, or not the one named, or it is no text at all.
    """
    encoding = detect_encoding(path) if named is None else _superset(path, named)
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    _check_text(path, sample, encoding)
    return encoding


def _superset(path: Path, named: str) -> str:
    name = codecs.lookup(named).name.replace("-", "_")
    if name in {"utf_16", "utf_32"}:
        found = detect_encoding(path)
        return found if found.startswith(name.replace("_", "-")) else f"{name.replace('_', '-')}-le"
    return _ALIASES.get(name, name.replace("_", "-"))


def _check_text(path: Path, sample: bytes, encoding: str) -> None:
    """
    Refuse what is no text, and a text read by an encoding in which it is none.

    Text of customers holds a stray control character at most; of bytes that are no text, one in nine is
    one. In UTF-16 and UTF-32 every export has ASCII characters, its line breaks and delimiters.
    """
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    controls = len(_CONTROL.findall(text))
    if controls >= _MANY_CONTROLS and controls > _CONTROL_SHARE * len(text):
        message = f"{path}: this is no text: {controls / len(text):.0%} of it are control characters"
        raise InputError(f"{message}; ask for the export as .xlsx or .csv")
    if encoding.startswith(("utf-16", "utf-32")) and not _ASCII.search(text):
        likely = "utf-8" if _is_utf8(sample) else "gb18030 or big5"
        message = f"{path}: no {encoding} text, for it has neither a line break nor a delimiter"
        raise InputError(f"{message}; leave the encoding out, or name the right one, perhaps {likely}")


def detect_encoding(path: Path) -> str:
    """
    Tell how *path* is encoded: from its byte order mark, else by which encoding makes sense of it.

    A file that starts with plain ASCII is read on to its first other byte, so that a late Chinese
    character is not missed.

    Raises:
        InputError: no encoding makes sense of it.
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
        for bom, encoding in _BOMS:
            if start.startswith(bom):
                return encoding
        if b"\x00" in start:
            return _with_nulls(start)
        sample = start
        while sample.isascii() and (more := file.read(_SAMPLE)):
            # the tail of the last piece, for a character cut in two at the seam
            sample = sample[-8:] + more if not more.isascii() else more
    return "utf-8" if sample.isascii() else _of_bytes(sample, path)


def _with_nulls(sample: bytes) -> str:
    """Zero bytes are the upper halves of ASCII in UTF-16, or dirt in an eight-bit file."""
    dirt_removed = sample.replace(b"\x00", b"")
    if not dirt_removed.isascii() and _is_utf8(dirt_removed):
        return "utf-8"  # no Chinese text in UTF-16 passes for UTF-8
    best = max(("utf-16-le", "utf-16-be"), key=lambda encoding: _share_written(sample, encoding))
    if _share_written(sample, best) >= _MOSTLY:
        return best
    if dirt_removed.isascii():
        return "utf-8"
    return max(_CHINESE[:2], key=lambda encoding: _sense(sample, encoding))


def _share_written(sample: bytes, encoding: str) -> float:
    """Share of the characters that are ASCII, Han or their punctuation; in the wrong byte order few are."""
    text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
    return len(_WRITTEN.findall(text)) / len(text) if text else 0.0


def _of_bytes(sample: bytes, path: Path) -> str:
    if _is_utf8(sample):
        return "utf-8"
    best = max(_CHINESE[:2], key=lambda encoding: _sense(sample, encoding))
    if _sense(sample, best) >= _PLAUSIBLE:
        return best
    from charset_normalizer import from_bytes

    guess = from_bytes(sample).best()
    if guess is not None:
        return guess.encoding
    if _sense(sample, best) > 0:
        return best
    message = f"{path}: no encoding makes sense of this file (tried UTF-8, UTF-16, GB18030, Big5)"
    raise InputError(f"{message}; name it, or save the file as UTF-8")


def _is_utf8(sample: bytes) -> bool:
    """Allow a cut character at the end, and few bad bytes among many good characters."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    bad = text.count("\ufffd")
    good = sum(not character.isascii() for character in text) - bad
    return bad == 0 or bad <= _FEW * good


def _sense(sample: bytes, encoding: str) -> float:
    """Share of the non-ASCII characters that people would write; what cannot be decoded counts threefold."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    if encoding in _SECOND_TRY and "\ufffd" in text:
        second = codecs.getincrementaldecoder(_SECOND_TRY[encoding])("replace").decode(sample)
        text = min(text, second, key=lambda decoded: decoded.count("\ufffd"))
    counts = Counter(character for character in text if not character.isascii())
    bad = counts.pop("\ufffd", 0)
    table, leads = _LEVEL_ONE[encoding]
    score = 0.0
    for character, count in counts.items():
        if character in COMMON or character in _PUNCTUATION:
            score += count
        elif character.encode(table, errors="ignore")[:1] and character.encode(table)[0] in leads:
            score += count / 2
    total = counts.total() + 3 * bad
    return score / total if total else 0.0


@dataclass(slots=True)
class Lines:
    """
    The decoded lines of a text file, each with its own line ending.

    Bytes that cannot be decoded become U+FFFD, and *faults* holds the number of the line, from 1, with
    the offset of its first bad byte in the file.
    """

    path: Path
    encoding: str
    faults: dict[int, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        self.faults.clear()
        with self.path.open("rb") as file:
            offset = _skip_bom(file, self.encoding)
            for number, line in enumerate(_binary_lines(file, self.encoding), start=1):
                try:
                    yield line.decode(self.encoding)
                except UnicodeDecodeError as error:
                    yield self._salvaged(line, number, offset, error)
                offset += len(line)

    def _salvaged(self, line: bytes, number: int, offset: int, error: UnicodeDecodeError) -> str:
        second = _SECOND_TRY.get(self.encoding)
        if second:
            try:
                return line.decode(second)
            except UnicodeDecodeError:
                pass
        self.faults[number] = offset + error.start
        return line.decode(self.encoding, errors="replace")


def _skip_bom(file: BinaryIO, encoding: str) -> int:
    start = file.read(4)
    length = next((len(bom) for bom, name in _BOMS if name == encoding and start.startswith(bom)), 0)
    file.seek(length)
    return length


def _binary_lines(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Split at line feeds, which no multibyte character of these encodings contains, or at lone returns."""
    unit = 2 if encoding.startswith("utf-16") else 4 if encoding.startswith("utf-32") else 1
    start = file.tell()
    sample = file.read(_SAMPLE)
    file.seek(start)
    feed, back = ("\n".encode(encoding), "\r".encode(encoding)) if unit > 1 else (b"\n", b"\r")
    ending = feed if feed in sample or back not in sample else back
    if unit == 1 and ending == b"\n":
        yield from file
        return
    rest = b""
    while chunk := file.read(_SAMPLE):
        *lines, rest = _split_aligned(rest + chunk, ending, unit)
        yield from lines
    if rest:
        yield rest


def _split_aligned(data: bytes, ending: bytes, unit: int) -> list[bytes]:
    lines: list[bytes] = []
    start = at = 0
    while (at := data.find(ending, at)) >= 0:
        if at % unit:
            at += 1
            continue
        at += unit
        lines.append(data[start:at])
        start = at
    return [*lines, data[start:]]
