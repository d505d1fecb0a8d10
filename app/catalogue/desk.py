"""The request desk: a resource is asked for, granted at once or by its owner, used, and ended. One place says what may follow what.

    asked ─grant→ granted ─revoke→ revoked
      │               └────expire→ expired
      ├─refuse→ refused
      └─withdraw→ withdrawn

Resources shared unconditionally are granted by the rule itself, in the transaction of the asking (秒享). Whoever asked, and
their department, may use a grant while it is in force; the data behind it are still only those that their own rights show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.access import EVERY_DEPARTMENT, Viewer
from app.catalogue.entries import Resource
from app.errors import BadInput, Busy, NotFound, Refused
from data import ledger
from data.connection import Database

MOVES: dict[tuple[str, str], str] = {
    ("asked", "grant"): "granted",
    ("asked", "refuse"): "refused",
    ("asked", "withdraw"): "withdrawn",
    ("granted", "revoke"): "revoked",
    ("granted", "expire"): "expired",
}
STATES = ("asked", *dict.fromkeys(MOVES.values()))
ACTS = ("ask", *dict.fromkeys(act for _, act in MOVES))
BY_RULE, LONGEST_DAYS, PURPOSE, NOTE = "rule", 3 * 366, (4, 500), 500


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: which fields of which units, for what, from when to when, and until when they will use it.

    `fields` empty: every field. `units` empty: everything the resource covers. `since`, `until`: of the data; None for no limit.
    """

    purpose: str
    fields: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    days: int = 365


