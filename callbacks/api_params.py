"""What each route is for, what it takes and what it answers with: one declaration per endpoint (tests/api holds them to it).

The addresses themselves and the rights come from the server's own map of routes (callbacks/openapi.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app import evidence
from app.alerts import life
from app.catalogue.carrying import KINDS
from app.catalogue.entries import SHARING
from app.lineage.flow import OUTCOMES
from app.map.overlays import KINDS as OVERLAYS
from app.map.tiles import GROUPS
from app.query.files import KINDS as QUERY_FILES
from app.saved import KINDS as VIEWS
from app.service.state import PERIODS, SHOWS
from app.units.export import KINDS as FILES
from app.units.levels import LEVELS
from callbacks.alerts import WHICH
from callbacks.resources import FORMS, SHEETS
from callbacks.saved import ACTS as VIEW_ACTS
from callbacks.saved import SHARED
from callbacks.values import BY
from callbacks.wall import ACTS as WALL_ACTS
from layouts.text import LANGUAGES

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

    `body`: media type → JSON schema of a body that is no form; its parameters stand in the query then. `also`: other
    successes than 200, {status: what it means}.
    `is_page`: it answers people, with pages or by sending them on (303), and says errors as pages too.
    `kept`: an unchanged answer may be 304.
    """

    summary: str
    params: tuple[Param, ...] = ()
    answers: dict[str, dict[str, Any]] = field(default_factory=lambda: {JSON: {"type": "object"}})
    form: tuple[Param, ...] = ()
    is_page: bool = False
    kept: bool = False
    body: dict[str, dict[str, Any]] = field(default_factory=dict)
    also: dict[str, str] = field(default_factory=dict)


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
BREAKS_OF = Param("breaks_of", "`latest`, or the time in seconds since 1970 whose quantiles divide; left out, those of the values themselves",
                  {"type": "string", "pattern": "^(latest|[0-9]{1,11})$"})
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

KEY = text("key", "Which number: value/INDICATOR/UNIT/AT (or latest), attribute/UNIT/ATTRIBUTE, unit/UNIT, batch/NUMBER", 400)

RESOURCE = text("resource", "Code of a resource of the catalogue", 200)
SOUGHT = (
    text("word", "Words: Chinese, pinyin, English, a code, a field", 100), word("kind", "Only these entries", ("resource", "item")),
    text("department", "Only of this department", 100), text("topic", "Only of this theme", 100), word("sharing", "Only shared so", SHARING),
    text("area", "Only resources whose area meets this shape: `lon,lat;lon,lat;…`", 8000),
)  # fmt: skip

FORESEEN = 600
AHEAD = whole("step", "Step ahead, from 0", 0, 1000)
STEPS = whole("steps", "How many steps ahead are looked; the usual number without it", 1, 1000)
REPLAY = whole("at", "Forecast from what was known at this time, in seconds since 1970; the newest without it", 0, LATEST_TIME)
SPECIAL = text("name", "Which special forecaster: power, air, water, flows, population, popularity, crowd", 60)
SPECIAL_UNIT = text("unit", "Code of the unit; where the viewer's sight begins without it")
SPECIAL_SIGN = text("sign", "Which of the indicators it serves; the first without it", 60)
SPECIAL_STEP = whole("k", "Step that is looked at, from 0", 0, 1000)
SCENARIOS = text("s", "Scenarios, as temperature_c:3,holiday;rain_mm_h:20", 200)
FORESHOWN = word("show", "What is expected, or the chance of a breach", ("expected", "breach"))

