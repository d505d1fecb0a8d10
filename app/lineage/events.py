"""Lineage as OpenLineage events (spec 2-0-2), for catalogues beside Chengshu: one file a month under <home>/lineage.

What runs is told as run events: a START and a COMPLETE for every batch. What is always so (which columns each job makes of
which) is told once as a job event, and again when the SQL changed. The last batch told stands in the file itself: a killed
process tells the rest at the next start, and nothing twice.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from data import queries
from data.connection import Database
from data.handin import DATASETS
from data.lineage import Column, lineage

PRODUCER = "urn:chengshu:lineage:1"
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
FACET = "https://openlineage.io/spec/facets/"
NAMESPACE = "chengshu"
_BLOCK = 1000
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, PRODUCER)


class Events:
    """The files of one installation. `days`: how long a month's file is kept after its month."""

    def __init__(self, home: Path, days: int) -> None:
        self.folder, self.days = home / "lineage", days
        self._lock = threading.Lock()
        self._told: tuple[int, str] | None = None         # (last batch, hash of the job events)

    def write(self, db: Database) -> int:
        """Tell of every batch that was not told of yet; returns how many."""
        with self._lock:
            last, design = self._told or self._read()
            found = 0
            while rows := queries.rows(db, "batches_after", batch=last, most=_BLOCK):
                lines = []
                digest = design_digest()
                if digest != design:
                    lines += [_line(event) for event in job_events(digest)]
                    design = digest
                lines += [_line(event) for row in rows for event in run_events(row)]
                self._append(lines)
                last, found = rows[-1]["batch"], found + len(rows)
            self._told = (last, design)
            return found

    def files(self) -> list[Path]:
        """The files that are kept, oldest first."""
        return sorted(self.folder.glob("openlineage-*.ndjson"))

    def _append(self, lines: list[bytes]) -> None:
        now = datetime.now(UTC)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"openlineage-{now:%Y-%m}.ndjson"
        is_new = not path.exists()
        with path.open("ab") as file:
            if not is_new and not _ends_whole(path):
                file.write(b"\n")
            file.write(b"".join(line + b"\n" for line in lines))
        if is_new:
            path.chmod(0o600)
            for old in self.files()[:-1]:
                if old.stem[-7:] < f"{now - timedelta(days=self.days):%Y-%m}":
                    old.unlink()

    def _read(self) -> tuple[int, str]:
        """(last batch told whole, hash of the design told last) of the newest file that says them."""
        last, design = 0, ""
        for path in reversed(self.files()):
            with path.open("rb") as file:
                for line in file:
                    try:
                        event = orjson.loads(line)
                    except orjson.JSONDecodeError:      # a line that a power cut left half
                        continue
                    facets = event.get("run", {}).get("facets", {})
                    if event.get("eventType") == "COMPLETE" and "chengshu_batch" in facets:
                        last = max(last, facets["chengshu_batch"]["batch"])
                    design = event.get("job", {}).get("facets", {}).get("chengshu_design", {}).get("sha256", design)
            if last:
                break
        return last, design


def run_events(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """START and COMPLETE of one batch (a row of trace.batch)."""
    received = row["received_at"].replace(tzinfo=UTC)
    run = str(uuid.uuid5(_NAMES, f"{row['city']}/{row['source']}/{row['dataset']}/{row['sha256']}"))
    dataset = row["dataset"]
    batch = {"_producer": PRODUCER, "_schemaURL": PRODUCER, "batch": row["batch"], "city": row["city"], "source": row["source"],
             "sha256": row["sha256"], "schemaFingerprint": row["schema_fingerprint"], "asOf": row["as_of"].replace(tzinfo=UTC).isoformat(),
             "snapshot": row["is_snapshot"], "accepted": row["accepted"], "rejected": row["rejected"], "duplicate": row["duplicate"]}
    read = {"namespace": f"{NAMESPACE}/hand-in/{row['city']}/{row['source']}", "name": row["file_name"], "inputFacets": {
        "dataQualityMetrics": {**_facet("1-0-2/DataQualityMetricsInputDatasetFacet"), "rowCount": row["row_in"], "columnMetrics": {}}}}
    wrote = [_dataset(name, count) for name, count in ((f"hub.{dataset}", row["row_in"]), (f"dept.{dataset}", row["accepted"]),
                                                       (f"base.{dataset}", None), ("mgmt.reject", row["rejected"]))]
    job = {"namespace": NAMESPACE, "name": f"intake.{dataset}"}
    yield _event("RunEvent", received, eventType="START", run={"runId": run}, job=job, inputs=[read], outputs=[])
    finished = received + timedelta(seconds=row["seconds"] or 0)
    yield _event("RunEvent", finished, eventType="COMPLETE", run={"runId": run, "facets": {"chengshu_batch": batch}}, job=job, inputs=[read],
                 outputs=wrote)


def job_events(digest: str) -> Iterator[dict[str, Any]]:
    """One job event per dataset, with the columns of hub, dept and base and what each is made of; and one for the views."""
    now = datetime.now(UTC)
    for dataset in DATASETS:
        yield _event("JobEvent", now, job=_job(f"intake.{dataset}", digest), inputs=[{"namespace": NAMESPACE, "name": f"file.{dataset}"}],
                     outputs=[_with_columns(f"{library}.{dataset}") for library in ("hub", "dept", "base")])
    views = sorted(table for table in lineage().columns if table.startswith("theme."))
    yield _event("JobEvent", now, job=_job("tower", digest), inputs=[{"namespace": NAMESPACE, "name": "base.reading"}],
                 outputs=[_with_columns(view) for view in views])


def design_digest() -> str:
    """A hash over the lineage of all columns."""
    told = sorted((str(column), sorted(map(str, sources))) for column, sources in lineage().sources.items())
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def _with_columns(table: str) -> dict[str, Any]:
    known = lineage()
    fields = {}
    for name in known.columns.get(table, ()):
        sources = sorted(known.sources.get(Column(table, name), ()))
        if sources:
            fields[name] = {"inputFields": [{"namespace": NAMESPACE, "name": one.table, "field": one.name} for one in sources]}
    columns = [{"name": name} for name in known.columns.get(table, ())]
    return {"namespace": NAMESPACE, "name": table, "facets": {
        "schema": {**_facet("1-1-1/SchemaDatasetFacet"), "fields": columns},
        "columnLineage": {**_facet("1-2-0/ColumnLineageDatasetFacet"), "fields": fields}}}


def _dataset(name: str, count: int | None) -> dict[str, Any]:
    told = {"namespace": NAMESPACE, "name": name}
    if count is None:
        return told
    return {**told, "outputFacets": {"outputStatistics": {**_facet("1-0-2/OutputStatisticsOutputDatasetFacet"), "rowCount": count}}}


def _job(name: str, digest: str) -> dict[str, Any]:
    return {"namespace": NAMESPACE, "name": name, "facets": {"chengshu_design": {"_producer": PRODUCER, "_schemaURL": PRODUCER, "sha256": digest}}}


def _facet(path: str) -> dict[str, str]:
    name = path.split("/")[1]
    return {"_producer": PRODUCER, "_schemaURL": f"{FACET}{path}.json#/$defs/{name}"}


def _event(kind: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"eventTime": at.isoformat(), "producer": PRODUCER, "schemaURL": f"{SPEC}{kind}", **more}


def _line(event: dict[str, Any]) -> bytes:
    return orjson.dumps(event)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() == 0:
            return True
        file.seek(-1, 2)
        return file.read(1) == b"\n"
