"""The demo city's desk: what its made-up people did about the alerts of the days before the first start.

The alerts themselves come out of the rules; only the acts are made up, the same for the same alerts, and the notes say so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.alerts.deadlines import due
from app.indicators.status import now_of
from data import alerts as kept

if TYPE_CHECKING:
    from app.system import System

KEY = "demo"
WHO, CREW = "演示值守员 demo desk", "演示处置队 demo crew"
# minutes after the alert, who, act, state, note
LIFE = (
    (8, WHO, "acknowledge", "acknowledged", ""), (25, WHO, "assign", "assigned", "按预案处置（演示）/ by the procedure (demo)"),
    (150, CREW, "handle", "handled", "已到场处置（演示）/ dealt with on site (demo)"),
    (270, WHO, "verify", "verified", "现场核查（演示）/ checked (demo)"),
    (1500, WHO, "close", "closed", "已反馈（演示）/ reported back (demo)"))


def first_days(system: System, replay_s: int) -> None:
    """Judge the demo city's last days at its first start, and play what its desk did; later starts judge only what is new."""
    is_first = not kept.marks(system.db, KEY)
    if system.alerts.take_up(KEY, None, replay_s) and is_first:
        play(system)


def play(system: System) -> None:
    """Bring every group of alerts as far as its age allows; how fast its desk was follows from its number."""
    now, written = now_of(system, KEY), datetime.now(UTC).replace(tzinfo=None)
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in kept.standing(system.db, KEY):
        groups.setdefault(row["group_no"], []).append(row)
    with system.db.write() as cursor:
        for number, rows in groups.items():
            last = max(row["raised_at"] for row in rows)
            pace = (0.6, 1.0, 2.5, 8.0, 25.0)[number % 5] if len(rows) <= 5 else 1.0       # what is everywhere is dealt with first
            for minutes, who, act, state, note in LIFE:
                at = last + int(minutes * 60 * pace)
                is_over = all(row["ended_at"] is not None for row in rows)
                if at > now or (act == "verify" and not is_over):
                    break
                kept.move(cursor, KEY, [row["alert"] for row in rows], act, state, at, [due(row["severity"], state, at) for row in rows], written,
                          who, "" if who == WHO else rows[0]["owner"], note)
    system.alerts.changed(KEY)
