"""The page of rows that came back: sign, download, correct, review, close; every act is written down before it is answered."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from dash import Dash, Input, Output, State, no_update
from flask import Response

from app.errors import BadInput, NotFound
from app.quality import work
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.page import Page, city_asked, city_row
from callbacks.readers import reader
from data.rules import all_rules
from layouts import ids
from layouts.pages.returned import returned_body, returned_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The items of the viewer's department, a steward's of all; `item` and `state` of the address say which are open."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    state, number = words.get("state", ""), words.get("item", "")
    place = {"city": city.city, "state": state if state in work.STATES else "",
             "item": int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0}
    return returned_page(r, city_row(seen, city), place, body(seen, r, place))


PAGE = Page("returned", "/returned", "data.hand_in", build)


def body(seen: Seen, r: Reader, place: dict[str, Any], told: str = "") -> list[Any]:
    """What the page shows at a place."""
    found = work.items(seen, place["city"])
    try:
        chosen = work.item(seen, place["city"], place["item"]) if place["item"] else None
    except NotFound:
        chosen = None
    return returned_body(r, place, work.board(found), found, chosen, messages(), told)


def messages() -> dict[tuple[str, str, str], tuple[str, str]]:
    """(dataset, rule, column) → what the rule says, in Chinese and English."""
    return {(rule.dataset, rule.id, rule.column): (rule.message_zh, rule.message_en) for rules in all_rules().values() for rule in rules}


def register(app: Dash, gateway: Gateway, system: System) -> None:
    """Wire the page and its file."""

    @gateway.callback(
        app,
        Output(ids.RETURNED_BODY, "children"),
        Input(ids.RETURNED_ACT, "data"),
        State(ids.RETURNED_PLACE, "data"),
        State(ids.READER, "data"),
        right="data.hand_in",
        is_quiet=False,
        prevent_initial_call=True,
    )
    def change(seen: Seen, asked: Any, given: Any, shown: Any) -> Any:
        if asked is None or given is None:
            return no_update
        asked, place, r = checks.table(asked, "act"), place_of(given), reader(shown)
        place["item"] = checks.digits(asked.get("item"), "item")
        what, note = checks.text(asked.get("act"), "act", 20), checks.text(asked.get("note", ""), "note", 400)
        work.act(system, seen, place["city"], place["item"], what, note)
        return body(seen, r, place, r.t("Done; it is written down with your name."))

    @gateway.callback(
        app,
        Output(ids.RETURNED_BODY, "children", allow_duplicate=True),
        Input(ids.RETURNED_UPLOAD, "contents"),
        State(ids.RETURNED_UPLOAD, "filename"),
        State(ids.RETURNED_PLACE, "data"),
        State(ids.READER, "data"),
        right="data.hand_in",
        is_quiet=False,
        prevent_initial_call=True,
    )
    def correct(seen: Seen, contents: Any, name: Any, given: Any, shown: Any) -> Any:
        if contents is None or given is None:
            return no_update
        place, r = place_of(given), reader(shown)
        receipt = work.correct(system, seen, place["city"], place["item"], checks.text(name, "file name", 255), file_of(contents))
        return body(seen, r, place, r.t("Batch {batch}: {accepted} rows accepted, {rejected} rejected, {duplicate} known already.",
                                        batch=r.number(receipt.batch), accepted=r.number(receipt.accepted), rejected=r.number(receipt.rejected),
                                        duplicate=r.number(receipt.duplicate)))

    @gateway.route("/returned/<city>/<int:seq>.csv", right="data.hand_in")
    def take_out(seen: Seen, city: str, seq: int) -> Response:
        """The rejected rows of an item as they were handed in, to be mended; no cell is a formula."""
        raw = work.rows_csv(system, seen, city, seq)
        gateway.note(rows=raw.count(b"\r\n") - 1, is_quiet=False)
        return Response(raw, headers={"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store",
                                      "Content-Disposition": f'attachment; filename="{city}-rejected-{seq}.csv"'})


def place_of(given: Any) -> dict[str, Any]:
    """City, item and state that the page says it shows, checked."""
    given = checks.table(given, "place")
    state = checks.text(given.get("state", ""), "state", 20)
    return {"city": checks.text(given.get("city"), "city", 40), "item": checks.whole(given.get("item", 0), "item"),
            "state": state if state in work.STATES else ""}


def file_of(contents: Any) -> bytes:
    """The bytes of an uploaded file; raises BadInput."""
    if not isinstance(contents, str) or ";base64," not in contents[:200]:
        raise BadInput("The upload is not a file", "Choose it again")
    try:
        return base64.b64decode(contents.split(";base64,", 1)[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("The upload is not a file", "Choose it again") from error
