"""The ways that data comes: one file a kind. A kind that this program goes and asks has `collect(system, source) -> list[Outcome]`.

What others send (upload, NGSI-LD) has its function called by its route; kind hand_in is what departments hand in by hand.
"""

from __future__ import annotations

import importlib
import logging
import time
from typing import TYPE_CHECKING

from app.errors import BadInput, ChengshuError
from app.exchange.receiving import Outcome, failed, said
from app.exchange.sources import Source
from data import deliveries

if TYPE_CHECKING:
    from app.system import System

ASKED = ("folder", "pull", "table", "mqtt")
log = logging.getLogger("chengshu")


def collect(system: System, source: Source) -> list[Outcome]:
    """Ask one source now. What goes wrong is written down as a failed try and raised. Raises BadInput for a kind that is not asked."""
    if source.kind not in ASKED:
        raise BadInput("This source is not asked: others send to it", "Collect a folder, an address, a table or a topic", value=source.id)
    kind = importlib.import_module(f"{__name__}.{source.kind}")
    started, at = time.perf_counter(), deliveries.now()
    try:
        return kind.collect(system, source)
    except ChengshuError as error:
        if not getattr(error, "is_noted", False):
            failed(system, source, at, time.perf_counter() - started, said(error))
        raise
