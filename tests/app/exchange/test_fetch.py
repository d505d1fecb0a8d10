"""Fetching a file by its address: from a real server, and never from a place that was not meant."""

import gzip
import ipaddress
import json
import socket
import ssl
import stat
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.errors import BadInput, Refused, Unavailable
from app.exchange import fetch as fetching
from app.exchange.fetch import fetch, is_allowed, parse
from app.settings import load
from tests.test_run import run, square

PLACE = json.dumps({"type": "FeatureCollection", "features": [square(8.0 + 0.002 * i, 47.0, id=f"way/{i}") for i in range(3)]}).encode()


class Answers(BaseHTTPRequestHandler):
    """A host whose paths each behave in one way."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append((self.client_address[0], self.path))
        name, _, rest = self.path[1:].partition("/")
        getattr(self, f"give_{name}", self.give_nothing)(rest)

    def send(self, status, headers, body=b""):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def give_nothing(self, _):
        self.send(404, {"Content-Length": "0"})

    def give_place(self, _):
        self.send(200, {"Content-Length": str(len(PLACE)), "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}, PLACE)

    def give_hops(self, left):
        left = int(left)
        self.send(302, {"Location": f"/hops/{left - 1}" if left else "/place"})

    def give_to(self, target):
        self.send(307, {"Location": unquote(target)})

    def give_declared(self, _):
        self.send(200, {"Content-Length": "9000000"})

    def give_endless(self, _):
        self.send(200, {}, b"x" * 3_000_000)

    def give_chunked(self, _):
        self.send(200, {"Transfer-Encoding": "chunked"}, b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (PLACE[:50], PLACE[50:])) + b"0\r\n\r\n")

    def give_short(self, _):
        self.send(200, {"Content-Length": str(len(PLACE) + 10)}, PLACE)

    def give_packed(self, _):
        self.send(200, {"Content-Encoding": "gzip"}, gzip.compress(PLACE))

    def give_slowly(self, _):
        self.send(200, {"Content-Length": "1000"})
        for _ in range(60):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)


@pytest.fixture(scope="module")
def host():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked, server.daemon_threads = [], True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def address(host):
    host.asked.clear()
    return f"http://127.0.0.1:{host.server_port}"


@pytest.fixture
def meant(tmp_path):
    return load(home=tmp_path / "home", upload_limit_mb=1, import_networks="127.0.0.0/8")


def left_over(settings):
    return [path.name for path in (settings.home / "fetched").glob("*")] if (settings.home / "fetched").exists() else []


@pytest.mark.parametrize("path", ["/place/../../etc/passwd?x=1", "/chunked", "/hops/4"])
def test_a_file_is_kept_under_the_hash_of_its_content(address, meant, path):
    found = fetch(address + path, meant)
    assert found.read_bytes() == PLACE
    assert found.parent == meant.home / "fetched" and len(found.name) == 32 and found.name.isalnum()
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert left_over(meant) == [found.name]


def test_the_hosts_date_is_the_files_date(address, meant):
    assert datetime.fromtimestamp(fetch(f"{address}/place", meant).stat().st_mtime, UTC) == datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_an_address_inside_is_refused_before_anything_is_sent(address, host, tmp_path):
    with pytest.raises(Refused, match="not public"):
        fetch(f"{address}/place", load(home=tmp_path))
    assert host.asked == []


@pytest.mark.parametrize("spelt", ["localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"])
def test_a_loopback_address_is_known_in_every_spelling(host, tmp_path, spelt):
    host.asked.clear()
    with pytest.raises((Refused, Unavailable)):
        fetch(f"http://{spelt}:{host.server_port}/place", load(home=tmp_path))
    assert host.asked == []


@pytest.mark.parametrize("text", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "0.0.0.0",
    "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.2.1", "203.0.113.9", "::1", "::", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "2001:0:1::1", "2001:db8::1", "100::1",
])  # fmt: skip
def test_what_is_not_public_is_not_allowed(text):
    assert not is_allowed(text)


@pytest.mark.parametrize("text", ["1.1.1.1", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"])
def test_what_is_public_is_allowed(text):
    assert is_allowed(text)


def test_a_named_network_is_allowed_and_only_that():
    named = "10.1.0.0/16, fd00:1::/32"
    assert is_allowed("10.1.255.9", named) and is_allowed("::ffff:10.1.0.1", named) and is_allowed("fd00:1::5", named)
    assert not is_allowed("10.2.0.1", named) and not is_allowed("fd00:2::5", named) and not is_allowed("127.0.0.1", named)


def test_a_wrong_network_is_said(tmp_path):
    with pytest.raises(BadInput, match="IMPORT_NETWORKS"):
        load(home=tmp_path, import_networks="10.1.0.1/16")


def test_one_bad_address_of_a_name_is_enough(monkeypatch, meant):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 80)) for text in ("127.0.0.1", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(Refused) as caught:
        fetch("http://city.example/place", meant)
    assert caught.value.where["address"] == "10.0.0.7"


def test_a_name_that_changes_its_mind_gets_nothing(monkeypatch, host, meant):
    """DNS rebinding: the first answer is allowed, every later one is inside; only the first is asked for and used."""
    host.asked.clear()
    answers = iter([host.server_address, ("10.0.0.7", 80)])
    asked = []

    def resolver(name, *_, **__):
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", next(answers))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    assert fetch(f"http://city.example:{host.server_port}/place", meant).read_bytes() == PLACE
    assert asked == ["city.example"] and len(host.asked) == 1


@pytest.mark.parametrize("target", ["http://10.0.0.1/x", "http://169.254.169.254/latest/meta-data/", "http://[::1]/x"])
def test_a_redirect_into_the_network_is_refused(address, meant, target):
    with pytest.raises(Refused, match="not public"):
        fetch(f"{address}/to/{target}", meant)


def test_a_redirect_to_another_kind_of_address_is_refused(address, meant):
    with pytest.raises(BadInput, match="Only http"):
        fetch(f"{address}/to/file:///etc/passwd", meant)


def test_redirects_end(address, meant):
    with pytest.raises(Unavailable, match="more than 5 times"):
        fetch(f"{address}/hops/5", meant)


@pytest.mark.parametrize("url", ["ftp://host/x", "file:///etc/passwd", "gopher://127.0.0.1:70/x", "http://", "http://name:word@host/x", "http://host:99999/x",
                                 "http://a\\@127.0.0.1/", "jar:http://host!/x", "http://" + "a" * 70 + ".example/"])  # fmt: skip
def test_only_a_plain_address_is_taken(url):
    with pytest.raises(BadInput):
        parse(url)


def test_a_query_and_words_of_any_script_survive_and_no_line_break_does():
    assert parse("https://host/数据 1.geojson?a=1&b=é").path == "/%E6%95%B0%E6%8D%AE%201.geojson?a=1&b=%C3%A9"
    assert "\n" not in parse("http://host/x\r\nHost: other/").path


@pytest.mark.parametrize("path", ["/declared", "/endless"])
def test_a_file_over_the_limit_is_dropped(address, meant, path):
    with pytest.raises(BadInput, match="larger than 1 MB"):
        fetch(address + path, meant)
    assert left_over(meant) == []


@pytest.mark.parametrize(("path", "says"), [("/short", "broke off"), ("/nothing", "answers 404")])
def test_what_does_not_arrive_whole_is_not_kept(address, meant, path, says):
    with pytest.raises(Unavailable, match=says):
        fetch(address + path, meant)
    assert left_over(meant) == []


def test_a_packed_answer_is_not_unpacked(address, meant):
    with pytest.raises(BadInput, match="packs"):
        fetch(f"{address}/packed", meant)


def test_a_host_that_drips_is_left(monkeypatch, address, meant):
    monkeypatch.setattr(fetching, "WHOLE_SECONDS", 0.5)
    started = time.monotonic()
    with pytest.raises(Unavailable, match="too slow"):
        fetch(f"{address}/slowly", meant)
    assert time.monotonic() - started < 5 and left_over(meant) == []


def test_a_host_that_is_silent_is_left(monkeypatch, meant):
    monkeypatch.setattr(fetching, "SILENT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable, match="too slow"):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/x", meant)


def test_nobody_there_is_said(meant):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Unavailable, match="does not answer"):
        fetch(f"http://127.0.0.1:{port}/x", meant)


@pytest.fixture
def secure(tmp_path):
    """The same host over TLS with a certificate nobody has signed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
            .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
            .sign(key, hashes.SHA256()))  # fmt: skip
    file = tmp_path / "host.pem"
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked, server.daemon_threads = [], True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server, file
    server.shutdown()
    server.server_close()


def test_a_certificate_nobody_signed_is_refused(secure, meant):
    with pytest.raises(Unavailable, match="certificate"):
        fetch(f"https://127.0.0.1:{secure[0].server_port}/place", meant)
    assert secure[0].asked == []


def test_over_tls_it_fetches_and_does_not_follow_to_plain_http(secure, address, meant, monkeypatch):
    server, file = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    base = f"https://127.0.0.1:{server.server_port}"
    assert fetch(f"{base}/place", meant).read_bytes() == PLACE
    with pytest.raises(Refused, match="from https to http"):
        fetch(f"{base}/to/{address}/place", meant)


def test_the_command_takes_a_place_in_from_its_address(address, tmp_path):
    home = tmp_path / "home"
    refused = run("import", f"{address}/place", "--city", "few", home=home)
    assert refused.returncode == 1 and "CHENGSHU_IMPORT_NETWORKS" in refused.stderr and "Traceback" not in refused.stderr
    done = run("import", f"{address}/place", "--city", "few", home=home, CHENGSHU_IMPORT_NETWORKS="127.0.0.1/32")
    assert done.returncode == 0 and "few is in" in done.stdout, done.stderr
    assert len(list((home / "fetched").iterdir())) == 1
