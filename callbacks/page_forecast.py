"""The forecast page: one look that every panel follows, and the route that draws them again."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from dash import ClientsideFunction, Dash, Input
from flask import Response, request

from app.errors import BadInput, ChengshuError
from app.forecast.page import WORDS_LONGEST, Foreseen, Look, cutoffs, foresee, look
from app.forecast.page_map import level_of, picture
from app.forecast.page_told import TOLD, chart, page_tower, scenarios, sign_row, training
from app.forecast.special import begin, serving
from app.forecast.trust import trust
from app.indicators.status import tick
from app.sight import Seen
from app.system import City
from app.units import cards
from callbacks.gateway import Gateway, one_of, reply
from callbacks.page import Page, city_asked, city_row
from callbacks.results import Results
from layouts.components.foreseen import WORDS
from layouts.components.marks import failed
from layouts.components.still import still
from layouts.pages.forecast import MAP, PANELS, forecast_page
from layouts.pages.welcome import welcome_page
from layouts.panels.forecast_chart import caption, figure
from layouts.panels.forecast_legend import legend, ramp
from layouts.reader import Reader
from layouts.text import LANGUAGES
from layouts.theme import THEMES

log = logging.getLogger("chengshu")


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The page with every panel drawn, so that it says something before a script has run."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    return forecast_page(r, city_row(seen, city), drawn(seen, r, city, {name: words.get(name, "")[:WORDS_LONGEST] for name in WORDS}))


PAGE = Page("forecast", "/forecast", "operations.read", build)


def register(app: Dash, gateway: Gateway, results: Results) -> None:
    """Add the route of the panels, and what a click on the map does."""
    app.clientside_callback(ClientsideFunction("screen", "forecast_clicked"), Input(MAP, "click"), prevent_initial_call=True)

    @gateway.route("/api/forecast/<city>/panels.json", right="operations.read", is_quiet=True)
    def panels(seen: Seen, city: str) -> Response:
        row, language, theme = seen.city(city), one_of("lang", LANGUAGES, seen.settings.language), one_of("theme", THEMES, seen.settings.theme)
        words = {name: request.args.get(name, "") for name in WORDS}
        if any(len(text) > WORDS_LONGEST for text in words.values()):
            raise BadInput(f"A word of the address is longer than {WORDS_LONGEST} characters", "Compare fewer units or scenarios")
        now = training(seen, city)
        stamps = [one.stamp(seen, city) for one in serving(words["sign"]) if words["sign"] in seen.indicators]
        key = ("forecast", city, language, theme, *words.values(), tick(seen, city), row.geometry_version, seen.viewer.may("forecast.train"),
               seen.viewer.may("export.rows"), now["is_busy"], now["done"][:1], stamps)
        r = Reader(language, theme, row.timezone)
        answer = reply(results.get(seen, version_of(seen, row), key, lambda: drawn(seen, r, row, words)))
        answer.headers["Cache-Control"] = "no-store"
        return answer


def version_of(seen: Seen, city: City) -> str:
    """What every forecast depends on: the values, and the models that were chosen."""
    return f"{city.value_version}-{seen.outlooks.champions.version(city.city)}"


def drawn(seen: Seen, r: Reader, city: City, words: dict[str, str]) -> dict[str, Any]:
    """{asked, panels: {name: tree}, figure, map, play, cutoffs, form, training}; a panel that fails is a card that says so."""
    here = look(seen, city.city, words)
    begin(seen, city.city, here.indicator)
    made = foresee(seen, city.city, here)
    asked, trees, layers = made.look.asked, {}, []
    for name in PANELS:
        try:
            panel, told = importlib.import_module(f"layouts.panels.{name}").panel, TOLD[name](seen, city.city, made)
            if name == "forecast_special":
                layers = layers_of(r, told["answers"])
            if name == "forecast_model" and told["line"]:
                told["trust"] = trust(seen, city.city, made.look.indicator, told["line"]["level"]) if told["chosen"] else None
            trees[name] = still(panel(r, city.city, asked, told)).tree
        except ChengshuError as error:
            trees[name] = still(failed(r.say(error.fact), r.say(error.remedy))).tree
        except Exception:
            log.exception("Panel %s failed", name)
            trees[name] = still(failed(r.t("This panel failed"), r.t("The log of the server says more"))).tree
    course = chart(seen, city.city, made)
    trees["caption"] = caption(r, course)
    place = map_of(seen, city, made, layers)
    trees["legend"] = still(legend(r, place["sign"], place["legend"], made.look.show)).tree if place and place["legend"] else ""
    return {"asked": asked, "panels": trees, "figure": figure(r, course), "map": place, "play": play_of(seen, r, city, made, place),
            "cutoffs": {"times": cutoffs(seen, city.city, made.look.indicator) if made.line else [], "at": made.look.cutoff},
            "form": form_of(seen, r, city, made), "training": training(seen, city.city)}


def layers_of(r: Reader, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What special forecasters draw on the map: the panels that have `layers` of their own."""
    found: list[dict[str, Any]] = []
    for answer in answers:
        draw = getattr(importlib.import_module(f"layouts.panels.special_{answer['name']}"), "layers", None)
        found += draw(r, answer) if draw is not None and not answer["why"] else []
    return found


