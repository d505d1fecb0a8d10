"""The alerts a viewer may see: listed, counted, grouped into the few things that go on, one with its steps.

An alert is in sight where its unit and its indicator are; one whose value is a small count that is hidden from the viewer
is not there for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from app.errors import NotFound
from app.indicators.status import now_of
from app.system import System
from app.units.directory import by_codes
from data.alerts import OPEN, SEVERITIES, STATES

MOST = 200
ALL = 100_000
CLOSED_SHOWN = 86_400           # seconds for which a closed alert still counts on the board
MOST_CARDS = 60
NAMELESS = dict.fromkeys(("name_zh", "name_en", "lon", "lat"))          # of a unit that does not stand any more


def alerts(seen: System, city: str, states: Iterable[str] = OPEN, most: int = MOST) -> list[dict[str, Any]]:
    """The alerts in some states, the gravest and newest first, closed ones last. Kept until one of them, a value or the minute moves."""
    row = seen.city(city)
    moment = now_of(seen, city) // 60
    return [dict(one) for one in _kept(seen, city, tuple(states), most, seen.alerts.version(city), row.value_version, row.geometry_version, moment)]


def alert(seen: System, city: str, number: int) -> dict[str, Any]:
    """One alert with its steps so far (`events`). Raises NotFound."""
    found = _shown(seen, city, numbers=[number], most=1)
    if not found:
        raise NotFound("No such alert", "Reload the page", value=number)
    return {**found[0], "events": seen.rows("alert_events", city=city, item=number)}


def group(seen: System, city: str, number: int) -> list[dict[str, Any]]:
    """The alerts of one group, whatever their state."""
    return [row for row in alerts(seen, city, STATES, ALL) if row["group"] == number]


def cards(seen: System, city: str, severity: str = "", owner: str = "", rule: str = "") -> dict[str, list[dict[str, Any]]]:
    """{state: its cards}: a card is a group of alerts in one state, its gravest alert with how many there are and how many are overdue.

    Closed ones of the last day only. Where there are more than MOST_CARDS, groups of one severity and area become one card.
    """
    since = now_of(seen, city) - CLOSED_SHOWN
    rows = [row for row in alerts(seen, city, STATES, ALL) if row["state"] != "closed" or row["since"] >= since]
    rows = [row for row in rows if severity in ("", row["severity"]) and owner in ("", row["owner"]) and rule in ("", row["rule"])]
    found = _cards(rows, lambda row: (row["state"], row["group"]))
    if len(found) > MOST_CARDS:
        found = _cards(rows, lambda row: (row["state"], row["rule"], row["area"][:6]))
    if len(found) > MOST_CARDS:
        found = _cards(rows, lambda row: (row["state"], row["severity"], row["area"]))
    if len(found) > MOST_CARDS:
        found = _cards(rows, lambda row: (row["state"], row["severity"], row["area"][:6]))
    return {state: [card for card in found if card["state"] == state] for state in STATES}


def _cards(rows: list[dict[str, Any]], key: Any) -> list[dict[str, Any]]:
    piles: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        piles.setdefault(key(row), []).append(row)
    return [{**pile[0], "alerts": len(pile), "overdue": sum(row["is_overdue"] for row in pile),
             "standing": sum(row["ended_at"] is None for row in pile),
             "rules": len({row["rule"] for row in pile}), "units": len({row["unit_code"] for row in pile})} for pile in piles.values()]


def counts(seen: System, city: str) -> dict[str, Any]:
    """How many alerts are open, overdue, in each state (closed: of the last day) and of each severity, and how many things go on (groups)."""
    now = now_of(seen, city)
    rows = seen.rows("alert_counts", city=city, indicators=list(seen.indicators), at=now, since=now - CLOSED_SHOWN)
    open_ = [row for row in rows if row["state"] != "closed"]
    return {
        "open": sum(row["alerts"] for row in open_),
        "overdue": sum(row["overdue"] for row in open_),
        "standing": sum(row["standing"] for row in open_),
        "states": {state: sum(row["alerts"] for row in rows if row["state"] == state) for state in STATES},
        "late": {state: sum(row["overdue"] for row in rows if row["state"] == state) for state in STATES},
        "severities": {severity: sum(row["alerts"] for row in open_ if row["severity"] == severity) for severity in SEVERITIES},
        "version": seen.alerts.version(city),
    }


@lru_cache(maxsize=32)
def _kept(seen: System, city: str, states: tuple[str, ...], most: int, *_versions: int) -> tuple[dict[str, Any], ...]:
    return tuple(_shown(seen, city, states=list(states), most=most))


def _shown(seen: System, city: str, states: list[str] | None = None, numbers: list[int] | None = None, most: int = MOST) -> list[dict[str, Any]]:
    now, rules = now_of(seen, city), seen.alerts.rules
    found = seen.rows("alerts", city=city, states=states or [], numbers=numbers or [], indicators=list(seen.indicators), most=most)
    units = by_codes(seen, city, [code for row in found for code in (row["code"], row["area"]) if code])
    return [_row(row, now, rules, units) for row in found if not _is_hidden(seen, city, row)]


def _is_hidden(seen: System, city: str, row: dict[str, Any]) -> bool:
    cube = seen.values(city).cube(row["indicator"])
    return row["level"] in cube.levels and cube.is_hidden(row["level"], row["seq"], row["raised_at"])


def _row(row: dict[str, Any], now: int, rules: dict[str, Any], units: dict[str, dict[str, Any]]) -> dict[str, Any]:
    rule, unit, area = rules.get(row["rule"]), units.get(row["code"], NAMELESS), units.get(row["area"], NAMELESS)
    return {
        "number": row["alert"], "rule": row["rule"], "severity": row["severity"], "indicator": row["indicator"], "unit_code": row["code"],
        "unit_level": row["level"], "unit_seq": row["seq"], "unit_name_zh": unit["name_zh"] or row["code"],
        "unit_name_en": unit["name_en"] or unit["name_zh"] or row["code"], "lon": unit["lon"], "lat": unit["lat"],
        "area": row["area"], "area_zh": area["name_zh"] or row["area"], "area_en": area["name_en"] or area["name_zh"] or row["area"],
        "value": row["value"], "limit": row["limit_value"], "usual": row["usual"], "peak": row["peak"], "last_value": row["last_value"],
        "began_at": row["began_at"], "raised_at": row["raised_at"], "last_at": row["last_at"], "ended_at": row["ended_at"],
        "state": row["state"], "since": row["since"], "owner": row["owner"], "due_at": row["due_at"],
        "is_overdue": row["state"] != "closed" and row["due_at"] is not None and row["due_at"] < now,
        "group": row["group_no"], "note": row["note"], "escalation": row["escalation"],
        "procedure": rule.procedure if rule is not None else "",
        "name_zh": rule.name_zh if rule is not None else row["rule"], "name_en": rule.name_en if rule is not None else row["rule"],
    }
