"""Features as tiles.feature keeps them: encoded when they are cut, with the head of their layer beside them; put together when asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data import mvt
from data.build import pieces, statements
from data.levels import LEVELS

UNITS = {"city": 0, "district": 0, "street": 9, "community": 11, "grid": 12, "building": 13}
POINTS = {"district": 6, "street": 9, "community": 12}
LAYERS = {"land": (5, 2), "green": (5, 2), "water": (5, 2), "rail": (9, 1), "road": (7, 1), "place": (8, 0)}
GROUPS: dict[str, tuple[str, ...]] = {
    "base": tuple(LAYERS),
    "unit": (*UNITS, *(f"{level}_point" for level in POINTS)),
}
_ATTRIBUTES = ("class", "name_zh", "name_en", "height", "min_height", "floors")     # columns of cut_now
_NAMES = ("name_zh", "name_en")
_KEYS = {"building": ("height", "min_height", "floors"), **dict.fromkeys(LAYERS, ("class", *_NAMES))}     # other layers: _NAMES
_AT_ONCE = 16_000_000            # bytes of shapes or features that are worked on together, about
ROW = 200                        # bytes that a row is counted for besides them


def layer_number(layer: str) -> int:
    """What tiles.feature calls a layer: its place in its group."""
    return next(names.index(layer) for names in GROUPS.values() if layer in names)


def stretches(tiles: NDArray[np.int64], weights: NDArray[np.float64]) -> Iterator[tuple[int, int, float]]:
    """(first tile, last tile, share done): tiles in their order, as many together as may be in memory at once."""
    part = (np.cumsum(weights) // _AT_ONCE).astype(np.int64)
    for start, end in _runs(part[1:] != part[:-1], len(tiles)):
        yield int(tiles[start]), int(tiles[end - 1]), end / len(tiles)


def _runs(is_other: NDArray[np.bool_], count: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the runs of equal rows; `is_other`: [count − 1] whether a row differs from the one before it."""
    return itertools.pairwise([*([0] if count else []), *(np.flatnonzero(is_other) + 1).tolist(), count])


def encoded(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[float, pa.Table, pa.Table]]:
    """(share done, features, heads) of what was cut, as rows of tiles.feature, in stretches of tiles."""
    weighed = cursor.execute("select tile, sum(octet_length(geom) + $1) from cut_now group by tile order by tile", [ROW]).fetchnumpy()
    for first, last, share in stretches(*weighed.values()):
        yield share, *_encode(cursor.execute(question("stretch"), {"first": first, "last": last}).to_arrow_table().combine_chunks())


