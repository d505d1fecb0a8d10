"""From what a person points at to one selection that map, card, chart and table share."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State

from app.sight import Seen
from app.system import System
from app.units import cards
from app.units.levels import LEVELS
from app.units.several import units
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_view import around, root_of, roots_of
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.components.still import still
from layouts.panels.breadcrumb import breadcrumb

MOST = 2_000


def register(app: Dash, gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the callback."""

    @gateway.callback(
        app,
        Output(ids.SELECTION, "data"),
        Output(ids.BREADCRUMB, "children"),
        Input(ids.INTENT, "data"),
        State(ids.FACTS, "data"),
        State(ids.READER, "data"),
        right="map.read",
    )
    def select(seen: Seen, intent: Any, facts: Any, given: Any) -> tuple[dict[str, Any], Any]:
        r, city = reader(given), city_of(seen, facts)
        found, missing = wanted(seen, city, checks.table(intent, "intent"))
        root = root_of(seen, seen.city(city))
        chain = [*cards.ancestors(seen, city, found[0]), found[0]] if found else [root] if root else []
        selection = {
            "items": [_item(row) for row in found],
            "building": _building(seen, city, found),
            "n": intent.get("n", 0),
            "chain": [row["code"] for row in chain],
            "root": _item(root) if root else None,
            "missing": missing,
        }
        if intent.get("fly"):
            row, there = found[0] if found else root, found or roots_of(seen, seen.city(city))
            selection["fly"] = (
                {"bounds": around(seen, city, there), "level": row["level"], "height": height_of(seen, city, row)} if row else None
            )
        return selection, still(breadcrumb(r, chain, len(found) - 1 if len(found) > 1 else 0))


def city_of(system: System, facts: Any) -> str:
    """The city a page shows; raises NotFound."""
    return system.city(checks.text(checks.table(facts, "facts").get("city"), "city", 40)).city


def wanted(system: System, city: str, intent: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """(the units an intent names, how many of them do not stand any more). The city itself means no selection."""
    codes = checks.codes(intent.get("codes") or [], MOST)
    rows = units(system, city, codes)
    missing = len(set(codes)) - len(rows)
    if intent.get("seq") is not None:
        level = checks.choice(intent.get("level"), "level", tuple(LEVELS))
        row = cards.unit_at(system, city, level, checks.whole(intent["seq"], "seq", 1, 2**31))
        # a unit that is already among several leaves them, another joins
        rows = (
            [one for one in rows if one["code"] != row["code"]] if len(rows) > 1 and any(one["code"] == row["code"] for one in rows) else [*rows, row]
        )
    rows = [row for row in rows if row["level"] != "city"]
    return [row for row in rows if row["level"] == rows[-1]["level"]] if rows else [], missing


def height_of(system: System, city: str, row: dict[str, Any]) -> float | None:
    """Height of a building, or of the building a floor is in, in metres."""
    return (cards.unit(system, city, row["parent_code"]) if row["level"] == "floor" else row)["height_m"]


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("level", "seq", "code", "name_zh", "name_en", "floor_no")}


def _building(system: System, city: str, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    if len(rows) != 1 or rows[0]["level"] not in ("building", "floor"):
        return None
    row = rows[0] if rows[0]["level"] == "building" else cards.unit(system, city, rows[0]["parent_code"])
    return {"code": row["code"], "seq": row["seq"], "picked": rows[0]["code"] if rows[0]["level"] == "floor" else None}
