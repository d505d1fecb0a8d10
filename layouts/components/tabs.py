"""The pages behind one entry of the bar, as tabs above their content."""

from __future__ import annotations

from dash import html

from layouts.components.still import Still, still
from layouts.reader import Reader


def tabs(r: Reader, pages: list[dict[str, str]], page: str, city: str = "") -> Still:
    """`pages` are {name, path, title}; `page` is the one that is shown, `city` the city of the address, which goes along."""
    return still(
        html.Nav(
            [
                html.A(
                    one["title"],
                    href=f"{one['path']}?city={city}" if city else one["path"],
                    className="cs-subnav-link",
                    **({"aria-current": "page"} if one["name"] == page else {}),
                )
                for one in pages
            ],
            className="cs-subnav",
            **{"aria-label": r.t("Pages of this part")},
        )
    )
