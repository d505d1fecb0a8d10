"""Encoding: what is written is what DuckDB's ST_AsMVT writes, and what another library reads."""

import struct

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks._mvt import decode
from data import mvt
from data.connection import Database
from data.errors import BadInput

ids = st.integers(0, 2**31 - 1)
axis = st.one_of(st.floats(-80, 4200, width=32), st.floats(-2e8, 2e8, width=32), st.integers(-3, 3).map(float))
points = st.tuples(axis, axis)
rings = st.lists(points, min_size=3, max_size=12).map(lambda found: [*found, found[0]])
lines = st.lists(points, min_size=2, max_size=40).map(shapely.LineString)
polygons = st.tuples(rings, st.lists(rings, max_size=4)).map(lambda found: shapely.Polygon(*found))
shapes = st.one_of(points.map(shapely.Point), lines, polygons, st.lists(points, min_size=1, max_size=9).map(shapely.MultiPoint),
                   st.lists(lines, min_size=1, max_size=4).map(shapely.MultiLineString),
                   st.lists(polygons, min_size=1, max_size=4).map(shapely.MultiPolygon))
texts = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["", "城枢", "江海区", "a" * 300]))
floats = st.one_of(st.none(), st.floats(width=32, allow_nan=False), st.sampled_from([0.0, 3.5]))
wholes = st.one_of(st.none(), st.integers(-2**31, 2**31 - 1), st.integers(0, 3))
KEYS = ("name_zh", "name_en", "height", "min_height", "floors")
rows = st.tuples(ids, texts, texts, floats, floats, wholes)


@pytest.fixture(scope="module")
def db():
    found = Database(":memory:")
    yield found
    found.close()


def wkb(found):
    return pa.array(shapely.to_wkb(np.array(found, object)), pa.binary())


def no_tags(count):
    return mvt.Rows(np.empty(0, np.int64), np.zeros(count, np.int64))


def columns_of(found):
    return [pa.array([row[i] for row in found], kind)
            for i, kind in enumerate((pa.string(), pa.string(), pa.float32(), pa.float32(), pa.int32()), 1)]


def layers(groups, found, geoms=None):
    """The layer of every group: rows (id, texts, floats, whole), encoded together."""
    tags, values = mvt.number(np.array(groups, np.int64), columns_of(found), np.tile(np.arange(5), (len(found), 1)))
    bodies = mvt.encode(wkb(geoms or [shapely.Point(i, -i) for i in range(len(found))]), np.array([row[0] for row in found]), tags).to_pylist()
    heads = [mvt.head(f"layer {group}", KEYS, told) for group, told in enumerate(values)]
    return heads, [[body for body, mine in zip(bodies, groups, strict=True) if mine == group] for group in range(len(heads))]


def said(found):
    """What a row's feature must say."""
    return {key: value for key, value in zip(KEYS, found[1:], strict=True) if value is not None}


@settings(deadline=None, max_examples=150)
@given(found=st.lists(st.tuples(ids.filter(bool), shapes), min_size=1, max_size=8))
def test_every_shape_is_written_as_st_asmvt_writes_it(db, found):
    written = mvt.encode(wkb([shape for _, shape in found]), np.array([number for number, _ in found]), no_tags(len(found)))
    theirs = db.run("select ST_AsMVT({'id': t.id, 'geom': ST_GeomFromWKB(t.shape)}, 'x', 4096, 'geom', 'id') from "
                    "(select unnest($1::integer[]) as id, unnest($2::blob[]) as shape) t",
                    [[number for number, _ in found], [shapely.to_wkb(shape) for _, shape in found]]).fetchone()[0]
    assert mvt.layer(mvt.head("x", (), b""), *written.to_pylist()) == in_our_order(theirs)


def in_our_order(tile):
    """A layer of one name without keys or values, its fields as mvt.head and mvt.layer order them."""
    (_, layer), = fields(tile)
    parts = fields(layer)
    return mvt.layer(mvt.head("x", (), b""), *(mvt._field(tag, body) for tag, body in parts if tag == 0x12))


def fields(raw):
    found, at = [], 0
    while at < len(raw):
        tag = raw[at]
        size, at = mvt._read(raw, at + 1)
        if tag & 7 == 2:
            found.append((tag, raw[at:at + size]))
            at += size
    return found


@settings(deadline=None, max_examples=100)
@given(found=st.lists(st.tuples(st.integers(0, 3), rows), min_size=1, max_size=30))
def test_another_library_reads_the_tags_of_every_group(found):
    numbers = {group: i for i, group in enumerate(sorted({group for group, _ in found}))}
    found = sorted(((numbers[group], row) for group, row in found), key=lambda one: one[0])
    heads, features = layers([group for group, _ in found], [row for _, row in found])
    read = mapbox_vector_tile.decode(b"".join(mvt.layer(head, *mine) for head, mine in zip(heads, features, strict=True)),
                                     default_options={"y_coord_down": True})
    for group in numbers.values():
        mine = [row for one, row in found if one == group]
        assert [feature["properties"] for feature in read[f"layer {group}"]["features"]] == [said(row) for row in mine]
        assert [feature.get("id", 0) for feature in read[f"layer {group}"]["features"]] == [row[0] for row in mine]
        assert read[f"layer {group}"]["extent"] == 4096 and read[f"layer {group}"]["version"] == 2


