"""Alerts put down by hand, where a test is about their life and not about how they came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.system import System
from data import alerts as kept


def put(system: System, city: str, *rows: dict[str, Any]) -> list[int]:
    """Write alerts of the rule road_ponding at street 1, as `rows` says otherwise; returns their numbers."""
    at = system.newest(city) or 0
    usual = {"rule": "road_ponding", "severity": "orange", "indicator": "ponding_cm", "level": "street", "seq": 1, "code": "990101001",
             "area": "990101001", "value": 30.0, "limit_value": 27.0,
             "usual": None, "peak": 30.0, "last_value": 30.0, "began_at": at, "raised_at": at,
             "last_at": at, "ended_at": None, "state": "raised", "since": at, "due_at": at + 1800, "owner": "water", "told_at": None}
    with system.db.write() as cursor:
        first = kept.next_number(cursor)
        new = [{**usual, "alert": first + k, "group_no": first, **row} for k, row in enumerate(rows)]
        steps = [{"alert": row["alert"], "act": "raise", "state": "raised", "at": row["raised_at"], "note": ""} for row in new]
        kept.save(cursor, city, new, [], steps, datetime(2026, 11, 18))
    system.alerts.changed(city)
    return [row["alert"] for row in new]
