"""The building stock: what the register of buildings itself says, handed in as readings like everybody's.

Counts, storeys, heights and floor areas follow from the units, so a place that was just imported has vital signs
before any department has reported one. Nothing is guessed: a building without storeys or height gives no reading.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.system import System
from data import queries
from data.handin import HandIn

SOURCE = "building_stock"


def stock(system: System, city: str, as_of: datetime, folder: Path) -> HandIn | None:
    """Write the readings of the city's buildings at `as_of`; None where it has no buildings."""
    found = queries.frame(system.db, "building_stock", city=city)
    if found.empty:
        return None
    floors, height, area = (found[name].to_numpy(np.float64, na_value=np.nan) for name in ("floors_above", "height_m", "area_m2"))
    known = {"building_count": np.ones(len(found)), "storey_count": floors, "building_height_m": height, "floor_area_m2": np.round(floors * area, 1)}
    codes, parts = found["code"].to_numpy(object), []
    for indicator, value in known.items():
        there = np.isfinite(value)
        parts.append(pa.table({"unit_code": pa.array(codes[there], pa.string()), "indicator": pa.repeat(indicator, int(there.sum())),
                               "at": pa.repeat(as_of.isoformat(), int(there.sum())), "value": pa.array(value[there])}))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{city}-stock.parquet"
    pq.write_table(pa.concat_tables(parts), file, compression="zstd")
    return HandIn(city, SOURCE, "reading", file, as_of)
