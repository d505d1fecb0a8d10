"""A file behind an address, fetched so that the address cannot turn this machine against its own network.

Every address a name stands for is checked before a connection is made, and the connection goes to the address that was
checked: the name is never resolved again, so it cannot change its mind (DNS rebinding). Each redirect starts over.
OWASP: Server-Side Request Forgery Prevention Cheat Sheet.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from app.errors import BadInput, Refused, Unavailable
from app.settings import Settings

REDIRECTS_MOST = 5
CONNECT_SECONDS, SILENT_SECONDS, WHOLE_SECONDS = 10.0, 30.0, 1800.0
BLOCK = 256 * 1024
_MOVED = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
# what Python's own `is_global` lets through in one version or another, and what only looks public
_CLOSED = tuple(ip_network(text) for text in (
    "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
    "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "5f00::/16", "fc00::/7", "fec0::/10"))  # fmt: skip
_NAT64, _6TO4 = ip_network("64:ff9b::/96"), ip_network("2002::/16")


def is_address(word: str) -> bool:
    """True for what looks like the address of a file in a network, whatever its scheme."""
    return "://" in word


def fetch(url: str, settings: Settings, say: Callable[[str, float], None] | None = None) -> Path:
    """The file behind an http or https address, stored under `fetched/` by the hash of its content.

    Raises BadInput (no address of a file, too big), Refused (an address inside a network that is not named in
    CHENGSHU_IMPORT_NETWORKS), Unavailable (nobody answers, or not with a file). What was half fetched is removed.
    """
    found = fetch_changed(url, settings, say=say)
    if found is None:
        raise Unavailable("The host says that nothing changed though it was not asked", "Open the address in a browser", address=_shown(url))
    return found.file


@dataclass(frozen=True)
class Mark:
    """What a host said of the file it gave last: its ETag and its date, as the host wrote them."""

    etag: str = ""
    modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The question whether it is another one by now (RFC 9110, 13.1)."""
        return {**({"If-None-Match": self.etag} if self.etag else {}), **({"If-Modified-Since": self.modified} if self.modified else {})}


@dataclass(frozen=True)
class Fetched:
    """A file and what the host said of it."""

    file: Path
    mark: Mark


def fetch_changed(url: str, settings: Settings, mark: Mark = Mark(), say: Callable[[str, float], None] | None = None) -> Fetched | None:
    """The file behind an address, or None where the host says (304) that it is still the one of `mark`. Raises like `fetch`."""
    deadline = time.monotonic() + WHOLE_SECONDS
    for _ in range(REDIRECTS_MOST + 1):
        place = parse(url)
        with closing(_Connection(place, resolve(place, settings))) as connection:
            answer = connection.ask(deadline, mark.headers)
            if answer.status == 304 and mark.headers:
                return None
            if answer.status not in _MOVED:
                kept = _keep(answer, connection, place, settings, say)
                return Fetched(kept, Mark(_said(answer, "ETag"), _said(answer, "Last-Modified")))
            target = urljoin(place.url, answer.getheader("Location") or "")
        if place.scheme == "https" and parse(target).scheme != "https":
            raise Refused("The address leads from https to http", "Name the last address yourself if you trust it", address=_shown(target))
        url = target
    raise Unavailable(f"The address leads on more than {REDIRECTS_MOST} times", "Name the last address", address=_shown(url))


def post(url: str, settings: Settings, body: bytes, headers: dict[str, str], seconds: float = 15.0) -> int:
    """Send a body to an address and return the status of the answer; where it leads on to is not followed. Raises like `fetch`."""
    place = parse(url)
    with closing(_Connection(place, resolve(place, settings))) as connection:
        answer = connection.ask(time.monotonic() + seconds, headers, body)
        status = answer.status
        if connection.is_late:
            raise connection.broken()
        return status


@dataclass(frozen=True)
class Place:
    """An address taken apart: `path` with its query, ready to be sent."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


def parse(url: str) -> Place:
    """The parts of an address; raises BadInput for anything but a plain http or https one."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").encode("idna").decode("ascii") if ":" not in (parts.hostname or "") else parts.hostname
    except ValueError as error:
        raise BadInput("This is not an address of a file", "It looks like https://host/file.geojson", address=_shown(url)) from error
    if parts.scheme not in _PORTS:
        raise BadInput("Only http and https addresses are fetched", "Download the file and name it", address=_shown(url))
    if not host or parts.username is not None or parts.password is not None:
        raise BadInput("The address names no host, or carries a name and a password", "It looks like https://host/file.geojson", address=host or "")
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*-._") + (f"?{quote(parts.query, safe='/%:=&~+!$,;@()*-._?[]')}" if parts.query else "")
    return Place(url, parts.scheme, host, port, path)


