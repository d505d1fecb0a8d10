"""The life of an alert: raised → acknowledged → assigned → handled → verified → closed; who may do what, and by when.

Whoever keeps watch (the right wall.steer: duty officers, leaders) may do every act; a department acknowledges, handles and
notes what is assigned to it. An act that is overdue is escalated: the alert is told again, at most MOST_TOLD times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.access import EVERY_DEPARTMENT, Viewer
from app.alerts import board
from app.alerts.deadlines import deadlines, due
from app.errors import BadInput, Busy, Refused
from app.indicators.status import now_of
from app.sight import Seen
from app.system import System
from data import alerts as kept

# act → (the states it is done in, the state it leads to: "" leaves it)
ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "acknowledge": (("raised",), "acknowledged"),
    "assign": (("raised", "acknowledged", "assigned"), "assigned"),
    "handle": (("acknowledged", "assigned"), "handled"),
    "return": (("handled", "verified"), "assigned"),
    "verify": (("handled",), "verified"),
    "close": (("verified",), "closed"),
    "dismiss": (("raised", "acknowledged", "assigned"), "closed"),
    "note": (kept.OPEN, ""),
}
DEPARTMENT_ACTS = ("acknowledge", "handle", "note")
NOTED = ("handle", "return", "dismiss", "note")     # acts that say why
MOST_TOLD = 3
RIGHT = "alert.handle"


def acts_for(viewer: Viewer, row: dict[str, Any]) -> list[str]:
    """What a viewer may do to an alert now."""
    if not viewer.may(RIGHT):
        return []
    keeps_watch = viewer.may("wall.steer")
    is_own = viewer.department in (row["owner"], EVERY_DEPARTMENT)
    return [act for act, (states, _) in ACTS.items() if row["state"] in states and (keeps_watch or (is_own and act in DEPARTMENT_ACTS))]


def act(system: System, seen: Seen, city: str, number: int, what: str, note: str = "", to: str = "", with_group: bool = False) -> dict[str, Any]:
    """Do one act to an alert (`with_group`: to those of its group that stand where it stands); returns the alert after it.

    `to` is the department that an alert is assigned to. Raises NotFound, Refused, BadInput (no note, no such department), Busy.
    """
    viewer = seen.viewer
    view = system.seen_by(viewer, RIGHT)
    row = board.alert(view, city, number)
    if what not in ACTS:
        raise BadInput("No such act", f"Acts are {', '.join(ACTS)}", value=what[:40])
    if row["state"] not in ACTS[what][0]:
        raise Busy("The alert stands elsewhere by now", "Reload the page", value=row["state"])
    if what not in acts_for(viewer, row):
        raise Refused("This step is not yours", "A department acts on what is assigned to it; the desk does the rest", value=what)
    note = note.strip()[:500]
    if what in NOTED and not note:
        raise BadInput("A note is missing", "Say in a few words what was done, or why")
    departments = {one["id"] for one in system.rows("departments")}
    if what == "assign" and to not in departments:
        raise BadInput("No such department", "Choose one of the list", value=to[:40])
    after = ACTS[what][1] or row["state"]
    rows = [row]
    if with_group:
        rows = [one for one in board.group(view, city, row["group"]) if one["state"] == row["state"] and what in acts_for(viewer, one)]
    at, written = now_of(system, city), datetime.now(UTC).replace(tzinfo=None)
    numbers = [one["number"] for one in rows]
    with system.db.write() as cursor:
        kept.move(cursor, city, numbers, what, after, at, [due(one["severity"], after, at) for one in rows], written, viewer.name,
                  viewer.department, f"{to}: {note}".strip(": ") if what == "assign" else note, to if what == "assign" else None)
    system.audit.note(viewer.name, viewer.kind, f"alert.{what}", "allowed", city=city, units=[one["unit_code"] for one in rows],
                      rows=len(rows), detail=f"alert {number}: {note}".strip(": "))
    system.alerts.changed(city)
    return board.alert(view, city, number)


def escalate(system: System, city: str, at: int | None = None) -> list[int]:
    """Tell again what is overdue at a time (the city's present); returns the numbers of the alerts."""
    now = now_of(system, city) if at is None else at
    late = [row for row in kept.standing(system.db, city) if row["due_at"] is not None and row["due_at"] < now and row["escalation"] < MOST_TOLD]
    if late:
        written = datetime.now(UTC).replace(tzinfo=None)
        with system.db.write() as cursor:
            for row in late:
                again = now + deadlines()[row["severity"]][row["state"]]
                kept.escalate(cursor, city, row["alert"], row["state"], again, now, written, "")
        system.alerts.changed(city)
    return [row["alert"] for row in late]
