"""What the tablet, the wall and the morning brief say of a city, as plain facts: they ask the same questions and get the same answers.

Every function is of (what the viewer sees, the city, its time); nothing here knows words or looks.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np

from app.alerts import board
from app.forecast import told as forecasts
from app.indicators import learnt
from app.indicators.cube import length_of
from app.indicators.health import Node, health, movers, root
from app.indicators.registry import Indicator
from app.indicators.series import last_days
from app.indicators.status import AMBER_SCORE, STATUS, allowance, is_judged, judge_all, now_of, of_unit
from app.sight import Seen
from app.units import cards
from data import registers
from data.levels import LEVELS

FIRST = ("aqi", "congestion_index", "power_load_mw", "load_ratio_pct", "er_load_pct", "crowd_density", "water_supply_m3_h", "mentions_per_h")
HOUR = 3600
MOST_WHERE = 3
MOST_AREAS = 400
MOST_STANDING = 5000


def row_of(one: Indicator) -> dict[str, Any]:
    """A registry row as screens take it."""
    return {"id": one.id, "name_zh": one.name_zh, "name_en": one.name_en, "theme": one.theme, "unit": one.unit, "decimals": one.decimals,
            "direction": one.direction, "thresholds": list(one.thresholds), "cadence": one.cadence, "owner": one.owner,
            "native_level": one.native_level}


def departments(seen: Seen) -> dict[str, dict[str, Any]]:
    """{id: {name_zh, name_en}}: who is in charge."""
    return {row["id"]: row for row in seen.rows("departments")}


@cache
def procedures() -> dict[str, dict[str, str]]:
    """Every procedure by id: names and steps."""
    return {row["id"]: row for row in registers.rows("procedures")}


def headline(seen: Seen, city: str) -> dict[str, Any]:
    """The city in one look: {status, score, change, themes: [{id, names, status, counts, signs}], counts of themes, signs, alerts, judged}.

    `signs` of a theme are its indicators that are not green, the worst first. `judged` is False where nothing fresh can be judged.
    `score` is of the signs alone; a grave alert that still stands colours the city too (`coloured`).
    """
    tree = health(seen, city)
    themes = [{"id": theme.id, "name_zh": theme.name_zh, "name_en": theme.name_en, "status": theme.status, "score": theme.value,
               "change": theme.change, "counts": theme.counts, "signs": [_sign(seen, theme.find(name)) for name in theme.why]}
              for theme in tree.children]
    themes.sort(key=lambda theme: ("red", "amber", "grey", "green").index(theme["status"]))
    status = coloured(tree.status, board.alerts(seen, city, most=MOST_STANDING))
    return {"status": status, "score": tree.value, "change": tree.change, "themes": themes, "counts": tree.counts,
            "signs": {color: sum(theme.counts[color] for theme in tree.children) for color in ("green", "amber", "red", "grey")},
            "alerts": board.counts(seen, city), "judged": tree.value is not None}


def coloured(status: str, alerts: list[dict[str, Any]]) -> str:
    """A status as alerts leave it: red while a red one stands, amber at least while an orange one does."""
    standing = {row["severity"] for row in alerts if row["state"] != "closed" and row["ended_at"] is None}
    if "red" in standing:
        return "red"
    return "amber" if "orange" in standing and status != "red" else status


def _sign(seen: Seen, node: Node | None) -> dict[str, Any]:
    assert node is not None         # `why` names children of the node
    return {"indicator": row_of(seen.indicators[node.id]), "value": node.value, "at": node.at, "status": node.status, "change": node.change,
            "counts": node.counts, "where": _where(node)}


def _where(node: Node) -> list[dict[str, Any]]:
    """The units below that moved an indicator most: {code, names, level, value, change, moved, share, status}."""
    return [{"code": child.id, "level": child.level, "name_zh": child.name_zh, "name_en": child.name_en, "value": child.value,
             "change": child.change, "moved": child.moved, "share": child.share, "status": child.status}
            for child in node.children if child.moved][:MOST_WHERE]


def signs(seen: Seen, city: str) -> list[dict[str, Any]]:
    """Every vital sign with a value at the root of the view, in registry order: {indicator, value, at, status, usual, low, high, score, is_old}.

    `usual`, `low` and `high` are the band learnt from the same time of day (None where too little is known), `score` how far the value
    lies from its middle in robust standard deviations.
    """
    unit, now = root(seen, city), now_of(seen, city)
    found = []
    for name, one in seen.indicators.items() if unit else ():
        cube = seen.values(city).cube(name)
        if unit["level"] not in cube.levels:
            continue
        step = cube.last(unit["level"], unit["seq"])
        value = None if step is None else float(cube.values(unit["level"], step)[unit["seq"] - 1])
        if step is None or value is None or not np.isfinite(value):
            continue
        at = int(cube.times[step])
        is_old = now - at > allowance(one.cadence)
        band = learnt.band_of(cube, unit["level"], unit["seq"], step)
        found.append({"indicator": row_of(one), "code": unit["code"], "value": value, "at": at, "is_old": is_old,
                      "status": of_unit(cube, unit["level"], unit["seq"], step, value, now), "is_judged": is_judged(one),
                      "score": None if is_old else _number(band.score(value)), **_limits(band)})
    return found


def changes(seen: Seen, city: str, most: int = 8) -> list[dict[str, Any]]:
    """The signs beyond their usual band, farthest first, each with its change since yesterday and the units that moved it."""
    beyond = [row for row in signs(seen, city) if row["score"] is not None and abs(row["score"]) >= AMBER_SCORE]
    beyond.sort(key=lambda row: (-abs(row["score"]), row["indicator"]["id"]))
    found = []
    for row in beyond[:most]:
        node = movers(seen, city, row["indicator"]["id"])
        found.append({**row, "change": node.change, "where": _where(node)})
    return found


def expected(seen: Seen, city: str, hours: int = 6, most: int = 6, waits: bool = True) -> list[dict[str, Any]]:
    """The hours to come of the first hourly signs: {indicator, code, hours: [{at, usual, low, high}], value, at, status, kind, …}.

    `kind` is forecast: what is expected with its 90 % band, with `model`, `skill` (over the seasonal naive forecast, in the backtest) and
    `breach` {limit, chance, at} where the sign has a limit that counts. Where nothing can be forecast it is usual: the band of the same
    hour on the same kind of day, learnt from so many earlier ones (`learnt_from`). Without `waits` a forecast that is not made yet is none.
    """
    unit, found = root(seen, city), []
    fresh = {row["indicator"]["id"]: row for row in signs(seen, city) if not row["is_old"]}
    for name in [name for name in (*FIRST, *fresh) if name in fresh]:
        one = seen.indicators[name]
        if any(row["indicator"]["id"] == name for row in found) or length_of(one.cadence) > HOUR or unit is None:
            continue
        ahead = _forecast(seen, city, unit, name, hours, waits) or _usual(seen, city, unit, name, fresh[name]["at"], hours)
        if ahead is not None:
            found.append({"indicator": row_of(one), "code": unit["code"], "value": fresh[name]["value"], "at": fresh[name]["at"],
                          "status": fresh[name]["status"], **ahead})
        if len(found) == most:
            break
    return found


def _forecast(seen: Seen, city: str, unit: dict[str, Any], name: str, hours: int, waits: bool) -> dict[str, Any] | None:
    """What is expected over the next hours; None where there is no forecast of the unit itself that ends after them."""
    line = forecasts.line(seen, city, unit, name, waits=waits)
    if line is None or line.code != unit["code"]:
        return None
    within = line.times <= line.cutoff + hours * HOUR
    if not within.any():
        return None
    low, high = line.bands[0.9]
    steps = [{"at": int(line.times[k]), "usual": float(line.y[k]), "low": float(low[k]), "high": float(high[k])} for k in np.flatnonzero(within)]
    return {"kind": "forecast", "hours": steps, "model": line.model, "skill": line.scores.get("skill_seasonal"), "cutoff": line.cutoff,
            "breach": forecasts.breach(seen.indicators[name], line, hours * HOUR)}


def _usual(seen: Seen, city: str, unit: dict[str, Any], name: str, last: int, hours: int) -> dict[str, Any] | None:
    """What is usual at those hours, learnt from earlier days; None where too little is known of one of them."""
    one, cube = seen.indicators[name], seen.values(city).cube(name)
    ahead = last + HOUR * np.arange(1, hours + 1)
    times, steps = np.r_[cube.times, ahead], []
    _, series = cube.series(unit["level"], unit["seq"])
    for k in range(hours):
        rows = learnt.like(times, cube.times.size + k, one.cadence, cube.timezone)
        rows = rows[rows < series.size]
        band = learnt.learn(series[rows][:, None], one).of(0) if rows.size >= learnt.LEAST else learnt.Band(np.nan, np.nan)
        steps.append({"at": int(ahead[k]), "learnt_from": int(rows.size), **_limits(band)})
    return {"kind": "usual", "hours": steps} if all(step["usual"] is not None for step in steps) else None


def small_map(seen: Seen, city: str, name: str) -> list[dict[str, Any]]:
    """The units of a level small enough for a small map, coloured by an indicator: [{code, rings: (((lon, lat), …), …), status}].

    Streets where there are up to MOST_AREAS of them and the indicator goes so deep, districts otherwise; empty without shapes.
    """
    native = seen.indicators[name].native_level
    sizes = {str(row["level"]): int(str(row["standing"])) for row in seen.unit_counts(city)}
    levels = [level for level in ("street", "district") if LEVELS.index(level) <= LEVELS.index(native) and 0 < sizes.get(level, 0) <= MOST_AREAS]
    if not levels:
        return []
    level = levels[0]
    kept = seen.latest(city, level)
    if name not in kept.indicators:
        return []
    k = kept.indicators.index(name)
    status = judge_all(kept.value[k], kept.at[k], now_of(seen, city), seen.indicators[name], kept.bands[k])
    return [{"code": code, "rings": rings, "status": STATUS[int(status[seq - 1])] if 0 < seq <= status.size else "grey"}
            for seq, code, rings in _areas(seen, city, level, seen.city(city).geometry_version)]


@lru_cache(maxsize=32)
def _areas(seen: Seen, city: str, level: str, version: int) -> list[tuple[int, str, tuple[tuple[tuple[float, float], ...], ...]]]:  # noqa: ARG001
    """(seq, code, outer rings) of the units of a level in sight."""
    found = []
    for feature in cards.shapes(seen, city, level, None)["features"]:
        told, shape = feature["properties"], feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"] if shape["type"] == "MultiPolygon" else []
        found.append((told["seq"], told["code"], tuple(tuple((point[0], point[1]) for point in rings[0]) for rings in polygons)))
    return found


def course(seen: Seen, city: str, name: str, hours: int = 48) -> tuple[list[int], list[float | None]]:
    """Times and values of an indicator at the root of the view over the last hours (14 steps at least)."""
    unit = root(seen, city)
    if unit is None:
        return [], []
    return last_days(seen, city, unit, name, days=max(1, hours // 24)).points()


def alerts(seen: Seen, city: str, most: int = 12) -> list[dict[str, Any]]:
    """The open alerts, the gravest first, each with its indicator's row and its procedure (None where none is registered)."""
    return [told_alert(seen, row) for row in board.alerts(seen, city, most=most)]


