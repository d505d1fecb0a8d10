"""Import a file and check what must hold of every import."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import shapely

from app.exchange.place import Options, Report, build, plan
from app.units.codes import parse
from data.levels import LEVELS


def imported(path: Path, known: pd.DataFrame | None = None, **options: object) -> tuple[pd.DataFrame, Report]:
    """Units and report of a file, checked: codes, parents, tiling, the sum of counts."""
    units, report = build(plan(path, Options(city="test", city_name="Test", **options)), known)
    check(units, report)
    return units, report


def check(units: pd.DataFrame, report: Report) -> None:
    """What must hold of every import."""
    assert report.count_in == report.accepted + report.rejected + report.duplicate
    assert report.rejected == len(report.rejects)
    assert all(note.id and note.reason for note in report.rejects)
    assert units["code"].is_unique
    assert not units.duplicated(["level", "source_id"]).any()
    level_of = dict(zip(units["code"], units["level"], strict=True))
    assert all(parse(code).level == level for code, level in level_of.items())
    children = units[units["level"] != "city"]
    assert (units["level"] == "city").sum() == 1
    assert all(
        LEVELS.index(level_of[parent]) + 1 == LEVELS.index(level)
        for parent, level in zip(children["parent_code"], children["level"], strict=True)
    )
    assert (
        sum(report.buildings[f"floors_{how}"] for how in ("known", "derived", "unknown"))
        == report.buildings["total"]
        == report.units["building"]
    )
    assert tiling_error(units) < 1e-9


def tiling_error(units: pd.DataFrame) -> float:
    """The greatest relative difference between a parent and the sum, or the union, of its area children."""
    if "geom" not in units:
        return 0.0
    areas = units[units["level"].isin(LEVELS[:5])]
    shapes = {code: shapely.from_wkb(geom) for code, geom in zip(areas["code"], areas["geom"], strict=True)}
    worst = 0.0
    for parent, group in areas[areas["parent_code"].notna()].groupby("parent_code"):
        whole, parts = shapes[parent], [shapes[code] for code in group["code"]]
        union = shapely.union_all(parts)
        worst = max(
            worst,
            abs(sum(part.area for part in parts) - whole.area) / whole.area,
            union.symmetric_difference(whole).area / whole.area,
        )
    return worst


def as_known(units: pd.DataFrame) -> pd.DataFrame:
    """Units as the database would hand them in at the next import."""
    columns = [name for name in ("level", "source_id", "code", "name_zh", "name_en", "geom") if name in units]
    return units.loc[units["level"] != "floor", columns].assign(valid_to=None)
