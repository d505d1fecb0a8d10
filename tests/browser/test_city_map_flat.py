"""CityMap in a real browser without WebGL."""

from __future__ import annotations

import shutil

import pytest
from pyproj import Geod
from selenium.webdriver import Keys

from layouts.colors import map_colors
from tests.browser.toy_city import LAT, LON
from tests.browser.toy_page import HOME, draw, inside

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromedriver"), reason="needs Chromium and chromedriver"),
]


def test_without_webgl_the_same_units_are_drawn_as_shapes(flat, city):
    assert flat.out("webgl", lambda v: v is False) is False
    flat.until("return document.querySelectorAll('svg.citymap-svg path').length === arguments[0]", city.count("street"))
    assert not flat.js("return document.querySelector('.citymap-note').hidden")
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
