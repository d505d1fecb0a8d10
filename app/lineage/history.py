"""The records and units of a city as they stood, and as they were known, at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import ceil
from typing import Any

from app.errors import NotFound
from app.lineage.flow import MASK, hidden_fields
from app.sight import Seen
from app.units.succession import became, came_from
from data import records

MOST = 5000


def as_of(
    seen: Seen, city: str, dataset: str, at: int | None = None, known_at: int | None = None, first: int = 0, most: int = 1000
) -> dict[str, Any]:
    """{total, rows}: records that stood at a time (epoch seconds; None: now), by what was known then where `known_at` is given.

    Rows `first` … `first + most`, in the order in which they were handed in; fields above the viewer's privacy level are masked.
    Raises NotFound for a dataset that is not one of records, Refused for who may not see the whole city.
    """
    seen.require_whole(city)
    found = records.as_of(seen._door, dataset, city, _moment(at), _moment(known_at)).sort_values(["_batch", "_row"])
    hidden = hidden_fields(seen, city, dataset)
    rows = found.iloc[first : first + most].astype(object).where(lambda frame: frame.notna(), None).to_dict("records")
    return {"total": len(found), "rows": [{name: MASK if name in hidden and value is not None else _plain(value) for name, value in row.items()
                                           if name != "city"} for row in rows]}


def unit_as_of(seen: Seen, city: str, code: str, at: int | None = None, known_at: int | None = None) -> dict[str, Any]:
    """{unit, came_from, became, attributes, readings}: a unit at a time (epoch seconds; None: now), by what was known at `known_at` (None: now).

    `came_from` and `became` are what it took ground over from, and what took its own over since.
    `readings` are the newest of each indicator reported at the unit itself; indicators whose small counts are hidden are left out.
    Every row says the batch and row it came with. Raises NotFound where the unit did not stand, or was not known.
    """
    now = ceil(datetime.now(UTC).timestamp())               # what became known within this second is known now
    asked = {"at": now if at is None else at, "known": now if known_at is None else known_at}
    found = seen.rows("unit_known", city=city, code=code, **asked)
    if not found:
        raise NotFound("No such unit at that time, as far as was known", "Ask for another time", value=code)
    place = {"city": city, "level": found[0]["level"], "seq": found[0]["seq"]}
    told = [name for name, one in seen.indicators.items() if not seen.hides_few(one)]
    return {"unit": found[0], "came_from": came_from(seen, city, found[0]), "became": became(seen, city, code),
            "attributes": seen.rows("attributes_known", **place, **asked),
            "readings": seen.rows("readings_known", indicators=told, **place, **asked)}


def _moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
