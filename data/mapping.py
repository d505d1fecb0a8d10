"""From the source's fields to the standard ones: mappings compiled into the projection hub → dept.

`mapped` is a temporary view with the columns of hub.<dataset>; the checks of the department library read it instead of the
hub, so that a mapping needs no copy of the rows. Without a mapping it is the hub's rows of the batch as they are. Hub rows
stay verbatim: names, units, codes and coordinates are turned here. What cannot be turned stays as it came, for the rules
to reject with the value that the source knows.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from data import mapping_rows, units, withdrawals
from data.fields import fields_of, record_datasets
from data.handin import HandIn
from data.mapping_rows import INDICATOR, UNITS, Mapping
from data.place import crs

KEYS = {"city": ("city",), "unit": ("code",), "attribute": ("unit_code", "attribute"), "reading": ("unit_code", "indicator", "at"),
        "flow": ("origin_code", "destination_code", "at"), "layer": ("layer", "source_id")}  # fmt: skip


def supplies(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn) -> set[str]:
    """The standard fields that a mapping provides for this hand-in, whatever the file calls them."""
    found = mapping_rows.standing(cursor, hand_in.channel, hand_in.source, hand_in.dataset)
    return {"indicator" if one.field.startswith(INDICATOR) else one.field for one in found}


def key_columns(cursor: duckdb.DuckDBPyConnection, channel: str, source: str, dataset: str, columns: list[str]) -> list[str]:
    """The columns of a file that name its rows, under the source's own names; empty where one of them is missing."""
    wanted = KEYS.get(dataset) or tuple(field.name for field in fields_of(dataset) if field.is_key)
    found = mapping_rows.standing(cursor, channel, source, dataset)
    names = [next((one.source_field for one in found if one.field == name and one.source_field in columns), name) for name in wanted]
    return names if set(names) <= set(columns) else []


def unfold(cursor: duckdb.DuckDBPyConnection, channel: str, source: str, dataset: str, table: pa.Table) -> tuple[pa.Table, bool]:
    """A table with a column per indicator as one with a row per reading: `indicator` says the column, `value` its text.

    (table, False) where nothing is mapped so. Cells that are empty are no readings.
    """
    if dataset != "reading" or "indicator" in table.column_names:
        return table, False
    wide = [one.source_field for one in mapping_rows.standing(cursor, channel, source, dataset)
            if one.field.startswith(INDICATOR) and one.source_field in table.column_names]
    if not wide:
        return table, False
    rest = table.select([name for name in table.column_names if name not in wide and name != "value"])
    parts = []
    for name in wide:
        values = table.column(name).cast(pa.string())
        there = values.is_valid()
        part = rest.filter(there)
        parts.append(part.append_column("indicator", pa.array([name] * part.num_rows, pa.string())).append_column("value", values.filter(there)))
    return pa.concat_tables(parts), True


def rename(cursor: duckdb.DuckDBPyConnection, channel: str, source: str, dataset: str, was: str, now: str, confidence: float,
           author: str) -> bool:
    """A column got another name: it goes on carrying the standard field it carried. False where it carried none."""
    before = next((one for one in mapping_rows.standing(cursor, channel, source, dataset) if one.source_field == was), None)
    if before is None and was not in mapping_rows.columns_of(cursor, dataset):
        return False
    old = before or Mapping(channel, dataset, was, was)
    made = Mapping(channel, dataset, now, old.field, old.relation, old.unit_from, old.unit_to, old.code_map, old.crs, confidence)
    mapping_rows.accept(cursor, made, author, channel, source)
    return True


def create_mapped(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int) -> None:
    """Make the temporary view `mapped` for one batch. Raises BadInput for mappings that contradict each other."""
    found = mapping_rows.standing(cursor, hand_in.channel, hand_in.source, hand_in.dataset)
    if not found:
        cursor.execute(f"create or replace temp view mapped as from hub.{hand_in.dataset} where _batch = {int(batch)}")
        return
    mapping_rows.check(cursor, found)
    columns = mapping_rows.columns_of(cursor, hand_in.dataset)
    placed = _placed(cursor, hand_in, batch, found, columns)
    can_end = hand_in.dataset in (*record_datasets(), *withdrawals.KEYS)
    own = ", ".join(f"h.{name}" for name in (*(["_deleted"] if can_end else []), "_extra", "_batch", "_row"))
    chosen = [f'{_field(cursor, hand_in, name, found, columns, placed)} as "{name}"' for name in columns]
    joined = "left join mapped_places p on p._row = h._row" if placed else ""
    cursor.execute(
        f"create or replace temp view mapped as select {', '.join(chosen)}, {own} "  # noqa: S608 - our own names; the source's are quoted text
        f"from hub.{hand_in.dataset} h {joined} where h._batch = {int(batch)}")


