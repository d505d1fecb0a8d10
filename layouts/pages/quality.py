"""Are the rules kept: rejected rows on their way home, and every rule with its pass rate and its course."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import Spark
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.components.still import Still, still
from layouts.components.traced import traced
from layouts.pages.data import dataset
from layouts.reader import Reader

GOOD, WATCH = 99.0, 95.0


def quality_page(r: Reader, city: dict[str, Any], board: list[dict[str, Any]], rules: list[dict[str, Any]], owners: dict[str, dict[str, Any]],
                 may_export: bool, sees_items: bool) -> html.Div:
    """`board` per state of work items; `rules` as app.quality.rates gives them, worst first; `owners` departments by id."""
    rated = [row for row in rules if row["rate"] is not None]
    kept = sum(row["broken"] == 0 for row in rated)
    broken = sum(row["broken"] for row in rated if row["severity"] == "reject")
    warned = sum(row["broken"] for row in rated if row["severity"] == "warn")
    return html.Div(
        [
            html.H1(r.t("Data quality of {city}", city=r.pick(city["name_zh"], city["name_en"]))),
            html.P(r.t("Rules are asked of every row on its way in. A row that breaks one goes back to its department; a warning is noted. "
                       "Figures of the last 30 days, by the day of receipt."), className="cs-soft"),
            still(html.Div([
                _figure(r, r.t("Rules"), "rules", r.number(len(rules)), r.t("{n} kept by every row", n=r.number(kept))),
                _figure(r, r.t("Rejected"), "rejected_rows", r.number(broken), r.t("rows, last 30 days")),
                _figure(r, r.t("Warnings"), "warned_rows", r.number(warned), r.t("rows, last 30 days")),
            ], className="cs-figures")),
            html.H2(r.t("Rejected rows on their way home")),
            flow(r, board, f"/returned?city={city['city']}" if sees_items else ""),
            html.H2(r.t("Rules")),
            html.P(html.A(r.t("Download as CSV"), href=f"/quality/{city['city']}.csv", className="cs-act")) if may_export and rules else None,
            _rules(r, city["city"], rules, owners) if rules else
            empty(r.t("No batch has come in within 30 days"), r.t("Rules are shown once rows come in."), "data"),
        ],
        className="cs-document cs-quality",
    )


def flow(r: Reader, board: list[dict[str, Any]], link: str = "", chosen: str = "") -> Any:
    """The five states side by side with items, rows and what is overdue; each leads to its items where there is a link."""
    steps = []
    for row in board:
        inner = [
            html.Span(state_name(r, row["state"]), className="cs-figure-name"),
            html.B(r.number(row["items"])),
            html.Small(r.t("items · {n} rows", n=r.number(row["rows"]))),
            html.Small(r.t("{n} overdue", n=r.number(row["overdue"])), className="cs-figure-bad") if row["overdue"] else None,
        ]
        shape = "cs-step" + (" cs-step-chosen" if row["state"] == chosen else "") + (" cs-step-late" if row["overdue"] else "")
        steps.append(html.A(inner, href=f"{link}&state={row['state']}", className=shape) if link else html.Div(inner, className=shape))
    return still(html.Div(steps, className="cs-flow"))


def state_name(r: Reader, state: str) -> str:
    """A state of a work item in words."""
    return {"pushed": r.t("Pushed"), "signed": r.t("Signed for"), "corrected": r.t("Corrected"), "reviewed": r.t("Reviewed"),
            "closed": r.t("Closed")}[state]


def kind_name(r: Reader, kind: str) -> str:
    """A kind of rule in words."""
    return {"not_null": r.t("not empty"), "type": r.t("type"), "range": r.t("range"), "pattern": r.t("pattern"), "code_list": r.t("code list"),
            "unique": r.t("unique"), "reference": r.t("reference"), "compare": r.t("columns agree"), "cross_source": r.t("sources agree"),
            "fresh": r.t("freshness"), "shift": r.t("distribution"), "check": r.t("check"), "form": r.t("form")}[kind]


def _figure(r: Reader, name: str, figure: str, value: str, note: str) -> html.Div:
    shown = html.B(traced(r, value, f"figure/{figure}"))
    return html.Div([html.Span(name, className="cs-figure-name"), shown, html.Small(note)], className="cs-figure")


def _rules(r: Reader, city: str, rules: list[dict[str, Any]], owners: dict[str, dict[str, Any]]) -> Still:
    head = [r.t("Rule"), r.t("Dataset"), r.t("Column"), r.t("Kind"), r.t("If broken"), r.t("Pass rate"), r.t("Last 30 days"), r.t("Broken"),
            r.t("Rows asked"), r.t("Owner"), r.t("Basis")]
    rows = []
    for row in rules:
        owner = owners.get(row["owner"])
        name = r.pick(row["message_zh"], row["message_en"])
        rows.append([
            html.Span([name, " ", html.Code(row["rule"])], className="cs-rule"), dataset(r, row["dataset"]), html.Code(row["column"]),
            kind_name(r, row["kind"]), html.Span(r.t("rejected") if row["severity"] == "reject" else r.t("warning"), className="cs-chip"),
            html.Span(_percent(r, row["rate"]), className=_shade(row["rate"])),
            Spark(values=row["trend"], limits=[], label=r.t("Pass rate of {rule} over 30 days", rule=name), height=26, className="cs-spark"),
            _broken(r, city, row), r.number(row["asked"]), r.pick(owner["name_zh"], owner["name_en"]) if owner else row["owner"], row["basis"]])
    return still(sheet(r.t("Rules"), head, rows, (5, 7, 8)))


def _broken(r: Reader, city: str, row: dict[str, Any]) -> Any:
    """How many rows broke the rule; they open as rows."""
    text = r.number(row["broken"])
    return html.A(text, href=f"/data?city={city}&rule={row['dataset']}.{row['rule']}") if row["broken"] else text


def _percent(r: Reader, rate: float | None) -> str:
    if rate is None:
        return "–"
    return f"{r.number(rate, 0 if rate == 100 else 2)} %"


def _shade(rate: float | None) -> str:
    return "" if rate is None else "cs-figure-good" if rate >= GOOD else "cs-rate-watch" if rate >= WATCH else "cs-figure-bad"
