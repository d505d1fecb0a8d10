"""What a page is: its address, the right it needs, and how it is built for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.sight import Seen
from app.system import City
from layouts.reader import Reader


@dataclass(frozen=True)
class Page:
    """`build(seen, r, words)` returns the content; `name` is the word in CSS classes, icons and layouts.shell.page_names.

    `is_bare`: the page is the whole screen, always dark, without header, menus and help.
    """

    name: str
    path: str
    right: str
    build: Callable[[Seen, Reader, dict[str, str]], Any]
    is_bare: bool = False


def city_asked(seen: Seen, words: dict[str, str]) -> City | None:
    """The city an address names, else the first that may be seen; None where there is none."""
    return seen.cities.get(words.get("city", "")) or next(iter(seen.cities.values()), None)


def whole_city(seen: Seen, words: dict[str, str]) -> City | None:
    """The city an address names, for pages that show rows of any unit; None where there is none. Raises Refused for a part of a city."""
    city = city_asked(seen, words)
    if city is not None:
        seen.require_whole(city.city)
    return city


def city_row(seen: Seen, city: City) -> dict[str, Any]:
    """A city as layouts take it."""
    return {
        "city": city.city,
        "name_zh": city.name_zh,
        "name_en": city.name_en,
        "is_synthetic": city.is_synthetic,
        "licence": city.licence,
        "timezone": city.timezone,
        "max_zoom": city.max_zoom,
        "versions": {"geometry": city.address, "values": city.value_version, "newest": seen.newest(city.city)},
    }
