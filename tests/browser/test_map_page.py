"""The map page in a browser, on the small demo city: drill, search, address, language, table, export; nothing from outside."""

import json
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import begin, console, outside, resize
from tests.signed_in import enter

pytestmark = pytest.mark.browser
# of the last: deck.gl's own heat layer says it of itself, whatever it is given
QUIET = ("GPU stall", "Using MapLibre", "GroupMarkerNotSet", "Automatic fallback to software WebGL", "Binding weightsTexture not set")


@pytest.fixture
def page(painting, demo):
    """Open an address of the page and wait until its map is painted; afterwards nothing may have gone wrong."""
    driver, address = begin(painting, 1120, 640), demo.address

    def show(query=""):
        enter(driver, address, *demo.local)
        driver.get(f"{address}/map{query}")
        until(
            driver,
            "return ['#map.is-painted', '#card h2', '#legend .cs-legend'].every(part => document.querySelector(part))",
        )
        return driver

    yield show
    wrong = [line for line in console(driver) if line.startswith(("SEVERE", "WARNING")) and not any(word in line for word in QUIET)]
    assert wrong == []
    assert outside(driver, address) == []


def until(driver, script, seconds=30):
    try:
        return WebDriverWait(driver, seconds, 0.1).until(lambda d: d.execute_script(script))
    except Exception as error:
        raise AssertionError(
            f"never true: {script}; the card says {driver.execute_script('return document.getElementById(`card`)?.innerText')}"
        ) from error


def click(driver, selector):
    until(driver, f"return !!document.querySelector({json.dumps(selector)})")
    driver.execute_script("document.querySelector(arguments[0]).click()", selector)


def title(driver):
    return driver.execute_script("return document.querySelector('#card h2')?.textContent")


def test_drill_from_the_city_to_a_floor_and_back_by_the_path(page):
    d = page("?lang=zh&indicator=people_flow&dims=3d")
    below = {"行政区": "street", "街道": "community", "社区": "grid", "网格": "building", "楼宇": "building"}
    for level, shown in below.items():
        click(d, "#card .cs-child")
        until(d, f"return document.querySelector('#card .cs-chip')?.textContent === '{level}'")
        # each step in shows the level below on the map, none is passed over
        until(d, f"return document.querySelector('#map').citymap.host.view.lastView.level === '{shown}'")
    # the floors of an opened building are classed among themselves, and the legend says so
    until(d, "return document.querySelector('#legend .cs-legend-time')?.textContent.startsWith('楼层')")
    until(d, "return document.querySelector('#map').citymap.host.view.map.getZoom() > 15")
    click(d, "#card .cs-floor")
    until(d, "return document.querySelector('#card .cs-chip')?.textContent === '楼层'")
    assert "纳税状态" in d.find_element(By.ID, "card").text
    assert d.execute_script("return document.querySelectorAll('.cs-breadcrumb .cs-crumb').length") == 7
    click(d, ".cs-breadcrumb li:nth-child(2) .cs-crumb")
    until(d, "return document.querySelector('#card .cs-chip')?.textContent === '行政区'")
    click(d, ".cs-breadcrumb li:nth-child(1) .cs-crumb")
    until(d, "return document.querySelector('#card .cs-chip')?.textContent === '城市'")


def test_a_click_on_the_map_selects_and_a_second_one_goes_in(page):
    d = page("?lang=en&indicator=aqi&level=district")
    view = "const m = document.querySelector('#map').citymap.host.view.map, c = m.getCenter();"
    before = d.execute_script(view + "return [c.lng, c.lat]")
    box = d.find_element(By.ID, "map").rect
    for target in (
        "document.querySelector('#card .cs-chip')?.textContent === 'District'",
        f"Math.hypot(c.lng - {before[0]}, c.lat - {before[1]}) > 0.0005",
    ):
        for kind in ("mousePressed", "mouseReleased"):
            d.execute_cdp_cmd(
                "Input.dispatchMouseEvent",
                {"type": kind, "x": box["x"] + box["width"] / 2 + 60, "y": box["y"] + box["height"] / 2 - 40, "button": "left", "clickCount": 1},
            )
        until(d, view + f"return {target}")
        time.sleep(0.6)