def red(seen: Seen, city: str) -> dict[str, Any] | None:
    """The red alert that nobody has acknowledged, the newest; with how many there are (`reds`)."""
    rows = [row for row in board.alerts(seen, city, ("raised",), 200) if row["severity"] == "red"]
    if not rows:
        return None
    newest = max(rows, key=lambda row: (row["raised_at"], row["number"]))
    return {**told_alert(seen, newest), "reds": len(rows)}


def told_alert(seen: Seen, row: dict[str, Any]) -> dict[str, Any]:
    """An alert as screens take it: with `sign` (its indicator's row), `unit` (as names are told) and `steps` (its procedure)."""
    unit = {name: row[f"unit_{name}"] for name in ("code", "level", "seq", "name_zh", "name_en")}
    return {**row, "sign": row_of(seen.indicators[row["indicator"]]), "unit": unit, "steps": procedures().get(row["procedure"])}


def unit_of(seen: Seen, city: str, code: str) -> dict[str, Any]:
    """The row of a unit; raises NotFound."""
    return cards.unit(seen, city, code)


def _limits(band: learnt.Band) -> dict[str, float | None]:
    usual, spread = _number(band.centre), _number(band.spread)
    if usual is None or spread is None:
        return {"usual": None, "low": None, "high": None}
    low = usual - AMBER_SCORE * spread
    return {"usual": usual, "low": max(low, 0.0) if usual >= 0 else low, "high": usual + AMBER_SCORE * spread}


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
