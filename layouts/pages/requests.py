"""The request desk: what I asked for, what waits for me to decide, which grants are in force, and how long decisions take."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from layouts import ids
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.components.still import still
from layouts.components.traced import traced
from layouts.format import DASH
from layouts.panels.request_chart import request_chart
from layouts.panels.request_form import said, state_mark
from layouts.reader import Reader

SHOWN = 200


def requests_page(r: Reader, city: str, state: dict[str, Any], names: dict[str, Any]) -> html.Div:
    """`state`: months, mine, waiting, grants (rows), request (one opened, with its life, or None), may_ask."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.CATALOGUE_CITY, data=city),
            dcc.Store(id=ids.CATALOGUE_ENTRY, data=""),
            dcc.Store(id=ids.CATALOGUE_ACT),
            dcc.Store(id=ids.CATALOGUE_DECIDE),
            html.Div(
                [
                    html.H1(r.t("Request desk")),
                    html.A([icon("download", 15), "CSV"], href=f"/requests/{city}.csv", className="cs-act", download="")
                    if state["may_ask"]
                    else None,
                ],
                className="cs-catalogue-top",
            ),
            html.Div(id=ids.CATALOGUE_DESK, children=requests_body(r, city, state, names)),
        ],
        className="cs-document cs-requests",
    )


def requests_body(r: Reader, city: str, state: dict[str, Any], names: dict[str, Any], told: str = "") -> list[Any]:
    """Everything below the title."""
    now = state["now"]
    parts: list[Any] = [
        html.Div(html.P(said(r, told)), className="cs-told", role="status") if told else None,
        still(
            html.Div(
                [
                    _figure(r, "requests_waiting", r.t("Waiting"), r.number(now["waiting"]), r.t("requests not decided")),
                    _figure(r, "requests_closed", r.t("Closed this month"), r.number(now["closed"]), r.t("granted or refused")),
                    _figure(
                        r,
                        "requests_days",
                        r.t("Mean time"),
                        DASH if now["days"] is None else f"{r.number(now['days'], 1)} {r.unit_of('d')}",
                        r.t("to close, this month"),
                    ),
                    _figure(
                        r,
                        "requests_instant",
                        r.t("Granted at once"),
                        DASH if now["at_once"] is None else f"{r.number(now['at_once'], 0)} %",
                        r.t("of those closed this month"),
                    ),
                    _figure(r, "grants_in_force", r.t("Grants in force"), r.number(now["in_force"]),
                            r.t("{n} calls in all", n=r.compact(now["calls"]))),
                ],
                className="cs-figures",
            )
        ),
        html.H2(r.t("Requests closed and mean time by month")),
        html.Div(request_chart(r, state["months"], state["code"]), className="cs-chart-place"),
        html.P(
            r.t("From the requests of this city in the ledger; months on the city's clock; withdrawn requests are not counted."), className="cs-soft"
        ),
    ]
    if state["request"]:
        parts += [still(html.H2(r.t("Request {n}", n=r.number(state["request"]["request"])))), _opened(r, state["request"], names)]
    if state["waiting"]:
        parts += [still(html.H2(r.t("To decide"))), html.Div([_decision(r, city, row, names) for row in state["waiting"]], className="cs-forms")]
    if state["may_ask"]:
        parts += [
            still(html.H2(r.t("My requests"))),
            _rows(r, city, state["mine"], names)
            if state["mine"]
            else empty(
                r.t("You have asked for nothing yet"),
                r.t("Open a resource in the catalogue and ask for it there."),
                "requests",
                html.A(r.t("To the catalogue"), href=f"/catalogue?city={city}", className="cs-button"),
            ),
        ]
    if state["grants"]:
        parts += [still(html.H2(r.t("Requests for resources you decide about"))), _rows(r, city, state["grants"], names)]
    return parts


def _figure(r: Reader, figure: str, name: str, value: str, note: str) -> html.Div:
    shown = html.B(traced(r, value, f"figure/{figure}"))
    return html.Div([html.Span(name, className="cs-figure-name"), shown, html.Small(note)], className="cs-figure")


def _name(r: Reader, row: dict[str, Any]) -> str:
    return r.pick(row["name_zh"], row["name_en"]) or row["resource"]


def _who(r: Reader, names: dict[str, Any], row: dict[str, Any]) -> str:
    pair = names["departments"].get(row["department"])
    return f"{r.pick(*pair)} · {row['holder']}" if pair else row["holder"]


