"""CityMap in a real browser: buildings in 3D, overlays, drawing, two maps as one, fingers."""

from __future__ import annotations

import shutil
import time
from itertools import pairwise

import pytest
from dash import html
from pyproj import Geod
from selenium.webdriver import Keys

from layouts.components.city_map import CityMap
from tests.browser.chromium import begin, console
from tests.browser.toy_city import LAT, LON
from tests.browser.toy_page import HOME, Page, draw, inside
from tests.browser.toy_server import props, serve, toy_app, values

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromedriver"), reason="needs Chromium and chromedriver"),
]


def test_closed_building_hides_its_basement(same):
    # explode 0 keeps what is below ground below ground; checked in the function that makes the slabs
    made = same.js(
        """return window.chengshu.map.slabFeatures({explode: 0, rings: [], slabs: [
        {code: 'U', floor_no: -1, base: -3, top: 0}, {code: 'F', floor_no: 1, base: 0, top: 3}]})"""
    )
    assert [f["properties"]["code"] for f in made] == ["F"]


def test_buildings_stand_up_and_lie_down(same):
    same.set(camera={"lon": LON, "lat": LAT, "zoom": 15, "jump": True})
    same.set(mode3d=True)
    same.until("return document.getElementById('map').citymap.host.view.map.getPitch() > 40")
    same.rest()
    count = "return document.getElementById('map').citymap.host.view.map.queryRenderedFeatures({layers: [arguments[0]]}).length"
    assert same.js(count, "building-3d") > 0
    same.set(mode3d=False)
    same.until("return document.getElementById('map').citymap.host.view.map.getPitch() < 1")
    same.rest()
    assert same.js(count, "building-fill") > 0


def test_opened_building_shows_floors_and_floor_clicks(same, city):
    seq = city.floors.index(max(city.floors)) + 1
    spot = city.shapes["building"][seq - 1].centroid
    same.set(camera={"lon": spot.x, "lat": spot.y, "zoom": 16.5, "pitch": 55, "bearing": 0, "jump": True}, mode3d=True)
    same.set(building={"url": f"/floors/toy/{seq}.json", "seq": seq, "explode": 1, "focus": False})
    same.until("return document.getElementById('map').citymap.host.view.building.explode === 1")
    same.rest()
    slabs = same.js("return document.getElementById('map').citymap.host.view.own.floors.features.map(f => f.properties)")
    assert len(slabs) == max(city.floors) + 2
    assert [s["floor_no"] for s in slabs[:3]] == [-2, -1, 1]
    assert all(low["top"] <= high["base"] + 1e-6 for low, high in pairwise(slabs))
    assert slabs[0]["base"] >= 0
    assert same.state("building", seq)["open"] is True
    same.click(spot.x, spot.y)
    click = same.out("click", lambda v: v and v.get("level") == "floor")
    assert click["code"].startswith("990100B")
    same.set(building=None)
    assert not same.state("building", seq)["open"]


def test_in_3d_a_click_on_a_block_is_the_building_whatever_the_ground_is_coloured_by(same, city):
    seq = city.floors.index(max(city.floors)) + 1
    spot = city.shapes["building"][seq - 1].centroid
    same.set(level="street", camera={"lon": spot.x, "lat": spot.y, "zoom": 16.5, "pitch": 55, "bearing": 0, "jump": True}, mode3d=True)
    same.until("return document.getElementById('map').citymap.host.view.map.queryRenderedFeatures({layers: ['building-3d']}).length")
    same.click(spot.x, spot.y)
    click = same.out("click", lambda v: v and v["level"] == "building")
    assert click["seq"] == seq
    ground = same.js(
        """const m = document.getElementById('map').citymap.host.view.map, {clientWidth: w, clientHeight: h} = m.getContainer();
        for (let y = h - 40; y > h / 2; y -= 12) for (let x = 80; x < w - 80; x += 12)
          if (!m.queryRenderedFeatures([x, y], {layers: ['building-3d']}).length && m.queryRenderedFeatures([x, y], {layers: ['street-fill']}).length)
            return m.unproject([x, y]).toArray();"""
    )
    same.click(*ground)
    assert same.out("click", lambda v: v["level"] != "building")["level"] == "street"


