"""Tables that name units by code instead of shape: code lists, building lists of a city already known."""

from __future__ import annotations

import pandas as pd

from app.exchange.places.known import Known
from data.place.source import Source


def is_table(source: Source) -> bool:
    """True when the source is rows with codes and no shapes."""
    return source.buildings.empty and len(source.boundaries) > 0 and bool(source.boundaries.geometry.isna().all())


def units(source: Source, known: Known, city_name: str | None, city_number: int) -> pd.DataFrame:
    raise NotImplementedError
