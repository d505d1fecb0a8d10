"""Sign, send a note and decide by hand in a real browser: the pages' script carries the acts, on a desk and on a tablet."""

from datetime import timedelta

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from waitress import create_server as listen

from app.settings import load
from data.demo.numbers import credit_code
from run import create_app
from tests import homes, tiny
from tests.browser.chromium import begin, console, outside
from tests.serving import start, stop
from tests.signed_in import enter, local_session

FIRM = {"credit_code": credit_code("91", "990101", "MA000001"), "name": "示例企业", "status": "open", "unit_code": "990101001001001", "industry": "C"}
CASE = {"case_no": "wrong one", "channel": "hotline", "category": "road", "unit_code": "990101001001", "opened_at": "2026-10-01", "status": "open"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quality")
    system = homes.city(folder / "home")
    system.take([tiny.hand_in(folder, "service_case", [CASE], "c", source="urban_management"),
                 tiny.hand_in(folder, "enterprise", [FIRM], "m", source="market"),
                 tiny.hand_in(folder, "enterprise", [{**FIRM, "industry": "F"}], "t", source="tax", as_of=tiny.AS_OF + timedelta(days=1))])
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

    return WebDriverWait(driver, 30).until(found)


@pytest.mark.browser
def test_acts_reach_the_server_and_the_page_follows(plain, served):
    base, system, session = served
    driver = plain
    enter(driver, base, *session)
    driver.get(f"{base}/returned?city=tiny&lang=en&item=1")
    until(driver, "[data-returned=sign]").click()
    until(driver, ".cs-told", "Done")
    form = until(driver, "[data-returned-form=explain]")
    form.find_element(By.CSS_SELECTOR, "input").send_keys("mended at the source")
    form.find_element(By.CSS_SELECTOR, "button").click()
    until(driver, ".cs-events", "mended at the source")
    assert system.db.run("select state from mgmt.work_item").fetchone() == ("corrected",)
    driver.get(f"{base}/conflicts?city=tiny&lang=zh&conflict=1")
    form = until(driver, "[data-conflicts-form][data-field-source=market]")
    form.find_element(By.CSS_SELECTOR, "input").send_keys("营业执照")
    form.find_element(By.CSS_SELECTOR, "button").click()
    until(driver, ".cs-claim-chosen", "C")
    assert system.db.run("select chosen, reason from mgmt.decision").fetchone() == ("market", "营业执照")
    assert [line for line in console(driver) if "SEVERE" in line] == [] and outside(driver, base) == []


@pytest.mark.browser
def test_a_finger_can_hit_what_acts(plain, served):
    base, _, session = served
    driver = begin(plain, 820, 1180, touch=True)
    enter(driver, base, *session)
    for path in ("/quality", "/returned?item=1", "/conflicts?conflict=1"):
        driver.get(f"{base}{path}{'&' if '?' in path else '?'}city=tiny&theme=light")
        until(driver, ".cs-flow")
        small = driver.execute_script(
            "return [...document.querySelectorAll('.cs-quality :is(.cs-act, .cs-do, a.cs-step, .cs-noted input)')]"
            ".filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 120))")
        assert small == [], path
        wide = driver.execute_script(
            "const edge = document.querySelector('.cs-quality').getBoundingClientRect().right + 1;"
            "return [...document.querySelectorAll('.cs-quality > *')].filter(one => one.getBoundingClientRect().right > edge).length")
        assert wide == 0, path
