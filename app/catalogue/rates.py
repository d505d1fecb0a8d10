"""The three rates of the catalogue, judged row by row, so that each number opens to the rows that fail.

    standard   entries (resources and items) that break no mandatory rule ÷ entries
    fresh      active resources whose data changed, or whose owner confirmed them, inside their declared cycle ÷ active resources
    shared     demands for shareable resources that stand granted ÷ demands for shareable resources; a demand is a department (or
               person) and a resource, from the demand list or from a request

Source of the target of 90 %: the plan's own (L 1.3.3). All of it can be asked for a moment in the past: entries as the base library
knew them then, data up to then, grants in force then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.catalogue.entries import CYCLE_DAYS, Item, Resource, made
from app.indicators.cube import length_of
from data import ledger
from data import shelf as stored
from data.connection import Database

RATES = ("standard", "fresh", "shared")
TARGET = 0.9


@dataclass(frozen=True)
class Judged:
    """One row behind a rate. `why` says what it failed by, as words of the rate: rule ids, `old`, `never`, `no_cycle`, or a state.

    `changed_at` (fresh only): when its data last changed or were confirmed. `wanted_by` (shared only): who asks for it.
    """

    rate: str
    kind: str
    code: str
    name_zh: str
    name_en: str
    department: str
    is_met: bool
    why: tuple[str, ...] = ()
    changed_at: datetime | None = None
    cadence: str = ""
    wanted_by: str = ""


@dataclass(frozen=True)
class Rate:
    """A rate of some rows; `value` is None where there is nothing to judge."""

    name: str
    met: int
    total: int

    @property
    def value(self) -> float | None:
        """met ÷ total."""
        return self.met / self.total if self.total else None


def rate(name: str, rows: Iterable[Judged]) -> Rate:
    """The rate of rows that were judged."""
    judged = [row.is_met for row in rows]
    return Rate(name, sum(judged), len(judged))


def by_department(name: str, rows: Iterable[Judged]) -> dict[str, Rate]:
    """The rate of each department that owns what was judged."""
    mine: dict[str, list[Judged]] = {}
    for row in rows:
        mine.setdefault(row.department, []).append(row)
    return {department: rate(name, some) for department, some in sorted(mine.items())}


def judge(db: Database, city: str, at: datetime | None = None) -> dict[str, list[Judged]]:
    """Every row behind every rate, now or as of a time (aware, or naive UTC)."""
    now = _naive(at or datetime.now(UTC))
    past = None if at is None else now
    resources = [made(Resource, row) for row in stored.standing(db, "resource", city, past)]
    items = [made(Item, row) for row in stored.standing(db, "item", city, past)]
    return {
        "standard": _standard(resources, items, stored.faults(db, city)),
        "fresh": _fresh(resources, stored.newest_data(db, city, now), ledger.confirmed(db, city, now), _cadences(db), now),
        "shared": _shared(resources, stored.standing(db, "demand", city, past), ledger.requests(db, city, 1_000_000), now),
    }


def _standard(resources: list[Resource], items: list[Item], faults: dict[tuple[str, int, int], tuple[str, ...]]) -> list[Judged]:
    found = []
    for kind, entries in (("resource", resources), ("item", items)):
        for one in entries:
            if one.is_active:
                why = faults.get((kind, one.batch, one.row), ())
                found.append(_judged("standard", kind, one, not why, why=why))
    return found


def _fresh(
    resources: list[Resource], data: dict[str, datetime], confirmed: dict[str, datetime], cadences: dict[str, str], now: datetime
) -> list[Judged]:
    found = []
    for one in resources:
        if not one.is_active:
            continue
        changed = max(
            (when for when in (_reported(one, data, cadences, now), confirmed.get(one.code), _day(one.confirmed_on)) if when and when <= now),
            default=None,
        )
        cycle = CYCLE_DAYS.get(one.cadence)
        why = "no_cycle" if cycle is None else "never" if changed is None else "old" if now - changed > timedelta(days=cycle) else ""
        found.append(_judged("fresh", "resource", one, not why, why=(why,) if why else (), changed_at=changed, cadence=one.cadence))
    return found


def _reported(one: Resource, data: dict[str, datetime], cadences: dict[str, str], now: datetime) -> datetime | None:
    """When the data of a resource last changed: an indicator speaks of its whole step, which ends a cadence after it began."""
    when = data.get(one.stands_for)
    if when is None:
        return None
    kind, name = one.source
    return min(when + timedelta(seconds=length_of(cadences.get(name, "PT1H"))), now) if kind == "indicator" else when


def _shared(resources: list[Resource], demands: list[dict[str, Any]], requests: list[dict[str, Any]], now: datetime) -> list[Judged]:
    shareable = {one.code: one for one in resources if one.is_shareable}
    wanted: dict[tuple[str, str], str] = {}
    for row in demands:
        if row["resource"] in shareable and row["status"] != "withdrawn":
            wanted.setdefault((row["department"] or "", row["resource"]), "not_asked")
    for row in sorted(requests, key=lambda one: one["asked_at"]):
        who = (row["department"] or row["holder"], row["resource"])
        state = ledger_state(row, now)
        if row["resource"] in shareable and state not in ("", "withdrawn") and wanted.get(who) != "granted":
            wanted[who] = state
    return [
        _judged("shared", "resource", shareable[code], state == "granted", why=() if state == "granted" else (state,), wanted_by=who)
        for (who, code), state in sorted(wanted.items())
    ]


def ledger_state(row: dict[str, Any], now: datetime) -> str:
    """The state a request had at a time (naive UTC); "" where it was not yet made."""
    if row["asked_at"] > now:
        return ""
    if row["state"] == "withdrawn":
        return "withdrawn" if row["ended_at"] <= now else "asked"
    if row["decided_at"] is None or row["decided_at"] > now:
        return "asked"
    if row["state"] == "refused":
        return "refused"
    if row["ended_at"] is not None and row["ended_at"] <= now:
        return str(row["state"])
    return "granted" if now < row["expires_at"] else "expired"


def _judged(name: str, kind: str, one: Resource | Item, is_met: bool, **more: Any) -> Judged:
    return Judged(name, kind, one.code, one.name_zh, one.name_en, one.department, is_met, **more)


def _cadences(db: Database) -> dict[str, str]:
    return dict(db.run("select id, cadence from catalogue.indicator").fetchall())


def _day(day: Any) -> datetime | None:
    return datetime(day.year, day.month, day.day) if day is not None else None


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
