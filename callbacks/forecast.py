"""Forecasts for programs and for the map: a unit's outlook as JSON or CSV, the colours of a level, and the choice of models.

GET /api/forecast/<city>/<indicator>/<code>.json|.csv, /api/forecast/<city>/special/<name>.json|.csv,
/forecast-values/<city>/<indicator>/<level>/<step>.bin|.json, …/<step>/<seq>.json;
GET and POST /api/forecast/<city>/training.json, POST /api/forecast/<city>/training/cancel.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from app import access, cells
from app.errors import BadInput, NotFound
from app.forecast import scenario as what_if
from app.forecast.page import SHOWS, cutoff_of, foresee, look, shortened
from app.forecast.page_map import picture
from app.forecast.page_told import points, training
from app.forecast.register import breach_limit, farthest, horizon, known
from app.forecast.special import special
from app.forecast.told import Line, line
from app.indicators.registry import one as indicator_of
from app.sight import Seen
from app.units import cards
from callbacks import checks
from callbacks.gateway import Gateway, one_of, reply, whole_number
from callbacks.page_forecast import version_of
from callbacks.results import Results

SCENARIO_LONGEST = 200
COLUMNS = ("unit_id", "indicator", "measure", "ds", "kind", "y_hat", "lo80", "hi80", "lo90", "hi90", "breach_chance", "cutoff", "model", "scenario")
MOST_STEPS, LATEST = 1000, 2**34
MOMENTS = ("at", "peak", "peak_lo", "peak_hi")      # columns of special forecasters that are times


def register(gateway: Gateway, results: Results) -> None:
    """Add the routes."""
    system = gateway.system

    @gateway.route("/api/forecast/<city>/<indicator>/<code>.json", right="operations.read", is_quiet=True)
    def outlook(seen: Seen, city: str, indicator: str, code: str) -> Response:
        """What is expected of an indicator at a unit."""
        asked = _asked()
        key = ("outlook", city, indicator, code, *asked.values())
        return reply(results.get(seen, version_of(seen, seen.city(city)), key, lambda: _told(seen, city, indicator, code, **asked)))

    @gateway.route("/api/forecast/<city>/<indicator>/<code>.csv", right="export.rows")
    def take_out(seen: Seen, city: str, indicator: str, code: str) -> Response:
        """The same as rows."""
        access.require(seen.viewer, "operations.read")
        told = _told(seen, city, indicator, code, **_asked())
        rows = [_row(told, point, "") for point in told["points"]]
        rows += [_row(told, point, what["scenario"]) for what in told["scenarios"] for point in what["points"]]
        gateway.note(rows=len(rows), units=[told["code"]], fields=[indicator], is_quiet=False)
        return _sheet(cells.sheet(COLUMNS, rows), f"{city}-{indicator}-{told['code']}")

    @gateway.route("/api/forecast/<city>/special/<name>.json", right="operations.read", is_quiet=True)
    def special_answer(seen: Seen, city: str, name: str) -> Response:
        """What a special forecaster says of a unit."""
        words = _words()
        key = ("special", city, name, *words.values(), special(name).stamp(seen, seen.city(city).city))
        return reply(results.get(seen, version_of(seen, seen.city(city)), key, lambda: _special(seen, city, name, words)))

    @gateway.route("/api/forecast/<city>/special/<name>.csv", right="export.rows")
    def special_rows(seen: Seen, city: str, name: str) -> Response:
        """The same as rows."""
        access.require(seen.viewer, "operations.read")
        told = _special(seen, city, name, _words())
        if not told["rows"]:
            raise NotFound("This answer has no rows", "Ask for it as JSON", value=name[:60])
        columns = tuple(told["rows"][0])
        gateway.note(rows=len(told["rows"]), units=[told["code"]], fields=[told["indicator"]], is_quiet=False)
        body = cells.sheet(("unit_id", "indicator", *columns), [[told["code"], told["indicator"], *(_cell(one, row[one]) for one in columns)]
                                                                for row in told["rows"]])
        return _sheet(body, f"{city}-{name}-{told['code']}")

    @gateway.route("/forecast-values/<city>/<indicator>/<level>/<int:step>.bin", right="operations.read", is_quiet=True)
    def classes(seen: Seen, city: str, indicator: str, level: str, step: int) -> Response:
        """The class of every unit at a step ahead."""
        asked = _shown(seen, city, indicator)
        key = ("forecast-classes", city, indicator, level, step, *asked.values())
        body = results.get(seen, version_of(seen, seen.city(city)), key, lambda: picture(seen, city, indicator, level, step, **asked).body())
        return Response(body, mimetype="application/octet-stream",
                        headers={"Content-Encoding": "gzip", "Cache-Control": "private, max-age=300", "Vary": "Accept-Encoding"})

    @gateway.route("/forecast-values/<city>/<indicator>/<level>/<int:step>.json", right="operations.read", is_quiet=True)
    def legend(seen: Seen, city: str, indicator: str, level: str, step: int) -> Response:
        """What these classes mean."""
        asked = _shown(seen, city, indicator)
        key = ("forecast-legend", city, indicator, level, step, *asked.values())
        return reply(results.get(seen, version_of(seen, seen.city(city)), key,
                                 lambda: picture(seen, city, indicator, level, step, **asked).legend(seen.mask(city, level))))

    @gateway.route("/forecast-values/<city>/<indicator>/<level>/<int:step>/<int:seq>.json", right="operations.read", is_quiet=True)
    def card(seen: Seen, city: str, indicator: str, level: str, step: int, seq: int) -> dict[str, Any]:
        """The few words of the map's hover card."""
        asked, row = _shown(seen, city, indicator), cards.unit_at(seen, city, level, seq)
        found = picture(seen, city, indicator, level, step, **asked)
        value = float(found.shown[seq - 1]) if seq <= found.shown.size else float("nan")
        shown = None if value != value else 100 * value if asked["show"] == "breach" else value
        return {"code": row["code"], "level": level, "name_zh": row["name_zh"], "name_en": row["name_en"], "place_type": row["place_type"],
                "sign": {"value": shown, "at": found.at, "is_forecast": True, "cutoff": found.cutoff, "model": found.model}}

    @gateway.route("/api/forecast/<city>/training.json", right="operations.read", is_quiet=True)
    def state(seen: Seen, city: str) -> Response:
        """What is being chosen now."""
        return _fresh(training(seen, seen.city(city).city))

    @gateway.route("/api/forecast/<city>/training.json", right="forecast.train", methods=("POST",))
    def train(seen: Seen, city: str) -> Response:
        """Let the models of an indicator be chosen anew, at one level or at all."""
        seen.city(city)
        indicator, level = checks.text(request.form.get("indicator", ""), "indicator", 60), checks.text(request.form.get("level", ""), "level", 40)
        _require_whole(seen, city, indicator)
        added = system.training.ask(city, indicator, [level] if level else None, seen.viewer.name)
        gateway.note(rows=added, fields=[indicator], is_quiet=False)
        return _fresh({**training(seen, city), "added": added})

    @gateway.route("/api/forecast/<city>/training/cancel", right="forecast.train", methods=("POST",))
    def cancel(seen: Seen, city: str) -> Response:
        """Stop the choice in work and forget what waits."""
        seen.require_whole(city)
        gone = system.training.cancel()
        gateway.note(rows=gone, is_quiet=False)
        return _fresh({**training(seen, city), "cancelled": gone})