def test_floors_pulled_apart_stay_in_the_picture(same, city):
    seq = city.floors.index(max(city.floors)) + 1
    spot, url = city.shapes["building"][seq - 1].centroid, f"/floors/toy/{city.floors.index(max(city.floors)) + 1}.json"
    uppermost = """
    const m = document.getElementById('map').citymap.host.view.map, {clientWidth: w} = m.getContainer();
    const top = f => Math.max(...f.map(f => f.properties.floor_no));
    const all = document.getElementById('map').citymap.host.view.own.floors.features;
    return [top(all), top(m.queryRenderedFeatures([[0, 8], [w, m.transform.height]], {layers: ['floor-3d']})),
            m.queryRenderedFeatures([[0, 0], [w, 6]], {layers: ['floor-3d']}).length, m.getZoom()]"""
    for bearing in (0, 130):
        same.set(building=None, camera={"lon": spot.x, "lat": spot.y, "zoom": 17.5, "pitch": 60, "bearing": bearing, "jump": True}, mode3d=True)
        same.set(building={"url": url, "seq": seq, "explode": 0, "focus": False})
        same.until("return document.getElementById('map').citymap.host.view.own.floors?.features.length > 5")
        same.rest()
        before = same.js(uppermost)
        assert before[:3] == [max(city.floors), max(city.floors), 0]
        same.set(building={"url": url, "seq": seq, "explode": 1, "focus": False})
        same.until("const v = document.getElementById('map').citymap.host.view; return v.building.explode === 1 && !v.map.isMoving()")
        same.rest()
        after = same.js(uppermost)
        assert after[:3] == before[:3]
        assert after[3] < before[3]


OVERLAYS = {
    "points": {"@@type": "ScatterplotLayer", "id": "points", "data": "/overlay/toy/points.json", "getPosition": "@@=position",
               "getRadius": 300, "getFillColor": [200, 30, 60], "pickable": True},
    "heat": {"@@type": "HeatmapLayer", "id": "heat", "data": "/overlay/toy/points.json", "getPosition": "@@=position",
             "getWeight": "@@=value"},
    "hex": {"@@type": "H3HexagonLayer", "id": "hex", "data": "/overlay/toy/hex.json", "getHexagon": "@@=hex",
            "getFillColor": "@@=[40, count * 20, 160]"},
    "flow": {"@@type": "ArcLayer", "id": "flow", "data": "/overlay/toy/flow.json", "getSourcePosition": "@@=from",
             "getTargetPosition": "@@=to", "getWidth": 3},
}  # fmt: skip


@pytest.mark.parametrize("kind", OVERLAYS)
def test_overlays_are_drawn_by_deck(same, kind):
    before = same.js("return document.getElementById('map').citymap.host.view.map.getStyle().layers.length")
    same.set(layers=[OVERLAYS[kind]])
    same.until("return document.getElementById('map').citymap.host.view.overlay.control?._deck?.layerManager?.getLayers().length > 0")
    same.rest()
    same.set(theme="dark")
    order = same.js("return document.getElementById('map').citymap.host.view.map.style._order.filter(l => l.startsWith('deck'))")
    assert len(order) == 1
    assert before
    same.set(layers=[])
    assert [m for m in console(same.driver) if m.startswith("SEVERE")] == []


def test_geodesy_equals_the_reference(same):
    geod = Geod(ellps="WGS84")
    for a, b in (((113.3, 23.1), (113.9, 23.6)), ((-0.1, 51.5), (2.3, 48.9)), ((10, -60), (10.001, -60.001))):
        assert same.js("return chengshu.map.geodesy.distance(...arguments)", a, b) == pytest.approx(geod.inv(*a, *b)[2], rel=1e-9)
    for azimuth in (0, 77, 200):
        lon, lat = same.js("return chengshu.map.geodesy.destination(...arguments)", [113.3, 23.1], azimuth, 25000)
        assert (lon, lat) == pytest.approx(geod.fwd(113.3, 23.1, azimuth, 25000)[:2], abs=1e-9)


