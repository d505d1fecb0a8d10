"""The map before its page: it begins while the page's scripts are read, moves in whole, and never keeps the page waiting for long."""

import json

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import begin, console
from tests.signed_in import enter

pytestmark = pytest.mark.browser
# what was on the screen when the map was drawn, and every picture it drew until then
# however slow the machine: the page waits for the map as long as it takes
PATIENT = "const later = window.setTimeout; window.setTimeout = (done, ms, ...of) => later(done, ms === 1500 ? 60_000 : ms, ...of);"
SEEN = PATIENT + """
window.seen = null;
document.addEventListener('citymap:painted', e => {
  if (window.seen) return;
  const map = e.target.citymap.host.view.map, gl = map.painter.context.gl, canvas = map.getCanvas();
  map.redraw();
  const pixels = new Uint8Array(gl.drawingBufferWidth * gl.drawingBufferHeight * 4);
  gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  window.firstCanvas = canvas;
  window.seen = {page: !!document.querySelector('#react-entry-point .cs-shell'), place: canvas.getBoundingClientRect().toJSON(),
    colours: new Set(new Uint32Array(pixels.buffer)).size, camera: [map.getZoom(), ...map.getCenter().toArray()]};
}, true);
"""
NO_ENGINE = "Object.defineProperty(window, 'createDeck', {get: () => undefined, set: () => {}, configurable: true});"
NO_TILES = "const Old = window.Worker; window.Worker = class extends Old { postMessage() {} };"
WHOLE = "return ['#map.is-painted', '#card h2', '#legend .cs-legend', '.cs-time-track'].every(part => document.querySelector(part))"


@pytest.fixture
def first(painting, demo):
    """Open the map page at a size and an address, with `SEEN` in it, once it is whole."""
    script = painting.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SEEN})["identifier"]

    def show(width, height, query="", touch=False):
        driver = begin(painting, width, height, touch)
        enter(driver, demo.address, *demo.local)
        driver.get(f"{demo.address}/map{query}")
        WebDriverWait(driver, 60, 0.1).until(lambda d: d.execute_script(WHOLE))
        return driver

    yield show
    painting.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})


@pytest.mark.parametrize("width, height, touch, query", [
    (1366, 768, False, "?lang=zh&theme=dark"), (1920, 1080, False, "?lang=en&theme=light"), (820, 1180, True, "?lang=zh&theme=light"),
    (1180, 820, True, "?lang=en&theme=dark"), (1366, 768, False, "?compare=time")])
def test_the_map_is_drawn_before_its_page_and_does_not_move_when_the_page_comes(first, width, height, touch, query):
    driver = first(width, height, query, touch)
    seen = driver.execute_script("return window.seen")
    assert seen["page"] is False and seen["colours"] > 20
    canvas, place, camera = driver.execute_script(
        "const m = document.getElementById('map').citymap.host.view.map, c = m.getCanvas();"
        "return [c === window.firstCanvas, c.getBoundingClientRect().toJSON(), [m.getZoom(), ...m.getCenter().toArray()]]")
    assert canvas is True and place == pytest.approx(seen["place"], abs=0.5)
    assert camera == pytest.approx(seen["camera"], abs=1e-6)
    left = "return [document.querySelectorAll('#first-map *').length, getComputedStyle(document.querySelector('.cs-first')).display]"
    assert driver.execute_script(left) == [0, "none"]


def test_what_a_hand_did_before_the_page_came_is_not_lost(painting, demo):
    driver = begin(painting, 1366, 768)
    script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": PATIENT + """
        document.addEventListener('citymap:painted', e => {
          const view = e.target.citymap.host.view, m = view.map;
          m.jumpTo({zoom: m.getZoom() + 1});
          view.pointer.click(m.project(m.getCenter()), m.getCenter());
        }, true);"""})["identifier"]
    enter(driver, demo.address, *demo.local)
    driver.get(f"{demo.address}/map?indicator=people_flow&level=district")
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
    WebDriverWait(driver, 60, 0.1).until(lambda d: "units=" in d.execute_script("return location.search"))
    apart = """const zoom = document.getElementById('map').citymap.host.view.map.getZoom();
        return Math.abs((new URLSearchParams(location.search).get('camera') || '').split(',')[2] - zoom)"""
    WebDriverWait(driver, 60, 0.1).until(lambda d: d.execute_script(apart) < 0.01)


def test_a_map_that_cannot_begin_keeps_nobody_waiting(painting, demo):
    """No WebGL engine to be had, no right to the map, tiles that never come: the page is there all the same."""
    driver = begin(painting, 1366, 768)
    for broken in (NO_ENGINE, NO_TILES):
        script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": broken})["identifier"]
        enter(driver, demo.address, *demo.local)
        driver.get(f"{demo.address}/map")
        driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
        WebDriverWait(driver, 60, 0.1).until(lambda d: d.execute_script("return !!document.querySelector('#card h2')"))
    enter(driver, demo.address, *demo.auditor)
    driver.get(f"{demo.address}/map")
    WebDriverWait(driver, 60, 0.1).until(lambda d: d.execute_script("return !!document.querySelector('#main .cs-empty, #main [class*=empty]')"))
    assert driver.execute_script("return document.querySelectorAll('#map, #first-map *').length") == 0
    assert "first map" not in json.dumps(console(driver))


def test_without_webgl_the_page_comes_with_its_drawn_map(plain, demo):
    enter(plain, demo.address, *demo.local)
    plain.get(f"{demo.address}/map")
    whole = "return ['#map svg.citymap-svg', '#card h2'].every(part => document.querySelector(part))"
    WebDriverWait(plain, 60, 0.1).until(lambda d: d.execute_script(whole))
    assert plain.execute_script("return document.querySelectorAll('svg.citymap-svg').length") == 1
