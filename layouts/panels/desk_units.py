"""Where does it go wrong: the units below with their alerts, signs and the value that colours the map? The map's table twin."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.looked import looked
from layouts.components.marks import empty, status_dot
from layouts.components.said import measured
from layouts.components.sheet import sheet
from layouts.components.traced import value_key, within
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.operations.told.units."""
    if not told["rows"]:
        text = r.t("The map page shows finer units, down to a floor.")
        link = html.A(r.t("Open the map"), href=f"/map?city={city}&units={asked['unit']}", className="cs-link")
        return [html.H2(r.t("City information units")), empty(r.t("No units below are listed here"), text, "map", link)]
    one = told["indicator"]
    head = [r.level(told["level"]), *([r.t("Value")] if one else []), r.t("Alerts"), r.t("Abnormal"), r.t("Watch")]
    rows = []
    for row in told["rows"]:
        cells: list[Any] = [
            looked(city, asked, r.name(row), "desk-unit", False, unit=row["code"]), r.number(row["alerts"]) if row["alerts"] else "–",
            r.number(row["red"]) if row["red"] else "–", r.number(row["amber"]) if row["amber"] else "–",
        ]
        if one:
            value = html.Span([status_dot(r, row["status"]), measured(r, row["value"], one)], **within(value_key(one["id"], row["code"], None)))
            cells.insert(1, value if row["value"] is not None else r.t("no data"))
        rows.append(cells)
    title = html.H2([r.t("Where"), html.Small(r.pick(one["name_zh"], one["name_en"])) if one else None])
    return [title, sheet(r.t("Where"), head, rows, (1, 2, 3, 4))]
