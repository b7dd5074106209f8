"""Bank exports read into tickets, and result tables written."""

from voctext.tables.export import Export, Sheet
from voctext.tables.frame import tickets_from_frame
from voctext.tables.headers import FIELDS
from voctext.tables.rows import Cell, Rejection, Skipped
from voctext.tables.tickets import Tally
from voctext.tables.write import write_rows, written_aside

__all__ = [
    "FIELDS",
    "Cell",
    "Export",
    "Rejection",
    "Sheet",
    "Skipped",
    "Tally",
    "tickets_from_frame",
    "write_rows",
    "written_aside",
]
