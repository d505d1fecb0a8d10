"""Tiles: what is in them is what the table says, in the order of the format, and only what changed changes."""

import gzip
import shutil

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from app.settings import load
from app.sight import Sight
from app.system import System
from benchmarks._mvt import decode
from benchmarks._oracle import differences
from data import tile_features, tiles
from data.demo import write
from data.intake import take_in
from data.levels import LEVELS
from tests import homes, tiny


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small demo city, drawn: its units down to the building, and its basemap."""
    folder = tmp_path_factory.mktemp("small")
    system = System(load(home=folder / "home", demo="off"))
    for hand_in in write(folder / "in", "small"):
        if not hand_in.file.name.startswith("unit_7"):
            take_in(system.db, hand_in)
        if hand_in.dataset == "layer":
            break
    system.read_cities()
    system.draw("demo")
    yield system
    system.close()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The home of the tiny city, drawn."""
    folder = tmp_path_factory.mktemp("tiny")
    system = homes.city(folder / "home")
    system.db.checkpoint()
    system.close()
    return folder / "home"


@pytest.fixture
def city(drawn, tmp_path):
    """The tiny city, drawn, to be changed."""
    shutil.copytree(drawn, tmp_path / "home")
    system = System(load(home=tmp_path / "home", demo="off"))
    yield system
    system.close()


def bodies(system, key):
    low = tiles.tile_id(system.city(key).number, "base", 0)
    found = dict(system.db.run("select id, body from tiles.blob where id >= $1 and id < $1 + (2::bigint << 33)", [low]).fetchall())
    assert found
    return found


def where(z, lon, lat):
    x = (lon + 180) / 360 * 2**z
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**z
    return z, int(x), int(y)


def unit_tile(system, key, z, lon, lat):
    return decode(gzip.decompress(tiles.blob(system.db, system.city(key).number, "unit", *where(z, lon, lat))))


def test_nothing_differs_from_the_table_at_the_two_finest_zooms(small):
    rows = differences(small.db, "small")
    assert {row.what.rsplit(": ", 1)[1]: row.measured for row in rows} == {"ids": 0, "twice": 0, "winding": 0, "attributes": 0, "shapes": 0}
    assert int(rows[0].data.split(": ")[1].split(" tiles")[0].replace(",", "")) >= 8


def test_the_comparison_sees_what_is_wrong(small):
    """An oracle that cannot fail proves nothing."""
    with small.db.write() as cursor:
        kept = cursor.execute("select seq, height_m from base.unit where level = 'building' and seq in (1, 2)").fetchall()
        cursor.execute("update base.unit set height_m = 999 where level = 'building' and seq = 1")
        cursor.execute("update base.shape set geom = ST_Affine(geom, 1::double, 0::double, 0::double, 1::double, 0.01::double, 0::double) "
                       "where level = 'building' and seq = 2")
    found = {row.what.rsplit(": ", 1)[1]: row.measured for row in differences(small.db, "small")}
    with small.db.write() as cursor:
        cursor.execute("update base.unit set height_m = $1 where level = 'building' and seq = 1", [kept[0][1]])
        cursor.execute("update base.shape set geom = ST_Affine(geom, 1::double, 0::double, 0::double, 1::double, -0.01::double, 0::double) "
                       "where level = 'building' and seq = 2")
    assert found["attributes"] >= 2 and found["ids"] + found["shapes"] >= 2 and found["winding"] == 0


def test_every_zoom_is_read_by_another_decoder_too(small):
    seen = 0
    for key, body in bodies(small, "demo").items():
        raw = gzip.decompress(body)
        own, other = decode(raw), mapbox_vector_tile.decode(raw, default_options={"y_coord_down": True})
        assert set(own) == set(other) and set(own) <= set(tiles.GROUPS["unit" if key >> 33 & 1 else "base"])
        for name, layer in own.items():
            assert layer.wrong_winding == 0 and layer.is_closed and layer.version == 2 and layer.extent == 4096
            assert [feature["properties"] for feature in other[name]["features"]] == layer.tags
            assert all(feature["geometry"]["type"].endswith({1: "Point", 2: "LineString", 3: "Polygon"}[int(kind)])
                       for feature, kind in zip(other[name]["features"], layer.kind, strict=True))
            seen += layer.ids.size
    assert seen > 1000


def test_a_live_tile_says_what_the_baked_one_says(small):
    number = small.city("demo").number
    for key, body in bodies(small, "demo").items():
        z, x, y, group = key >> 28 & 31, key >> 14 & 16383, key & 16383, "unit" if key >> 33 & 1 else "base"
        live, baked = decode(tiles.live(small.db, number, group, z, x, y)), decode(gzip.decompress(body))
        assert list(live) == list(baked)
        for name, layer in live.items():
            assert layer.ids.tolist() == baked[name].ids.tolist() and layer.tags == baked[name].tags
        assert tiles.blob(small.db, number, group, z, x, y) == body


