"""The named peer of kept tiles: the same web server with nothing behind it, `python -m benchmarks._bare PORT BYTES`."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from app.settings import load
from benchmarks._clients import ROOT, Answers, drive


def asked(size: int, clients: int, seconds: float) -> Answers:
    """What `clients` connections get of waitress when every answer is the same `size` bytes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks._bare", str(port), str(size)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        drive(port, itertools.repeat("/", 500), clients, seconds)
        return drive(port, itertools.repeat("/"), clients, seconds)
    finally:
        process.terminate()
        process.wait(10)


def _serve(port: int, size: int) -> None:
    from waitress import serve

    body = os.urandom(size)
    headers = [("Content-Type", "application/vnd.mapbox-vector-tile"), ("Content-Length", str(size)), ("ETag", '"one"')]

    def answer(_: dict[str, object], start: Callable[..., object]) -> Iterable[bytes]:
        start("200 OK", headers)
        return [body]

    serve(answer, host="127.0.0.1", port=port, threads=load(demo="off").threads)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
