"""The catalogue of one city as it stands, kept in memory and made again when a batch of it comes in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import shapely

from app.access import EVERY_DEPARTMENT, Viewer
from app.catalogue.desk import decides
from app.catalogue.entries import SHARING, Item, Resource, made, parts
from app.catalogue.rates import Judged, judge
from app.errors import NotFound, Refused
from data import ledger
from data import shelf as stored
from data.connection import Database
from data.pinyin import spell

LISTS = ("responsibility", "system", "demand")


@dataclass(frozen=True)
class Found:
    """One entry as the search holds it: `text` is everything a word can be found in, `names` what it is called."""

    entry: Resource | Item
    names: str
    text: str
    area: int
    facts: dict[str, str]


@dataclass
class Shelf:
    """Resources and items by code, the rows of the three lists, and what a search needs."""

    city: str
    resources: dict[str, Resource]
    items: dict[str, Item]
    lists: dict[str, list[dict[str, Any]]]
    departments: dict[str, dict[str, Any]]
    themes: dict[str, dict[str, Any]]
    areas: list[shapely.Geometry | None] = field(default_factory=list)
    _area_of: dict[tuple[str, ...], int] = field(default_factory=dict)

    def resource(self, code: str) -> Resource:
        """The resource of that code; raises NotFound."""
        try:
            return self.resources[code]
        except KeyError:
            raise NotFound("There is no such resource", "Look for it in the catalogue", value=code) from None

    @cached_property
    def index(self) -> list[Found]:
        """Every resource, then every item, with its words."""
        return [self._found(one) for one in (*self.resources.values(), *self.items.values())]

    def _found(self, one: Resource | Item) -> Found:
        department = self.departments.get(one.department, {})
        names = f"{one.code} {one.name_zh} {one.name_en} {spell(one.name_zh)}"
        more = [department.get("name_zh", ""), department.get("name_en", "")]
        area = self._area_of.get(one.units, 0) if isinstance(one, Resource) else 0
        if isinstance(one, Resource):
            theme = self.themes.get(one.theme, {})
            more += [one.abstract, one.keywords, one.provider, theme.get("name_zh", ""), theme.get("name_en", "")]
            more += [f"{item.name} {item.name_zh} {item.name_en}" for item in one.information]
        else:
            more += [one.basis]
        return Found(one, names.lower(), f"{names} {' '.join(more)}".lower(), area, facts_of(one))


def facts_of(one: Resource | Item) -> dict[str, str]:
    """What the filters ask of an entry."""
    if isinstance(one, Resource):
        return {"kind": "resource", "department": one.department, "topic": one.theme, "sharing": one.sharing if one.sharing in SHARING else ""}
    return {"kind": "item", "department": one.department, "topic": "", "sharing": ""}


class Catalogue:
    """The shelves of all cities of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: dict[str, tuple[tuple[int, int], Shelf]] = {}
        self._lock = threading.Lock()

    def shelf(self, city: str, geometry: int = 0) -> Shelf:
        """The catalogue of a city as it stands; `geometry` is the version of its shapes."""
        stamp = (stored.stamp(self._db, city), geometry)
        kept = self._kept.get(city)
        if kept is None or kept[0] != stamp:
            with self._lock:
                kept = self._kept.get(city)
                if kept is None or kept[0] != stamp:
                    kept = self._kept[city] = (stamp, self._read(city))
        return kept[1]

    def judge(self, city: str, at: datetime | None = None) -> dict[str, list[Judged]]:
        """Every row behind the three rates, now or as of a time."""
        return judge(self._db, city, at)

    def trend(self, city: str, department: str = "") -> list[dict[str, Any]]:
        """The rates day by day as they were kept, of the city or of one department."""
        return ledger.rates(self._db, city, department)

    def months(self, city: str) -> list[dict[str, Any]]:
        """Requests asked and closed by month and owner, and how long it took."""
        return ledger.months(self._db, city)

    def carrier(self, city: str, resource: Resource) -> dict[str, Any] | None:
        """The newest batch that carried the data of a resource; None where they do not lie here."""
        return stored.carrier(self._db, city, resource.stands_for) if resource.source[0] else None

    def confirm(self, viewer: Viewer, city: str, resource: Resource, at: datetime | None = None) -> None:
        """The owner says that a resource is up to date. Raises Refused for who does not own it."""
        if not decides(viewer, resource.department):
            raise Refused("This resource is not your department's", "Its owner department decides, or a data steward")
        ledger.confirm(
            self._db, city, resource.code, at or datetime.now(UTC), viewer.name, "" if viewer.department == EVERY_DEPARTMENT else viewer.department
        )

    def _read(self, city: str) -> Shelf:
        resources = {row["code"]: made(Resource, row) for row in stored.standing(self._db, "resource", city)}
        items = {row["code"]: made(Item, row) for row in stored.standing(self._db, "item", city)}
        departments = {row["id"]: row for row in self._db.rows("select * from catalogue.department")}
        themes = {row["id"]: row for row in self._db.rows("select * from catalogue.theme order by position")}
        found = Shelf(city, resources, items, {name: stored.standing(self._db, name, city) for name in LISTS}, departments, themes)
        self._measure(found)
        return found

    def _measure(self, shelf: Shelf) -> None:
        """One shape for every set of units that some resource covers; number 0 is the whole city."""
        sets = list(dict.fromkeys(one.units for one in shelf.resources.values() if one.units))
        shapes = stored.shapes(self._db, shelf.city, sorted({code for units in sets for code in units}))
        shelf.areas.append(stored.city_shape(self._db, shelf.city))
        for units in sets:
            mine = [shapes[code] for code in units if code in shapes]
            shelf._area_of[units] = len(shelf.areas)
            shelf.areas.append(shapely.union_all(mine) if mine else None)


def linked(shelf: Shelf, resource: Resource) -> dict[str, list[Any]]:
    """What is linked with a resource: items that use or make it, duties, systems, demands."""
    code = resource.code
    return {
        "items": [
            one for one in shelf.items.values() if code in parts(one.uses) or code in parts(one.produces) or one.code in parts(resource.linked_items)
        ],
        "responsibility": [row for row in shelf.lists["responsibility"] if row["resource"] == code],
        "system": [row for row in shelf.lists["system"] if code in parts(row["resources"])],
        "demand": [row for row in shelf.lists["demand"] if row["resource"] == code],
    }
