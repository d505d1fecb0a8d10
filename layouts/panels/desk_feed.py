"""What happened last: steps of alerts, batches that came in."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.libraries import dataset
from layouts.components.marks import empty
from layouts.components.said import severity
from layouts.panels.alert import act_name
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:  # noqa: ARG001 - one shape of all panels
    """`told` is app.operations.told.feed."""
    head = html.H2(r.t("What happened"))
    if not told["rows"]:
        return [head, empty(r.t("Nothing has happened here yet"), "", "clock")]
    rows = [html.Li(_batch(r, city, row) if row["kind"] == "batch" else _step(r, city, row)) for row in told["rows"]]
    return [head, html.Ol(rows, className="desk-feed")]


def _step(r: Reader, city: str, row: dict[str, Any]) -> list[Any]:
    who = "" if row["who"] in ("", "system") else row["who"]
    text = [html.Strong(r.pick(row["rule_zh"], row["rule_en"])), f" · {r.pick(row['name_zh'], row['name_en']) or row['code']}"]
    mark = html.I(className=f"desk-colour is-{row['severity']}", title=severity(r, row["severity"]))
    return [html.Time(r.moment(row["at"])), mark,
            html.A([html.Span(act_name(r, row["act"]), className="desk-act"), *text, html.Small(f" {who}") if who else None],
                   href=f"/alerts?city={city}&alert={row['alert']}")]


def _batch(r: Reader, city: str, row: dict[str, Any]) -> list[Any]:
    source = r.pick(row["source_zh"], row["source_en"]) or row["source"]
    text = r.t("{n} rows of {dataset} from {source}", n=r.number(row["row_in"]), dataset=dataset(r, row["dataset"]), source=source)
    bad = html.Small(r.t("{n} rejected", n=r.number(row["rejected"])), className="desk-late") if row["rejected"] else None
    return [html.Time(r.moment(row["at"])), html.I(className="desk-colour is-batch"),
            html.A([text, " ", bad], href=f"/data?city={city}&batch={row['batch']}")]