def _field(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, name: str, found: list[Mapping], columns: list[str], placed: set[str]) -> str:
    """SQL of one standard field."""
    if name in placed:
        return f"p.{name}"
    if hand_in.dataset == "reading" and name in ("indicator", "value"):
        wide = [one for one in found if one.field.startswith(INDICATOR)]
        if wide:
            return _wide(cursor, name, wide, [one for one in found if one.field == name], columns)
    mine = sorted((one for one in found if one.field == name), key=lambda one: one.order)
    parts = [_value(cursor, hand_in.city, one, columns) for one in mine]
    if not any(one.source_field == name for one in found):        # neither turned nor carried off: as the file has it, first
        parts.insert(0, f'h."{name}"')
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0] if parts else "null"


def _wide(cursor: duckdb.DuckDBPyConnection, name: str, wide: list[Mapping], also: list[Mapping], columns: list[str]) -> str:
    """Indicator and value of unfolded rows: what the column's name means, what its values are in."""
    if name == "indicator":
        cases = " ".join(f"when {_text(one.source_field)} then {_text(one.field.removeprefix(INDICATOR))}" for one in wide)
        return f"case h.indicator {cases} else h.indicator end"
    cases = [f"when {_text(one.source_field)} then {turned}" for one in wide
             if (turned := _turned(cursor, "h.value", one)) != "h.value"]
    plain = next((_value(cursor, "", one, columns) for one in also), "h.value")
    return f"case h.indicator {' '.join(cases)} else {plain} end" if cases else plain


def _value(cursor: duckdb.DuckDBPyConnection, city: str, one: Mapping, columns: list[str]) -> str:
    """SQL of what one mapping gives."""
    where = _given(one.source_field, columns)
    if one.code_map == UNITS:
        own = f"select min(i.code) from mgmt.identity i where i.city = {_text(city)} and i.source_id = {where}"  # noqa: S608 - quoted text
        return f"coalesce(({own}), {where})"
    if one.codes:
        where = f"case {where} {' '.join(f'when {_text(a)} then {_text(b)}' for a, b in one.codes.items())} else {where} end"
    return _turned(cursor, where, one)


def _given(source_field: str, columns: list[str]) -> str:
    """SQL of a source's field: its own column of the hub, or what `_extra` keeps (by JSON pointer: any name is one)."""
    if source_field in columns:
        return f'h."{source_field}"'
    return f"json_extract_string(h._extra, {_text('/' + source_field.replace('~', '~0').replace('/', '~1'))})"


def _turned(cursor: duckdb.DuckDBPyConnection, where: str, one: Mapping) -> str:
    """The value in the unit that is wanted; what is no number stays as it is."""
    wanted = one.unit_to or mapping_rows.unit_of(cursor, one.dataset, one.field)
    if not one.unit_from or not wanted:
        return where
    factor, offset = units.conversion(one.unit_from, wanted)
    if (factor, offset) == (1.0, 0.0):
        return where
    return f"coalesce(cast(round(try_cast({where} as double) * {factor!r} + {offset!r}, 9) as varchar), {where})"


def _placed(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, found: list[Mapping], columns: list[str]) -> set[str]:
    """Coordinates of another system, as lon and lat in WGS 84: the temporary table mapped_places; {"lon", "lat"} or nothing."""
    pair = {name: next((one for one in found if one.field == name and one.crs), None) for name in ("lon", "lat")}
    if not all(pair.values()):
        return set()
    x, y = (_given(pair[name].source_field, columns) for name in ("lon", "lat"))
    read = cursor.execute(
        f"select _row, try_cast({x} as double) as x, try_cast({y} as double) as y, {x} as raw_x, {y} as raw_y "  # noqa: S608
        f"from hub.{hand_in.dataset} h where _batch = $1 order by _row", [batch]).to_arrow_table()
    points = np.column_stack([read.column(name).to_numpy(zero_copy_only=False).astype(float) for name in ("x", "y")])
    moved = crs.points_to_wgs84(points, pair["lon"].crs)

    def text(values: np.ndarray, raw: pa.ChunkedArray) -> pa.Array:
        return pa.array([repr(round(float(value), 8)) if np.isfinite(value) else kept
                         for value, kept in zip(values, raw.to_pylist(), strict=True)], pa.string())

    cursor.register("mapped_now", pa.table({"_row": read.column("_row"), "lon": text(moved[:, 0], read.column("raw_x")),
                                            "lat": text(moved[:, 1], read.column("raw_y"))}))
    try:
        cursor.execute("create or replace temp table mapped_places as from mapped_now")
    finally:
        cursor.unregister("mapped_now")
    return {"lon", "lat"}


def _text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"
