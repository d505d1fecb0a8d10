"""The data page: what came in and what became of it."""

from __future__ import annotations

from typing import Any

from app.errors import Refused
from app.sight import Seen
from app.units.detail import batch_totals, batches
from callbacks.page import Page, city_asked, city_row
from layouts.pages.data import data_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """Cities, datasets, batches. A batch holds rows of any unit, so this is for who may see the whole city."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    whole = {key: one for key, one in seen.cities.items() if seen.sight(key) is None}
    if city.city not in whole:
        raise Refused("Batches hold rows of units outside your right", "Ask the security administrator for the whole city", right="data.read")
    return data_page(
        r,
        [{**city_row(seen, one), "units": seen.unit_counts(key)} for key, one in whole.items()],
        city_row(seen, city),
        batch_totals(seen, city.city),
        batches(seen, city.city),
    )


PAGE = Page("data", "/data", "data.read", build)
