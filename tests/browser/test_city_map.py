"""CityMap in a real browser, in software WebGL and without WebGL: what it paints, says, asks and survives."""

from __future__ import annotations

import json
import shutil
import time
from itertools import pairwise

import pytest
from pyproj import Geod
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import chromium, console, outside
from tests.browser.toy_city import LAT, LON, ToyCity
from tests.browser.toy_server import CSP, props, serve, toy_app, values

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromedriver"), reason="needs Chromium and chromedriver"),
]
HOME = {"lon": LON, "lat": LAT, "zoom": 10.6, "pitch": 0, "bearing": 0, "jump": True}


class Page:
    """The toy page in one browser, with words for what a test does."""

    def __init__(self, driver, url, app):
        self.driver, self.url, self.app = driver, url, app

    def open(self):
        self.driver.get(self.url)
        self.until("return document.getElementById('map')?.dataset?.painted")
        return self

    def js(self, script, *args):
        return self.driver.execute_script(script, *args)

    def until(self, script, *args, seconds=20):
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda d: d.execute_script(script, *args))

    def set(self, **changed):
        self.js("dash_clientside.set_props('map', arguments[0])", changed)
        self.rest()

    def rest(self):
        time.sleep(0.15)
        self.driver.execute_async_script(
            """const done = arguments[0], m = document.getElementById('map')?.citymap?.host.view.map;
            if (!m?.triggerRepaint) return setTimeout(done, 300);
            m.once('idle', () => done()); m.triggerRepaint();"""
        )

    def out(self, name, test=lambda v: v is not None):
        """A prop as the server saw it."""

        def seen(driver):
            value = json.loads(driver.execute_script("return document.getElementById('out').textContent || '{}'"))
            return (value.get(name),) if name in value and test(value[name]) else None

        return WebDriverWait(self.driver, 10, 0.05).until(seen)[0]

    def at(self, lon, lat):
        """Page coordinates of a place on the map."""
        x, y = self.js(
            "const m = document.getElementById('map').citymap.host.view.map, p = m.project(arguments[0]);"
            "const r = m.getCanvas().getBoundingClientRect(); return [p.x + r.left, p.y + r.top]",
            [lon, lat],
        )
        return round(x), round(y)

    def click(self, lon, lat, double=False):
        self.hover(lon, lat)
        chain = ActionChains(self.driver, duration=0)
        (chain.double_click() if double else chain.click()).perform()

    def hover(self, lon, lat):
        x, y = self.at(lon, lat)
        chain = ActionChains(self.driver, duration=0)
        chain.w3c_actions.pointer_action.move_to_location(x, y)
        chain.perform()

    def keys(self, *keys):
        self.js("document.querySelector('#map canvas, #map svg.citymap-svg').focus()")
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def state(self, level, seq):
        return self.js(
            "return document.getElementById('map').citymap.host.view.map"
            ".getFeatureState({source: 'unit', sourceLayer: arguments[0], id: arguments[1]})",
            level,
            seq,
        )

    def pixel(self, lon, lat):
        """Colour on screen at a place, out of the map's own frame."""
        return tuple(
            self.driver.execute_async_script(
                """const [[lon, lat], done] = arguments, host = document.getElementById('map').citymap.host;
                host.view.snapshot().then(c => {
                  const p = host.view.map.project([lon, lat]);
                  done([...c.getContext('2d').getImageData(Math.round(p.x), Math.round(p.y), 1, 1).data.slice(0, 3)]);
                });""",
                [lon, lat],
            )
        )


@pytest.fixture(scope="module")
def city():
    return ToyCity(40)


@pytest.fixture(scope="module")
def toy(city):
    app = toy_app(city)
    url, stop = serve(app)
    yield url, app
    stop()


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(browser, toy):
    url, app = toy
    opened = Page(browser, url, app).open()
    yield opened
    app.away.clear()


@pytest.fixture(scope="module")
def flat(toy):
    with chromium(webgl=False) as driver:
        yield Page(driver, *toy).open()


def inside(city, level, seq):
    """A place well inside a unit and off the river."""
    spot = city.shapes[level][seq - 1].difference(city.river.buffer(0.002)).representative_point()
    return spot.x, spot.y


