"""The wall and the tablet in a browser: every size of wall, a server that goes and comes, a tablet that steers, hours at speed."""

import json
import time

import pytest
from waitress import create_server as listen

from callbacks.pages import create_dash
from callbacks.server import create_server
from tests.browser.chromium import chromium, console, outside
from tests.browser.test_map_page import QUIET, until
from tests.serving import demo_page, start, stop
from tests.signed_in import enter, local_session

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (3840, 2160), (5760, 1080), (7680, 2160)]
READY = "return !!document.querySelector('.wall-panel') && !!document.querySelector('.wall-clock').textContent"
MEASURE = """
const u = innerHeight / 45, small = [], out = [];
for (const node of document.querySelectorAll('#wall *')) {
  if (!node.checkVisibility() || ![...node.childNodes].some(one => one.nodeType === 3 && one.textContent.trim())) continue;
  const scaled = node.closest('.wall-map-scaled'), scale = scaled ? new DOMMatrix(getComputedStyle(scaled).transform).a : 1;
  const size = parseFloat(getComputedStyle(node).fontSize) * scale, box = node.getBoundingClientRect();
  if (size < u - 0.05) small.push([node.className, size]);
  if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1) out.push([node.className, box.right, box.bottom]);
}
const map = document.querySelector('.wall-map:not([hidden])'), page = document.scrollingElement;
return JSON.stringify({small, out, scroll: page.scrollWidth > innerWidth || page.scrollHeight > innerHeight,
  filled: document.querySelector('.wall-canvas').getBoundingClientRect().bottom, map: map ? map.clientWidth : 0,
  inner: [...document.querySelectorAll('.wall-panel')].filter(one => one.scrollHeight > one.clientHeight + 1).map(one => one.className)});
"""


class Running:
    """The program over the demo city, on a port where it can be stopped and started again."""

    def __init__(self, system):
        self.system, self.port = system, 0
        self.start()

    def start(self):
        server, gateway, results = create_server(self.system)
        create_dash(self.system, server, gateway, results)
        self.front = listen(server, host="127.0.0.1", port=self.port, threads=6)
        self.port = self.front.effective_port
        start(self.front)

    def stop(self):
        stop(self.front)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with demo_page(tmp_path_factory.mktemp("wall")) as (_, system):
        # a red alert of the demo city's own would hold the wall until somebody acknowledges it
        with system.db.write() as cursor:
            cursor.execute("update mgmt.alert set state = 'acknowledged' where severity = 'red' and state = 'raised'")
        system.alerts.changed("demo")
        found = Running(system)
        found.session = local_session(system.settings.home)
        yield found
        stop(found.front)


@pytest.fixture(scope="module")
def wall():
    with chromium(1920, 1080) as driver:
        yield driver


def resize(driver, width, height, touch=False):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch})


def show(driver, running, path, ready=READY):
    enter(driver, running.address, *running.session)
    driver.get(f"{running.address}{path}")
    return until(driver, ready)


def nothing_went_wrong(driver, running, *but):
    lines = [line for line in console(driver) if line.startswith(("SEVERE", "WARNING")) and not any(word in line for word in (*QUIET, *but))]
    assert lines == []
    assert outside(driver, running.address) == []


def hold(running, scene):
    running.system.steering.show("demo", running.system.scenes, scene, "test")
    running.system.steering.hold("demo", running.system.scenes, "test")


@pytest.mark.parametrize("width, height", SIZES)
def test_every_wall_is_filled_and_can_be_read_from_afar(wall, running, width, height):
    resize(wall, width, height)
    language = "en" if width == 5760 else "zh"
    hold(running, "overview")
    show(wall, running, f"/screen?city=demo&lang={language}&poll=100")
    for scene in running.system.scenes.values():
        if not scene.rotates:
            continue
        hold(running, scene.name)
        until(wall, f"return document.querySelector('#wall').dataset.scene === '{scene.name}'")
        until(wall, "return !document.querySelector('.wall-map:not([hidden])') || !!document.querySelector('.wall-map-caption .wall-caption')")
        told = json.loads(wall.execute_script(MEASURE))
        assert told["small"] == [] and told["out"] == [] and told["inner"] == [], (scene.name, told)
        assert not told["scroll"] and height - 40 < told["filled"] <= height
        assert (told["map"] > width / 4) == any(place.show == "map" for place in scene.places)
    assert wall.execute_script("return getComputedStyle(document.documentElement).colorScheme") == "dark"
    nothing_went_wrong(wall, running)


