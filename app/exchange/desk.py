"""What the page of the sources shows, and what a data steward decides there.

A steward of the whole city may act on every source of it; what is decided is kept with who and when.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.access import Viewer
from app.errors import BadInput, ChengshuError
from app.exchange import holding, sources
from app.exchange.channels import ASKED, collect, upload
from app.exchange.channels.folder import inbox
from app.exchange.sources import Registry, Source
from app.indicators.owners import departments
from data import answers, deliveries, diff, mapping_rows, suggest
from data.mapping_rows import INDICATOR, Mapping
from data.tables import as_table

if TYPE_CHECKING:
    from app.system import System

LATE, SILENT = 1.2, 2.0
"""Cadences without a batch up to which a source is on time, and from which it is overdue."""
DAY, MONTH, NEWEST, SAMPLE = 86_400, 30 * 86_400, 40, 300


def state(system: System, viewer: Viewer, city: str) -> dict[str, Any]:
    """Everything the page shows of a city, as plain rows."""
    registry, at = sources.read(system.settings.home), deliveries.now()
    mine = [one for one in registry.sources.values() if one.city == city]
    owners = departments(system)
    rows = [_row(system, one, owners, viewer, at) for one in mine]
    ids = [one.id for one in mine]
    return {
        "sources": sorted(rows, key=lambda row: (("red", "amber", "green", "grey").index(row["status"]), row["id"])),
        "wrong": list(registry.wrong),
        "overlay": str(sources.overlay(system.settings.home)),
        "held": _held(system, ids),
        "drift": system.db.rows(
            "select *, epoch(seen_at)::bigint as at from mgmt.drift where channel in (select unnest($1::varchar[])) order by drift desc limit 40",
            [ids],
        ),
        **_mappings(system, mine),
        "channels": _channels(system, city),
        "answers": system.db.rows(
            "select *, epoch(decided_at)::bigint as at, epoch(example_at)::bigint as moment from mgmt.channel_answer "
            "where city = $1 order by decided_at desc, fact limit 40",
            [city],
        ),
        "fields": {name: mapping_rows.columns_of(system.db.cursor(), name) for name in sorted({one.dataset for one in mine})},
        "indicators": [{"id": one.id, "name_zh": one.name_zh, "name_en": one.name_en} for one in system.indicators.values()],
    }


def _row(system: System, one: Source, owners: dict[str, dict[str, Any]], viewer: Viewer, at: datetime) -> dict[str, Any]:
    """One source with its last batch, its lag and what it brought."""
    found = system.db.rows(
        "select count(*) filter (received_at > $4::timestamp - interval 1 day) as batches_day, count(*) as batches_month, "
        "coalesce(sum(row_in) filter (received_at > $4::timestamp - interval 1 day), 0)::bigint as rows_day, "
        "coalesce(sum(row_in), 0)::bigint as rows_month, coalesce(sum(rejected), 0)::bigint as rejected_month "
        "from mgmt.source_batch where city = $1 and received_at > $4::timestamp - interval 30 day "
        "and (channel = $2 or ($5 and channel = '' and source = $3 and dataset = $6))",
        [one.city, one.id, one.source, at, one.kind == "hand_in", one.dataset],
    )[0]
    last = system.db.rows(
        "select batch, epoch(received_at)::bigint as at, row_in, watermark from mgmt.source_batch where city = $1 "
        "and (channel = $2 or ($4 and channel = '' and source = $3 and dataset = $5)) order by batch desc limit 1",
        [one.city, one.id, one.source, one.kind == "hand_in", one.dataset],
    )
    tried = system.db.rows(
        "select outcome, message, epoch(started_at)::bigint as at, inserted, updated, deleted from front.delivery "
        "where channel = $1 order by delivery desc limit 1",
        [one.id],
    )
    newest = max((row["at"] for row in (*last, *(row for row in tried if row["outcome"] == "unchanged"))), default=None)
    lag = None if newest is None else max(0, int(at.replace(tzinfo=UTC).timestamp()) - newest)
    owner = owners.get(one.owner, {"name_zh": one.owner, "name_en": one.owner})
    address = str(inbox(system, one)) if one.kind == "folder" else sources.shown(one.address)
    return {
        **found, "id": one.id, "kind": one.kind, "dataset": one.dataset, "name_zh": one.name_zh, "name_en": one.name_en,
        "owner_zh": owner["name_zh"], "owner_en": owner["name_en"], "address": address, "schedule_s": one.schedule_s, "clock": one.clock,
        "cadence_s": one.cadence_s, "drift": one.drift, "trust": one.trust, "is_active": one.is_active,
        "last": last[0] if last else None, "tried": tried[0] if tried else None, "lag_s": lag,
        "status": status(one, lag, tried[0] if tried else None),
        "is_asked": one.kind in ASKED, "may_send": one.kind in upload.KINDS and sources.owns(viewer, one),
    }  # fmt: skip


def status(one: Source, lag: float | None, tried: dict[str, Any] | None) -> str:
    """green on time, amber late, red overdue or failing, grey where nothing can be said."""
    if not one.is_active:
        return "grey"
    if tried is not None and tried["outcome"] == "failed":
        return "red"
    if lag is None or not one.cadence_s:
        return "grey"
    return "green" if lag <= LATE * one.cadence_s else "amber" if lag <= SILENT * one.cadence_s else "red"


def _held(system: System, ids: list[str]) -> list[dict[str, Any]]:
    """The files that wait, each with the changes it waits for."""
    waiting = system.db.rows(
        "select held, channel, file_name, size, epoch(held_at)::bigint as at, reason from mgmt.held "
        "where state = 'waiting' and channel in (select unnest($1::varchar[])) order by held desc limit 40",
        [ids],
    )
    for row in waiting:
        row["changes"] = system.db.rows(
            "select change, column_name, was, now, confidence from mgmt.drift where held = $1 order by drift", [row["held"]]
        )
    return waiting


def _mappings(system: System, mine: list[Source]) -> dict[str, Any]:
    """The mappings in force, and a suggestion for every field that is not mapped."""
    cursor, standing, offered = system.db.cursor(), [], []
    for one in mine:
        found = mapping_rows.standing(cursor, one.id, one.source, one.dataset)
        standing += [{**_plain(row), "channel": one.id} for row in found]
        known = {row.source_field for row in found} | set(mapping_rows.columns_of(cursor, one.dataset))
        values = {name: some for name, some in _samples(system, one).items() if name not in known and not name.startswith("_")}
        taken = {row.field for row in found} | _given(system, one)
        offered += [{**_plain(row), "channel": one.id} for row in suggest.suggest(cursor, one.id, one.dataset, values, taken)] if values else []
    return {"mappings": standing, "suggestions": offered}


def _plain(one: Mapping) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Mapping.__dataclass_fields__}


def _given(system: System, one: Source) -> set[str]:
    """The standard fields that the source names as we do."""
    return {
        name
        for (name,) in system.db.run("select column_name from mgmt.column_seen where channel = $1 and dataset = $2", [one.id, one.dataset]).fetchall()
    }


def _samples(system: System, one: Source) -> dict[str, list[str]]:
    """Some values of each field that is not standard: of the newest batch, and of a file that waits."""
    found: dict[str, list[str]] = {}
    if one.kind == "hand_in":
        return found
    batch = system.db.run("select max(batch) from mgmt.source_batch where channel = $1", [one.id]).fetchone()[0]
    if batch is not None:
        rows = system.db.run(f"select _extra from hub.{one.dataset} where _batch = $1 and _extra is not null limit {SAMPLE}", [batch]).fetchall()  # noqa: S608
        found = suggest.samples(json.loads(row[0]) for row in rows)
    waiting = system.db.run("select path from mgmt.held where channel = $1 and state = 'waiting' order by held desc limit 1", [one.id]).fetchone()
    if waiting and Path(waiting[0]).is_file():
        try:
            table, _ = as_table(Path(waiting[0]), one.form)
            found = {**suggest.samples(table.slice(0, SAMPLE).to_pylist()), **found}
        except ChengshuError:
            return found
    return found


def _channels(system: System, city: str) -> list[dict[str, Any]]:
    """Facts that several channels carry, each with its channels, the best first."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for dataset in ("reading", "attribute"):
        for one in answers.standings(system.db.cursor(), city, dataset, deliveries.now()):
            found.setdefault((dataset, one.fact), []).append(
                {
                    "channel": one.channel,
                    "score": one.score,
                    "freshness": round(one.freshness, 3),
                    "trust": one.trust,
                    "latency_s": one.latency_s,
                    "lag_s": one.lag_s,
                    "has_failed": one.has_failed,
                }
            )
    return [{"dataset": dataset, "fact": fact, "channels": rows} for (dataset, fact), rows in found.items() if len(rows) > 1]


