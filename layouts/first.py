"""What stands on the screen until a page is there: bars and columns in their places, and the map page's map itself.

The same classes make the same shapes, so nothing moves when the page takes over (assets/screen.css hides this then).
"""

from __future__ import annotations

_MAP = (
    '<div class="cs-left"></div>'
    '<div class="cs-centre"><div class="cs-strip"><i class="cs-crumb"></i></div>'
    '<div class="cs-maps"><div class="cs-map-frame" id="first-map"></div><div class="cs-map-frame cs-map-frame-second"></div></div>'
    '<div class="cs-time is-empty"></div><div class="cs-dock"><div class="cs-tabs"><i class="cs-tab"></i></div></div></div>'
    '<div class="cs-right"></div>'
)


def first(page: str) -> str:
    """The markup for a page by its name; in the map page, `first-map` is where the map begins (assets/screen/first.js)."""
    main = f'<div class="cs-main cs-page-{page}">{_MAP if page == "map" else ""}</div>'
    return f'<div class="cs-first"><div class="cs-shell"><div class="cs-header"></div>{main}</div></div>'
