"""Eight browsers' worth of keep-alive connections in one thread: a client that costs the machine little."""

from __future__ import annotations

import os
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
        yield port
        if process.poll() is not None:
            raise RuntimeError(f"run.py serve ended with {process.returncode}: see {home / 'serve.log'}")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


@dataclass
class Answers:
    """What came back: milliseconds of each answer, statuses, bytes of the bodies, seconds in all."""

    milliseconds: list[float] = field(default_factory=list)
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


class _Connection:
    def __init__(self, port: int, waiting: selectors.BaseSelector) -> None:
        self.port, self.waiting = port, waiting
        self.buffer, self.started, self.wanted, self.head = b"", 0.0, -1, b""
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


def drive(port: int, paths: Iterable[str], clients: int = 8, seconds: float = 20.0, headers: str = "") -> Answers:
    """Ask for paths over `clients` connections, each its next one as soon as it has an answer; at most `seconds`."""
    line, answers, waiting = iter(paths), Answers(), selectors.DefaultSelector()
    tail = f" HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{headers}\r\n".encode()
    started = time.perf_counter()

    def send(connection: _Connection) -> bool:
        path = next(line, None) if time.perf_counter() - started < seconds else None
        if path is None:
            return False
        connection.ask(b"GET " + path.encode() + tail)
        return True

    open_now = 0
    for _ in range(clients):
        connection = _Connection(port, waiting)
        if send(connection):
            open_now += 1
        else:
            connection.close()
    while open_now:
        for key, _ in waiting.select():
            connection = key.data
            if not connection.read():
                continue
            answers.milliseconds.append((time.perf_counter() - connection.started) * 1000)
            status = int(connection.head[9:12])
            answers.statuses[status] = answers.statuses.get(status, 0) + 1
            answers.sizes.append(connection.wanted - len(connection.head) - 4)
            if not send(connection):
                connection.close()
                open_now -= 1
    answers.seconds = time.perf_counter() - started
    return answers
