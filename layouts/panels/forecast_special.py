"""What do the special forecasters say of this indicator? Each in its own way: layouts/panels/special_<name>.py."""

from __future__ import annotations

import importlib
from typing import Any
from urllib.parse import urlencode

from dash import html

from layouts.components.foreseen import special_why
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.reader import Reader

ASKED = ("steps", "at", "k")


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.forecast.page_told.special; nothing where none serves the indicator."""
    return [_one(r, city, asked, told, answer) for answer in told["answers"]]


def _one(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> html.Div:
    title = r.pick(answer["title"]["zh"], answer["title"]["en"])
    where = "" if told["unit"] is None else r.t("Whole city") if told["unit"]["level"] == "city" else r.name(told["unit"])
    if answer["why"]:
        body = [empty(*special_why(r, answer["why"]), "chart")]
    else:
        body = importlib.import_module(f"layouts.panels.special_{answer['name']}").panel(r, city, asked, told, answer)
    words = urlencode({"unit": (told["unit"] or {}).get("code", ""), "sign": told["indicator"]["id"],
                       **{name: asked[name] for name in ASKED if asked.get(name)}})
    link = html.A([icon("download", 14), "CSV"], href=f"/api/forecast/{city}/special/{answer['name']}.csv?{words}", className="cs-link",
                  download="") if told["may_export"] and answer["rows"] else None
    return html.Div([html.H2([html.Span([title, html.Small(where)]), link]), *body], className=f"sp sp-of-{answer['name']}",
                    **{"data-special": answer["name"]})