def resolve(place: Place, settings: Settings) -> list[tuple[socket.AddressFamily, tuple]]:
    """Every socket address of the host, all of them allowed; raises Refused for the first one that is not."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable("The host of the address is not known", "Check its name and the network", host=place.host) from error
    for _, _, _, _, where in found:
        if not is_allowed(where[0], settings.import_networks):
            raise Refused("The address leads into a network that is not public", "Name the network in CHENGSHU_IMPORT_NETWORKS if this is meant",
                          host=place.host, address=where[0])
    return [(family, where) for family, _, _, _, where in found]


def is_allowed(text: str, networks: str = "") -> bool:
    """True for a public address, and for one inside a network that the setting names.

    An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) counts as what it carries.
    """
    address = _inner(ip_address(text.partition("%")[0]))
    named = (ip_network(part) for part in networks.replace(",", " ").split())
    if any(address in network for network in named if network.version == address.version):
        return True
    return address.is_global and not address.is_multicast and not any(address in network for network in _CLOSED if network.version == address.version)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if address.version == 4:
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return address


class _Connection:
    """One request to an address that was checked. A timer ends it at the deadline, however slowly the other side speaks."""

    def __init__(self, place: Place, targets: list[tuple[socket.AddressFamily, tuple]]) -> None:
        self.place, self.targets, self.is_late, self.raw = place, targets, False, None
        self.timer: threading.Timer | None = None
        self.talk = http.client.HTTPConnection(place.host, place.port)

    def ask(self, deadline: float, headers: dict[str, str] | None = None, body: bytes | None = None) -> http.client.HTTPResponse:
        """Connect, ask (POST where there is a body), and return the answer with its body unread."""
        self.raw = self._reach()
        self.timer = threading.Timer(max(0.1, deadline - time.monotonic()), self._end)
        self.timer.daemon = True
        self.timer.start()
        try:
            if self.place.scheme == "https":
                self.raw = ssl.create_default_context().wrap_socket(self.raw, server_hostname=self.place.host)
            self.talk.sock = self.raw
            self.talk.request("GET" if body is None else "POST", self.place.path, body, {
                "Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "chengshu", **(headers or {})})
            return self.talk.getresponse()
        except ssl.SSLCertVerificationError as error:
            fact = f"The certificate of the host is not trusted: {error.verify_message}"
            raise Unavailable(fact, "Check the address", host=self.place.host) from error
        except (OSError, http.client.HTTPException) as error:
            raise self.broken(error) from error

    def _reach(self) -> socket.socket:
        last: OSError | None = None
        for family, where in self.targets:
            link = socket.socket(family, socket.SOCK_STREAM)
            link.settimeout(CONNECT_SECONDS)
            try:
                link.connect(where)
            except OSError as error:
                link.close()
                last = error
                continue
            link.settimeout(SILENT_SECONDS)
            return link
        raise Unavailable(f"The host does not answer: {last}", "Check the address and the network", host=self.place.host, port=self.place.port)

    def _end(self) -> None:
        self.is_late = True
        if self.raw is not None:
            try:
                self.raw.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def broken(self, error: Exception | None = None) -> Unavailable:
        """What to say about a connection that ended too early."""
        if self.is_late or isinstance(error, TimeoutError):
            return Unavailable("The host is too slow", "Try again later, or download the file another way", host=self.place.host)
        return Unavailable(f"The connection broke off{f': {str(error)[:120]}' if error else ''}", "Try again", host=self.place.host)

    def close(self) -> None:
        """End the connection and its timer."""
        if self.timer is not None:
            self.timer.cancel()
        self.talk.close()
        if self.raw is not None:
            self.raw.close()


def _keep(answer: http.client.HTTPResponse, connection: _Connection, place: Place, settings: Settings,
          say: Callable[[str, float], None] | None) -> Path:
    """Store the body: named by its hash, dated by the host's own date, never longer than the limit."""
    most = settings.upload_limit_mb * 1_000_000
    if answer.status != 200:
        raise Unavailable(f"The host answers {answer.status}", "Open the address in a browser", address=_shown(place.url))
    if answer.getheader("Content-Encoding", "identity").lower() != "identity":
        raise BadInput("The host packs the file on its way though it was asked not to", "Download the file and name it", address=_shown(place.url))
    declared = int(text) if (text := answer.getheader("Content-Length") or "").isdigit() else None
    if declared is not None and declared > most:
        raise _too_big(declared, settings)
    folder = settings.home / "fetched"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    part, digest, size = Path(name), hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            while block := _block(answer, connection):
                size += len(block)
                if size > most:
                    raise _too_big(size, settings)
                digest.update(block)
                file.write(block)
                if say and declared:
                    say(f"fetching from {place.host}", size / declared)
        if connection.is_late or (declared is not None and size < declared):
            raise connection.broken()
        kept = folder / digest.hexdigest()[:32]
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)
    _date(kept, answer.getheader("Last-Modified"))
    return kept


def _said(answer: http.client.HTTPResponse, name: str) -> str:
    """A header to be sent back next time; one that is odd is as good as none."""
    text = answer.getheader(name) or ""
    return text if len(text) <= 200 and text.isprintable() and text.isascii() else ""


def _block(answer: http.client.HTTPResponse, connection: _Connection) -> bytes:
    try:
        return answer.read1(BLOCK)
    except (OSError, http.client.HTTPException) as error:
        raise connection.broken(error) from error


def _too_big(size: int, settings: Settings) -> BadInput:
    remedy = "Choose a smaller extract, or raise CHENGSHU_UPLOAD_LIMIT_MB"
    return BadInput(f"The file is larger than {settings.upload_limit_mb} MB", remedy, bytes=size)


def _date(path: Path, text: str | None) -> None:
    """Give the file the host's date, where it says one that has been."""
    try:
        moment = parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return
    if 0 < moment <= time.time():
        os.utime(path, (moment, moment))


def _shown(url: str) -> str:
    """An address for a message: without name, password and query, which may be secrets."""
    return url.partition("?")[0].rpartition("@")[2][:120]
