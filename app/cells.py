"""Cells that no spreadsheet takes for a formula, and sheets of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

MARK = b"\xef\xbb\xbf"       # a spreadsheet takes a file that begins so for UTF-8

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """A cell that a spreadsheet will not run: text that begins like a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as CSV in UTF-8, nothing in it a formula, days and moments as ISO 8601."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow(["" if cell is None else harmless(cell.isoformat() if isinstance(cell, date) else cell) for cell in row])
    return text.getvalue().encode("utf-8")


def sheet(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """A head and rows as a CSV file for people and spreadsheets."""
    return MARK + lines([head]) + lines(rows)
