"""Catalogues of others taken in: read, checked, and handed in like everybody's, through the front library."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.access import EVERY_DEPARTMENT
from app.catalogue import carrying
from app.catalogue.words import FIELDS
from app.system import System
from data.handin import HandIn

KEEPER = "data_bureau"


def take_in_catalogue(system: System, city: str, department: str, body: bytes, name: str = "") -> dict[str, Any]:
    """Take the resources of a file in for a department; returns how many were read, new or changed, the same, rejected, and the batch.

    What the file does not say of our own fields stays unsaid: the standard rate shows it. Raises BadInput or Unreadable.
    """
    source = KEEPER if department in ("", EVERY_DEPARTMENT) else department
    rows = [
        {**row, "department": row.get("department") or source, "status": row.get("status") or "active"} for row in carrying.read(body, name[:200])
    ]
    folder = system.settings.home / "catalogues"
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-60:].strip("._") or "catalogue"
    file = folder / f"{stem}-{secrets.token_hex(4)}.parquet"
    names = (*FIELDS, "kept")
    pq.write_table(pa.table({one: pa.array([row.get(one) or None for row in rows], pa.string()) for one in names}), file)
    try:
        receipt = system.take([HandIn(city, source, "resource", file, datetime.now(UTC))])[0]
    finally:
        file.unlink(missing_ok=True)
    return {
        "read": len(rows),
        "accepted": receipt.accepted,
        "same": receipt.duplicate,
        "rejected": receipt.rejected,
        "rules": receipt.rules,
        "batch": receipt.batch,
        "codes": [row["code"] for row in rows][:1000],
    }
