"""Turning a table's raw rows into tickets, or into rejections that say what was wrong."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from voctext.records import Ticket
from voctext.tables.cells import cell_text, is_blank, is_excel_error, is_rounded, key_text
from voctext.tables.dates import DateStyle, read_time
from voctext.tables.layout import Layout
from voctext.tables.rows import Cell, RawRow, Rejection

_TOTAL = re.compile(
    r"(?:[合总總小]\s*[计計]|(?:grand |sub)?total)\s*[:：]?\s*[\d,.]*\s*[条條笔筆件行]?",
    re.IGNORECASE,
)
"""合计：128"""
_COUNTED = re.compile(
    r"[(（]?(?:[总總一]?共|[共合][计計])\s*[:：]?\s*[\d,]+\s*[条條笔筆件行页頁]"
    r"(?:数据|數據|记录|記錄|工单|工單)?\s*[。.)）]?",
    re.IGNORECASE,
)
"""共 128 条记录"""
_SIGNED = re.compile(
    r"(?:制表|制单|填表|填报|导出|打印|审核|复核|统计|报表生成|製表|製單|填報|匯出|列印|審核|覆核|統計|報表產生|生成)"
    r"(?:人员?|員|时间|時間|日期|单位|單位|部门|部門|机构|機構)\s*[:：].*",
    re.DOTALL,
)
"""制表人：张三"""
_PLAIN_FIELDS = ("channel", "segment", "status", "satisfaction")
_FEW_CELLS = 2


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: the file's name, its stem for making up identifiers, and the sheet."""

    file: str
    prefix: str
    sheet: str = ""


@dataclass(slots=True)
class Tally:
    """
    What became of the rows read so far: *read* is always *yielded* plus *rejected*.

    *blank* rows are none of these. *repeated_ids* counts tickets whose id was seen before, *rounded_ids*
    those whose id a spreadsheet shortened, *unread_times* times left as text.
    """

    yielded: int = 0
    rejected: int = 0
    blank: int = 0
    repeated_ids: int = 0
    rounded_ids: int = 0
    unread_times: int = 0
    # hashes, not texts: a million of them fit where a million ids would not
    seen: set[int] = field(default_factory=set, repr=False)

    @property
    def read(self) -> int:
        """Rows that held anything below the header."""
        return self.yielded + self.rejected


def tickets_of(
    rows: Iterable[RawRow], layout: Layout, origin: Origin, tally: Tally
) -> Iterator[Ticket | Rejection]:
    """Yield a ticket or a rejection for every row below the header that is not blank, counting them."""
    for row in rows:
        if layout.header_row is not None and row.number <= layout.header_row:
            continue
        if not row.fault and all(map(is_blank, row.cells)) and not row.extra:
            tally.blank += 1
            continue
        cells = row.cells[layout.first :]
        reason = row.fault or _reason_to_reject(cells, layout)
        if reason:
            tally.rejected += 1
            yield Rejection(origin.file, origin.sheet, row.number, reason, _rejected_cells(row, layout))
        else:
            tally.yielded += 1
            yield _ticket(row, cells, layout, origin, tally)


def _reason_to_reject(cells: tuple[object, ...], layout: Layout) -> str:
    width = len(layout.headers)
    if len(cells) > width and not all(map(is_blank, cells[width:])):
        count = max(place for place, cell in enumerate(cells, start=1) if not is_blank(cell))
        return (
            f"too many cells: {count} where the header has {width}; "
            "a text that holds the delimiter must stand in quotation marks"
        )
    if layout.header_cells and _repeats_header(cells, layout.header_cells):
        return "repeated header"
    at = layout.columns["text"]
    text = cell_text(cells[at]) if at < len(cells) else ""
    has_text = not is_blank(text)
    if _is_footer(cells, has_text=has_text):
        return "footer"
    if not has_text:
        return f"empty text: nothing in column {layout.headers[at]!r}"
    if is_excel_error(text):
        return f"Excel shows {text.strip()} in place of the text; enter it as text, not as a formula"
    return ""


