"""A backtest as plain values: what screens show, what mgmt.champion keeps."""

from __future__ import annotations

import math
from typing import Any

from app.forecast.backtest import Score, Scoreboard

NAIVES = ("persistence", "daily", "weekly")


def scores_of(board: Scoreboard | None, model: str) -> dict[str, Any]:
    """The scores of one model: {mae, rmse, skill_seasonal, skill_last, coverage80, coverage90, n, moments, since, until, beats_naive, naive,
    models, horizons}.

    `models` {name: {mae, rmse, skill_seasonal}} of every model and naive forecast compared; `horizons` one row a step: {step, mae, naive_mae,
    last_mae, skill, coverage80, coverage90, n}. Skill is 1 − RMSE ÷ RMSE of the naive forecast; numbers that are not known are None. Empty
    without a backtest.
    """
    mine = None if board is None else board.of(model)
    if board is None or mine is None:
        return {}
    best = min((one for name in NAIVES[1:] if (one := board.of(name)) is not None), key=lambda one: one.rmse, default=board.of(NAIVES[0]))
    steps = max(row.horizon for row in board.rows)
    return {"mae": _number(mine.mae), "rmse": _number(mine.rmse), "skill_seasonal": _number(mine.skill_seasonal),
            "skill_last": _number(mine.skill_persistence), **_coverage(mine), "n": mine.n, "moments": int(board.ends.size),
            "since": int(board.times[0]) if board.times.size else None, "until": int(board.times[-1]) if board.times.size else None,
            "beats_naive": bool(mine.skill_seasonal > 0 and mine.skill_persistence > 0), "naive": best.model if best else None,
            "models": {name: {"mae": _number(one.mae), "rmse": _number(one.rmse), "skill_seasonal": _number(one.skill_seasonal)}
                       for name in board.models if (one := board.of(name)) is not None},
            "horizons": [_step(board, model, best.model if best else model, step) for step in range(1, steps + 1)]}


def _step(board: Scoreboard, model: str, naive: str, step: int) -> dict[str, Any]:
    mine, theirs, last = (board.of(name, step) for name in (model, naive, NAIVES[0]))
    return {"step": step, "mae": _number(mine.mae if mine else None), "naive_mae": _number(theirs.mae if theirs else None),
            "last_mae": _number(last.mae if last else None), "skill": _number(mine.skill_seasonal if mine else None),
            **(_coverage(mine) if mine else {"coverage80": None, "coverage90": None}), "n": mine.n if mine else 0}


def _coverage(row: Score) -> dict[str, float | None]:
    return {f"coverage{100 * level:.0f}": _number(row.coverage.get(level)) for level in (0.8, 0.9)}


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), 6)
