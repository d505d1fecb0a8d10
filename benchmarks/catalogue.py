"""What people wait for in the catalogue of 10 000 entries: words, filters, a shape on the map; the shelf, the rates, one page of a grant's rows."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from app.access import EVERY_DEPARTMENT, Grant, viewer
from app.catalogue import carrying, rates, use
from app.catalogue.desk import Wish
from app.catalogue.entries import Resource
from app.catalogue.search import Question, search
from app.settings import load
from app.system import System
from benchmarks import Row, spread, times
from data.handin import HandIn
from data.registers import rows as register
from tests import tiny

ENTRIES = 10_000
WORDS = ("空气", "kongqi", "air quality", "shuiwu", "register 12", "企业 登记", "zz", "9901", "population", "gdp growth 7")


def measure(size: str = "") -> list[Row]:
    """On the tiny city with `size` (10 000) resources of its registers' names, covering one to three of its units each."""
    count = int(size) if size.isdigit() else ENTRIES
    folder = Path(tempfile.mkdtemp(prefix="chengshu-catalogue-"))
    system = System(load(home=folder / "home", demo="off"))
    try:
        system.take([*tiny.whole(folder / "in"), tiny.hand_in(folder / "in", "reading", tiny.readings("active_sites", "street"), "r")])
        started = time.perf_counter()
        system.take([HandIn("tiny", "data_bureau", "resource", _file(folder, count), datetime.now(UTC))])
        taken = (time.perf_counter() - started) * 1000
        return [Row("catalogue handed in, checked against every rule", f"{count:,} resources", taken), *_asked(system, count)]
    finally:
        system.close()
        shutil.rmtree(folder, ignore_errors=True)


def _asked(system: System, count: int) -> list[Row]:
    shelf, data, rng = system.catalogue.shelf("tiny"), f"{count:,} resources", np.random.default_rng(1)
    shelf.index  # noqa: B018 - made at the first search
    departments, themes = sorted(shelf.departments), sorted(shelf.themes)

    def shape(i: int) -> shapely.Geometry:
        x, y = 118 + 0.13 * ((i * 7) % 10) / 10, 30 + 0.13 * ((i * 3) % 10) / 10
        return shapely.Point(x, y).buffer(0.005 + 0.003 * (i % 5))

    asks = {
        "search by word (Chinese, pinyin, English)": lambda i: search(shelf, Question(WORDS[i % len(WORDS)]), 0, 50),
        "search by department, theme and sharing type": lambda i: search(
            shelf, Question("", "resource", departments[i % len(departments)], themes[i % len(themes)], "unconditional"), 0, 50
        ),
        "search by a drawn shape": lambda i: search(shelf, Question(shape=shape(i)), 0, 50),
        "search by word, filter and shape": lambda i: search(
            shelf, Question(WORDS[i % len(WORDS)], department=departments[i % 20], shape=shape(i)), 0, 50
        ),
        "everything, first page": lambda _i: search(shelf, Question(), 0, 50),
    }
    found = [spread(what, data, times(ask, 300), 100.0) for what, ask in asks.items()]
    found.append(
        spread("the shelf read again after a batch, with its index", data, times(lambda _i: system.catalogue._read("tiny").index, 5, 1), at="p50")
    )
    found.append(spread("the three rates judged from rows", data, times(lambda _i: rates.judge(system.db, "tiny"), 10, 1), at="p50"))
    some = list(shelf.resources.values())[:1000]
    for kind in ("jsonld", "json"):
        body = carrying.write(some, kind)
        found.append(
            spread(
                f"1 000 resources written as {kind}", f"{len(body) / 1e6:.1f} MB", times(lambda _i, k=kind: carrying.write(some, k), 3, 0), at="p50"
            )
        )
        found.append(
            spread(f"1 000 resources read from {kind}", f"{len(body) / 1e6:.1f} MB", times(lambda _i, b=body: carrying.read(b), 3, 0), at="p50")
        )
    local = viewer("local", "local", (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT)
    entry = next(one for one in some if one.stands_for == "indicator/active_sites")
    grant = system.desk.ask(local, "tiny", entry, Wish("Measured here"))
    page = times(lambda _i: use.rows_of(system, local, "tiny", entry, system.desk.grant_of(local, "tiny", entry.code)), 200)
    assert grant["state"] == "granted" and rng is not None and isinstance(entry, Resource)
    return [*found, spread("a page of a grant's rows, grant looked up", "4 rows", page, 50.0)]


def _file(folder: Path, count: int) -> Path:
    """Resources with names of the registers, numbered; every tenth has a hole."""
    indicators, departments = register("indicators"), register("departments")
    units = [row["code"] for row in tiny.units() if row["level"] in ("district", "street", "community")]
    rows = []
    for n in range(count):
        one, owner = indicators[n % len(indicators)], departments[n % len(departments)]
        items = [{"name": "unit_code", "type": "text"}, {"name": "value", "type": "number", "unit": one["unit"]}]
        rows.append(
            {
                "code": f"B{n:06d}",
                "name_zh": f"{one['name_zh']}{n}",
                "name_en": f"{one['name_en']} {n}",
                "department": owner["id"],
                "category": "theme",
                "theme": one["theme"],
                "abstract": None if n % 10 == 0 else f"{one['description_zh']}（{n}）",
                "format": "api",
                "status": "active",
                "information_items": json.dumps(items),
                "sharing": ("unconditional", "conditional", "none")[n % 3],
                "sharing_condition": "限履行职责",
                "sharing_basis": "国发〔2016〕51号",
                "openness": "open",
                "cadence": one["cadence"],
                "published_on": "2026-01-01",
                "stands_for": "indicator/active_sites" if n % 3 == 0 else f"indicator/{one['id']}",
                "covers": "|".join(units[n % len(units) : n % len(units) + n % 4]),
                "keywords": f"{one['name_zh']}|{owner['name_zh']}",
            }
        )
    path = folder / "resources.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path
