"""May I have this resource? The form that asks for it, or how the viewer's request stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from layouts.components.still import still
from layouts.reader import Reader

STATES = {"asked": "watch", "granted": "good", "refused": "bad", "withdrawn": "none", "revoked": "bad", "expired": "none"}


def request_part(r: Reader, one: dict[str, Any], desk: dict[str, Any], told: str = "") -> list[Any]:
    """`desk`: mine (the viewer's newest request or None), may_ask, may_confirm, is_confirmed; `told`: what was just done."""
    mine = desk["mine"]
    parts: list[Any] = []
    if told:
        parts.append(html.Div(html.P(said(r, told)), className="cs-told", role="status"))
    if mine:
        parts.append(still(_standing(r, one, mine)))
    if desk["may_ask"] and one["is_shareable"] and (mine is None or mine["state"] not in ("asked", "granted")):
        parts.append(_form(r, one))
    elif not one["is_shareable"] and one["status"] != "retired":
        why = one["sharing_basis"] or r.t("Its owner has not written why.")
        parts.append(html.P([html.B(r.t("This resource is not shared.")), " ", why], className="cs-soft"))
    if desk["may_confirm"]:
        parts.append(
            html.Div(
                [
                    html.Button(r.t("Confirm that it is up to date"), type="button", className="cs-act", **{"data-decide": "confirm"}),
                    html.Small(r.t("For its owner: counts as a change inside the update cycle."), className="cs-soft"),
                ],
                className="cs-acts",
            )
        )
    return parts


def said(r: Reader, told: str) -> str:
    """What was just done, in words."""
    return {
        "asked": r.t("Asked: its owner department decides."),
        "granted": r.t("Granted at once: the endpoint below answers now."),
        "withdrawn": r.t("Withdrawn."),
        "confirmed": r.t("Confirmed: it counts as changed today."),
        "refused": r.t("Refused, with the reason."),
        "revoked": r.t("Revoked: the endpoint no longer answers."),
        "grant": r.t("Granted: the endpoint answers from now on."),
    }[told]


def state_name(r: Reader, state: str) -> str:
    """A state of a request in words."""
    return {
        "asked": r.t("waits for a decision"),
        "granted": r.t("granted"),
        "refused": r.t("refused"),
        "withdrawn": r.t("withdrawn"),
        "revoked": r.t("revoked"),
        "expired": r.t("expired"),
    }[state]


def state_mark(r: Reader, state: str) -> html.Span:
    """A state by word and shape."""
    return html.Span([html.I(className=f"cs-dot cs-dot-{STATES[state]}"), state_name(r, state)], className="cs-chip cs-chip-soft")


def _standing(r: Reader, one: dict[str, Any], mine: dict[str, Any]) -> html.Div:
    link = html.A(r.t("Request {n}", n=r.number(mine["request"])), href=f"/requests?{urlencode({'city': mine['city'], 'request': mine['request']})}")
    facts = [link, state_mark(r, mine["state"])]
    if mine["state"] == "granted":
        facts += [
            r.t("until {when}", when=r.moment(mine["expires_at"], "date")),
            r.t("{n} of {total} fields", n=r.number(len(mine["fields"])), total=r.number(len(one["information_items"]))),
            r.t("{n} calls", n=r.number(mine["calls"])),
            r.t("{n} rows taken", n=r.number(mine["rows"])),
        ]
    if mine["note"] and mine["state"] in ("refused", "revoked"):
        facts.append(mine["note"])
    acts = html.Button(r.t("Withdraw"), type="button", className="cs-act", **{"data-ask": "withdraw", "data-field-request": str(mine["request"])})
    return html.Div([*[html.Span(fact) for fact in facts], acts if mine["state"] == "asked" else None], className="cs-told")


def _form(r: Reader, one: dict[str, Any]) -> html.Form:
    at_once = one["sharing"] == "unconditional"
    fields = [
        html.Button(
            r.pick(item["name_zh"], item["name_en"]) or item["name"],
            type="button",
            className="cs-pick",
            title=item["name"],
            **{"data-catalogue": "pick", "data-name": item["name"], "aria-pressed": "true"},
        )
        for item in one["information_items"]
    ]
    return html.Form(
        [
            html.H3(r.t("Get it at once") if at_once else r.t("Ask for it")),
            html.P(
                r.t("Shared without conditions: granted in the same moment, the endpoint answers immediately.")
                if at_once
                else one["sharing_condition"] or r.t("Its owner department decides."),
                className="cs-soft",
            ),
            html.Label(
                [
                    html.Span(r.t("What the data are for")),
                    dcc.Input(name="purpose", required=True, minLength=4, maxLength=500, debounce=True, autoComplete="off"),
                ],
                className="cs-wide",
            ),
            html.Div([html.Span(r.t("Fields"), className="cs-soft"), html.Div(fields, className="cs-picks")]) if fields else None,
            html.Div(
                [
                    html.Label(
                        [
                            html.Span(r.t("Only these units (codes)")),
                            dcc.Input(name="units", maxLength=400, debounce=True, autoComplete="off", placeholder=r.t("all that it covers")),
                        ]
                    ),
                    html.Label(
                        [html.Span(r.t("Data from")), dcc.Input(name="since", type="text", placeholder="2026-01-01", maxLength=10, debounce=True)]
                    ),
                    html.Label(
                        [html.Span(r.t("Data up to")), dcc.Input(name="until", type="text", placeholder=r.t("no end"), maxLength=10, debounce=True)]
                    ),
                    html.Label(
                        [
                            html.Span(r.t("Use it for days")),
                            dcc.Input(name="days", type="text", inputMode="numeric", value="365", maxLength=4, debounce=True),
                        ]
                    ),
                ],
                className="cs-fields",
            ),
            html.Button(r.t("Get it") if at_once else r.t("Ask"), type="submit", className="cs-do"),
        ],
        className="cs-form",
        **{"data-ask-form": "ask"},
    )
