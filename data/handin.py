"""What a department hands in: one file of one dataset for one city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data import registers

DATASETS: tuple[str, ...] = tuple(row["id"] for row in registers.rows("datasets"))


@dataclass(frozen=True, slots=True)
class HandIn:
    """One file for the front library.

    city       city key, a slug of at most 40 characters [a-z0-9_-]
    source     who hands it in: a department id, an importer, a sensor network
    dataset    one of DATASETS
    file       Parquet or CSV with the columns of the dataset (ARCHITECTURE, "Datasets handed in")
    as_of      when the source says this was so (aware, or naive UTC)
    snapshot   True when the file is the source's complete set: what is not in it any more gets a valid-to
    channel    row of the sources registry it came by; empty when handed in by hand
    watermark  how far the source's own change mark had come; empty where it has none
    corrects   batch whose rejected rows these are, mended; None for anything else
    """

    city: str
    source: str
    dataset: str
    file: Path
    as_of: datetime
    snapshot: bool = False
    channel: str = ""
    watermark: str = ""
    corrects: int | None = None
