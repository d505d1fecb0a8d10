"""The wall's addresses: what it shows now (polled every second), a scene's panels, and what a tablet steers.

GET /api/wall/<city>/now.json, /api/wall/<city>/scene/<name>.json, /api/wall/<city>/units.json; POST /api/wall/<city>/steer.
"""

from __future__ import annotations

import importlib
import logging
import time
from typing import Any

from flask import Response, request

from app.brief.facts import red
from app.errors import BadInput, ChengshuError, NotFound
from app.indicators.status import now_of
from app.sight import Seen
from app.units import cards
from app.units.search import search
from app.wall.scenes import TAKEOVER, Place, Scene
from app.wall.told import TOLD, Asked
from callbacks import bundle
from callbacks.gateway import Gateway, one_of, reply
from callbacks.page import city_row
from callbacks.results import Results
from layouts.components.marks import failed
from layouts.components.still import still
from layouts.panels import wall_map
from layouts.reader import Reader
from layouts.text import LANGUAGES

ACTS = ("next", "back", "show", "hold", "release", "fly")
FRESH_S = 60            # a scene is put together again this often though nothing came: numbers grow old by themselves
log = logging.getLogger("chengshu")


def register(gateway: Gateway, results: Results) -> None:
    """Add the routes."""

    @gateway.route("/api/wall/<city>/now.json", right="operations.read", is_quiet=True)
    def now(seen: Seen, city: str) -> Response:
        return _fresh(state(seen, city, results))

    @gateway.route("/api/wall/<city>/scene/<name>.json", right="operations.read", is_quiet=True)
    def scene(seen: Seen, city: str, name: str) -> Response:
        language, wide = one_of("lang", LANGUAGES, seen.settings.language), one_of("wide", ("0", "1"), "0") == "1"
        found = seen.scenes.get(name)
        if found is None:
            raise NotFound("No such scene", "The tablet lists the scenes", value=name[:60])
        row, flight = seen.city(city), seen.steering.now(city, seen.scenes).flight
        key = ("scene", city, name, language, wide, int(time.time() // FRESH_S), flight["code"] if flight else "", row.geometry_version,
               seen.alerts.version(city))
        r = Reader(language, "dark", row.timezone)
        return _fresh(results.get(seen, row.value_version, key, lambda: scene_of(seen, r, city, found, wide, flight)))

    @gateway.route("/api/wall/<city>/units.json", right="wall.steer", is_quiet=True)
    def units(seen: Seen, city: str) -> Response:
        word, language = request.args.get("word", "")[:100], one_of("lang", LANGUAGES, seen.settings.language)
        r = Reader(language, "dark", seen.city(city).timezone)
        found = search(seen, city, word, 12) if word.strip() else []
        return _fresh([{"code": row["code"], "name": r.name(row), "level": r.level(row["level"])} for row in found])

    @gateway.route("/api/wall/<city>/steer", right="wall.steer", methods=("POST",))
    def steer(seen: Seen, city: str) -> Response:
        seen.city(city)
        do, by, steering, scenes = request.form.get("do", ""), seen.viewer.name, seen.steering, seen.scenes
        if do not in ACTS:
            raise BadInput("The wall cannot do this", f"It can {', '.join(ACTS)}", value=do[:40])
        if do in ("next", "back"):
            steering.step(city, scenes, 1 if do == "next" else -1, by)
        elif do == "show":
            steering.show(city, scenes, request.form.get("scene", ""), by)
        elif do == "hold":
            steering.hold(city, scenes, by)
        elif do == "release":
            steering.release(city, scenes, by)
        else:
            unit = cards.unit(seen, city, request.form.get("unit", "")[:40])
            indicator = request.form.get("indicator", "")
            if indicator and indicator not in seen.indicators:
                raise NotFound("No such indicator", "The registry is data/registry/indicators.csv", value=indicator[:60])
            steering.fly(city, scenes, {**{name: unit[name] for name in ("code", "level", "seq", "name_zh", "name_en")}, "indicator": indicator}, by)
        gateway.note(units=[request.form.get("unit", "")[:40]] if do == "fly" else (), is_quiet=False)
        return _fresh(state(seen, city, results))


def state(seen: Seen, city: str, results: Results) -> dict[str, Any]:
    """What the wall shows now, and the versions that say whether its panels are still right.

    A red alert that nobody has acknowledged takes the wall over (`takeover` is its number, else 0), held or not.
    """
    row, shown, alerts = seen.city(city), seen.steering.now(city, seen.scenes), seen.alerts.version(city)
    alarm = results.get(seen, (row.value_version, alerts), ("red", city), lambda: (red(seen, city) or {}).get("number", 0))
    alarm = alarm if TAKEOVER in seen.scenes else 0
    return {
        "program": bundle.address("js").rpartition("=")[2],
        "now": time.time(),
        "scene": TAKEOVER if alarm else shown.scene,
        "turn": shown.scene,
        "takeover": alarm,
        "alerts": alerts,
        "next_at": shown.next_at,
        "held": shown.is_held,
        "flight": shown.flight["code"] if shown.flight else "",
        "by": shown.by,
        "steered": shown.version,
        "geometry": row.address,
        "values": row.value_version,
        "newest": seen.newest(city),
        "city_now": now_of(seen, city),
        "scenes": [{"name": scene.name, "zh": scene.title_zh, "en": scene.title_en, "dwell_s": scene.dwell_s}
                   for scene in seen.scenes.values() if scene.rotates],
    }


def scene_of(seen: Seen, r: Reader, city: str, scene: Scene, is_wide: bool, flight: dict[str, Any] | None) -> dict[str, Any]:
    """A scene with its panels as trees; a panel that fails is a card that says so."""
    now, places, maps = now_of(seen, city), [], None
    for place in scene.places:
        size = place.size(is_wide)
        if size is None:
            continue
        at = place.wide if is_wide else place.at
        try:
            asked = Asked(place, size[1], is_wide, now, flight)
            facts = TOLD[place.show](seen, city, asked)
            tree = still(panel_of(place)(r, facts)).tree
            if place.show == "map" and facts["stops"]:
                maps = {"at": at, "stops": wall_map.stops(r, city_row(seen, seen.city(city)), facts)}
        except ChengshuError as error:
            tree = still(failed(r.say(error.fact), r.say(error.remedy))).tree
        except Exception:
            log.exception("Panel %s of scene %s failed", place.show, scene.name)
            tree = still(failed(r.t("This panel failed"), r.t("The log of the server says more"))).tree
        places.append({"id": place.id, "show": place.show, "at": at, "tree": tree})
    return {"scene": scene.name, "title": r.pick(scene.title_zh, scene.title_en), "places": places, "map": maps, "made_at": time.time()}


def panel_of(place: Place) -> Any:
    """The layout of a panel: the function `panel` of layouts/panels/wall_<show>.py. Raises NotFound."""
    if place.show not in TOLD:
        raise NotFound("No such panel", "A panel of the wall is a file layouts/panels/wall_<name>.py", value=place.show)
    return importlib.import_module(f"layouts.panels.wall_{place.show}").panel


def _fresh(answer: object) -> Response:
    response = reply(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