def act(system: System, viewer: Viewer, name: str, given: dict[str, str]) -> dict[str, str]:
    """Do what a steward decided; returns what to tell them. Raises BadInput and NotFound."""
    registry = sources.read(system.settings.home)
    work = ACTS.get(name)
    if work is None:
        raise BadInput("No such act", "Reload the page", value=name[:40])
    return work(system, _acting(registry, viewer, given.get("source", "")), viewer.name, given)


def _acting(registry: Registry, viewer: Viewer, name: str) -> Source:
    one = registry.one(name)
    if not sources.owns(viewer, one):
        registry.one("")  # not theirs: as if it were not there
    return one


def _number(given: dict[str, str]) -> int:
    text = given.get("id", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise BadInput("This file does not wait any more", "Reload the page", value=text[:40])
    return int(text)


def _enter(system: System, one: Source, by: str, given: dict[str, str], is_mapped: bool = False) -> dict[str, str]:
    done = holding.enter(system, one, _number(given), by, is_mapped)
    receipt = done.receipt
    return {"what": "entered", "name": one.id, "rows": str(receipt.accepted if receipt else 0), "rejected": str(receipt.rejected if receipt else 0)}


def _map(system: System, one: Source, by: str, given: dict[str, str]) -> dict[str, str]:
    return _enter(system, one, by, given, True)


def _refuse(system: System, one: Source, by: str, given: dict[str, str]) -> dict[str, str]:
    holding.refuse(system, one, _number(given), by)
    return {"what": "refused", "name": one.id}


def _collect(system: System, one: Source, by: str, given: dict[str, str]) -> dict[str, str]:  # noqa: ARG001 - one shape
    done = collect(system, one)
    rows = sum(outcome.receipt.accepted for outcome in done if outcome.receipt)
    held = sum(outcome.outcome == "held" for outcome in done)
    return {"what": "collected", "name": one.id, "rows": str(rows), "held": str(held)}


def _again(system: System, one: Source, by: str, given: dict[str, str]) -> dict[str, str]:  # noqa: ARG001 - one shape
    with system.db.write() as cursor:
        diff.forget(cursor, one.id)
        deliveries.keep_state(cursor, one.id, deliveries.State())
    return {"what": "again", "name": one.id}


def _accept(system: System, one: Source, by: str, given: dict[str, str]) -> dict[str, str]:
    try:
        confidence = float(given.get("confidence") or 1)
    except ValueError as error:
        raise BadInput("A confidence is a number from 0 to 1", "Correct it") from error
    wanted = given.get("field", "").strip()
    wanted = INDICATOR + wanted if one.dataset == "reading" and wanted in system.indicators else wanted
    made = Mapping(
        one.id,
        one.dataset,
        given.get("source_field", "").strip(),
        wanted,
        given.get("relation") or "exact",
        given.get("unit_from", "").strip(),
        given.get("unit_to", "").strip(),
        given.get("code_map", "").strip(),
        given.get("crs", "").strip(),
        confidence,
    )
    with system.db.write() as cursor:
        mapping_rows.accept(cursor, made, by, one.id, one.source)
    return {"what": "mapped", "name": made.source_field, "field": made.field}


def _end(system: System, one: Source, by: str, given: dict[str, str]) -> dict[str, str]:
    whose = given.get("of") or one.id
    if whose not in (one.id, one.source):
        raise BadInput("This mapping is another source's", "Choose it on its own row", value=whose[:60])
    with system.db.write() as cursor:
        mapping_rows.end(cursor, whose, one.dataset, given.get("source_field", ""), by)
    return {"what": "ended", "name": given.get("source_field", "")}


ACTS = {"held.enter": _enter, "held.map": _map, "held.refuse": _refuse, "source.collect": _collect, "source.again": _again,
        "mapping.accept": _accept, "mapping.end": _end}  # fmt: skip
