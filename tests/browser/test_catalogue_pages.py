"""The catalogue in a browser, on the small demo city: find, draw, get at once, use, follow a rate to its rows; by mouse, keys and finger."""

import json
import time

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import begin, console, outside
from tests.serving import demo_page
from tests.signed_in import enter, local_session

pytestmark = pytest.mark.browser
QUIET = ("GPU stall", "GroupMarkerNotSet", "Automatic fallback to software WebGL")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with demo_page(tmp_path_factory.mktemp("catalogue")) as (base, system):
        wait_for(lambda: system.desk.requests("demo"), 120)
        wait_for(lambda: (system.settings.home / "demo" / "taken-in").exists(), 120)
        yield base, local_session(system.settings.home), system


@pytest.fixture
def page(painting, served):
    base, session, _ = served
    driver = begin(painting, 1280, 800)

    def show(path, ready="main h1"):
        enter(driver, base, *session)
        driver.execute_cdp_cmd("Network.setCookie", {"name": "chengshu-lang", "value": "en", "url": base})
        driver.get(f"{base}{path}")
        until(driver, f"return !!document.querySelector('{ready}')")
        return driver

    yield show
    wrong = [line for line in console(driver) if line.startswith(("SEVERE", "WARNING")) and not any(word in line for word in QUIET)]
    assert wrong == []
    assert outside(driver, base) == []


def wait_for(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never true"
        time.sleep(0.5)


def until(driver, script, seconds=30):
    try:
        return WebDriverWait(driver, seconds, 0.1).until(lambda d: d.execute_script(script))
    except Exception as error:
        raise AssertionError(f"never true: {script}") from error


def names(driver):
    return driver.execute_script("return [...document.querySelectorAll('.cs-catalogue-entry b')].map(b => b.textContent)")


def test_words_and_filters_find_and_stand_in_the_address(page):
    driver = page("/catalogue", ".cs-catalogue-entry")
    total = len(names(driver))
    driver.find_element(By.TAG_NAME, "body").send_keys("/")
    driver.switch_to.active_element.send_keys("kongqizhiliang")
    until(driver, "return document.querySelectorAll('.cs-catalogue-entry').length === 1")
    assert names(driver) == ["Air quality index"] and total == 50
    assert "word=kongqizhiliang" in driver.current_url
    driver.refresh()
    until(driver, "return document.querySelectorAll('.cs-catalogue-entry').length === 1")
    driver.find_element(By.CSS_SELECTOR, ".cs-catalogue-entry").send_keys(Keys.ENTER)
    until(driver, "return document.querySelector('.cs-resource h1')?.textContent === 'Air quality index'")
    driver.find_element(By.CSS_SELECTOR, ".cs-resource a.cs-act").click()
    until(driver, "return document.querySelectorAll('.cs-catalogue-entry').length === 1")


def test_a_shape_drawn_on_the_map_finds_what_covers_it(page):
    driver = page("/catalogue?word=renewal", "#catalogue-map.is-painted, #catalogue-map canvas")
    until(driver, "return !!document.getElementById('catalogue-map').citymap?.host?.view?.map")
    assert len(names(driver)) == 2, "one project list for each of two districts"
    box = driver.find_element(By.CSS_SELECTOR, "#catalogue-map canvas")
    time.sleep(1.5)
    driver.find_element(By.CSS_SELECTOR, "[data-shape=polygon]").click()
    until(driver, "return document.querySelector('[data-shape=polygon]').getAttribute('aria-pressed') === 'true'")
    wide, high = box.size["width"], box.size["height"]
    for x, y in ((-0.06, -0.12), (0.06, -0.12), (0.0, -0.06)):  # a small triangle in the north of the city
        ActionChains(driver).move_to_element_with_offset(box, int(x * wide), int(y * high)).click().perform()
        time.sleep(0.3)
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    until(driver, "return location.search.includes('area=')")
    until(driver, "return document.querySelectorAll('.cs-catalogue-entry').length === 1")
    driver.refresh()
    until(driver, "return document.querySelectorAll('.cs-catalogue-entry').length === 1")
    driver.find_element(By.CSS_SELECTOR, ".cs-catalogue-count [data-catalogue=area]").click()
    until(driver, "return document.querySelectorAll('.cs-catalogue-entry').length === 2 && !location.search.includes('area=')")


def test_a_resource_is_had_at_once_and_used(page, served):
    driver = page("/catalogue?word=humidity", ".cs-catalogue-entry")
    driver.find_element(By.CSS_SELECTOR, ".cs-catalogue-entry").click()
    until(driver, "return !!document.querySelector('[data-ask-form] input[name=purpose]')")
    driver.find_element(By.CSS_SELECTOR, "input[name=purpose]").send_keys("For a test in a browser")
    driver.find_element(By.CSS_SELECTOR, ".cs-pick[data-name=coverage_pct]").click()
    driver.find_element(By.CSS_SELECTOR, "[data-ask-form] button[type=submit]").click()
    until(driver, "return document.querySelector('#catalogue-desk .cs-told')?.textContent.includes('Granted at once')")
    address = driver.find_element(By.CSS_SELECTOR, ".cs-catalogue-code code").text.removeprefix("GET ")
    body = json.loads(
        driver.execute_async_script("const done = arguments[1]; fetch(arguments[0] + '?most=2').then(r => r.text()).then(done)", address)
    )
    assert body["fields"] == ["unit_code", "unit_name", "level", "at", "value"] and len(body["rows"]) == 2
    driver.find_element(By.CSS_SELECTOR, ".cs-catalogue-code [data-catalogue=copy]").click()
    until(driver, "return document.querySelector('.cs-catalogue-code [data-catalogue=copy]').textContent === 'Copied'")
    system = served[2]
    system.uses.flush()
    driver = page("/requests", "#request-chart .bars")
    rows = driver.find_element(By.CSS_SELECTOR, ".cs-requests").text
    assert "Relative humidity" in rows and "granted" in rows
    assert system.desk.requests("demo")[0]["calls"] == 1


def test_a_file_comes_in_and_a_wrong_one_is_told(page, tmp_path):
    driver = page("/catalogue?word=survey", "#catalogue-found")
    driver.find_element(By.CSS_SELECTOR, ".cs-catalogue-files summary").click()
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"name": "soil-survey", "title": "Soil survey", "notes": "=cmd|x"}), encoding="utf-8")
    bad.write_text('{"title": "half', encoding="utf-8")
    field = driver.find_element(By.ID, "catalogue-file")
    field.send_keys(str(bad))
    driver.find_element(By.CSS_SELECTOR, "[data-catalogue=take]").click()
    until(driver, "return [...document.querySelectorAll('.mantine-Notification-root')].some(n => n.textContent.includes('not whole JSON'))")
    driver.find_element(By.ID, "catalogue-file").send_keys(str(good))
    driver.find_element(By.CSS_SELECTOR, "[data-catalogue=take]").click()
    until(driver, "return document.getElementById('catalogue-told').textContent.startsWith('1 read, 1 new')")
    until(driver, "return [...document.querySelectorAll('.cs-catalogue-entry b')].some(b => b.textContent === 'Soil survey')")
    console(driver)  # the refused file's 400 stands there, as it should


