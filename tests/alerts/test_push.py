"""Outside the screens: the web hook is signed and tried again, e-mail goes out, and nobody waits for either."""

import hmac
import json
import socketserver
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from app.alerts import push
from tests import homes, tiny


class Hook(BaseHTTPRequestHandler):
    status = 503
    seen: ClassVar[list[tuple[dict, bytes]]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.seen.append((dict(self.headers), body))
        self.send_response(Hook.status)
        self.end_headers()

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    texts: ClassVar[list[bytes]] = []

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        text, is_text = b"", False
        for line in self.rfile:
            if is_text:
                if line == b".\r\n":
                    Mail.texts.append(text)
                    is_text = False
                    self.wfile.write(b"250 kept\r\n")
                text += line
                continue
            word = line[:4].upper()
            is_text = word == b"DATA"
            self.wfile.write(b"354 go\r\n" if is_text else b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def servers():
    Hook.seen, Mail.texts = [], []
    started = [HTTPServer(("127.0.0.1", 0), Hook), socketserver.TCPServer(("127.0.0.1", 0), Mail)]
    for one in started:
        threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
    yield [one.server_address[1] for one in started]
    for one in started:
        one.shutdown()
        one.server_close()


def raised(system, folder):
    system.take([tiny.hand_in(folder, "reading", tiny.readings("ponding_cm", "street", {"990101001": 50.0, "990101002": 1.0}))])


def test_a_hook_is_signed_and_tried_again_and_mail_goes_out(tmp_path, servers):
    hook, mail = servers
    system = homes.city(tmp_path / "home", alert_hook_url=f"http://127.0.0.1:{hook}/in", import_networks="127.0.0.0/8",
                        alert_mail_to="duty@example.org", smtp_host="127.0.0.1", smtp_port=mail, smtp_security="none")
    raised(system, tmp_path)
    assert Hook.seen == [] and Mail.texts == [], "whoever hands data in waits for nobody"
    assert push.deliver(system) == 1
    assert push.deliver(system) == 0 and len(Hook.seen) == 1, "not before its time"
    Hook.status = 204
    assert push.deliver(system, datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=5)) == 1
    headers, body = Hook.seen[-1]
    key = system.secrets.key(push.SECRET)
    assert hmac.compare_digest(headers["X-Chengshu-Signature"], push.signature(key, headers["X-Chengshu-Time"], body))
    told = json.loads(body)
    assert (told["severity"], told["rule"], told["unit_code"], told["value"], told["alerts"]) == ("red", "road_ponding", "990101001", 50.0, 1)
    assert b"road_ponding" in Mail.texts[0] and len(Mail.texts) == 1
    assert push.deliver(system, datetime.now(UTC).replace(tzinfo=None) + timedelta(days=9)) == 0
    system.close()


def test_an_address_inside_is_refused_unless_its_network_is_named(tmp_path, servers):
    system = homes.city(tmp_path / "home", alert_hook_url=f"http://127.0.0.1:{servers[0]}/in")
    raised(system, tmp_path)
    assert push.deliver(system) == 0 and Hook.seen == []
    assert "not public" in system.db.run("select error from mgmt.alert_push").fetchone()[0]
    system.close()


def test_the_messenger_sleeps_when_there_is_nothing_to_tell(tmp_path):
    system = homes.city(tmp_path / "home")
    raised(system, tmp_path)
    messenger = push.Messenger(system)
    assert system.alerts.has_news.is_set(), "something was raised"
    system.alerts.has_news.clear()
    system.alerts.take_up("tiny")               # judged again, as the messenger does for silence: nothing came of it
    messenger.round()
    assert not system.alerts.has_news.is_set(), "it would wake itself for ever"
    system.close()
