"""The chosen models of an installation: what mgmt.champion says, and their files in `<home>/forecasts/<city>/`.

A model lives in one file (app/forecast/keep.py: arrays and plain values, never code). Trust is what is left of the skill that a
model had when it was chosen, by how it has done since: below DRIFTED it asks to be chosen anew.
"""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from app.errors import ChengshuError
from app.forecast import keep
from data import champions as stored

if TYPE_CHECKING:
    from app.system import System

DRIFTED = 0.5               # trust below which a model asks to be chosen anew
log = logging.getLogger("chengshu")


class Champions:
    """What was chosen, read once and after each choice."""

    def __init__(self, system: System) -> None:
        self._system, self._lock = system, threading.RLock()
        self._rows: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        self._versions: dict[str, int] = {}
        self._fitted: dict[tuple[str, str, str], tuple[int, Any]] = {}

    def rows(self, city: str) -> dict[tuple[str, str], dict[str, Any]]:
        """{(indicator, level): its newest choice}."""
        with self._lock:
            if city not in self._rows:
                self._rows[city] = {(row["indicator"], row["level"]): row for row in stored.standing(self._system.db, city)}
            return self._rows[city]

    def row(self, city: str, indicator: str, level: str) -> dict[str, Any] | None:
        """The choice for an indicator at a level; None where none was made."""
        return self.rows(city).get((indicator, level))

    def history(self, city: str, indicator: str, level: str) -> list[dict[str, Any]]:
        """Every choice made, the newest first."""
        return stored.history(self._system.db, city, indicator, level)

    def version(self, city: str) -> int:
        """A number that grows with every choice."""
        with self._lock:
            return self._versions.get(city, 0)

    def name(self, city: str, indicator: str, level: str) -> str:
        """The model chosen; empty where none was."""
        row = self.row(city, indicator, level)
        return row["model"] if row else ""

    def agreement(self, city: str, indicator: str, level: str) -> str:
        """How levels are made to agree: what was better on validation, bottom_up until something was chosen."""
        row = self.row(city, indicator, level)
        return str(row["params"].get("agreement", "bottom_up")) if row else "bottom_up"

    def fitted(self, city: str, indicator: str, level: str, ids: tuple[str, ...]) -> Any:
        """The stored model, if it was made for these series; None where there is none that fits them."""
        row = self.row(city, indicator, level)
        if row is None:
            return None
        with self._lock:
            kept = self._fitted.get((city, indicator, level))
            if kept is None or kept[0] != row["chosen_at"]:
                kept = self._fitted[city, indicator, level] = (row["chosen_at"], self._read(city, indicator, level))
        found = kept[1]
        is_same = found is not None and found.fitted.bands is not None and tuple(found.fitted.bands.ids) == ids
        return found if is_same else None

    def keep(self, city: str, row: dict[str, Any], champion: Any) -> None:
        """Write a choice: the file first, then the row that points at it."""
        path = self.file(city, row["indicator"], row["level"])
        path.parent.mkdir(parents=True, exist_ok=True)
        keep.save(champion, path)
        stored.keep(self._system.db, {**row, "city": city})
        with self._lock:
            self._rows.pop(city, None)
            self._fitted.pop((city, row["indicator"], row["level"]), None)
            self._versions[city] = self._versions.get(city, 0) + 1

    def file(self, city: str, indicator: str, level: str) -> Path:
        """Where a model is kept. Raises ValueError for a name that is none of ours."""
        if not all(re.fullmatch(r"[\w-]{1,80}", part, re.ASCII) for part in (city, indicator, level)):
            raise ValueError(f"not a name: {city!r}, {indicator!r}, {level!r}")
        return self._system.settings.home / "forecasts" / city / f"{indicator}-{level}.npz"

    def _read(self, city: str, indicator: str, level: str) -> Any:
        path = self.file(city, indicator, level)
        if not path.is_file():
            return None
        try:
            return keep.load(path.read_bytes())
        except (ChengshuError, OSError, ValueError, KeyError, BadZipFile):
            log.exception("The stored model of %s at %s cannot be read; a quick one stands in", indicator, level)
            return None