def _rows(r: Reader, city: str, rows: list[dict[str, Any]], names: dict[str, Any]) -> Any:
    head = [
        r.t("Number"),
        r.t("Resource"),
        r.t("Asker"),
        r.t("State"),
        r.t("Asked"),
        r.t("Decided"),
        r.t("Until"),
        r.t("Calls"),
        r.t("Rows"),
        r.t("Last use"),
        r.t("What to do"),
    ]
    table = []
    for row in rows[:SHOWN]:
        act = None
        if row["may_revoke"]:
            act = _act(r.t("Revoke"), row, "revoke", r.t("Why is it revoked? The endpoint stops at once."))
        elif row["may_withdraw"]:
            act = html.Button(
                r.t("Withdraw"), type="button", className="cs-act", **{"data-ask": "withdraw", "data-field-request": str(row["request"])}
            )
        table.append(
            [
                html.A(r.number(row["request"]), href=f"/requests?{urlencode({'city': city, 'request': row['request']})}"),
                html.A(_name(r, row), href=f"/catalogue?{urlencode({'city': city, 'entry': row['resource']})}"),
                _who(r, names, row),
                state_mark(r, row["state"]),
                r.moment(row["asked_at"]),
                r.moment(row["decided_at"]),
                r.moment(row["expires_at"], "date"),
                r.number(row["calls"]),
                r.number(row["rows"]),
                r.moment(row["used_at"]),
                act,
            ]
        )
    more = html.P(r.t("The newest {n} of {total}; the file has all.", n=r.number(SHOWN), total=r.number(len(rows))), className="cs-soft")
    return still([sheet(r.t("Requests"), head, table, numbers=(0, 7, 8)), more if len(rows) > SHOWN else None])


def _act(word: str, row: dict[str, Any], act: str, question: str = "") -> html.Button:
    return html.Button(
        word,
        type="button",
        className="cs-act",
        **{"data-decide": act, "data-field-request": str(row["request"]), **({"data-ask-why": question} if question else {})},
    )


def _decision(r: Reader, city: str, row: dict[str, Any], names: dict[str, Any]) -> html.Div:
    """One request that waits: what is asked, for what, and the two ways to close it."""
    facts = [
        (r.t("Asker"), _who(r, names, row)),
        (r.t("What for"), row["purpose"]),
        (r.t("Fields"), ", ".join(row["fields"])),
        (r.t("Units"), ", ".join(row["units"]) or r.t("all that it covers")),
        (r.t("Data"), _period(r, row)),
        (r.t("Use until"), r.moment(row["expires_at"], "date")),
        (r.t("Waits since"), r.moment(row["asked_at"])),
    ]
    return still(
        html.Div(
            [
                html.H3(html.A(_name(r, row), href=f"/catalogue?{urlencode({'city': city, 'entry': row['resource']})}")),
                html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts], className="cs-catalogue-facts"),
                html.Div([_act(r.t("Grant"), row, "grant"), _act(r.t("Refuse"), row, "refuse", r.t("Why is it refused?"))], className="cs-acts"),
            ],
            className="cs-form",
        )
    )


def _period(r: Reader, row: dict[str, Any]) -> str:
    if row["since"] is None and row["until"] is None:
        return r.t("every time")
    return f"{r.moment(row['since'], 'date') if row['since'] else '…'} – {r.moment(row['until'], 'date') if row['until'] else '…'}"


def _opened(r: Reader, row: dict[str, Any], names: dict[str, Any]) -> Any:
    """The life of one request, step by step."""
    acts = {
        "ask": r.t("asked"),
        "grant": r.t("granted"),
        "refuse": r.t("refused"),
        "withdraw": r.t("withdrawn"),
        "revoke": r.t("revoked"),
        "expire": r.t("expired"),
    }
    facts = [
        (r.t("Resource"), _name(r, row)),
        (r.t("Asker"), _who(r, names, row)),
        (r.t("State"), state_mark(r, row["state"])),
        (r.t("What for"), row["purpose"]),
        (r.t("Fields"), ", ".join(row["fields"])),
        (r.t("Units"), ", ".join(row["units"]) or r.t("all that it covers")),
        (r.t("Data"), _period(r, row)),
        (r.t("Use until"), r.moment(row["expires_at"], "date")),
        (
            r.t("Use so far"),
            r.t(
                "{calls} calls, {rows} rows, {failed} failed",
                calls=r.number(row["calls"]),
                rows=r.number(row["rows"]),
                failed=r.number(row["failed"]),
            ),
        ),
    ]
    steps = [
        html.Li(
            [
                html.B(acts[step["act"]]),
                " ",
                r.moment(step["at"], "full"),
                " · ",
                r.t("by rule") if step["who"] == "rule" else step["who"],
                html.Small(f" {step['note']}", className="cs-soft") if step["note"] else None,
            ]
        )
        for step in row["life"]
    ]
    return still(
        html.Div(
            [
                html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts], className="cs-catalogue-facts"),
                html.Ol(steps, className="cs-catalogue-life"),
            ],
            className="cs-form",
        )
    )