def test_a_wall_lives_through_a_restart_and_says_that_its_numbers_are_old(wall, running):
    resize(wall, 1920, 1080)
    hold(running, "courses")
    show(wall, running, "/screen?city=demo&lang=zh&poll=100")
    wall.execute_script("window.same = true")
    assert wall.execute_script("return document.querySelector('#wall').classList.contains('is-cut')") is False
    running.stop()
    until(wall, "return document.querySelector('#wall').classList.contains('is-cut')")
    assert "断开" in wall.execute_script("return document.querySelector('.wall-trouble').innerText")
    assert "grayscale" in wall.execute_script("return getComputedStyle(document.querySelector('.wall-canvas')).filter"), "no number looks fresh"
    running.start()
    until(wall, "return !document.querySelector('#wall').classList.contains('is-cut')")
    hold(running, "overview")
    until(wall, "return document.querySelector('#wall').dataset.scene === 'overview'")
    assert wall.execute_script("return window.same"), "the page went on, it was not loaded again"
    nothing_went_wrong(wall, running, "ERR_CONNECTION", "Failed to load", "ERR_EMPTY", "Failed to fetch", "net::")


def test_hours_at_speed_leave_nothing_behind(wall, running):
    """Rotation, polls and the map's stops some hundred times: the heap and the page do not grow."""
    resize(wall, 1920, 1080)
    hold(running, "courses")
    show(wall, running, "/screen?city=demo&lang=zh&poll=50")
    turning = [scene.name for scene in running.system.scenes.values() if scene.rotates and not any(place.show == "map" for place in scene.places)]

    def turns(many):
        seen = wall.execute_script("return window.chengshu.wall.draws")
        end = time.monotonic() + 20
        for turn in range(many):
            running.system.steering.show("demo", running.system.scenes, turning[turn % len(turning)], "test")
            while wall.execute_script("return window.chengshu.wall.draws") <= seen + turn and time.monotonic() < end:
                time.sleep(0.01)

    def size():
        wall.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        return (wall.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"], wall.execute_script("return document.querySelectorAll('*').length"))

    turns(12)
    heap, nodes = size()
    turns(36)
    after, nodes_after = size()
    assert after < heap * 1.05, (heap, after)
    assert nodes_after <= nodes
    nothing_went_wrong(wall, running)


TARGETS = """
const inside = ['.cs-page-brief', '.cs-page-steer'].map(page => `${page} :is(a, button, summary, input, [role=button])`).join();
return [...document.querySelectorAll(inside)].filter(one => one.checkVisibility())
  .map(one => [one.className || one.tagName, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44).map(([name, box]) => [name, box.width, box.height]);
"""
KEPT = "return document.documentElement.dataset.kept === 'yes' && !!document.querySelector('.brief-head')"


@pytest.mark.parametrize("width, height, theme", [(820, 1180, "light"), (1180, 820, "dark")])
def test_the_tablet_tells_it_in_a_look_and_lives_without_a_net(running, width, height, theme):
    with chromium(width, height, touch=True) as tablet:
        show(tablet, running, f"/brief?city=demo&lang=zh&theme={theme}&poll=200", KEPT)
        assert "城市" in tablet.execute_script("return document.querySelector('.brief-head').innerText")
        assert tablet.execute_script("return document.querySelectorAll('.brief-theme').length") > 10
        assert tablet.execute_script("return document.querySelector('.cs-page-brief').scrollWidth <= innerWidth")
        tablet.execute_script("document.querySelector('.brief-theme.is-amber, .brief-theme:has(.brief-counts)').querySelector('summary').click()")
        assert until(tablet, "return document.querySelector('.brief-theme[open] .brief-body')?.innerText")
        assert tablet.execute_script(TARGETS) == []
        nothing_went_wrong(tablet, running)
        running.stop()
        until(tablet, "return !document.getElementById('brief-cut').hidden")
        tablet.get(tablet.current_url)
        until(tablet, "return !!document.querySelector('.brief-head') && !document.getElementById('brief-cut').hidden")
        assert "最后已知状态" in tablet.execute_script("return document.getElementById('brief-cut').innerText")
        running.start()
        until(tablet, "return document.getElementById('brief-cut').hidden")
        if theme == "light":
            show(tablet, running, "/steer?city=demo&lang=zh", "return document.getElementById('steer-more')?.textContent")
            before = running.system.steering.now("demo", running.system.scenes)
            tablet.execute_script("document.querySelector('[data-steer=next]').click()")
            until(tablet, f"return document.querySelector('[data-scene][aria-pressed=true]')?.dataset.scene !== '{before.scene}'")
            assert tablet.execute_script(TARGETS) == []
