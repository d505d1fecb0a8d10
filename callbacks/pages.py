"""The Dash application over the server: shell, pages and their callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dash import Dash
from flask import Flask, Response, has_request_context, request

from app.indicators.owners import themes
from app.settings import rows as setting_rows
from app.system import City, System
from app.units.detail import batch_totals, batches
from callbacks import map_area, map_browser, map_card, map_chart, map_legend, map_search, map_select, map_signs, map_table
from callbacks.dispatch import guard_dispatch
from callbacks.gateway import Gateway
from callbacks.map_view import indicator_row, read_view
from callbacks.results import Results
from layouts.browser_facts import browser_facts
from layouts.pages.data import data_page
from layouts.pages.map import map_page, search_box
from layouts.pages.settings import settings_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader
from layouts.shell import shell
from layouts.text import LANGUAGES
from layouts.theme import THEMES

_ASSETS = Path(__file__).resolve().parent.parent / "assets"
_INDEX = """<!DOCTYPE html>
<html lang="{lang}" data-mantine-color-scheme="{theme}"><head>{{%metas%}}<title>{{%title%}}</title>{{%css%}}
<meta name="color-scheme" content="{theme}">
<link rel="icon" href="/assets/mark.svg">
</head><body>{{%app_entry%}}<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer></body></html>"""


def create_dash(system: System, server: Flask, gateway: Gateway, results: Results) -> Dash:
    """Dash on the server, with every page."""
    app = Dash(
        "chengshu",
        server=server,
        assets_folder=str(_ASSETS),
        title="城枢 Chengshu",
        update_title=None,
        suppress_callback_exceptions=True,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1, viewport-fit=cover"}],
    )
    app.layout = lambda: layout(system)
    app.interpolate_index = lambda **parts: _index(system, parts)
    for callbacks in (map_select, map_signs, map_card, map_legend, map_chart, map_table, map_search, map_area):
        callbacks.register(app, gateway, system, results)
    map_browser.register(app)
    guard_dispatch(app)
    gateway.adopt("map.read")

    @server.after_request
    def headers(response: Response) -> Response:
        """The page reads its own address from the referrer of its layout, so that the first picture is the right one."""
        if response.mimetype == "text/html":
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["Cache-Control"] = "no-store"
        return response

    return app


def asked_for() -> tuple[str, dict[str, str]]:
    """(path, words) of the page that asks: of the request itself, or of the page whose layout it is."""
    if not has_request_context():
        return "/", {}
    here = urlsplit(request.referrer or "") if request.path.startswith("/_dash") else urlsplit(request.full_path)
    return here.path or "/", dict(parse_qsl(here.query[:8000]))


def reader_of(system: System, words: Mapping[str, str], zone: str | None = None) -> Reader:
    """Language and theme: from the address, else the cookie of the last choice, else the settings."""
    kept = request.cookies if has_request_context() else {}
    language = next((word for word in (words.get("lang"), kept.get("chengshu-lang")) if word in LANGUAGES), system.settings.language)
    theme = next((word for word in (words.get("theme"), kept.get("chengshu-theme")) if word in THEMES), system.settings.theme)
    return Reader(language, theme, zone or system.settings.timezone)


def layout(system: System) -> Any:
    """The whole screen for the address that asks."""
    path, words = asked_for()
    city = system.cities.get(words.get("city", "")) or next(iter(system.cities.values()), None)
    r = reader_of(system, words, city.timezone if city else None)
    if path == "/settings":
        return _shell(r, "settings", settings_page(r, setting_rows(system.settings)), system, city)
    if city is None:
        return _shell(r, "welcome", welcome_page(r), system, None)
    if path == "/data":
        content = data_page(
            r,
            [{**city_row(system, one), "units": system.unit_counts(one.city)} for one in system.cities.values()],
            city_row(system, city),
            batch_totals(system, city.city),
            batches(system, city.city),
        )
        return _shell(r, "data", content, system, city)
    view = read_view(system, city, words)
    indicators = [indicator_row(one) for one in system.indicators.values()]
    facts = browser_facts(r, city_row(system, city), indicators, {**read_view(system, city, {}), "units": []})
    options = [
        {
            "group": r.pick(theme["name_zh"], theme["name_en"]),
            "items": [{"value": one["id"], "label": r.pick(one["name_zh"], one["name_en"])} for one in indicators if one["theme"] == theme["id"]],
        }
        for theme in themes(system)
    ]
    return _shell(r, "map", map_page(r, city_row(system, city), view, facts, options), system, city, search_box(r))


def city_row(system: System, city: City) -> dict[str, Any]:
    """A city as layouts take it."""
    return {
        "city": city.city,
        "name_zh": city.name_zh,
        "name_en": city.name_en,
        "is_synthetic": city.is_synthetic,
        "licence": city.licence,
        "timezone": city.timezone,
        "max_zoom": city.max_zoom,
        "versions": {"geometry": city.geometry_version, "values": city.value_version, "newest": system.newest(city.city)},
    }


def _shell(r: Reader, page: str, content: Any, system: System, city: City | None, middle: Any = None) -> Any:
    return shell(r, page, content, city_row(system, city) if city else None, [city_row(system, one) for one in system.cities.values()], middle)


def _index(system: System, parts: dict[str, str]) -> str:
    _, words = asked_for()
    r = reader_of(system, words)
    page = _INDEX.format(lang="zh-CN" if r.language == "zh" else "en", theme=r.theme)
    for name, text in parts.items():
        page = page.replace("{%" + name + "%}", text)
    return page
