"""The panel of an indicator at a level: the values of its units as they are kept in memory, with who lies beside whom.

Steps nobody reported at all become gaps, so that a season stays a season. Neighbours are the nearest label points of the level;
the parent of a unit is not in its panel: levels are forecast side by side and made to agree afterwards (reconcile.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_array
from scipy.spatial import cKDTree

from app.forecast.cadence import cadence, steps
from app.forecast.frame import Panel
from app.forecast.register import LEAST, back
from app.forecast.special import special
from app.forecast.water import with_rain
from app.indicators.cube import Cube
from app.indicators.values import Values
from data import queries

NEAR = 5                    # neighbours a unit looks at
RAIN = "rain_mm_h"          # what rivers answer to, hours and days later
RECENT = 0.25               # share of the history in which a unit must have reported at all to be forecast


def panel_of(values: Values, name: str, level: str, until: int | None = None, units: NDArray[np.int64] | None = None,
             points: dict[str, Any] | None = None, most: int | None = None) -> tuple[Panel, NDArray[np.int64]] | None:
    """(the panel, the index (seq − 1) of each of its series) of an indicator at a level; None with too little history.

    `until`: as if that step (its start, epoch seconds) were the newest. `units`: some of the level's units, by index; None: all.
    `most`: steps to look back at (None: what the cadence has).
    """
    cube = values.cube(name)
    if level not in cube.levels:
        return None
    last = cube.at(level, until)
    if last is None:
        return None
    grid, history = regular(cube, level, last, units, most or back(cube.indicator.cadence))
    if grid.size < LEAST:
        return None
    told = ~np.isnan(history[int(grid.size * (1 - RECENT)):]).all(axis=0)
    chosen = np.flatnonzero(told)
    if chosen.size == 0:
        return None
    seqs = chosen if units is None else units[chosen]
    near = neighbours(points, seqs) if points is not None and seqs.size > NEAR else None
    panel = Panel(tuple(str(i) for i in seqs), grid, np.ascontiguousarray(history[:, chosen].T), cube.indicator.cadence, values.timezone,
                  neighbours=near)
    return (with_rain(panel, _rain(values, level, grid, seqs)) if led_by_rain(values, name) else panel), seqs


def led_by_rain(values: Values, name: str) -> bool:
    """Whether rain that is still on its way is a factor of an indicator: of water levels by the hour, where rain is reported."""
    if name not in special("water").indicators:
        return False
    rain = values.cube(RAIN)
    return rain.times.size > 0 and rain.indicator.cadence == values.cube(name).indicator.cadence


def _rain(values: Values, level: str, grid: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rain that fell on units in the steps of a grid [n × t], NaN where none was reported; of the city where the level has no rain."""
    cube = values.cube(RAIN)
    found = np.full((units.size, grid.size), np.nan)
    row = np.searchsorted(cube.times, grid)
    there = (row < cube.times.size) & (cube.times[np.minimum(row, cube.times.size - 1)] == grid)
    is_there = level in cube.levels
    found[:, there] = cube.steps(level if is_there else "city", row[there], units if is_there else np.zeros(units.size, np.int64)).T
    return found


def join(panels: list[Panel]) -> tuple[Panel, list[slice]]:
    """(one panel of all the series, the rows that each panel has in it): panels on the same grid, whose neighbours stay their own."""
    if len(panels) == 1:
        return panels[0], [slice(0, panels[0].n)]
    ends = np.cumsum([0, *(panel.n for panel in panels)])
    ids = tuple(f"{k}.{one}" for k, panel in enumerate(panels) for one in panel.ids)
    first = panels[0]
    known = {name: np.concatenate([_factor(panel, name) for panel in panels]) for name in sorted({name for panel in panels for name in panel.known})}
    return (Panel(ids, first.times, np.concatenate([panel.y for panel in panels]), first.cadence, first.timezone, known, neighbours=_beside(panels)),
            [slice(int(a), int(b)) for a, b in zip(ends[:-1], ends[1:], strict=True)])


def _factor(panel: Panel, name: str) -> NDArray[np.float64]:
    """A factor over the history of a panel's series [n × t]; NaN where the panel does not have it."""
    values = panel.known.get(name)
    return np.full(panel.y.shape, np.nan) if values is None else np.broadcast_to(values[..., : panel.t], panel.y.shape)


def _beside(panels: list[Panel]) -> csr_array | None:
    """The neighbours of joined panels, of which some may have none: their series look at nobody."""
    if all(panel.neighbours is None for panel in panels):
        return None
    blocks = [csr_array((panel.n, panel.n)) if panel.neighbours is None else panel.neighbours for panel in panels]
    return csr_array(block_diag(blocks, format="csr"))


def regular(cube: Cube, level: str, last: int, units: NDArray[np.int64] | None, most: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(times, [step × unit]) of at most `most` steps on a grid without holes that ends at row `last` of the cube."""
    step = cadence(cube.indicator.cadence)
    first = max(0, last + 1 - most)
    rows = np.arange(first, last + 1)
    found = cube.steps(level, rows, units)
    times = cube.times[rows]
    count = round((int(times[-1]) - int(times[0])) / step.seconds) + 2
    grid = steps(int(times[0]), 0, count, step, cube.timezone)
    grid = grid[: int(np.searchsorted(grid, times[-1], side="right"))]
    place = np.searchsorted(grid, times)
    fits = (place < grid.size) & (grid[np.minimum(place, grid.size - 1)] == times)
    if grid.size == times.size and fits.all():
        return grid, found
    filled = np.full((grid.size, found.shape[1]), np.nan)
    filled[place[fits]] = found[fits]
    return grid[-most:], filled[-most:]


def points_of(values: Values, level: str) -> dict[str, Any]:
    """The label points of a level: arrays seq, lon, lat."""
    return queries.columns(values.db, "unit_points", city=values.city, level=level, bits=None, offsets=None)


def neighbours(points: dict[str, Any], units: NDArray[np.int64]) -> csr_array | None:
    """Who looks at whom: the nearest NEAR units of each, near ones more; None where too few have a point."""
    seq = np.asarray(points["seq"], np.int64) - 1
    row = np.full(int(max(seq.max(initial=-1), units.max(initial=-1))) + 1, -1, np.int64)
    row[units] = np.arange(units.size)
    mine = np.flatnonzero(row[seq] >= 0)
    if mine.size <= NEAR:
        return None
    lat = np.asarray(points["lat"], np.float64)[mine]
    place = np.column_stack([np.asarray(points["lon"], np.float64)[mine] * np.cos(np.radians(lat.mean())), lat])
    apart, who = cKDTree(place).query(place, NEAR + 1)
    weight = 1.0 / np.maximum(apart[:, 1:], 1e-6)
    weight /= weight.sum(axis=1, keepdims=True)
    here = row[seq[mine]]
    return csr_array((weight.ravel(), (np.repeat(here, NEAR), here[who[:, 1:]].ravel())), shape=(units.size, units.size))
