"""A topic of a real broker: acknowledged once on the disk, handed in by batches, nothing lost that was acknowledged."""

import json
import socket
import time
import uuid

import paho.mqtt.client as paho
import pytest

from app.errors import BadInput, Unavailable
from app.exchange.channels import collect, mqtt
from app.exchange.receiving import Folders
from app.exchange.scheduler import Scheduler
from tests.sources.conftest import STREETS

HOST, PORT = "127.0.0.1", 1883


@pytest.fixture
def topic():
    """A topic of its own; the test is skipped where no broker answers."""
    try:
        socket.create_connection((HOST, PORT), 1).close()
    except OSError as error:
        pytest.skip(f"no MQTT broker at {HOST}:{PORT}: {error}")
    return f"chengshu-test/{uuid.uuid4().hex}"


@pytest.fixture
def source(place, topic):
    made = place.source(f"t-{topic[-12:]}", "mqtt", address=f"mqtt://{HOST}:{PORT}/{topic}/#")
    yield made
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"chengshu-{made.id}", clean_session=True)     # the broker forgets the session
    client.connect(HOST, PORT)
    client.disconnect()


def publish(topic, *payloads):
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect(HOST, PORT)
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload if isinstance(payload, (bytes, str)) else json.dumps(payload), qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def reading(n, hour=4):
    return {"unit_code": STREETS[n % 4], "indicator": "aqi", "at": f"2026-11-18T{hour:02d}:{n // 4:02d}:00Z", "value": n}


def count(place):
    return place.one("select count(*) from base.reading where indicator = 'aqi'")[0]


def test_what_is_published_while_nobody_listens_comes_later(place, topic, source):
    assert [one.outcome for one in collect(place.system, source)] == ["unchanged"]       # the broker knows us from now on
    publish(f"{topic}/a", *(reading(n) for n in range(60)))
    publish(f"{topic}/b", [reading(n) for n in range(60, 100)])
    done = collect(place.system, source)
    assert sum(one.receipt.accepted for one in done) == 100 and count(place) == 100
    extra = place.one("select _extra from hub.reading where _batch = ? limit 1", done[0].receipt.batch)[0]
    assert json.loads(extra)["topic"].startswith(topic)
    assert list(Folders(place.system.settings.home, source).of("spool").iterdir()) == []
    assert [one.outcome for one in collect(place.system, source)] == ["unchanged"]


def test_nothing_is_acknowledged_before_it_is_on_the_disk(place, topic, source, monkeypatch):
    collect(place.system, source)
    publish(topic + "/a", *(reading(n) for n in range(5)))
    monkeypatch.setattr(mqtt, "acknowledge", lambda client, message: None)       # killed before the acknowledgements
    first = collect(place.system, source)
    assert sum(one.receipt.accepted for one in first) == 5
    monkeypatch.undo()
    second = collect(place.system, source)                                          # the broker gives them again
    assert sum(one.receipt.duplicate for one in second) + sum(one.receipt.is_replay for one in second) >= 1
    assert sum(one.receipt.accepted for one in second) == 0 and count(place) == 5


def test_a_torn_spool_is_cut_at_its_last_whole_line(place, source):
    spool = Folders(place.system.settings.home, source).of("spool")
    rows = b"".join(json.dumps(reading(n)).encode() + b"\n" for n in range(3))
    (spool / "1.jsonl.open").write_bytes(rows + b'{"unit_code": "9901')
    (spool / "2.jsonl.open").write_bytes(b'{"unit')
    mqtt.recover(place.system, source)
    assert sum(one.receipt.accepted for one in mqtt.drain(place.system, source)) == 3
    assert list(spool.iterdir()) == []


def test_odd_messages_wait_and_stop_nobody(place, topic, source):
    collect(place.system, source)
    publish(topic + "/a", b"\xff\xfe", "not json", "[1, 2]", "[" * 2000, reading(1))
    done = collect(place.system, source)
    assert sum(one.receipt.accepted for one in done) == 1
    held = (Folders(place.system.settings.home, source).of("held") / "messages.jsonl").read_text().splitlines()
    assert len(held) == 4 and all(json.loads(line)["topic"] == topic + "/a" for line in held)


def test_the_scheduler_listens_and_stops(place, topic, source, monkeypatch):
    monkeypatch.setattr(mqtt, "SECONDS", 0.3)
    clock = Scheduler(place.system)
    clock.turn()
    publish(topic + "/x", *(reading(n) for n in range(8)))
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and count(place) < 8:
        clock.turn()
        time.sleep(0.1)
    clock.stop()
    assert count(place) == 8 and clock._listeners == {}


def test_a_wrong_address_and_a_silent_broker_are_told(place):
    with pytest.raises(BadInput):
        collect(place.system, place.source("t", "mqtt", address="mqtt://127.0.0.1"))
    with pytest.raises(Unavailable):
        collect(place.system, place.source("t", "mqtt", address="mqtt://127.0.0.1:1/topic"))
