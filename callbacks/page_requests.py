"""The page of the request desk: my requests, those I decide about, figure 10; and the rows as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from app import cells
from app.catalogue.desk import decides, holds, in_force
from app.catalogue.names import names
from app.sight import Seen
from callbacks.gateway import Gateway
from callbacks.page import Page, city_asked
from callbacks.resources import download, shelf_of
from callbacks.results import Results
from layouts.pages.requests import requests_body, requests_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The desk of a city."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    text = words.get("request", "")
    return requests_page(r, city.city, state(seen, city.city, int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0), names())


PAGE = Page("requests", "/requests", "catalogue.read", build)


def desk_body(seen: Seen, r: Reader, city: str, told: str) -> Any:
    """What is below the title, after something was done."""
    return requests_body(r, city, state(seen, city), names(), told)


def state(seen: Seen, city: str, opened: int = 0) -> dict[str, Any]:
    """Requests as this viewer may know of them (their own, and of resources they decide about), and the months of all."""
    now, shelf, viewer = datetime.now(UTC), shelf_of(seen, city), seen.viewer
    every = seen.desk.requests(city)
    known = [row_of(one, shelf, viewer, now) for one in every if holds(viewer, one) or decides(viewer, one["owner"])]
    months = monthly(seen.catalogue.months(city))
    this = next((row for row in months if row["month"] == datetime.now(ZoneInfo(seen.city(city).timezone)).date().replace(day=1).isoformat()), None)
    found = next((row for row in known if row["request"] == opened), None)
    if found is not None:
        found = {**found, "life": [{**step, "at": epoch(step["happened_at"])} for step in seen.desk.life(opened)]}
    return {
        "code": seen.city(city).code,
        "months": months,
        "may_ask": viewer.may("catalogue.request"),
        "request": found,
        "mine": [row for row in known if row["is_mine"]],
        "waiting": [row for row in known if row["state"] == "asked" and row["may_decide"]],
        "grants": [row for row in known if row["may_decide"]],
        "now": {
            "waiting": sum(one["state"] == "asked" for one in every),
            "closed": this["closed"] if this else 0,
            "days": this["mean_days"] if this else None,
            "at_once": 100 * this["at_once"] / this["closed"] if this and this["closed"] else None,
            "in_force": sum(in_force(one, now) for one in every),
            "calls": sum(one["calls"] for one in every),
        },
    }


def row_of(one: dict[str, Any], shelf: Any, viewer: Any, now: datetime) -> dict[str, Any]:
    """A request as the page shows it."""
    resource, is_mine, may_decide = shelf.resources.get(one["resource"]), holds(viewer, one), decides(viewer, one["owner"])
    state_ = "expired" if one["state"] == "granted" and not in_force(one, now) else one["state"]
    return {
        **one,
        **{name: epoch(one[name]) for name in ("since", "until", "expires_at", "asked_at", "decided_at", "used_at")},
        "state": state_,
        "name_zh": resource.name_zh if resource else "",
        "name_en": resource.name_en if resource else "",
        "is_mine": is_mine,
        "may_decide": may_decide,
        "may_revoke": state_ == "granted" and may_decide,
        "may_withdraw": state_ == "asked" and is_mine,
    }


def monthly(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The months of all owners together, in order: asked, closed, at_once, mean_days."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        mine = found.setdefault(row["month"].isoformat(), {"asked": 0, "closed": 0, "at_once": 0, "days": 0.0})
        for name in mine:
            mine[name] += row[name]
    return [{"month": month, **mine, "mean_days": mine["days"] / mine["closed"] if mine["closed"] else None} for month, mine in sorted(found.items())]


def epoch(at: datetime | None) -> int | None:
    """A time of the library (naive UTC) in epoch seconds."""
    return None if at is None else int(at.replace(tzinfo=at.tzinfo or UTC).timestamp())


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route of the file."""

    @gateway.route("/requests/<city>.csv", right="catalogue.request")
    def listed(seen: Seen, city: str) -> Response:
        """The requests that this viewer may know of, with their use, as CSV."""
        seen.city(city)
        names_ = [
            "request",
            "resource",
            "owner",
            "sharing",
            "holder",
            "department",
            "purpose",
            "fields",
            "units",
            "since",
            "until",
            "expires_at",
            "state",
            "asked_at",
            "decided_at",
            "decided_by",
            "ended_at",
            "note",
            "calls",
            "failed",
            "rows",
            "used_at",
        ]
        rows = [one for one in seen.desk.requests(city) if holds(seen.viewer, one) or decides(seen.viewer, one["owner"])]
        gateway.note(rows=len(rows), is_quiet=False)
        body = cells.sheet(names_, ([" ".join(row[name]) if isinstance(row[name], list) else row[name] for name in names_] for row in rows))
        return download(body, f"{city}-requests.csv", "text/csv; charset=utf-8")
