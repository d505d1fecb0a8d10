"""Roads and tracks as lines: runs of lattice edges of one class, inner lanes, the railway and three metro lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo import names
from data.demo.lines import CLASSES, ROAD, Lines
from data.demo.parcels import Parcels
from data.demo.terrain import Terrain
from data.demo.zones import CODE

MIN_ZOOM = {"motorway": 6, "trunk": 7, "primary": 8, "secondary": 10, "tertiary": 11, "residential": 13, "lane": 14}
_SUFFIX = {"motorway": ("快速路", "Expressway"), "trunk": ("大道", "Avenue"), "primary": ("大道", "Avenue"),
           "secondary": ("路", "Road"), "tertiary": ("路", "Road"), "residential": ("街", "Street")}
METRO = (("地铁1号线", "Metro Line 1"), ("地铁2号线", "Metro Line 2"), ("地铁3号线", "Metro Line 3"))


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """Parallel arrays: class, names (Chinese, English), geometry in metres."""

    kind: list[str]
    zh: list[str | None]
    en: list[str | None]
    shape: np.ndarray


def draw_roads(terrain: Terrain, lines: Lines, node: np.ndarray, parcels: Parcels) -> Roads:
    """All roads; rings and motorways are rounded at their corners."""
    n = terrain.size.lattice
    zh, en = names.roads(terrain.seed, 2 * (n + 1))
    kind: list[str] = []
    label_zh: list[str | None] = []
    label_en: list[str | None] = []
    rings: list[np.ndarray] = []
    for turn, edges in ((0, lines.along), (1, lines.up.T)):
        for line in range(n + 1):
            points = node[line] if turn == 0 else node[:, line]
            name = turn * (n + 1) + line
            for start, stop, value in _runs(edges[line]):
                road = CLASSES[value]
                suffix = _SUFFIX[road]
                kind.append(road)
                label_zh.append(zh[name] + suffix[0])
                label_en.append(f"{en[name]} {suffix[1]}")
                rings.append(points[start : stop + 1])
    shape = _linestrings(rings)
    wide = np.array([k in ("motorway", "trunk") for k in kind])
    if wide.any():
        shape[wide] = [shapely.LineString(_rounded(shapely.get_coordinates(g))) for g in shape[wide]]
    inner = ~np.isin(parcels.lane_zone, [CODE["farmland"]])
    lanes = shapely.linestrings(parcels.lane[inner])
    kind += ["lane"] * len(lanes)
    label_zh += [None] * len(lanes)
    label_en += [None] * len(lanes)
    return Roads(kind, label_zh, label_en, np.concatenate([shape, lanes]))


def _runs(edge: np.ndarray) -> list[tuple[int, int, int]]:
    """(first, last + 1, class) of stretches of one class, at most 24 edges long; bare and canal edges left out."""
    change = np.flatnonzero(np.diff(edge)) + 1
    out = []
    for a, b in zip(np.r_[0, change], np.r_[change, len(edge)], strict=True):
        if edge[a] not in (ROAD["none"], ROAD["canal"]):
            out += [(s, min(s + 24, b), int(edge[a])) for s in range(a, b, 24)]
    return out


def _linestrings(parts: list[np.ndarray]) -> np.ndarray:
    index = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
    return shapely.linestrings(np.concatenate(parts), indices=index)


def _rounded(points: np.ndarray, rounds: int = 2) -> np.ndarray:
    """Chaikin's corner cutting with both ends kept."""
    for _ in range(rounds):
        a, b = points[:-1], points[1:]
        cut = np.stack([a * 0.75 + b * 0.25, a * 0.25 + b * 0.75], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], cut, points[-1:]])
    return points


def draw_canals(lines: Lines, node: np.ndarray) -> np.ndarray:
    """Canals as polygons 26 m wide, in metres."""
    out = []
    for column in np.flatnonzero((lines.up == ROAD["canal"]).any(axis=0)):
        rows = np.flatnonzero(lines.up[:, column] == ROAD["canal"])
        out.append(shapely.LineString(_rounded(node[rows[0] : rows[-1] + 2, column])).buffer(13.0, cap_style="flat"))
    return np.array(out, dtype=object)


def draw_rail(terrain: Terrain) -> shapely.Geometry:
    """The main line: in from the west, past the old town's north, out to the south-east."""
    t = np.linspace(0, 1, 160)
    u = -1.0 + 2.0 * t
    v = 0.46 - 0.30 * t + 0.05 * np.sin(6 * t) - 0.62 * np.clip(t - 0.45, 0, 1) ** 1.2
    return shapely.LineString(terrain.bend(u, v))


def draw_metro(terrain: Terrain) -> tuple[list[shapely.Geometry], list[np.ndarray]]:
    """Three metro lines and their stations, in metres."""
    t = np.linspace(0, 1, 140)
    paths = ((-0.58 + 1.22 * t, -0.10 + 0.30 * t - 0.16 * np.sin(3.1 * t)),
             (0.06 * np.sin(5 * t) + 0.04, -0.66 + 1.3 * t),
             (-0.42 + 0.95 * t, 0.44 - 0.92 * t + 0.14 * np.sin(4 * t)))
    lines = [shapely.LineString(terrain.bend(u, v)) for u, v in paths]
    stations = []
    for line in lines:
        count = max(3, int(line.length / max(900.0, terrain.size.half_m * 0.066)))
        stations.append(shapely.get_coordinates(shapely.line_interpolate_point(
            line, np.linspace(0.02, 0.98, count), normalized=True)))
    return lines, stations
