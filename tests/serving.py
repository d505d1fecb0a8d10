"""A server on a port of its own while a test runs."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any


def start(front: Any) -> threading.Thread:
    """Run a waitress server in a thread; `front.close()` takes its socket away under it, which is no error then."""

    def run() -> None:
        with suppress(OSError):
            front.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