def test_first_map_is_painted_without_errors_and_without_outside_requests(browser, toy):
    console(browser), outside(browser, toy[0])
    page = Page(browser, *toy).open()
    page.rest()
    assert [m for m in console(browser) if m.startswith("SEVERE")] == []
    assert outside(browser, toy[0]) == []
    assert page.out("ready") is True
    assert page.out("webgl") is True
    assert page.js("return performance.getEntriesByName('citymap:painted').length") == 1
    assert page.js("return document.getElementById('map').citymap.paint_ms") < 5000


def test_policy_without_unsafe_eval_holds(page):
    page.js("document.addEventListener('securitypolicyviolation', e => (window.broken = e.violatedDirective))")
    page.set(mode3d=True)
    assert page.js("return window.broken") is None
    assert "unsafe-eval" not in CSP


def test_level_follows_zoom_and_can_be_pinned(page):
    for zoom, level in ((9, "district"), (10.5, "street"), (12.2, "community"), (13.3, "grid"), (14.5, "building")):
        page.set(camera={**HOME, "zoom": zoom})
        assert page.out("view", lambda v, z=zoom: abs(v["zoom"] - z) < 0.01)["level"] == level
    page.set(level="district")
    assert page.out("view", lambda v: v["level"] == "district")


def test_values_colour_the_units_of_the_level(page, city):
    classes = city.classes("street", len("load"))
    for seq in (1, 5, 20):
        assert page.state("street", seq)["k"] == classes[seq - 1]


def test_switching_values_recolours_every_unit(page, city):
    page.set(values=values("another"))
    page.until("return document.getElementById('map').citymap.repaints.length > 1")
    classes = city.classes("street", len("another"))
    assert [page.state("street", seq)["k"] for seq in (1, 5, 20)] == [classes[0], classes[4], classes[19]]
    assert page.js("return document.getElementById('map').citymap.repaint.apply_ms") < 300


def test_tiles_that_come_later_are_coloured_too(page, city):
    page.set(camera={**HOME, "zoom": 14.3})
    page.until("return document.getElementById('map').citymap.repaint?.level === 'building'")
    page.set(camera={**HOME, "lon": LON + 0.06, "zoom": 14.3})
    wrong = page.js(
        """const v = document.getElementById('map').citymap.host.view, want = arguments[0]; let wrong = 0, n = 0;
        for (const f of v.map.queryRenderedFeatures({layers: ['building-fill']})) { n++; if (f.state.k !== want[f.id - 1]) wrong++; }
        return n ? wrong : -1""",
        list(city.classes("building", len("load"))),
    )
    assert wrong == 0


def test_empty_values_paint_as_no_data(page):
    page.set(values=values("empty"))
    time.sleep(0.3)
    assert page.state("street", 1)["k"] == 255
    page.set(values={})
    assert page.state("street", 1)["k"] == 255


def test_click_says_which_unit(page, city):
    page.click(*inside(city, "street", 4))
    click = page.out("click")
    assert (click["level"], click["seq"]) == ("street", 4)
    assert click["lngLat"] == pytest.approx(inside(city, "street", 4), abs=0.002)
    assert click["properties"]["name_en"] == "Street 4"


def test_click_on_empty_ground_names_no_unit(page):
    page.click(LON - 0.25, LAT + 0.1)
    assert "level" not in page.out("click", lambda v: v and v["lngLat"][0] < LON - 0.2)


def test_hover_card_shows_text_never_markup(page, city):
    page.hover(*inside(city, "street", 1))
    page.until("return document.querySelector('.citymap-card-name')?.textContent.includes('onerror')")
    assert page.js("return document.querySelectorAll('.citymap-card img').length") == 0
    assert page.js("return document.querySelector('.citymap-card-value').textContent") == "1.3 kW"
    assert page.out("hover", lambda v: v and v["seq"] == 1)["level"] == "street"
    assert page.state("street", 1)["hover"] is True


def test_selection_changes_shape_and_survives_theme_and_language(page, city):
    page.set(selected=[{"level": "street", "seq": 7}])
    page.set(theme="dark")
    page.set(language="en")
    assert page.state("street", 7) == {**page.state("street", 7), "selected": True, "k": city.classes("street", 4)[6]}
    width = page.js("return document.getElementById('map').citymap.host.view.map.getPaintProperty('street-mark', 'line-width')")
    assert width[1] == ["boolean", ["feature-state", "selected"], False]
    page.set(selected=[])
    assert not page.state("street", 7)["selected"]


def test_theme_changes_the_ground(page):
    light = page.pixel(LON - 0.27, LAT)
    page.set(theme="dark")
    dark = page.pixel(LON - 0.27, LAT)
    assert sum(light) > 600
    assert sum(dark) < 120


