"""The varints of Protocol Buffers, whole arrays at once, in rows of several numbers each. Of 32 bits, which is all that a vector tile has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Rows:
    """Several values a row: `counts` says how many; `values` has them one after the other."""

    values: NDArray[Any]
    counts: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each row begins."""
        return np.cumsum(self.counts) - self.counts


def table(count: int, *columns: int | NDArray[Any]) -> NDArray[np.int64]:
    """[count, columns] of numbers and of arrays."""
    found = np.empty((count, len(columns)), np.int64)
    for i, column in enumerate(columns):
        found[:, i] = column
    return found


def chosen(values: NDArray[np.int64], mask: NDArray[np.bool_]) -> Rows:
    """The numbers of [rows, columns] where the mask says so."""
    return Rows(values[mask], mask.sum(axis=1))


def places(start: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """start, start + 1, … of every row, one row after the other."""
    return np.repeat(start - np.cumsum(count) + count, count) + np.arange(count.sum())


def read_each(data: NDArray[np.uint8], at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(varint of 32 bits, where it ends) at every place."""
    value, at, going, shift = np.zeros(len(at), np.int64), at.copy(), np.ones(len(at), bool), 0
    while going.any() and shift < 35:
        byte = data[np.minimum(at, len(data) - 1)].astype(np.int64)
        value, at = value + going * ((byte & 127) << shift), at + going
        going, shift = going & (byte > 127), shift + 7
    return value, at


def numbers(rows: Rows) -> Rows:
    """The varints of every row of bytes."""
    is_last = rows.values < 128
    stops = np.flatnonzero(is_last)
    begin = np.r_[0, stops[:-1] + 1][:len(stops)]
    place = np.arange(len(rows.values)) - np.repeat(begin, stops + 1 - begin)
    values = np.add.reduceat((rows.values & 127).astype(np.int64) << 7 * place, begin) if len(stops) else np.empty(0, np.int64)
    sums, ends = np.r_[0, np.cumsum(is_last)], np.cumsum(rows.counts)
    return Rows(values, sums[ends] - sums[ends - rows.counts])


def as_bytes(rows: Rows) -> Rows:
    """Every row of numbers as varints."""
    return Rows(varints(rows.values.astype(np.uint32)), sizes(rows))


def interleave(parts: Sequence[Rows]) -> NDArray[np.uint32]:
    """The rows of all parts: the first row of each, the second of each, …"""
    counts = sum(part.counts for part in parts)
    start, out = np.cumsum(counts) - counts, np.empty(sum(len(part.values) for part in parts), np.uint32)
    for part in parts:
        out[np.repeat(start - part.starts, part.counts) + np.arange(len(part.values))] = part.values
        start = start + part.counts
    return out


def _lengths(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Bytes of each number as a varint of 32 bits."""
    found = np.ones(len(values), np.uint8)
    for bits in (7, 14, 21, 28):
        larger = values >= 1 << bits
        if not larger.any():
            break
        found += larger
    return found


def sizes(rows: Rows) -> NDArray[np.int64]:
    """Bytes of each row as varints."""
    ends, sums = np.cumsum(rows.counts), np.r_[0, np.cumsum(_lengths(rows.values), dtype=np.int64)]
    return sums[ends] - sums[ends - rows.counts]


def varints(values: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Every number as a varint, one after the other: seven bits a byte, the lowest first, the eighth bit where more follow."""
    ends = np.cumsum(_lengths(values), dtype=np.int64)
    out = np.empty(ends[-1] if len(ends) else 0, np.uint8)
    at = np.r_[0, ends[:-1]]
    while len(values):
        more = values > 127
        out[at] = values & 127 | more << np.uint32(7)
        at, values = at[more] + 1, values[more] >> 7
    return out
