"""What do the selected units have in common? Count, total or mean, the list."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.kin import child
from layouts.components.traced import value_key
from layouts.reader import Reader


def many_card(r: Reader, units: list[dict[str, Any]], summary: dict[str, Any], indicator: dict[str, Any], at: int | None = None) -> html.Article:
    """`units` the highest of the selected with their values, in this order; `summary` {count, level, value, low, high, at} over all of them."""
    measure, decimals = r.unit_of(indicator["unit"]), indicator["decimals"]
    top = max((abs(unit["value"]) for unit in units if unit.get("value") is not None), default=0) or 1
    cut = r.t("Highest {n} of {total}", n=r.number(len(units)), total=r.number(summary["count"])) if len(units) < summary["count"] else None
    how = r.t("Total of the selection") if indicator["rollup"] == "sum" else r.t("Mean of the selection, unweighted")
    return html.Article(
        [
            html.Header(
                [
                    html.Div(html.Span(r.level(summary["level"]), className="cs-chip"), className="cs-card-top"),
                    html.H2(r.t("{n} units selected", n=r.number(summary["count"]))),
                ],
                className="cs-card-head",
            ),
            html.Div(
                [
                    html.Div(html.Span(r.pick(indicator["name_zh"], indicator["name_en"]), className="cs-sign-title"), className="cs-sign-head"),
                    html.Div(
                        html.Span([html.B(r.compact(summary["value"], decimals)), html.Small(measure) if measure else None], className="cs-big"),
                        className="cs-sign-line",
                    ),
                    html.Div(how, className="cs-soft"),
                    html.Div(
                        f"{r.t('Lowest')} {r.compact(summary['low'], decimals)} · {r.t('Highest')} {r.compact(summary['high'], decimals)}"
                        f" · {r.step(summary['at'], indicator['cadence'])}",
                        className="cs-soft",
                    ),
                ],
                className="cs-sign-block",
            ),
            html.Div(cut, className="cs-soft") if cut else None,
            html.Div(
                [child(r, unit, top, decimals, value_key(indicator["id"], unit["code"], at)) for unit in units],
                className="cs-children cs-kin",
            ),
        ],
        className="cs-card-body",
    )
