"""Eight browsers' worth of keep-alive connections in one thread: a client that costs the machine little."""

from __future__ import annotations

import heapq
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from callbacks.gateway import SESSION
from tests.signed_in import local_session

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def served(home: Path, **settings: object) -> Iterator[int]:
    """`run.py serve` over a home as a process of its own; gives the port, stops it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"HOME": home, "PORT": port, "DEMO": "off", "FEED_SECONDS": 0, **settings}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CHENGSHU_")}
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "run.py", "serve"], cwd=ROOT, stdout=log, stderr=log,
                                   env={**environment, **{f"CHENGSHU_{key}": str(value) for key, value in own.items()}})
    try:
        for _ in range(600):
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                break
            if process.poll() is not None:
                raise RuntimeError(f"run.py serve ended with {process.returncode}: see {home / 'serve.log'}")
            time.sleep(0.1)
        _settle(process.pid)
        yield port
        if process.poll() is not None:
            raise RuntimeError(f"run.py serve ended with {process.returncode}: see {home / 'serve.log'}")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _settle(pid: int, most: float = 120.0) -> None:
    """Wait until a process that starts has read and judged its values: it uses less than a tenth of a core (Linux; elsewhere ten seconds)."""
    stat, end = Path(f"/proc/{pid}/stat"), time.monotonic() + most
    if not stat.exists():
        time.sleep(10.0)
        return
    used = lambda: sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")  # noqa: E731
    before = used()
    while time.monotonic() < end:
        time.sleep(1.0)
        now = used()
        if now - before < 0.1:
            return
        before = now


class Ask(NamedTuple):
    """A path to ask for, from a page (its path and query), under a name."""

    path: str
    page: str = ""
    name: str = ""


@dataclass
class Answers:
    """What came back: milliseconds and name of each answer, statuses, bytes of the bodies, seconds in all."""

    milliseconds: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.milliseconds) / self.seconds

    @property
    def found(self) -> np.ndarray:
        """Milliseconds as an array."""
        return np.asarray(self.milliseconds)

    def named(self, name: str) -> np.ndarray:
        """Milliseconds of the answers under one name."""
        return np.asarray([spent for spent, one in zip(self.milliseconds, self.names, strict=True) if one == name])


class _Connection:
    def __init__(self, port: int, waiting: selectors.BaseSelector) -> None:
        self.port, self.waiting = port, waiting
        self.buffer, self.started, self.wanted, self.head, self.name = b"", 0.0, -1, b"", ""
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting.register(self.socket, selectors.EVENT_READ, self)

    def close(self) -> None:
        self.waiting.unregister(self.socket)
        self.socket.close()

    def ask(self, request: bytes) -> None:
        if b"connection: close" in self.head:             # waitress ends the connection after a 304
            self.close()
            self.open()
        self.buffer, self.wanted, self.head, self.started = b"", -1, b"", time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """True once the answer is whole."""
        part = self.socket.recv(1 << 20)
        if not part:
            raise ConnectionError("the server hung up in the middle of an answer")
        self.buffer += part
        if self.wanted < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.head = self.buffer[:end].lower()
            at = self.head.find(b"content-length:")
            size = 0 if at < 0 else int(self.head[at + 15:].split(b"\r\n", 1)[0])
            self.wanted = end + 4 + (0 if self.head[9:12] in (b"204", b"304") else size)
        return len(self.buffer) >= self.wanted


def cookies(home: Path) -> str:
    """The header line of somebody signed in at the server over a home."""
    session, _ = local_session(home)
    return f"Cookie: {SESSION}={session}\r\n"


def drive(port: int, paths: Iterable[str | Ask], clients: int = 8, seconds: float = 20.0, headers: str = "",
          pause: tuple[float, float] = (0.0, 0.0)) -> Answers:
    """Ask for paths over `clients` connections, each its next one `pause` seconds (from, to; drawn evenly) after its answer; at most `seconds`."""
    line, answers, waiting, chance = iter(paths), Answers(), selectors.DefaultSelector(), random.Random(7)
    started = time.perf_counter()
    later: list[tuple[float, int, _Connection]] = []         # who asks again, and when
    for number in range(clients):
        heapq.heappush(later, (started + chance.uniform(0.0, pause[1]), number, _Connection(port, waiting)))
    asking = 0
    while asking or later:
        now = time.perf_counter()
        while later and later[0][0] <= now:
            connection = heapq.heappop(later)[2]
            path = next(line, None) if now - started < seconds else None
            if path is None:
                connection.close()
                continue
            one = path if isinstance(path, Ask) else Ask(path)
            connection.name = one.name
            page = f"Referer: http://localhost{one.page}\r\n" if one.page else ""
            connection.ask(f"GET {one.path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{page}{headers}\r\n".encode())
            asking += 1
        if not asking and not later:
            break
        for key, _ in waiting.select(max(0.0, later[0][0] - time.perf_counter()) if later else None):
            connection = key.data
            if not connection.read():
                continue
            asking -= 1
            answers.milliseconds.append((time.perf_counter() - connection.started) * 1000)
            answers.names.append(connection.name)
            status = int(connection.head[9:12])
            answers.statuses[status] = answers.statuses.get(status, 0) + 1
            answers.sizes.append(connection.wanted - len(connection.head) - 4)
            heapq.heappush(later, (time.perf_counter() + chance.uniform(*pause), len(answers.milliseconds) + clients, connection))
    answers.seconds = time.perf_counter() - started
    return answers
