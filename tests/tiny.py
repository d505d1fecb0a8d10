"""A tiny city that a person can check by hand: every unit has two children, a grid has three buildings of two floors."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from app.units.codes import Code, parse
from data.handin import HandIn

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)
_ORDER = {"city": 2, "district": 2, "street": 2, "community": 2, "grid": 3, "building": 2}


def units(code: Code | None = None, box: tuple[float, float, float, float] = (118.0, 30.0, 118.16, 30.16)) -> list[dict]:
    """All units below (and with) a code as rows of dataset unit, halving the box as they go down."""
    code = code or parse("990100")
    row = {"code": code.text, "level": code.level, "parent_code": code.founded_in.text if code.founded_in else None,
           "source_id": f"s{code.text}", "name_zh": f"单元{code.text[-3:]}", "name_en": f"Unit {code.text[-3:]}",
           "geom": None if code.level == "floor" else shapely.to_wkb(shapely.box(*box)), "floor_no": code.floor_no,
           "floors_above": 2 if code.level == "building" else None, "height_m": 7.0 if code.level == "building" else None,
           "place_type": "residential" if code.level == "building" else None}
    found, children = [row], _ORDER.get(code.level, 0)
    x0, y0, x1, y1 = box
    for number in range(children):
        a, b = number / children, (number + 1) / children
        inner = (x0 + (x1 - x0) * a, y0, x0 + (x1 - x0) * b, y1) if x1 - x0 >= y1 - y0 else \
            (x0, y0 + (y1 - y0) * a, x1, y0 + (y1 - y0) * b)
        if code.level == "grid":                                      # buildings stand apart
            corners = zip(inner, (x1, y1) * 2, (x0, y0) * 2, strict=True)
            inner = tuple(0.15 * (low if k < 2 else high) + 0.85 * here for k, (here, low, high) in enumerate(corners))
        found += units(code.child(number + 1), inner)
    return found


def write(folder: Path, name: str, rows: list[dict] | pa.Table) -> Path:
    """Write rows as a Parquet hand-in file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    pq.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), path)
    return path


def hand_in(folder: Path, dataset: str, rows: list[dict], name: str = "", city: str = "tiny", as_of: datetime = AS_OF,
            snapshot: bool = False, source: str = "survey") -> HandIn:
    """Rows as a hand-in."""
    return HandIn(city, source, dataset, write(folder, name or dataset, rows), as_of, snapshot)


def whole(folder: Path, city: str = "tiny") -> list[HandIn]:
    """The city row and all its units."""
    return [
        hand_in(folder, "city", [{"city": city, "name_zh": "小城", "name_en": "Tiny", "synthetic": True,
                                  "timezone": "Asia/Shanghai", "code": "990100", "licence": None}], city=city),
        hand_in(folder, "unit", units(), city=city, snapshot=True),
    ]


def readings(indicator: str, level: str, values: dict[str, float] | None = None, at: datetime = NOON,
             weight: float | None = None) -> list[dict]:
    """One reading per unit of a level: 1, 2, 3, … in code order unless `values` says otherwise."""
    codes = sorted(row["code"] for row in units() if row["level"] == level)
    values = values if values is not None else {code: float(i) for i, code in enumerate(codes, start=1)}
    return [{"unit_code": code, "indicator": indicator, "at": at.isoformat(), "value": value, "weight": weight}
            for code, value in values.items()]
