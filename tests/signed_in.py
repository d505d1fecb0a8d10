"""Test clients that are signed in: as the local user, or as an account with the rights a test gives it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient

from app.access import Grant, read_roles
from app.identity import Identity
from app.secrets import Secrets
from app.settings import load
from app.system import System
from callbacks.gateway import CSRF, CSRF_HEADER, SESSION

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

PASSWORD = "correct horse battery staple"


def signed_in(system: System, server: Flask, session: str = "") -> FlaskClient:
    """A client with a session (the local user's unless one is given) and the token its own pages would send."""
    client = server.test_client()
    session = session or system.identity.enter_by_link(system.identity.local_link().rsplit("/", 1)[1], "127.0.0.1").session
    client.set_cookie(SESSION, session)
    client.environ_base[f"HTTP_{CSRF_HEADER.upper().replace('-', '_')}"] = system.identity.csrf_of(session)
    return client


def local_session(home: Path) -> tuple[str, str]:
    """(session, token) of the local user of a home whose server may run as another process."""
    settings = load(home=home)
    identity = Identity(home, settings, Secrets(home), read_roles())
    session = identity.enter_by_link(identity.local_link().rsplit("/", 1)[1], "127.0.0.1").session
    token = identity.csrf_of(session)
    identity.close()
    return session, token


def enter(driver: WebDriver, address: str, session: str, token: str) -> None:
    """Give a browser the cookies of a session."""
    for name, value in ((SESSION, session), (CSRF, token)):
        driver.execute_cdp_cmd("Network.setCookie", {"name": name, "value": value, "url": address})


def account(system: System, name: str, *grants: Grant, department: str = "") -> str:
    """Make an account with grants; returns the session it opened."""
    system.identity.accounts.create(name, PASSWORD, "test", department)
    for grant in grants:
        system.identity.grants.add(name, grant.role, "test", grant.city, grant.unit, grant.privacy)
    address = f"127.0.{len(name)}.{1 + sum(map(ord, name)) % 250}"        # one address may sign in only so many in a minute
    return system.identity.sign_in(name, PASSWORD, address).session
