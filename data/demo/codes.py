"""Unit codes by the grammar of app/units/codes.py, written for whole arrays at once as rows of bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

CITY = "990100"


def digits(number: np.ndarray, width: int) -> np.ndarray:
    """Decimal digits of each number as bytes, shape (n, width), zero padded."""
    number = np.asarray(number, np.int64)
    power = 10 ** np.arange(width - 1, -1, -1)
    return ((number[:, None] // power) % 10 + 48).astype(np.uint8)


def below(parent: np.ndarray, number: np.ndarray, width: int, letter: str = "") -> np.ndarray:
    """Codes of units with the given number under parent codes (rows of bytes)."""
    parts = [parent]
    if letter:
        parts.append(np.full((len(number), 1), ord(letter), np.uint8))
    return np.hstack([*parts, digits(number, width)])


def floors(building: np.ndarray, floor_no: np.ndarray) -> np.ndarray:
    """Codes of floors: F001 upwards, U001 downwards."""
    sign = np.where(floor_no < 0, ord("U"), ord("F")).astype(np.uint8)[:, None]
    return np.hstack([building, sign, digits(np.abs(floor_no), 3)])


def text(rows: np.ndarray) -> pa.StringArray:
    """Rows of bytes as an Arrow string array, without a copy per row."""
    count, width = rows.shape
    offsets = np.arange(count + 1, dtype=np.int64) * width
    data = pa.py_buffer(np.ascontiguousarray(rows))
    if offsets[-1] < 2**31:
        return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.astype(np.int32)), data)
    return pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), data)


def number_within(group: np.ndarray) -> np.ndarray:
    """1, 2, 3 … within each group, in order of appearance."""
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    start = np.r_[True, sorted_group[1:] != sorted_group[:-1]]
    first = np.maximum.accumulate(np.where(start, np.arange(len(group)), 0))
    number = np.empty(len(group), np.int64)
    number[order] = np.arange(len(group)) - first + 1
    return number