ROUTES: dict[str, Route] = {
    "openapi.openapi": Route("This document"),
    "health.health": Route("Is the server alive (ok, preparing, failing), can it write, how old is its newest reading"),
    "metrics.metrics": Route("This program's own requests by group, outcome and time, in the text format of Prometheus",
                             answers={"text/plain; version=0.0.4": {"type": "string"}}),
    "page_service.take_out": Route(
        "The service cases behind a figure of the page, as CSV",
        (CITY, word("show", "Which cases", SHOWS),
         word("period", "Days up to now", tuple(PERIODS)), text("department", "Only of this department", 60),
         text("category", "Only of this category", 60), text("channel", "Only by this channel", 60), text("district", "Only in this district", 60),
         text("hall", "Only at this hall", 60), text("item", "Only of this item", 60)),
        {"text/csv": {"type": "string"}},
    ),
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
        (CITY, INDICATOR, LEVEL, WHEN, CLASSES, BREAKS_OF),
        {"application/octet-stream": {"type": "string", "format": "binary"}},
    ),
    "values.legend": Route("The legend of a level: breaks, counts, range, mean, coverage", (CITY, INDICATOR, LEVEL, WHEN, CLASSES, BREAKS_OF)),
    "units.unit": Route("A unit: names and the indicator's value", (CITY, LEVEL, whole("seq", "Number in its level", 1, MOST_UNITS), INDICATOR, AT)),
    "units.floors": Route("The floors of a building with the indicator's values", (CITY, text("code", "Of the building"), INDICATOR, AT, CLASSES)),
    "units.shapes": Route("The shapes of a level as GeoJSON", (CITY, LEVEL, text("parent", "Only the units below this code"))),
    "units.overlay": Route(
        "Points, heat, hexagons or flows for the map",
        (CITY, word("kind", "Which overlay", OVERLAYS), INDICATOR, LEVEL, AT, CLASSES,
         whole("seq", "Only flows of this unit; 0 for all", 0, MOST_UNITS), whole("most", "Most flows", 1, 5000)),
        ROWS,
    ),
    "trace.answer": Route("Where a number comes from: its way through the libraries, its batches and rows", (CITY, KEY)),
    "trace.panel": Route("The same as the page shows it", (CITY, KEY, word("lang", "Language", LANGUAGES))),
    "page_data.sheet": Route("The rows of a batch as they came, with what became of each, as a sheet",
                            (CITY, whole("number", "Number of the batch", 1, MOST_UNITS), word("only", "Only rows that ended so", OUTCOMES)),
                            {"text/csv": {"type": "string"}}),
    "page_quality.take_out": Route("Every rule with its pass rate over the last 30 days, as CSV", (CITY,), {"text/csv": {"type": "string"}}),
    "page_returned.take_out": Route(
        "The rejected rows of a work item as they were handed in, as CSV",
        (CITY, whole("seq", "Number of the work item", 1, MOST_UNITS)), {"text/csv": {"type": "string"}}),
    "page_conflicts.take_out": Route("Conflicts between sources, without the values, as CSV", (CITY,), {"text/csv": {"type": "string"}}),
    "trace.stood": Route(
        "Records as they stood at a time, by what was known then where `known_at` is given",
        (CITY, text("dataset", "Id of a record dataset", 40, pattern="^[a-z0-9_]+$"), AT,
         whole("known_at", "As far as batches received until then (seconds since 1970) had said", 0, LATEST_TIME),
         whole("first", "How many rows to pass over", 0, MOST_UNITS), whole("most", "Most rows", 1, 5000)),
    ),
    "trace.was": Route(
        "A unit as it stood at a time, with its attributes and newest readings, by what was known then where `known_at` is given",
        (CITY, text("code", "Code of the unit"), AT,
         whole("known_at", "As far as batches received until then (seconds since 1970) had said", 0, LATEST_TIME)),
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
    "resources.rows": Route(
        "The rows of a resource under a grant in force: the grant's fields, units, area and period, as far as the own rights reach",
        (RESOURCE, CITY, text("unit", "Only this unit and what lies below it"),
         whole("since", "Seconds since 1970", 0, LATEST_TIME),
         whole("until", "Seconds since 1970", 0, LATEST_TIME), text("fields", "Names with commas between", 2000),
         whole("most", "Rows on a page", 1, 5000), text("after", "Where the last page ended", 80),
         whole("grant", "Number of the grant", 1, MOST_UNITS),
         word("form", "Form of the answer", FORMS)),
        {JSON: {"type": "object"}, "text/csv": {"type": "string"}},
    ),
    "resources.description": Route("The OpenAPI description of one resource, generated from its catalogue entry", (RESOURCE, CITY)),
    "resources.found": Route(
        "Entries of the catalogue that fit, best first, and how many each filter would leave",
        (CITY, *SOUGHT, whole("first", "Entries to pass over", 0, 10**6), whole("most", "Entries on a page", 1, 1000)),
    ),
    "resources.take_out": Route(
        "The resources that fit as DCAT-AP JSON-LD, CKAN packages or CSV",
        (CITY, word("kind", "Kind of file", tuple(KINDS)), *SOUGHT),
        {kind: {"type": "string"} if kind == "text/csv" else {} for kind in KINDS.values()},
    ),
    "resources.take_in": Route(
        "Take resources in from DCAT (JSON-LD, Turtle, RDF/XML) or CKAN packages; as a form field, or as the file of a multipart form",
        (CITY,), form=(text("document", "The text of the file", 400_000, is_needed=True),),
    ),
    "resources.sheet": Route(
        "One of the three lists, the gaps, or the rows behind a rate, as CSV",
        (CITY, word("sheet", "Which", SHEETS)), {"text/csv": {"type": "string"}},
    ),
    "page_requests.listed": Route("The requests for resources that the viewer may know of, as CSV", (CITY,), {"text/csv": {"type": "string"}}),
    "page_brief.now": Route("The brief as the page shows it; only its key where that is the one at hand",
                            (CITY, word("lang", "Language", LANGUAGES), text("have", "The key at hand", 80))),
    "page_morning.pdf": Route("The morning brief as PDF, of what the viewer may see now", (CITY, word("lang", "Language", LANGUAGES)),
                              {"application/pdf": {"type": "string", "format": "binary"}}),
    "page_morning.kept_file": Route("A morning brief that was kept", (CITY, text("name", "Name of the file, as the page lists it", 40)),
                                    {"application/pdf": {"type": "string", "format": "binary"}, PAGE: {"type": "string"}}),
    "page_operations.panels": Route(
        "The panels of the operations page for a look at the city: a unit, a theme, a vital sign, a severity, a period",
        (CITY, text("unit", "Code of the unit looked at"), text("topic", "Id of a theme"), text("sign", "Indicator that colours the map", 60),
         word("severity", "Severity of the alerts", ("red", "orange", "yellow", "blue")), word("since", "Compared with", ("day", "week")),
         text("cases", "Which service cases: side:word with ; between", 200),
         word("lang", "Language", LANGUAGES), word("theme", "Colours", ("light", "dark"))),
    ),
    "page_forecast.panels": Route(
        "The panels of the forecast page for a look, as trees of elements, the figure of its chart and what its map is given",
        (CITY, text("unit", "Code of the unit looked at", FORESEEN), text("sign", "Indicator that is forecast", FORESEEN),
         text("steps", "Steps ahead", FORESEEN), text("at", "Replay: seconds since 1970 of the moment it is forecast from", FORESEEN),
         text("with", "Codes of units beside it, with commas", FORESEEN), text("s", "Scenarios, with semicolons", FORESEEN),
         text("k", "Step that the map shows, from 0", FORESEEN), text("show", "What the map shows: expected or breach", FORESEEN),
         word("lang", "Language", LANGUAGES), word("theme", "Colours", ("light", "dark"))),
    ),
    "forecast.outlook": Route("What is expected of an indicator at a unit, with bands, backtest and drivers",
                              (CITY, INDICATOR, text("code", "Of the unit"), STEPS, REPLAY, SCENARIOS)),
    "forecast.take_out": Route("The same as rows", (CITY, INDICATOR, text("code", "Of the unit"), STEPS, REPLAY, SCENARIOS),
                               {"text/csv": {"type": "string"}}),
    "forecast.special_answer": Route("What a special forecaster says of a unit: chances, bands and facts of its own kind",
                                     (CITY, SPECIAL, SPECIAL_UNIT, SPECIAL_SIGN, STEPS, REPLAY, SPECIAL_STEP)),
    "forecast.special_rows": Route("The same as rows", (CITY, SPECIAL, SPECIAL_UNIT, SPECIAL_SIGN, STEPS, REPLAY, SPECIAL_STEP),
                                   {"text/csv": {"type": "string"}}),
    "forecast.classes": Route(
        "The class of every unit of a level at a step ahead: one byte by seq - 1, 255 = no forecast (gzip)",
        (CITY, INDICATOR, LEVEL, AHEAD, FORESHOWN, STEPS, REPLAY), {"application/octet-stream": {"type": "string", "format": "binary"}}),
    "forecast.legend": Route("What these classes mean: breaks, counts, range, model, cutoff",
                             (CITY, INDICATOR, LEVEL, AHEAD, FORESHOWN, STEPS, REPLAY)),
    "forecast.card": Route("What is expected of one unit at a step ahead, for the map's hover card",
                           (CITY, INDICATOR, LEVEL, AHEAD, whole("seq", "Number in its level", 1, MOST_UNITS), FORESHOWN, STEPS, REPLAY)),
    "forecast.state": Route("Which forecasting models are being chosen now, and what was chosen last", (CITY,)),
    "forecast.train": Route("Let the forecasting models of an indicator be chosen anew, in the background", (CITY,), form=(
        text("indicator", "Id of an indicator", 60, is_needed=True), text("level", "Only at this level", 40))),
    "forecast.cancel": Route("Stop the choice of models in work and forget what waits", (CITY,)),
    "saved.views": Route("The views that the viewer keeps, and those that others share and the viewer may see all of"),
    "saved.keep": Route(
        "Keep the address of a page under a name",
        form=(word("page", "Which page", tuple(VIEWS), is_needed=True), text("words", "The query string of its address", 4000, is_needed=True),
              text("name", "The name, one line", 60, is_needed=True), word("shared", "Offer it to others", SHARED))),
    "saved.change": Route(
        "Rename, share, withdraw or delete a view of one's own, or begin with it",
        (whole("number", "Number of the view", 1, MOST_UNITS),),
        form=(word("do", DO, VIEW_ACTS, is_needed=True), text("name", "The new name, for `rename`", 60))),
    "wall.now": Route("What the wall of a city shows now, and the versions of what stands on it", (CITY,)),
    "wall.scene": Route("A scene of the wall: its panels and the stops of its map",
                        (CITY, text("name", "Name of the scene"), word("lang", "Language", LANGUAGES), word("wide", "For a wide wall", ("0", "1")))),
    "wall.units": Route("Units that a word finds, for the map of the wall", (CITY, text("word", "Name, code, address, pinyin", 100),
                                                                            word("lang", "Language", LANGUAGES)), ROWS),
    "wall.steer": Route("Steer the wall: scene, hold, flight", (CITY,), form=(
        word("do", DO, WALL_ACTS), text("scene", "Name of a scene, for `show`"), text("unit", "Code of a unit, for `fly`"),
        text("indicator", "What the map shows there", 60))),
    "alerts.listed": Route(
        "The alerts in sight, the gravest and newest first, and how many there are",
        (CITY, word("state", "Only in this state; `open` without it", WHICH), whole("most", "Most alerts", 1, 5000)),
    ),
    "alerts.one": Route("One alert with its steps so far", (CITY, whole("number", "Number of the alert", 1, MOST_UNITS))),
    "alerts.act": Route(
        "Acknowledge, assign, handle, return, verify, close or dismiss an alert, or add a note",
        (CITY, whole("number", "Number of the alert", 1, MOST_UNITS)),
        form=(word("act", DO, tuple(life.ACTS), is_needed=True), text("note", "What was done, or why", 500),
              text("to", "Department that it is assigned to"), word("group", "All of its group that stand where it stands", ("true", "false"))),
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
    "hand_in.hand_in": Route(
        "Hand one file of a source in; answered with the receipt once it is kept",
        (text("source", "Id of a source of the own department", 60, pattern="^[a-z0-9][a-z0-9_-]*$"), text("name", "Name of the file", 200),
         text("as_of", "When this was so, as 2026-11-20T08:00:00+08:00; now without it", 40), text("watermark", "How far the source has come", 200)),
        body={"application/octet-stream": {"type": "string", "format": "binary"}},
    ),
    "ngsi_ld.upsert": Route(
        "Take NGSI-LD entities (batch upsert of ETSI GS CIM 009); the header NGSILD-Tenant names the source too",
        (text("source", "Id of a source of kind ngsi_ld of the own department", 60, pattern="^[a-z0-9][a-z0-9_-]*$"),),
        body={"application/json": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["id", "type"]}}},
        also={"201": "Taken; the ids of the entities that are new", "204": "Taken; none of the entities is new",
              "207": "Some were not taken: success and errors by entity"},
    ),
    "page_query.take_out": Route(
        "The answer of a question of the query builder as a file: CSV, or Parquet (GeoParquet where places are told)",
        (CITY, word("kind", "Kind of file", tuple(QUERY_FILES))), {kind.split(";")[0]: {"type": "string"} for kind in QUERY_FILES.values()},
        (text("q", "The question as its page has it in the address: JSON", 4000, is_needed=True),),
    ),
    "page_workspace.take_out": Route(
        "The answer of one SELECT over what the viewer may see of a city, as CSV", (CITY,), {"text/csv": {"type": "string"}},
        (text("sql", "Exactly one SELECT", 20_000, is_needed=True),),
    ),
}  # fmt: skip
