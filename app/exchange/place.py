"""Real places: a file becomes a plan, the plan becomes hand-ins for the front library, and a report of both.

options = Options(city="monaco", city_name="Monaco")
what = plan(Path("monaco.osm.pbf"), options)          # reads; what --dry-run prints: what.lines()
hand_ins, report = write(what, folder, known=frame)   # Parquet files and their HandIns
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from app.errors import BadInput
from app.exchange.places import rows, units_table
from app.exchange.places.city import choose
from app.exchange.places.codes import number
from app.exchange.places.known import Known
from app.exchange.places.members import far_away, inner_points, merge_parts, settle_floors
from app.exchange.places.report import Report, by_level
from app.exchange.places.shapes import make_sound
from app.exchange.places.timezone import timezone
from app.exchange.places.tower import nest
from app.units.codes import imported_city, parse
from data import readers
from data.handin import HandIn
from data.levels import LEVELS
from data.place import crs
from data.place.source import LAYER, Source
from data.place.source import Options as Reading

_KEY = re.compile(r"[a-z0-9_-]{1,40}")
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How to import. `city` is the key (a slug), `city_name` what people call it (defaults to the boundary's name, then
    the key); `city_number` numbers places without GB/T codes (0 + three base-36 digits) and must be new for a new place;
    the rest as on the command line. `timezone` defaults to that of the nearest principal city."""

    city: str
    city_name: str | None = None
    city_number: int = 1
    crs: str | None = None
    name_field: str | None = None
    code_field: str | None = None
    level: str | None = None
    timezone: str | None = None


@dataclass(slots=True)
class Plan:
    """A file read and understood, nothing written. `source` is in EPSG:4326 and its shapes are sound."""

    file: Path
    options: Options
    source: Source
    seconds: float
    _built: tuple[pd.DataFrame, Report] | None = field(default=None, repr=False)

    @property
    def format(self) -> str:
        """The recognised format."""
        return self.source.format

    @property
    def mapping(self) -> dict[str, str]:
        """Fields of the file → columns of ours."""
        return self.source.mapping

    def lines(self) -> list[str]:
        """What --dry-run prints: format, mapping, counts by level, notes."""
        _, report = build(self)
        return [
            *report.lines()[:1],
            *(f"  {theirs} → {ours}" for theirs, ours in self.mapping.items()),
            *report.lines()[1:],
        ]


def plan(path: Path | str, options: Options, progress: Progress | None = None) -> Plan:
    """Recognise and read a file, convert it to EPSG:4326, make its shapes sound.

    Raises NotFound, Unreadable or BadInput, naming file, row, column or value and the remedy.
    """
    if not _KEY.fullmatch(options.city):
        raise BadInput(
            "A city key has 1 to 40 characters a–z, 0–9, _ and -", "Choose another --city", value=options.city
        )
    if options.level is not None and options.level not in LEVELS:
        raise BadInput("There is no such level", f"Use one of {', '.join(LEVELS)}", level=options.level)
    declared = crs.resolve(options.crs) if options.crs else None
    start = time.perf_counter()
    reading = Reading(declared, options.name_field, options.code_field, options.level, progress)
    source = readers.read(Path(path), reading)
    crs.to_wgs84(source, reading)
    make_sound(source)
    return Plan(Path(path), options, source, time.perf_counter() - start)


def write(
    what: Plan,
    folder: Path,
    known: pd.DataFrame | dict[tuple[str, str], str] | None = None,
    progress: Progress | None = None,
    said_by: str | None = None,
) -> tuple[list[HandIn], Report]:
    """Write the hand-ins of a plan as Parquet files into a folder, and report.

    `known` are the units of earlier imports of this city (Known says in what form): what is unchanged keeps its code.
    `said_by` is the source that they were handed in as: a newer file ends what it leaves out, whatever its format.
    """
    units, report = build(what, known, progress)
    folder.mkdir(parents=True, exist_ok=True)
    source, options = what.source, what.options
    whole = is_whole(what)
    tables: list[tuple[str, pa.Table, bool]] = []
    city = units[units["level"] == "city"]
    if len(city):
        tables.append(("city", _city_row(what, city.iloc[0]), False))
    tables.append(("unit", rows.arrow(units, rows.UNIT), whole))
    if len(attribute := rows.attributes(units)):
        tables.append(("attribute", rows.arrow(attribute, ("unit_code", "attribute", "value")), False))
    layers = pd.concat([rows.layer_rows(source.layers), rows.room_rows(source.storeys, units)], ignore_index=True)
    if len(layers):
        tables.append(("layer", rows.arrow(layers, (*LAYER, "geom")), True))
    found = []
    for dataset, table, snapshot in tables:
        file = folder / f"{options.city}-{dataset}.parquet"
        pq.write_table(table, file, compression="zstd")
        found.append(HandIn(options.city, said_by or source.format, dataset, file, source.moment, snapshot))
    return found, report


