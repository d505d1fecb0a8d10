"""The service cases of every city, kept in memory until a batch of them comes, whole and as far as each viewer sees them.

A batch of cases is merged into what is kept; whatever else changes them (a decision about a conflict, a withdrawal) shows in a
checksum that is asked for once a minute, and they are read afresh. A viewer of a part of a city counts over the cases at the
units in their sight.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.service.cases import Cases, gather
from app.service.cross import Cross
from data import queries
from data.connection import Database

if TYPE_CHECKING:
    from app.sight import Seen

CHECK_S = 60                # seconds after which the checksum is asked for again
MOST_PARTS = 16             # viewers' parts of cities kept
EVERYTHING = "all"


@dataclass(frozen=True)
class Kept:
    """The cases of a city with what says whether they are still right."""

    cases: Cases
    batch: int
    mark: tuple[int, int]
    checked_at: float


class Shelf:
    """The cases of every city, one for the whole program."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: dict[str, Kept] = {}
        self._parts: OrderedDict[tuple[str, str], tuple[Cases, object, Cases]] = OrderedDict()
        self._crossed: OrderedDict[tuple[str, str], Cross] = OrderedDict()
        self._lock = threading.RLock()

    def whole(self, city: str, batch: int) -> Cases:
        """Every case of a city; `batch` is the newest batch of cases that the asker knows of."""
        with self._lock:
            kept, now = self._kept.get(city), time.monotonic()
            if kept is None:
                return self._read(city, batch).cases
            if batch != kept.batch:
                change = kept.cases.merged(gather(self._db, city, kept.batch))
                mark = self._mark(city)
                if mark[0] != change.cases.size:          # something was taken away
                    return self._read(city, batch).cases
                self._kept[city] = Kept(change.cases, batch, mark, now)
                crossed = self._crossed.get((EVERYTHING, city))
                if crossed is not None and crossed.cases is kept.cases:
                    crossed.follow(change)
            elif now - kept.checked_at > CHECK_S:
                mark = self._mark(city)
                if mark != kept.mark:
                    return self._read(city, batch).cases
                self._kept[city] = replace(kept, checked_at=now)
            return self._kept[city].cases

    def seen(self, seen: Seen, city: str, batch: int) -> Cases:
        """The cases at units in a viewer's sight."""
        whole, sight = self.whole(city, batch), seen.sight(city)
        if sight is None:
            return whole
        with self._lock:
            kept = self._parts.get((seen.scope, city))
            if kept is None or kept[0] is not whole or kept[1] is not sight:
                codes = whole.names["unit"]
                told = {row["code"] for row in seen.rows("units_by_codes", city=city, codes=list(codes))}
                in_sight = np.asarray([code in told for code in codes] or [False])
                part = whole.only(in_sight[whole.unit]) if whole.size else whole
                kept = self._parts[seen.scope, city] = (whole, sight, part)
                if len(self._parts) > MOST_PARTS:
                    self._parts.popitem(last=False)
            self._parts.move_to_end((seen.scope, city))
            return kept[2]

    def crossed(self, seen: Seen, city: str, batch: int) -> Cross:
        """The counts along many sides at once of the cases in a viewer's sight."""
        cases, scope = self.seen(seen, city, batch), EVERYTHING if seen.sight(city) is None else seen.scope
        with self._lock:
            found = self._crossed.get((scope, city))
            if found is None or found.cases is not cases:
                found = self._crossed[scope, city] = Cross(cases, seen.city(city).timezone)
                if len(self._crossed) > MOST_PARTS:
                    self._crossed.popitem(last=False)
            self._crossed.move_to_end((scope, city))
            return found

    def _read(self, city: str, batch: int) -> Kept:
        mark = self._mark(city)
        found = self._kept[city] = Kept(gather(self._db, city), batch, mark, time.monotonic())
        return found

    def _mark(self, city: str) -> tuple[int, int]:
        row = queries.rows(self._db, "service_marks", city=city)[0]
        return int(row["cases"]), int(row["mark"] or 0)