def test_zooms_carry_the_levels_they_are_for(city):
    lon, lat = 118.02, 30.02
    assert set(unit_tile(city, "tiny", 8, lon, lat)) == {"city", "district", "district_point"}
    assert {"street", "community"} <= set(unit_tile(city, "tiny", 11, lon, lat))
    finest = unit_tile(city, "tiny", 14, lon, lat)
    assert "building" in finest and "grid" in finest
    assert finest["building"].tags[0] == {"height": 7.0, "min_height": 0.0, "floors": 2}
    assert all(set(tags) == {"name_zh", "name_en"} for tags in finest["grid"].tags)


def test_label_points_stand_once_in_the_city(city):
    number = city.city("tiny").number
    for z in (12, 13, 14):
        found = [tiles.live(city.db, number, "unit", z, key >> 14 & 16383, key & 16383)
                 for (key,) in city.db.run("select distinct tile from tiles.feature where tile >> 28 & 31 = $1", [z]).fetchall()]
        ids = [seq for body in found if "community_point" in (layers := decode(body)) for seq in layers["community_point"].ids.tolist()]
        assert sorted(ids) == list(range(1, 9)), z


def test_holes_and_parts_keep_their_winding(city, tmp_path):
    """A lake with an island, a building of two parts with a courtyard, given in either order of points."""
    lake = shapely.box(118.0, 30.0, 118.16, 30.16).difference(shapely.Point(118.08, 30.08).buffer(0.03))
    court = shapely.MultiPolygon([shapely.box(118.021, 30.021, 118.022, 30.022).difference(shapely.box(118.0213, 30.0213, 118.0217, 30.0217)),
                                  shapely.box(118.023, 30.021, 118.0235, 30.022)])
    for turn in (False, True):
        rows = [{"layer": "water", "class": "lake", "source_id": f"w{turn}", "geom": shapely.to_wkb(shapely.orient_polygons(lake, exterior_cw=turn)),
                 "name_zh": "湖", "name_en": "Lake", "min_zoom": None},
                {"layer": "green", "class": "park", "source_id": f"g{turn}", "geom": shapely.to_wkb(shapely.orient_polygons(court, exterior_cw=turn)),
                 "name_zh": None, "name_en": None, "min_zoom": None}]
        city.take([tiny.hand_in(tmp_path / f"l{turn}", "layer", rows, snapshot=True)])
        whole = decode(tiles.live(city.db, city.city("tiny").number, "base", *where(10, 118.08, 30.08)))["water"]
        inside = decode(tiles.live(city.db, city.city("tiny").number, "base", *where(14, 118.0215, 30.0215)))["green"]
        assert [int(area > 0) for area in whole.ring_area] == [1, 0]
        assert [int(area > 0) for area in inside.ring_area] == [1, 0, 1] or [int(area > 0) for area in inside.ring_area] == [1, 1, 0]
        assert inside.area[0] == pytest.approx(shapely.area(court) / shapely.area(shapely.box(118.021, 30.021, 118.022, 30.022)) *
                                               inside.ring_area.max(), rel=0.03)


def test_a_wide_shape_is_clipped_to_its_tile(city):
    for z in (13, 14):
        layer = unit_tile(city, "tiny", z, 118.08, 30.08)["city"]
        assert (layer.bounds >= -65).all() and (layer.bounds <= 4161).all()


def test_an_edited_building_changes_its_own_tiles_only(city):
    before = bodies(city, "tiny")
    seq = 7
    with city.db.write() as cursor:                         # it moves to the middle of another tile, far away
        cursor.execute("update base.shape set geom = ST_GeomFromText($1)::geometry where level = 'building' and seq = $2",
                       [shapely.box(118.1, 30.1, 118.101, 30.101).wkt, seq])
    keys = tiles.edit_building(city.db, "tiny", seq)
    after = bodies(city, "tiny")
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert {key & (1 << 33) - 1 for key in changed} == set(keys)
    assert {key >> 28 for key in keys} == {13, 14}
    assert 7 in unit_tile(city, "tiny", 14, 118.1005, 30.1005)["building"].ids
    holders = [key for key, body in after.items() if "building" in (found := decode(gzip.decompress(body))) and 7 in found["building"].ids]
    assert {key >> 28 & 31 for key in holders} == {13, 14}


@settings(deadline=None, max_examples=100)
@given(masks=st.lists(st.lists(st.booleans(), max_size=20), min_size=7, max_size=7), rows=st.lists(
    st.tuples(st.integers(0, len(tiles.GROUPS["unit"]) - 1), st.integers(0, 25)), max_size=30))
