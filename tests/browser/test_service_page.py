"""The page of service monitoring in a real browser: its form goes into the address, charts are drawn, a case opens its source."""

from datetime import timedelta

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait
from waitress import create_server as listen

from app.settings import load
from run import create_app
from tests import homes, tiny
from tests.browser.chromium import begin, console, outside
from tests.serving import start, stop
from tests.signed_in import enter, local_session


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service-page")
    system, rows = homes.city(folder / "home"), []
    for i in range(30):
        at = tiny.NOON - timedelta(hours=5 * i + 1)
        closed = at + timedelta(hours=9) if i > 5 else None
        rows.append({"case_no": f"C-{i}", "channel": ("hotline", "web", "app")[i % 3], "category": "road", "unit_code": "990101001001",
                     "department": "water", "opened_at": at.isoformat(), "promised_at": (at + timedelta(hours=12)).isoformat(),
                     "closed_at": closed and closed.isoformat(), "status": "closed" if closed else "open"})
    system.take([tiny.hand_in(folder, "service_case", rows, "c", as_of=tiny.NOON)])
    system.close()
    app = create_app(load(home=folder / "home", demo="off"))
    front = listen(app.server, host="127.0.0.1", port=0, threads=4)
    start(front)
    yield f"http://127.0.0.1:{front.effective_port}", local_session(folder / "home")
    stop(front)
    app.system.close()


@pytest.mark.browser
def test_the_page_filters_draws_and_traces(plain, served):
    base, session = served
    driver = begin(plain, 820, 1180, touch=True)
    def until(selector, text=""):
        return WebDriverWait(driver, 30).until(lambda _: next(
            (one for one in driver.find_elements(By.CSS_SELECTOR, selector) if text in one.text), False))

    enter(driver, base, *session)
    driver.get(f"{base}/service?city=tiny&lang=en&theme=light")
    until(".cs-service-verdict", "overdue")
    until("#service-days .js-plotly-plot .scatterlayer path")
    Select(until("select[name=channel]")).select_by_value("app")
    until(".cs-service-filters button").click()
    WebDriverWait(driver, 30).until(lambda _: "channel=app" in driver.current_url and "city=tiny" in driver.current_url)
    until("select[name=channel]")
    assert Select(driver.find_element(By.CSS_SELECTOR, "select[name=channel]")).first_selected_option.get_attribute("value") == "app"
    driver.get(f"{base}/service?city=tiny&lang=en&theme=light&show=overdue")
    until("#service-rows [data-trace='record/service_case/C-5']").click()
    until(".cs-trace", "C-5")
    assert driver.execute_script("return document.scrollingElement.scrollWidth <= innerWidth"), "nothing wider than the tablet"
    assert [line for line in console(driver) if "SEVERE" in line] == [] and outside(driver, base) == []
