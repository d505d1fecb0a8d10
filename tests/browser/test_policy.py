"""Under the Content-Security-Policy every part of the map page works, and the browser finds nothing to block.

That nothing is blocked on any other page, test_accessible.py sees on its way through all of them.
"""

import json
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import begin, console
from tests.browser.test_map_page import click, until
from tests.signed_in import enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def open_page(painting, demo):
    """Open an address in a browser that notes what its policy blocks (conftest.WATCH); nothing may be blocked by the end."""
    driver, seen = begin(painting, 1120, 640), []

    def show(query, ready="return !!document.querySelector('#map.is-painted') && !!document.querySelector('#card h2')"):
        seen.extend(blocked(driver))
        enter(driver, demo.address, *demo.local)
        driver.get(f"{demo.address}/{query}")
        until(driver, ready, 40)
        return driver

    yield show
    seen.extend(blocked(driver))
    seen.extend(line for line in console(driver) if any(word in line for word in ("Content Security Policy", "Permissions-Policy", "Refused")))
    assert seen == []


def blocked(driver):
    return driver.execute_script("return window.blocked || []")


@pytest.mark.parametrize(
    ("show", "dims", "theme"),
    [("choropleth", "2d", "dark"), ("choropleth", "3d", "light"), ("points", "2d", "light"), ("heat", "2d", "dark"), ("hex", "3d", "dark"),
     ("flow", "3d", "light")],
)
def test_the_map_is_drawn_in_every_way(open_page, show, dims, theme):
    d = open_page(f"map?lang=en&indicator=aqi&theme={theme}&dims={dims}&show={show}")
    time.sleep(0.5)
    assert d.execute_script("return document.querySelectorAll('#map canvas').length") >= 1


def test_floors_chart_table_playback_search_and_compare(open_page):
    d = open_page("map?lang=en&indicator=people_flow&dims=3d")
    for _ in range(5):
        before = d.execute_script("return document.querySelector('#card code')?.textContent")
        click(d, "#card .cs-child")
        until(d, f"return document.querySelector('#card code')?.textContent !== {json.dumps(before)}")
    click(d, "#card .cs-floor")
    until(d, "return document.querySelector('#card .cs-chip')?.textContent === 'Floor'")
    d = open_page("map?lang=en&indicator=temperature_c&tab=chart")
    until(d, "return !!document.querySelector('#chart-graph .js-plotly-plot .scatterlayer path')")
    d.find_element(By.TAG_NAME, "body").send_keys("p")
    time.sleep(1)
    d = open_page("map?lang=en&tab=table&level=district")
    until(d, "return !!document.querySelector('.cs-grid .ag-row[row-id]')")
    d.execute_script("document.querySelector('.cs-grid .ag-center-cols-container .ag-row .ag-cell').click()")
    until(d, "return document.querySelector('#card .cs-chip')?.textContent === 'District'")
    box = d.find_element(By.ID, "search-word")
    box.send_keys("9")
    until(d, "return !!document.querySelector('.cs-result')")
    box.send_keys(Keys.ENTER)
    open_page("map?lang=en&compare=indicator", "return !!document.querySelector('#map-second.is-painted')")


def test_a_script_put_into_the_page_does_not_run(painting, demo):
    driver = begin(painting, 1120, 640)
    enter(driver, demo.address, *demo.local)
    driver.get(f"{demo.address}/settings?lang=en")
    until(driver, "return !!document.querySelector('#main')")
    # on a timer, because DevTools lets its own scripts evaluate what the page may not
    ran = driver.execute_async_script("""
        const done = arguments[0];
        setTimeout(() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = "inline"';
            document.body.append(script);
            const link = Object.assign(document.createElement('a'), {href: 'javascript:window.ran = "address"'});
            link.setAttribute('onclick', 'window.ran = "handler"');
            document.body.append(link);
            link.click();
            try { new Function('window.ran = "eval"')(); } catch { /* as it should be */ }
            setTimeout(() => done([window.ran || '', window.blocked.length]), 300);
        });""")
    assert ran[0] == "" and ran[1] >= 3
    console(driver)
