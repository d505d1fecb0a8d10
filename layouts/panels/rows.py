"""A table of rows for documents: columns of text and numbers, in the colours of the page; nothing in it is markup."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag

from layouts.panels.table import RIGHT, locale_text
from layouts.reader import Reader


def column(field: str, name: str, is_number: bool = False, **more: Any) -> dict[str, Any]:
    """One column."""
    looks: dict[str, Any] = {"headerClass": RIGHT, "cellClass": RIGHT} if is_number else {}
    return {"field": field, "headerName": name, "headerTooltip": name, "tooltipField": field, **looks, **more}


def rows_grid(r: Reader, name: str, columns: list[dict[str, Any]], rows: list[dict[str, Any]] | None = None, **more: Any) -> dag.AgGrid:
    """A grid with its rows, or (rows None) one that asks for them in blocks."""
    options = {
        "rowHeight": 32,
        "headerHeight": 34,
        "animateRows": False,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "localeText": locale_text(r),
        "theme": {"function": "chengshuGridTheme(themeQuartz)"},
        "tooltipShowDelay": 400,
    }
    if rows is None:
        options |= {"cacheBlockSize": 100, "maxBlocksInCache": 20, "infiniteInitialRowCount": 20}
    return dag.AgGrid(
        id=name,
        columnDefs=columns,
        rowModelType="infinite" if rows is None else "clientSide",
        className="cs-grid cs-rows-grid",
        defaultColDef={"sortable": rows is not None, "resizable": True, "suppressHeaderMenuButton": True},
        dashGridOptions=options,
        dangerously_allow_code=False,
        style={"height": "100%", "width": "100%"},
        **({} if rows is None else {"rowData": rows}),
        **more,
    )
