"""A file sent over HTTP: kept before it is answered, by a department for itself alone."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.access import Grant
from callbacks.server import create_server
from tests.data.place.samples import xlsx
from tests.signed_in import account, signed_in
from tests.sources.conftest import STREETS, readings


@pytest.fixture
def served(place):
    place.source("air", "upload", drift="hold")
    place.source("tap", "upload", source="water", owner="water")
    server, gateway, _ = create_server(place.system)
    gateway.adopt("signed.in")
    clients = {name: signed_in(place.system, server, account(place.system, name, *grants, department=department)) for name, department, *grants in (
        ("officer", "ecology_env", Grant("department_user", "tiny", "990101")), ("other", "water", Grant("department_user")),
        ("steward", "", Grant("data_steward")), ("leader", "ecology_env", Grant("leader")))}
    clients["nobody"] = server.test_client()
    return place, clients


def send(client, source="air", body=None, **query):
    body = readings([1, 2]).encode() if body is None else body
    return client.post(f"/api/hand-in/{source}", data=body, query_string={"name": "air.csv", **query}, content_type="text/csv")


def test_the_receipt_says_what_became_of_every_row(served):
    place, clients = served
    sent = (readings([1, 2]) + "nowhere,aqi,2026-11-18T04:00:00Z,1\n").encode()
    answer = send(clients["officer"], body=sent, as_of="2026-11-18T12:00:00+08:00", watermark="7")
    assert answer.status_code == 200, answer.json
    body = answer.json
    assert body["outcome"] == "taken" and body["rows"] == {"in": 3, "accepted": 2, "rejected": 1, "duplicate": 0}
    assert body["rules"] == {"unit_known": 1}
    kept = place.one("select channel, source, owner, watermark from front.batch where batch = ?", body["batch"])
    assert kept == ("air", "ecology_env", "ecology_env", "7")
    assert send(clients["officer"], body=sent).json["outcome"] == "replay"
    assert list((place.system.settings.home / "sources" / "air" / "spool").iterdir()) == []


def test_who_may_hand_in(served):
    _, clients = served
    assert send(clients["officer"], "air").status_code == 200
    assert send(clients["officer"], "tap").status_code == 404                     # another department's: not there
    assert send(clients["other"], "air").status_code == 404
    assert send(clients["steward"], "tap", readings([5], 6).encode()).status_code == 200
    assert send(clients["leader"]).status_code == 403 and send(clients["nobody"]).status_code == 401
    assert send(clients["officer"], "nothing").status_code == 404


def test_other_formats_are_read(served):
    _, clients = served
    out = io.BytesIO()
    pq.write_table(pa.table({"unit_code": [STREETS[0]], "indicator": ["aqi"], "at": ["2026-11-18T01:00:00Z"], "value": ["3"]}), out)
    assert send(clients["officer"], body=out.getvalue()).json["rows"]["accepted"] == 1
    lines = b'{"unit_code": "990101001", "indicator": "aqi", "at": "2026-11-18T02:00:00Z", "value": 4.5}\n'
    assert send(clients["officer"], body=lines).json["rows"]["accepted"] == 1
    assert send(clients["officer"], body=lines.replace(b"T02", b"T03").join([b"[", b"]"])).json["rows"]["accepted"] == 1


def test_excel_is_read(served, tmp_path):
    _, clients = served
    rows = [["unit_code", "indicator", "at", "value"], [STREETS[0], "aqi", "2026-11-18T05:00:00Z", 6]]
    xlsx(tmp_path / "a.xlsx", rows)
    assert send(clients["officer"], body=(tmp_path / "a.xlsx").read_bytes()).json["rows"]["accepted"] == 1


def test_what_is_wrong_is_told_and_nothing_is_kept(served):
    place, clients = served
    for body in (b"", b"\0\0", b"a,b\n1,2\n", b"PAR1 broken", b"[1, 2]", b"{", b"PK\x03\x04zip"):
        answer = send(clients["officer"], body=body)
        assert answer.status_code == 400 and answer.json["fact"], body
    assert send(clients["officer"], as_of="yesterday").status_code == 400
    assert send(clients["officer"], watermark="x" * 300).status_code == 400
    assert clients["officer"].post("/api/hand-in/air", data={"file": (io.BytesIO(b"x"), "x.csv")}).status_code == 400
    assert place.one("select count(*) from front.batch where channel = 'air'") == (0,)


def test_a_changed_column_waits_and_the_answer_says_so(served):
    place, clients = served
    send(clients["officer"])
    answer = send(clients["officer"], body=readings([3, 4], 5).replace("value", "val").encode())
    assert answer.status_code == 200 and answer.json["outcome"] == "held" and answer.json["drift"][0]["was"] == "value"
    assert place.one("select state from mgmt.held where held = ?", answer.json["held"]) == ("waiting",)


def test_a_file_that_is_too_large_is_refused(served, monkeypatch):
    place, clients = served
    object.__setattr__(place.system.settings, "upload_limit_mb", 0)
    assert send(clients["officer"]).status_code == 400


def test_the_trail_says_who_handed_in(served):
    place, clients = served
    send(clients["officer"])
    place.system.audit.flush()
    from app.audit import between

    rows, _ = place.system.audit.search(between("", ""))
    assert any((row["who"], row["action"], row["rows"]) == ("officer", "hand_in.hand_in", 2) for row in rows), rows[0]
