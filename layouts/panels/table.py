"""The map as a table: every unit of the level on screen (or below the selection) with value, status, coverage, time."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

from layouts import ids
from layouts.reader import Reader

SCRIPT = "dash_ag_grid.min.js"
for _part in dag._js_dist:
    if _part["relative_package_path"] == SCRIPT:
        # 360 kB that only a table needs: assets/screen/hands.js loads it when one is opened
        _part["dynamic"] = True

RIGHT = ["ag-right-aligned-cell", "ag-right-aligned-header", "cs-number"]


def table(r: Reader, indicator: dict[str, Any], level: str, key: str) -> dag.AgGrid:
    """An empty grid that asks for its rows in blocks (callbacks/map_table.py)."""
    unit = r.unit_of(indicator["unit"])
    name = r.pick(indicator["name_zh"], indicator["name_en"])
    columns = [
        {
            "field": "name",
            "headerName": r.level(level),
            "flex": 2,
            "minWidth": 150,
            "filter": "agTextColumnFilter",
            "filterParams": {"filterOptions": ["contains"], "maxNumConditions": 1},
        },
        {
            "field": "value_text",
            "colId": "value",
            "headerName": f"{name} {unit}".strip(),
            "headerTooltip": f"{name} {unit}".strip(),
            "headerClass": RIGHT,
            "flex": 1.6,
            "minWidth": 168,
            "sort": "desc",
            "sortingOrder": ["desc", "asc"],
            "cellClass": RIGHT,
        },
        {"field": "status", "headerName": r.t("Status"), "width": 92, "sortable": False},
        {"field": "coverage", "headerName": r.t("Coverage"), "headerClass": RIGHT, "width": 118, "cellClass": RIGHT},
        {"field": "parent", "headerName": r.t("Lies in"), "flex": 1.3, "minWidth": 120},
        {"field": "time", "headerName": r.t("Time"), "width": 136, "sortable": False, "cellClass": "cs-number"},
        {"field": "code", "headerName": r.t("Code"), "width": 200, "cellClass": "cs-number"},
    ]
    return dag.AgGrid(
        id=ids.TABLE,
        columnDefs=columns,
        rowModelType="infinite",
        className="cs-grid",
        getRowId="params.data.code",
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": True},
        dashGridOptions={
            "cacheBlockSize": 200,
            "maxBlocksInCache": 20,
            "infiniteInitialRowCount": 20,
            "rowHeight": 32,
            "headerHeight": 34,
            "suppressCellFocus": False,
            "localeText": locale_text(r),
            "theme": {"function": "chengshuGridTheme(themeQuartz)"},
            "animateRows": False,
            "context": {"key": key},
        },
        rowClassRules={"is-selected": "chengshuSelected(params)"},
        dangerously_allow_code=False,
        style={"height": "100%", "width": "100%"},
    )


def table_row(r: Reader, row: dict[str, Any], decimals: int) -> dict[str, Any]:
    """A row as the grid shows it."""
    words = {"green": r.t("normal"), "amber": r.t("watch"), "red": r.t("abnormal")}
    name = r.pick(row["name_zh"], row["name_en"]) or row["address"] or row["code"]
    return {
        "code": row["code"],
        "name": name,
        "parent": r.pick(row["parent_zh"], row["parent_en"]),
        "value": row["value"],
        "value_text": r.number(row["value"], decimals) if row["value"] is not None else r.t("no data"),
        "status": words.get(row["status"], "—") if row["value"] is not None else "—",
        "coverage": f"{row['n']:,} / {row['expected']:,}" if row["expected"] else "—",
        "time": r.moment(row["at"]),
    }


def note(r: Reader, level: str, parent: dict[str, Any] | None) -> html.Span:
    """What the rows are."""
    if parent is None:
        return html.Span(r.t("All units of level {level} in the city", level=r.level(level).lower()))
    return html.Span(r.t("The units below {name}", name=r.name(parent)))


def locale_text(r: Reader) -> dict[str, str]:
    """The grid's own words that can appear."""
    return {
        "loadingOoo": r.t("Loading…"),
        "noRowsToShow": r.t("No rows"),
        "contains": r.t("contains"),
        "filterOoo": r.t("Filter…"),
        "ariaFilterInput": r.t("Filter"),
        "sortAscending": r.t("Sort ascending"),
        "sortDescending": r.t("Sort descending"),
    }