def test_a_second_click_never_flies_out_and_floors_are_walked_one_by_one(page, demo):
    [tall] = demo.system.db.rows("select code, lon, lat from theme.unit where level = 'building' and floors_above > 4 "
                                 "order by floors_above desc limit 1")
    d = page(f"?lang=en&indicator=aqi&dims=3d&camera={tall['lon']:.5f},{tall['lat']:.5f},16.5,0,0")
    box = d.find_element(By.ID, "map").rect
    for _ in range(2):
        for kind in ("mousePressed", "mouseReleased"):
            d.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2,
                                                           "button": "left", "clickCount": 1})
        until(d, "return ['Building', 'Floor'].includes(document.querySelector('#card .cs-chip')?.textContent)")
        time.sleep(1.2)
    assert d.execute_script("return document.querySelector('#map').citymap.host.view.map.getZoom()") >= 16.4
    d.execute_script("document.querySelector('#card .cs-floor')?.click()")      # the second click may have picked a slab already
    until(d, "return document.querySelector('#card .cs-chip')?.textContent === 'Floor' && !!document.querySelector('.cs-beside button')")
    before = title(d)
    click(d, ".cs-beside button")
    until(d, f"return document.querySelector('#card h2').textContent !== {json.dumps(before)}")
    assert d.execute_script("return document.querySelector('#card .cs-chip').textContent") == "Floor"


def test_switching_the_indicator_repaints_card_legend_and_address(page):
    d = page("?lang=en")
    click(d, "[data-indicator='congestion_index']")
    until(
        d,
        "return ['legend', 'card'].every(id => document.getElementById(id).textContent.includes('Congestion index'))",
    )
    until(d, "return location.search.includes('indicator=congestion_index')")
    d.back()
    until(d, "return document.querySelector('#legend').textContent.includes('Air quality index')")


def test_the_list_of_signs_is_one_stop_and_arrows_walk_it(page):
    d = page("?lang=en&indicator=aqi")
    until(d, "return [...document.querySelectorAll('.cs-sign')].filter(b => b.tabIndex === 0).length === 1")
    d.find_element(By.CSS_SELECTOR, ".cs-sign[aria-pressed=true]").send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    until(d, "return document.querySelector('#legend').textContent.includes('PM2.5')")


def test_search_by_pinyin_initials(page):
    d = page("?lang=zh")
    # an unusual value stands before the units below, as "unit · indicator"
    name = d.execute_script("return document.querySelector('#card .cs-child-name').textContent").partition(" · ")[0]
    from data.pinyin import spell

    word = spell(name).split()[-1]
    box = d.find_element(By.ID, "search-word")
    box.send_keys(word)
    until(d, "return !!document.querySelector('.cs-result')")
    assert name in d.find_element(By.ID, "search-results").text
    box.send_keys(Keys.ENTER)
    until(d, "return document.querySelector('#card .cs-chip')?.textContent !== '城市'")


def test_the_address_restores_the_view(page):
    d = page("?lang=en")
    code = d.execute_script("return document.querySelector('#card .cs-child').dataset.code")
    camera = d.execute_script(
        "const c = document.querySelector('#map').citymap.host.view.map.getCenter(); return [c.lng.toFixed(4), c.lat.toFixed(4)].join()"
    )
    words = f"indicator=power_load_mw&by=quantile&show=choropleth&dims=3d&units={code}&tab=table&camera={camera},11.5,50,-20"
    d = page(f"?lang=en&{words}")
    until(d, "return document.querySelector('#card .cs-chip')?.textContent === 'District'")
    until(d, "return !!document.querySelector('.cs-grid .ag-row')")
    now = d.execute_script("const m = document.querySelector('#map').citymap.host.view.map; return [m.getZoom(), m.getPitch(), m.getBearing()]")
    assert now == pytest.approx([11.5, 50, -20], abs=0.01)
    assert "Quantiles" in d.execute_script("return document.getElementById('legend').textContent")
    kept = dict(part.split("=", 1) for part in d.execute_script("return location.search.slice(1)").split("&"))
    assert (kept["units"], kept["by"], kept["dims"], kept["tab"]) == (code, "quantile", "3d", "table")


