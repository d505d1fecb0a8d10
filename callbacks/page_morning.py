"""The morning brief: the page, its PDF on demand, and those that were kept (GET /api/brief/<city>/morning.pdf, /api/brief/<city>/kept/<name>)."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.brief.morning import compose
from app.errors import NotFound
from app.sight import Seen
from callbacks.gateway import Gateway, one_of
from callbacks.kept_briefs import TYPES, kept, read_kept
from callbacks.page import Page, city_asked, city_row
from callbacks.results import Results
from layouts.brief_pdf import brief_pdf
from layouts.pages.morning import morning_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader
from layouts.text import LANGUAGES


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The brief of now in the reader's language, and the kept ones where the whole city may be seen."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    try:
        names = kept(seen, city.city)
    except NotFound:
        names = []
    return morning_page(r, city_row(seen, city), compose(seen, city.city), names)


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the routes."""

    @gateway.route("/api/brief/<city>/morning.pdf", right="operations.read")
    def pdf(seen: Seen, city: str) -> Response:
        language, row = one_of("lang", LANGUAGES, seen.settings.language), seen.city(city)
        body = brief_pdf(Reader(language, "light", row.timezone), compose(seen, city), seen.settings.pdf_font)
        gateway.note(fields=["brief"], is_quiet=False)
        return _file(body, "application/pdf", f"{city}-brief.pdf")

    @gateway.route("/api/brief/<city>/kept/<name>", right="operations.read")
    def kept_file(seen: Seen, city: str, name: str) -> Response:
        gateway.note(fields=[name[:60]], is_quiet=False)
        return _file(read_kept(seen, city, name), TYPES[name.rpartition(".")[2]], f"{city}-{name}")


def _file(body: bytes, kind: str, name: str) -> Response:
    return Response(body, mimetype=kind, headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"})


PAGE = Page("morning", "/brief/morning", "operations.read", build)
