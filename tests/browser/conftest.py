"""The toy city and its page for the tests of the map; a module has one browser."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium
from tests.browser.toy_city import ToyCity
from tests.browser.toy_page import Page
from tests.browser.toy_server import serve, toy_app


@pytest.fixture(scope="module")
def city():
    return ToyCity(40)


@pytest.fixture(scope="module")
def toy(city):
    app = toy_app(city)
    url, stop = serve(app)
    yield url, app
    stop()


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


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
def flat(toy):
    with chromium(webgl=False) as driver:
        yield Page(driver, *toy).open()
