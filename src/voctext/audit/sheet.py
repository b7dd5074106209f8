"""
The table of an audit: written for a person to label, and read back.

One row asks one question of one ticket. Which answer the classifier gave is in the row's key, where a
labeller does not see it: who knows what the machine said tends to agree with it. The key travels with the
row through any spreadsheet, sorted or cut, and tells if it was edited.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, shake_256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from unicodedata import normalize

from voctext.errors import InputError
from voctext.tables.cells import cell_text, key_text
from voctext.tables.labelled import labelled_table
from voctext.tables.write import Format, write_rows

COLUMNS = ("no", "ticket", "customer", "text", "target", "question", "answer", "note", "key")
"""What `write_audit` writes; a second person's answers go in a column "answer_2"."""
SECOND = "answer_2"

_NEEDED = ("no", "target", "answer", "key")
_YES = ("1", "1.0", "yes", "y", "true", "是", "对", "對", "有")
_NO = ("0", "0.0", "no", "n", "false", "否", "错", "錯", "无", "無", "没有", "沒有", "不是")
_ANSWERS: Mapping[str, bool | None] = MappingProxyType(
    {"": None, **dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
)
_SHOWN = 5  # problems told by an error; the rest are counted


class Stratum(NamedTuple):
    """
    Tickets of which the classifier said the same, equally surely; *band* is 0 where clear, 1 where doubtful.

    *size* of the export's *tickets* are in it, of which *sampled* were drawn, each with the same chance.
    """

    predicted: bool
    band: int
    size: int
    sampled: int
    tickets: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """
    One question about one ticket; *text* and *customer* are masked as the sample was.

    *unit* is the ticket's place in the export and *caller* numbers the sampled customers, both from 0.
    """

    number: int
    ticket: str
    customer: str
    text: str
    target: str
    question: str
    stratum: Stratum
    unit: int
    caller: int

    @property
    def key(self) -> str:
        """What `read_key` reads: all that an estimate needs, and a check sum of it."""
        facts = [self.target, int(self.stratum.predicted), *self.stratum[1:], self.unit, self.caller]
        body = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
        # the k keeps a spreadsheet from taking it for a number
        return "k" + urlsafe_b64encode(_scrambled(self.number, _sum(body) + body)).decode().rstrip("=")


class Key(NamedTuple):
    """What a row's key holds."""

    target: str
    stratum: Stratum
    unit: int
    caller: int


def read_key(number: int, key: str) -> Key | None:
    """Give what *key* holds for row *number*; None where it is not the key of this row, as written."""
    try:
        sealed = _scrambled(number, urlsafe_b64decode(key[1:] + "=" * (-len(key[1:]) % 4)))
    except ValueError:
        return None
    if key[:1] != "k" or _sum(sealed[4:]) != sealed[:4]:
        return None
    target, predicted, band, size, sampled, tickets, unit, caller = json.loads(sealed[4:])
    return Key(target, Stratum(bool(predicted), band, size, sampled, tickets), unit, caller)


def _sum(body: bytes) -> bytes:
    return blake2b(body, digest_size=4).digest()


def _scrambled(number: int, data: bytes) -> bytes:
    """Hide *data* from a glance, or show it again; rows of a stratum must not look alike."""
    stream = shake_256(f"voctext audit {number}".encode()).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))


def write_audit(path: str | Path, rows: Iterable[AuditRow]) -> Path:
    """
    Write *rows* as a table to label, .xlsx or .csv by the name of *path*, and return it.

    Raises:
        InputError: The name ends otherwise, or the file cannot be written.
    """
    check_sheet(path)
    cells = (
        {"no": row.number, **{column: getattr(row, column) for column in COLUMNS[1:6]}, "key": row.key}
        for row in rows
    )
    form: Format = "xlsx" if Path(path).suffix.lower() == ".xlsx" else "csv"
    return write_rows(path, cells, format=form, columns=COLUMNS)


def check_sheet(path: str | Path) -> None:
    """Raise InputError unless the name of *path* ends in .xlsx or .csv."""
    if Path(path).suffix.lower() not in (".xlsx", ".csv"):
        raise InputError(f"{path}: an audit is written as .xlsx or .csv; name the file so")


class Answer(NamedTuple):
    """A row as labelled: its key, and what one and perhaps another person answered; None is not labelled."""

    number: int
    key: Key
    first: bool | None
    second: bool | None


def read_answers(path: str | Path) -> list[Answer]:
    """
    Read a labelled audit from a file of any kind and encoding that tables come in, checked whole.

    Of a workbook, the first sheet with the columns is read. A row that stands twice with the same answers
    counts once; rows may be left out, or in any order.

    Raises:
        InputError: The file is no audit, or rows were edited or answered in other words; names them.
    """
    path = Path(path)
    answers: dict[int, Answer] = {}
    problems: list[str] = []
    for where, cells in labelled_rows(path, _NEEDED, what="an audit that `voctext audit sample` wrote"):
        read = _answer(cells)
        if isinstance(read, Answer):
            before = answers.setdefault(read.number, read)
            if before == read:
                continue
            read = f"no {read.number} stands twice and not with the same answers; keep the right one"
        problems.append(f"{where}: {read}")
    refuse(problems)
    if not answers:
        raise InputError(f"{path}: no rows under the header; give the rows that `voctext audit sample` wrote")
    return [answers[number] for number in sorted(answers)]


def _answer(cells: Mapping[str, str]) -> Answer | str:
    """Read one row, or say what is wrong with it."""
    number = key_text(cells["no"])
    if not (number.isascii() and number.isdigit()):
        return f"no is {cells['no']!r}; give the number that the row had when it was written"
    key = read_key(int(number), cells["key"].strip())
    if key is None:
        return "no or key was changed; copy both from the file as it was written"
    if cells["target"].strip() != key.target:
        return f"target is {cells['target']!r}; it was written as {key.target!r}"
    given = []
    for column in ("answer", SECOND):
        word = normalize("NFKC", cells.get(column, "")).strip().casefold()
        if word not in _ANSWERS:
            return (
                f"{column} is {cells[column]!r}; give 1, yes or 是, or 0, no or 否; empty: not labelled yet"
            )
        given.append(_ANSWERS[word])
    return Answer(int(number), key, *given)


def refuse(problems: Sequence[str]) -> None:
    """Raise InputError that tells *problems*, the first few whole, if there are any."""
    if problems:
        more = [f"… and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
        raise InputError("\n".join([*problems[:_SHOWN], *more]))


def labelled_rows(path: Path, columns: Sequence[str], *, what: str) -> Iterator[tuple[str, dict[str, str]]]:
    """
    Yield where each row stands, and its cells by header, of the first table in *path* that has all *columns*.

    Raises:
        InputError: There is no such file or table, or a row cannot be read.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; give {what}")
    table = labelled_table(path, columns)
    headers = table.headers if table else ()
    missing = ", ".join(column for column in columns if column not in headers)
    if table is None or missing:
        raise InputError(f"{path}: no column {missing}; give {what}, with its columns {', '.join(columns)}")
    for where, cells in table.rows():
        padded = [*map(cell_text, cells), *[""] * len(headers)]
        yield where, dict(zip(headers, padded, strict=False))
