"""How many leave and arrive in the coming hours, where do they go, and where do they come from?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.columns import Column, Part, columns, twin
from layouts.components.foreseen import foreseen, model_name, percent
from layouts.components.sheet import sheet
from layouts.reader import Reader

HOUR = "PT1H"
MOST = 10               # flows that are listed


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """`answer` is of app.forecast.answers.flows."""
    del told
    facts, rows = answer["facts"], answer["rows"]
    if "parts" in facts:
        return [html.Div([_left(r, facts, [_plot(r, facts, "between", r.t("People who move between its parts, hour by hour"))]),
                          _pairs(r, city, asked, facts, rows)], className="sp-two")]
    plots = [_plot(r, facts, "out", r.t("People who leave, hour by hour")), _plot(r, facts, "in", r.t("People who arrive, hour by hour"))]
    lists = [_list(r, city, asked, facts, [row for row in rows if row["direction"] == side], side) for side in ("out", "in")]
    return [html.Div([_left(r, facts, plots), html.Div(lists, className="sp-pair")], className="sp-two")]


def layers(r: Reader, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The flows as arcs of the page's map, the stronger the wider; blue where they begin, red where they end."""
    arcs = answer["facts"].get("arcs") or []
    if not arcs:
        return []
    begin, end = ([109, 179, 255], [255, 92, 154]) if r.theme == "dark" else ([11, 95, 196], [194, 37, 92])
    most = max(arc["count"] for arc in arcs)
    data = [{"source": arc["source"], "target": arc["target"], "width": round(1 + 5 * arc["count"] / most, 2)} for arc in arcs]
    return [{"@@type": "ArcLayer", "id": f"flows-{answer['facts']['code']}-{answer['facts']['at']}", "data": data, "getSourcePosition": "@@=source",
             "getTargetPosition": "@@=target", "getSourceColor": [*begin, 170], "getTargetColor": [*end, 190], "getWidth": "@@=width",
             "widthUnits": "pixels", "getHeight": 0.3}]


def _left(r: Reader, facts: dict[str, Any], plots: list[Any]) -> html.Div:
    return html.Div([html.P(_sentence(r, facts), className="fc-sentence"), *plots, html.P(_notes(r, facts), className="fc-note"),
                     twin(r, _table(r, facts))])


def people(r: Reader, count: float | None) -> str:
    """A count of people; few of them are not said."""
    return r.t("fewer than 5") if count is None else r.number(round(count))


def _sentence(r: Reader, facts: dict[str, Any]) -> str:
    when, total = r.step(facts["at"], HOUR), facts["total"]
    if "parts" in facts:
        return r.t("In the hour from {when}, {n} people are expected to move from one part of the city to another.", when=when,
                   n=people(r, total["between"]))
    return r.t("In the hour from {when}, {out} people are expected to leave and {into} to arrive.", when=when, out=people(r, total["out"]),
               into=people(r, total["in"]))


def _plot(r: Reader, facts: dict[str, Any], name: str, title: str) -> html.Div | None:
    course = facts["course"]
    if not course:
        return None
    most = max((row.get(f"{name}_hi90") or row[name] or 0) for row in course) or 1.0
    shown = [Column(row["at"], (Part((row[name] or 0) / most),), _title(r, row, name)) for row in course]
    k = next((k for k, row in enumerate(course) if row["at"] == facts["at"]), None)
    return columns(r, title, HOUR, shown, r.compact(most), step=k)


def _title(r: Reader, row: dict[str, Any], name: str) -> str:
    has_band = row.get(f"{name}_lo90") is not None
    band = r.t("90 %: {low} to {high}", low=r.number(row[f"{name}_lo90"]), high=r.number(row[f"{name}_hi90"])) if has_band else ""
    return " · ".join(part for part in (r.step(row["at"], HOUR), people(r, row[name]), band) if part)


