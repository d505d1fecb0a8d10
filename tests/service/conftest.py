"""The tiny city with cases of every kind, a catalogue, and its running program."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from app.access import Grant
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import homes, tiny
from tests.catalogue.conftest import take_catalogue
from tests.signed_in import account, signed_in

NOW = tiny.NOON
PLACES = ("990101001001", "990101002001001", "990102001001", "990102002")


def made(n: int = 160, seed: int = 3) -> list[dict]:
    """Cases over seventy days up to NOW: some open, some without a promise, a rating or a department, some withdrawn."""
    rng, rows = np.random.default_rng(seed), []
    for i in range(n):
        opened = NOW - timedelta(minutes=int(rng.integers(1, 70 * 24 * 60)))
        promised = opened + timedelta(hours=int(rng.integers(4, 120))) if i % 9 else None
        closed = opened + timedelta(hours=float(rng.gamma(2, 30)))
        is_closed = closed < NOW
        rows.append({
            "case_no": f"C-{i}", "channel": ("hotline", "web", "app", "window", "patrol", "sensor")[i % 6],
            "category": ("road", "noise", "water")[i % 3],
            "unit_code": PLACES[i % 4], "department": ("water", "transport", None)[i % 3], "opened_at": opened, "promised_at": promised,
            "closed_at": closed if is_closed else None, "status": "closed" if is_closed else "withdrawn" if i % 11 == 0 else "handling",
            "rating": 1 + i % 5 if is_closed and i % 4 else None})
    return rows


def told(rows: list[dict]) -> list[dict]:
    """The rows as they are handed in."""
    times = ("opened_at", "promised_at", "closed_at")
    return [{**row, **{name: row[name].isoformat() if row[name] else None for name in times},
             "rating": None if row["rating"] is None else str(row["rating"])} for row in rows]


class Served:
    """The running program over the cases, and a client for each who asks."""

    def __init__(self, folder) -> None:
        self.rows = made()
        self.system = homes.city(folder / "home", second_factor=False)
        receipts = self.system.take([tiny.hand_in(folder, "service_case", told(self.rows), "c", as_of=NOW, source="urban_management")])
        assert receipts[0].rejected == 0
        take_catalogue(self.system, folder / "catalogue")
        self.server, self.gateway, results = create_server(self.system)
        create_dash(self.system, self.server, self.gateway, results)
        self.local = signed_in(self.system, self.server)
        self.clients = {name: signed_in(self.system, self.server, account(self.system, name, grant)) for name, grant in {
            "leader": Grant("leader"), "district": Grant("duty_officer", "tiny", "990102"), "auditor": Grant("auditor")}.items()}

    def seen(self, name: str = ""):
        """What a client sees with the right of the page."""
        client = self.clients[name] if name else self.local
        who = self.system.identity.recognise(client.get_cookie("chengshu-session").value, None, "")
        return self.system.seen_by(who, "operations.read")


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """One city for every test of this folder; none changes it."""
    found = Served(tmp_path_factory.mktemp("service"))
    yield found
    found.system.close()


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """The tiny city without a single case."""
    system = homes.city(tmp_path_factory.mktemp("service-empty") / "home", second_factor=False)
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    yield system, signed_in(system, server)
    system.close()