def test_names_are_drawn_in_both_languages_without_font_files(page):
    for language, field in (("zh", "name_zh"), ("en", "name_en")):
        page.set(language=language)
        shown = page.js(
            """const m = document.getElementById('map').citymap.host.view.map;
            return m.queryRenderedFeatures({layers: ['label-street']}).map(f => f.properties[arguments[0]])""",
            field,
        )
        assert len(shown) > 5
        assert (
            page.js("return document.getElementById('map').citymap.host.view.map.getLayoutProperty('label-street', 'text-field')[2][1][1]")
            == field
        )
    assert not [p for p in page.app.requests if "font" in p or "glyph" in p]


def test_buildings_stand_up_and_lie_down(page):
    page.set(camera={"lon": LON, "lat": LAT, "zoom": 15, "jump": True})
    page.set(mode3d=True)
    page.until("return document.getElementById('map').citymap.host.view.map.getPitch() > 40")
    page.rest()
    count = "return document.getElementById('map').citymap.host.view.map.queryRenderedFeatures({layers: [arguments[0]]}).length"
    assert page.js(count, "building-3d") > 0
    page.set(mode3d=False)
    page.until("return document.getElementById('map').citymap.host.view.map.getPitch() < 1")
    page.rest()
    assert page.js(count, "building-fill") > 0


def test_opened_building_shows_floors_and_floor_clicks(page, city):
    seq = city.floors.index(max(city.floors)) + 1
    spot = city.shapes["building"][seq - 1].centroid
    page.set(camera={"lon": spot.x, "lat": spot.y, "zoom": 16.5, "pitch": 55, "bearing": 0, "jump": True}, mode3d=True)
    page.set(building={"url": f"/floors/toy/{seq}.json", "seq": seq, "explode": 1, "focus": False})
    page.until("return document.getElementById('map').citymap.host.view.building.explode === 1")
    page.rest()
    slabs = page.js("return document.getElementById('map').citymap.host.view.own.floors.features.map(f => f.properties)")
    assert len(slabs) == max(city.floors) + 2
    assert [s["floor_no"] for s in slabs[:3]] == [-2, -1, 1]
    assert all(low["top"] <= high["base"] + 1e-6 for low, high in pairwise(slabs))
    assert slabs[0]["base"] >= 0
    assert page.state("building", seq)["open"] is True
    page.click(spot.x, spot.y)
    click = page.out("click", lambda v: v and v.get("level") == "floor")
    assert click["code"].startswith("990100B")
    page.set(building=None)
    assert not page.state("building", seq)["open"]


def test_closed_building_hides_its_basement():
    # explode 0 keeps what is below ground below ground; checked in the function that makes the slabs
    with chromium() as driver:
        app = toy_app(ToyCity(3))
        url, stop = serve(app)
        driver.get(url)
        made = WebDriverWait(driver, 20).until(
            lambda d: d.execute_script(
                """return window.chengshu?.map?.slabFeatures?.({explode: 0, rings: [], slabs: [
                {code: 'U', floor_no: -1, base: -3, top: 0}, {code: 'F', floor_no: 1, base: 0, top: 3}]})"""
            )
        )
        stop()
    assert [f["properties"]["code"] for f in made] == ["F"]


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
def test_overlays_are_drawn_by_deck(page, kind):
    before = page.js("return document.getElementById('map').citymap.host.view.map.getStyle().layers.length")
    page.set(layers=[OVERLAYS[kind]])
    page.until("return document.getElementById('map').citymap.host.view.overlay.control?._deck?.layerManager?.getLayers().length > 0")
    page.rest()
    page.set(theme="dark")
    order = page.js("return document.getElementById('map').citymap.host.view.map.style._order.filter(l => l.startsWith('deck'))")
    assert len(order) == 1
    assert before
    page.set(layers=[])
    assert [m for m in console(page.driver) if m.startswith("SEVERE")] == []


def test_overlay_object_is_clicked_before_the_unit_under_it(page, city):
    page.set(layers=[OVERLAYS["points"]])
    page.until("return document.getElementById('map').citymap.host.view.overlay.control?._deck?.layerManager?.getLayers()[0]?.isLoaded")
    page.rest()
    spot = city.shapes["community"][10].centroid
    page.click(spot.x, spot.y)
    click = page.out("click", lambda v: v and v.get("layer"))
    assert (click["layer"], click["level"], click["seq"]) == ("points", "community", 11)


