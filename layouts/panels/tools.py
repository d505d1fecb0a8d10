"""What can be done on the map? Select by a shape, measure, take out."""

from __future__ import annotations

from dash import html

from layouts.components.icons import icon
from layouts.reader import Reader


def tools(r: Reader) -> html.Div:
    """The bar of tools; assets/screen/tools.js answers the buttons."""
    return html.Div(
        [
            _tool("polygon", r.t("Select by polygon")),
            _tool("circle", r.t("Select by circle")),
            _tool("buffer", r.t("Select by distance from a line")),
            html.I(className="cs-tools-line"),
            _tool("distance", r.t("Measure length")),
            _tool("area", r.t("Measure area")),
            html.I(className="cs-tools-line"),
            html.Div(
                [
                    html.Button(
                        icon("download", 18),
                        type="button",
                        className="cs-tool",
                        id="export-button",
                        title=r.t("Export"),
                        **{"aria-label": r.t("Export"), "aria-haspopup": "true", "aria-expanded": "false", "data-menu": "export-menu"},
                    ),
                    html.Div(
                        [
                            _export("csv", r.t("Table, CSV")),
                            _export("parquet", r.t("Shapes, GeoParquet")),
                            _export("geojson", r.t("Shapes, GeoJSON")),
                            _export("png", r.t("Picture, PNG")),
                            _export("link", r.t("Link to this view")),
                        ],
                        id="export-menu",
                        className="cs-menu",
                        role="menu",
                        hidden=True,
                    ),
                ],
                className="cs-menu-place",
            ),
            _tool("undo", r.t("Undo selection"), action="undo"),
        ],
        className="cs-tools",
        role="toolbar",
        **{"aria-label": r.t("Map tools")},
    )


def _tool(name: str, label: str, action: str = "") -> html.Button:
    told = {"data-action": action} if action else {"data-tool": name, "aria-pressed": "false"}
    return html.Button(icon(name, 18), type="button", className="cs-tool", title=label, **{"aria-label": label, **told})


def _export(kind: str, label: str) -> html.Button:
    sign = {"csv": "table", "png": "picture", "link": "link"}.get(kind, "layers")
    return html.Button([icon(sign, 16), label], type="button", role="menuitem", className="cs-menu-item", **{"data-export": kind})
