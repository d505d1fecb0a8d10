"""The tile route: addresses, versions, what a browser may keep, and what forged addresses get."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks._mvt import decode
from callbacks.server import create_server
from data.tile_features import layer_number
from tests import homes
from tests.signed_in import signed_in


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiles")
    running = homes.city(folder / "home")
    yield running
    running.close()


@pytest.fixture(scope="module")
def ask(system):
    server, _, _ = create_server(system)
    return signed_in(system, server).get


@pytest.fixture
def version(system):
    return system.city("tiny").geometry_version


def a_tile(system, layer="building", z=14):
    key = system.db.run("select tile from tiles.feature where tile >> 33 & 1 = 1 and layer = $1 and tile >> 28 & 31 = $2 order by tile limit 1",
                        [layer_number(layer), z]).fetchone()[0]
    return f"unit/{z}/{key >> 14 & 16383}/{key & 16383}.mvt"


def test_a_tile_is_gzipped_mvt_that_a_browser_keeps_for_ever(system, ask, version):
    answer = ask(f"/tiles/tiny/{version}/{a_tile(system)}")
    assert answer.status_code == 200 and answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    assert "immutable" in answer.headers["Cache-Control"] and "max-age=31536000" in answer.headers["Cache-Control"]
    assert decode(gzip.decompress(answer.data))["building"].ids.size


@pytest.mark.parametrize("other", ["0", "99", "latest", "-1", "1e3"])
def test_the_address_of_another_version_is_answered_but_not_kept(system, ask, version, other):
    answer = ask(f"/tiles/tiny/{other}/{a_tile(system)}")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.data == ask(f"/tiles/tiny/{version}/{a_tile(system)}").data


def test_what_the_browser_has_is_not_sent_again(system, ask, version):
    first = ask(f"/tiles/tiny/{version}/{a_tile(system)}")
    again = ask(f"/tiles/tiny/{version}/{a_tile(system)}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    assert again.headers["ETag"] == first.headers["ETag"] and again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert ask(f"/tiles/tiny/{version}/{a_tile(system)}", headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_tile_without_a_feature_is_empty_and_kept(ask, version):
    answer = ask(f"/tiles/tiny/{version}/unit/14/0/0.mvt")
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", "0")
    assert "Content-Encoding" not in answer.headers and "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("place", [
    "unit/99/0/0", "unit/15/0/0", "unit/-1/0/0", "unit/14/-1/0", "unit/14/0/-1", "unit/14/16384/0", "unit/14/0/16384", "unit/0/1/0",
    "unit/14/99999999999999999999/0", "unit/14/0/1e3", "unit/14/0x10/0", "unit/14/%20/0", "unit/14/１/0", "roof/14/0/0", "UNIT/14/0/0",
    "unit/nan/0/0",
])
def test_an_address_that_no_tile_has_is_not_found_and_says_so(ask, version, place):
    answer = ask(f"/tiles/tiny/{version}/{place}.mvt", headers={"If-None-Match": "*"})
    assert answer.status_code == 404 and answer.json["error"] == "NotFound"
    assert answer.json["fact"] and answer.json["remedy"] and answer.headers["Cache-Control"] == "no-store"


def test_an_unknown_city_is_not_found(ask):
    assert ask("/tiles/atlantis/1/unit/0/0/0.mvt").json["error"] == "NotFound"


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.one_of(st.integers(-2**70, 2**70).map(str), st.text("0123456789-+.eE%\u0661\x00 ", min_size=1, max_size=8))] * 3))
def test_forged_coordinates_never_break_the_server(ask, parts):
    z, x, y = (part.replace("/", "").replace("?", "").replace("#", "") for part in parts)
    assert ask(f"/tiles/tiny/1/unit/{z}/{x}/{y}.mvt").status_code in (200, 404)


def test_an_edited_building_gives_every_tile_a_new_address_and_its_own_new_bytes(system, ask, version):
    mine, other = a_tile(system), a_tile(system, "city", 9)
    old, kept = ask(f"/tiles/tiny/{version}/{mine}"), ask(f"/tiles/tiny/{version}/{other}")
    seq = int(decode(gzip.decompress(old.data))["building"].ids[0])
    with system.db.write() as cursor:
        cursor.execute("update base.unit set height_m = 70 where city = 'tiny' and level = 'building' and seq = $1", [seq])
    assert system.redraw("tiny", [seq]) >= 2
    now = system.city("tiny").geometry_version
    assert now == version + 1
    new = ask(f"/tiles/tiny/{now}/{mine}", headers={"If-None-Match": old.headers["ETag"]})
    assert new.status_code == 200 and "immutable" in new.headers["Cache-Control"]
    layer = decode(gzip.decompress(new.data))["building"]
    assert layer.tags[layer.ids.tolist().index(seq)]["height"] == 70.0
    assert ask(f"/tiles/tiny/{now}/{other}").data == kept.data
    assert ask(f"/tiles/tiny/{version}/{mine}").headers["Cache-Control"] == "private, no-cache"


def test_without_baked_tiles_the_answer_is_cut_when_asked(tmp_path):
    running = homes.city(tmp_path / "home")
    ask = signed_in(running, create_server(running)[0]).get
    where = a_tile(running)
    baked = decode(gzip.decompress(ask(f"/tiles/tiny/1/{where}").data))
    with running.db.write() as cursor:
        cursor.execute("delete from tiles.blob")
        cursor.execute("update base.city set geometry_version = 0")
    running.read_cities()
    live = decode(gzip.decompress(ask(f"/tiles/tiny/0/{where}").data))
    assert {name: layer.ids.tolist() for name, layer in live.items()} == {name: layer.ids.tolist() for name, layer in baked.items()}
    running.close()
