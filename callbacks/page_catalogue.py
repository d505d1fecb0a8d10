"""The page of the catalogue: search, one entry with everything about it, and asking for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from flask import has_request_context, request

from app.catalogue import describe
from app.catalogue.desk import Wish, decides, holds, in_force
from app.catalogue.entries import Item, Resource, parts
from app.catalogue.names import names
from app.catalogue.search import search
from app.catalogue.shelf import Shelf, linked
from app.errors import BadInput
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_view import around, roots_of
from callbacks.page import Page, city_asked, city_row
from callbacks.page_requests import desk_body, epoch
from callbacks.readers import reader
from callbacks.resources import FILTERS, plain, question_of, shelf_of
from layouts import ids
from layouts.components.marks import empty
from layouts.pages.catalogue import STEP, catalogue_page, results
from layouts.pages.resource import item_page, resource_page
from layouts.pages.welcome import welcome_page
from layouts.panels.request_form import request_part
from layouts.reader import Reader

MOST = 1_000


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The search, or the entry that the address names."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    asked = {name: words.get(name, "") for name in (*FILTERS, "area")}
    shelf, code = shelf_of(seen, city.city), words.get("entry", "")
    if code:
        back = {name: value for name, value in asked.items() if value}
        if code in shelf.resources:
            return resource_page(
                r, city.city, back, entry(seen, shelf, shelf.resources[code]), names(), desk_of(seen, city.city, shelf.resources[code])
            )
        if code in shelf.items:
            return item_page(r, city.city, back, item(seen, shelf, shelf.items[code]), names())
        return empty(r.t("There is no such entry"), r.t("It may have another code now; look for it by its name."), "catalogue")
    may_import = seen.viewer.may("data.steward")
    row = {**city_row(seen, city), "home": {"bounds": around(seen, city.city, roots_of(seen, city)), "padding": 24}}
    return catalogue_page(r, row, asked, found(shelf, asked, STEP), names(), may_import)


PAGE = Page("catalogue", "/catalogue", "catalogue.read", build)


def found(shelf: Shelf, asked: dict[str, str], most: int) -> dict[str, Any]:
    """What fits, as the page shows it."""
    answer = search(shelf, question_of(asked), 0, most)
    return {
        "entries": [plain(one) for one in answer.entries],
        "total": answer.total,
        "counts": answer.counts,
        "is_empty": not shelf.resources and not shelf.items,
    }


def entry(seen: Seen, shelf: Shelf, one: Resource) -> dict[str, Any]:
    """Everything about a resource."""
    judged = seen.catalogue.judge(shelf.city)
    fresh = next((row for row in judged["fresh"] if row.code == one.code), None)
    standard = next((row for row in judged["standard"] if row.code == one.code and row.kind == "resource"), None)
    carrier = seen.catalogue.carrier(shelf.city, one)
    known = {row["code"]: row for row in seen.rows("units_by_codes", city=shelf.city, codes=list(one.units))} if one.units else {}
    links = linked(shelf, one)
    root = request.host_url if has_request_context() else "/"
    return {
        **plain(one),
        "published_on": str(one.published_on or ""),
        "is_shareable": one.is_shareable,
        "source": one.source,
        "units": one.units,
        "area_names": [row["name_zh"] or row["name_en"] or code for code, row in known.items()],
        "freshness": {"is_met": bool(fresh and fresh.is_met), "at": epoch(fresh.changed_at) if fresh else None},
        "faults": [named(rule) for rule in (standard.why if standard else ())],
        "carrier": {"batch": carrier["batch"], "at": epoch(carrier["received_at"])} if carrier else None,
        "use": {
            "address": describe.address(one),
            "parameters": describe.parameters(shelf.city, one),
            "example": describe.example(shelf.city, one, root),
            "openapi": f"{describe.address(one)}/openapi.json?city={shelf.city}",
        }
        if one.is_shareable and one.source[0]
        else None,
        "links": {**links, "items": [plain(row) for row in links["items"]]},
    }


def item(seen: Seen, shelf: Shelf, one: Item) -> dict[str, Any]:
    """Everything about an item of the item catalogue."""

    def named_resource(code: str) -> dict[str, Any]:
        known = shelf.resources.get(code)
        return {"code": code, "name_zh": known.name_zh if known else "", "name_en": known.name_en if known else "", "is_known": known is not None}

    standard = next((row for row in seen.catalogue.judge(shelf.city)["standard"] if row.code == one.code and row.kind == "item"), None)
    return {
        **plain(one),
        "uses": [named_resource(code) for code in parts(one.uses)],
        "produces": [named_resource(code) for code in parts(one.produces)],
        "faults": [named(rule) for rule in (standard.why if standard else ())],
    }


def named(rule: str) -> tuple[str, str]:
    """What a rule says, in both languages."""
    return names()["rules"].get(rule, (rule, rule))  # type: ignore[attr-defined, no-any-return]


def desk_of(seen: Seen, city: str, one: Resource) -> dict[str, Any]:
    """How the viewer stands towards a resource: their newest request, and what they may do."""
    now = datetime.now(UTC)
    mine = next((row for row in seen.desk.requests(city, one.code) if holds(seen.viewer, row)), None)
    if mine is not None:
        state = mine["state"] if mine["state"] != "granted" or in_force(mine, now) else "expired"
        mine = {**mine, "state": state, "expires_at": epoch(mine["expires_at"])}
    return {"mine": mine, "may_ask": seen.viewer.may("catalogue.request"), "may_confirm": decides(seen.viewer, one.department)}


def register(app: Dash, gateway: Gateway, system: System) -> None:
    """Add the callbacks: the search while it is typed, and what is done at the desk, on this page and the desk's own."""
    app.clientside_callback(
        ClientsideFunction("catalogue", "address"),
        Output(ids.CATALOGUE_ADDRESS, "data"),
        *(Input(name, "value") for name in ids.CATALOGUE.values()),
        Input(ids.CATALOGUE_AREA, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("catalogue", "drawn"),
        Output(ids.CATALOGUE_AREA, "data"),
        Input(ids.CATALOGUE_MAP, "drawn"),
        prevent_initial_call=True,
    )

    @gateway.callback(
        app,
        Output(ids.CATALOGUE_FOUND, "children"),
        *(Input(name, "value") for name in ids.CATALOGUE.values()),
        Input(ids.CATALOGUE_AREA, "data"),
        Input(ids.CATALOGUE_MOST, "data"),
        State(ids.CATALOGUE_CITY, "data"),
        State(ids.READER, "data"),
        right="catalogue.read",
        is_panel=True,
        prevent_initial_call=True,
    )
    def find(seen: Seen, word: Any, kind: Any, department: Any, topic: Any, sharing: Any, area: Any, most: Any, city: Any, given: Any) -> Any:
        asked = dict(
            zip(
                (*FILTERS, "area"),
                (checks.text(value or "", "filter", 8000) for value in (word, kind, department, topic, sharing, area)),
                strict=True,
            )
        )
        city = seen.city(checks.text(city, "city", 40)).city
        most = checks.whole(most if most is not None else STEP, "entries", 1, MOST)
        return results(reader(given), city, asked, found(shelf_of(seen, city), asked, most), names())

    @gateway.callback(
        app,
        Output(ids.CATALOGUE_DESK, "children"),
        Input(ids.CATALOGUE_ACT, "data"),
        State(ids.CATALOGUE_CITY, "data"),
        State(ids.CATALOGUE_ENTRY, "data"),
        State(ids.READER, "data"),
        right="catalogue.request",
        is_quiet=False,
        prevent_initial_call=True,
    )
    def ask(seen: Seen, asked: Any, city: Any, code: Any, given: Any) -> Any:
        if asked is None:
            return no_update
        r, city, code, fields = reader(given), seen.city(checks.text(city, "city", 40)).city, checks.text(code or "", "entry", 200), words_of(asked)
        act = checks.choice(asked.get("act"), "act", ("ask", "withdraw"))
        if act == "withdraw":
            number = number_of(fields, seen, city)
            made = system.desk.act(seen.viewer, number, "withdraw")
        else:
            made = system.desk.ask(seen.viewer, city, shelf_of(seen, city).resource(code), wish_of(fields))
            measured(system, city)
        gateway.note(rows=1, fields=made["fields"], units=made["units"], is_quiet=False)
        return shown(seen, r, city, code, made["state"])

    @gateway.callback(
        app,
        Output(ids.CATALOGUE_DESK, "children", allow_duplicate=True),
        Input(ids.CATALOGUE_DECIDE, "data"),
        State(ids.CATALOGUE_CITY, "data"),
        State(ids.CATALOGUE_ENTRY, "data"),
        State(ids.READER, "data"),
        right="catalogue.approve",
        is_quiet=False,
        prevent_initial_call=True,
    )
    def decide(seen: Seen, asked: Any, city: Any, code: Any, given: Any) -> Any:
        if asked is None:
            return no_update
        r, city, code, fields = reader(given), seen.city(checks.text(city, "city", 40)).city, checks.text(code or "", "entry", 200), words_of(asked)
        act = checks.choice(asked.get("act"), "act", ("grant", "refuse", "revoke", "confirm"))
        if act == "confirm":
            seen.catalogue.confirm(seen.viewer, city, shelf_of(seen, city).resource(code))
            told = "confirmed"
        else:
            made = system.desk.act(seen.viewer, number_of(fields, seen, city), act, fields.get("why", ""))
            told = {"granted": "grant"}.get(made["state"], made["state"])
        gateway.note(rows=1, is_quiet=False)
        measured(system, city)
        return shown(seen, r, city, code, told)


def shown(seen: Seen, r: Reader, city: str, code: str, told: str) -> Any:
    """The desk's part of the page that asked: of a resource, or of the desk itself."""
    if code:
        shelf = shelf_of(seen, city)
        one = shelf.resource(code)
        return request_part(r, entry(seen, shelf, one), desk_of(seen, city, one), told)
    return desk_body(seen, r, city, told)


def measured(system: System, city: str) -> None:
    """Something moved that the rates count: they are measured again by the keeper at its next turn."""
    if system.keeper is not None:
        system.keeper.wake(city)


def words_of(asked: Any) -> dict[str, str]:
    """The fields of an act; raises BadInput."""
    table = checks.table(asked, "act")
    return {name: checks.text(value, name, 2000).strip() for name, value in table.items() if name not in ("act", "t")}


def number_of(fields: dict[str, str], seen: Seen, city: str) -> int:
    """The request an act names, if it is one of this city; raises BadInput or NotFound."""
    text = fields.get("request", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadInput("That is no number of a request", "Reload the page", value=text[:40])
    return int(seen.desk.request(int(text), city)["request"])


def wish_of(fields: dict[str, str]) -> Wish:
    """What a form asks for; raises BadInput."""
    days = fields.get("days", "") or "365"
    if not (days.isascii() and days.isdigit() and len(days) <= 4):
        raise BadInput("Days are a whole number", "Write 365 for a year", value=days[:20])
    units = tuple(part.upper() for part in fields.get("units", "").replace(",", " ").replace("，", " ").split())
    return Wish(
        fields.get("purpose", ""),
        tuple(filter(None, fields.get("fields", "").split(","))),
        units,
        _day(fields, "since", False),
        _day(fields, "until", True),
        int(days),
    )


def _day(fields: dict[str, str], name: str, is_end: bool) -> datetime | None:
    text = fields.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("That is not a day", "Write 2026-01-31", value=text[:20]) from error
    return datetime(day.year, day.month, day.day, *((23, 59, 59) if is_end else ()), tzinfo=UTC)
