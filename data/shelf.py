"""What the catalogue's record datasets hold, and when the data behind a resource last came: read for app/catalogue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import shapely

from data import registers
from data.connection import Database
from data.fields import fields_of, record_datasets

DATASETS = ("resource", "item", "responsibility", "system", "demand")


def stamp(db: Database, city: str) -> int:
    """Moves whenever a batch of the catalogue came in (0: none ever)."""
    row = db.run("select coalesce(max(batch), 0) from front.batch where city = ? and list_contains(?, dataset)", [city, list(DATASETS)]).fetchone()
    return int(row[0])


def standing(db: Database, dataset: str, city: str, at: datetime | None = None) -> list[dict[str, Any]]:
    """The rows of one of DATASETS as they stand, or as they stood at a time (naive UTC)."""
    if dataset not in DATASETS:
        raise KeyError(dataset)
    if at is None:
        return db.rows(f"select * from base.{dataset} where city = ? and valid_to is null order by code", [city])  # noqa: S608 - of DATASETS
    return db.rows(
        f"select * from base.{dataset} where city = ? and valid_from <= ? and coalesce(valid_to, timestamp '9999-01-01') > ? "  # noqa: S608
        "order by code",
        [city, at, at],
    )


def faults(db: Database, city: str) -> dict[tuple[str, int, int], tuple[str, ...]]:
    """The mandatory rules that rows of items and resources broke: {(dataset, batch, row): rules as `dataset/rule`}."""
    mandatory = {f"{row['dataset']}/{row['id']}" for row in registers.rows("rules") if row["is_mandatory"] == "true" and row["severity"] == "warn"}
    found: dict[tuple[str, int, int], tuple[str, ...]] = {}
    for dataset, batch, number, rule in db.run(
        "select distinct w.dataset, w.batch, w.row, w.rule from mgmt.warning w join front.batch b on b.batch = w.batch "
        "where b.city = ? and w.dataset in ('item', 'resource') order by all",
        [city],
    ).fetchall():
        if f"{dataset}/{rule}" in mandatory:
            found[dataset, batch, number] = (*found.get((dataset, batch, number), ()), f"{dataset}/{rule}")
    return found


def newest_data(db: Database, city: str, at: datetime) -> dict[str, datetime]:
    """When the data behind each kind of source were last reported, up to a time: {`indicator/<id>` …: naive UTC}.

    Of an indicator the newest step that the city's tower holds (native ones of the city itself: the newest reading); of attributes and
    record datasets the moment that the newest batch with accepted rows speaks of.
    """
    found: dict[str, datetime] = {}
    for name, when in db.run(
        "select indicator, max(observed_at) from theme.rolled where city = $city and level = 'city' and observed_at <= $at group by indicator "
        "union all select r.indicator, max(r.observed_at) from base.reading r join catalogue.indicator i on i.id = r.indicator "
        "where r.city = $city and i.native_level = 'city' and r.observed_at <= $at group by r.indicator",
        {"city": city, "at": at},
    ).fetchall():
        found[f"indicator/{name}"] = when
    for name, when in db.run(
        "select attribute, max(valid_from) from base.attribute where city = ? and valid_from <= ? group by attribute", [city, at]
    ).fetchall():
        found[f"attribute/{name}"] = when
    for name, when in db.run(
        "select b.dataset, max(b.as_of) from front.batch b join mgmt.outcome o on o.batch = b.batch where b.city = ? and b.as_of <= ? "
        "and o.accepted > 0 group by b.dataset",
        [city, at],
    ).fetchall():
        found[f"record/{name}"] = when
    return found


def carrier(db: Database, city: str, source: str) -> dict[str, Any] | None:
    """The newest batch that carried the data of a source: batch, source, file_name, received_at, as_of; None where none did."""
    kind, _, name = source.partition("/")
    if kind == "indicator":
        number = db.run("select max(_batch) from base.reading where city = ? and indicator = ?", [city, name]).fetchone()[0]
    elif kind == "attribute":
        number = db.run("select max(_batch) from base.attribute where city = ? and attribute = ?", [city, name]).fetchone()[0]
    else:
        number = db.run("select max(batch) from front.batch where city = ? and dataset = ?", [city, name]).fetchone()[0]
    found = db.rows("select batch, source, file_name, received_at, as_of from front.batch where batch = ?", [number]) if number else []
    return found[0] if found else None


def shapes(db: Database, city: str, codes: list[str]) -> dict[str, shapely.Geometry]:
    """The shapes of units as they stand (EPSG:4326), simplified to some metres; units without a shape are left out."""
    rows = db.run(
        "select code, ST_AsWKB(ST_SimplifyPreserveTopology(geom, 0.00005)) from base.shape "
        "where city = ? and valid_to is null and list_contains(?, code)",
        [city, codes],
    ).fetchall()
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


def city_shape(db: Database, city: str) -> shapely.Geometry | None:
    """The shape of the whole city."""
    row = db.run("select ST_AsWKB(geom) from base.shape where city = ? and level = 'city' and valid_to is null", [city]).fetchone()
    return shapely.from_wkb(bytes(row[0])) if row and row[0] else None


def records(
    db: Database,
    dataset: str,
    city: str,
    privacy: int,
    bits: bytes | None,
    offsets: list[int] | None,
    after: tuple[int, int],
    since: datetime,
    until: datetime,
    most: int,
) -> list[dict[str, Any]]:
    """Records as they stand, of units in sight, in the order of (_batch, _row) after a place: fields up to a privacy level.

    A dataset whose rows name no unit is only for who may see the whole city. Raises KeyError for what is not a record dataset.
    """
    if dataset not in record_datasets():
        raise KeyError(dataset)
    fields = fields_of(dataset)
    columns = ", ".join(f'r."{field.name}"' for field in fields if field.privacy <= privacy)
    has_unit = any(field.name == "unit_code" for field in fields)
    if not columns or (bits is not None and not has_unit):
        return []
    seen = "exists (select 1 from theme.unit u where u.city = r.city and u.code = r.unit_code and is_seen($bits, $offsets, u.level, u.seq))"
    return db.rows(
        f"select {columns}, r._batch, r._row from theme.{dataset} r where r.city = $city "  # noqa: S608 - our own names
        f"and (r._batch, r._row) > ($batch, $row) and r.valid_from between $since and $until and {seen if bits is not None else 'true'} "
        "order by r._batch, r._row limit $most",
        {
            "city": city,
            "batch": after[0],
            "row": after[1],
            "since": since,
            "until": until,
            "most": most,
            **({"bits": bits, "offsets": offsets} if bits is not None else {}),
        },
    )