def _rejected_cells(row: RawRow, layout: Layout) -> tuple[Cell, ...]:
    """Give the cells that hold anything, with their fields as far as the row has the columns of its table."""
    width = layout.first + len(layout.headers)
    is_parted = not row.fault and all(map(is_blank, row.cells[width:]))
    fields = {layout.first + at: name for name, at in layout.columns.items()}
    texts = ((at, text) for at, cell in enumerate(row.cells) if (text := cell_text(cell)).strip())
    return tuple(Cell(fields.get(at, "") if is_parted else None, text) for at, text in texts)


def _repeats_header(cells: tuple[object, ...], header: tuple[str, ...]) -> bool:
    if cell_text(cells[0]).strip() != header[0]:
        return False
    texts = [cell_text(cell).strip() for cell in cells[: len(header)]]
    return texts + [""] * (len(header) - len(texts)) == list(header)


def is_total(text: str) -> bool:
    """Tell whether *text* opens a row of totals: 合计, Total."""
    return _TOTAL.fullmatch(text.strip()) is not None


def _is_footer(cells: tuple[object, ...], *, has_text: bool) -> bool:
    """Tell a footer, which stands nearly alone in its row, from a ticket whose text has such words."""
    filled = list(islice((cell for cell in cells if not is_blank(cell)), _FEW_CELLS + 1))
    if not filled or (has_text and len(filled) > _FEW_CELLS):
        return False
    first = cell_text(filled[0]).strip()
    return any(pattern.fullmatch(first) for pattern in (_TOTAL, _COUNTED, _SIGNED))


def _ticket(row: RawRow, cells: tuple[object, ...], layout: Layout, origin: Origin, tally: Tally) -> Ticket:
    columns = layout.columns
    values = _with_merged(row, cells, layout)
    unread: set[int] = set()

    def moment(name: str) -> datetime | None:
        at = columns.get(name)
        if at is None or is_blank(values[at]):
            return None
        time = read_time(values[at], layout.styles.get(name, DateStyle()))
        if time is None:
            unread.add(at)
            tally.unread_times += 1
        return time

    plain = {name: key_text(values[columns[name]]) or None for name in _PLAIN_FIELDS if name in columns}
    times = {name: moment(name) for name in ("time", "resolved")}
    used = set(columns.values()) - unread
    other = {
        header: text
        for at, header in enumerate(layout.headers)
        if at not in used and (text := cell_text(values[at])).strip()
    }
    other.update((key, text) for key, cell in row.extra.items() if (text := cell_text(cell)).strip())
    return Ticket(
        id=_identifier(row, values, columns, origin, tally),
        text=cell_text(values[columns["text"]]),
        customer=(key_text(values[columns["customer"]]) or None) if "customer" in columns else None,
        time=times["time"],
        channel=plain.get("channel"),
        segment=plain.get("segment"),
        status=plain.get("status"),
        resolved=times["resolved"],
        satisfaction=plain.get("satisfaction"),
        source=f"{origin.file}[{origin.sheet}]:{row.number}"
        if origin.sheet
        else f"{origin.file}:{row.number}",
        other=other,
    )


def _with_merged(row: RawRow, cells: tuple[object, ...], layout: Layout) -> list[object]:
    """Give each header its cell; a vertically merged cell counts for all its rows, but never as text."""
    values = [*cells[: len(layout.headers)], *[""] * (len(layout.headers) - len(cells))]
    for column, value in row.merged.items():
        at = column - layout.first
        if 0 <= at < len(values) and at != layout.columns["text"] and is_blank(values[at]):
            values[at] = value
    return values


def _identifier(
    row: RawRow, values: list[object], columns: Mapping[str, int], origin: Origin, tally: Tally
) -> str:
    at = columns.get("id")
    name = key_text(values[at]) if at is not None else ""
    if at is not None and name:
        tally.rounded_ids += is_rounded(values[at])
    name = name or f"{origin.prefix}-{row.number}"
    mark = hash(name)
    tally.repeated_ids += mark in tally.seen
    tally.seen.add(mark)
    return name
