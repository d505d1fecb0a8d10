"""Where numbers come from, in a browser: any number opens down to its rows; the flow, a batch and the graph are followed by hand."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import begin, console, outside
from tests.browser.test_map_page import QUIET, click, until
from tests.signed_in import enter

pytestmark = pytest.mark.browser
SHEET = "return document.querySelector('dialog.cs-trace[open] .cs-trace-way li') && document.querySelector('dialog.cs-trace').innerText"


@pytest.fixture
def page(painting, demo):
    """Open an address and wait; afterwards nothing may have gone wrong and nothing was asked of the outside."""
    driver, address = begin(painting), demo.address

    def show(path, ready):
        enter(driver, address, *demo.local)
        driver.get(f"{address}{path}")
        until(driver, ready)
        return driver

    yield show
    wrong = [line for line in console(driver) if line.startswith(("SEVERE", "WARNING")) and not any(word in line for word in QUIET)]
    assert wrong == []
    assert outside(driver, address) == []


def right_click(driver, selector):
    script = "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true}))"
    driver.execute_script(script, selector)


def map_of(page, query):
    return page(f"/map{query}", "return ['#map.is-painted', '#card h2', '#legend .cs-legend'].every(part => document.querySelector(part))")


def test_a_number_of_the_card_opens_its_way_and_a_part_of_it_opens_the_next(page):
    d = map_of(page, "?lang=zh&indicator=aqi")
    click(d, "#card .cs-sign-line .cs-traced")
    told = until(d, SHEET)
    assert "此数从何而来" in told and "theme.rolled.value" in told and "hub.reading.value" in told and "报送它的批次" in told
    assert d.execute_script("return document.querySelectorAll('dialog.cs-trace table')[2].rows.length") > 2
    first = d.execute_script("return document.querySelector('dialog.cs-trace code').textContent")
    click(d, "dialog.cs-trace .cs-traced")
    until(d, f"return document.querySelector('dialog.cs-trace code')?.textContent !== '{first}'")
    click(d, "dialog.cs-trace .cs-trace-bar button")         # back
    until(d, f"return document.querySelector('dialog.cs-trace code')?.textContent === '{first}'")
    d.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    until(d, "return !document.querySelector('dialog.cs-trace[open]')")


def test_numbers_inside_rows_open_in_trace_mode_and_by_a_right_click(page):
    d = map_of(page, "?lang=en&indicator=aqi")
    before = d.execute_script("return document.querySelector('#card code').textContent")
    d.find_element(By.TAG_NAME, "body").send_keys("l")
    until(d, "return document.querySelector('.cs-trace-button').getAttribute('aria-pressed') === 'true'")
    click(d, "#card .cs-child-value")
    assert "Where this number comes from" in until(d, SHEET)
    assert d.execute_script("return document.querySelector('#card code').textContent") == before, "nothing was selected"
    d.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    until(d, "return !document.querySelector('dialog.cs-trace[open]')")
    right_click(d, "#signs .cs-sign-value")
    assert "theme.value.value" in until(d, SHEET)


def test_in_trace_mode_a_click_on_the_map_opens_the_number_of_its_hover_card(page):
    d = map_of(page, "?lang=en&indicator=aqi")
    before = d.execute_script("return document.querySelector('#card code').textContent")
    d.find_element(By.TAG_NAME, "body").send_keys("l")
    d.execute_script("dash_clientside.set_props('map', {click: {level: 'street', seq: 2, n: Date.now()}})")
    told = until(d, SHEET)
    assert "theme.value.value" in told and "hub.reading.value" in told
    assert d.execute_script("return document.querySelector('#card code').textContent") == before, "nothing was selected"


def test_a_cell_of_the_table_and_a_point_of_the_chart_open_too(page):
    d = map_of(page, "?lang=en&indicator=aqi")
    click(d, ".cs-tab[data-tab=table]")
    until(d, "return document.querySelector('.cs-grid .ag-row .ag-cell[col-id=value]')?.textContent.match(/[0-9]/)")
    right_click(d, ".cs-grid .ag-cell[col-id=value]")
    assert "aqi" in until(d, SHEET)
    d.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    click(d, ".cs-tab[data-tab=chart]")
    until(d, "return document.querySelector('.js-plotly-plot .scatterlayer .js-line')")
    d.execute_script("""const g = document.querySelector('.js-plotly-plot');
        g.dispatchEvent(new PointerEvent('pointerover', {bubbles: true})); g.emit('plotly_click', {points: [{data: g.data[0], pointIndex: 3}]})""")
    at = d.execute_script("const m = document.querySelector('.js-plotly-plot').data[0].meta; return m.times ? m.times[3] : m.since + 3 * m.step")
    assert "hub.reading.value" in until(d, SHEET) and at > 1_600_000_000


def test_the_flow_opens_a_batch_and_its_rows(page):
    d = page("/data?lang=zh&theme=light", "return document.querySelectorAll('.cs-libraries-stage').length === 6")
    stages = d.execute_script("return [...document.querySelectorAll('.cs-libraries-name strong')].map(e => e.textContent)")
    assert stages == ["前置共享库", "中心汇聚库", "部门库", "管理库", "基础库", "主题库"]
    assert "平衡" in d.find_element(By.CSS_SELECTOR, "main").text
    row = d.find_elements(By.CSS_SELECTOR, "#batches ~ .cs-scroll tbody tr")[0]
    row.find_element(By.CSS_SELECTOR, "a").click()
    until(d, "return document.querySelector('.cs-batch-facts') && document.querySelectorAll('.cs-rows tbody tr').length > 0")
    told = d.find_element(By.CSS_SELECTOR, "main").text
    assert "SHA-256" in told and "= 通过" in told


def test_the_graph_follows_a_column_from_the_file_to_the_screen(page):
    d = page("/lineage?lang=en&column=base.reading.value", "return document.querySelectorAll('.cs-lineage-table').length > 40")
    assert d.execute_script("return document.querySelector('.cs-lineage-side h2').textContent") == "base.reading"
    ways = d.execute_script("return document.querySelector('.cs-lineage-ways').textContent")
    assert "file.reading.value" in ways and "theme.value.value" in ways
    lit = d.execute_script("return [...document.querySelectorAll('.cs-lineage-table:not(.is-dim)')].length")
    click(d, ".cs-lineage-table.is-theme")
    until(d, "return location.search.includes('table=theme.')")
    d.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    until(d, "return !document.querySelector('.cs-lineage-table.is-dim')")
    assert 3 < lit < 30
    find = d.find_element(By.CSS_SELECTOR, ".cs-lineage-find")
    find.send_keys("pinyin")
    until(d, "return document.querySelectorAll('.cs-lineage-table:not(.is-dim)').length < 8")
