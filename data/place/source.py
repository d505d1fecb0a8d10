"""What a place file becomes before anything is decided about it: frames, rejects, counts.

A reader never guesses the hierarchy; it says what the file holds, in the file's own coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

BUILDING = (
    "source_id", "name_zh", "name_en", "floors_above", "floors_below", "height_m", "min_height_m", "place_type",
    "address", "code", "parent_code",
)  # fmt: skip
"""Columns of `Source.buildings` (one row = one building) beside geometry; code and parent_code may be None."""

PART = ("source_id", "parent_id", "floors_above", "floors_below", "height_m", "min_height_m")
"""Columns of `Source.parts` (one row = one building part); parent_id is the outline's source_id where the file says."""

BOUNDARY = ("source_id", "admin_level", "level", "code", "parent_code", "name_zh", "name_en", "closed",
            "place_type", "address", "floors_above", "floors_below", "height_m")  # fmt: skip
"""Columns of `Source.boundaries`: admin_level is the country's own number (NaN unknown), level one of ours or None;
closed is "own" (its own lines close), "edge" (closed with the extract's edge) or "none" (a row without a shape)."""

LAYER = ("layer", "class", "source_id", "name_zh", "name_en", "min_zoom")
"""Columns of `Source.layers`: one row = one basemap feature."""

STOREY = ("source_id", "building_id", "floor_no", "kind", "name")
"""Columns of `Source.storeys`: one row = one thing seen on one floor; kind is floor | room | thing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read: `crs` None | "gcj02" | "bd09" | "EPSG:n"; the fields that carry names and codes; the level of
    what a table or a boundary file holds; `progress(step, share)` is told how far the reading is."""

    crs: str | None = None
    name_field: str | None = None
    code_field: str | None = None
    level: str | None = None
    progress: Callable[[str, float], None] | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One thing about one feature: why it was rejected, or how it was repaired."""

    id: str
    reason: str
    kind: str = "feature"
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def to_json(self) -> dict[str, object]:
        """The note without its empty fields, values cut at 120 characters."""
        row = {"id": self.id, "reason": self.reason, "kind": self.kind, "row": self.row, "column": self.column}
        if self.value is not None:
            row["value"] = self.value if len(self.value) <= 120 else self.value[:119] + "…"
        return {key: value for key, value in row.items() if value is not None}


@dataclass(slots=True)
class Source:
    """What one file holds. Coordinates are those of the file (`crs`); `count_in` counts the features considered:
    buildings, parts, boundaries, layer features, table rows, and what a floor plan draws (`on_floors` of those were taken
    in as floors and rooms); in = accepted + rejected + duplicate."""

    format: str
    file: Path
    crs: str = "EPSG:4326"
    buildings: gpd.GeoDataFrame = field(default_factory=lambda: frame(BUILDING))
    parts: gpd.GeoDataFrame = field(default_factory=lambda: frame(PART))
    boundaries: gpd.GeoDataFrame = field(default_factory=lambda: frame(BOUNDARY))
    layers: gpd.GeoDataFrame = field(default_factory=lambda: frame(LAYER))
    storeys: gpd.GeoDataFrame = field(default_factory=lambda: frame(STOREY))
    extent: tuple[float, float, float, float] | None = None
    as_of: datetime | None = None
    licence: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    rejects: list[Note] = field(default_factory=list)
    repairs: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    count_in: int = 0
    on_floors: int = 0
    duplicates: int = 0

    def reject(self, id_: object, reason: str, kind: str = "feature", **where: object) -> None:
        """Keep out one feature and say why."""
        self.rejects.append(_note(id_, reason, kind, where))

    def repair(self, id_: object, reason: str, kind: str = "feature", **where: object) -> None:
        """Note that one feature was taken in changed, or without one of its values."""
        self.repairs.append(_note(id_, reason, kind, where))

    @property
    def moment(self) -> datetime:
        """When the data were true: the file's own timestamp, else when it was last written."""
        return self.as_of or datetime.fromtimestamp(self.file.stat().st_mtime, tz=UTC)


def frame(columns: tuple[str, ...], rows: dict[str, object] | None = None, geometry: object = None) -> gpd.GeoDataFrame:
    """A frame with exactly these columns (missing ones None) and a geometry column without CRS."""
    rows = rows or {}
    geometry = np.array([], dtype=object) if geometry is None else geometry
    data = {
        name: _objects(rows[name]) if name in rows else np.full(len(geometry), None, dtype=object) for name in columns
    }
    table = pd.DataFrame(data, index=pd.RangeIndex(len(geometry)), dtype=object)
    for name in ("floors_above", "floors_below", "height_m", "min_height_m", "admin_level"):
        if name in table:
            table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
    return gpd.GeoDataFrame(table, geometry=np.asarray(geometry, dtype=object))


def _objects(values: object) -> np.ndarray:
    """Values as they are, None staying None (pandas would make it NaN among texts)."""
    column = np.empty(len(values), dtype=object)  # type: ignore[arg-type]
    column[:] = list(values)  # type: ignore[call-overload]
    return column


def _note(id_: object, reason: str, kind: str, where: dict[str, object]) -> Note:
    row, column, value = where.get("row"), where.get("column"), where.get("value")
    return Note(str(id_), reason, kind, row, column, None if value is None else str(value))  # type: ignore[arg-type]
