"""What the browser tests of a worker share: two browsers, the program over the demo city, the toy city and its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from app.access import Grant
from tests.browser.chromium import begin, chromium
from tests.browser.toy_city import ToyCity
from tests.browser.toy_page import Page
from tests.browser.toy_server import serve, toy_app
from tests.serving import demo_page
from tests.signed_in import account, local_session

WATCH = """
window.blocked = [];
document.addEventListener('securitypolicyviolation', e =>
  window.blocked.push([e.effectiveDirective, e.blockedURI, e.sourceFile, e.sample].join(' | ')));
"""


@dataclass(frozen=True)
class Demo:
    """The program over the small demo city: its address, and (session, token) of who asks."""

    address: str
    system: Any
    local: tuple[str, str]
    auditor: tuple[str, str]


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """One for all files that change nothing of the city; the others have their own (tests.serving.demo_page)."""
    with demo_page(tmp_path_factory.mktemp("demo"), second_factor=False) as (base, system):
        auditor = account(system, "auditor", Grant("auditor"))
        system.alerts.take_up("demo")
        yield Demo(base, system, local_session(system.settings.home), (auditor, system.identity.csrf_of(auditor)))


@pytest.fixture(scope="session")
def _painting():
    with chromium() as driver:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})       # what the pages' policy blocks
        yield driver


@pytest.fixture(scope="session")
def _plain():
    with chromium(webgl=False) as driver:
        yield driver


@pytest.fixture
def painting(_painting):
    """The worker's browser that draws maps; a test begins with `begin`."""
    return _painting


@pytest.fixture
def plain(_plain):
    """The worker's browser without WebGL, as good as new for each test."""
    return begin(_plain)


@pytest.fixture(scope="session")
def city():
    return ToyCity(40)


@pytest.fixture(scope="session")
def toy(city):
    app = toy_app(city)
    url, stop = serve(app)
    yield url, app
    stop()


@pytest.fixture(scope="module")
def browser(_painting):
    return begin(_painting, moving=True)


@pytest.fixture
def page(browser, toy):
    url, app = toy
    opened = Page(browser, url, app).open()
    yield opened
    app.away.clear()


@pytest.fixture
def same(browser, toy):
    """The page as it was first opened, for tests that need no page of their own."""
    return Page(browser, *toy).begin()


@pytest.fixture(scope="module")
def flat(_plain, toy):
    return Page(begin(_plain), *toy).open()
