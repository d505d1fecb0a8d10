"""The page of the sources in a browser: a file handed in from it, a held file let in with its renamed column, a mapping accepted."""


import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from waitress import create_server as listen

from app.exchange import sources
from app.exchange.channels import collect, folder
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests.browser.chromium import begin, console, outside
from tests.serving import start, stop
from tests.signed_in import enter, local_session
from tests.sources.conftest import Place, readings

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(tmp_path, plain):
    """(place, driver) with the page open."""
    place = Place(tmp_path)
    place.source("air", "upload", cadence="PT1H", drift="accept")
    source = place.source("drop", "folder", cadence="PT1H", drift="hold")
    inbox = folder.inbox(place.system, source)
    for name, text in (("1.csv", readings([1, 2], 4)), ("2.csv", readings([3, 4], 5).replace("value", "val"))):
        place.drop(inbox, name, text)
        collect(place.system, source)
    server, gateway, results = create_server(place.system)
    create_dash(place.system, server, gateway, results)
    front = listen(server, host="127.0.0.1", port=0, threads=4)
    start(front)
    base = f"http://127.0.0.1:{front.effective_port}"
    driver = begin(plain, 1280, 800)
    enter(driver, base, *local_session(place.system.settings.home))
    driver.get(f"{base}/sources?city=tiny&lang=en")
    until(driver, "return document.querySelectorAll('.cs-sources table').length > 1 && document.querySelector('.cs-file input')")
    yield place, driver
    assert [line for line in console(driver) if line.startswith(("SEVERE", "WARNING"))] == [] and outside(driver, base) == []
    stop(front)
    place.system.close()


def until(driver, script):
    WebDriverWait(driver, 30, 0.1).until(lambda d: d.execute_script(script))


def told(driver, words):
    until(driver, f"return document.body.innerText.includes({words!r})")


def test_a_steward_at_work(opened, tmp_path):
    place, driver = opened
    file = tmp_path / "more.csv"
    file.write_text(readings([7, 8, 9], 6))
    driver.execute_script("document.querySelector('[data-hand-in] select').value = 'air'")
    driver.find_element(By.CSS_SELECTOR, ".cs-file input").send_keys(str(file))
    driver.execute_script("window.before = document.querySelector('.cs-sources table')")
    driver.find_element(By.CSS_SELECTOR, "[data-hand-in] .cs-do").click()
    told(driver, "3 rows in = 3 accepted + 0 rejected + 0 duplicates")
    until(driver, "return !window.before.isConnected")                  # the page has read itself again
    driver.find_element(By.CSS_SELECTOR, "[data-source-act='held.map']").click()
    told(driver, "2 rows accepted")
    assert place.one("select state from mgmt.held") == ("entered",)
    form = driver.find_element(By.CSS_SELECTOR, "[data-source-form]")
    for name, value in (("source", "air"), ("field", "value")):
        driver.execute_script("arguments[0].querySelector(arguments[1]).value = arguments[2]", form, f"[name={name}]", value)
    form.find_element(By.NAME, "source_field").send_keys("messwert")
    form.find_element(By.CSS_SELECTOR, ".cs-do").click()
    told(driver, "messwert is value from now on")
    assert place.one("select source, field, author from mgmt.mapping where source_field = 'messwert'")[:2] == ("air", "value")
    assert sources.read(place.system.settings.home).sources["air"].is_active
