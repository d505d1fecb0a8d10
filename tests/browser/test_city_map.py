"""CityMap in a real browser, in software WebGL: what it paints, says, asks and survives."""

from __future__ import annotations

import shutil

import pytest
from selenium.webdriver import Keys

from tests.browser.chromium import console, outside
from tests.browser.toy_city import LAT, LON
from tests.browser.toy_page import HOME, Page, inside
from tests.browser.toy_server import CSP, props, values

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromedriver"), reason="needs Chromium and chromedriver"),
]


def test_first_map_is_painted_without_errors_and_without_outside_requests(browser, toy):
    console(browser), outside(browser, toy[0])
    page = Page(browser, *toy).open()
    page.rest()
    assert [m for m in console(browser) if m.startswith("SEVERE")] == []
    assert outside(browser, toy[0]) == []
    assert page.out("ready") is True
    assert page.out("webgl") is True
    assert page.js("return performance.getEntriesByName('citymap:painted').length") == 1
    assert page.js("return document.getElementById('map').citymap.paint_ms") < 15_000


def test_policy_without_unsafe_eval_holds(same):
    same.js("document.addEventListener('securitypolicyviolation', e => (window.broken = e.violatedDirective))")
    same.set(mode3d=True)
    assert same.js("return window.broken") is None
    assert "unsafe-eval" not in CSP


def test_level_follows_zoom_and_can_be_pinned(same):
    for zoom, level in ((9, "district"), (10.5, "street"), (12.2, "community"), (13.3, "grid"), (14.5, "building")):
        same.set(camera={**HOME, "zoom": zoom})
        assert same.out("view", lambda v, z=zoom: abs(v["zoom"] - z) < 0.01)["level"] == level
    same.set(level="district")
    assert same.out("view", lambda v: v["level"] == "district")


def test_values_colour_the_units_of_the_level(same, city):
    classes = city.classes("street", len("load"))
    for seq in (1, 5, 20):
        assert same.state("street", seq)["k"] == classes[seq - 1]


def test_tiles_that_come_later_are_coloured_too(same, city):
    same.set(camera={**HOME, "zoom": 14.3})
    same.until("return document.getElementById('map').citymap.repaint?.level === 'building'")
    same.set(camera={**HOME, "lon": LON + 0.06, "zoom": 14.3})
    wrong = same.js(
        """const v = document.getElementById('map').citymap.host.view, want = arguments[0]; let wrong = 0, n = 0;
        for (const f of v.map.queryRenderedFeatures({layers: ['building-fill']})) { n++; if (f.state.k !== want[f.id - 1]) wrong++; }
        return n ? wrong : -1""",
        list(city.classes("building", len("load"))),
    )
    assert wrong == 0


def test_empty_values_paint_as_no_data(same):
    state = "return document.getElementById('map').citymap.host.view.map.getFeatureState({source: 'unit', sourceLayer: 'street', id: 1}).k"
    same.until(f"{state} !== 255")
    same.set(values=values("empty"))
    same.until(f"{state} === 255")
    same.set(values=values("load"))
    same.until(f"{state} !== 255")
    same.set(values={})
    same.until(f"{state} === 255")


def test_hover_card_shows_text_never_markup(same, city):
    same.hover(*inside(city, "street", 1))
    same.until("return document.querySelector('.citymap-card-name')?.textContent.includes('onerror')")
    assert same.js("return document.querySelectorAll('.citymap-card img').length") == 0
    assert same.js("return document.querySelector('.citymap-card-value').textContent") == "1.3 kW"
    assert same.out("hover", lambda v: v and v["seq"] == 1)["level"] == "street"
    assert same.state("street", 1)["hover"] is True


def test_selection_changes_shape_and_survives_theme_and_language(same, city):
    same.set(selected=[{"level": "street", "seq": 7}])
    same.set(theme="dark")
    same.set(language="en")
    assert same.state("street", 7) == {**same.state("street", 7), "selected": True, "k": city.classes("street", 4)[6]}
    width = same.js("return document.getElementById('map').citymap.host.view.map.getPaintProperty('street-mark', 'line-width')")
    assert width[1] == ["boolean", ["feature-state", "selected"], False]
    same.set(selected=[])
    assert not same.state("street", 7)["selected"]


def test_theme_changes_the_ground(same):
    light = same.pixel(LON - 0.27, LAT)
    same.set(theme="dark")
    dark = same.pixel(LON - 0.27, LAT)
    assert sum(light) > 600
    assert sum(dark) < 120