def test_overlay_object_is_clicked_before_the_unit_under_it(page, city):
    page.set(layers=[OVERLAYS["points"]])
    page.until("return document.getElementById('map').citymap.host.view.overlay.control?._deck?.layerManager?.getLayers()[0]?.isLoaded")
    page.rest()
    spot = city.shapes["community"][10].centroid
    page.click(spot.x, spot.y)
    click = page.out("click", lambda v: v and v.get("layer"))
    assert (click["layer"], click["level"], click["seq"]) == ("points", "community", 11)


def test_polygon_is_drawn_by_mouse_and_measured(page):
    page.set(tool="polygon")
    places = [(LON, LAT), (LON + 0.1, LAT), (LON + 0.1, LAT + 0.08)]
    draw(page, places)
    drawn = page.out("drawn")
    ring = drawn["geometry"]["coordinates"][0]
    area, length = Geod(ellps="WGS84").polygon_area_perimeter(*zip(*ring[:-1], strict=True))
    assert drawn["tool"] == "polygon"
    assert len(ring) == 4
    assert drawn["area_m2"] == pytest.approx(abs(area), rel=2e-5)
    assert drawn["length_m"] == pytest.approx(length, rel=1e-7)


def test_drawing_by_keys_backspace_and_escape(page):
    page.set(tool="distance")
    page.keys(" ", Keys.ARROW_RIGHT)
    page.rest()
    time.sleep(0.4)
    page.keys(" ", Keys.ARROW_UP)
    page.rest()
    time.sleep(0.4)
    page.keys(" ", Keys.BACKSPACE, Keys.ENTER)
    assert len(page.out("drawn")["geometry"]["coordinates"]) == 2
    page.keys(" ", Keys.ESCAPE)
    page.until("return JSON.parse(document.getElementById('out').textContent).drawn === null")


def test_circle_and_buffer_carry_their_radius(page):
    page.set(tool="circle")
    page.click(LON, LAT)
    time.sleep(0.4)
    page.click(LON + 0.05, LAT)
    drawn = page.out("drawn", lambda v: v and v["tool"] == "circle")
    assert drawn["radius_m"] == pytest.approx(Geod(ellps="WGS84").inv(LON, LAT, LON + 0.05, LAT)[2], rel=0.02)
    page.set(tool="buffer", toolOptions={"radius_m": 800})
    draw(page, [(LON, LAT), (LON + 0.05, LAT)])
    drawn = page.out("drawn", lambda v: v and v["tool"] == "buffer")
    assert drawn["radius_m"] == 800
    assert drawn["geometry"]["type"] == "LineString"


def test_two_maps_of_a_group_move_as_one(browser, city):
    app = toy_app(city)
    half = {"height": "100vh", "width": "50%", "float": "left"}
    app.layout = html.Div([
        html.Pre(id="out", hidden=True), html.Div(id="slot"), html.Button(id="again", hidden=True),
        CityMap(**props(sync="pair", style=half)), CityMap(**props(id="other", sync="pair", style=half, values=values("other"))),
    ])  # fmt: skip
    url, stop = serve(app)
    page = Page(browser, url, app).open()
    page.until("return document.getElementById('other')?.dataset?.painted")
    page.set(camera={**HOME, "lon": LON + 0.07, "zoom": 12})
    lon, zoom = page.js("const m = document.getElementById('other').citymap.host.view.map; return [m.getCenter().lng, m.getZoom()]")
    stop()
    assert (lon, zoom) == pytest.approx((LON + 0.07, 12))


def test_touch_buttons_are_large_and_a_tap_selects(painting, toy, city):
    driver = begin(painting, 820, 1180, touch=True)
    page = Page(driver, *toy).open()
    sizes = page.js("return [...document.querySelectorAll('.citymap-button')].map(b => b.getBoundingClientRect().height)")
    x, y = page.at(*inside(city, "street", 9))
    for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
        driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    click = page.out("click")
    assert min(sizes) >= 44
    assert (click["level"], click["seq"]) == ("street", 9)
