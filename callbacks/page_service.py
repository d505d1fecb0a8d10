"""The page of service monitoring: is the service to citizens all right; its cases as a file."""

from __future__ import annotations

from typing import Any

from dash import Dash
from flask import Response, request

from app import access
from app.errors import BadInput
from app.service import state as service
from app.service.state import PERIODS, SHOWS, choice_of
from app.sight import Seen
from app.system import System
from callbacks.gateway import Gateway, one_of
from callbacks.page import Page, city_asked, city_row
from callbacks.page_quality import as_csv
from callbacks.page_requests import monthly
from layouts.pages.service import service_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

COLUMNS = ("case_no", "channel", "category", "unit_code", "department", "hall", "item",
           "status", "rating", "opened_at", "promised_at", "closed_at", "left_s")


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """Everything the address asks for."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    choice, show = choice_of(words), words.get("show", "")
    found = service.now(seen, city.city, choice)
    found["show"] = show if show in SHOWS else ""
    found["rows"] = service.cases(seen, city.city, found["show"], choice) if found["show"] else []
    found["months"] = monthly(seen.catalogue.months(city.city))
    found["may_export"] = seen.viewer.may("export.rows")
    return service_page(r, city_row(seen, city), city.code, found, service.labels(seen, city.city, found["districts"]))


PAGE = Page("service", "/service", "operations.read", build)


def register(app: Dash, gateway: Gateway, system: System) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route of the file."""

    @gateway.route("/service/<city>.csv", right="export.rows")
    def take_out(seen: Seen, city: str) -> Response:
        """The cases behind a figure."""
        access.require(seen.viewer, "operations.read")
        show = one_of("show", SHOWS, "due")
        one_of("period", tuple(PERIODS), "month")
        if any(len(text) > 60 for text in request.args.values()):
            raise BadInput("A word of the address is too long", "Choose from the lists of the page")
        rows = service.cases(seen, city, show, choice_of(request.args.to_dict()), most=service.MOST_OUT)
        gateway.note(rows=len(rows), fields=COLUMNS, is_quiet=False)
        return as_csv(f"{city}-service-{show}", COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
