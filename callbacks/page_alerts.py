"""The board of alerts: filters in the address, a card opens its alert, every act is written down before it is answered."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from app.alerts import board, life
from app.alerts.rules import procedures
from app.errors import NotFound
from app.forecast.told import ahead
from app.indicators.owners import departments
from app.indicators.status import now_of
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_view import indicator_row
from callbacks.page import Page, city_asked
from callbacks.readers import reader
from data.alerts import SEVERITIES
from layouts import ids
from layouts.pages.alerts import alerts_body, alerts_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

BEFORE_S, AFTER_S, MOST_DAYS = 2 * 86_400, 86_400, 30


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The board; `alert`, `severity` and `owner` of the address say what is open and what is shown."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    number = words.get("alert", "")
    place = {"city": city.city, "alert": int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
             "severity": words.get("severity", "") if words.get("severity") in SEVERITIES else "", "owner": words.get("owner", "")[:40]}
    return alerts_page(r, place, body(seen, r, place))


PAGE = Page("alerts", "/alerts", "operations.read", build)


def body(seen: Seen, r: Reader, place: dict[str, Any], told: str = "") -> list[Any]:
    """What the page shows at a place."""
    city = place["city"]
    names = {id: r.pick(row["name_zh"], row["name_en"]) for id, row in departments(seen).items()}
    cards = board.cards(seen, city, place["severity"], place["owner"])
    owners = sorted({card["owner"] for mine in board.cards(seen, city).values() for card in mine})
    indicators = {name: indicator_row(one) for name, one in seen.indicators.items()}
    pending = seen.alerts.pending(city) if seen.sight(city) is None else 0
    return alerts_body(r, place, board.counts(seen, city), cards, pending, names, owners, indicators, now_of(seen, city),
                       opened(seen, r, place, names, indicators), told)


def opened(seen: Seen, r: Reader, place: dict[str, Any], names: dict[str, str],  # noqa: ARG001
           indicators: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The alert that is open, with what its panel needs; None where there is none."""
    if not place["alert"]:
        return None
    city = place["city"]
    try:
        row = board.alert(seen, city, place["alert"])
    except NotFound:
        return None
    cube = seen.values(city).cube(row["indicator"])
    daily = not cube.indicator.cadence.startswith("PT")
    since = row["began_at"] - (MOST_DAYS * 86_400 if daily else BEFORE_S)
    times, values = cube.series(row["unit_level"], row["unit_seq"], since, max(row["last_at"], row["raised_at"]) + AFTER_S)
    rule = seen.alerts.rules.get(row["rule"])
    is_on = row["ended_at"] is None and times.size > 0 and int(times[-1]) == int(cube.times[-1])
    here = {"level": row["unit_level"], "seq": row["unit_seq"], "code": row["unit_code"], "parent_code": None}
    return row, {
        "ahead": ahead(seen, city, here, row["indicator"], AFTER_S) if is_on else None,
        "indicator": indicators[row["indicator"]], "rule": rule, "procedure": procedures().get(row["procedure"]),
        "times": times.tolist(), "values": [None if value != value else value for value in values.tolist()],
        "limits": [row["limit"]] if row["limit"] is not None else [], "owner": names.get(row["owner"], row["owner"]),
        "acts": life.acts_for(seen.viewer, row), "departments": names,
        "group": sum(one["state"] == row["state"] for one in board.group(seen, city, row["group"])),
    }


def register(app: Dash, gateway: Gateway, system: System) -> None:
    """Wire the page."""

    @gateway.callback(app, Output(ids.ALERTS_BODY, "children"), Output(ids.ALERTS_PLACE, "data"), Input(ids.ALERTS_LOOK, "data"),
                      State(ids.READER, "data"), right="operations.read", prevent_initial_call=True)
    def look(seen: Seen, asked: Any, given: Any) -> Any:
        if asked is None:
            return no_update, no_update
        place = place_of(asked)
        return body(seen, reader(given), place), place

    @gateway.callback(app, Output(ids.ALERTS_BODY, "children", allow_duplicate=True), Input(ids.ALERTS_ACT, "data"), State(ids.ALERTS_PLACE, "data"),
                      State(ids.READER, "data"), right=life.RIGHT, is_quiet=False, prevent_initial_call=True)
    def change(seen: Seen, asked: Any, given: Any, shown: Any) -> Any:
        if asked is None or given is None:
            return no_update
        asked, place, r = checks.table(asked, "act"), place_of(given), reader(shown)
        number = checks.digits(asked.get("number"), "number")
        what, note = checks.text(asked.get("act"), "act", 20), checks.text(asked.get("note", ""), "note", 500)
        life.act(system, seen, place["city"], number, what, note, checks.text(asked.get("to", ""), "to", 40), asked.get("group") == "true")
        return body(system.seen_by(seen.viewer, "operations.read"), r, {**place, "alert": number}, r.t("Done; it is written down with your name."))


def place_of(given: Any) -> dict[str, Any]:
    """City, alert and filters that the page says it shows, checked."""
    given = checks.table(given, "place")
    severity = checks.text(given.get("severity", ""), "severity", 10)
    return {"city": checks.text(given.get("city"), "city", 40), "alert": checks.whole(given.get("alert", 0), "alert", 0, 2**31 - 1),
            "severity": severity if severity in SEVERITIES else "", "owner": checks.text(given.get("owner", ""), "owner", 40)}
