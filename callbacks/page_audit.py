"""The page of the audit trail. Reading it is itself written down: what was looked for, and how many rows there were."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from flask import Response, request

from app.audit import COUNTED, FOREVER, Question
from app.errors import BadInput
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.page import Page
from callbacks.readers import reader
from layouts import ids
from layouts.pages.audit import PERIODS, audit_page, audit_row, audit_rows, chain_state
from layouts.reader import Reader

BLOCK, FRESH = 500, 600.0
_SECONDS = {"hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}
_NAMES = tuple(ids.AUDIT_FILTERS)


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:  # noqa: ARG001 - every page is built from the same
    """The frame of the page."""
    return audit_page(r, [{"city": one.city, "name_zh": one.name_zh, "name_en": one.name_en} for one in seen.cities.values()])


PAGE = Page("audit", "/audit", "audit.read", build)


def register(app: Dash, gateway: Gateway, system: System) -> None:
    """Add the callbacks and the route of the file."""
    audit = system.audit
    filters = [ids.AUDIT_FILTERS[name] for name in _NAMES]

    def tell(seen: Seen, action: str, detail: str, rows: int = 0) -> None:
        audit.note(seen.viewer.name, seen.viewer.kind, action, "allowed", address=request.remote_addr or "", detail=detail, rows=rows)

    app.clientside_callback(ClientsideFunction("rows", "ready"), Output(ids.ROWS_READY, "data"), Input(ids.ROWS_READY, "id"))

    @gateway.callback(
        app,
        Output(ids.AUDIT_STATE, "children"),
        Input(ids.AUDIT_CHECK, "n_clicks"),
        State(ids.READER, "data"),
        right="audit.read",
        is_panel=True,
    )
    def state(seen: Seen, clicks: Any, given: Any) -> Any:
        found = audit.checked
        if clicks or found is None or time.time() - found.checked_at > FRESH:
            audit.flush()
            found = audit.verify()
            tell(seen, "audit.verify", found.sentence, found.rows)
        return chain_state(reader(given), {name: getattr(found, name) for name in found.__dataclass_fields__})

    @gateway.callback(
        app,
        Output(ids.AUDIT_PLACE, "children"),
        Output(ids.AUDIT_EXPORT, "href"),
        Input(ids.ROWS_READY, "data"),
        *(Input(name, "value") for name in filters),
        State(ids.READER, "data"),
        right="audit.read",
        prevent_initial_call=True,
    )
    def show(seen: Seen, ready: Any, who: Any, action: Any, decision: Any, city: Any, word: Any, period: Any, since: Any, until: Any,
             given: Any) -> Any:
        if not ready:
            return no_update, no_update
        r = reader(given)
        asked = dict(zip(_NAMES, (who, action, decision, city, word, period, since, until), strict=True))
        question = question_of(asked, r.zone)
        total = audit.trail.count(question, COUNTED)
        told = {name: value for name, value in question._asdict().items() if value not in ("", 0, FOREVER)}
        tell(seen, "audit.search", " ".join(f"{name}={value}" for name, value in told.items()), total)
        return audit_rows(r, total, total >= COUNTED), f"/audit/trail.csv?{urlencode(told)}"

    @gateway.callback(
        app,
        Output(ids.AUDIT_GRID, "getRowsResponse"),
        Input(ids.AUDIT_GRID, "getRowsRequest"),
        *(State(name, "value") for name in filters),
        State(ids.READER, "data"),
        right="audit.read",
    )
    def block(seen: Seen, asked: Any, who: Any, action: Any, decision: Any, city: Any, word: Any, period: Any, since: Any, until: Any,  # noqa: ARG001
              given: Any) -> Any:
        if asked is None:
            return no_update
        r, asked = reader(given), checks.table(asked, "request")
        start = checks.whole(asked.get("startRow", 0), "first row", 0, 10**8)
        end = min(checks.whole(asked.get("endRow", 100), "last row", 0, 10**8), start + BLOCK)
        question = question_of(dict(zip(_NAMES, (who, action, decision, city, word, period, since, until), strict=True)), r.zone)
        rows, total = audit.search(question, start, max(0, end - start))
        return {"rowData": [audit_row(r, row) for row in rows], "rowCount": total}

    @gateway.route("/audit/trail.csv", right="audit.read")
    def trail(seen: Seen) -> Response:
        """The rows that fit as a file, oldest first."""
        given = {name: checks.text(request.args.get(name, ""), name, 80) for name in ("who", "action", "decision", "city", "word")}
        times = {name: int(checks.text(request.args.get(name, default), name, 19)) if request.args.get(name, default).isdigit() else -1
                 for name, default in (("since", "0"), ("until", str(FOREVER)))}
        if min(times.values()) < 0 or max(times.values()) > FOREVER:
            raise BadInput("since and until are microseconds since 1970", "Take the address from the page")
        question = Question(**given, **times)
        audit.flush()
        tell(seen, "audit.export", request.query_string.decode("ascii", "replace")[:300], audit.trail.count(question))
        name = f"audit-{datetime.now(UTC).strftime('%Y%m%dT%H%M')}.csv"
        return Response(audit.csv(question), headers={
            "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
            "Content-Encoding": "identity"})


def question_of(given: dict[str, Any], zone: str) -> Question:
    """What the filters ask for; raises BadInput."""
    words = {name: checks.text(given[name] or "", name, 80).strip() for name in ("who", "action", "city", "word")}
    decision = given["decision"] or ""
    if decision:
        checks.choice(decision, "decision", ("allowed", "refused", "failed"))
    period = checks.choice(given["period"] or "all", "period", PERIODS)
    since = _moment(given["since"], zone, "since")
    if since is None:
        since = int((time.time() - _SECONDS[period]) * 1e6) if period in _SECONDS else 0
    until = _moment(given["until"], zone, "until")
    return Question(**words, decision=decision, since=since, until=FOREVER if until is None else until)


def _moment(text: Any, zone: str, name: str) -> int | None:
    text = checks.text(text or "", name, 40).strip()
    try:
        when = datetime.fromisoformat(text) if text else None
        return None if when is None else max(0, int((when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))).timestamp() * 1e6))
    except (ValueError, OverflowError) as error:
        raise BadInput("That is not a moment", "Write 2026-01-31 or 2026-01-31 08:00", value=text) from error

