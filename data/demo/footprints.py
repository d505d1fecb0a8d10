"""Shapes of buildings seen from above: outlines on the unit square, stretched, turned and set down in metres."""

from __future__ import annotations

import numpy as np
import shapely

# Outlines run counter-clockwise on [-0.5, 0.5]², x along the street front.
OUTLINES: dict[str, tuple[tuple[float, float], ...]] = {
    "slab": ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "notched": ((-0.5, -0.4), (-0.2, -0.4), (-0.2, -0.5), (0.2, -0.5), (0.2, -0.4), (0.5, -0.4), (0.5, 0.5),
                (0.3, 0.5), (0.3, 0.36), (0.1, 0.36), (0.1, 0.5), (-0.1, 0.5), (-0.1, 0.36), (-0.3, 0.36),
                (-0.3, 0.5), (-0.5, 0.5)),
    "stepped": ((-0.5, -0.5), (0.0, -0.5), (0.0, -0.3), (0.5, -0.3), (0.5, 0.5), (0.0, 0.5), (0.0, 0.3), (-0.5, 0.3)),
    "l": ((-0.5, -0.5), (0.5, -0.5), (0.5, -0.08), (-0.08, -0.08), (-0.08, 0.5), (-0.5, 0.5)),
    "u": ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (0.2, 0.5), (0.2, -0.1), (-0.2, -0.1), (-0.2, 0.5), (-0.5, 0.5)),
    "t": ((-0.5, -0.5), (0.5, -0.5), (0.5, -0.1), (0.17, -0.1), (0.17, 0.5), (-0.17, 0.5), (-0.17, -0.1),
          (-0.5, -0.1)),
    "cross": ((-0.5, -0.2), (-0.22, -0.2), (-0.22, -0.5), (0.22, -0.5), (0.22, -0.2), (0.5, -0.2), (0.5, 0.2),
              (0.22, 0.2), (0.22, 0.5), (-0.22, 0.5), (-0.22, 0.2), (-0.5, 0.2)),
    "cut": ((-0.5, -0.25), (-0.25, -0.5), (0.25, -0.5), (0.5, -0.25), (0.5, 0.25), (0.25, 0.5), (-0.25, 0.5),
            (-0.5, 0.25)),
    "round": tuple((0.5 * np.cos(a), 0.5 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 21)[:-1]),
    "court": ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "podium": ((-0.5, -0.5), (0.38, -0.5), (0.5, -0.38), (0.5, 0.5), (-0.5, 0.5)),
}
HOLES: dict[str, tuple[float, float, float, float]] = {"court": (-0.2, -0.2, 0.2, 0.24)}
NAMES = tuple(OUTLINES)
SHAPE = {name: number for number, name in enumerate(NAMES)}


def draw(shape: np.ndarray, centre: np.ndarray, length: np.ndarray, depth: np.ndarray, angle: np.ndarray,
         hole: np.ndarray | None = None) -> np.ndarray:
    """Polygons in metres. `hole`: optional (n, 4) rectangle cut out, in metres in the building's own frame."""
    out = np.empty(len(shape), object)
    size = np.stack([length, depth], 1)
    for number, name in enumerate(NAMES):
        mine = np.flatnonzero(shape == number)
        if not len(mine):
            continue
        shell = np.array(OUTLINES[name])[None] * size[mine, None]
        cut = None
        if name in HOLES:
            x0, y0, x1, y1 = HOLES[name]
            cut = np.array([(x0, y0), (x0, y1), (x1, y1), (x1, y0)])[None] * size[mine, None]
        if name == "podium" and hole is not None:
            x0, y0, x1, y1 = hole[mine].T
            cut = np.stack([np.stack(p, 1) for p in ((x0, y0), (x0, y1), (x1, y1), (x1, y0))], axis=1)
        shell = _set_down(shell, centre[mine], angle[mine])
        if cut is None:
            out[mine] = shapely.polygons(shell)
        else:
            rings = shapely.linearrings(_set_down(cut, centre[mine], angle[mine]))
            out[mine] = shapely.polygons(shapely.linearrings(shell), rings[:, None])
    return out


def _set_down(local: np.ndarray, centre: np.ndarray, angle: np.ndarray) -> np.ndarray:
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y = local[..., 0], local[..., 1]
    return np.stack([x * c - y * s, x * s + y * c], axis=-1) + centre[:, None]
