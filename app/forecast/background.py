"""Work beside the pages: it gives way to whoever asks for one."""

from __future__ import annotations

import logging
import os
import threading

NICE = 10
log = logging.getLogger("chengshu")


def give_way() -> None:
    """Let this thread run only with what others leave (Linux: of this thread alone; elsewhere it runs as fast as everything else)."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    except (OSError, AttributeError):
        log.info("Work in the background runs as fast as everything else here")
