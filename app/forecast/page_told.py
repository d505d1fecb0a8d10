"""What each panel of the forecast page is told, as plain facts; one function a panel, by the name of its file in layouts/panels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.forecast import page
from app.forecast.cadence import cadence
from app.forecast.page import Foreseen
from app.forecast.register import breach_limit, farthest, horizon
from app.forecast.scenario import Scenario
from app.forecast.special import serving
from app.forecast.told import Line
from app.indicators.owners import themes
from app.indicators.registry import Indicator
from app.sight import Seen
from app.units import cards

MOST_HISTORY = 8            # choices of a model that are listed
DAY = 86_400
SCORED = ("skill_seasonal", "skill_last", "mae", "rmse", "coverage80", "coverage90", "n", "horizons", "beats_naive", "naive", "models")


def sign_row(one: Indicator) -> dict[str, Any]:
    """An indicator as panels take it; `breach`: the limit whose crossing is one, and whether it is passed upwards."""
    limit = breach_limit(one)
    return {"id": one.id, "name_zh": one.name_zh, "name_en": one.name_en, "theme": one.theme, "unit": one.unit, "decimals": one.decimals,
            "direction": one.direction, "thresholds": list(one.thresholds), "cadence": one.cadence,
            "breach": None if limit is None else {"limit": limit[0], "is_upwards": limit[1]}}


def head(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:
    """Who and what is looked at, and what is expected in a few numbers."""
    here = made.look
    one = seen.indicators.get(here.indicator)
    chain = [*cards.ancestors(seen, city, here.unit), here.unit] if here.unit else []
    found: dict[str, Any] = {
        "chain": chain, "unit": here.unit, "indicator": sign_row(one) if one else None, "why": made.why, "cutoff": here.cutoff, "steps": here.steps,
        "themes": _groups(seen, here.choice), "refused": [{"fact": error.fact, "remedy": error.remedy} for error in here.refused], "line": None,
        "usual": horizon(one.cadence) if one else 0, "farthest": farthest(one.cadence) if one else 0}
    if made.line is None or one is None:
        return found
    line = made.line
    high, low = int(np.argmax(line.y)), int(np.argmin(line.y))
    chance = page.breach(one, line)
    likely = None if chance is None else int(np.argmax(chance))
    lo80, hi80 = line.bands[0.8]
    scores = line.scores or {}
    stands_in = cards.unit(seen, city, line.code) if here.unit and line.code != here.unit["code"] else None
    return {**found, "is_stale": page.is_stale(seen, city, line), "stands_in": stands_in,
            "line": {"model": line.model, "cutoff": line.cutoff, "from": int(line.times[0]), "until": int(line.times[-1]), "said": said(line),
                     "high": _point(line, high), "low": _point(line, low), "is_chosen": line.chosen is not None,
                     "chance": None if likely is None or chance is None else {**_point(line, likely), "chance": float(chance[likely])},
                     "half": float(np.median((hi80 - lo80) / 2)), "mae": scores.get("mae"), "beats_naive": scores.get("beats_naive"),
                     "against": against(seen, city, line)}}


def against(seen: Seen, city: str, line: Line) -> list[dict[str, Any]]:
    """How the mean of the coming period compares with what was reported a day, a week or a year before: [{lag, change, share}]."""
    one, step = seen.indicators[line.indicator], cadence(seen.indicators[line.indicator].cadence)
    times, values = seen.values(city).cube(one.id).series(line.level, line.seq, None, line.cutoff)
    lags = {"PT": (("day", DAY), ("week", 7 * DAY)), "P1D": (("week", 7 * DAY),)}.get("PT" if one.cadence.startswith("PT") else one.cadence)
    found = []
    if lags is None:
        back = {"P1M": 12, "P3M": 4, "P7D": 52}.get(one.cadence, 0)
        before = values[values.size - back:][: line.y.size] if 0 < back <= values.size else values[:0]
        found = [("year", line.y[: before.size], before)]
    else:
        for name, lag in lags:
            ahead = max(1, min(line.y.size, lag // step.seconds))
            at = np.searchsorted(times, line.times[:ahead] - lag)
            fits = (at < times.size) & (times[np.minimum(at, times.size - 1)] == line.times[:ahead] - lag) if times.size else np.zeros(ahead, bool)
            found.append((name, line.y[:ahead][fits], values[at[fits]] if fits.any() else values[:0]))
    rows = []
    for name, ours, theirs in found:
        known = np.isfinite(theirs)
        if known.sum() * 2 >= max(1, theirs.size) and known.any():
            was, change = float(theirs[known].mean()), float(ours[known].mean() - theirs[known].mean())
            rows.append({"lag": name, "change": change, "share": change / abs(was) if was else None})
    return rows


def units(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:
    """The units below with what is expected of them at the step looked at."""
    if made.line is None:
        return {"rows": [], "step": 0, "others": []}
    rows, are_below = page.listed(seen, city, made.look)
    return {"rows": rows, "are_below": are_below, "here": made.look.unit["code"] if made.look.unit else "",
            "others": [row["code"] for row in made.look.others], "model": made.line.model,
            "cutoff": made.line.cutoff, "indicator": sign_row(seen.indicators[made.line.indicator]),
            "at": int(made.line.times[min(made.look.step, made.line.times.size - 1)])}


def chart(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:
    """History, forecast, what came later, the units beside it, and what would be under each scenario."""
    line = made.line
    if line is None:
        return {"line": None, "why": made.why}
    times, values = page.history_of(seen, city, line, made.look.steps)
    truth = page.truth_of(seen, city, line) if made.look.cutoff is not None else None
    others = []
    for row, other in made.others:
        past, was = page.history_of(seen, city, other, made.look.steps)
        others.append({"unit": row, "code": other.code, "history": (past, was), **_course(other)})
    return {"line": _course(line), "why": "", "indicator": sign_row(seen.indicators[line.indicator]), "unit": cards.unit(seen, city, line.code),
            "cutoff": line.cutoff, "model": line.model, "code": line.code, "history": (times, values), "truth": truth, "others": others,
            "is_replay": made.look.cutoff is not None, "scenarios": [{"text": text, "parts": _parts(seen, city, one), **_course(moved)}
                                                                     for text, one, moved, _ in made.supposed]}


def scores(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:  # noqa: ARG001 - one signature for all of them
    """The backtest of the model over all units of the level."""
    line = made.line
    if line is None:
        return {"scores": None}
    told = {name: line.scores[name] for name in SCORED if name in (line.scores or {})}
    return {"scores": told or None, "model": line.model, "level": line.level, "indicator": sign_row(seen.indicators[line.indicator])}


def drivers(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:  # noqa: ARG001 - one signature for all of them
    """What moves the line away from its base at the step looked at, and over the whole look."""
    line = made.line
    if line is None or line.base is None or not line.drivers:
        return {"groups": [], "model": line.model if line else ""}
    k = min(made.look.step, line.y.size - 1)
    groups = [{"group": name, "now": float(part[k]), "usual": float(np.abs(part).mean())} for name, part in line.drivers.items()]
    return {"groups": sorted(groups, key=lambda row: -row["usual"]), "base": float(line.base[k]), "y": float(line.y[k]), "at": int(line.times[k]),
            "indicator": sign_row(seen.indicators[line.indicator]), "model": line.model, "cutoff": line.cutoff}


def model(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:
    """Which model it is, how it was chosen, what was chosen before, how far it is trusted, and what is being chosen now."""
    line = made.line
    if line is None:
        return {"line": None, "may_train": False, "training": training(seen, city)}
    champions = seen.outlooks.champions
    rows = champions.rows(city)
    tower = page_tower(seen, city, made)
    levels = [{"level": name, "model": found.model, "is_chosen": (line.indicator, name) in rows}
              for name, found in (tower.levels if tower else {}).items()]
    is_whole = seen.sight(city, seen.indicators[line.indicator].privacy) is None
    return {"line": {"model": line.model, "agreed": line.agreed, "level": line.level, "said": said(line)}, "chosen": line.chosen,
            "history": champions.history(city, line.indicator, line.level)[:MOST_HISTORY] if is_whole else [], "levels": levels,
            "indicator": sign_row(seen.indicators[line.indicator]), "may_train": seen.viewer.may("forecast.train"),
            "is_replay": made.look.cutoff is not None, "training": training(seen, city)}


def scenarios(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:
    """What each scenario does, and what a further one may be made of."""
    line = made.line
    if line is None:
        return {"line": None, "scenarios": [], "form": None}
    form = page.form_of(seen, city, line)
    form["drivers"] = [{**one, "indicator": sign_row(one["indicator"])} for one in form["drivers"]]
    rows = []
    for text, one, moved, effects in made.supposed:
        change = moved.y - line.y
        most = int(np.argmax(np.abs(change)))
        rows.append({"text": text, "parts": _parts(seen, city, one), "mean": float(change.mean()),
                     "most": {**_point(moved, most), "change": float(change[most])},
                     "is_moved": bool(np.any(change)),
                     "effects": [{"name": effect.name, "amount": effect.amount, "is_known": effect.is_known, "n": effect.n,
                                  "mean": float(effect.change.mean()), "error": float(np.abs(effect.error).mean())} for effect in effects]})
    return {"line": {"cutoff": line.cutoff, "model": line.model}, "scenarios": rows, "form": form, "is_replay": made.look.cutoff is not None,
            "indicator": sign_row(seen.indicators[line.indicator])}


def special(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:
    """What the special forecasters say that serve the indicator: {name, title, facts, rows, why} each."""
    one = seen.indicators.get(made.look.indicator)
    found = []
    for row in serving(made.look.indicator) if one is not None else ():
        answer = row.answer(seen, city, made)
        found.append({"name": row.name, "title": row.title, "facts": answer.facts, "rows": answer.rows, "why": answer.why})
    return {"answers": found, "unit": made.look.unit, "indicator": sign_row(one) if one else None, "may_export": seen.viewer.may("export.rows")}


def table(seen: Seen, city: str, made: Foreseen) -> dict[str, Any]:  # noqa: ARG001 - one signature for all of them
    """The chart's twin: a row a step."""
    line = made.line
    if line is None:
        return {"rows": []}
    return {"rows": points(seen.indicators[line.indicator], line), "indicator": sign_row(seen.indicators[line.indicator]), "model": line.model,
            "cutoff": line.cutoff, "code": line.code, "may_export": seen.viewer.may("export.rows")}


