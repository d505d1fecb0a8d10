"""The tablet's brief: the page, and its snapshot for a page that stays open (GET /api/brief/<city>/now.json)."""

from __future__ import annotations

import time
from typing import Any

from flask import Response, request

from app.brief.tablet import told
from app.sight import Seen
from callbacks.gateway import Gateway, one_of, reply
from callbacks.page import Page, city_asked, city_row
from callbacks.results import Results
from layouts.components.still import still
from layouts.pages.brief import brief_page
from layouts.pages.welcome import welcome_page
from layouts.panels.brief_tablet import brief_tablet
from layouts.reader import Reader
from layouts.text import LANGUAGES

FRESH_S = 300           # seconds after which it is put together again though nothing came: numbers grow old by themselves


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The brief of a city, or how a first city comes in."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    return brief_page(r, city_row(seen, city), tree_of(seen, r, city.city), key_of(seen, city.city), time.time())


def register(gateway: Gateway, results: Results) -> None:
    """Add the route."""

    @gateway.route("/api/brief/<city>/now.json", right="operations.read", is_quiet=True)
    def now(seen: Seen, city: str) -> Response:
        language, row = one_of("lang", LANGUAGES, seen.settings.language), seen.city(city)
        key = key_of(seen, city)
        answer: dict[str, Any] = {"key": key, "now": time.time()}
        if request.args.get("have", "")[:80] != key:
            r = Reader(language, "dark", row.timezone)
            answer["tree"] = results.get(seen, key, ("brief", city, language), lambda: tree_of(seen, r, city))
        response = reply(answer)
        response.headers["Cache-Control"] = "no-store"
        return response


def tree_of(seen: Seen, r: Reader, city: str) -> Any:
    """The brief as plain markup."""
    return still(brief_tablet(r, city, told(seen, city))).tree


def key_of(seen: Seen, city: str) -> str:
    """What the brief depends on: another key, another brief."""
    row = seen.city(city)
    return f"{row.geometry_version}.{row.value_version}.{seen.alerts.version(city)}.{int(time.time()) // FRESH_S}"


PAGE = Page("brief", "/brief", "operations.read", build)
