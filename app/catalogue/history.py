"""The demo city's past at the request desk: a plan played through the same state machine, each step at its own time."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from app.access import Grant, Viewer, viewer
from app.catalogue.desk import Desk, Wish
from app.catalogue.shelf import Catalogue
from app.errors import BadInput, Busy, Refused
from app.system import System
from data import ledger
from data.demo.requests import Planned

_DAYS = 400


def play(system: System, city: str, plan: Iterable[Planned], until: datetime) -> int:
    """Play a plan up to a time; what comes later stays open. Returns how many requests were made. A city with requests is left alone."""
    desk, shelf = Desk(system.db), Catalogue(system.db).shelf(city)
    if desk.requests(city):
        return 0
    order, number = count(), 0
    steps: list[tuple[datetime, int, str, Planned, int]] = [(one.at, next(order), "ask", one, 0) for one in plan]
    heapq.heapify(steps)
    with system.db.write():
        while steps and steps[0][0] <= until:
            at, _, act, one, request = heapq.heappop(steps)
            if act == "ask":
                resource = shelf.resources.get(one.resource)
                if resource is None:
                    continue
                names = [item.name for item in resource.information]
                wish = Wish(one.purpose, tuple(names[: max(2, len(names) // 2)]) if one.part else (), days=_DAYS)
                try:
                    made = desk.ask(person(system, one.department), city, resource, wish, at)
                except (BadInput, Busy, Refused):
                    continue
                number += 1
                if made["state"] == "asked":
                    heapq.heappush(steps, (at + one.after, next(order), one.outcome, one, made["request"]))
                elif one.ends:
                    heapq.heappush(steps, (one.ends, next(order), "revoke", one, made["request"]))
                _use(system, made["request"], one, made["decided_at"], until)
                continue
            who = one.department if act == "withdraw" else desk.request(request)["owner"]
            found = desk.act(person(system, who, is_owner=True), request, act, one.reason or ("用途已完成" if act == "revoke" else ""), at)
            if act == "grant" and one.ends:
                heapq.heappush(steps, (one.ends, next(order), "revoke", one, request))
            if act == "grant":
                _use(system, request, one, found["decided_at"], until)
        desk.sweep(city, until)
    return number


def person(system: System, department: str, is_owner: bool = False) -> Viewer:
    """Somebody of a department, as the demo city's history needs them."""
    role = "data_steward" if is_owner else "department_user"
    return viewer(f"{department}-{'steward' if is_owner else 'officer'}", "account", (Grant(role, privacy=1),), system.roles, department)


def _use(system: System, request: int, one: Planned, since: datetime | None, until: datetime) -> None:
    """The calls of the last days under a grant, by day."""
    if since is None or not one.calls:
        return
    end = min(one.ends or until, until)
    start = max(since.replace(tzinfo=UTC), end - timedelta(days=20))
    rows = []
    for n in range(max(0, (end - start).days)):
        day = (start + timedelta(days=n)).date()
        calls = max(1, one.calls + (7 * n) % 11 - 5)
        rows.append((day, calls, calls // 60, calls * 240, calls * 0.021, datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)))
    ledger.add_use(system.db, request, rows)
