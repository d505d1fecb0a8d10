"""What if it turns out otherwise? Each scenario with what it does here, or that nothing could be learnt of it from the past."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.foreseen import expected, finer, foreseen, part_said, parts_said, signed
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.forecast.page_told.scenarios; the form below it is assets/screen/forecast.js's."""
    title = html.H2([r.t("What if"), html.Small(r.t("against what is expected"))])
    if told["line"] is None:
        return [title, empty(r.t("No forecast to change"), "", "steer")]
    if told["is_replay"]:
        return [title, html.P(r.t("Scenarios begin at the newest step: go back to now to try them."), className="fc-note")]
    form = told["form"]
    if not form["drivers"] and not form["has_holiday"] and not form["roads"]:
        return [title, html.P(r.t("Nothing is known to drive this indicator."), className="fc-note")]
    if not told["scenarios"]:
        return [title, html.P(r.t("Set what turns out otherwise and add it; up to {n} are compared in the chart.", n=r.number(form["most"])),
                              className="fc-note")]
    return [title, html.Ul([_row(r, city, asked, told, row) for row in told["scenarios"]], className="fc-scenarios")]


def _row(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], row: dict[str, Any]) -> html.Li:
    one, line, decimals = told["indicator"], told["line"], finer(told["indicator"])
    left = ";".join(text for text in asked["s"].split(";") if text != row["text"])
    away = foreseen(city, asked, icon("close", 15), "fc-away", False, r.t("Take away: {what}", what=parts_said(r, row["parts"])), s=left)
    if row["is_moved"]:
        change = expected(r, None, one, row["most"]["at"], line["model"], line["cutoff"], signed(r, row["most"]["change"], one, decimals))
        before, _, after = r.t("At most {change} at {when}; {mean} on average.", change="\0", when=r.step(row["most"]["at"], one["cadence"]),
                               mean=signed(r, row["mean"], one, decimals)).partition("\0")
        whole: list[Any] = [before, html.B(change), after]
    else:
        whole = [r.t("It changes nothing here.")]
    parts = [html.Li([html.B(part_said(r, part)), " ", _effect(r, one, effect, decimals)], className="fc-effect" if effect["is_known"] else
                     "fc-effect is-unknown") for part, effect in zip(row["parts"], row["effects"], strict=False)]
    return html.Li([html.Div([html.Strong(parts_said(r, row["parts"])), away], className="fc-scenario-head"), html.P(whole), html.Ul(parts)],
                   className="fc-scenario")


def _effect(r: Reader, one: dict[str, Any], effect: dict[str, Any], decimals: int) -> str:
    if not effect["is_known"]:
        return r.t("the past does not show that this changes anything here")
    learnt = r.t("learnt from {n} cases", n=r.number(effect["n"]))
    return f"{signed(r, effect['mean'], one, decimals)} ±{r.compact(2 * effect['error'], decimals)} · {learnt}"
