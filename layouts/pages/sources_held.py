"""What waits for a steward, and which columns of the sources changed?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.sheet import sheet
from layouts.format import DASH
from layouts.pages.data import dataset
from layouts.pages.sources_parts import act, bytes_, moment
from layouts.reader import Reader


def held_part(r: Reader, rows: list[dict[str, Any]], may_act: bool) -> Any:
    if not rows:
        return html.P(r.t("No file waits."), className="cs-soft")
    head = [r.t("File"), r.t("Why it waits"), r.t("Since"), r.t("What to do")]
    cells = [
        [
            html.Div([html.B(row["file_name"]), html.Small(html.Code(row["channel"])), html.Small(bytes_(r, row["size"]))]),
            _why(r, row),
            moment(r, row["at"]),
            _decide(r, row) if may_act else None,
        ]
        for row in rows
    ]
    last = len(head) if may_act else len(head) - 1
    return sheet(r.t("Files that wait"), head[:last], [row[:last] for row in cells])


def _why(r: Reader, row: dict[str, Any]) -> html.Div:
    if not row["changes"]:
        return html.Div(r.say(row["reason"]))
    changes = html.Ul([html.Li(change(r, one)) for one in row["changes"]])
    return html.Div([html.Span(r.t("The columns are not those of the file before")), changes])


def _decide(r: Reader, row: dict[str, Any]) -> html.Div:
    fields = {"source": row["channel"], "id": row["held"]}
    renamed = any(one["change"] == "renamed" for one in row["changes"])
    return html.Div(
        [
            act(r.t("Map the renamed columns and let it in"), "held.map", fields) if renamed else None,
            act(r.t("Let it in as it is"), "held.enter", fields, r.t("Let {name} in as it is?", name=row["file_name"]))
            if row["changes"] or "rows are gone" in row["reason"]
            else act(r.t("Read it again"), "held.enter", fields),
            act(r.t("Refuse it"), "held.refuse", fields, r.t("Refuse {name}? It never enters.", name=row["file_name"])),
        ],
        className="cs-acts",
    )


def change(r: Reader, one: dict[str, Any]) -> str:
    """A changed column in words."""
    name = one["column_name"]
    return {
        "added": r.t("Column {name} is new", name=name),
        "gone": r.t("Column {name} is gone", name=name),
        "renamed": r.t(
            "Column {was} is called {now} ({confidence} % alike)",
            was=one["was"],
            now=one["now"],
            confidence=r.number((one["confidence"] or 0) * 100),
        ),
        "retyped": r.t("Column {name} was {was}, is {now}", name=name, was=value_kind(r, one["was"]), now=value_kind(r, one["now"])),
    }[one["change"]]


def value_kind(r: Reader, name: str) -> str:
    """A kind of values."""
    return {
        "text": r.t("text"),
        "integer": r.t("whole numbers"),
        "number": r.t("numbers"),
        "date": r.t("dates"),
        "time": r.t("moments"),
        "bool": r.t("yes or no"),
        "shape": r.t("shapes"),
    }.get(name, name)


def drift_part(r: Reader, rows: list[dict[str, Any]]) -> Any:
    if not rows:
        return html.P(r.t("No source has changed its columns."), className="cs-soft")
    states = {
        "accepted": r.t("accepted by rule"),
        "mapped": r.t("mapped by rule"),
        "held": r.t("waits"),
        "entered": r.t("let in"),
        "refused": r.t("refused"),
    }
    head = [r.t("Source"), r.t("Dataset"), r.t("Change"), r.t("Seen"), r.t("Became"), r.t("By")]
    cells = [
        [
            html.Code(row["channel"]),
            dataset(r, row["dataset"]),
            change(r, row),
            moment(r, row["at"]),
            states.get(row["state"], row["state"]),
            row["decided_by"] or DASH,
        ]
        for row in rows
    ]
    return sheet(r.t("Changed columns"), head, cells)
