"""Wall: where does it matter? The one map, flying from unit to unit; what it shows at each stop, for assets/screen/wall_map.js."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.marks import status_dot
from layouts.components.still import still
from layouts.ramps import colors, ramp_key
from layouts.reader import Reader

LEVELS = ("city", "district", "street", "community", "grid", "building")
PITCH = 52


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """What stands under the map: nothing where there is one, else that there is nothing to show."""
    return [] if told["stops"] else [html.H2(r.t("Map")), html.P(r.t("No vital sign has a value yet"), className="wall-empty")]


def stops(r: Reader, city: dict[str, Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    """The stops as the map's props and a caption: {key, camera, values, colors, level, selected, caption}."""
    return [_stop(r, city, one) for one in told["stops"]]


def _stop(r: Reader, city: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    indicator, unit = one["indicator"], one["unit"]
    key = ramp_key(indicator["direction"], indicator["thresholds"], "threshold")
    finest = min(LEVELS.index(indicator["native_level"]) if indicator["native_level"] in LEVELS else len(LEVELS) - 1, len(LEVELS) - 1)
    shown = LEVELS[1 : finest + 1]
    version = city["versions"]["values"]
    values = {
        level: {"url": f"/values/{city['city']}/{indicator['id']}/{level}/latest.bin?by=threshold&v={version}", "classes": key[0]} for level in shown
    }
    at_home = one["why"] == "home"
    camera = {"bounds": list(one["bounds"]), "padding": 24, "pitch": PITCH if not at_home else 44, "bearing": -18 if not at_home else 0,
              "maxZoom": 15.5}
    return {
        "key": f"{one['why']}/{unit['code']}/{indicator['id']}",
        "camera": camera,
        "values": values,
        "colors": {theme: colors(key, theme) for theme in ("light", "dark")},
        "level": "auto" if finest >= LEVELS.index("building") else LEVELS[max(finest, 1)],
        "selected": [] if at_home else [{name: unit[name] for name in ("level", "seq", "code")}],
        "caption": still(_caption(r, one)).tree,
    }


def _caption(r: Reader, one: dict[str, Any]) -> html.Div:
    indicator, decimals = one["indicator"], one["indicator"]["decimals"]
    measure = r.unit_of(indicator["unit"])
    known = one["value"] is not None
    value = [html.B(r.compact(one["value"], decimals)), html.Small(measure) if measure else None] if known else r.t("no data")
    usual = html.Small(r.t("usually {value}", value=r.compact(one["usual"], decimals))) if one.get("usual") is not None else None
    where = [status_dot(r, one["status"]), html.Strong(r.name(one["unit"])), html.Span(r.level(one["unit"]["level"]))]
    return html.Div(
        [
            html.Div(where, className="wall-where"),
            html.Div([html.Span(r.pick(indicator["name_zh"], indicator["name_en"]), className="wall-name"), html.Span(value, className="wall-value")],
                     className="wall-what"),
            html.Div([usual, html.Small(r.step(one["at"], indicator["cadence"])) if one["at"] else None], className="wall-when"),
        ],
        className=f"wall-caption is-{one['status']}",
    )
