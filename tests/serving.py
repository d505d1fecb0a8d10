"""A server on a port of its own while a test runs."""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from waitress import create_server as listen
from waitress.channel import HTTPChannel

from app.exchange.demo import prepare
from app.settings import load
from app.system import System
from run import create_app


def start(front: Any) -> threading.Thread:
    """Run a waitress server in a thread; `stop` takes its socket away under it, which is no error then."""

    def run() -> None:
        with suppress(OSError):
            front.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def last_evening() -> datetime:
    """18:00 in the demo city, today or yesterday: what a test sees must not depend on the hour at which it runs."""
    now = datetime.now(UTC)
    today = now.replace(hour=10, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def stop(front: Any) -> None:
    """End a server with what it still holds: an answer that nobody fetches any more lies in a file that must be closed."""
    front.close()
    for channel in list(front._map.values()):
        if isinstance(channel, HTTPChannel):
            channel.handle_close()


@contextmanager
def demo_page(home: Path, **settings: Any) -> Iterator[tuple[str, Any]]:
    """The whole program over the small demo city: (its address, the running system), once the city is in.

    The city is taken in once a run of the tests; every page gets a copy of its libraries.
    """
    worker = home.parent
    whole = (worker.parent if worker.name.startswith("popen-") else worker) / "small-demo"
    with whole.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (whole / "demo" / "taken-in").exists():
            system = System(load(home=whole, demo="off"))
            prepare(system, "small", last_evening())
            system.close()
            (whole / "demo" / "taken-in").write_text("small", encoding="utf-8")
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(whole / "chengshu.duckdb", home)
    shutil.copytree(whole / "demo", home / "demo")
    app = create_app(load(home=home, demo="small", feed_seconds=0, **settings))
    front = listen(app.server, host="127.0.0.1", port=0, threads=6)
    start(front)
    base = f"http://127.0.0.1:{front.effective_port}"
    for _ in range(240):
        if json.load(urllib.request.urlopen(f"{base}/health"))["status"] == "ok" and app.system.progress["is_whole"]:
            break
        time.sleep(0.25)
    yield base, app.system
    stop(front)
    app.system.close()
