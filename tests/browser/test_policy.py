"""Under the Content-Security-Policy every part of the map page works, and the browser finds nothing to block."""

import json
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.access import Grant
from callbacks.pages import PAGES
from tests.browser.chromium import chromium, console
from tests.browser.test_map_page import click, until
from tests.serving import demo_page
from tests.signed_in import account, enter, local_session

sessions: dict[str, tuple[str, str]] = {}
pytestmark = [pytest.mark.browser, pytest.mark.slow]
WATCH = """
window.blocked = [];
document.addEventListener('securitypolicyviolation', e =>
  window.blocked.push([e.effectiveDirective, e.blockedURI, e.sourceFile, e.sample].join(' | ')));
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with demo_page(tmp_path_factory.mktemp("policy"), second_factor=False) as (base, system):
        sessions[base] = local_session(system.settings.home)
        auditor = account(system, "auditor", Grant("auditor"))
        sessions["auditor"] = (auditor, system.identity.csrf_of(auditor))
        yield base


@pytest.fixture(scope="module")
def driver():
    with chromium(1120, 640) as found:
        found.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        yield found


@pytest.fixture
def open_page(driver, address):
    """Open an address in a browser that notes what its policy blocks; nothing may be blocked by the end."""
    console(driver)
    seen = []

    def show(query, ready="return !!document.querySelector('#map.is-painted') && !!document.querySelector('#card h2')"):
        seen.extend(blocked(driver))
        enter(driver, address, *sessions["auditor" if query.startswith("audit") else address])
        driver.get(f"{address}/{query}")
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


@pytest.mark.parametrize("path", sorted({*PAGES, "/sign-in", "/account"} - {"/map"}))
def test_the_other_pages(open_page, path):
    open_page(f"{path[1:]}?lang=zh", "return document.readyState === 'complete' && !!document.querySelector('main :is(h1, h2, table, form)')")
    time.sleep(0.2)


def test_a_script_put_into_the_page_does_not_run(driver, address):
    driver.get(f"{address}/settings?lang=en")
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
