"""Saved views: addresses that somebody keeps under a name, for themselves or shared with who may see the same.

A view is an address and nothing more: whoever opens it is shown what their own right lets them see. A shared one is offered
only to those who may open its page and see its city and every unit and indicator that it names, so that its name tells
nobody of what is out of their sight.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from app import access
from app.access import Viewer
from app.errors import BadInput, Busy, NotFound, Refused
from app.identity.office import Office
from app.query.question import units_named
from app.units.codes import listed

if TYPE_CHECKING:
    from app.sight import Seen

NAME_LONGEST, WORDS_LONGEST = 60, 8000  # characters
MOST = 100  # views of one person
KEEPERS = ("account", "local")  # kinds of viewers that are a person


@dataclass(frozen=True)
class Kind:
    """A page whose address can be kept: its path, the right that opens it, the words that make its address (besides the city)."""

    path: str
    right: str
    words: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "operations": Kind("/", "operations.read", ("unit", "topic", "sign", "severity", "since", "cases")),
    "map": Kind(
        "/map", "map.read", ("indicator", "level", "by", "show", "dims", "compare", "indicator2", "behind", "at", "tab", "explode", "units", "camera")
    ),
    "forecast": Kind("/forecast", "operations.read", ("unit", "sign", "steps", "at", "with", "s", "k", "show")),
    "query": Kind("/query", "sql.ask", ("q",)),
}


@dataclass(frozen=True)
class SavedView:
    """One kept address. `words` includes the city; `owner` is the name of the account, or local."""

    id: int
    owner: str
    page: str
    name: str
    words: dict[str, str]
    is_shared: bool
    is_start: bool
    made_at: int
    changed_at: int

    @property
    def address(self) -> str:
        """Where it opens."""
        return f"{KINDS[self.page].path}?{urlencode(self.words, safe=',')}"


class Saved:
    """The views that people keep (access.sqlite, table saved_view). Every change is written into the trail."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def mine(self, viewer: Viewer) -> list[SavedView]:
        """The views of somebody, by name."""
        rows = self.office.people.find("saved_view", owner=viewer.name) if viewer.kind in KEEPERS else []
        return sorted((_view(row) for row in rows if row["page"] in KINDS), key=lambda one: (one.name.casefold(), one.id))

    def shared(self, viewer: Viewer, views: Mapping[str, Seen]) -> list[SavedView]:
        """The views that others share and that this viewer may see all of; `views` is what they see of each page they may open."""
        others = [_view(row) for row in self.office.people.find("saved_view", is_shared=1) if row["owner"] != viewer.name and row["page"] in views]
        return sorted((one for one in others if is_in_sight(views[one.page], one)), key=lambda one: (one.name.casefold(), one.id))

    def start(self, viewer: Viewer) -> SavedView | None:
        """The view that somebody begins with; None without one, or where they may not open its page any more."""
        row = self.office.people.one("saved_view", owner=viewer.name, is_start=1) if viewer.kind in KEEPERS else None
        found = _view(row) if row is not None and row["page"] in KINDS else None
        return found if found is not None and viewer.may(KINDS[found.page].right) else None

    def keep(self, viewer: Viewer, page: str, words: str, name: str, is_shared: bool = False) -> SavedView:
        """Keep an address (its query string) under a name. Raises BadInput, Busy, Refused."""
        self._require_person(viewer)
        access.require(viewer, KINDS[page].right if page in KINDS else access.SIGNED_IN)
        told, shown, now = words_of(page, words), name_of(name), self.office.now()
        with self.office.people.write(is_quiet=True):
            if len(self.office.people.find("saved_view", owner=viewer.name)) >= MOST:
                raise Busy("You have as many views as are kept for one person", "Delete one that you no longer need")
            self._require_free(viewer, shown)
            number = self.office.people.add(
                "saved_view",
                owner=viewer.name,
                page=page,
                name=shown,
                words=json.dumps(told, ensure_ascii=False),
                is_shared=int(is_shared),
                made_at=now,
                changed_at=now,
            )
        self._note(viewer, "keep", f"{shown}{' (shared)' if is_shared else ''} {page}", told["city"])
        return self._one(viewer, number)

    def rename(self, viewer: Viewer, number: int, name: str) -> None:
        """Give a view another name. Raises BadInput, Busy, NotFound."""
        found, shown = self._one(viewer, number), name_of(name)
        with self.office.people.write(is_quiet=True):
            self._require_free(viewer, shown, but=number)
            self._set(number, name=shown)
        self._note(viewer, "rename", f"{found.name} → {shown}", found.words["city"])

    def share(self, viewer: Viewer, number: int, is_shared: bool) -> None:
        """Offer a view to others, or take it back."""
        found = self._one(viewer, number)
        self._set(number, is_shared=int(is_shared))
        self._note(viewer, "share" if is_shared else "withdraw", found.name, found.words["city"])

    def begin_with(self, viewer: Viewer, number: int, is_start: bool = True) -> None:
        """Let a view be the one that `/` opens, instead of the one before; or none."""
        found = self._one(viewer, number)
        with self.office.people.write(is_quiet=True):
            self.office.people.change("saved_view", {"owner": viewer.name}, is_quiet=True, is_start=0)
            if is_start:
                self._set(number, is_start=1)
        self._note(viewer, "start" if is_start else "no_start", found.name, found.words["city"])

    def delete(self, viewer: Viewer, number: int) -> None:
        """Take a view away for good."""
        found = self._one(viewer, number)
        with self.office.people.write(is_quiet=True):
            self.office.people.remove("saved_view", id=number, owner=viewer.name)
        self._note(viewer, "delete", found.name, found.words["city"])

    def _one(self, viewer: Viewer, number: int) -> SavedView:
        """A view of the viewer's own; another's is not there."""
        self._require_person(viewer)
        row = self.office.people.one("saved_view", id=number, owner=viewer.name) if number < 2**62 else None
        if row is None:
            raise NotFound("You have no such view", "Open the list again: it may have been deleted in another window", value=number)
        return _view(row)

    def _set(self, number: int, **values: Any) -> None:
        self.office.people.change("saved_view", {"id": number}, is_quiet=True, changed_at=self.office.now(), **values)

    def _require_person(self, viewer: Viewer) -> None:
        if viewer.kind not in KEEPERS:
            raise Refused("Views are kept for a person who is signed in", "Sign in with an account")

    def _require_free(self, viewer: Viewer, name: str, but: int = 0) -> None:
        held = self.office.people.one("saved_view", owner=viewer.name, name=name)
        if held is not None and held["id"] != but:
            raise Busy("You have a view of this name already", "Choose another name, or delete the old view", value=name)

    def _note(self, viewer: Viewer, act: str, detail: str, city: str) -> None:
        self.office.note(viewer.name, viewer.kind, f"view.{act}", "allowed", city=city, detail=detail)