def _require_whole(seen: Seen, city: str, indicator: str) -> None:
    """A model is of the whole city: who sees a part of it, or not the indicator, chooses none. Raises NotFound, Refused."""
    seen.require_whole(city)
    one = indicator_of(seen.indicators, indicator)
    if seen.sight(city, one.privacy) is not None:
        raise NotFound("No such indicator", "The registry is data/registry/indicators.csv", value=indicator[:60])


def _asked() -> dict[str, Any]:
    return {"steps": whole_number("steps", 0, 1, MOST_STEPS), "at": whole_number("at", None, 0, LATEST),
            "scenarios": checks.text(request.args.get("s", ""), "s", SCENARIO_LONGEST)}


def _shown(seen: Seen, city: str, indicator: str) -> dict[str, Any]:
    at, one = whole_number("at", None, 0, LATEST), indicator_of(seen.indicators, indicator)
    steps = min(whole_number("steps", 0, 1, MOST_STEPS) or 0, farthest(one.cadence))
    return {"show": one_of("show", SHOWS, SHOWS[0]), "cutoff": None if at is None else cutoff_of(seen, city, indicator, str(at)), "steps": steps}


def _told(seen: Seen, city: str, indicator: str, code: str, steps: int, at: int | None, scenarios: str) -> dict[str, Any]:
    """The outlook of a unit as plain facts. Raises NotFound where there is none, BadInput for a scenario that is none."""
    one, unit = indicator_of(seen.indicators, indicator), cards.unit(seen, city, code)
    usual, wanted = horizon(one.cadence), min(steps, farthest(one.cadence))
    cutoff = None if at is None else cutoff_of(seen, city, indicator, str(at))
    found = line(seen, city, unit, indicator, cutoff, wanted if wanted > usual else None) if usual else None
    if found is None:
        raise NotFound("There is no forecast for this unit and indicator", "A year's figure is not forecast, and neither is what has little history",
                       value=f"{indicator}, {code}")
    found, limit = shortened(found, wanted), breach_limit(one)
    texts = [text for text in scenarios.split(";") if text]
    if len(texts) > what_if.MOST or (texts and cutoff is not None):
        raise BadInput(f"At most {what_if.MOST} scenarios are compared, and none on a replay", "Ask for fewer, without `at`", value=scenarios[:80])
    supposed = []
    for text in texts:
        scenario = what_if.parse(text, known(one).drivers)
        moved, effects = what_if.apply(seen, city, found, scenario)
        supposed.append({"scenario": scenario.text, "points": points(one, moved),
                         "effects": [{name: value for name, value in asdict(effect).items() if name not in ("change", "error")}
                                     | {"mean_change": float(effect.change.mean())} for effect in effects]})
    return {"is_forecast": True, "indicator": indicator, "measure": one.unit, "code": found.code, "level": found.level, "cutoff": found.cutoff,
            "is_replay": cutoff is not None, "model": found.model, "is_chosen": found.chosen is not None, "levels_agree": found.agreed,
            "breach": None if limit is None else {"limit": limit[0], "is_upwards": limit[1]}, "points": points(one, found),
            "scores": _plain(found), "drivers": {group: part.tolist() for group, part in found.drivers.items()},
            "said": [str(word) for word in found.said], "scenarios": supposed}


