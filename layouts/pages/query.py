"""The query builder: a question put together from lists on the left, its rows and chart on the right. assets/screen/query.js builds the form."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.still import still
from layouts.panels.query_chart import query_chart
from layouts.panels.rows import column, rows_grid
from layouts.reader import Reader

GRID = "query-grid"


def query_page(r: Reader, city: dict[str, Any], facts: dict[str, Any], asked: str, may_take_out: bool) -> html.Div:
    """`facts` {subjects, choices, ops, steps, hows, usual, limit} for the form; `asked` is the question of the address, empty without one."""
    told = {**facts, "city": city["city"], "language": r.language, "asked": asked, "words": words(r)}
    files = [
        html.Button([icon("download", 16), name], type="button", className="cs-button", title=r.t("Ask again and save"), **{"data-query": kind})
        for kind, name in (("csv", "CSV"), ("parquet", "Parquet"))
    ]
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.QUERY_FACTS, data=told),
            dcc.Store(id=ids.QUERY_ASKED, data=asked),
            html.Section(
                [
                    html.H1(r.t("Query builder")),
                    html.P(
                        r.t(
                            "Choose what to ask of {city}; no SQL is needed. You are told what you may see.",
                            city=r.pick(city["name_zh"], city["name_en"]),
                        ),
                        className="cs-soft",
                    ),
                    html.Div(id="query-form"),
                    still(
                        html.Div(
                            [
                                html.Button(
                                    [icon("play", 16), r.t("Ask")], type="button", className="cs-button cs-button-main", **{"data-query": "ask"}
                                ),
                                *(files if may_take_out else ()),
                                html.A(
                                    [icon("workspace", 16), r.t("Open in the SQL workspace")],
                                    href=f"/workspace?city={city['city']}",
                                    className="cs-button",
                                    id="query-sql",
                                ),
                            ],
                            className="query-hands",
                        )
                    ),
                ],
                className="query-build",
                **{"aria-label": r.t("The question")},
            ),
            html.Section(
                html.Div(
                    empty(r.t("No question asked yet"), r.t("Choose a subject and press Ask."), "query"),
                    id=ids.QUERY_RESULT,
                    className="query-result",
                ),
                className="query-answer",
                **{"aria-label": r.t("The answer")},
            ),
        ],
        className="query",
    )


def words(r: Reader) -> dict[str, str]:
    """What the form says."""
    return {
        "subject": r.t("Ask about"),
        "columns": r.t("Columns"),
        "where": r.t("Only where"),
        "group": r.t("Counted by"),
        "measures": r.t("Tell of each"),
        "sort": r.t("Sorted by"),
        "limit": r.t("At most rows"),
        "add": r.t("Add"),
        "remove": r.t("Take away"),
        "down": r.t("largest first"),
        "up": r.t("smallest first"),
        "choose": r.t("choose …"),
        "and": r.t("and"),
        "days": r.t("days"),
        "unit": r.t("Code of a unit"),
        "allColumns": r.t("the usual ones"),
        "rows": r.t("number of rows"),
        "of": r.t("of"),
        "sortNone": r.t("as they come"),
        "failed": r.t("The answer did not come"),
        "value": r.t("Value"),
        "search": r.t("Search name, code, address, pinyin"),
    }


def op_words(r: Reader) -> dict[str, str]:
    """What each comparison is called."""
    return {
        "eq": "=",
        "ne": "≠",
        "lt": "<",
        "le": "≤",
        "gt": ">",
        "ge": "≥",
        "between": r.t("between"),
        "empty": r.t("is empty"),
        "filled": r.t("is not empty"),
        "since": r.t("since"),
        "until": r.t("until before"),
        "last_days": r.t("of the last days"),
        "is": r.t("is exactly"),
        "has": r.t("contains"),
        "begins": r.t("begins with"),
        "any": r.t("is one of"),
        "none": r.t("is none of"),
        "within": r.t("lies in"),
    }


def step_words(r: Reader) -> dict[str, str]:
    """What each step of time is called."""
    return {
        "hour": r.t("by the hour"),
        "day": r.t("by day"),
        "week": r.t("by week"),
        "month": r.t("by month"),
        "year": r.t("by year"),
        "hour_of_day": r.t("by hour of the day"),
        "weekday": r.t("by day of the week"),
    }


def how_words(r: Reader) -> dict[str, str]:
    """What each aggregate is called."""
    return {
        "count": r.t("number of rows"),
        "distinct": r.t("different values"),
        "sum": r.t("sum"),
        "avg": r.t("mean"),
        "median": r.t("median"),
        "min": r.t("smallest"),
        "max": r.t("largest"),
    }


def answer(r: Reader, columns: list[dict[str, Any]], rows: list[list[Any]], facts: dict[str, Any]) -> list[Any]:
    """`columns` {id, label, kind: number time text, is_group, is_measure}; `facts` {seconds, as_of, cut}. The rows, and a chart."""
    said = [
        r.t("{n} rows", n=r.number(len(rows))),
        r.t("{seconds} s", seconds=f"{facts['seconds']:.2f}"),
        r.t("as of {when}", when=r.moment(int(facts["as_of"]), "full")),
    ]
    cut = r.t("Cut at {n} rows: the answer has more.", n=r.number(len(rows))) if facts["cut"] else None
    note = html.P([" · ".join(said), html.Strong(cut, className="cs-workspace-cut") if cut else None], className="cs-soft", role="status")
    if not rows:
        return [note, empty(r.t("The question has no rows"), r.t("Nothing fits what it asks for."), "query")]
    shown = [column(f"c{i}", one["label"], one["kind"] == "number", minWidth=100) for i, one in enumerate(columns)]
    cells = [{f"c{i}": cell for i, cell in enumerate(row)} for row in rows]
    return [note, query_chart(r, columns, rows), html.Div(rows_grid(r, GRID, shown, cells, columnSize="autoSize"), className="query-grid")]