def points(one: Indicator, line: Line) -> list[dict[str, Any]]:
    """{at, expected, lo80, hi80, lo90, hi90, chance} of every step."""
    chance = page.breach(one, line)
    (lo80, hi80), (lo90, hi90) = line.bands[0.8], line.bands[0.9]
    return [{"at": int(line.times[k]), "expected": float(line.y[k]), "lo80": float(lo80[k]), "hi80": float(hi80[k]), "lo90": float(lo90[k]),
             "hi90": float(hi90[k]), "chance": None if chance is None else round(float(chance[k]), 4)} for k in range(line.y.size)]


def said(line: Line) -> list[dict[str, Any]]:
    """What must be said beside a forecast: [{code, values}]; screens have their own words for each code."""
    return [{"code": getattr(word, "code", str(word)), "values": dict(getattr(word, "values", {}))} for word in line.said]


def training(seen: Seen, city: str) -> dict[str, Any]:
    """What is being chosen now, as far as the viewer may know of it: {job, share, waiting, done}."""
    state = seen.training.state
    job = state.job if state.job is not None and state.job.city == city and state.job.indicator in seen.indicators else None
    done = [{"indicator": row["indicator"], "level": row["level"], "model": row.get("model", ""), "error": row.get("error", "")}
            for row in state.done if row.get("city") == city and row.get("indicator") in seen.indicators]
    return {"job": None if job is None else {"indicator": job.indicator, "level": job.level}, "share": state.share if job else 0.0,
            "is_busy": state.job is not None, "waiting": state.waiting, "done": done[:8]}