@settings(deadline=None, max_examples=150)
@given(found=st.lists(st.tuples(st.integers(0, 3), rows, st.booleans()), min_size=1, max_size=30), shape=shapes)
def test_a_pruned_layer_has_the_values_of_its_features_and_no_other(found, shape):
    numbers = {group: i for i, group in enumerate(sorted({group for group, _, is_kept in found if is_kept}))}
    found = sorted(found, key=lambda one: one[0])
    every = {group: i for i, group in enumerate(sorted({group for group, _, _ in found}))}
    heads, features = layers([every[group] for group, _, _ in found], [row for _, row, _ in found], [shape] * len(found))
    bodies = [body for group in features for body in group]
    kept = [(group, row, body) for (group, row, is_kept), body in zip(found, bodies, strict=True) if is_kept]
    pruned = mvt.prune([heads[every[group]] for group in numbers], np.array([numbers[group] for group, _, _ in kept], np.int64),
                       pa.array([body for _, _, body in kept], pa.binary())) if kept else []
    assert len(pruned) == len(numbers)
    for (head, mine), (group, i) in zip(pruned, numbers.items(), strict=True):
        own = [row for one, row, _ in kept if one == group]
        (_,), (alone,) = layers([0] * len(own), own, [shape] * len(own))
        (told,) = mvt.number(np.zeros(len(own), np.int64), columns_of(own), np.tile(np.arange(5), (len(own), 1)))[1]
        assert mine == b"".join(alone) and head.endswith(told)         # as if the others had never been there
        assert decode(mvt.layer(head, mine))[f"layer {every[group]}"].tags == [said(row) for row in own] and i < len(pruned)


@settings(deadline=None, max_examples=100)
@given(found=st.lists(rows, min_size=1, max_size=20), more=st.lists(rows, min_size=1, max_size=20))
def test_features_of_two_heads_go_under_one(found, more):
    (head,), (features,) = layers([0] * len(found), found)
    (other,), (others,) = layers([0] * len(more), more)
    both, moved = mvt.merge(head, other, others)
    assert decode(mvt.layer(both, *features, *moved))["layer 0"].tags == [said(row) for row in (*found, *more)]
    assert mvt.merge(both, other, others) == (both, moved)                    # what is there already is not told twice


def test_thousands_of_values_in_one_layer():
    found = [(i + 1, f"名 {i}", f"name {i % 700}", i / 4, float(i % 3), i % 90_000 - 40) for i in range(40_000)]
    (head,), (features,) = layers([0] * len(found), found)
    layer = decode(mvt.layer(head, *features))["layer 0"]
    assert layer.ids.tolist() == list(range(1, 40_001))
    for i in (0, 127, 128, 16_383, 39_999):
        assert {key: value for key, value in layer.tags[i].items() if key != "floors"} == {
            "name_zh": f"名 {i}", "name_en": f"name {i % 700}", "height": i / 4, "min_height": float(i % 3)}


def test_no_rows_are_no_features():
    tags, values = mvt.number(np.empty(0, np.int64), [pa.array([], pa.string())], np.empty((0, 1), np.int64))
    assert values == [] and mvt.encode(wkb([]), np.empty(0, np.int64), tags).to_pylist() == []


def test_a_slice_is_written_as_its_rows():
    found = wkb([shapely.Point(1, 1), shapely.box(0, 0, 9, 9), shapely.LineString([(0, 0), (5, 5)])])
    assert mvt.encode(found[1:], np.array([2, 3]), no_tags(2)).to_pylist() == mvt.encode(found, np.array([1, 2, 3]), no_tags(3)).to_pylist()[1:]


def test_an_empty_part_is_left_out():
    whole = shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.Polygon(), shapely.box(20, 20, 29, 29)])
    plain = shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.box(20, 20, 29, 29)])
    assert mvt.encode(wkb([whole]), np.array([1]), no_tags(1)) == mvt.encode(wkb([plain]), np.array([1]), no_tags(1))


@pytest.mark.parametrize("shape", [shapely.GeometryCollection([shapely.Point(1, 1)]), shapely.Point(1, 1, 1)])
def test_what_a_tile_cannot_hold_is_refused(shape):
    with pytest.raises(BadInput, match="points, lines and polygons"):
        mvt.encode(pa.array([shapely.to_wkb(shape)], pa.binary()), np.array([1]), no_tags(1))


@pytest.mark.parametrize("x", [np.nan, np.inf, -np.inf, 2.0**31])
def test_a_point_beyond_all_tiles_is_refused(x):
    with pytest.raises(BadInput, match="too far"):
        mvt.encode(pa.array([struct.pack("<BII4d", 1, 2, 2, 0, 0, x, 1)], pa.binary()), np.array([1]), no_tags(1))