def name_of(text: str) -> str:
    """The name that a view can have: one line of 1 to NAME_LONGEST characters. Raises BadInput."""
    shown = " ".join(text.split())
    if not shown or len(shown) > NAME_LONGEST or any(unicodedata.category(sign)[0] == "C" for sign in shown):
        raise BadInput("The name of a view has 1 to 60 characters", "Type a short name", value=shown[:80])
    return shown


def words_of(page: str, query: str) -> dict[str, str]:
    """The words of a page's address that make the view; others (language, colours) are the reader's own. Raises BadInput."""
    if page not in KINDS:
        raise BadInput("The address of this page cannot be kept", "Open the operations page, the map or the query builder", value=page[:40])
    if len(query) > WORDS_LONGEST:
        raise BadInput("The address is too long to be kept", "Select fewer units", value=len(query))
    said = dict(parse_qsl(query.lstrip("?")))
    if not said.get("city"):
        raise BadInput("The address names no city", "Save the view from the page itself")
    return {name: said[name] for name in ("city", *KINDS[page].words) if said.get(name)}


def is_in_sight(seen: Seen, view: SavedView) -> bool:
    """True where the viewer sees the city and every unit and indicator that the address names."""
    words = view.words
    if words.get("city") not in seen.cities:
        return False
    named = {words[name] for name in ("sign", "indicator", "indicator2") if words.get(name)}
    units = {*listed(words.get("units", "")), *words.get("with", "").split(","), words.get("unit", "")} - {""}
    units |= {part.removeprefix("road:") for part in words.get("s", "").replace(";", ",").split(",") if part.startswith("road:")}
    if "q" in words:
        units |= units_named(words["q"])
    if not named <= seen.indicators.keys():
        return False
    return not units or {row["code"] for row in seen.rows("units_by_codes", city=words["city"], codes=sorted(units))} >= units


def _view(row: dict[str, Any]) -> SavedView:
    return SavedView(
        row["id"],
        row["owner"],
        row["page"],
        row["name"],
        json.loads(row["words"]),
        bool(row["is_shared"]),
        bool(row["is_start"]),
        row["made_at"],
        row["changed_at"],
    )
