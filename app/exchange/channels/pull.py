"""HTTP pull: the file behind an address, asked for only when it is not the one of last time (ETag, Last-Modified)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.exchange.fetch import Mark, fetch_changed
from app.exchange.holding import hold_bad, put_aside
from app.exchange.receiving import Arrival, Outcome, receive
from app.exchange.sources import Source, filled
from data import deliveries
from data.deliveries import Delivery
from data.errors import BadInput

if TYPE_CHECKING:
    from app.system import System


def collect(system: System, source: Source) -> list[Outcome]:
    """Fetch, and hand in what changed. Raises what the fetching raises."""
    at, state = deliveries.now(), deliveries.state(system.db, source.id)
    found = fetch_changed(filled(source.address), system.settings, Mark(state.etag, state.modified))
    if found is None:
        with system.db.write() as cursor:
            deliveries.note(cursor, Delivery(source.id, at, (deliveries.now() - at).total_seconds(), "unchanged", message="304 Not Modified"))
        return [Outcome("unchanged")]
    name = urlsplit(source.address).path.rsplit("/", 1)[-1] or source.id
    arrival = Arrival(source, found.file, name, datetime.now(UTC), state=replace(state, etag=found.mark.etag, modified=found.mark.modified))
    try:
        done = receive(system, arrival)
    except BadInput as error:
        return [hold_bad(system, arrival, error)]
    if done.outcome == "held":
        put_aside(system, done, found.file)
    found.file.unlink(missing_ok=True)
    return [done]
