"""Units as rows: the table twin of the map, in pages, sorted and searched over arrays in memory."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from app.errors import NotFound
from app.indicators.status import STATUS, now_of, of_level
from app.map.values import step
from app.system import System
from data.levels import LEVELS

SORTS = ("code", "name_zh", "name_en", "parent_zh", "parent_en", "value", "coverage")


@lru_cache(maxsize=32)
def _names(system: System, city: str, level: str, version: int) -> dict[str, np.ndarray]:  # noqa: ARG001 - version is part of the key
    found = system.columns("unit_names", city=city, level=level)
    return {key: np.asarray(column) for key, column in found.items()}


def rows(
    system: System,
    city: str,
    level: str,
    indicator: str,
    at: int | None = None,
    parent: dict[str, Any] | None = None,
    word: str = "",
    sort: str = "value",
    is_descending: bool = True,
    start: int = 0,
    end: int = 100,
) -> tuple[list[dict[str, Any]], int]:
    """(rows start … end − 1, how many there are) of a level: names, value, status, coverage, time.

    `parent`: only the units directly below it. Without a value a row comes last, whatever the order.
    """
    if level not in LEVELS:
        raise NotFound("No such level", f"Levels are {', '.join(LEVELS)}", value=level)
    names = _names(system, city, level, system.city(city).geometry_version)
    cube, shown, row = step(system, city, indicator, level, at)
    seq = names["seq"].astype(np.int64)
    value = shown[seq - 1] if shown.size >= seq.max(initial=0) else np.full(seq.size, np.nan)
    if row is not None:
        count, expected = (part[seq - 1] for part in cube.coverage(level, row))
    else:
        count = expected = np.zeros(seq.size, np.int64)
    keep = np.ones(seq.size, bool)
    if parent is not None:
        keep &= names["parent_seq"].astype(np.int64) == parent["seq"]
    if word:
        low = word.lower()
        keep &= np.fromiter(
            (
                low in f"{code} {zh} {en} {address}".lower()
                for code, zh, en, address in zip(names["code"], names["name_zh"], names["name_en"], names["address"], strict=True)
            ),
            bool,
            seq.size,
        )
    which = np.flatnonzero(keep)
    order = which[_order(names, value, count, expected, which, sort, is_descending)]
    when = None if row is None else int(cube.times[row])
    page = order[max(0, start) : max(0, end)]
    judged = _judged(system, city, cube, level, at, row, seq[page] - 1, value[page])
    found = [
        {
            "code": str(names["code"][i]),
            "level": level,
            "seq": int(seq[i]),
            "name_zh": str(names["name_zh"][i]),
            "name_en": str(names["name_en"][i]),
            "address": str(names["address"][i]),
            "parent_zh": str(names["parent_zh"][i]),
            "parent_en": str(names["parent_en"][i]),
            "value": None if np.isnan(value[i]) else float(value[i]),
            "status": STATUS[judged[k]],
            "n": int(count[i]),
            "expected": int(expected[i]),
            "at": when,
        }
        for k, i in enumerate(page)
    ]
    return found, int(which.size)


def _judged(system: System, city: str, cube: Any, level: str, at: int | None, row: int | None, units: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Places in STATUS of the units shown."""
    if level not in cube.levels or row is None or units.size == 0:
        return np.zeros(units.size, np.uint8)
    rows = cube.newest(level)[0][units] if at is None else np.full(units.size, row)
    return of_level(cube, level, value, rows, now_of(system, city) if at is None else at, units)


def _order(
    names: dict[str, np.ndarray], value: np.ndarray, count: np.ndarray, expected: np.ndarray, which: np.ndarray, sort: str, is_descending: bool
) -> np.ndarray:
    if sort in ("value", "coverage"):
        key = value[which] if sort == "value" else np.where(expected[which] > 0, count[which] / np.maximum(expected[which], 1), np.nan)
        known, unknown = np.flatnonzero(~np.isnan(key)), np.flatnonzero(np.isnan(key))
        ordered = known[np.argsort(-key[known] if is_descending else key[known], kind="stable")]
        return np.concatenate([ordered, unknown])
    ordered = np.argsort(names[sort if sort in SORTS else "code"][which].astype(str), kind="stable")
    return ordered[::-1] if is_descending else ordered


def summary(system: System, city: str, level: str, seqs: list[int], indicator: str, at: int | None = None) -> dict[str, Any]:
    """Several units of one level in figures: count, value (total of a sum, else plain mean), low, high, values, time."""
    cube = system.values(city).cube(indicator)
    values, when = np.full(len(seqs), np.nan), None
    if level in cube.levels:
        _, shown, row = step(system, city, indicator, level, at)
        values, when = shown[np.asarray(seqs, np.int64) - 1], None if row is None else int(cube.times[row])
    known = values[np.isfinite(values)]
    value = None if known.size == 0 else float(known.sum() if cube.indicator.rollup == "sum" else known.mean())
    return {
        "count": len(seqs),
        "level": level,
        "value": value,
        "low": float(known.min()) if known.size else None,
        "high": float(known.max()) if known.size else None,
        "at": when,
        "values": [v if v == v else None for v in values.tolist()],
    }


def highest(rows: list[dict[str, Any]], values: list[float | None]) -> list[dict[str, Any]]:
    """All units with their `value`, the highest first; those without one come last."""
    valued = [{**row, "value": value} for row, value in zip(rows, values, strict=True)]
    return sorted(valued, key=lambda row: (row["value"] is None, -(row["value"] or 0)))