def map_of(seen: Seen, city: City, made: Foreseen, layers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What the map is given: the units below coloured by what is expected of them at the step looked at, `layers` over them; None without units."""
    here = made.look
    if here.unit is None or here.root is None:
        return None
    one = sign_row(seen.indicators[here.indicator]) if here.indicator else None
    level, found = level_of(page_tower(seen, city.city, made), here), None
    if one and level and level != "city":
        shown = picture(seen, city.city, here.indicator, level, here.step, here.show, here.cutoff, here.steps)
        found = shown.legend(seen.mask(city.city, level))
    colors = {theme: ramp(one or {"direction": "", "thresholds": []}, found, here.show, theme) for theme in THEMES}
    address = address_of(seen, city, here, level)
    return {"bounds": list(cards.bounds(seen, city.city, here.unit)), "layers": layers, "level": level or here.unit["level"], "colors": colors,
            "values": {level: {"url": address.replace("{k}", str(here.step)), "classes": found["classes"]}} if found else {},
            "card": _card(address.replace("{k}", str(here.step)), here, one) if found and one else None,
            "selected": [{name: here.unit[name] for name in ("level", "seq", "code")}] if here.asked["unit"] else [], "sign": one, "legend": found}


def play_of(seen: Seen, r: Reader, city: City, made: Foreseen, place: dict[str, Any] | None) -> dict[str, Any] | None:
    """The steps that the map can show, and where their colours are; None where it shows none."""
    if made.line is None or place is None or not place["legend"]:
        return None
    one = place["sign"]
    name = r.t("Chance of a breach") if made.look.show == "breach" else r.t("Expected")
    return {"card": _card(address_of(seen, city, made.look, place["level"]), made.look, one)["url"],
            "title": f"{r.pick(one['name_zh'], one['name_en'])} · {name}",
            "url": address_of(seen, city, made.look, place["level"]), "level": place["level"], "classes": place["legend"]["classes"],
            "times": made.line.times.tolist(), "labels": [r.step(int(at), one["cadence"]) for at in made.line.times], "k": made.look.step,
            "show": made.look.show, "shows": ["expected", "breach"] if one["breach"] else ["expected"]}


def _card(address: str, here: Look, one: dict[str, Any]) -> dict[str, Any]:
    """The hover card of the map; `{k}` stands for the step."""
    is_chance = here.show == "breach"
    return {"url": address.replace(".bin", "/{seq}.json"), "unit": "%" if is_chance else one["unit"],
            "decimals": 0 if is_chance else one["decimals"]}


def address_of(seen: Seen, city: City, here: Look, level: str) -> str:
    """Where the colours of a step are; `{k}` stands for the step."""
    more = "".join(f"&{name}={value}" for name, value in (("at", here.cutoff), ("steps", here.steps)) if value)
    return f"/forecast-values/{city.city}/{here.indicator}/{level}/{{k}}.bin?show={here.show}{more}&v={version_of(seen, city)}"


def form_of(seen: Seen, r: Reader, city: City, made: Foreseen) -> dict[str, Any] | None:
    """What assets/screen/forecast.js builds the form of a scenario from; None where there is none to build."""
    found = scenarios(seen, city.city, made)
    if found["line"] is None or found["is_replay"]:
        return None
    form = found["form"]
    drivers = [{"id": row["id"], "most": row["most"], "name": r.pick(row["indicator"]["name_zh"], row["indicator"]["name_en"]),
                "unit": r.unit_of(row["indicator"]["unit"])} for row in form["drivers"]]
    roads = [{"code": row["code"], "name": r.name(row)} for row in form["roads"]]
    return {"drivers": drivers, "has_holiday": form["has_holiday"], "roads": roads, "most": form["most"]} if drivers or form["has_holiday"] or roads \
        else None
