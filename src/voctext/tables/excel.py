"""Workbooks: .xlsx, .xlsm, .xlsb, .xls and .ods."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from voctext.errors import InputError, choose_from
from voctext.tables.rows import RawRow, Skipped, Table


def workbook_tables(path: Path, *, sheet: str | None = None) -> tuple[list[Table], list[Skipped]]:
    """
    Find the sheets of *path*, or only the one called *sheet*.

    Hidden sheets and charts are skipped unless asked for by name.

    Raises:
        InputError: the file is protected or damaged, or has no such sheet.
    """
    tables: list[Table] = []
    skipped: list[Skipped] = []
    with _Workbook(path) as workbook:
        names: list[str] = workbook.sheet_names
        if sheet is not None and sheet not in names:
            raise InputError(f"{path}: no sheet is called {sheet!r}; {choose_from(sheet, names)}")
        for about in workbook.sheets_metadata:
            reason = "" if about.name == sheet else _reason_to_skip(about, wanted=sheet)
            count = 0 if reason else _height(path, workbook, about.name)
            if reason or not count:
                skipped.append(Skipped(path, about.name, reason or "the sheet is empty"))
            else:
                tables.append(Table(path, partial(_rows, path, about.name), name=about.name, count=count))
    return tables, skipped


def _reason_to_skip(about: Any, *, wanted: str | None) -> str:
    if wanted is not None:
        return f"only the sheet {wanted!r} was asked for"
    if str(about.typ).rpartition(".")[2] != "WorkSheet":
        return "it is no worksheet"
    return "" if str(about.visible).rpartition(".")[2] == "Visible" else "it is hidden; name it to read it"


@dataclass(slots=True)
class _Workbook:
    """Opens a workbook, and says in our words what is wrong with it."""

    path: Path
    opened: Any = None

    def __enter__(self) -> Any:
        from python_calamine import CalamineError, PasswordError, load_workbook

        try:
            self.opened = load_workbook(str(self.path))
        except PasswordError:
            message = f"{self.path}: the workbook is protected by a password"
            raise InputError(f"{message}; open it in Excel and save a copy without one") from None
        except CalamineError as error:
            raise _damaged(self.path, error) from error
        return self.opened

    def __exit__(self, *_: object) -> None:
        self.opened.close()


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(
        f"{path}: not a workbook that can be read ({error}); open it in Excel and save it again as .xlsx"
    )


def _sheet(path: Path, workbook: Any, name: str) -> Any:
    from python_calamine import CalamineError

    try:
        return workbook.get_sheet_by_name(name)
    except CalamineError as error:
        raise _damaged(path, error) from error


def _height(path: Path, workbook: Any, name: str) -> int:
    sheet = _sheet(path, workbook, name)
    return 0 if sheet.start is None else int(sheet.end[0] - sheet.start[0] + 1)


def _rows(path: Path, name: str) -> Iterator[RawRow]:
    """Yield every row from the sheet's first on; their cells start at the leftmost column in use."""
    with _Workbook(path) as workbook:
        sheet = _sheet(path, workbook, name)
        left = sheet.start[1] if sheet.start else 0
        starts: dict[int, list[tuple[int, int]]] = {}
        for top, bottom in sheet.merged_cell_ranges or ():
            if bottom[0] > top[0] and top[1] >= left:
                starts.setdefault(top[0], []).append((top[1] - left, bottom[0]))
        open_merges: dict[int, tuple[object, int]] = {}
        for index, cells in enumerate(sheet.iter_rows()):
            open_merges = {column: merge for column, merge in open_merges.items() if merge[1] >= index}
            merged = {column: value for column, (value, _) in open_merges.items()}
            yield RawRow(index + 1, tuple(cells), merged=merged)
            for column, last in starts.get(index, ()):
                open_merges[column] = (cells[column] if column < len(cells) else "", last)
