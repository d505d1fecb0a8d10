"""The running Chengshu: settings, the database, and per city its values and versions. Made once, by run.py.

It is the only thing screens and routes hold on to; everything they show they ask here or from the capability
modules beside it, passing it along.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from app import watch
from app.access import CLEARED, Role, Viewer, read_roles
from app.alerts.watch import Watch
from app.audit import Audit
from app.catalogue.desk import Desk
from app.catalogue.shelf import Catalogue
from app.catalogue.uses import Uses
from app.errors import Busy, ChengshuError, NotFound
from app.forecast.outlooks import Outlooks
from app.forecast.training import Training
from app.identity import Identity
from app.indicators.latest import Latest, gather
from app.indicators.registry import Indicator
from app.indicators.registry import read as read_indicators
from app.indicators.values import Values
from app.lineage.events import Events
from app.saved import Saved
from app.secrets import Secrets
from app.service.kept import Kept
from app.service.shelf import Shelf
from app.settings import Settings
from app.wall.scenes import Scene
from app.wall.scenes import read as read_scenes
from app.wall.steer import Steering
from data import conservation, queries, shelf, store, tiles
from data.build import build
from data.connection import Database
from data.handin import HandIn
from data.intake import Receipt, take_in

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from app.catalogue.measures import Keeper
    from app.sight import Glass, Seen, Sight

log = logging.getLogger("chengshu")
VIEWS = 256         # views kept: one per viewer and right
FEW = 100           # buildings changed at once up to which only their own tiles are drawn again


@dataclass(frozen=True)
class City:
    """One city as its row says."""

    city: str
    number: int
    name_zh: str
    name_en: str
    is_synthetic: bool
    timezone: str
    code: str
    licence: str
    geometry_version: int
    value_version: int
    max_zoom: int
    tag: str = ""

    @property
    def address(self) -> str:
        """The version of its tiles as their address has it; who sees a part of the city has tiles of their own (`tag`)."""
        return f"{self.geometry_version}-{self.tag}" if self.tag else str(self.geometry_version)

    def name(self, language: str) -> str:
        """Its name in zh or en."""
        return self.name_zh if language == "zh" else self.name_en

    @property
    def is_baked(self) -> bool:
        """True once its tiles were drawn: a tile that is not kept has nothing in it then."""
        return self.geometry_version > 0


class System:
    """Everything that runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db = Database(settings.database, settings.memory_limit, settings.database_threads)
        self.built = build(self.db)
        self.indicators: dict[str, Indicator] = read_indicators(self.db)
        self.progress: dict[str, object] = {"is_ready": True, "is_whole": True, "text": "", "share": 1.0}
        self._values: dict[str, Values] = {}
        self._cities: dict[str, City] = {}
        self._newest: dict[str, tuple[int, int | None]] = {}
        self._counts: dict[str, tuple[int, list[dict[str, object]]]] = {}
        self._latest: dict[tuple[str, str], tuple[int, Latest]] = {}
        self._lock = threading.RLock()
        self._views: OrderedDict[tuple[Viewer, str], Seen] = OrderedDict()
        self._glasses: OrderedDict[str, Glass] = OrderedDict()
        self.roles: dict[str, Role] = read_roles()
        self.secrets = Secrets(settings.home)
        self.audit = Audit(settings.home, self.secrets, settings)
        self.identity = Identity(settings.home, settings, self.secrets, self.roles)
        self.identity.tell(self.audit.note)
        self.saved = Saved(self.identity.office)
        self.events = Events(settings.home, settings.lineage_days)
        self.keeper: Keeper | None = None
        self.opening: threading.Thread | None = None        # reads the cities' values at the start (run.py)
        self._is_closing = threading.Event()
        self.catalogue, self.desk, self.uses = Catalogue(self.db), Desk(self.db), Uses(self.db)
        self.scenes: dict[str, Scene] = read_scenes(settings.home)
        self.steering = Steering()
        self.alerts = Watch(self)
        self.watch, self.service, self.cases = watch.Watch(), Kept(), Shelf(self.db)
        self.outlooks, self.training = Outlooks(self), Training(self)
        self.read_cities()
        self.finish()

    def read_cities(self) -> dict[str, City]:
        """Read the rows of the cities again (names and versions)."""
        found = {row["city"]: City(**{**row, "licence": row["licence"] or "",
                                      "timezone": row["timezone"] or self.settings.timezone})
                 for row in queries.rows(self.db, "cities")}
        with self._lock:
            self._cities = found
        return found

    @property
    def cities(self) -> dict[str, City]:
        """Every city by key, the demo first."""
        return self._cities

    def city(self, key: str) -> City:
        """The city of that key; raises NotFound."""
        try:
            return self._cities[key]
        except KeyError:
            raise NotFound("No such city", "The switch at the top of the page lists them", value=key) from None

    def values(self, key: str) -> Values:
        """The values of a city's units; raises NotFound."""
        found = self._values.get(key)
        if found is not None:
            return found
        with self._lock:
            if key not in self._values:
                values = self._values[key] = Values(self.db, key, self.city(key).timezone, self.settings.values_bytes)
                values.expected, values.ahead = partial(self.outlooks.expected, key), partial(self.outlooks.ahead, key)
            return self._values[key]

    def newest(self, key: str) -> int | None:
        """Time of the newest reading of a city (epoch seconds), kept per value version."""
        city = self.city(key)
        kept = self._newest.get(key)
        if kept is None or kept[0] != city.value_version:
            found = queries.rows(self.db, "newest", city=key)
            kept = self._newest[key] = (city.value_version, found[0]["at"] if found else None)
        return kept[1]

    def newest_of(self, key: str, indicator: str) -> int | None:
        """Time of the newest reading of one indicator (epoch seconds); None where it has none."""
        cube = self.values(key).cube(indicator) if key in self.cities else None
        return int(cube.times[-1]) if cube is not None and cube.times.size else None

    def latest(self, key: str, level: str) -> Latest:
        """The newest and the most unusual values of a level, kept per value version (a newer one that is being published is as good)."""
        version = self.city(key).value_version
        kept = self._latest.get((key, level))
        if kept is None or kept[0] < version:
            with self._lock:
                kept = self._latest.get((key, level))
                if kept is None or kept[0] < version:
                    kept = self._gather(key, level, version)
        return kept[1]

    def _gather(self, key: str, level: str, version: int) -> tuple[int, Latest]:
        before = self._latest.get((key, level))
        found = self._latest[key, level] = (version, gather(self.values(key), level, list(self.indicators), before and before[1]))
        return found

    def warm(self, key: str) -> bool:
        """Load what the first visitor will ask for: the values of every indicator, the newest and the unusual. False: closed meanwhile."""
        def told(share: float) -> None:
            if self._is_closing.is_set():
                raise Busy("The program is closing", "Start it again")
            if not self.progress["is_ready"]:
                self.progress.update(text="values", share=share)

        values = self.values(key)
        try:
            values.preload(progress=told)
            for name in self.indicators:
                told(1.0)
                values.cube(name)
            for level in ("city", "district"):
                self.latest(key, level)
        except ChengshuError:
            if self._is_closing.is_set():
                return False
            raise
        return True

    def seen_by(self, viewer: Viewer, right: str) -> Seen:
        """The city as a viewer may see it under one right; kept, so that asking again costs nothing."""
        found = self._views.get((viewer, right))
        if found is not None:
            return found
        from app.sight import Seen

        with self._lock:
            found = self._views[viewer, right] = Seen(self, viewer, right)
            if len(self._views) > VIEWS:
                self._views.popitem(last=False)
            return found

    def glass(self, scope: str) -> Glass:
        """What the views of a scope share, kept while it is used."""
        from app.sight import Glass

        with self._lock:
            found = self._glasses.setdefault(scope, Glass())
            self._glasses.move_to_end(scope)
            if len(self._glasses) > VIEWS:
                self._glasses.popitem(last=False)
            return found

    def rows(self, name: str, **params: Any) -> list[dict[str, Any]]:
        """A named question (data/sql/query), answered for who may see everything, as a list of dicts."""
        return queries.rows(self._door, name, **self._bound(params))

    def columns(self, name: str, **params: Any) -> dict[str, Any]:
        """The same as {column: NumPy array}."""
        return queries.columns(self._door, name, **self._bound(params))

    def frame(self, name: str, **params: Any) -> pd.DataFrame:
        """The same as a pandas frame."""
        return queries.frame(self._door, name, **self._bound(params))

    def records(self, city: str, dataset: str, after: tuple[int, int], since: datetime, until: datetime, most: int) -> list[dict[str, Any]]:
        """Records as they stand, of units and with fields in sight, in the order of batch and row, after a place in it."""
        bound = self._bound({"city": city})
        return shelf.records(self._door, dataset, city, bound["privacy"], bound["bits"], bound["offsets"], after, since, until, most)

    def baked(self, city: str, group: str, z: int, x: int, y: int) -> bytes | None:
        """A tile as it was baked, gzipped; None where none is kept."""
        return tiles.blob(self.db, self.city(city).number, group, z, x, y)

    def live(self, city: str, group: str, z: int, x: int, y: int) -> bytes:
        """A tile made from its rows now, not compressed; empty where there is nothing."""
        return tiles.live(self.db, self.city(city).number, group, z, x, y)

    @property
    def _door(self) -> Database:
        return self.db

    def _bound(self, params: dict[str, Any]) -> dict[str, Any]:
        """What a question is asked with besides its own parameters: the units and the privacy level that may be seen."""
        return {**params, "bits": None, "offsets": None, "privacy": CLEARED}

    def sight(self, city: str, privacy: int = 0) -> Sight | None:  # noqa: ARG002 - one shape with Seen
        """The units of a city that may be seen; None for all of them."""
        return None

    def mask(self, city: str, level: str, privacy: int = 0) -> NDArray[np.bool_] | None:  # noqa: ARG002
        """One flag a unit of the level, None where all may be seen."""
        return None

    def roots(self, city: str) -> list[tuple[str, int]]:  # noqa: ARG002
        """(level, seq) of the units at which the view begins."""
        return [("city", 1)]

    def privacy(self, city: str, level: str = "", seq: int = 0) -> int:  # noqa: ARG002
        """The privacy level up to which fields of a unit may be seen."""
        return CLEARED

    def unit_counts(self, key: str) -> list[dict[str, object]]:
        """Per level: how many numbers were ever given (`size`), how many units stand (`standing`). Kept until units change."""
        version = self.city(key).geometry_version
        kept = self._counts.get(key)
        if kept is None or kept[0] != version:
            kept = self._counts[key] = (version, queries.rows(self.db, "unit_sizes", city=key))
        return kept[1]

    def unbalanced(self) -> list[dict[str, object]]:
        """Batches whose rows in are not accepted + rejected + duplicate: there must be none."""
        return queries.rows(self.db, "unbalanced")

    def not_conserved(self) -> list[conservation.Finding]:
        """What does not add up over everything in the database: there must be nothing."""
        return conservation.findings(self.db)

    def totals(self) -> list[conservation.Total]:
        """Rows in and what became of them, per city."""
        return conservation.totals(self.db)

    def take(self, hand_ins: Iterable[HandIn], progress: Callable[[Receipt], None] | None = None) -> list[Receipt]:
        """Take batches in and bring what they changed up to the city level and onto the map."""
        receipts = []
        for hand_in in hand_ins:
            receipts.append(take_in(self.db, hand_in))
            if progress:
                progress(receipts[-1])
        self.settle(receipts)
        return receipts

    def settle(self, receipts: list[Receipt]) -> None:
        """After a run of batches: tiles where shapes changed, trees where units changed, values where readings came."""
        self.read_cities()
        touched: dict[str, set[str]] = {}
        for key in dict.fromkeys(receipt.hand_in.city for receipt in receipts):
            mine = {receipt.hand_in.dataset for receipt in receipts if receipt.hand_in.city == key and receipt.accepted}
            closed = any(receipt.hand_in.snapshot for receipt in receipts if receipt.hand_in.city == key and not receipt.is_replay)
            if key not in self._cities:
                continue
            if "layer" in mine or closed:
                self.draw(key)
            elif "unit" in mine:
                batches = [receipt.batch for receipt in receipts if receipt.hand_in.city == key]
                few = store.few_buildings(self.db, key, batches, FEW) if self._cities[key].is_baked else None
                self.draw(key) if few is None else self.redraw(key, few)
            reported = store.indicators_with_data(self.db, key) if "unit" in mine else []
            if reported:
                self.values(key).rebuild()
                touched[key] = set(reported)
            else:
                touched[key] = set(self.values(key).take_up().names)
        versions = {row["city"]: row["value_version"] for row in queries.rows(self.db, "cities")}
        for key, level in list(self._latest):          # made before anybody is told that there is something new, so that nobody waits for it
            if key in touched and key in self._cities:
                self._gather(key, level, versions[key])
        self.read_cities()
        for key, indicators in touched.items():
            if indicators:
                self.alerts.take_up(key, indicators)
                self.outlooks.take_up(key, indicators)
        self.events.write(self.db)

    def draw(self, key: str, progress: Callable[[float], None] | None = None) -> None:
        """Cut and bake the tiles of a city, and give them a new address."""
        store.name_units(self.db, key)
        tiles.cut(self.db, key, None if progress is None else lambda share: progress(share * 0.6))
        tiles.bake(self.db, key, progress=None if progress is None else lambda share: progress(0.6 + share * 0.4))
        store.raise_geometry_version(self.db, key)
        self.values(key).forget_units()
        self.read_cities()

    def redraw(self, key: str, buildings: list[int]) -> int:
        """Some buildings changed: cut them again, bake the tiles they left and entered; returns how many tiles."""
        with self.db.write():
            store.name_units(self.db, key)
            drawn = {tile for seq in buildings for tile in tiles.edit_building(self.db, key, seq)}
            store.raise_geometry_version(self.db, key)
        self.values(key).forget_units()
        self.read_cities()
        return len(drawn)

    def finish(self) -> None:
        """Take up what an interrupted run left between the base library, the map and the tower; draw what was drawn by a version
        that kept tiles in another way."""
        unfinished = store.unfinished(self.db)
        for key, city in list(self._cities.items()):
            datasets = unfinished.get(key, set())
            is_changed = bool(datasets & {"unit", "layer"})
            if is_changed or (city.is_baked and not tiles.is_cut(self.db, city.number)):
                log.info("The tiles of %s are drawn anew", key)
                self.draw(key)
            if is_changed:
                self.values(key).rebuild()
            elif datasets:
                self.values(key).take_up()
        self.read_cities()
        if self._cities:
            self.events.write(self.db)

    def close(self) -> None:
        """Safe shutdown: waits for the writers."""
        self._is_closing.set()
        if self.opening is not None:
            self.opening.join(10)
        if self.keeper is not None:
            self.keeper.stop()
        self.training.stop()
        self.outlooks.stop()
        self.uses.flush()
        self.identity.close()
        self.audit.close()
        self.db.close()
