"""A table of a department's own database: what is new by its watermark column, or what changed by comparing all of it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.exchange.holding import hold_bad, put_aside
from app.exchange.receiving import Arrival, Folders, Outcome, receive
from app.exchange.sources import Source, filled
from data import deliveries, foreign
from data.deliveries import Delivery
from data.errors import BadInput

if TYPE_CHECKING:
    from app.system import System


def collect(system: System, source: Source) -> list[Outcome]:
    """Read the table and hand in what is new. Raises what the reading raises: nothing is kept then."""
    at, state = deliveries.now(), deliveries.state(system.db, source.id)
    with tempfile.NamedTemporaryFile(dir=Folders(system.settings.home, source).of("spool"), suffix=".parquet", delete=False) as place:
        file = Path(place.name)
    try:
        found = foreign.read_table(filled(source.address), file, source.watermark_field, state.watermark, state.edge)
        if source.watermark_field and not found.rows:
            with system.db.write() as cursor:
                deliveries.note(cursor, Delivery(source.id, at, (deliveries.now() - at).total_seconds(), "unchanged",
                                                 message=f"nothing after {found.watermark}"))
            return [Outcome("unchanged")]
        name = f"{source.address.rpartition('#')[2] or 'table'}-{at:%Y%m%dT%H%M%S}.parquet"
        arrival = Arrival(source, file, name, datetime.now(UTC), found.watermark, replace(state, watermark=found.watermark, edge=found.edge))
        try:
            done = receive(system, arrival)
        except BadInput as error:
            return [hold_bad(system, arrival, error)]
        if done.outcome == "held":
            put_aside(system, done, file)
        return [done]
    finally:
        file.unlink(missing_ok=True)