def test_an_address_of_hundreds_of_units_restores_them(page, demo):
    codes = [row["code"] for row in demo.system.db.rows("select code from theme.unit where level = 'building' order by code limit 700")]
    d = page("?lang=en&indicator=aqi")
    d.execute_script("chengshu.page.select(arguments[0])", codes)
    until(d, "return decodeURIComponent(location.search).includes(',-')")
    address = d.current_url
    assert sum(map(len, codes)) > 4_000 and len(address) < 8_000
    d.get(address)
    until(d, f"return chengshu.page.codes().length === {len(codes)}")
    assert d.execute_script("return chengshu.page.codes()") == codes and d.execute_script("return !!document.querySelector('#map.is-painted')")
    d.execute_script("chengshu.page.select(arguments[0])", [row["code"] for row in demo.system.db.rows(
        "select code from theme.unit where level = 'floor' order by code limit 1200")])
    until(d, "return document.body.textContent.includes('A link keeps')")


def test_language_and_theme_switch_keep_the_place(page):
    d = page("?lang=zh&theme=dark&indicator=congestion_index")
    click(d, "[data-action=theme]")
    until(d, "return document.documentElement.dataset.mantineColorScheme === 'light' && document.querySelector('#map').dataset.theme === 'light'")
    click(d, "[data-action=language]")
    until(d, "return document.documentElement.lang === 'en' && document.querySelector('#legend')?.textContent.includes('Congestion index')")
    assert d.execute_script("return document.documentElement.dataset.mantineColorScheme") == "light"
    shown = d.execute_script(
        "return [...document.querySelectorAll('button, label, h2, h3, summary, th')].map(n => n.innerText)"
        ".filter(t => /[\\u4e00-\\u9fff]/.test(t) && t !== '中')"
    )
    assert shown == []


def test_table_and_map_share_the_selection(page):
    d = page("?lang=en&tab=table&level=district")
    until(d, "return !!document.querySelector('.cs-grid .ag-row[row-id]')")
    code = d.execute_script(
        "const r = document.querySelector('.cs-grid .ag-center-cols-container .ag-row');"
        "r.querySelector('.ag-cell').click(); return r.getAttribute('row-id')"
    )
    until(d, f"return document.querySelector('#card code')?.textContent === '{code}'")
    until(d, f"return document.querySelector('#map').citymap.host.props.selected.some(s => s.code === '{code}')")
    other = d.execute_script("return document.querySelector('#card .cs-child').dataset.code")
    d.execute_script("window.chengshu.page.select([arguments[0]])", other)
    until(d, f"return document.querySelector('#card code')?.textContent === '{other}'")
    d.execute_script("window.chengshu.page.undo()")
    until(d, f"return document.querySelector('#card code')?.textContent === '{code}'")


def test_time_steps_and_the_chart_follow(page):
    d = page("?lang=en&tab=chart&indicator=temperature_c")
    until(d, "return !!document.querySelector('#chart-graph .js-plotly-plot .scatterlayer path')")
    before = d.execute_script("return document.querySelector('#legend .cs-legend-time').textContent")
    for _ in range(3):
        d.find_element(By.TAG_NAME, "body").send_keys("[")
        time.sleep(0.25)
    until(d, f"return document.querySelector('#legend .cs-legend-time').textContent !== {json.dumps(before)}")
    until(d, "return location.search.includes('at=')")
    click(d, ".cs-time .cs-link")
    until(d, f"return document.querySelector('#legend .cs-legend-time').textContent === {json.dumps(before)}")


