"""The forecast page in a browser: looks followed in place, the hours ahead played, scenarios added, models chosen, at desk, wall and tablet sizes."""

import time

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import chromium, console, outside
from tests.serving import demo_page
from tests.signed_in import enter, local_session

pytestmark = pytest.mark.browser
QUIET = ("GPU stall", "Using MapLibre", "GroupMarkerNotSet", "Automatic fallback to software WebGL")
RESTS = "!document.querySelector('.fc').hasAttribute('aria-busy')"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with demo_page(tmp_path_factory.mktemp("forecast")) as (base, system):
        yield base, local_session(system.settings.home)


def until(driver, script, seconds=40):
    return WebDriverWait(driver, seconds, 0.1).until(lambda d: d.execute_script(f"return {script}"), script)


def opened(driver, served, words="", sign="aqi", painted="!!document.querySelector('#forecast-map.is-painted')"):
    enter(driver, served[0], *served[1])
    driver.get(f"{served[0]}/forecast?lang=en&theme=light&sign={sign}{words}")
    until(driver, f"{painted} && !!document.querySelector('#fc-range') && !!document.querySelector('#forecast-graph .main-svg')")
    return driver


def fits(driver, width, height):
    """Nothing runs off, the menu of indicators stands inside the window, course and map on the first screen (of this height)."""
    time.sleep(0.3)
    widths = driver.execute_script("return [document.documentElement.scrollWidth, document.querySelector('#main').scrollWidth, innerWidth]")
    assert max(widths) <= width
    clipped = driver.execute_script("return [...document.querySelectorAll('.fc-panel, .fc-play')].filter(p => p.scrollWidth > p.clientWidth + 1)"
                                    ".map(p => p.className)")
    assert clipped == []
    driver.execute_script("document.querySelector('#fc-sign-button').click()")
    assert driver.execute_script("const b = document.querySelector('#fc-signs').getBoundingClientRect(); return b.left >= 0 && b.right <= innerWidth")
    driver.execute_script("document.querySelector('#fc-sign-button').click()")
    if height:
        assert driver.execute_script("return document.querySelector('.fc-of-chart').getBoundingClientRect().bottom") <= height + 40


def test_a_look_is_an_address_and_is_followed_in_place(served):
    with chromium(1366, 768) as d:
        opened(d, served)
        fits(d, 1366, 768)
        d.execute_script("window.same = true")
        name = d.execute_script("const a = document.querySelector('.fc-of-units a.fc-unit'); a.click(); return a.textContent")
        until(d, f"{RESTS} && document.querySelector('.fc-said h1').textContent.includes('{name}')")
        assert "unit=9901" in d.current_url and d.execute_script("return window.same"), "nothing was loaded again"
        assert d.execute_script("const s = document.querySelector('[data-special=air]'); return [s.querySelector('h2 small').textContent,"
                                "s.querySelectorAll('.sp-column').length, s.querySelector('.sp-column i').offsetHeight >= 0]") == [name, 48, True]
        d.execute_script("document.querySelector('.fc-of-units a.fc-beside').click()")
        until(d, f"{RESTS} && location.search.includes('with=9901') && document.querySelectorAll('.fc-beside.is-on').length === 1")
        d.execute_script("const n = document.querySelector('.fc-form [data-driver]'); n.value = 3; n.dispatchEvent(new Event('input'));"
                         "document.querySelector('.fc-form').requestSubmit()")
        until(d, f"{RESTS} && location.search.includes('s=') && document.querySelectorAll('.fc-scenario').length === 1")
        d.get(d.current_url)
        until(d, "document.querySelectorAll('.fc-scenario').length === 1 && document.querySelectorAll('.fc-beside.is-on').length === 1")
        d.execute_script("document.querySelector('.fc-away').click()")
        until(d, f"{RESTS} && !document.querySelector('.fc-scenario') && !location.search.includes('s=')")
        d.back()
        until(d, f"{RESTS} && document.querySelectorAll('.fc-scenario').length === 1")
        d.execute_script("dash_clientside.set_props('forecast-map', {click: {t: Date.now()}})")
        until(d, f"{RESTS} && !location.search.includes('unit=')")
        wrong = [line for line in console(d) if line.startswith(("SEVERE", "WARNING")) and not any(word in line for word in QUIET)]
        assert wrong == [] and outside(d, served[0]) == []


def test_the_hours_ahead_play_and_a_replay_is_drawn(served):
    with chromium(1920, 1080) as d:
        opened(d, served)
        fits(d, 1920, 1080)
        first = d.execute_script("return document.querySelector('#fc-when').textContent")
        d.execute_script("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'p', bubbles: true}))")
        until(d, "+document.querySelector('#fc-range').value >= 2")
        d.execute_script("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'p', bubbles: true}))")
        until(d, f"{RESTS} && /[&?]k=[0-9]/.test(location.search)")
        assert d.execute_script("return document.querySelector('#fc-when').textContent") != first
        until(d, "document.querySelector('#forecast-map').citymap.repaint?.level === 'district'")
        d.execute_script("const r = document.querySelector('#fc-cutoff'); r.value = r.max - 30; r.dispatchEvent(new Event('change'))")
        until(d, f"{RESTS} && location.search.includes('at=') && !!document.querySelector('.is-replay')"
                 " && document.querySelector('.fc-of-chart').textContent.includes('off on average')")
        d.execute_script("document.querySelector('[data-action=theme]').click()")
        until(d, f"{RESTS} && document.querySelector('#forecast-map').citymap.host.props.theme === 'dark'")
        d.execute_script("document.querySelector('.fc-train').click()")
        until(d, "document.querySelector('.fc-of-model').textContent.includes('by Local user')")


def test_without_webgl_the_flat_map_does_the_same(served):
    with chromium(1366, 768, webgl=False) as d:
        opened(d, served, sign="crowd_density", painted="!!document.querySelector('#forecast-map svg path')")
        fills = "[...document.querySelectorAll('#forecast-map svg path')].map(p => getComputedStyle(p).fill).filter(f => f !== 'none')"
        until(d, f"document.querySelectorAll('.fc-legend [data-color]').length === 5 && new Set({fills}).size > 1")
        first = d.execute_script("return document.querySelector('#fc-when').textContent")
        d.execute_script("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: ']', bubbles: true}))")
        until(d, f"{RESTS} && location.search.includes('k=1') && document.querySelector('#fc-when').textContent !== {first!r}")


def test_on_a_tablet_a_finger_can_hit_what_acts(served):
    with chromium(820, 1180, touch=True) as d:
        opened(d, served, "&show=breach&s=wind_ms:3")
        fits(d, 820, 0)
        small = d.execute_script(
            "return [...document.querySelectorAll('.fc a, .fc button, .fc select, .fc input, .fc summary')].filter(a => a.offsetParent"
            " && a.getBoundingClientRect().height < 43.5 && !a.closest('.citymap') && a.type !== 'checkbox').map(a => `${a.tagName} ${a.className}`)")
        assert small == []