def test_names_are_drawn_in_both_languages_without_font_files(same):
    for language, field in (("zh", "name_zh"), ("en", "name_en")):
        same.set(language=language)
        shown = same.js(
            """const m = document.getElementById('map').citymap.host.view.map;
            return m.queryRenderedFeatures({layers: ['label-street']}).map(f => f.properties[arguments[0]])""",
            field,
        )
        assert len(shown) > 5
        assert (
            same.js("return document.getElementById('map').citymap.host.view.map.getLayoutProperty('label-street', 'text-field')[2][1][1]")
            == field
        )
    assert not [p for p in same.app.requests if "font" in p or "glyph" in p]


def test_picture_is_a_png_with_its_legend_below(same):
    size = same.driver.execute_async_script(
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


def test_switching_values_recolours_every_unit(page, city):
    page.set(values=values("another"))
    page.until("return document.getElementById('map').citymap.repaints.length > 1")
    classes = city.classes("street", len("another"))
    assert [page.state("street", seq)["k"] for seq in (1, 5, 20)] == [classes[0], classes[4], classes[19]]
    assert page.js("return document.getElementById('map').citymap.repaint.apply_ms") < 2000


def test_click_says_which_unit(page, city):
    page.click(*inside(city, "street", 4))
    click = page.out("click")
    assert (click["level"], click["seq"]) == ("street", 4)
    assert click["lngLat"] == pytest.approx(inside(city, "street", 4), abs=0.002)
    assert click["properties"]["name_en"] == "Street 4"


def test_click_on_empty_ground_names_no_unit(page):
    page.click(LON - 0.25, LAT + 0.1)
    assert "level" not in page.out("click", lambda v: v and v["lngLat"][0] < LON - 0.2)


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


LESS = """
const [[zoom, pitch], done] = arguments, m = document.getElementById('map').citymap.host.view.map;
const gl = m.painter.context.gl, P = WebGL2RenderingContext.prototype;
const picture = () => {
  let draws = 0;
  const draw = P.drawElements;
  P.drawElements = function (...of) { draws++; return draw.apply(this, of); };
  m.redraw();
  const pixels = new Uint8Array(gl.drawingBufferWidth * gl.drawingBufferHeight * 4);
  gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  P.drawElements = draw;
  return {pixels, draws};
};
const layers = () => Object.values(m.style._layers);
(async () => {
  m.jumpTo({zoom, pitch});
  await new Promise(rest => m.once('idle', rest));
  const less = picture();
  const masks = m.painter._renderTileClippingMasks, hidden = layers().map(layer => Object.hasOwn(layer, 'isHidden') ? layer.isHidden : null);
  delete m.painter._renderTileClippingMasks;
  layers().forEach(layer => { delete layer.isHidden; });
  const all = picture();
  m.painter._renderTileClippingMasks = masks;
  layers().forEach((layer, i) => { if (hidden[i]) layer.isHidden = hidden[i]; });
  let other = 0;
  for (let i = 0; i < all.pixels.length; i++) if (all.pixels[i] !== less.pixels[i]) other++;
  done({zoom, other, colours: new Set(new Uint32Array(all.pixels.buffer)).size, less: less.draws, all: all.draws});
})();"""


def test_a_frame_without_what_nobody_sees_is_the_same_picture(same):
    some = [{"level": "street", "seq": 7}, {"level": "district", "seq": 1}]
    near, every = [[14.5, 0], [14.5, 55]], [[9, 0], [10.5, 0], [11.4, 40], [12.3, 0], [14.5, 0], [14.5, 55]]
    for marked, is_tall, views in (([], False, every), ([], True, near), (some, False, near), (some, True, every)):   # nothing is tall from afar
        same.set(selected=marked, mode3d=is_tall)
        for view in views:
            found = same.driver.execute_async_script(LESS, view)
            assert found["other"] == 0, found
            assert found["colours"] > 20 and found["less"] < 0.8 * found["all"], found


def test_the_first_picture_waits_for_the_whole_city_but_not_for_ever(browser, toy):
    """Tiles that come late: nothing at first, then what there is, then the rest."""
    page = Page(browser, *toy)
    page.app.slow.set()
    browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    try:
        browser.get(page.url)
        loaded = "const m = document.getElementById('map')?.citymap?.host.view.map; return m?.areTilesLoaded()"
        page.until("return performance.getEntriesByName('citymap:first-frame').length")
        assert page.js(loaded) is False
        assert page.js("return performance.getEntriesByName('citymap:painted').length") == 0
    finally:
        page.app.slow.clear()
    page.until("return document.getElementById('map').dataset.painted")
    assert page.js(loaded) is True