def _words() -> dict[str, str]:
    """The look that a special forecaster is asked about, as the page's address has it."""
    at = whole_number("at", None, 0, LATEST)
    return {"unit": checks.text(request.args.get("unit", ""), "unit", 40), "sign": checks.text(request.args.get("sign", ""), "sign", 60),
            "steps": str(whole_number("steps", 0, 1, MOST_STEPS) or ""), "at": "" if at is None else str(at),
            "k": str(whole_number("k", 0, 0, MOST_STEPS) or "")}


def _special(seen: Seen, city: str, name: str, words: dict[str, str]) -> dict[str, Any]:
    """What a special forecaster says, as plain facts. Raises NotFound for a unit or indicator out of sight, and where it cannot say anything."""
    one = special(name)
    seen.city(city)
    signs = [sign for sign in one.indicators if sign in seen.indicators]
    sign = words["sign"] or (signs[0] if signs else "")
    if sign not in signs:
        raise NotFound("This indicator is not there, or the special forecaster does not serve it", f"Ask for one of {', '.join(signs) or '-'}",
                       value=sign[:60])
    made = foresee(seen, city, look(seen, city, {**words, "sign": sign}))
    if made.look.refused:
        raise made.look.refused[0]
    found = one.answer(seen, city, made)
    if found.why:
        raise NotFound("This cannot be said here", "The page Forecast says why, under the same unit and indicator", value=found.why, name=one.name)
    return {"is_forecast": True, "special": one.name, "title": one.title, "indicator": sign, "code": (made.look.unit or {}).get("code", ""),
            "is_replay": made.look.cutoff is not None, **found.facts, "rows": found.rows}


def _sheet(body: Any, name: str) -> Response:
    file = f"{name}-forecast-{datetime.now(UTC).strftime('%Y%m%dT%H%M')}.csv"
    return Response(body, mimetype="text/csv",
                    headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{file}"',
                             "Cache-Control": "no-store"})


def _cell(name: str, value: Any) -> Any:
    """A value as a cell: times in ISO 8601."""
    return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z") if name in MOMENTS and value is not None else value


def _plain(found: Line) -> dict[str, Any]:
    return {name: value for name, value in (found.scores or {}).items() if name != "models"}


def _row(told: dict[str, Any], point: dict[str, Any], scenario: str) -> list[Any]:
    moment = datetime.fromtimestamp(point["at"], UTC).isoformat().replace("+00:00", "Z")
    cutoff = datetime.fromtimestamp(told["cutoff"], UTC).isoformat().replace("+00:00", "Z")
    return [told["code"], told["indicator"], told["measure"], moment, "forecast", point["expected"], point["lo80"], point["hi80"], point["lo90"],
            point["hi90"], point["chance"], cutoff, told["model"], scenario]


def _fresh(answer: Any) -> Response:
    found = reply(answer)
    found.headers["Cache-Control"] = "no-store"
    return found
