"""The SQL workspace: an editor, what may be asked, examples, the answer as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from layouts import ids
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.still import still
from layouts.panels.rows import column, rows_grid
from layouts.reader import Reader

GRID, CSV, BUTTON, LIST = "workspace-grid", "workspace-csv", "cs-button", "cs-workspace-list"
_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "HUGEINT")


def workspace_page(
    r: Reader, city: dict[str, Any], columns: list[dict[str, str]], examples: Iterable[Any], limits: dict[str, Any], first: str = ""
) -> html.Div:
    """`columns` {table, column, type, unit, meaning_zh, meaning_en}; `examples` title_zh, title_en, sql; `limits` {seconds, rows, minutes, csv};
    `first` is what stands in the editor instead of the first example.
    """
    examples = list(examples)
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.WORKSPACE_CITY, data=city["city"]),
            dcc.Store(id=ids.WORKSPACE_HISTORY, storage_type="session"),
            dcc.Store(id=ids.ROWS_READY),
            html.Div(
                [
                    html.H1(r.t("SQL workspace")),
                    html.P(
                        r.t(
                            "One SELECT at a time over what you may see of {city}: at most {rows} rows, {seconds} s. "
                            "The data is a copy, made anew after {minutes} minutes.",
                            city=r.pick(city["name_zh"], city["name_en"]),
                            rows=r.number(limits["rows"]),
                            seconds=f"{limits['seconds']:g}",
                            minutes=f"{limits['minutes']:g}",
                        ),
                        className="cs-soft",
                    ),
                    editor(r, first or (examples[0].sql if examples else ""), limits["csv"]),
                    html.Div(
                        empty(r.t("No question asked yet"), r.t("Write one or take an example, then press Ctrl and Enter."), "workspace"),
                        id=ids.WORKSPACE_RESULT,
                        className="cs-workspace-result",
                    ),
                ],
                className="cs-workspace-main",
            ),
            html.Aside(
                [
                    still(
                        [
                            html.H2(r.t("Examples")),
                            html.Ul([html.Li(_taken(r.pick(one.title_zh, one.title_en), one.sql)) for one in examples], className=LIST),
                            html.H2(r.t("Asked before")),
                        ]
                    ),
                    html.Div(history(r, []), id=ids.WORKSPACE_OLD),
                    still([html.H2(r.t("Tables")), *tables(r, columns)]),
                ],
                className="cs-workspace-side",
                **{"aria-label": r.t("Examples and tables")},
            ),
        ],
        className="cs-workspace",
        **{"data-city": city["city"]},
    )


def editor(r: Reader, first: str, may_take_out: bool) -> html.Div:
    """The text and what can be done with it."""
    return html.Div(
        [
            dmc.Textarea(
                id=ids.WORKSPACE_TEXT,
                value=first,
                label=r.t("Question"),
                autosize=True,
                minRows=7,
                maxRows=18,
                spellCheck=False,
                classNames={"input": "cs-workspace-text"},
            ),
            html.Div(
                [
                    html.Button([icon("play", 16), r.t("Ask")], id=ids.WORKSPACE_RUN, className=f"{BUTTON} cs-button-main", type="button"),
                    html.Span(html.Kbd("Ctrl Enter"), className="cs-soft"),
                    html.Button([icon("download", 16), r.t("As CSV")], id=CSV, className=BUTTON, title=r.t("Ask again and save"), type="button")
                    if may_take_out
                    else None,
                ],
                className="cs-workspace-hands",
            ),
        ]
    )


def tables(r: Reader, columns: list[dict[str, str]]) -> list[html.Details]:
    """Every table with its columns, their meaning and unit."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in columns:
        found.setdefault(row["table"], []).append(row)
    meaning = {
        "city": r.t("The city"),
        "unit": r.t("Units that stand today, city to floor"),
        "unit_attribute": r.t("Attributes of units"),
        "indicator": r.t("Indicators you may see"),
        "value": r.t("Values at every time, city to grid"),
        "latest": r.t("Newest values, city to grid"),
        "flow": r.t("Counts from unit to unit"),
        "service_case": r.t("Service cases as they stand"),
    }
    return [
        html.Details(
            [
                html.Summary([html.Code(name), " ", html.Span(meaning.get(name, ""), className="cs-soft")]),
                html.Dl(
                    [
                        html.Div(
                            [
                                html.Dt([html.Code(row["column"]), html.Small(f"{row['type'].lower()} {row['unit'] or ''}".strip())]),
                                html.Dd(r.pick(row["meaning_zh"], row["meaning_en"])),
                            ]
                        )
                        for row in rows
                    ]
                ),
            ]
        )
        for name, rows in found.items()
    ]


def history(r: Reader, asked: list[str]) -> Any:
    """Own questions of this browser session, the newest first."""
    if not asked:
        return html.P(r.t("Your questions of this session stand here."), className="cs-soft")
    return still(html.Ul([html.Li(_taken(" ".join(sql.split())[:90], sql)) for sql in asked], className=LIST))


def answer(r: Reader, asked: Any, as_of: float, seconds: float) -> list[Any]:
    """`asked`: columns {name, type}, rows, cut. Rows in a table, how many, how long it took, as of when."""
    facts = [
        r.t("{n} rows", n=r.number(len(asked.rows))),
        r.t("{seconds} s", seconds=f"{seconds:.2f}"),
        r.t("as of {when}", when=r.moment(int(as_of), "full")),
    ]
    cut = {
        "rows": r.t("Cut at {n} rows: the answer has more.", n=r.number(len(asked.rows))),
        "bytes": r.t("Cut at {n} rows: the answer is too large to show whole.", n=r.number(len(asked.rows))),
    }.get(asked.cut)
    note = html.P([" · ".join(facts), html.Strong(cut, className="cs-workspace-cut") if cut else None], className="cs-soft", role="status")
    if not asked.rows:
        return [note, empty(r.t("The question has no rows"), r.t("Nothing fits what it asks for."), "workspace")]
    columns = [
        column(f"c{i}", one["name"], one["type"].startswith(_NUMBERS), minWidth=90, headerTooltip=f"{one['name']}  {one['type'].lower()}")
        for i, one in enumerate(asked.columns)
    ]
    rows = [{f"c{i}": cell for i, cell in enumerate(row)} for row in asked.rows]
    return [note, html.Div(rows_grid(r, GRID, columns, rows, columnSize="autoSize"), className="cs-workspace-grid")]


def _taken(title: str, sql: str) -> html.Button:
    return html.Button(title, type="button", className="cs-link cs-workspace-take", title=sql, **{"data-sql": sql})
