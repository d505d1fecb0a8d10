"""The operations page: a list of panels that one look filters, and the route that draws them again."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from dash import ClientsideFunction, Dash, Input
from flask import Response, request

from app.errors import ChengshuError
from app.indicators.status import tick
from app.map.values import legend as find_legend
from app.operations.look import WORDS_LONGEST, Look, look
from app.operations.told import TOLD
from app.sight import Seen
from app.system import City
from app.units import cards
from callbacks.gateway import Gateway, one_of, reply, written
from callbacks.map_view import indicator_row
from callbacks.page import Page, city_asked, city_row
from callbacks.results import Results
from layouts.components.looked import WORDS
from layouts.components.marks import failed
from layouts.components.still import still
from layouts.pages.operations import MAP, PANELS, operations_page
from layouts.pages.welcome import welcome_page
from layouts.panels.legend import legend
from layouts.ramps import colors, ramp_key
from layouts.reader import Reader
from layouts.text import LANGUAGES
from layouts.theme import THEMES

log = logging.getLogger("chengshu")


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The page with every panel drawn, so that it says something before a script has run."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    told = drawn(seen, r, city, words)
    return operations_page(r, city_row(seen, city), told)


PAGE = Page("operations", "/", "operations.read", build)


def register(app: Dash, gateway: Gateway, results: Results) -> None:
    """Add the route of the panels, and what a click on the map does."""
    app.clientside_callback(ClientsideFunction("screen", "desk_clicked"), Input(MAP, "click"), prevent_initial_call=True)

    @gateway.route("/api/operations/<city>/panels.json", right="operations.read", is_quiet=True)
    def panels(seen: Seen, city: str) -> Response:
        row, language, theme = seen.city(city), one_of("lang", LANGUAGES, seen.settings.language), one_of("theme", THEMES, seen.settings.theme)
        words = {name: request.args.get(name, "")[:WORDS_LONGEST] for name in WORDS}
        key = ("operations", city, language, theme, *words.values(), seen.alerts.version(city), tick(seen, city), row.geometry_version)
        r = Reader(language, theme, row.timezone)
        answer = reply(results.get(seen, row.value_version, key, lambda: written(drawn(seen, r, row, words))))
        answer.headers["Cache-Control"] = "no-store"
        return answer


def drawn(seen: Seen, r: Reader, city: City, words: dict[str, str]) -> dict[str, Any]:
    """{asked, panels: {name: tree}, map}: every panel as a tree of plain elements; one that fails is a card that says so."""
    seen_look = look(seen, city.city, words)
    asked = {"unit": seen_look.unit["code"] if seen_look.unit and seen_look.is_part else "", "topic": seen_look.theme,
             "sign": seen_look.indicator if seen_look.indicator == words.get("sign") else "",
             "severity": seen_look.severity, "since": "" if seen_look.since == "day" else seen_look.since,
             "cases": seen_look.told_cases}
    trees = {}
    for name in PANELS:
        try:
            panel = importlib.import_module(f"layouts.panels.{name}").panel
            trees[name] = still(panel(r, city.city, {**asked, "since": seen_look.since}, TOLD[name](seen, city.city, seen_look))).tree
        except ChengshuError as error:
            trees[name] = still(failed(r.say(error.fact), r.say(error.remedy))).tree
        except Exception:
            log.exception("Panel %s failed", name)
            trees[name] = still(failed(r.t("This panel failed"), r.t("The log of the server says more"))).tree
    place = map_of(seen, r, city, seen_look)
    if place and place["values"]:
        found = find_legend(seen, city.city, seen_look.indicator, place["level"], None, "threshold")
        trees["legend"] = still(legend(r, indicator_row(seen.indicators[seen_look.indicator]), found)).tree
    return {"asked": asked, "panels": trees, "map": place}


def map_of(seen: Seen, r: Reader, city: City, seen_look: Look) -> dict[str, Any] | None:
    """What the map is given: the units below, coloured by the sign, the unit looked at as its frame; None without units."""
    unit, one = seen_look.unit, seen.indicators.get(seen_look.indicator)
    if unit is None or seen_look.root is None:
        return None
    native = one.native_level if one else "city"
    cube = seen.values(city.city).cube(one.id) if one else None
    level = seen_look.below or unit["level"]
    shown = level if cube is not None and level in cube.levels else native
    key = ramp_key(one.direction, one.thresholds, "threshold") if one else (5, "sequential", False)
    pair = {theme: colors(key, theme) for theme in ("light", "dark")}
    address = f"/values/{city.city}/{seen_look.indicator}/{shown}/latest.bin?by=threshold&v={city.value_version}"
    query = f"indicator={seen_look.indicator}&by=threshold&v={city.value_version}"
    return {
        "bounds": list(cards.bounds(seen, city.city, unit)), "level": shown, "colors": pair,
        "values": {shown: {"url": address, "classes": len(pair["light"]["ramp"])}} if one and shown != "city" else {},
        "selected": [{name: unit[name] for name in ("level", "seq", "code")}] if seen_look.is_part else [],
        "card": {"url": f"/unit/{city.city}/{{level}}/{{seq}}.json?{query}", "title": r.pick(one.name_zh, one.name_en), "unit": r.unit_of(one.unit),
                 "decimals": one.decimals} if one else None,
        "title": r.pick(one.name_zh, one.name_en) if one else "", "unit": r.unit_of(one.unit) if one else "",
    }
