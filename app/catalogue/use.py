"""The rows of a granted resource: exactly the grant's fields, units, area and period, and of those only what the asking viewer's own
rights show. The view is narrowed before anything is asked: units outside the grant do not exist in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from app.access import Viewer
from app.catalogue.entries import Resource
from app.errors import BadInput, Unavailable
from app.sight import Seen
from app.system import System
from data.levels import LEVELS

MOST = 5_000
RIGHT = "catalogue.request"


@dataclass(frozen=True)
class Page:
    """One page of rows. `after` continues where it ends; empty when there is no more."""

    fields: tuple[str, ...]
    rows: list[dict[str, Any]]
    after: str


def rows_of(
    system: System,
    viewer: Viewer,
    city: str,
    resource: Resource,
    grant: dict[str, Any],
    *,
    unit: str = "",
    since: int | None = None,
    until: int | None = None,
    fields: tuple[str, ...] = (),
    after: str = "",
    most: int = 1_000,
) -> Page:
    """A page of the rows of a grant. `since`, `until` are epoch seconds; `unit` and `fields` choose a part of what was granted.

    Raises BadInput for a field that was not granted, Unavailable for a resource without data in this city.
    """
    granted = tuple(grant["fields"])
    unknown = [name for name in fields if name not in granted]
    if unknown:
        raise BadInput("This field is not in your grant", f"It has {', '.join(granted)}", value=", ".join(unknown)[:80])
    chosen = tuple(name for name in granted if name in fields) if fields else granted
    low, high = _period(grant, since, until)
    seen = narrowed(system, viewer, city, [*grant["units"]], unit)
    kind, name = resource.source
    if seen is None or low > high:
        return Page(chosen, [], "")
    if kind == "indicator":
        rows, more = _readings(seen, city, name, low, high, after, most)
    elif kind == "attribute":
        found = seen.rows(
            "resource_attribute", city=city, attribute=name, after=after, most=most + 1, since=low or None, until=None if high == _END else high
        )
        rows, more = found[:most], found[most - 1]["unit_code"] if len(found) > most else ""
    elif kind == "record":
        found = seen.records(city, name, _place(after), _moment(low), _moment(high), most + 1)
        rows, more = found[:most], f"{found[most - 1]['_batch']}:{found[most - 1]['_row']}" if len(found) > most else ""
    else:
        raise Unavailable(
            "The data of this resource do not lie in this city's libraries", "Ask the contact named in the catalogue", value=resource.code
        )
    return Page(chosen, [{field: _plain(row.get(field)) for field in chosen} for row in rows], more)


_END = 2**40


def _period(grant: dict[str, Any], since: int | None, until: int | None) -> tuple[int, int]:
    def seconds(at: datetime | None, default: int) -> int:
        return default if at is None else int(at.replace(tzinfo=UTC).timestamp())

    return max(seconds(grant["since"], 0), since or 0), min(seconds(grant["until"], _END), _END if until is None else until)


def narrowed(system: System, viewer: Viewer, city: str, units: list[str], unit: str = "") -> Seen | None:
    """The viewer's own view of a city, cut down to the units of a grant (none: all of them), and of those to one unit and what is below it.

    None where nothing is left. A unit moves with its tree: what lies below is asked of the parents as they stand, not of the codes.
    """
    seen = system.seen_by(viewer, RIGHT)
    seen.city(city)
    for some in (units, [unit] if unit else []):
        if some:
            grants = tuple(pair for pair in (_below(system, city, pair, code) for pair in seen.viewer.grants for code in some) if pair is not None)
            if not grants:
                return None
            seen = system.seen_by(replace(seen.viewer, grants=tuple(dict.fromkeys(grants))), RIGHT)
    return seen


def _below(system: System, city: str, pair: tuple[Any, frozenset[str]], code: str) -> tuple[Any, frozenset[str]] | None:
    """A grant of the viewer cut down to the unit of that code: the deeper of the two units, None where neither is below the other."""
    grant, held = pair
    if RIGHT not in held or grant.city not in ("", city):
        return None
    if not grant.unit or _is_below(system, city, code, grant.unit):
        return (replace(grant, city=city, unit=code), held) if system.rows("unit_by_code", city=city, code=code) else None
    return (replace(grant, city=city), held) if _is_below(system, city, grant.unit, code) else None


def _is_below(system: System, city: str, code: str, above: str) -> bool:
    """True for the unit itself and what stands below it today; asked of the whole tree, since a view begins at its own root."""
    for _ in LEVELS:
        if code == above:
            return True
        found = system.rows("unit_by_code", city=city, code=code)
        if not found or not found[0]["parent_code"]:
            return False
        code = found[0]["parent_code"]
    return False


def _readings(seen: Seen, city: str, name: str, low: int, high: int, after: str, most: int) -> tuple[list[dict[str, Any]], str]:
    """Values of the native level, step by step, units in the order of their numbers; `after` is `step:number` of the last one given."""
    cube = seen.values(city).cube(name)
    level = cube.native
    start, passed = _place(after)
    times = cube.times
    rows: list[dict[str, Any]] = []
    picked: list[tuple[int, int, float, float]] = []
    more = ""
    for row in range(int(np.searchsorted(times, max(low, start))), int(np.searchsorted(times, high, side="right"))):
        values = cube.values(level, row)
        seqs = np.flatnonzero(~np.isnan(values)) + 1
        if int(times[row]) == start:
            seqs = seqs[seqs > passed]
        count, expected = cube.coverage(level, row)
        for seq in seqs[: most - len(picked)].tolist():
            picked.append((int(times[row]), seq, float(values[seq - 1]), 100.0 * count[seq - 1] / expected[seq - 1] if expected[seq - 1] else 100.0))
        if len(picked) >= most:
            is_last = len(seqs) and picked[-1][:2] == (int(times[row]), int(seqs[-1])) and int(times[row]) == int(times[-1])
            more = "" if is_last else f"{picked[-1][0]}:{picked[-1][1]}"
            break
    units = {one["seq"]: one for one in seen.rows("resource_units", city=city, level=level, seqs=sorted({seq for _, seq, _, _ in picked}))}
    for at, seq, value, share in picked:
        if seq in units:
            unit = units[seq]
            rows.append(
                {
                    "unit_code": unit["code"],
                    "unit_name": unit["name_zh"] or unit["name_en"] or "",
                    "level": level,
                    "at": datetime.fromtimestamp(at, UTC),
                    "value": value,
                    "coverage_pct": round(share, 1),
                }
            )
    return rows, more


def _moment(seconds: int) -> datetime:
    """Naive UTC as the library keeps it, at most the year 9999."""
    return datetime.fromtimestamp(min(seconds, 253_402_214_400), UTC).replace(tzinfo=None)


def _place(after: str) -> tuple[int, int]:
    if not after:
        return 0, 0
    step, _, number = after.partition(":")
    if not (step.isdigit() and number.isdigit() and len(step) <= 12 and len(number) <= 9):
        raise BadInput("after is not where a page ended", "Take it from the answer before", value=after[:40])
    return int(step), int(number)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
