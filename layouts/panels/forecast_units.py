"""Which of the units below stands out? Their expected value and the chance of a breach; a click looks at one, the other mark sets it beside."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.foreseen import chance, expected, foreseen
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.reader import Reader

MOST_OTHERS = 4


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.forecast.page_told.units."""
    if not told["rows"]:
        return [html.H2(r.t("Units below")), empty(r.t("Nothing is forecast below this unit"), r.t("The path above leads back up."), "layers")]
    one = told["indicator"]
    has_chance = any(row["chance"] is not None for row in told["rows"])
    head = [r.level(told["rows"][0]["unit"]["level"]), r.t("Expected"), *([r.t("Breach")] if has_chance else []),
            html.Span(r.t("Beside"), className="fc-unseen")]
    rows = []
    for row in told["rows"]:
        code, name = row["unit"]["code"], r.name(row["unit"])
        is_here = code == told["here"]
        cells = [html.Strong(name, className="fc-unit") if is_here else
                 foreseen(city, asked, name, "fc-unit", unit=code, **{"with": _without(told["others"], code)}),
                 expected(r, row["y"], one, row["at"], told["model"], told["cutoff"])]
        if has_chance:
            text = expected(r, None, one, row["at"], told["model"], told["cutoff"], chance(r, row["chance"]))
            cells.append(html.Span(text, className="fc-chance is-high" if (row["chance"] or 0) >= 0.5 else "fc-chance"))
        rows.append([*cells, "" if is_here else _beside(r, city, asked, told["others"], code, name)])
    note = html.P(r.t("Breach: the highest chance at any step"), className="fc-note") if has_chance else None
    title = r.t("Units below") if told["are_below"] else r.t("Units beside it")
    return [html.H2([title, html.Small(r.step(told["at"], one["cadence"]))]), note,
            sheet(title, head, rows, (1, 2) if has_chance else (1,), "fc-units")]


def _beside(r: Reader, city: str, asked: dict[str, str], others: list[str], code: str, name: str) -> Any:
    """The mark that sets a unit beside the one looked at, or takes it away."""
    if code in others:
        title = r.t("No longer beside: {name}", name=name)
        return foreseen(city, asked, icon("close", 15), "fc-beside", True, title, **{"with": _without(others, code)})
    if len(others) >= MOST_OTHERS:
        return ""
    return foreseen(city, asked, icon("compare", 15), "fc-beside", False, r.t("Set beside: {name}", name=name), **{"with": ",".join([*others, code])})


def _without(others: list[str], code: str) -> str:
    return ",".join(one for one in others if one != code)
