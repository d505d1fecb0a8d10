"""Every page on a wall, a desk and a tablet, in both languages and themes: axe-core finds nothing grave, nothing runs off or overlaps,
nothing is said to the console. The pictures lie in var/screens afterwards, to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks.pages import PAGES
from tests.browser import axe
from tests.browser.chromium import begin, console, resize
from tests.browser.test_map_page import QUIET, until
from tests.signed_in import enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCREENS = Path(__file__).resolve().parents[2] / "var" / "screens"
SIZES = {"wall": (1920, 1080), "desk": (1366, 768), "tablet": (820, 1180)}
OTHERS = {"sign-in": "/sign-in", "account": "/account"}
EVERY = {**{page.path.strip("/").replace("/", "-") or "operations": path for path, page in PAGES.items()}, **OTHERS}
# what a page shows for the words of its address, told by functions of the demo city where a number is not known beforehand
DETAILS = {
    "operations-unit": "/?unit=990101&topic=ecology", "map-chart": "/map?tab=chart", "map-table": "/map?tab=table&level=district",
    "map-compare": "/map?compare=indicator", "map-floor": "/map?units={floor}&dims=3d",
    "signs-sign": "/signs?indicator=aqi", "alerts-alert": "/alerts?alert={alert}", "service-rows": "/service?show=overdue&period=quarter",
    "data-batch": "/data?batch={batch}", "data-rule": "/data?rule=service_case.rating",
    "lineage-column": "/lineage?column=theme.value.value",
    "returned-item": "/returned?item={item}", "conflicts-conflict": "/conflicts?conflict={conflict}",
    "catalogue-entry": "/catalogue?entry=990100-02-001", "lists-rate": "/lists?rate=standard", "requests-request": "/requests?request={request}",
}
NUMBERS = {
    "floor": "select code from theme.unit where level = 'floor' order by code limit 1",
    "alert": "select min(alert) from mgmt.alert where city = 'demo'", "batch": "select min(batch) from mgmt.reject",
    "item": "select min(item) from mgmt.work_item", "conflict": "select min(conflict) from mgmt.conflict",
    "request": "select min(request) from ledger.request",
}
READY = {
    "/": "return !!document.querySelector('#desk-map.is-painted') && document.querySelectorAll('.desk-sign').length > 5",
    "/map": "return ['#map.is-painted', '#card h2', '#legend .cs-legend'].every(part => document.querySelector(part))",
    "/lists": "return !!document.querySelector('#rate-chart .scatterlayer path')",
    "/requests": "return !!document.querySelector('#request-chart .bars path')",
    "/service": "return !!document.querySelector('#service-days .scatterlayer path')",
    "/sources": "return !!document.querySelector('.cs-sources table')",
    "/signs": "return document.querySelectorAll('.vs-sign').length > 5",
    "/screen": "return !!document.querySelector('.wall-panel') && !!document.querySelector('.wall-clock').textContent",
}
USUAL = "return document.readyState === 'complete' && !!document.querySelector('main :is(h1, h2, table, form)')"
# nothing was added or taken away for a while: the callbacks have answered, and the maps have their tiles
STILL = """
const done = arguments[0], end = Date.now() + 4000;
let last = Date.now();
new MutationObserver(() => { last = Date.now(); }).observe(document.body, {childList: true, subtree: true});
const maps = () => [...document.querySelectorAll('.citymap')].map(one => one.citymap?.host?.view?.map).filter(one => one?.areTilesLoaded);
const asks = () => document.querySelector('main [aria-busy]:not([aria-busy=false])');
const rests = () => Date.now() - last > 150 && !asks() && maps().every(one => one.areTilesLoaded() && !one.isMoving());
const look = () => rests() || Date.now() > end ? done(true) : setTimeout(look, 30);
setTimeout(look, 120);
"""
MEASURE = """
const seen = [...document.querySelectorAll('h1, h2, h3, .wall-title')].filter(one => one.checkVisibility() && one.textContent.trim());
const boxes = seen.map(one => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width > 2 && box.height > 2);
const over = [];
boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
  const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left), high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
  if (wide > 1 && high > 3 && !a.contains(b) && !a.closest('[hidden]') && document.elementFromPoint(p.left + 2, p.top + p.height / 2) === a
      && document.elementFromPoint(q.left + 2, q.top + q.height / 2) !== null) over.push(a.textContent + ' × ' + b.textContent);
}));
const main = document.querySelector('main') || document.body, text = document.body.innerText;
return {over, wide: Math.max(document.documentElement.scrollWidth, main.scrollWidth - main.clientWidth + innerWidth) - innerWidth,
  words: main.innerText.trim().length, failed: [...document.querySelectorAll('.cs-failed, .wall-failed, .desk-failed')].map(one => one.innerText),
  odd: (text.match(/\\b(undefined|NaN|None|null)\\b|\\[object |\\{[a-z_]+\\}/g) || []), blocked: window.blocked || [],
  foreign: document.documentElement.lang === 'en' ? [...document.querySelectorAll('button, label, h1, h2, h3, summary, th')]
    .filter(one => !one.closest('[lang=zh], .cs-breadcrumb-place, #card, .cs-catalogue-entry')).map(one => one.innerText)
    .filter(said => /[\\u4e00-\\u9fff]/.test(said) && said !== '中') : []};
"""


@pytest.fixture(scope="module")
def numbers(demo):
    return {name: demo.system.db.run(question).fetchone()[0] for name, question in NUMBERS.items()}


class Walk:
    """One page on one screen after another."""

    def __init__(self, driver, demo, numbers, name, path):
        self.driver, self.demo, self.name = driver, demo, name
        self.path = path.format(**numbers)
        SCREENS.mkdir(parents=True, exist_ok=True)

    def open(self, language, theme, size):
        begin(self.driver, *SIZES[size], touch=size == "tablet")
        if self.name != "sign-in":
            enter(self.driver, self.demo.address, *(self.demo.auditor if self.name == "audit" else self.demo.local))
        self.language, self.theme = language, theme
        self.driver.get(f"{self.demo.address}{self.path}{'&' if '?' in self.path else '?'}lang={language}&theme={theme}")
        until(self.driver, READY.get(self.path.partition("?")[0], USUAL))
        self.driver.execute_async_script(STILL)

    def turn(self, size):
        resize(self.driver, *SIZES[size], touch=size == "tablet")
        self.driver.execute_async_script(STILL)

    def looked_at(self, size):
        (SCREENS / f"{self.name}-{size}-{self.language}-{self.theme}.png").write_bytes(self.driver.get_screenshot_as_png())
        told = self.driver.execute_script(MEASURE)
        assert told["words"] > 20, "something to read"
        wrong = {name: found for name, found in told.items() if found and name != "words"}
        assert wrong == {}, (size, wrong)

    def read(self, has_colors=True):
        """What axe-core says; colours are those of the theme, whatever the language."""
        axe.thin(self.driver)
        found = axe.grave(self.driver) + (axe.pale(self.driver) if has_colors else [])
        assert found == [], (self.language, self.theme, found)

    def other_theme(self):
        """The colours of the other theme, put on in place."""
        if self.name == "screen":           # always dark
            return
        other = "light" if self.theme == "dark" else "dark"
        if self.name in OTHERS:             # plain documents, whose switch is a link
            self.open(self.language, other, "desk")
        else:
            self.driver.execute_script("document.querySelector('[data-action=theme]').click()")
            self.driver.execute_async_script(STILL)
        self.theme = other
        found = axe.pale(self.driver)
        assert found == [], (self.language, self.theme, found)

    def said_nothing(self):
        lines = [line for line in console(self.driver) if line.startswith(("SEVERE", "WARNING")) and not any(word in line for word in QUIET)]
        assert lines == [], lines


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_page_can_be_used_on_every_screen_in_both_languages_and_themes(painting, demo, numbers, name):
    walk = Walk(painting, demo, numbers, name, EVERY[name])
    walk.open("zh", "dark", "desk")
    walk.looked_at("desk")
    walk.turn("wall")
    walk.looked_at("wall")
    walk.turn("desk")
    walk.read()
    walk.other_theme()
    walk.said_nothing()
    walk.open("en", "dark" if name == "screen" else "light", "tablet")
    walk.looked_at("tablet")
    walk.turn("desk")
    walk.looked_at("desk")
    walk.read(has_colors=False)
    walk.said_nothing()


@pytest.mark.parametrize("name", sorted(DETAILS))
def test_what_opens_on_a_page_can_be_used_too(painting, demo, numbers, name):
    walk = Walk(painting, demo, numbers, name, DETAILS[name])
    walk.open(*(("zh", "light"), ("en", "dark"))[sorted(DETAILS).index(name) % 2], "tablet")
    walk.looked_at("tablet")
    walk.turn("desk")
    walk.looked_at("desk")
    walk.read()
    walk.said_nothing()
