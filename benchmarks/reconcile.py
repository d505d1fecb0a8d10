"""Coherent forecasts of a whole tower: 100 000 units × 24 steps, and the same numbers as the dense solution of a small one."""

from __future__ import annotations

import numpy as np

from app.forecast.reconcile import reconcile
from benchmarks import Row, cpu_seconds, spread, times

SIZES = (1, 11, 120, 1_500, 8_000, 90_000)
STEPS = 24
LIMIT_MS = 500.0


def city(sizes: tuple[int, ...], seed: int = 7) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """(forecasts, parents, variances) of a made-up tower, siblings of uneven number; leaves are counts near zero."""
    rng = np.random.default_rng(seed)
    parents = [np.sort(np.r_[np.arange(a), rng.integers(0, a, b - a)]).astype(np.int64) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
    true = [rng.gamma(0.8, 5, (sizes[-1], STEPS))]
    for parent, n in zip(reversed(parents), reversed(sizes[:-1]), strict=True):
        level = np.zeros((n, STEPS))
        np.add.at(level, parent, true[0])
        true.insert(0, level)
    variances = [np.maximum(level.mean(axis=1), 1.0) for level in true]
    base = [level + rng.normal(0, np.sqrt(v)[:, None], level.shape) for level, v in zip(true, variances, strict=True)]
    return base, parents, variances


def measure(size: str = "") -> list[Row]:
    """`size` is the number of leaves (90 000: 99 632 units)."""
    sizes = (*SIZES[:-1], int(size or SIZES[-1]))
    base, parents, variances = city(sizes)
    label = f"{sum(sizes):,} units × {STEPS} steps"
    weight = np.random.default_rng(1).uniform(10, 900, sizes[-1])
    holes = [b.copy() for b in base]
    holes[-1][np.random.default_rng(2).random(holes[-1].shape) < 0.05] = np.nan
    ways = {
        "bottom-up": lambda _: reconcile(base, parents),
        "weighted by residual variance": lambda _: reconcile(base, parents, variances),
        "weighted means": lambda _: reconcile(base, parents, variances, "weighted_mean", weight),
        "5 % of the leaves missing": lambda _: reconcile(holes, parents, variances),
        "children of given parents only": lambda _: reconcile(base[-2:], parents[-1:], variances[-2:], fixed_top=True),
        "no leaf below zero": lambda _: reconcile(base, parents, variances, lower=0.0),
    }
    rows = []
    for name, way in ways.items():
        found, start = times(way, 5, 1), cpu_seconds()
        way(0)
        rows.append(spread(name, label, found, LIMIT_MS, at="p50", note=f"{1000 * (cpu_seconds() - start):.0f} CPU-ms"))
    found = reconcile(base, parents, variances, lower=0.0)
    gap = 0.0
    for k, parent in enumerate(parents):
        told = np.zeros_like(found[k])
        np.add.at(told, parent, found[k + 1])
        gap = max(gap, float(np.abs(told - found[k]).max()))
    rows.append(Row("children against parents, largest difference", label, gap, unit="", limit=1e-8))
    return [*rows, _dense()]


def _dense() -> Row:
    """The matrix solution of a small tower: the same numbers."""
    base, parents, variances = city((1, 6, 40, 600))
    starts = np.r_[0, np.cumsum([len(b) for b in base])]
    c = np.zeros((starts[3], starts[-1]))
    for k, parent in enumerate(parents):
        c[np.arange(starts[k], starts[k + 1]), np.arange(starts[k], starts[k + 1])] = 1
        c[starts[k] + parent, starts[k + 1] + np.arange(len(parent))] = -1
    v, y = np.concatenate(variances), np.concatenate(base)

    def solve(_: int) -> np.ndarray:
        return y - (v[:, None] * c.T) @ np.linalg.solve((c * v) @ c.T, c @ y)

    dense, ours = times(solve, 3, 1), times(lambda _: reconcile(base, parents, variances), 5, 1)
    gap = float(np.abs(solve(0) - np.concatenate(reconcile(base, parents, variances))).max())
    return Row("two passes against dense MinT, largest difference", f"{starts[-1]} units × {STEPS} steps", gap, unit="", limit=1e-8,
               note=f"{np.median(ours):.1f} ms, dense {np.median(dense):.1f} ms")
