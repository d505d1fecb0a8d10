"""The whole program over a tiny city, with an ear for errors that it would only write to its log."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.access import EVERY_DEPARTMENT, Grant, viewer
from app.catalogue.desk import Wish
from app.errors import ChengshuError
from callbacks.kept_briefs import keep
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import homes, tiny
from tests.alerts.raised import put
from tests.catalogue.conftest import take_catalogue
from tests.signed_in import account, signed_in

OWN_SESSION = ("sign_in.sign_out", "account.change_password", "account.change_factor", "account.end_sessions", "account.change_keys")
"""Routes that may end the session that asks them."""
SOURCES = "id,kind,city,dataset,source,owner,drift\ntiny-upload,upload,tiny,reading,ecology_env,ecology_env,accept\n"
SOURCES += "tiny-broker,ngsi_ld,tiny,reading,ecology_env,ecology_env,accept\n"
PEOPLE = ("owner", "leaving", "visitor")


class Whole:
    """Everything a request goes through, and what broke inside while it did."""

    def __init__(self, folder) -> None:
        self.system = homes.city(folder / "home", second_factor=False)
        (folder / "home" / "registry").mkdir()
        (folder / "home" / "registry" / "sources.csv").write_text(SOURCES)
        readings = tiny.readings("energy_use_kwh", "floor")
        readings += [row for hour in range(10) for row in tiny.readings("ponding_cm", "street", at=tiny.NOON - timedelta(hours=hour))]
        readings += [row for day in range(10) for row in tiny.readings("active_sites", "street", at=tiny.NOON - timedelta(days=day))]
        flows = [{"origin_code": "990101001", "destination_code": "990102001", "at": tiny.NOON.isoformat(), "count": 12}]
        self.system.take([tiny.hand_in(folder, "reading", readings, "r"), tiny.hand_in(folder, "flow", flows, "f")])
        wrong = {"case_no": "wrong one", "channel": "web", "category": "road", "unit_code": "990101001", "opened_at": "2026-11-01", "status": "open"}
        self.system.take([tiny.hand_in(folder, "service_case", [{**wrong, "title": title}], f"case-{title}", source="urban_management")
                          for title in ("one", "two")])
        take_catalogue(self.system, folder / "catalogue")
        self.ask_for_resource()
        put(self.system, "tiny", *({} for _ in range(2)))
        keep(self.system, "tiny", "2026-11-18")
        local = viewer("local", "local", (Grant("local", privacy=3),), self.system.roles, EVERY_DEPARTMENT)
        for name in ("first", "second"):
            self.system.saved.keep(local, "operations", "city=tiny", name)
        self.server, self.gateway, results = create_server(self.system)
        self.app = create_dash(self.system, self.server, self.gateway, results)
        self.client = signed_in(self.system, self.server)
        rights = (Grant("analyst"), Grant("data_steward"))
        self.sessions = {name: account(self.system, f"user-{n}", *rights) for n, name in enumerate((*OWN_SESSION, *PEOPLE))}
        self.sessions["page_audit.trail"] = account(self.system, "auditor", Grant("auditor"))
        self.auditor = signed_in(self.system, self.server, self.sessions["page_audit.trail"])
        self.broken: list[str] = []

    def ask_for_resource(self) -> None:
        """Let the local user have R1, unless they have it: tests that press every button may have given it back."""
        local = viewer("local", "local", (Grant("local", privacy=3),), self.system.roles, EVERY_DEPARTMENT)
        with suppress(ChengshuError):
            self.system.desk.ask(local, "tiny", self.system.catalogue.shelf("tiny").resource("R1"), Wish("For the tests of the API"))

    def client_for(self, output: str) -> FlaskClient:
        """A client that holds the right of a callback."""
        return self.auditor if self.gateway.callback_rights.get(output) == "audit.read" else self.client

    def hear(self, record: logging.LogRecord) -> bool:
        """Keep what was logged with a traceback."""
        if record.exc_info:
            self.broken.append(logging.Formatter().format(record))
        return True


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The running program, over one tiny city."""
    made = Whole(tmp_path_factory.mktemp("api"))
    logs = [logging.getLogger(name) for name in ("chengshu", made.server.logger.name, made.app.logger.name)]
    for log in logs:
        log.addFilter(made.hear)
    yield made
    for log in logs:
        log.removeFilter(made.hear)
    made.system.close()


@pytest.fixture(autouse=True)
def _nothing_breaks_inside(whole):
    whole.broken.clear()
    yield
    assert whole.broken == []
