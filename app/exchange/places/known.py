"""What an earlier import of the same place left: codes by identity, shapes of generated units."""

from __future__ import annotations

import re
from collections import defaultdict

import pandas as pd
import shapely


class Known:
    """Look-ups over earlier units: `codes[(level, source_id)]`, generated parts of a parent, the last number used.

    Built from None, from {(level, source_id): code}, or from a frame with columns level, source_id, code and,
    optionally, name_zh, name_en, geom (WKB, EPSG:4326) and valid_to (a retired unit keeps its number and may return).
    Hand in every unit the city ever had, floors left out.
    """

    def __init__(self, units: pd.DataFrame | dict[tuple[str, str], str] | None = None) -> None:
        self.codes: dict[tuple[str, str], str] = {}
        self._rows: dict[tuple[str, str], list[tuple[str, str | None, str | None, shapely.Geometry]]] = defaultdict(
            list
        )
        self._revision: dict[tuple[str, str], int] = defaultdict(int)
        self.city_shape: shapely.Geometry | None = None
        if isinstance(units, dict):
            self.codes = {key: code for key, code in units.items() if key[1] is not None}
        elif units is not None and len(units):
            self._from_frame(units)
        for level, id_ in self.codes:
            self._count_revision(level, id_)
        self.used = set(self.codes.values())

    def __bool__(self) -> bool:
        return bool(self.codes)

    def generated(self, level: str, parent_id: str) -> list[tuple[str, str | None, str | None, shapely.Geometry]]:
        """(source_id, name_zh, name_en, shape) of the units generated in a parent, latest revision, in order."""
        rows = self._rows.get((level, parent_id), [])
        return sorted(rows, key=lambda row: [int(n) for n in re.findall(r"\d+", row[0].rsplit("/", 1)[1])])

    def revision(self, level: str, parent_id: str) -> int:
        """The number a new way of cutting this parent must carry; 0 for the first."""
        return self._revision[(level, parent_id)]

    def _from_frame(self, units: pd.DataFrame) -> None:
        columns = {
            name: units[name] if name in units else [None] * len(units)
            for name in ("name_zh", "name_en", "geom", "valid_to")
        }
        rows = zip(units["level"], units["source_id"], units["code"], *columns.values(), strict=True)
        for level, id_, code, zh, en, geom, gone in rows:
            if id_ is None or pd.isna(id_):
                continue
            current = pd.isna(gone)
            if current or (level, id_) not in self.codes:
                self.codes[(level, id_)] = code
            shape = (
                geom
                if isinstance(geom, shapely.Geometry)
                else shapely.from_wkb(bytes(geom))
                if geom is not None and not pd.isna(geom)
                else None
            )
            if shape is None or not current:
                continue
            if level == "city":
                self.city_shape = shape
            match = re.fullmatch(rf"(.*)/{level}(?:-[\d.]+)?", id_)
            if match:
                self._rows[(level, match[1])].append((id_, zh, en, shape))

    def _count_revision(self, level: str, id_: str) -> None:
        match = re.fullmatch(rf"(.*)/{level}-(?:(\d+)\.)?\d+", id_)
        if match:
            key = (level, match[1])
            self._revision[key] = max(self._revision[key], int(match[2] or 0) + 1)
