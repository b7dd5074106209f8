"""Which reader a file needs, told by what is in it rather than by its name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from voctext.errors import InputError
from voctext.tables.decode import detect_encoding
from voctext.tables.delimited import delimited_table
from voctext.tables.excel import workbook_tables
from voctext.tables.html import html_tables
from voctext.tables.jsonl import json_table
from voctext.tables.parquet import parquet_table
from voctext.tables.rows import Skipped, Table

_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_JSON = frozenset({".jsonl", ".ndjson", ".json"})
SUFFIXES = _WORKBOOKS | _JSON | {".csv", ".tsv", ".txt", ".parquet"}
"""What a folder is searched for."""

_HEAD = 4096
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_ENDED = b"PK\x05\x06"
_IMAGE = "an image; ask for the export as .xlsx or .csv"
_FOREIGN = {
    b"\x89PNG": _IMAGE,
    b"\xff\xd8\xff": _IMAGE,
    b"GIF8": _IMAGE,
    b"II*\x00": _IMAGE,
    b"MM\x00*": _IMAGE,
    b"RIFF": "an image or a recording; ask for the export as .xlsx or .csv",
    b"ID3\x03": "a recording; ask for the export as .xlsx or .csv",
    b"OggS": "a recording; ask for the export as .xlsx or .csv",
    b"\x7fELF": "a program; ask for the export as .xlsx or .csv",
    b"MZ\x90\x00": "a program; ask for the export as .xlsx or .csv",
    b"BZh91AY&SY": "a bzip2 archive; unpack it first",
    b"\xfd7zXZ\x00": "an xz archive; unpack it first",
    b"(\xb5/\xfd": "a Zstandard archive; unpack it first",
    _ENDED: "an empty ZIP archive; export the file again",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"%PDF": "a PDF; ask for the export as .xlsx or .csv",
    b"{\\rtf": "a text document; ask for the export as .xlsx or .csv",
    b"SQLite": "a database; export its table as .csv",
}
_HTML = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<body")


def files_in(paths: Sequence[str | Path]) -> Iterator[tuple[Path, bool]]:
    """
    Yield each file once, and whether it was found in a folder rather than named.

    Hidden files and the lock files of office programs (~$…) are passed over.

    Raises:
        InputError: a path does not exist, or a folder holds no file of a known kind.
    """
    seen: set[Path] = set()
    for path in map(Path, paths):
        if not path.exists():
            raise InputError(f"{path}: no such file or folder; check the spelling and the working folder")
        found = sorted(_inside(path)) if path.is_dir() else [path]
        if not found:
            raise InputError(f"{path}: the folder holds no export; known are {' '.join(sorted(SUFFIXES))}")
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file, path.is_dir()


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        shown = not any(part.startswith((".", "~$")) for part in parts)
        if shown and path.suffix.lower() in SUFFIXES and path.is_file():
            yield path


def tables_in(
    path: Path, *, sheet: str | None = None, encoding: str | None = None
) -> tuple[list[Table], list[Skipped]]:
    """
    Open the tables of one file.

    Raises:
        InputError: the file is empty, or nothing that a table can be read from.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise InputError(f"{path}: the file is empty; an export has a header and at least one row")
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{path}: this is {what}")
    if head.startswith(_ZIP) and _is_archive(path):
        raise InputError(f"{path}: this is a ZIP archive; unpack it first")
    if head.startswith((_ZIP, _OLE)):
        return workbook_tables(path, sheet=sheet)
    if head.startswith(_PARQUET):
        return [parquet_table(path)], []
    return _text_tables(path, head, encoding), []


def _text_tables(path: Path, head: bytes, encoding: str | None) -> list[Table]:
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<?xml") and b"spreadsheet" in start:
        raise InputError(f"{path}: an XML Spreadsheet of 2003; open it in Excel and save it as .xlsx")
    if start.startswith(b"mime-version"):
        raise InputError(f"{path}: a web archive; open it in Excel and save it as .xlsx")
    if start.startswith((*_HTML, b"<?xml")) and b"<" in start:
        return html_tables(path, encoding=encoding)
    if path.suffix.lower() in _JSON:
        return [json_table(path, encoding=encoding)]
    if path.suffix.lower() == ".parquet" or (
        path.suffix.lower() in _WORKBOOKS - {".xls"} and not _is_text(path)
    ):
        raise InputError(f"{path}: the content is not what the name says; export the file again")
    return [delimited_table(path, encoding=encoding)]


def _is_archive(path: Path) -> bool:
    """Tell an archive of files from a workbook, which is one too; a damaged one counts as a workbook."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError, ValueError):
        return False
    # the parts by which Office Open XML and OpenDocument tell what they are
    return "[Content_Types].xml" not in names and "mimetype" not in names and "content.xml" not in names


def _is_text(path: Path) -> bool:
    try:
        return bool(detect_encoding(path))
    except InputError:
        return False
