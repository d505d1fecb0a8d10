"""What a browser does at the door: fill a form in, carry its token, keep its cookies."""

import re

from callbacks.gateway import SESSION
from tests.identity.conftest import GOOD

HTML = {"Accept": "text/html"}


def csrf(page):
    return re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)[1]


def cookie(browser, name=SESSION):
    found = browser.get_cookie(name)
    return found.value if found else None


def send(browser, path, page=None, **form):
    return browser.post(path, data={"csrf": csrf(page or browser.page), **form}, headers=HTML)


def enter(browser, name, **more):
    return send(browser, "/sign-in", name=name, password=more.pop("password", GOOD), **more)
