"""Everything the tablet's brief says, in one answer: it is kept as the last-known snapshot when the network drops."""

from __future__ import annotations

from typing import Any

from app.brief import facts
from app.indicators.status import now_of
from app.sight import Seen

MOST_ALERTS, MOST_CHANGES, MOST_MAPS = 20, 8, 3


def told(seen: Seen, city: str) -> dict[str, Any]:
    """{headline, alerts, changes, expected, departments, newest, now}; changes carry a small map (`areas`), the first MOST_MAPS of them."""
    changes = facts.changes(seen, city, MOST_CHANGES)
    shown = [{**row, "areas": facts.small_map(seen, city, row["indicator"]["id"]) if k < MOST_MAPS else []} for k, row in enumerate(changes)]
    ahead = [{**row, "course": facts.course(seen, city, row["indicator"]["id"], 24)} for row in facts.expected(seen, city, waits=False)]
    return {
        "headline": facts.headline(seen, city),
        "alerts": facts.alerts(seen, city, MOST_ALERTS),
        "changes": shown,
        "expected": ahead,
        "departments": facts.departments(seen),
        "newest": seen.newest(city),
        "now": now_of(seen, city),
    }