def test_comparing_shows_two_maps_that_move_as_one(page):
    d = page("?lang=en&compare=time&indicator=temperature_c")
    until(d, "return !!document.querySelector('#map-second.is-painted') && !!document.querySelector('#legend-second .cs-legend')")
    d.execute_script("document.querySelector('#map').citymap.host.view.map.jumpTo({zoom: 11})")
    until(d, "return Math.abs(document.querySelector('#map-second').citymap.host.view.map.getZoom() - 11) < 0.01")
    first, second = (
        d.execute_script(f"return document.querySelector('#{name} .cs-legend-time').textContent") for name in ("legend", "legend-second")
    )
    assert first != second
    # opened from its address, the second map has its colours too
    units = "document.querySelector('#map-second').citymap.host.view.map.querySourceFeatures('unit', {sourceLayer: 'street'})"
    state = "document.querySelector('#map-second').citymap.host.view.map.getFeatureState({source: 'unit', sourceLayer: 'street', id: f.id}).k"
    until(d, f"const all = {units}; return all.length > 0 && all.every(f => {state} < 254)")
    assert "match" in d.execute_script(
        "return JSON.stringify(document.querySelector('#map-second').citymap.host.view.map.getPaintProperty('street-fill', 'fill-color'))"
    )


def test_two_times_have_one_scale(page):
    d = page("?lang=en&compare=time&indicator=people_flow&by=quantile")
    until(d, "return !!document.querySelector('#map-second.is-painted') && !!document.querySelector('#legend-second .cs-legend')")
    values = "return Object.values(document.querySelector('#map-second').citymap.host.view.props.values)"
    until(d, f"{values}.every(one => one.url.includes('&breaks_of=latest'))")
    first, second = (
        d.execute_script(f"return [...document.querySelectorAll('#{name} [data-label]')].map(li => li.dataset.label).filter(l => l !== 'no data')")
        for name in ("legend", "legend-second")
    )
    assert first == second
    until(d, "return document.querySelector('#legend-second .cs-legend-source')?.textContent === 'Classes as on the left map'")
    assert d.execute_script("return document.querySelector('#legend .cs-legend-source')") is None


def test_a_pinned_level_that_the_zoom_does_not_show_is_said(page):
    d = page("?lang=en&indicator=energy_use_kwh&level=building")
    until(d, "return document.querySelector('#legend .cs-legend-needed')?.textContent === 'Zoom in to see buildings'")
    assert d.execute_script("return document.querySelector('#legend .cs-legend-needed').checkVisibility()")
    # limits were asked for, and the indicator has none: legend and control say so at this height too
    assert d.execute_script("return ['#legend .cs-legend-source', '.cs-no-limits'].every(part => document.querySelector(part).checkVisibility())")
    d.execute_script("document.querySelector('#map').citymap.host.view.map.jumpTo({zoom: 15})")
    until(d, "return !document.querySelector('#legend .cs-legend-needed')")


def test_a_low_screen_keeps_the_bars_of_the_legend(page):
    d = page("?lang=en&indicator=temperature_c")
    seen = "return ['.cs-legend-bars', '.cs-legend-note'].map(part => document.querySelector(`#legend ${part}`).checkVisibility())"
    assert d.execute_script(seen) == [False, False]                              # 640 pixels: no room
    resize(d, 1366, 768)
    until(d, f"{seen}.every(Boolean)")
    resize(d, 1120, 640)


@pytest.mark.parametrize(("show", "level"), [("heat", "Grid"), ("hex", "Grid"), ("points", "Street")])
def test_an_overlay_is_made_of_finer_units_and_the_legend_names_them(page, show, level):
    d = page(f"?lang=en&indicator=energy_use_kwh&show={show}&camera=118.2,30.6,9,0,0")
    until(d, f"return document.querySelector('#legend .cs-legend-time')?.textContent.includes(' · {level} · ')")
    rows = d.execute_async_script(
        "const done = arguments[0], {view} = document.querySelector('#map').citymap.host;"
        "fetch(view.props.layers[0].data).then(r => r.json()).then(rows => done(rows.length))"
    )
    assert rows > 2, "more than the centres of the districts"