def test_rows_are_in_a_set_where_the_set_and_the_macro_say_so(small, masks, rows):
    sight = Sight({level: np.array(mask, bool) for level, mask in zip(LEVELS, masks, strict=True)})
    names = [tiles.GROUPS["unit"][layer].removesuffix("_point") for layer, _ in rows]
    layer, seq = (np.array([row[i] for row in rows], np.int64) for i in (0, 1))
    found = tile_features._is_in(layer, seq, sight.bits, sight.offsets).tolist()
    assert found == [sight.holds(name, number) for name, (_, number) in zip(names, rows, strict=True)]
    for name, (_, number), is_in in zip(names, rows, found, strict=True):
        if 0 < number <= sight.masks[name].size:
            assert small.db.run("select is_seen($1, $2, $3, $4)", [sight.bits, sight.offsets, name, number]).fetchone()[0] == is_in


def test_buildings_edited_again_and_again_say_their_own(city):
    """Values are added to what a tile can say; a live tile, a baked one and one drawn anew say the same."""
    number, expected = city.city("tiny").number, {}
    for turn, seq in enumerate((3, 4, 3, 5, 3)):
        expected[seq] = 40.5 + turn % 3
        with city.db.write() as cursor:
            cursor.execute("update base.unit set height_m = $1 where level = 'building' and seq = $2", [expected[seq], seq])
        assert tiles.edit_building(city.db, "tiny", seq)
    edited = {key: decode(gzip.decompress(body)) for key, body in bodies(city, "tiny").items()}
    for key, layers in edited.items():
        group = "unit" if key >> 33 & 1 else "base"
        assert gzip.decompress(bodies(city, "tiny")[key]) == tiles.live(city.db, number, group, key >> 28 & 31, key >> 14 & 16383, key & 16383)
        if "building" in layers:
            heights = dict(zip(layers["building"].ids.tolist(), (tags["height"] for tags in layers["building"].tags), strict=True))
            assert all(heights[seq] == expected.get(seq, 7.0) for seq in heights)
    city.draw("tiny")
    for key, body in bodies(city, "tiny").items():
        for name, layer in decode(gzip.decompress(body)).items():
            assert sorted(map(str, zip(layer.ids.tolist(), layer.tags, strict=True))) == sorted(
                map(str, zip(edited[key][name].ids.tolist(), edited[key][name].tags, strict=True)))


def test_a_tile_whose_last_building_left_is_gone(city):
    number = city.city("tiny").number
    for lon, is_there in ((118.6, True), (118.02, False)):
        with city.db.write() as cursor:
            cursor.execute("update base.shape set geom = ST_GeomFromText($1)::geometry where level = 'building' and seq = 7",
                           [shapely.box(lon, 30.02, lon + 0.001, 30.021).wkt])
        tiles.edit_building(city.db, "tiny", 7)
        live = decode(tiles.live(city.db, number, "unit", *where(14, 118.6005, 30.0205)))
        assert (tiles.blob(city.db, number, "unit", *where(14, 118.6005, 30.0205)) is not None) == is_there
        assert {name: layer.ids.tolist() for name, layer in live.items()} == ({"building": [7]} if is_there else {})


def test_drawing_again_changes_nothing(city):
    before = {key: gzip.decompress(body) for key, body in bodies(city, "tiny").items()}
    city.draw("tiny")
    assert {key: gzip.decompress(body) for key, body in bodies(city, "tiny").items()} == before


def test_two_cities_do_not_share_tiles(city, tmp_path):
    before = bodies(city, "tiny")
    city.take(tiny.whole(tmp_path / "other", city="twin"))
    assert bodies(city, "tiny") == before
    assert len(bodies(city, "twin")) == len(before)


def test_heights_of_points_are_left_out(city, tmp_path):
    """A tile has two axes; shapes of survey offices often have three."""
    found = []
    flat = shapely.LineString([(118, 30), (118.1, 30.1)])
    for i, line in enumerate((flat, shapely.force_3d(flat, 12.5))):
        rows = [{"layer": "road", "class": "primary", "source_id": "r", "geom": shapely.to_wkb(line),
                 "name_zh": "路", "name_en": "Road", "min_zoom": None}]
        city.take([tiny.hand_in(tmp_path / f"z{i}", "layer", rows, snapshot=True)])
        found.append(tiles.live(city.db, city.city("tiny").number, "base", *where(12, 118.05, 30.05)))
    assert found[0] == found[1] and "road" in decode(found[0])


def test_a_shape_that_crosses_itself_does_no_harm(city, tmp_path):
    """A figure of eight: the others are still drawn."""
    eight = shapely.Polygon([(118.0, 30.0), (118.1, 30.1), (118.1, 30.0), (118.0, 30.1)])
    rows = [{"layer": "land", "class": "farmland", "source_id": "8", "geom": shapely.to_wkb(eight),
             "name_zh": None, "name_en": None, "min_zoom": 5.0},
            {"layer": "road", "class": "primary", "source_id": "r", "geom": shapely.to_wkb(shapely.LineString([(118, 30), (118.1, 30.1)])),
             "name_zh": "路", "name_en": "Road", "min_zoom": None}]
    city.take([tiny.hand_in(tmp_path / "l", "layer", rows, snapshot=True)])
    assert "road" in decode(tiles.live(city.db, city.city("tiny").number, "base", *where(12, 118.05, 30.05)))