def draw(page, places, end=Keys.ENTER):
    for lon, lat in places:
        page.click(lon, lat)
        time.sleep(0.35)  # two clicks closer than that are a double click
    page.keys(end)


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
    WebDriverWait(page.driver, 5).until(
        lambda d: json.loads(d.execute_script("return document.getElementById('out').textContent"))["drawn"] is None
    )


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


def test_geodesy_equals_the_reference(page):
    geod = Geod(ellps="WGS84")
    for a, b in (((113.3, 23.1), (113.9, 23.6)), ((-0.1, 51.5), (2.3, 48.9)), ((10, -60), (10.001, -60.001))):
        assert page.js("return chengshu.map.geodesy.distance(...arguments)", a, b) == pytest.approx(geod.inv(*a, *b)[2], rel=1e-9)
    for azimuth in (0, 77, 200):
        lon, lat = page.js("return chengshu.map.geodesy.destination(...arguments)", [113.3, 23.1], azimuth, 25000)
        assert (lon, lat) == pytest.approx(geod.fwd(113.3, 23.1, azimuth, 25000)[:2], abs=1e-9)


def test_keys_pan_zoom_tilt_turn_and_select(page):
    page.keys(Keys.ENTER)
    assert page.out("click")["level"] == "street"
    page.keys("+")
    assert page.out("view", lambda v: v["zoom"] > 10.9)
    page.rest()
    page.keys(Keys.PAGE_UP)
    assert page.out("view", lambda v: v["pitch"] > 5)
    page.rest()
    before = page.out("view")["center"][0]
    page.keys(Keys.ARROW_RIGHT)
    assert page.out("view", lambda v: v["center"][0] > before)


def test_every_control_has_a_name_and_reaches_the_page(page):
    names = page.js("return [...document.querySelectorAll('.citymap-button')].map(b => b.getAttribute('aria-label'))")
    assert len(names) == 5
    assert all(names)
    page.js("document.querySelector('.citymap-tilt').click()")
    assert page.out("mode3d", bool) is True
    assert page.js("return document.querySelector('.citymap-tilt').getAttribute('aria-pressed')") == "true"
    assert page.js("return document.querySelector('.citymap-source').textContent") == props()["attribution"]


def test_picture_is_a_png_with_its_legend_below(page):
    size = page.driver.execute_async_script(
        """const done = arguments[0];
        document.getElementById('map').citymap.exportPng({download: false, title: '用电负荷', time: '2026-11-20 09:00',
          legend: [{color: '#a9d8b4', label: '< 10'}, {color: '#2a2a72', label: '≥ 90'}]}).then(c => {
            const band = c.getContext('2d').getImageData(0, c.height - 1, 1, 1).data;
            done([c.width, c.height, ...band, c.toDataURL('image/png').length]);
        });"""
    )
    assert size[0] == 1366
    assert size[1] > 768
    assert size[2:5] == [255, 255, 255]
    assert size[6] > 20_000


def test_picture_prop_downloads_a_file(page):
    page.js("window.saved = []; HTMLAnchorElement.prototype.click = function () { saved.push(this.download); }")
    page.set(picture={"n": 1, "name": "load", "title": "load"})
    page.until("return saved.length")
    assert page.js("return saved") == ["load.png"]


def test_unmount_and_mount_again(page):
    page.js("window.first = document.getElementById('map').citymap.host.view.map")
    page.js("document.getElementById('again').click()")
    page.until("return !document.getElementById('map')")
    assert page.js("return window.first._removed") is True
    page.js("document.getElementById('again').click()")
    page.until("return document.getElementById('map')?.dataset?.painted")
    assert [m for m in console(page.driver) if m.startswith("SEVERE")] == []


def test_new_tile_version_keeps_values_and_selection(page, city):
    page.set(selected=[{"level": "street", "seq": 7}])
    page.js(
        "const m = structuredClone(document.getElementById('map').citymap.host.props.mapStyle);"
        "for (const s of Object.values(m)) for (const k of Object.values(s.sources)) k.tiles = k.tiles.map(t => t.replace('/1/', '/2/'));"
        "dash_clientside.set_props('map', {mapStyle: m})"
    )
    page.rest()
    state = page.state("street", 7)
    assert state["selected"] is True
    assert state["k"] == city.classes("street", 4)[6]