hand_ins = write


def is_whole(what: Plan) -> bool:
    """True where the file draws the place: what it leaves out is gone. A table of codes adds to what is there."""
    return not units_table.is_table(what.source)


def build(
    what: Plan, known: pd.DataFrame | dict[tuple[str, str], str] | None = None, progress: Progress | None = None
) -> tuple[pd.DataFrame, Report]:
    """The units of a plan as one frame (columns of the unit hand-in), and the report. Works on the plan's own source,
    once: a second call gives the same answer and ignores `known`."""
    if what._built is not None:
        return what._built
    tell = progress or (lambda _step, _share: None)
    start = time.perf_counter()
    source, options, before = what.source, what.options, Known(known)
    if units_table.is_table(source):
        units = units_table.units(source, before, options.city_name, options.city_number)
        how = pd.Series(dtype=object)
        accepted = int((units["made"] == "row").sum())
    else:
        merge_parts(source)
        how = settle_floors(source)
        points = inner_points(source)
        tell("building the hierarchy", 0.3)
        chain = choose(source, points, before, (options.city_name, options.city_name))
        chain.city.name_zh = chain.city.name_zh or options.city
        chain.city.name_en = chain.city.name_en or options.city
        city = nest(chain, source, points, before)
        number(city, before, options.city_number)
        tell("placing buildings", 0.7)
        units, placed = _units(source, city, before)
        how = how.iloc[placed]
        own = set(source.boundaries["source_id"])
        used = sum(node.source_id in own for node in city.walk())
        accepted = len(placed) + len(source.parts) + len(source.layers) + source.on_floors + used
        source.warnings += far_away(points, source.buildings["source_id"].to_numpy())
        if not len(source.buildings):
            source.warnings.append("the file holds no buildings: an empty city")
    if "geom" in units:
        units["geom"] = units["geom"].astype(object).where(units["geom"].notna(), None)
    counts = how.value_counts()
    buildings = {
        "total": len(how),
        **{f"floors_{kind}": int(counts.get(kind, 0)) for kind in ("known", "derived", "unknown")},
    }
    report = Report(
        source.format,
        source.crs,
        by_level(units["level"]),
        buildings,
        source.count_in,
        accepted,
        len(source.rejects),
        source.duplicates,
        tuple(source.rejects),
        tuple(source.repairs),
        tuple(source.warnings),
        what.seconds + time.perf_counter() - start,
        source.moment.isoformat(),
    )
    tell("built", 1.0)
    what._built = (units, report)
    return what._built


def _units(source: Source, city, before: Known):
    areas = rows.area_units(city)
    if not any(node.level == "grid" for node in city.walk()):
        return areas, []
    buildings, placed = rows.building_units(source, city, before)
    floors = rows.floor_units(buildings, _drawn(source))
    return pd.concat([areas, buildings, floors], ignore_index=True), placed


def _drawn(source: Source) -> dict[tuple[str, int], shapely.Geometry]:
    """Floors that the source drew as areas, by building and floor number."""
    table = source.storeys
    if table.empty:
        return {}
    whole = table[(table["kind"] == "floor") & table["building_id"].notna()]
    return {
        (id_, int(no)): shape
        for id_, no, shape in zip(whole["building_id"], whole["floor_no"], whole.geometry, strict=True)
        if shape.area > 0
    }


def _city_row(what: Plan, city: pd.Series) -> pa.Table:
    options = what.options
    name = options.city_name or options.city
    lon, lat = (0.0 if pd.isna(city[name]) else float(city[name]) for name in ("lon", "lat"))
    chinese = not parse(city["code"]).is_imported
    zone = options.timezone or ("Asia/Shanghai" if chinese else timezone(lon, lat))
    row = {
        "city": options.city, "name_zh": _said(city["name_zh"], name), "name_en": _said(city["name_en"], name), "synthetic": "false",
        "timezone": zone, "code": city["code"], "licence": what.source.licence,
    }  # fmt: skip
    return pa.table({key: [value] for key, value in row.items()})


def _said(value: object, otherwise: str) -> str:
    """A name from a frame; what is missing there (None or NaN) is said otherwise."""
    return otherwise if pd.isna(value) or not str(value).strip() else str(value)


__all__ = ["Options", "Plan", "Report", "build", "hand_ins", "imported_city", "plan", "write"]