def page_tower(seen: Seen, city: str, made: Foreseen) -> Any:
    """The tower behind a look; None without any."""
    here = made.look
    usual = horizon(seen.indicators[here.indicator].cadence) if here.indicator else 0
    return seen.outlooks.tower(city, here.indicator, here.cutoff, here.steps if here.steps > usual else None) if usual and made.line else None


TOLD: dict[str, Callable[[Seen, str, Foreseen], dict[str, Any]]] = {
    "forecast_head": head, "forecast_units": units, "forecast_special": special, "forecast_scenarios": scenarios, "forecast_scores": scores,
    "forecast_drivers": drivers, "forecast_model": model, "forecast_table": table}


def _groups(seen: Seen, choice: tuple[str, ...]) -> list[dict[str, Any]]:
    signs = [sign_row(seen.indicators[name]) for name in choice]
    found = [{**row, "signs": [sign for sign in signs if sign["theme"] == row["id"]]} for row in themes(seen)]
    return [row for row in found if row["signs"]]


def _parts(seen: Seen, city: str, one: Scenario) -> list[dict[str, Any]]:
    """The parts of a scenario with the names that go with them."""
    found: list[dict[str, Any]] = [{"name": name, "amount": amount, "indicator": sign_row(seen.indicators[name]) if name in seen.indicators else None}
                                   for name, amount in one.shifts.items()]
    road = [{"name": "road", "unit": cards.unit(seen, city, one.road)}] if one.road else []
    return [*found, *([{"name": "holiday"}] if one.is_holiday else []), *road]


def _course(line: Line) -> dict[str, NDArray[Any]]:
    return {"times": line.times, "y": line.y, "lo80": line.bands[0.8][0], "hi80": line.bands[0.8][1], "lo90": line.bands[0.9][0],
            "hi90": line.bands[0.9][1]}


def _point(line: Line, k: int) -> dict[str, Any]:
    return {"value": float(line.y[k]), "at": int(line.times[k])}
