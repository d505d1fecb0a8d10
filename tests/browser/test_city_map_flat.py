"""CityMap in a real browser without WebGL."""

from __future__ import annotations

import shutil

import pytest
from pyproj import Geod
from selenium.webdriver import ActionChains, Keys

from layouts.colors import map_colors
from tests.browser.test_city_map_tools import OVERLAYS
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


def test_without_webgl_an_opened_building_is_a_stack_of_floors_to_choose_from(flat, city):
    seq = city.floors.index(max(city.floors)) + 1
    rows = city.slabs(seq)["slabs"]
    bars = "[...document.querySelectorAll('.citymap-svg path')].filter(p => p.hit?.level === 'floor')"
    try:
        flat.set(selected=[{"level": "building", "seq": seq}], building={"url": f"/floors/toy/{seq}.json", "seq": seq, "explode": 0, "focus": False})
        flat.until(f"return {bars}.length === arguments[0]", len(rows))
        ramp = map_colors(5)["ramp"]
        seen = flat.js(f"return {bars}.map(p => [p.hit.code, p.getAttribute('fill'), p.getBoundingClientRect().top])")
        assert {code: fill for code, fill, _ in seen} == {row["code"]: ramp[row["class"]] for row in rows}
        assert [code for code, _, _ in seen] == [row["code"] for row in reversed(rows)]       # from the top down
        flat.set(building={"url": f"/floors/toy/{seq}.json", "seq": seq, "explode": 1, "focus": False, "picked": rows[4]["code"]})
        apart = flat.js(f"return {bars}.map(p => p.getBoundingClientRect().top)")
        assert apart[-1] - apart[0] > 1.3 * (seen[-1][2] - seen[0][2])
        place = flat.js(f"const b = {bars}[3].getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]")
        flat.move(*(round(v) for v in place))
        ActionChains(flat.driver, duration=0).click().perform()
        assert flat.out("click", lambda v: v and v.get("level") == "floor")["code"] == seen[3][0]
        assert flat.js("return document.querySelector('.citymap-tilt').hidden") is False
        hidden = flat.js(
            """const box = q => document.querySelector(q).getBoundingClientRect(), note = box('.citymap-note'), all = arguments[0].map(box);
            return all.some(b => b.left < note.right && note.left < b.right && b.top < note.bottom && note.top < b.bottom)""",
            [".citymap-stack", ".citymap-bar", ".citymap-source"],
        )
        assert hidden is False
    finally:
        flat.set(building=None, selected=[])
    assert flat.js(f"return {bars}.length") == 0
    assert flat.js("return document.querySelector('.citymap-tilt').hidden") is True


def test_without_webgl_no_name_lies_under_the_note(flat):
    flat.set(camera=HOME)
    flat.until("return document.querySelectorAll('.citymap-svg text').length > 3")
    for lon, lat in ((LON - 0.05, LAT + 0.02), (LON - 0.06, LAT + 0.05), (LON - 0.08, LAT + 0.06)):
        flat.set(camera={**HOME, "lon": lon, "lat": lat, "zoom": 11.2})
        flat.until("return document.querySelectorAll('.citymap-svg text').length > 3")
        under = flat.js(
            """const n = document.querySelector('.citymap-note').getBoundingClientRect();
            return [...document.querySelectorAll('.citymap-svg text')].filter(t => {
              const b = t.getBoundingClientRect();
              return b.left < n.right && n.left < b.right && b.top < n.bottom && n.top < b.bottom;
            }).map(t => t.textContent)"""
        )
        assert under == []


@pytest.mark.parametrize(("kind", "rows"), [("points", 190), ("heat", 190), ("hex", None), ("flow", 6)])
def test_without_webgl_overlays_are_drawn_from_the_same_rows(flat, kind, rows):
    flat.set(camera=HOME, layers=[{**OVERLAYS[kind], "pickable": True}])
    drawn = "[...document.querySelectorAll('.citymap-svg > g:nth-of-type(2) path')].filter(p => p.getAttribute('stroke-width'))"
    flat.until(f"return {drawn}.length > 0")
    found = flat.js(f"return {drawn}.map(p => {{ const b = p.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; }})")
    assert rows is None or len(found) == rows
    if kind == "hex":           # each where h3 itself says
        import h3

        where = {tuple(flat.at(*h3.cell_to_latlng(cell)[::-1])) for cell in flat.js(f"return {drawn}.map(p => p.hit?.properties.hex)") if cell}
        near = [min(abs(x - a) + abs(y - b) for a, b in where) for x, y in found]
        assert not where or max(near) < 4
    said = flat.js("return document.querySelector('.citymap-note').textContent")
    assert ("热力" in said) is (kind == "heat")
    flat.set(layers=[])
    assert flat.js(f"return {drawn}.length") == 0


def test_without_webgl_a_point_of_an_overlay_can_be_chosen(flat, city):
    spot = city.shapes["community"][20].centroid
    flat.set(camera={**HOME, "lon": spot.x, "lat": spot.y, "zoom": 12.5}, layers=[OVERLAYS["points"]])
    flat.until("return [...document.querySelectorAll('.citymap-svg path')].some(p => p.hit?.layer === 'points')")
    flat.click(spot.x, spot.y)
    click = flat.out("click", lambda v: v and v.get("layer"))
    flat.set(layers=[])
    assert (click["layer"], click["level"], click["seq"]) == ("points", "community", 21)
