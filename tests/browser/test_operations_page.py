"""The operations page in a browser: a look filters every panel and the map in place, the address keeps it, at desk and tablet sizes."""

import time

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import begin, console, outside
from tests.signed_in import enter

pytestmark = pytest.mark.browser
QUIET = ("GPU stall", "Using MapLibre", "GroupMarkerNotSet", "Automatic fallback to software WebGL")
FILTERED = "return !document.querySelector('.desk').hasAttribute('aria-busy') && document.querySelector('.desk-chip')?.textContent"


def until(driver, script, seconds=30):
    return WebDriverWait(driver, seconds, 0.1).until(lambda d: d.execute_script(script), script)


def opened(driver, demo, words=""):
    enter(driver, demo.address, *demo.local)
    driver.get(f"{demo.address}/?lang=en&theme=light{words}")
    until(driver, "return !!document.querySelector('#desk-map.is-painted') && document.querySelectorAll('.desk-sign').length > 5")
    return driver


def test_a_look_is_followed_in_place_and_stands_in_the_address(painting, demo):
    d = begin(painting)
    opened(d, demo)
    d.execute_script("window.same = true")
    name = d.execute_script("const a = document.querySelector('.desk-of-units a[data-look]'); a.click(); return a.textContent")
    assert name in until(d, FILTERED)
    assert "unit=9901" in d.current_url and d.execute_script("return window.same"), "nothing was loaded again"
    until(d, f"return document.querySelector('.desk-word h1').textContent.includes('{name}')")
    d.back()
    until(d, "return !document.querySelector('.desk-chip')")
    d.execute_script("dash_clientside.set_props('desk-map', {click: {level: 'district', seq: 1, t: Date.now()}})")
    until(d, FILTERED)
    assert "unit=9901" in d.current_url
    d.execute_script("document.querySelector('.desk-theme-name').click()")
    until(d, "return document.querySelectorAll('.desk-theme').length === 1 && document.querySelectorAll('.desk-chip').length === 2")
    assert "topic=" in d.current_url and "lang=en" in d.current_url
    d.get(d.current_url)
    until(d, "return document.querySelectorAll('.desk-chip').length === 2 && !!document.querySelector('#desk-map.is-painted')")
    wrong = [line for line in console(d) if line.startswith(("SEVERE", "WARNING")) and not any(word in line for word in QUIET)]
    assert wrong == [] and outside(d, demo.address) == []


@pytest.mark.parametrize(("width", "height", "language", "word"), [
    (1366, 768, "en", "Synthetic"), (820, 1180, "zh", "合成"), (420, 900, "zh", "合成")])
def test_every_width_and_paper_say_that_the_city_is_made_up_and_how_old_the_data_are(painting, demo, width, height, language, word):
    d = begin(painting, width, height, height > width)
    enter(d, demo.address, *demo.local)
    d.get(f"{demo.address}/signs?lang={language}&theme=dark")
    badge = "return document.querySelector('.cs-badge')?.innerText"
    assert word in until(d, badge)
    place = "#data-age" if width > 1099 else ".cs-age-too"
    until(d, f"return /Demo|Data|示范|数据/.test(document.querySelector('{place}')?.textContent)")
    d.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert word in d.execute_script(badge) and d.execute_script("return !document.querySelector('.cs-header-end a')?.offsetParent")
        d.execute_script("dispatchEvent(new Event('beforeprint'))")
        assert d.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(11, 16, 22)", "paper is white"
        d.execute_script("dispatchEvent(new Event('afterprint'))")
        assert d.execute_script("return document.documentElement.dataset.mantineColorScheme") == "dark"
    finally:
        d.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_line_says_that_data_are_still_coming_in_and_goes_once_all_is_there(painting, demo):
    d = begin(painting)
    demo.system.progress.update(is_whole=False, text="records")
    try:
        opened(d, demo)
        assert until(d, "const c = document.getElementById('coming'); return c && !c.hidden && c.innerText").split("\n") == [
            "Data are still coming in; what is missing appears by itself", "people, enterprises, cases"]
        assert d.execute_script("const edges = id => document.getElementById(id).getBoundingClientRect();"
                                "return edges('coming').bottom <= edges('main').top"), "it covers nothing"
        demo.system.progress.update(text="alerts")
        until(d, "return document.getElementById('coming-step').textContent === 'judging the last days'")
    finally:
        demo.system.progress.update(is_whole=True, text="")
    until(d, "return document.getElementById('coming').hidden && document.getElementById('main').getBoundingClientRect().top < 60")
    d.refresh()
    until(d, "return !!document.querySelector('#desk-map.is-painted') && !document.getElementById('coming')")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (820, 1180)])
def test_nothing_runs_off_and_a_finger_can_hit_what_acts(painting, demo, width, height):
    is_tablet = height > width
    d = begin(painting, width, height, is_tablet)
    opened(d, demo)
    time.sleep(0.3)
    widths = d.execute_script("return [document.documentElement.scrollWidth, document.querySelector('#main').scrollWidth, innerWidth]")
    assert max(widths[:2]) <= widths[2]
    if not is_tablet:
        assert d.execute_script("return document.querySelector('#main').scrollHeight <= document.querySelector('#main').clientHeight + 1")
        return
    small = d.execute_script(
        "return [...document.querySelectorAll('.desk a, .desk button')].filter(a => a.offsetParent && a.getBoundingClientRect().height < 43.5"
        " && !a.closest('.citymap') && !a.classList.contains('cs-link') && !a.closest('.cs-legend')).map(a => a.className)")
    assert small == []


def test_a_view_is_saved_renamed_and_begun_with_by_keyboard_alone(painting, demo):
    d = begin(painting)
    opened(d, demo, "&unit=990101")
    body = d.switch_to.active_element
    body.send_keys("v")
    until(d, "return document.querySelector('#views')?.open && document.activeElement.id === 'views-name'")
    d.switch_to.active_element.send_keys("left side", Keys.ENTER)
    until(d, "return document.querySelector('.views-row strong')?.textContent === 'left side'")
    assert "unit=990101" in d.execute_script("return document.querySelector('.views-link').getAttribute('href')")
    d.switch_to.active_element.send_keys("left side", Keys.ENTER)
    until(d, "return document.querySelector('#views-said').textContent.includes('this name already')")
    d.execute_script("document.querySelector('[data-views=start]').focus()")
    d.switch_to.active_element.send_keys(Keys.ENTER)
    until(d, "return !!document.querySelector('[data-views=no_start]')")
    d.switch_to.active_element.send_keys(Keys.ESCAPE)
    until(d, "return !document.querySelector('#views').open")
    d.get(f"{demo.address}/")
    until(d, "return document.querySelectorAll('.desk-sign').length > 5")
    assert "unit=990101" in d.current_url
    d.execute_async_script(             # other tests ask the same server as the same person
        "const done = arguments[0]; fetch('/api/views').then(a => a.json()).then(f => fetch(`/api/view/${f.mine[0].id}`, {method: 'POST', body: "
        "new URLSearchParams({do: 'delete'}), headers: {'X-CSRFToken': document.cookie.match(/chengshu-csrf=([^;]*)/)[1]}})).then(() => done())")
