"""How does the sign that colours the map run, against the period before?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import Spark, onward
from layouts.components.marks import empty
from layouts.components.said import expected, measured
from layouts.components.sheet import sheet
from layouts.components.traced import traced, value_key
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.operations.told.series."""
    one = told["indicator"]
    if one is None or told["at"] is None:
        return [html.H2(r.t("Course")), empty(r.t("No data"), "", "chart")]
    names = (r.t("last 7 days"), r.t("7 days before")) if asked["since"] == "week" else (r.t("last 24 hours"), r.t("24 hours before"))
    if one["cadence"] not in ("PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT1H", "PT6H"):
        names = (r.t("newest period"), r.t("period before"))
    now, before = told["periods"]
    rows = [
        [text, _cell(r, one, told, now[key], key == "last"), _cell(r, one, told, before[key], False), _apart(r, one, now[key], before[key])]
        for key, text in (("last", r.t("Last")), ("mean", r.t("Mean")), ("highest", r.t("Highest")))
    ]
    title = r.pick(one["name_zh"], one["name_en"])
    sparks = [
        html.Div([html.Span(name), Spark(values=period["values"], limits=one["thresholds"], height=44, label=f"{title}, {name}",
                                         **(onward(told["ahead"]) if period is now else {}))], className="desk-course")
        for name, period in zip(names, (now, before), strict=True)
    ]
    note = expected(r, told["ahead"], one)
    sparks += [html.P(note, className="cs-soft desk-ahead")] if note else []
    link = html.A(r.t("on the map"), href=f"/map?city={city}&indicator={one['id']}&units={told['code']}&tab=chart", className="cs-link")
    return [html.H2([title, link]), *sparks, sheet(r.t("Course"), ["", *names, r.t("change")], rows, (1, 2, 3))]


def _cell(r: Reader, one: dict[str, Any], told: dict[str, Any], value: float | None, is_newest: bool) -> Any:
    if value is None:
        return "–"
    text = measured(r, value, one)
    return traced(r, text, value_key(one["id"], told["code"], None)) if is_newest else text


def _apart(r: Reader, one: dict[str, Any], now: float | None, before: float | None) -> str:
    if now is None or before is None:
        return "–"
    sign = "＋" if now > before else "－" if now < before else "±"
    return f"{sign}{r.compact(abs(now - before), one['decimals'])}"