def test_a_number_opens_the_way_it_came(page):
    keys = []
    for path, place in (("/catalogue?entry=990100-02-001", ".cs-resource"), ("/lists", ".cs-lists")):
        driver = page(path, f"{place} [data-trace]")
        keys += driver.execute_script(f"return [...document.querySelectorAll('{place} [data-trace]')].map(e => e.dataset.trace)")
    assert len(keys) >= 5
    for key in keys:
        status = driver.execute_async_script("const done = arguments[1]; fetch('/api/trace/demo/' + arguments[0]).then(r => done(r.status))", key)
        assert status == 200, key


def test_an_owner_decides_and_the_reason_is_kept(page, served):
    system = served[2]
    driver = page("/requests", "[data-decide=refuse]")
    before = len(driver.find_elements(By.CSS_SELECTOR, "[data-decide=refuse]"))
    button = driver.find_element(By.CSS_SELECTOR, "[data-decide=refuse]")
    number = int(button.get_attribute("data-field-request"))
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    prompt = WebDriverWait(driver, 20).until(expected_conditions.alert_is_present())
    prompt.send_keys("The purpose is not clear")
    prompt.accept()
    until(driver, f"return document.querySelectorAll('[data-decide=refuse]').length === {before - 1}")
    found = system.desk.request(number)
    assert (found["state"], found["decided_by"], found["note"]) == ("refused", "local", "The purpose is not clear")
    driver = page(f"/requests?request={number}", ".cs-catalogue-life")
    assert "refused" in driver.find_element(By.CSS_SELECTOR, ".cs-catalogue-life").text


def test_a_rate_opens_the_rows_that_fail_it(page):
    driver = page("/lists", "#rate-chart .scatterlayer")
    shown = driver.find_element(By.CSS_SELECTOR, "#rate-standard b").text
    driver.find_element(By.ID, "rate-standard").click()
    until(driver, "return !!document.querySelector('#failing tbody tr')")
    failing = len(driver.find_elements(By.CSS_SELECTOR, "#failing tbody tr"))
    said = driver.find_element(By.CSS_SELECTOR, "#rate-standard small").text
    met, total = int(said.split(" of ")[0]), int(said.split(" of ")[1].split()[0])
    assert failing == total - met and shown == f"{100 * met / total:.1f} %"
    driver.find_element(By.CSS_SELECTOR, "#failing tbody a").click()
    until(driver, "return !!document.querySelector('.cs-resource .cs-figure-bad')")


def test_nothing_runs_off_a_tablet(painting, served):
    base, session, _ = served
    driver = begin(painting, 768, 1024, touch=True)
    enter(driver, base, *session)
    for path in ("/catalogue", "/lists?list=gaps", "/requests", "/catalogue?entry=990100-02-001", "/"):
        driver.get(f"{base}{path}{'&' if '?' in path else '?'}lang=zh&theme=light")
        until(driver, "return !!document.querySelector('main h1, main #map')")
        time.sleep(0.5)
        wide = driver.execute_script("return [document.documentElement.scrollWidth, document.querySelector('main').scrollWidth, innerWidth]")
        assert max(wide) <= 768, (path, wide)
        small = driver.execute_script(
            "return [...document.querySelectorAll('main button, main a.cs-act, main summary')]"
            ".filter(b => b.offsetParent && !b.closest('.citymap'))"
            ".map(b => [b.textContent.trim().slice(0, 20), Math.round(b.getBoundingClientRect().height)]).filter(([, high]) => high < 43)"
        )
        assert small == [] or path == "/", (path, small)
