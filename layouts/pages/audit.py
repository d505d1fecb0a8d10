"""The audit trail: is the chain whole, who did what, newest first; search, and the rows as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html

from layouts import ids
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.panels.rows import column, rows_grid
from layouts.reader import Reader

PERIODS = ("hour", "day", "week", "month", "all")


def audit_page(r: Reader, cities: list[dict[str, Any]]) -> html.Div:
    """The frame; state and rows come from the server as far as the viewer may see them."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.ROWS_READY),
            html.H1(r.t("Audit trail")),
            html.Div(
                [
                    html.Div(html.P(r.t("Loading …"), className="cs-soft"), id=ids.AUDIT_STATE, className="cs-audit-state", role="status"),
                    html.Button(r.t("Check now"), id=ids.AUDIT_CHECK, type="button", className="cs-button"),
                    html.A([icon("download", 16), r.t("As CSV")], id=ids.AUDIT_EXPORT, className="cs-button", href="/audit/trail.csv", download=""),
                ],
                className="cs-audit-top",
            ),
            filters(r, cities),
            html.Div(id=ids.AUDIT_PLACE, className="cs-audit-rows"),
        ],
        className="cs-document cs-audit",
    )


def filters(r: Reader, cities: list[dict[str, Any]]) -> html.Div:
    """What to look for."""
    names = ids.AUDIT_FILTERS
    decisions = [("allowed", r.t("allowed")), ("refused", r.t("refused")), ("failed", r.t("failed"))]
    names_of = {"hour": r.t("Last hour"), "day": r.t("Last day"), "week": r.t("Last 7 days"), "month": r.t("Last 30 days"), "all": r.t("All")}
    periods = [(period, names_of[period]) for period in PERIODS]
    example = "2026-01-31 08:00"
    return html.Div(
        [
            dmc.TextInput(id=names["word"], label=r.t("Word"), placeholder=r.t("unit, field, address, detail"), debounce=400),
            dmc.TextInput(id=names["who"], label=r.t("Who"), debounce=400),
            dmc.TextInput(id=names["action"], label=r.t("Action"), debounce=400),
            dmc.Select(id=names["decision"], label=r.t("Decision"), data=_options(decisions), clearable=True),
            dmc.Select(
                id=names["city"],
                label=r.t("City"),
                data=_options([(one["city"], r.pick(one["name_zh"], one["name_en"])) for one in cities]),
                clearable=True,
            ),
            dmc.Select(id=names["period"], label=r.t("Period"), data=_options(periods), value="all", allowDeselect=False),
            dmc.TextInput(id=names["since"], label=r.t("From"), placeholder=example, debounce=400),
            dmc.TextInput(id=names["until"], label=r.t("Before"), placeholder=example, debounce=400),
        ],
        className="cs-audit-filters",
        role="search",
        **{"aria-label": r.t("Search the trail")},
    )


def _options(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]


def chain_state(r: Reader, found: dict[str, Any]) -> list[Any]:
    """`found`: is_intact, rows, first_at, head, broken, reason, checked_at, seconds."""
    checked = r.t("checked {when} in {seconds} s", when=moment(r, found["checked_at"]), seconds=f"{found['seconds']:.1f}")
    if found["is_intact"]:
        if not found["rows"]:
            return [html.B(["✓ ", r.t("Intact, no rows yet")], className="cs-figure-good"), html.Small(checked)]
        text = r.t("Intact: {rows} rows since {since}", rows=r.number(found["rows"]), since=moment(r, found["first_at"] / 1e6))
        why = r.t("Note it elsewhere: it proves later that no row before was rewritten.")
        head = html.Small([r.t("Head"), " ", html.Code(found["head"][:16], title=found["head"])], title=why)
        return [html.B(["✓ ", text], className="cs-figure-good"), html.Small(checked), head]
    return [
        html.B(["✗ ", r.t("Broken at row {n}", n=r.number(found["broken"])), " · ", reason(r, found["reason"])], className="cs-figure-bad"),
        html.Small(r.t("Compare with a backup; keep this file; ask the security administrator.")),
        html.Small(checked),
    ]


def reason(r: Reader, name: str) -> str:
    """Why the chain does not hold."""
    return {
        "changed": r.t("it was changed, or written without the key"),
        "missing": r.t("it is missing"),
        "cut": r.t("rows are missing at the end"),
        "anchor": r.t("the anchor of retention is not signed by this installation"),
        "head": r.t("the signed end does not fit the last row"),
        "key": r.t("it was signed with a key that is not here"),
    }.get(name, name)


def audit_rows(r: Reader, total: int, is_more: bool) -> Any:
    """The table, or that nothing fits."""
    if not total:
        return empty(r.t("No row fits"), r.t("Use fewer words or a longer period."), "audit")
    count = r.t("More than {n} rows; narrow the search, or take the file", n=r.number(total)) if is_more else r.t("{n} rows", n=r.number(total))
    columns = [
        column("at", r.t("Time"), width=178, cellClass="cs-number"),
        column("who", r.t("Who"), minWidth=110, flex=1),
        column("action", r.t("Action"), minWidth=150, flex=1.4),
        column("decision", r.t("Decision"), width=104),
        column("city", r.t("City"), width=96),
        column("units", r.t("Units"), minWidth=120, flex=1.2),
        column("fields", r.t("Fields"), minWidth=100, flex=0.8),
        column("rows", r.t("Rows"), True, width=90),
        column("count", r.t("Times"), True, width=86),
        column("address", r.t("From where"), width=130),
        column("detail", r.t("Detail"), minWidth=160, flex=1.6),
        column("number", r.t("Number"), True, width=96),
    ]
    grid = rows_grid(r, ids.AUDIT_GRID, columns, getRowId="params.data.id", rowClassRules={"is-refused": "chengshuRefused(params)"})
    return [html.P(count, className="cs-soft cs-audit-count", role="status"), html.Div(grid, className="cs-audit-grid")]


def audit_row(r: Reader, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the table shows it."""
    kinds = {"local": r.t("Local user"), "nobody": r.t("nobody"), "kiosk": r.t("kiosk"), "key": r.t("API key")}
    kind = kinds.get(row["kind"], "")
    units = row["units"].split()
    return {
        "id": str(row["number"]),
        "number": row["number"],
        "at": moment(r, row["at"] / 1e6),
        "who": f"{row['who']} ({kind})" if row["who"] and kind else row["who"] or kind,
        "action": row["action"],
        "decision": {"allowed": r.t("allowed"), "refused": r.t("refused"), "failed": r.t("failed")}.get(row["decision"], row["decision"]),
        "is_refused": row["decision"] != "allowed",
        "city": row["city"],
        "units": " ".join(units[:5]) + (f" … {row['unit_count']:,}" if row["unit_count"] > 5 else ""),
        "fields": row["fields"],
        "rows": r.number(row["rows"]) if row["rows"] else "",
        "count": r.number(row["count"]) if row["count"] > 1 else "",
        "address": row["address"],
        "detail": row["detail"],
    }


def moment(r: Reader, at: float) -> str:
    """A time to the second, which sorts as it reads."""
    return datetime.fromtimestamp(at, ZoneInfo(r.zone)).strftime("%Y-%m-%d %H:%M:%S")
