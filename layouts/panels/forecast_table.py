"""The same as the chart in rows: what is expected at each step, between which values, and how likely a breach is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from layouts.components.foreseen import chance, expected
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.forecast.page_told.table."""
    title = r.t("Step by step")
    if not told["rows"]:
        return [html.H2(title), empty(r.t("No rows"), "", "table")]
    one = told["indicator"]
    has_chance = any(row["chance"] is not None for row in told["rows"])
    unit = r.unit_of(one["unit"])
    head = [r.t("Time"), f"{r.t('Expected')} {unit}".strip(), r.t("80 % between"), r.t("90 % between"), *([r.t("Breach")] if has_chance else [])]
    rows = []
    for row in told["rows"]:
        number = expected(r, None, one, row["at"], told["model"], told["cutoff"], r.compact(row["expected"], one["decimals"]))
        rows.append([r.step(row["at"], one["cadence"]), html.B(number), _between(r, row, "80", one), _between(r, row, "90", one),
                     *([chance(r, row["chance"])] if has_chance else [])])
    words = urlencode({name: asked[name] for name in ("steps", "at", "s") if asked.get(name)}, safe=",;:")
    link = html.A([icon("download", 14), "CSV"], href=f"/api/forecast/{city}/{one['id']}/{told['code']}.csv{'?' + words if words else ''}",
                  className="cs-link", download="") if told["may_export"] else None
    return [html.H2([title, link]), sheet(title, head, rows, range(1, len(head)), "fc-table")]


def _between(r: Reader, row: dict[str, Any], share: str, one: dict[str, Any]) -> str:
    return f"{r.compact(row['lo' + share], one['decimals'])} – {r.compact(row['hi' + share], one['decimals'])}"