def test_a_polygon_by_mouse_selects_and_escape_puts_the_tool_away(page):
    d = page("?lang=en&indicator=crowd_density&level=community")
    click(d, "[data-tool=polygon]")
    box = d.find_element(By.ID, "map").rect
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-90, -90), (90, -90), (90, 90), (-90, 90)):
        for kind in ("mousePressed", "mouseReleased"):
            d.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x + dx, "y": y + dy, "button": "left", "clickCount": 1})
        time.sleep(0.35)
    canvas = d.find_element(By.CSS_SELECTOR, "#map canvas")
    canvas.send_keys(Keys.ENTER)
    until(d, "return document.querySelector('#card h2')?.textContent.includes('units selected')")
    assert "km²" in d.execute_script("return document.querySelector('.citymap-measure').textContent")
    canvas.send_keys(Keys.ESCAPE)
    canvas.send_keys(Keys.ESCAPE)
    until(d, "return !document.querySelector('[data-tool][aria-pressed=true]')")


def test_while_the_server_is_away_the_page_says_so_and_catches_up(page):
    d = page("?lang=en&indicator=aqi")
    link = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    d.execute_cdp_cmd("Network.enable", {})
    d.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **link})
    try:
        until(d, "return document.getElementById('data-age').textContent.startsWith('No connection')")
        click(d, "[data-indicator=temperature_c]")
        time.sleep(0.5)
    finally:
        d.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **link})
    until(d, "return ['legend', 'card'].every(id => document.getElementById(id).textContent.includes('Temperature'))")
    until(d, "return !document.getElementById('data-age').textContent.includes('No connection')")
    console(d)


def test_export_downloads_a_file(page):
    d = page("?lang=en&indicator=aqi")
    found = d.execute_async_script("""
        const done = arguments[0], click = HTMLAnchorElement.prototype.click;
        HTMLAnchorElement.prototype.click = function () {
            const url = this.href;
            HTMLAnchorElement.prototype.click = click;
            fetch(url).then(async r => done([r.status, await r.text()]));
        };
        document.querySelector('[data-export=csv]').click();""")
    assert found[0] == 200
    assert "# indicator,aqi" in found[1]


def test_on_a_tablet_the_card_is_a_sheet_and_the_list_a_drawer(painting, demo):
    d = begin(painting, 820, 1180, touch=True)
    enter(d, demo.address, *demo.local)
    d.get(f"{demo.address}/map?lang=zh")
    until(d, "return !!document.querySelector('#map.is-painted') && !!document.querySelector('#card h2')")
    peek = d.execute_script("return document.getElementById('right').getBoundingClientRect().top")
    d.execute_script(
        "const e = document.getElementById('sheet-handle'), y = e.getBoundingClientRect().top;"
        "const o = {bubbles: true, pointerId: 1, clientX: 400, clientY: y}; e.setPointerCapture = () => 0;"
        "for (const kind of ['pointerdown', 'pointerup']) e.dispatchEvent(new PointerEvent(kind, o))"
    )
    until(d, f"return document.getElementById('right').getBoundingClientRect().top < {peek} - 200")
    click(d, "[data-action=left]")
    until(d, "return document.getElementById('left').getBoundingClientRect().left >= 0")
    small = d.execute_script(
        "return [...document.querySelectorAll('button')]"
        ".filter(b => b.offsetParent && b.getBoundingClientRect().height < 43.5 && !b.closest('.cs-right')"
        " && !b.classList.contains('cs-sheet-handle') && !b.classList.contains('cs-link')).map(b => b.className)"
    )
    assert small == []


def test_without_webgl_all_units_in_view_are_drawn(plain, demo):
    d = begin(plain, 1120, 640)
    enter(d, demo.address, *demo.local)
    d.get(f"{demo.address}/map?lang=en&indicator=crowd_density")
    until(d, "return document.querySelectorAll('svg.citymap-svg path').length === 20 && !document.querySelector('.citymap-note').hidden")
    legend = d.execute_async_script(
        "const done = arguments[0], asked = performance.getEntriesByType('resource').map(e => e.name).filter(n => /values.*[.]bin/.test(n));"
        "fetch(asked.pop().replace('.bin', '.json')).then(async r => done(await r.json()))"
    )
    colours = sum(count > 0 for count in (*legend["counts"], legend["no_data"]))
    fills = "new Set([...document.querySelectorAll('svg.citymap-svg path')].map(p => p.getAttribute('fill')))"
    until(d, f"return {fills}.size === {colours}")
    assert colours > 1
