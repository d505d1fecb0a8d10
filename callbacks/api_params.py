"""What each route is for, what it takes and what it answers with: one declaration per endpoint (tests/api holds them to it).

The addresses themselves and the rights come from the server's own map of routes (callbacks/openapi.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app import evidence
from app.map.overlays import KINDS as OVERLAYS
from app.map.tiles import GROUPS
from app.units.export import KINDS as FILES
from app.units.levels import LEVELS
from callbacks.values import BY

JSON, PAGE = "application/json", "text/html"
LATEST_TIME, SIDE, MOST_UNITS = 2**34, 2**14 - 1, 2**31


@dataclass(frozen=True)
class Param:
    """One parameter in the path or the query: a JSON schema and what it means."""

    name: str
    meaning: str
    schema: dict[str, Any]
    is_needed: bool = False


@dataclass(frozen=True)
class Route:
    """One endpoint. `answers`: media type → JSON schema of the body. `form`: the fields that an unsafe method sends.

    `is_page`: it answers people, with pages or by sending them on (303), and says errors as pages too.
    `kept`: an unchanged answer may be 304.
    """

    summary: str
    params: tuple[Param, ...] = ()
    answers: dict[str, dict[str, Any]] = field(default_factory=lambda: {JSON: {"type": "object"}})
    form: tuple[Param, ...] = ()
    is_page: bool = False
    kept: bool = False


def text(name: str, meaning: str, most: int = 40, is_needed: bool = False, **more: Any) -> Param:
    """A short text."""
    return Param(name, meaning, {"type": "string", "minLength": 1, "maxLength": most, **more}, is_needed)


def whole(name: str, meaning: str, low: int, high: int, **more: Any) -> Param:
    """A whole number in a range."""
    return Param(name, meaning, {"type": "integer", "minimum": low, "maximum": high, **more})


def word(name: str, meaning: str, allowed: tuple[str, ...], **more: Any) -> Param:
    """A word of a closed list."""
    return Param(name, meaning, {"type": "string", "enum": list(allowed), **more})


def page(summary: str, *form: Param, params: tuple[Param, ...] = ()) -> Route:
    """A route for people; a form always carries the token of its page."""
    token = (text("csrf", "Token of the page that holds the form", 200),) if form else ()
    return Route(summary, params, {PAGE: {"type": "string"}}, (*form, *token), True)


CITY = text("city", "Key of the city, as in /version", pattern="^[a-z0-9_-]+$")
LEVEL = word("level", "Level of the tower", tuple(LEVELS))
INDICATOR = text("indicator", "Id of an indicator of the registry", 60, pattern="^[a-z0-9_]+$")
WHEN = Param("when", "`latest`, or a time in seconds since 1970", {"type": "string", "pattern": "^(latest|[0-9]{1,11})$"})
AT = whole("at", "Time in seconds since 1970; the newest without it", 0, LATEST_TIME)
CLASSES = word("by", "How values become classes", BY, default=BY[0])
ROWS = {JSON: {"type": "array", "items": {"type": "object"}}}
STANDARD = word("standard", "Only of this standard", tuple(dict.fromkeys(item.standard for item in evidence.items())))
RESULT = word("result", "Only with this result", evidence.RESULTS)
NEXT = text("next", "Where to go on to: a path of this server", 2000)
SECRET = text("password", "The password", 1024)
CODE = text("code", "A code of the authenticator, or a recovery code")
DO = "What is to be done"
DECISIONS = ("allowed", "refused", "failed")
MOMENTS = 2**53
VERSION = text("version", "Geometry version of the city, as in /version", 60, pattern="^[A-Za-z0-9._-]+$")

ROUTES: dict[str, Route] = {
    "openapi.openapi": Route("This document"),
    "health.health": Route("Is the server alive"),
    "health.version": Route("What is new: versions of geometry and values, and the newest reading, of each city"),
    "health.progress": Route("How far the first start is"),
    "tiles.tile": Route(
        "One vector tile (Mapbox Vector Tile 2.1, gzip)",
        (CITY, VERSION, word("group", "Which layers", GROUPS), whole("z", "Zoom", 0, 14), whole("x", "Column", 0, SIDE), whole("y", "Row", 0, SIDE)),
        {"application/vnd.mapbox-vector-tile": {"type": "string", "format": "binary"}},
        kept=True,
    ),
    "values.classes": Route(
        "The class of every unit of a level: one byte by seq - 1, 255 = no data (gzip)",
        (CITY, INDICATOR, LEVEL, WHEN, CLASSES),
        {"application/octet-stream": {"type": "string", "format": "binary"}},
    ),
    "values.legend": Route("The legend of a level: breaks, counts, range, mean, coverage", (CITY, INDICATOR, LEVEL, WHEN, CLASSES)),
    "units.unit": Route("A unit: names and the indicator's value", (CITY, LEVEL, whole("seq", "Number in its level", 1, MOST_UNITS), INDICATOR, AT)),
    "units.floors": Route("The floors of a building with the indicator's values", (CITY, text("code", "Of the building"), INDICATOR, AT, CLASSES)),
    "units.shapes": Route("The shapes of a level as GeoJSON", (CITY, LEVEL, text("parent", "Only the units below this code"))),
    "units.overlay": Route(
        "Points, heat, hexagons or flows for the map",
        (CITY, word("kind", "Which overlay", OVERLAYS), INDICATOR, LEVEL, AT, CLASSES,
         whole("seq", "Only flows of this unit; 0 for all", 0, MOST_UNITS), whole("most", "Most flows", 1, 5000)),
        ROWS,
    ),
    "export.take_out": Route(
        "The units of a level, or those named, with one indicator as a file",
        (CITY, word("kind", "Kind of file", tuple(FILES)), INDICATOR, LEVEL, AT,
         text("units", "Unit codes with commas between, at most 2 000", 82_000)),
        {kind.split(";")[0]: {"type": "object"} if "json" in kind else {"type": "string"} for kind in FILES.values()},
    ),
    "page_evidence.table": Route("Security requirements: how each is met, by which tests, and what they said", (STANDARD, RESULT)),
    "page_evidence.sheet": Route("The same as a sheet", (STANDARD, RESULT), {"text/csv": {"type": "string"}}),
    "sign_in.sign_in": page("The sign-in page, and its form", text("name", "Name of the account", 64), SECRET, NEXT, params=(NEXT,)),
    "sign_in.second_factor": page("The second step: a code of the authenticator, or a recovery code", CODE, NEXT, params=(NEXT,)),
    "sign_in.sign_out": page("End the session", text("done", "Nothing; any form will do")),
    "sign_in.once": page("Sign in by the link that the terminal printed: once, within minutes", params=(text("token", "Token of the link", 100),)),
    "sign_in.kiosk": page("Open a screen that nobody sits at", params=(text("token", "Token of the screen", 100),)),
    "sign_in.provider": page("Off to the identity provider", NEXT),
    "sign_in.provider_back": page(
        "Back from the identity provider",
        params=(text("state", "As it was sent", 200), text("code", "Its code", 4000), text("iss", "Who it is", 1000), text("error", "Its error")),
    ),
    "account.account": page("The own account"),
    "account.change_password": page(
        "A new password; every other session ends", text("old", "The password so far", 1024), text("new", "The new one", 1024),
        text("again", "Once more", 1024),
    ),
    "account.change_factor": page(
        "Set up, confirm, renew or turn off the second factor", word("do", DO, ("begin", "confirm", "codes", "off")), SECRET, CODE
    ),
    "account.end_sessions": page("End one session, or all but this one", text("id", "Number of the session, or `others`", 10)),
    "account.change_keys": page(
        "Make an API key, shown once, or revoke one", word("do", DO, ("make", "revoke")), text("id", "Number of the key", 10),
        text("name", "Its name", 64), text("days", "Days that it works", 9), text("grant", "Number of a grant that it gets", 9),
    ),
    "backup.make": Route("Make an archive of the whole home in its folder of backups; it is never sent out"),
    "backup.kept": Route("The archives in the home's folder of backups"),
    "page_audit.trail": Route(
        "The rows of the audit trail that fit, as CSV, oldest first",
        (text("who", "Part of the name", 80), text("action", "Part of the action", 80), word("decision", "What was decided", DECISIONS), CITY,
         text("word", "Part of unit, field, address or detail", 80), whole("since", "Microseconds since 1970", 0, MOMENTS),
         whole("until", "Microseconds since 1970, not included", 0, MOMENTS)),
        {"text/csv": {"type": "string"}},
    ),
    "page_workspace.take_out": Route(
        "The answer of one SELECT over what the viewer may see of a city, as CSV", (CITY,), {"text/csv": {"type": "string"}},
        (text("sql", "Exactly one SELECT", 20_000, is_needed=True),),
    ),
}  # fmt: skip
