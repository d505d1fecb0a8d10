"""There is no city yet: how one comes in."""

from __future__ import annotations

from dash import html

from layouts.components.icons import icon
from layouts.reader import Reader


def welcome_page(r: Reader) -> html.Div:
    """Two ways: import a real place, or build the demo city."""
    return html.Div(
        [
            icon("map", 44),
            html.H1(r.t("There is no city here yet")),
            html.P(
                r.t("Take a real place in from a file; OpenStreetMap, GeoJSON, GeoPackage, Shapefile, GeoParquet, CityJSON, CSV and Excel are read:")
            ),
            html.Pre("python run.py import FILE.osm.pbf --city NAME"),
            html.P(r.t("Or let the synthetic demo city be built at the next start:")),
            html.Pre("CHENGSHU_DEMO=city python run.py serve"),
        ],
        className="cs-welcome",
    )