class Desk:
    """The desk of one database. `at` is now; only the demo city's history gives another time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def ask(self, viewer: Viewer, city: str, resource: Resource, wish: Wish, at: datetime | None = None) -> dict[str, Any]:
        """Ask for a resource; unconditional ones are granted in the same breath. Returns the request as it stands.

        Raises BadInput, Refused (not shared) or Busy (the same is asked for or granted already).
        """
        at = _whole(at)
        wish = checked(resource, wish)
        with self._db.write() as cursor:
            for one in ledger.requests(self._db, city, resource=resource.code):
                if holds(viewer, one) and (one["state"] == "asked" or in_force(one, at)):
                    raise Busy("You have asked for this resource already, or it is granted", "See it under requests", request=one["request"])
            asked = {
                "city": city,
                "resource": resource.code,
                "owner": resource.department,
                "sharing": resource.sharing,
                "holder": viewer.name,
                "department": _department(viewer),
                "purpose": wish.purpose,
                "fields": list(wish.fields),
                "units": list(wish.units),
                "since": wish.since,
                "until": wish.until,
                "expires_at": at + timedelta(days=wish.days),
            }
            number = ledger.open_request(cursor, asked, at)
            ledger.note_event(cursor, number, "ask", "asked", at, viewer.name, _department(viewer), wish.purpose)
            if resource.sharing == "unconditional":
                self._move(number, "grant", at, BY_RULE, "", resource.sharing_basis)
        return self.request(number)

    def act(self, viewer: Viewer, number: int, act: str, note: str = "", at: datetime | None = None) -> dict[str, Any]:
        """Grant, refuse, withdraw or revoke. Raises NotFound, Refused (not yours to do), or Busy (its state has moved on)."""
        at, found = _whole(at), self.request(number)
        if len(note) > NOTE:
            raise BadInput(f"A note has at most {NOTE} characters", "Shorten it")
        if act == "withdraw":
            if not holds(viewer, found):
                raise Refused("This is not your request", "Only who asked, or their department, can withdraw it")
        elif act in ("grant", "refuse", "revoke"):
            if not decides(viewer, found["owner"]):
                raise Refused("This resource is not your department's", "Its owner department decides, or a data steward")
            if act == "grant" and viewer.kind == "account" and viewer.name == found["holder"]:
                raise Refused("Nobody grants their own request", "Let another person of the owner department decide")
            if act in ("refuse", "revoke") and not note.strip():
                raise BadInput("A refusal or a revocation needs a reason", "Write why, in a sentence")
        else:
            raise BadInput("No such act", "Reload the page", value=act)
        with self._db.write():
            self._move(number, act, at, viewer.name, _department(viewer), note.strip())
        return self.request(number)

    def sweep(self, city: str, at: datetime | None = None) -> int:
        """Close the grants whose time is over, at the time at which it was; returns how many."""
        late = ledger.over(self._db, city, _whole(at))
        for number in late:
            with self._db.write():
                found = self.request(number)
                if found["state"] == "granted":
                    self._move(number, "expire", found["expires_at"], BY_RULE, "", "")
        return len(late)

    def _move(self, number: int, act: str, at: datetime, who: str, department: str, note: str) -> None:
        with self._db.write() as cursor:
            now = self.request(number)["state"]
            state = MOVES.get((now, act))
            if state is None:
                raise Busy("The request has moved on: this can no longer be done", "Reload the page", state=now)
            ledger.move(cursor, number, state, at, who, note)
            ledger.note_event(cursor, number, act, state, at, who, department, note)

    def request(self, number: int, city: str = "") -> dict[str, Any]:
        """One request as it stands; raises NotFound, also for one of another city than the named."""
        found = ledger.request(self._db, number)
        if found is None or city not in ("", found["city"]):
            raise NotFound("There is no such request", "The list of requests has their numbers", value=number)
        return found

    def life(self, number: int) -> list[dict[str, Any]]:
        """What happened to a request, in order: who, when, what."""
        return ledger.events(self._db, number)

    def requests(self, city: str, resource: str = "", most: int = ledger.SHOWN) -> list[dict[str, Any]]:
        """The requests of a city (for one resource, where it is named) with their use, the newest first, at most so many."""
        return ledger.requests(self._db, city, most, resource)

    def grant_of(self, viewer: Viewer, city: str, resource: str, number: int | None = None, at: datetime | None = None) -> dict[str, Any]:
        """The grant in force by which a viewer may use a resource; raises Refused, saying why where it is theirs."""
        at = _whole(at)
        mine = [one for one in ledger.requests(self._db, city, resource=resource) if holds(viewer, one) and number in (None, one["request"])]
        found = next((one for one in mine if in_force(one, at)), None)
        if found is not None:
            return found
        state = next((one["state"] if one["state"] != "granted" else "expired" for one in mine), "")
        raise Refused(
            {
                "asked": "Your request for this resource is not decided yet",
                "revoked": "Your grant for this resource was revoked",
                "expired": "Your grant for this resource has expired",
                "refused": "Your request for this resource was refused",
            }.get(state, "You have no grant for this resource"),
            "Ask for it on the page of the resource",
            value=resource,
        )


def checked(resource: Resource, wish: Wish) -> Wish:
    """The wish with its empty parts filled in; raises BadInput or Refused where the resource does not have it."""
    if not resource.is_active:
        raise Refused("This resource is retired", "Look for the one that took its place", value=resource.code)
    if not resource.is_shareable:
        raise Refused("This resource is not shared", resource.sharing_basis or "Its owner gives the reason", value=resource.code)
    purpose = " ".join(wish.purpose.split())
    if not PURPOSE[0] <= len(purpose) <= PURPOSE[1]:
        raise BadInput(f"A purpose has {PURPOSE[0]} to {PURPOSE[1]} characters", "Say in a sentence what the data are for")
    known = [one.name for one in resource.information]
    unknown = [name for name in wish.fields if name not in known]
    if unknown:
        raise BadInput("The resource has no such field", f"It has {', '.join(known)}", value=", ".join(unknown)[:80])
    if resource.units and any(not unit.startswith(resource.units) for unit in wish.units):
        raise BadInput("The resource does not cover this unit", "Choose units inside the area it covers")
    if not 1 <= wish.days <= LONGEST_DAYS:
        raise BadInput(f"A grant lasts 1 to {LONGEST_DAYS} days", "Ask again when it ends", value=wish.days)
    if wish.since and wish.until and wish.since > wish.until:
        raise BadInput("The period of the data ends before it begins", "Exchange the two dates")
    chosen = tuple(name for name in known if name in wish.fields) if wish.fields else tuple(known)
    return replace(wish, purpose=purpose, fields=chosen, units=tuple(dict.fromkeys(wish.units or resource.units)))


def in_force(request: dict[str, Any], at: datetime) -> bool:
    """True for a grant whose time is not over at a moment (aware, or naive UTC)."""
    return request["state"] == "granted" and request["decided_at"] <= _naive(at) < request["expires_at"]


def holds(viewer: Viewer, request: dict[str, Any]) -> bool:
    """True where a request is the viewer's: they asked, or they are of the department that did."""
    mine = _department(viewer)
    return viewer.name == request["holder"] if not mine or not request["department"] else mine == request["department"]


def decides(viewer: Viewer, owner: str) -> bool:
    """True where the viewer decides about what a department owns: they are of it, or a data steward."""
    return viewer.may("catalogue.approve") and (viewer.department in (EVERY_DEPARTMENT, owner) or viewer.may("data.steward"))


def _department(viewer: Viewer) -> str:
    return "" if viewer.department == EVERY_DEPARTMENT else viewer.department


def _whole(at: datetime | None) -> datetime:
    return (at or datetime.now(UTC)).replace(microsecond=0)


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
