"""Is the service to citizens all right there: open, overdue and due cases, and the measures that have a goal?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.looked import address
from layouts.components.marks import empty, status_dot
from layouts.panels.service_tables import figure_of
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.operations.told.service."""
    choice = told["choice"]
    words = {"district": told["district"], **{side: getattr(choice, side) for side in ("department", "category", "channel")}}
    place = "".join(f"&{side}={word}" for side, word in words.items() if word)
    head = html.H2([r.t("Service"), html.A(r.t("all"), href=f"/service?city={city}{place}", className="cs-link")])
    if told["newest"] is None:
        return [head, empty(r.t("Nothing can be said of service: no case has been handed in"), "", "people")]
    counts = [(r.t("Open cases"), "open", False), (r.t("Overdue"), "overdue", True), (r.t("Due today"), "due", False)]
    steps = [
        html.A([html.B(r.number(told["cases"][name])), html.Span(text)], href=f"/service?city={city}{place}&show={name}#rows",
               className="desk-step" + (" is-late" if is_late and told["cases"][name] else ""))
        for text, name, is_late in counts
    ]
    rows = [
        html.Div([status_dot(r, one["status"]), html.Span(r.pick(one["name_zh"], one["name_en"]), className="desk-name"),
                  html.B(figure_of(r, one, one["value"])), html.Small(f"{'≤' if one['is_less_better'] else '≥'} {figure_of(r, one, one['good'])}")],
                 className="desk-sign")
        for one in told["measures"]
    ]
    return [head, html.Div(steps, className="desk-steps"), html.Div(rows), *_sides(r, city, asked, told)]


def _sides(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """The cases opened along every side; a bar filters all the others."""
    titles = {"district": r.t("District"), "street": r.t("Street"), "category": r.t("Category"), "channel": r.t("Channel"),
              "department": r.t("Department"), "status": r.t("State")}
    head = html.H3(r.t("{n} cases opened in {days} days", n=r.number(told["opened"]), days=told["days"]))
    sides = [_side(r, city, asked, told, side, title) for side, title in titles.items() if told["sides"].get(side)]
    return [head, html.Div([*sides, _hours(r, city, asked, told)], className="desk-sides")]


def _side(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], side: str, title: str) -> html.Div:
    rows, names = told["sides"][side], told["names"].get(side, {})
    most = max(row["count"] for row in rows) or 1
    bars = []
    for row in rows:
        name = r.pick(*names[row["word"]]) if row["word"] in names else row["word"] or r.t("nobody")
        change = {"unit": row["word"]} if side in ("district", "street") else {"cases": with_side(asked["cases"], side, row)}
        bars.append(html.A([html.Span(name, className="desk-name"), html.I(style={"width": f"{100 * row['count'] / most:.1f}%"}),
                            html.B(r.number(row["count"]))], href=address(city, asked, **change),
                           className=f"desk-look desk-bar{' is-on' if row['is_on'] else ''}", title=f"{title}: {name}",
                           **{"data-look": "", "aria-current": "true" if row["is_on"] else "false"}))
    return html.Div([html.H4(title), *bars], className="desk-side")


def _hours(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> html.Div:
    """The hours of the day as a row of small columns."""
    rows = {row["word"]: row for row in told["sides"]["hour"]}
    most = max((row["count"] for row in rows.values()), default=0) or 1
    columns = []
    for hour in map(str, range(24)):
        row = rows.get(hour, {"word": hour, "count": 0, "is_on": False})
        said = f"{int(hour):02d}:00 · {r.number(row['count'])}"
        there = address(city, asked, cases=with_side(asked["cases"], "hour", row))
        columns.append(html.A(html.I(style={"height": f"{100 * row['count'] / most:.1f}%"}), href=there, title=said,
                              className=f"desk-look desk-hour{' is-on' if row['is_on'] else ''}",
                              **{"data-look": "", "aria-label": said, "aria-current": "true" if row["is_on"] else "false"}))
    return html.Div([html.H4(r.t("Hour of the day")), html.Div(columns, className="desk-hours"),
                     html.Div([html.Span(f"{hour:02d}") for hour in (0, 6, 12, 18)], className="desk-hour-marks")], className="desk-side")


def with_side(cases: str, side: str, row: dict[str, Any]) -> str:
    """The word `cases` of the address with one side filtered by a row, or let go of where it is already."""
    found = dict(part.split(":", 1) for part in cases.split(";") if ":" in part)
    found.pop(side, None)
    if not row["is_on"]:
        found[side] = row["word"]
    return ";".join(f"{name}:{word}" for name, word in found.items())
