"""The page of the SQL workspace. Every question is written down, whatever became of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State, no_update
from flask import Response, request

from app import access
from app.cells import harmless
from app.errors import BadInput, Busy, Refused
from app.query.compile import select_of
from app.query.question import parse
from app.sight import Seen
from app.workspace import LONGEST, columns, examples
from callbacks import checks
from callbacks.asking import Asking, both
from callbacks.gateway import Gateway
from callbacks.page import Page, city_asked, city_row
from callbacks.readers import reader
from layouts import ids
from layouts.components.marks import failed
from layouts.pages.welcome import welcome_page
from layouts.pages.workspace import answer, history, workspace_page
from layouts.reader import Reader

KEPT = 20


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The editor, and what may be asked of the city the address names."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    settings = seen.settings
    limits = {"seconds": settings.workspace_seconds, "rows": settings.workspace_rows, "minutes": settings.workspace_minutes,
              "csv": both(seen.viewer).may("export.rows")}
    built = select_of(parse(words["q"]), city.timezone) if words.get("q") else ""      # a question of the builder, to go on with
    return workspace_page(r, city_row(seen, city), columns(), examples(), limits, built)


PAGE = Page("workspace", "/workspace", "sql.ask", build)


def register(app: Dash, gateway: Gateway, asking: Asking) -> None:
    """Add the callbacks and the route of the file."""

    @gateway.callback(
        app,
        Output(ids.WORKSPACE_RESULT, "children"),
        Output(ids.WORKSPACE_HISTORY, "data"),
        Input(ids.WORKSPACE_RUN, "n_clicks"),
        State(ids.WORKSPACE_TEXT, "value"),
        State(ids.WORKSPACE_CITY, "data"),
        State(ids.WORKSPACE_HISTORY, "data"),
        State(ids.READER, "data"),
        right="sql.ask",
        running=[(Output(ids.WORKSPACE_RUN, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def asked(seen: Seen, clicks: Any, sql: Any, city: Any, before: Any, given: Any) -> Any:
        if not clicks:
            return no_update, no_update
        r = reader(given)
        try:
            sql = question_of(sql)
        except BadInput as error:
            return failed(error.fact, error.remedy), no_update
        try:
            found = asking.ask(seen, checks.text(city, "city", 40), sql)
        except (BadInput, Refused, Busy) as error:      # of the question: said in the place of its answer; it stands in the trail already
            return failed(error.fact, error.remedy), no_update
        old = [one for one in kept_of(before) if one != sql]
        return answer(r, found.answer, found.as_of, found.seconds), [sql, *old][:KEPT]

    @gateway.callback(
        app,
        Output(ids.WORKSPACE_OLD, "children"),
        Input(ids.WORKSPACE_HISTORY, "data"),
        State(ids.READER, "data"),
        right="sql.ask",
    )
    def old(seen: Seen, kept: Any, given: Any) -> Any:  # noqa: ARG001 - every callback gets it
        return history(reader(given), kept_of(kept))

    @gateway.route("/workspace/<city>.csv", right="export.rows", methods=("POST",))
    def take_out(seen: Seen, city: str) -> Response:
        """The answer of a question as a file: only from where one may both ask and take rows out."""
        viewer = both(seen.viewer)
        access.require(viewer, "sql.ask")
        found = asking.ask(asking.system.seen_by(viewer, "sql.ask"), checks.text(city, "city", 40), question_of(request.form.get("sql", "")))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([harmless(one["name"]) for one in found.answer.columns])
        for row in found.answer.rows:
            writer.writerow(["" if cell is None else harmless(cell) for cell in row])
        gateway.note(rows=len(found.answer.rows), fields=found.answer.tables)
        name = f"{city}-question-{datetime.now(UTC).strftime('%Y%m%dT%H%M')}.csv"
        return Response(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8"), headers={
            "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
            "X-Chengshu-Rows": f"{len(found.answer.rows)}{' cut' if found.answer.cut else ''}"})


def question_of(text: Any) -> str:
    """The text of a question; raises BadInput."""
    if not isinstance(text, str) or not text.strip():
        raise BadInput("There is no question in the text", "Write a SELECT, or take one of the examples")
    if len(text) > LONGEST:
        raise BadInput(f"The question has {len(text)} characters; {LONGEST} are answered", "Shorten it")
    return text


def kept_of(kept: Any) -> list[str]:
    """The questions that the browser kept; what is not one is left out."""
    return [one for one in kept if isinstance(one, str) and 0 < len(one) <= LONGEST][:KEPT] if isinstance(kept, list) else []
