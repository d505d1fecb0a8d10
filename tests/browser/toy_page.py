"""The toy page in one browser, with words for what a test of the map does."""

from __future__ import annotations

import json
import time

from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.toy_city import LAT, LON
from tests.browser.toy_server import props

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

        return WebDriverWait(self.driver, 20, 0.05).until(seen)[0]

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
        self.move(*self.at(lon, lat))

    def move(self, x, y):
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

    def begin(self):
        """As it was first opened, without opening it again where that is already done."""
        if not self.js("return !!window.same"):
            self.open()
            self.js("window.same = true")
            return self
        first = props()
        self.driver.get_log("browser")
        self.move(2, 2)
        self.set(**{name: first[name] for name in ("mapStyle", "values", "level", "mode3d", "language", "theme", "selected", "layers")},
                 camera=HOME, building=None, tool=None)
        self.until("return document.getElementById('map').citymap.host.view.map"
                   ".getFeatureState({source: 'unit', sourceLayer: 'street', id: 1}).k < 255")
        self.rest()
        return self


def inside(city, level, seq):
    """A place well inside a unit and off the river."""
    spot = city.shapes[level][seq - 1].difference(city.river.buffer(0.002)).representative_point()
    return spot.x, spot.y


def draw(page, places, end=Keys.ENTER):
    for lon, lat in places:
        page.click(lon, lat)
        time.sleep(0.35)  # two clicks closer than that are a double click
    page.keys(end)
