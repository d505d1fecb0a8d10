"""Vital signs and alerts in a real browser: on a wall, a desk and a tablet; a sign opens, an alert is taken through its steps."""

from datetime import timedelta

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from waitress import create_server as listen

from app.settings import load
from run import create_app
from tests import homes, tiny
from tests.browser.chromium import begin, console, outside
from tests.serving import start, stop
from tests.signed_in import enter, local_session

SHOWN = (("/signs", ".vs-sign"), ("/signs?indicator=ponding_cm", ".vs-movers"), ("/alerts", ".al-card"), ("/alerts?alert=1", ".al-panel"))
LONG = "很长的名字" * 80


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alerts")
    system = homes.city(folder / "home")
    rows = []
    for day in range(9, -1, -1):
        at = tiny.NOON - timedelta(days=day)
        rows += tiny.readings("power_load_mw", "street", {"990101001": 50.0 + day % 3, "990102001": 20.0 + day % 3}, at)
        rows += tiny.readings("ponding_cm", "street", {"990101001": 60.0 if day == 0 else 1.0, "990102001": 1.0}, at)
    units = [{**row, "name_zh": LONG, "name_en": LONG} if row["code"] == "990101001" else row for row in tiny.units()]
    system.take([tiny.hand_in(folder, "unit", units, snapshot=True), tiny.hand_in(folder, "reading", rows, "r")])
    system.close()
    app = create_app(load(home=folder / "home", demo="off"))
    front = listen(app.server, host="127.0.0.1", port=0, threads=4)
    start(front)
    yield f"http://127.0.0.1:{front.effective_port}", app.system, local_session(folder / "home")
    stop(front)
    app.system.close()


def until(driver, selector, text=""):
    def found(_):
        return next((one for one in driver.find_elements(By.CSS_SELECTOR, selector) if text in one.text), False)

    return WebDriverWait(driver, 30, ignored_exceptions=(StaleElementReferenceException,)).until(found)


def sideways(driver):
    return driver.execute_script("return document.documentElement.scrollWidth - innerWidth")


@pytest.mark.browser
def test_a_sign_opens_and_an_alert_goes_through_its_steps(plain, served):
    base, system, session = served
    driver = plain
    enter(driver, base, *session)
    driver.get(f"{base}/signs?city=tiny&lang=en&theme=light")
    until(driver, ".vs-sign", "Road ponding").click()
    until(driver, ".vs-panel h2", "Road ponding")
    assert "indicator=ponding_cm" in driver.current_url and "60 cm" in until(driver, ".vs-movers").text
    until(driver, "#alert-count", "1")
    driver.get(f"{base}/alerts?city=tiny&lang=en")
    until(driver, ".al-card", "Water on the road").click()
    until(driver, ".al-panel", "send pump trucks")
    until(driver, "[data-alert-act=acknowledge]").click()
    until(driver, ".cs-told", "Done")
    form = until(driver, "[data-alert-form=handle]")
    form.find_element(By.CSS_SELECTOR, "textarea").send_keys("pumped dry")
    form.find_element(By.CSS_SELECTOR, "button").click()
    until(driver, ".al-panel .cs-events", "pumped dry")
    assert system.db.run("select state from mgmt.alert").fetchall() == [("handled",)]
    assert [line for line in console(driver) if "SEVERE" in line] == [] and outside(driver, base) == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height", "touch"), [(1920, 1080, False), (820, 1180, True)])
def test_nothing_overflows_on_a_wall_or_a_tablet(plain, served, width, height, touch):
    base, _, session = served
    driver = begin(plain, width, height, touch)
    enter(driver, base, *session)
    for path, selector in SHOWN:
        driver.get(f"{base}{path}{'&' if '?' in path else '?'}city=tiny&lang=zh")
        until(driver, selector)
        assert sideways(driver) <= 0, path
        if not touch:
            assert driver.execute_script("const main = document.querySelector('main'); return main.scrollHeight - main.clientHeight") <= 1, path
        else:
            small = driver.execute_script(
                "return [...document.querySelectorAll('.vs-sign, .vs-leaf, .al-card, .al-chip, .al-acts button')]"
                ".filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 120))")
            assert small == [], path
