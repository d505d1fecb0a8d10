"""The demo city's hand-ins, one after another, each handed over as soon as its file is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from data.demo import names
from data.demo.attributes import hand_in_attributes
from data.demo.catalogue import hand_in_catalogue
from data.demo.city import KEY, City, found
from data.demo.codes import CITY
from data.demo.flows import hand_in_flows
from data.demo.incidents import plan_incidents, write_incidents
from data.demo.layers import hand_in_layers
from data.demo.parquet import write as write_table
from data.demo.readings import hand_in_readings
from data.demo.units import hand_in_units
from data.handin import HandIn


def write(folder: Path, size: str = "city", seed: int = 7, until: datetime | None = None,
          progress: Callable[[str, float], None] | None = None) -> Iterator[HandIn]:
    """Write the city up to `until` (default: this hour) and yield every hand-in: city, units, layer, attributes,
    readings, flows, the catalogue. `progress(what, share)` is told each file's name and the share done, 0 to 1.
    """
    folder.mkdir(parents=True, exist_ok=True)
    until = hour(until)
    city = found(size, seed)
    total, done = 30 + (len(city.blocks.grid_code) // 7500 if size == "mega" else 0), 0

    def hand_in(source: str, dataset: str, file: Path, snapshot: bool = False) -> HandIn:
        nonlocal done
        done += 1
        if progress:
            progress(file.name, min(done / total, 1.0))
        return HandIn(KEY, source, dataset, file, until, snapshot)

    yield hand_in("data_bureau", "city", _city_row(folder))
    for source, file in hand_in_units(folder, city):
        yield hand_in(source, "unit", file)
    yield hand_in("planning", "layer", hand_in_layers(folder, city), snapshot=True)
    if city.size.name != "mega":
        for source, file in hand_in_attributes(folder, city):
            yield hand_in(source, "attribute", file)
    incidents = []
    if city.size.name != "mega":  # incidents look at who lives where, and `mega` keeps no buildings in memory
        incidents = plan_incidents(city, until)
        write_incidents(folder, city, incidents, until)
    for source, file in hand_in_readings(folder, city, until, incidents):
        yield hand_in(source, "reading", file)
    yield hand_in("police", "flow", hand_in_flows(folder, city, until))
    if city.size.name != "mega":
        for source, dataset, file, as_of in hand_in_catalogue(folder, city, until):
            yield replace(hand_in(source, dataset, file), as_of=as_of)


def hour(at: datetime | None) -> datetime:
    """The full hour at or before a moment (default: now), in UTC."""
    at = datetime.now(UTC) if at is None else at
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.replace(minute=0, second=0, microsecond=0)


def _city_row(folder: Path) -> Path:
    return write_table(folder / "city.parquet", {
        "city": [KEY], "name_zh": [names.CITY[0]], "name_en": [names.CITY[1]], "synthetic": ["true"],
        "timezone": ["Asia/Shanghai"], "code": [CITY],
        "licence": ["枢城示范数据，纯属合成 · Synthetic demonstration data"],
    })


__all__ = ["City", "hour", "write"]