def _encode(rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """(features, heads) of rows of cut_now in the order of their tiles and layers."""
    tile, layer, seq = (rows[name].to_numpy() for name in ("tile", "layer", "seq"))
    begins = np.r_[True, (tile[1:] != tile[:-1]) | (layer[1:] != layer[:-1])]
    group, groups = np.cumsum(begins) - 1, list(GROUPS.values())
    names = [groups[city & 1][number] for city, number in zip((tile[begins] >> 33).tolist(), layer[begins].tolist(), strict=True)]
    keys = [_KEYS.get(name, _NAMES) for name in names]
    key_of = {some: [some.index(column) if column in some else -1 for column in _ATTRIBUTES] for some in set(keys)}
    tags, values = mvt.number(group, [rows[name].combine_chunks() for name in _ATTRIBUTES], np.array([key_of[some] for some in keys])[group])
    body = mvt.encode(rows["geom"].combine_chunks(), seq, tags)
    heads = [mvt.head(*one) for one in zip(names, keys, values, strict=True)]
    return (_features(tile, layer, seq, body),
            _features(tile[begins], layer[begins], np.zeros(len(heads), np.int32), pa.array(heads, pa.binary())))


def _features(tile: NDArray[np.int64], layer: NDArray[np.uint8], seq: NDArray[np.int32], body: pa.Array) -> pa.Table:
    return pa.table({"tile": tile, "layer": layer, "seq": seq, "body": body})


def under_heads(cursor: duckdb.DuckDBPyConnection, features: pa.Table, heads: pa.Table, layer: int) -> pa.Table:
    """Features of one layer and their heads, numbered after the heads that their tiles have already; takes those away."""
    tiles = heads["tile"].to_pylist()
    old = dict(cursor.execute("delete from tiles.feature where tile in (select unnest($1)) and layer = $2 and seq = 0 returning tile, body",
                              [tiles, layer]).fetchall())
    rows = []
    for tile, own in zip(tiles, heads["body"].to_pylist(), strict=True):
        mine = [row for row in features.to_pylist() if row["tile"] == tile]
        head, bodies = mvt.merge(old.get(tile, own), own, [row["body"] for row in mine])
        rows += [{"tile": tile, "layer": layer, "seq": 0, "body": head}]
        rows += [{**row, "body": body} for row, body in zip(mine, bodies, strict=True)]
    return pa.Table.from_pylist(rows, features.schema)


def keep_features(cursor: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """Keep features and heads in the order of the tiles: what is asked together lies together."""
    # not registered by name: a name that was dropped holds on to its rows until the transaction ends
    cursor.from_arrow(rows).order("tile, layer, seq <> 0, seq").insert_into("tiles.feature")


def whole(cursor: duckdb.DuckDBPyConnection, first: int, last: int) -> Iterator[tuple[int, bytes, int]]:
    """(tile, MVT bytes, features) of the tiles from the first to the last that hold anything."""
    rows = cursor.execute(question("whole"), {"first": first, "last": last}).to_arrow_table()
    tile, layer, body = rows["tile"].to_numpy(), rows["layer"].to_numpy(), rows["body"]
    if (tile[1:] < tile[:-1]).any():             # a building was drawn again: it lies behind the others
        order = np.argsort(tile, kind="stable")
        tile, layer, body = tile[order], layer[order], body.take(order)
    body = body.combine_chunks()
    for start, end in _runs(tile[1:] != tile[:-1], len(tile)):
        if found := join(layer[start:end], body[start:end]):
            yield int(tile[start]), found, end - start - len(np.unique(layer[start:end]))


def join(layer: NDArray[np.uint8], body: pa.BinaryArray) -> bytes:
    """The MVT bytes of one tile from its features and heads: a layer's lie in memory as the layer itself has them."""
    if (layer[1:] < layer[:-1]).any():           # as in whole
        order = np.argsort(layer, kind="stable")
        layer, body = layer[order], body.take(order)
    _, ends, data = body.buffers()
    ends = np.frombuffer(ends, np.int32)[body.offset:]
    runs = _runs(layer[1:] != layer[:-1], len(layer))
    return b"".join(mvt.layer(data[ends[start]:ends[end]]) for start, end in runs if end - start > 1)       # 1: a head alone


def join_part(layer: NDArray[np.uint8], seq: NDArray[np.int32], body: pa.BinaryArray, bits: bytes, offsets: list[int]) -> bytes:
    """The same of the units in a set, with no value of any other. Asked of the rows, not in the question: a fourth of the time."""
    order = np.lexsort((seq, layer))
    order = order[_is_in(layer, seq, bits, offsets)[order]]
    layers, groups = np.unique(layer[order], return_inverse=True)
    head_of = dict(zip(layer[seq == 0].tolist(), body.filter(seq == 0).to_pylist(), strict=True))
    pruned = mvt.prune([head_of[one] for one in layers.tolist()], groups, body.take(order)) if len(order) else []
    return b"".join(mvt.layer(head, features) for head, features in pruned)


def _is_in(layer: NDArray[np.uint8], seq: NDArray[np.int32], bits: bytes, offsets: list[int]) -> NDArray[np.bool_]:
    """What the macro is_seen says, of rows of units; false for heads, and for units that came after the set was made."""
    level = np.array([LEVELS.index(name.removesuffix("_point")) for name in GROUPS["unit"]])[layer]
    first, end = np.array(offsets)[level], np.array([*offsets[1:], 8 * len(bits)])[level]
    is_known = (seq > 0) & (first + seq <= end)
    at = np.where(is_known, first + seq - 1, 0)
    return is_known & (np.frombuffer(bits, np.uint8)[at >> 3] >> (7 - (at & 7)) & 1 == 1)


@cache
def question(name: str) -> str:
    return statements(pieces()[f"tiles.{name}"].text)[0]
