"""NGSI-LD entities (ETSI GS CIM 009): `POST /ngsi-ld/v1/entityOperations/upsert` becomes rows of the source's dataset.

An entity may come normalized, concise, or as key-values; as NGSI-LD or as NGSI-v2 wrote them. For readings every attribute
that a mapping makes an indicator becomes a row: its time is its own `observedAt`, else the field mapped to `at`, else the
entity's; its unit what is mapped to `unit_code`, else the unit of the indicator's level that its place lies in. For records
an entity is a row, its attributes the columns. Answers are those of the specification: 201 with the ids of new entities, 204,
or 207 with what was taken and an error for each entity that was not.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import shapely
from shapely.errors import GEOSException

from app.errors import BadInput
from app.exchange.holding import put_aside
from app.exchange.receiving import Arrival, Folders, Outcome, receive
from app.exchange.sources import Source
from data import mapping_rows, queries, units
from data.mapping_rows import INDICATOR, Mapping
from data.tables import as_text, text_table

if TYPE_CHECKING:
    from app.system import System

MOST, LONGEST = 5000, 500
ERROR = "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"
TIMES = ("observedAt", "dateObserved", "dateObservedFrom", "dateModified", "modifiedAt", "TimeInstant")
_MEANT = {"GeoProperty", "geo:json"}
Row = dict[str, Any]


@dataclass
class Upserted:
    """What became of the entities: ids taken, those of them that are new, an error for each of the others."""

    taken: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def answer(self) -> tuple[int, Any]:
        """(status, body) as the specification has it (6.15.3)."""
        if self.errors:
            told = [
                {"entityId": name, "error": {"type": ERROR, "title": "The entity was not taken", "detail": why, "status": 400}}
                for name, why in self.errors.items()
            ]
            return 207, {"success": self.taken, "errors": told}
        return (201, self.created) if self.created else (204, None)


def upsert(system: System, source: Source, entities: Any) -> Upserted:
    """Take a list of entities. Raises BadInput where it is no list of at most 5 000 of them."""
    if not isinstance(entities, list) or not entities:
        raise BadInput("The body is no list of entities", "Send a JSON array with at least one entity")
    if len(entities) > MOST:
        raise BadInput(f"More than {MOST} entities", "Send them in several requests", rows=len(entities))
    done, rows, whose = Upserted(), [], []
    maps = mapping_rows.standing(system.db.cursor(), source.id, source.source, source.dataset)
    for number, entity in enumerate(entities):
        name = _name(entity, number)
        try:
            flat = flatten(entity)
            made = _readings(system, source, flat, maps) if source.dataset == "reading" else [_record(flat)]
        except BadInput as error:
            done.errors[name] = error.fact
            continue
        rows += made
        whose += [name] * len(made)
    if rows and source.dataset == "reading":
        rows, whose = _placed(system, source, rows, whose, maps, done)
    if rows:
        _hand_in(system, source, rows, whose, done)
    taken = [name for name in dict.fromkeys(whose) if name not in done.errors]
    done.taken, done.created = taken, _new(system, source, taken)
    return done


def _name(entity: Any, number: int) -> str:
    name = entity.get("id") if isinstance(entity, dict) else None
    return name if isinstance(name, str) and name else f"entity {number + 1}"


def flatten(entity: Any) -> Row:
    """An entity as one row: plain values by attribute, `<attribute>.observedAt`, `<attribute>.unitCode`, `lon` and `lat`.

    Raises BadInput for what is no entity.
    """
    if not isinstance(entity, dict):
        raise BadInput("An entity is a JSON object")
    for name in ("id", "type"):
        given = entity.get(name)
        given = given[0] if name == "type" and isinstance(given, list) and given else given
        if not isinstance(given, str) or not given.strip() or len(given) > LONGEST or not given.isprintable():
            raise BadInput(f"An entity needs {name} as a text")
    row: Row = {"id": entity["id"], "type": entity["type"] if isinstance(entity["type"], str) else entity["type"][0]}
    for name, given in entity.items():
        if name in ("id", "type", "@context") or not name.isprintable() or len(name) > 100:
            continue
        value, more = _value(given)
        if _is_shape(value):
            row |= _point(value, name, row)
        row[name] = value
        row |= {f"{name}.{key}": more[key] for key in ("observedAt", "unitCode") if more.get(key) is not None}
    return row


def _value(given: Any) -> tuple[Any, Row]:
    """(plain value, what stands beside it) of an attribute in any of its forms."""
    if not isinstance(given, dict):
        return given, {}
    if isinstance(given.get("type"), str) or "value" in given:
        for key in ("value", "object", "languageMap", "vocab", "json"):
            if key in given:
                inner = given[key]
                return (inner["@value"], given) if isinstance(inner, dict) and "@value" in inner else (inner, given)
    return (given["@value"], {}) if "@value" in given else (given, {})


def _is_shape(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


def _point(value: Row, name: str, row: Row) -> Row:
    """Longitude and latitude of a place: of `location` before any other shape. Raises BadInput for what is no shape."""
    try:
        shape = shapely.from_geojson(json.dumps(value))
        if shape is None or shape.is_empty:
            raise BadInput(f"{name} is no place")
        inner = shapely.point_on_surface(shape)
    except (GEOSException, ValueError, TypeError) as error:
        raise BadInput(f"{name} is no place") from error
    if not (-180 <= inner.x <= 180 and -90 <= inner.y <= 90):
        raise BadInput(f"{name} lies nowhere on Earth: longitude comes first")
    return {} if "lon" in row and name != "location" else {"lon": round(inner.x, 7), "lat": round(inner.y, 7)}


def _record(flat: Row) -> Row:
    return {name: as_text(value) for name, value in flat.items()}


def _readings(system: System, source: Source, flat: Row, maps: list[Mapping]) -> list[Row]:
    """A row per attribute that is an indicator. Raises BadInput where none is, or none has a time."""
    kind = flat["type"]
    wanted = {one.source_field: one for one in maps if one.field.startswith(INDICATOR)}
    at_field = next((one.source_field for one in maps if one.field == "at" and flat.get(one.source_field)), "")
    kept = {name: as_text(value) for name, value in flat.items() if name in ("id", "type", "lon", "lat")}
    kept |= {
        one.source_field: as_text(flat.get(one.source_field))
        for one in maps
        if one.field in ("unit_code", "weight") and flat.get(one.source_field) is not None
    }
    rows = []
    for name, value in flat.items():
        one = wanted.get(f"{kind}.{name}") or wanted.get(name)
        if one is None or value is None:
            continue
        at = flat.get(f"{name}.observedAt") or flat.get(at_field) or next((flat[key] for key in TIMES if flat.get(key)), None)
        if not isinstance(at, str):
            raise BadInput(f"{name} has no time: observedAt is missing")
        _same_unit(system, source, one, flat.get(f"{name}.unitCode"))
        rows.append(
            {**kept, "indicator": one.source_field, "at": at.partition("/")[0], "value": as_text(value), "unitCode": flat.get(f"{name}.unitCode")}
        )
    if not rows:
        raise BadInput("None of its attributes is mapped to an indicator")
    return rows


def _same_unit(system: System, source: Source, one: Mapping, code: Any) -> None:
    """An attribute that says its unit must say the one that its mapping reads it in."""
    expected = one.unit_from or mapping_rows.unit_of(system.db.cursor(), source.dataset, one.field)
    given = units.known(code) if isinstance(code, str) else None
    if given is not None and (wanted := units.known(expected)) is not None and given != wanted:
        raise BadInput(f"{one.source_field} comes in {given.unit}, its mapping reads {wanted.unit}")


def _placed(system: System, source: Source, rows: list[Row], whose: list[str], maps: list[Mapping], done: Upserted) -> tuple[list[Row], list[str]]:
    """Rows with their unit: as mapped, else by place at the level of their indicator. Entities without one get an error."""
    if any(one.field == "unit_code" for one in maps):
        return rows, whose
    levels = {one.source_field: system.indicators[one.field.removeprefix(INDICATOR)].native_level for one in maps if one.field.startswith(INDICATOR)}
    for level in set(levels.values()):
        mine = [row for row in rows if levels[row["indicator"]] == level and row.get("lon") is not None]
        if not mine:
            continue
        found = {
            one["i"]: one["code"]
            for one in queries.rows(
                system.db, "units_at", city=source.city, level=level, xs=[float(row["lon"]) for row in mine], ys=[float(row["lat"]) for row in mine]
            )
        }
        for number, row in enumerate(mine):
            row["unit_code"] = found.get(number)
    for row, name in zip(rows, whose, strict=True):
        if row.get("unit_code") is None:
            done.errors.setdefault(name, "No unit of the city lies at its place, and no mapping names one")
    kept = [(row, name) for row, name in zip(rows, whose, strict=True) if name not in done.errors]
    return [row for row, _ in kept], [name for _, name in kept]


def _hand_in(system: System, source: Source, rows: list[Row], whose: list[str], done: Upserted) -> None:
    """One batch of all rows; the entities of rejected rows get the rule that they broke."""
    with tempfile.NamedTemporaryFile(dir=Folders(system.settings.home, source).of("spool"), suffix=".parquet", delete=False) as place:
        file = Path(place.name)
    try:
        pq.write_table(text_table(rows), file)
        outcome = receive(system, Arrival(source, file, f"entities-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.parquet", datetime.now(UTC)))
        if outcome.outcome == "held":
            put_aside(system, outcome, file)
    finally:
        file.unlink(missing_ok=True)
    done.outcomes.append(outcome)
    if outcome.receipt is not None and outcome.receipt.rejected:
        for number, rule, column in system.db.run(
            "select row, rule, column_name from mgmt.reject where batch = $1", [outcome.receipt.batch]
        ).fetchall():
            done.errors[whose[number - 1]] = f"Rule {rule} refused {column}"


def _new(system: System, source: Source, names: list[str]) -> list[str]:
    """Those of the entities that the source never sent before; from now on it has."""
    if not names:
        return []
    with system.db.write() as cursor:
        known = {
            name
            for (name,) in cursor.execute(
                "select key from front.seen where channel = $1 and key_hash in (select hash(unnest($2::varchar[])))", [source.id, names]
            ).fetchall()
        }
        created = [name for name in names if name not in known]
        if created:
            cursor.execute("insert into front.seen select $1, hash(n), 0, n from (select unnest($2::varchar[]) as n)", [source.id, created])
    return created
