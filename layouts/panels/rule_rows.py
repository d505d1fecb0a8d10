"""Which rows broke this rule?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.format import DASH
from layouts.reader import Reader


def rule_rows(r: Reader, city: str, rule: str, dataset: str, rows: list[dict[str, Any]], most: int) -> html.Div:
    """`rows` of app.lineage.flow.rule_rows; `dataset` is the name of the rule's dataset in the reader's language."""
    head = [r.t("Batch"), r.t("Row"), r.t("Source"), r.t("Column"), r.t("Value"), r.t("If broken"), r.t("Received")]
    cells = []
    for row in rows:
        here = f"/data?city={city}&batch={row['batch']}"
        cells.append(
            [
                html.A(r.number(row["batch"]), href=here),
                html.A(r.number(row["row"]), href=f"{here}&row={row['row']}"),
                [row["source"], html.Small(f" {row['file_name']}")],
                html.Code(row["column_name"]),
                row["masked_value"] or DASH,
                r.t("rejected") if row["severity"] == "reject" else r.t("warning"),
                r.moment(row["received_at"], "full"),
            ]
        )
    return html.Div(
        [
            html.Div(html.A([icon("left", 16), r.t("All rules")], href=f"/quality?city={city}", className="cs-link")),
            html.H1([r.t("Rows that broke a rule"), ": ", dataset, " · ", html.Code(rule)]),
            sheet(r.t("Rows that broke a rule"), head, cells, (0, 1)) if rows else empty(r.t("No such rows"), "", "table"),
            html.P(r.t("The newest {n} rows.", n=r.number(most)), className="cs-soft") if len(rows) == most else None,
        ],
        className="cs-document",
    )