def test_server_that_goes_away_and_comes_back(page):
    page.app.away.set()
    page.set(camera={**HOME, "zoom": 13.2, "lon": LON + 0.05, "jump": True}, values=values("restart"))
    page.until("return !document.querySelector('.citymap-note').hidden")
    page.app.away.clear()
    page.until("return document.querySelector('.citymap-note').hidden", seconds=25)
    page.until("return document.getElementById('map').citymap.repaint.level === 'grid'", seconds=25)
    assert page.js("return document.getElementById('map').citymap.host.view.map.queryRenderedFeatures({layers: ['grid-fill']}).length") > 0


def test_routes_that_do_not_exist_leave_a_usable_map(page):
    page.set(values={"street": {"url": "/values/toy/nothing/here.bin", "classes": 5}}, building={"url": "/floors/none.json", "seq": 1})
    page.click(LON, LAT)
    assert page.out("click")["level"] == "street"


def test_two_maps_of_a_group_move_as_one(city):
    from dash import html

    from layouts.components.city_map import CityMap

    app = toy_app(city)
    half = {"height": "100vh", "width": "50%", "float": "left"}
    app.layout = html.Div([
        html.Pre(id="out", hidden=True), html.Div(id="slot"), html.Button(id="again", hidden=True),
        CityMap(**props(sync="pair", style=half)), CityMap(**props(id="other", sync="pair", style=half, values=values("other"))),
    ])  # fmt: skip
    url, stop = serve(app)
    with chromium() as driver:
        page = Page(driver, url, app).open()
        page.until("return document.getElementById('other')?.dataset?.painted")
        page.set(camera={**HOME, "lon": LON + 0.07, "zoom": 12})
        lon, zoom = page.js("const m = document.getElementById('other').citymap.host.view.map; return [m.getCenter().lng, m.getZoom()]")
        stop()
    assert (lon, zoom) == pytest.approx((LON + 0.07, 12))


def test_touch_buttons_are_large_and_a_tap_selects(toy, city):
    with chromium(820, 1180, touch=True) as driver:
        page = Page(driver, *toy).open()
        sizes = page.js("return [...document.querySelectorAll('.citymap-button')].map(b => b.getBoundingClientRect().height)")
        x, y = page.at(*inside(city, "street", 9))
        for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
            driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        click = page.out("click")
    assert min(sizes) >= 44
    assert (click["level"], click["seq"]) == ("street", 9)


# ---- without WebGL ----


def test_without_webgl_the_same_units_are_drawn_as_shapes(flat, city):
    assert flat.out("webgl", lambda v: v is False) is False
    flat.until("return document.querySelectorAll('svg.citymap-svg path').length === arguments[0]", city.count("street"))
    assert not flat.js("return document.querySelector('.citymap-note').hidden")
    from layouts.colors import map_colors

    colors, classes = map_colors(5), city.classes("street", 4)
    seen = flat.js("return [...document.querySelectorAll('svg.citymap-svg path')].map(p => [p.unit.seq, p.getAttribute('fill')])")
    assert dict(seen) == {i + 1: colors["nodata"] if k == 255 else colors["ramp"][k] for i, k in enumerate(classes)}


def test_without_webgl_click_selection_and_keys_work(flat, city):
    flat.set(camera=HOME, selected=[{"level": "street", "seq": 4}])
    flat.click(*inside(city, "street", 4))
    click = flat.out("click")
    assert (click["level"], click["seq"], click["code"]) == ("street", 4, "street4")
    widths = flat.js(
        "return [...document.querySelectorAll('.citymap-svg path')].filter(p => +p.getAttribute('stroke-width') > 3).map(p => p.unit.seq)"
    )
    assert widths == [4]
    flat.keys("+")
    assert flat.out("view", lambda v: v["zoom"] > 11.5)
    flat.keys(Keys.ENTER)
    assert flat.out("click", lambda v: v["seq"] != 4)["level"] == "street"


def test_without_webgl_drawing_works(flat):
    flat.set(camera={**HOME}, tool="distance")
    draw(flat, [(LON, LAT), (LON + 0.05, LAT + 0.02)])
    drawn = flat.out("drawn")
    flat.set(tool=None)
    assert drawn["length_m"] == pytest.approx(Geod(ellps="WGS84").inv(LON, LAT, LON + 0.05, LAT + 0.02)[2], rel=0.02)


def test_without_webgl_a_picture_can_be_taken(flat):
    size = flat.driver.execute_async_script(
        "document.getElementById('map').citymap.exportPng({download: false, title: 'x'}).then(c => arguments[0]([c.width, c.height]))"
    )
    assert size[0] == 1366