def _notes(r: Reader, facts: dict[str, Any]) -> str:
    found = []
    if facts["is_stand_in"]:
        found.append(r.t("Flows are reported for {name}, not for its parts: those are shown.", name=r.name(facts)))
    found.append(r.t("What leaves and arrives is forecast from {n} hours of flows; who goes where stays as lately, and the flows add up to both "
                     "(doubly constrained model).", n=r.number(facts["hours"])))
    if facts["arcs"]:
        found.append(r.t("On the map a flow begins blue and ends red."))
    found.append(r.t("To agree, totals were moved by {share} at most.", share=percent(r, facts["moved"], 1)) if facts["moved"] >= 0.0005 else "")
    found.append(r.t("{share} of a step's total could not be met by the pairs that are known.", share=percent(r, facts["gap"], 1))
                 if facts["gap"] >= 0.0005 else "")
    found.append(r.t("Forecast by {name}, as known at {when}.", name=model_name(r, facts["model"]), when=r.step(facts["cutoff"], HOUR)))
    return " ".join(part for part in found if part)


def _table(r: Reader, facts: dict[str, Any]) -> html.Div:
    title = r.t("Flows, hour by hour")
    if "parts" in facts:
        return sheet(title, [r.t("Time"), r.t("People between its parts")],
                     [[r.step(row["at"], HOUR), people(r, row["between"])] for row in facts["course"]], (1,), "fc-table")
    head = [r.t("Time"), r.t("Leave"), r.t("90 % between"), r.t("Arrive"), r.t("90 % between")]
    rows = [[r.step(row["at"], HOUR), people(r, row["out"]), _band(r, row, "out"), people(r, row["in"]), _band(r, row, "in")]
            for row in facts["course"]]
    return sheet(title, head, rows, (1, 2, 3, 4), "fc-table")


def _band(r: Reader, row: dict[str, Any], name: str) -> str:
    return f"{r.number(row[f'{name}_lo90'])} – {r.number(row[f'{name}_hi90'])}" if row[f"{name}_lo90"] is not None else "–"


def _list(r: Reader, city: str, asked: dict[str, str], facts: dict[str, Any], rows: list[dict[str, Any]], side: str) -> html.Div:
    """Where people go or come from, the strongest first; the last row is the total that was forecast."""
    title = r.t("They go to") if side == "out" else r.t("They come from")
    shown, most = rows[:MOST], max((row["count"] for row in rows), default=1.0)
    table = [[foreseen(city, asked, r.name(row), "fc-unit", unit=row["code"]), _bar(row["count"] / most), people(r, row["count"])] for row in shown]
    rest = facts["elsewhere"][side]
    if rest is None or rest + sum(row["count"] for row in rows[MOST:]) >= 0.5:
        table.append([r.t("elsewhere"), "", people(r, None if rest is None else rest + sum(row["count"] for row in rows[MOST:]))])
    table.append([html.B(r.t("In all")), "", html.B(people(r, facts["total"][side]))])
    return html.Div([html.H3(title), sheet(title, [r.t("Unit"), "", r.t("People")], table, (2,), "sp-flows")])


def _pairs(r: Reader, city: str, asked: dict[str, str], facts: dict[str, Any], rows: list[dict[str, Any]]) -> html.Div:
    title = r.t("Strongest flows between its parts")
    most = max((row["count"] for row in rows), default=1.0)
    table = [[foreseen(city, asked, r.name(row), "fc-unit", unit=row["code"]),
              r.name({"code": row["to_code"], "name_zh": row["to_name_zh"], "name_en": row["to_name_en"]}), _bar(row["count"] / most),
              people(r, row["count"])] for row in rows[:MOST + 2]]
    left = sum(row["count"] for row in rows[MOST + 2:])
    rest = facts["elsewhere"]["between"]
    table.append([r.t("all others"), "", "", people(r, None if rest is None and not left else left + (rest or 0))])
    table.append([html.B(r.t("In all")), "", "", html.B(people(r, facts["total"]["between"]))])
    return html.Div([html.H3(title), sheet(title, [r.t("From unit"), r.t("To unit"), "", r.t("People")], table, (3,), "sp-flows")])


def _bar(share: float) -> html.Span:
    return html.Span(html.I(style={"width": f"{100 * min(1.0, share):.1f}%"}), className="sp-bar", **{"aria-hidden": "true"})
