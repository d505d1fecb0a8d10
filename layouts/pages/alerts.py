"""The board of alerts: what came in, who looks at it, who works on it, what is to be checked; one alert opened beside it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.components.still import still
from layouts.panels.alert import alert_name, alert_panel, place_name, severity_name, state_name, values
from layouts.reader import Reader

SEVERITIES = ("red", "orange", "yellow", "blue")
COLUMNS = ("pending", "raised", "acknowledged", "assigned", "handled", "verified")


def alerts_page(r: Reader, place: dict[str, Any], body: Any) -> html.Div:
    """`place` {city, alert, severity, owner} is what the page shows; `body` from `alerts_body`."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.ALERTS_LOOK),
            dcc.Store(id=ids.ALERTS_ACT),
            dcc.Store(id=ids.ALERTS_PLACE, data=place),
            html.H1(r.t("Alerts"), className="al-title"),
            html.Div(body, id=ids.ALERTS_BODY, className="al-body"),
        ],
        className="al-page",
    )


def alerts_body(r: Reader, place: dict[str, Any], counts: dict[str, Any], cards: dict[str, list[dict[str, Any]]], pending: int,
                departments: dict[str, str], owners: list[str], indicators: dict[str, dict[str, Any]], now: int,
                chosen: tuple[dict[str, Any], dict[str, Any]] | None, told: str = "") -> list[Any]:
    """The filters, the six columns, and the alert that is open: (alert, what its panel needs)."""
    return [
        html.P(told, className="cs-told", role="status") if told else None,
        still(_filters(r, place, counts, departments, owners)),
        html.Div(
            [
                still(html.Div([_column(r, place, name, counts, cards, pending, indicators, now) for name in COLUMNS], className="al-columns")),
                alert_panel(r, place, *chosen) if chosen else None,
            ],
            className=f"al-split{' al-open' if chosen else ''}",
        ),
        still(_closed(r, place, cards["closed"], indicators, now)),
    ]


def _link(place: dict[str, Any], **more: Any) -> str:
    return "/alerts?" + "&".join(f"{name}={value}" for name, value in {**place, **more}.items() if value)


def _filters(r: Reader, place: dict[str, Any], counts: dict[str, Any], departments: dict[str, str], owners: list[str]) -> html.Nav:
    chips = [html.A(r.t("All colours"), href=_link(place, severity="", alert=""), className="al-chip", **_now(not place["severity"]))]
    chips += [html.A([html.I(className=f"al-mark al-{severity}"), severity_name(r, severity), html.B(r.number(counts["severities"][severity]))],
                     href=_link(place, severity=severity, alert=""), className="al-chip", **_now(place["severity"] == severity))
              for severity in SEVERITIES]
    chips += [html.A(r.t("All departments"), href=_link(place, owner="", alert=""), className="al-chip", **_now(not place["owner"]))]
    chips += [html.A(departments.get(owner, owner), href=_link(place, owner=owner, alert=""), className="al-chip", **_now(place["owner"] == owner))
              for owner in owners]
    return html.Nav(chips, className="al-filters", **{"aria-label": r.t("Filters")})


def _now(is_on: bool) -> dict[str, str]:
    return {"aria-current": "true"} if is_on else {}


def column_name(r: Reader, name: str) -> tuple[str, str]:
    """(the step of the national procedure, what stands in the column)."""
    return {
        "pending": (r.t("Collect"), r.t("forming: the condition has not held long enough")),
        "raised": (r.t("Analyse"), r.t("raised, nobody has looked yet")),
        "acknowledged": (r.t("Assess"), r.t("somebody looks at it")), "assigned": (r.t("Push"), r.t("a department works on it")),
        "handled": (r.t("Verify"), r.t("handled, to be checked")), "verified": (r.t("Report back"), r.t("checked, to be closed")),
    }[name]


def _column(r: Reader, place: dict[str, Any], name: str, counts: dict[str, Any], cards: dict[str, list[dict[str, Any]]], pending: int,
            indicators: dict[str, dict[str, Any]], now: int) -> html.Section:
    step, meaning = column_name(r, name)
    late = counts["late"].get(name, 0)
    number = pending if name == "pending" else counts["states"][name]
    head = html.Div([html.H2(step), html.B(r.number(number)),
                     html.Span(r.t("{n} overdue", n=r.number(late)), className="al-late") if late else None,
                     html.Small(meaning)], className="al-step")
    mine = cards.get(name, [])
    return html.Section([head, html.Div([_card(r, place, card, indicators[card["indicator"]], now) for card in mine] or
                                        html.P("–", className="cs-soft"), className="al-cards", tabIndex=0, role="region", **{"aria-label": step})],
                        className="al-column", **{"aria-label": step})


def _card(r: Reader, place: dict[str, Any], card: dict[str, Any], indicator: dict[str, Any], now: int) -> html.A:
    many = card["alerts"] > 1
    name = alert_name(r, card) if card["rules"] == 1 else r.t("{name} and {n} more kinds", name=alert_name(r, card), n=r.number(card["rules"] - 1))
    where = r.t("{area}: {n} units", area=r.pick(card["area_zh"], card["area_en"]), n=r.number(card["units"])) if many and card["units"] > 1 \
        else place_name(r, card)
    marks = [html.Span(r.age(max(0, now - card["raised_at"])), className="cs-soft")]
    if card["overdue"]:
        marks.append(html.Span(r.t("overdue"), className="al-late"))
    marks.append(html.Span(r.t("still on") if card["standing"] else r.t("over by now"), className="al-on" if card["standing"] else "cs-soft"))
    return html.A(
        [
            html.Div([html.Span(severity_name(r, card["severity"]), className=f"al-sev al-{card['severity']}"), html.B(name, className="al-name"),
                      html.Span(f"×{r.number(card['alerts'])}", className="al-many") if many else None], className="al-card-head"),
            html.Div(where, className="al-where"),
            html.Div(values(r, card, indicator), className="al-values"),
            html.Div(marks, className="al-marks"),
        ],
        href=_link(place, alert=card["number"]),
        className=f"al-card al-edge-{card['severity']}",
        title=f"{name} · {where}",
        **{"data-alert-open": str(card["number"]), **_now(place["alert"] == card["number"])},
    )


def _closed(r: Reader, place: dict[str, Any], cards: list[dict[str, Any]], indicators: dict[str, dict[str, Any]], now: int) -> html.Details:
    summary = html.Summary(r.t("Closed within the last day: {n}", n=r.number(sum(card["alerts"] for card in cards))))
    return html.Details([summary, html.Div([_card(r, place, card, indicators[card["indicator"]], now) for card in cards], className="al-done")],
                        className="al-closed cs-fold")


__all__ = ["alerts_body", "alerts_page", "column_name", "state_name"]
