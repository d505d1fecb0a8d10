"""A file behind an address: fetched when it changed, not when the host says it did not."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.errors import Refused, Unavailable
from app.exchange.channels import collect
from data.fields import fields_of
from tests.sources.conftest import STREETS, readings


class Host(ThreadingHTTPServer):
    """Answers with `body` and `etag`, or 304 to whoever has that already."""

    body, etag, status, asked = b"", '"1"', 200, ()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked += (dict(self.headers),)
        if self.server.status != 200 or self.headers.get("If-None-Match") == self.server.etag:
            self.send_response(self.server.status if self.server.status != 200 else 304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", self.server.etag)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def host():
    server = Host(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_is_fetched_when_it_changed(place, host):
    source = place.source("web", "pull", address=f"http://127.0.0.1:{host.server_port}/data/air.csv", format="csv increment")
    host.body = readings([1, 2], 4).encode()
    assert [one.outcome for one in collect(place.system, source)] == ["taken"]
    assert [one.outcome for one in collect(place.system, source)] == ["unchanged"]
    assert host.asked[1]["If-None-Match"] == '"1"'
    host.body, host.etag = readings([3, 4], 5).encode(), '"2"'
    assert [one.outcome for one in collect(place.system, source)] == ["taken"]
    assert place.one("select count(*) from base.reading where indicator = 'aqi'") == (4,)
    assert place.all("select message from front.delivery where outcome = 'unchanged'") == [("304 Not Modified",)]
    assert not list((place.system.settings.home / "fetched").iterdir())


def test_a_whole_list_as_json_is_compared(place, host):
    codes = {field.name: field.codes[0] for field in fields_of("service_case") if field.codes}

    def body(titles):
        import json

        rows = [{"case_no": f"C{n}", "title": title, "unit_code": STREETS[0], "opened_at": "2026-11-01T08:00:00Z", **codes}
                for n, title in titles.items()]
        return json.dumps({"result": {"records": rows}, "count": len(rows)}).encode()

    source = place.source("web", "pull", "service_case", address=f"http://127.0.0.1:{host.server_port}/cases", format="json:result.records")
    host.body = body({1: "a", 2: "b", 3: "c"})
    first, = collect(place.system, source)
    assert (first.receipt.accepted, first.changes.inserted) == (3, 3), first.receipt.rules
    host.body, host.etag = body({1: "a", 2: "x", 4: "d"}), '"2"'
    second, = collect(place.system, source)
    assert (second.changes.inserted, second.changes.updated, second.changes.deleted) == (1, 1, 1)
    assert {row[0] for row in place.all("select case_no from base.service_case where valid_to is null")} == {"C1", "C2", "C4"}


def test_a_host_inside_and_one_that_fails_are_told(place, host):
    host.status = 500
    source = place.source("web", "pull", address=f"http://127.0.0.1:{host.server_port}/x")
    with pytest.raises(Unavailable):
        collect(place.system, source)
    inside = place.source("inside", "pull", address="http://169.254.169.254/latest/meta-data")
    with pytest.raises(Refused):
        collect(place.system, inside)
    assert place.all("select channel, outcome from front.delivery order by delivery") == [("web", "failed"), ("inside", "failed")]
