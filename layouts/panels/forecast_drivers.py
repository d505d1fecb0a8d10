"""Why this value? What moves it away from its base at the step looked at, by group."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.foreseen import expected, finer, group_name, signed
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:  # noqa: ARG001 - one signature for all of them
    """`told` is app.forecast.page_told.drivers."""
    title = r.t("What drives it")
    if not told["groups"]:
        text = r.t("Models that repeat the past have no drivers; of units finer than those forecast as a whole they are not kept.")
        return [html.H2(title), empty(r.t("This model does not say what drives it"), text, "layers")]
    one, decimals = told["indicator"], finer(told["indicator"])
    most = max(max(abs(row["now"]) for row in told["groups"]), max(row["usual"] for row in told["groups"]), 1e-12)
    rows = []
    for row in told["groups"]:
        text = signed(r, row["now"], one, decimals)
        rows.append([group_name(r, row["group"]), _bar(row["now"], most),
                     expected(r, None, one, told["at"], told["model"], told["cutoff"], text), r.compact(row["usual"], decimals)])
    when = r.step(told["at"], one["cadence"])
    said = r.t("Base {base}, with all groups {value} at {when}.", base=r.compact(told["base"], decimals), value="\0", when=when)
    base, _, total = said.partition("\0")
    return [
        html.H2([title, html.Small(when)]),
        sheet(title, [r.t("Group"), r.t("less ← → more"), r.t("Adds"), r.t("mean size")], rows, (2, 3), "fc-drivers"),
        html.P([base, expected(r, told["y"], one, told["at"], told["model"], told["cutoff"]), total,
                " ", r.t("Before levels were made to agree.")], className="fc-note"),
    ]


def _bar(value: float, most: float) -> html.Span:
    """A bar from the middle, to the right what adds."""
    width = f"{min(50.0, 50 * abs(value) / most):.1f}%"
    side = {"left": "50%"} if value >= 0 else {"right": "50%"}
    return html.Span(html.I(style={"width": width, **side}, className="is-more" if value >= 0 else "is-less"), className="fc-bar",
                     **{"aria-hidden": "true"})
