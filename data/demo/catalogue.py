"""The demo city's catalogue, as its departments would hand it in: every indicator, attribute and record dataset of this city as a
resource, registers that lie elsewhere, items, the three lists; some entries incomplete, out of date, not shared, or wanted and not there.

It comes twice: more than a year ago with the first gaps, and some days ago with corrections and additions. All of it is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data import registers
from data.demo import codes
from data.demo.catalogue_resources import resources as every_resource
from data.demo.catalogue_rows import BASIS, DEMANDS, ITEMS, POSTS, SYSTEMS
from data.demo.city import City
from data.demo.noise import generator
from data.fields import fields_of

FIRST, SECOND = timedelta(days=430), timedelta(days=12)
Row = dict[str, Any]


def hand_in_catalogue(folder: Path, city: City, until: datetime) -> Iterator[tuple[str, str, Path, datetime]]:
    """(source, dataset, file, as_of) of every hand-in: the first round, then what changed. Departments describe what is theirs, the data
    bureau keeps the three lists."""
    made = rows(city, until)
    for when, number in ((until - FIRST, 1), (until - SECOND, 2)):
        for dataset, mine in made.items():
            by_owner: dict[str, list[Row]] = {}
            for row in mine:
                if number in row["rounds"] and (number == 1 or row["before"] or 1 not in row["rounds"]):
                    is_own = dataset in ("resource", "item") and city.size.name != "small"  # a small city's bureau does it for all
                    owner = row["department"] if is_own else "data_bureau"
                    by_owner.setdefault(owner, []).append({**row, **(row["before"] if number == 1 else {})})
            for owner, some in by_owner.items():
                yield owner, dataset, _written(folder / f"{dataset}_{owner}_{number}.parquet", dataset, some), when


def _written(file: Path, dataset: str, some: list[Row]) -> Path:
    names = [field.name for field in fields_of(dataset)]
    pq.write_table(pa.table({name: pa.array([_text(row.get(name)) for row in some], pa.string()) for name in names}), file)
    return file


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else value.isoformat() if isinstance(value, date) else str(value)


def rows(city: City, until: datetime) -> dict[str, list[Row]]:
    """Rows of every dataset. `rounds`: in which hand-ins a row stands; `before`: what was different in the first."""
    rng, today = generator(city.seed, "catalogue"), until.date()
    districts = codes.text(city.blocks.district_code).to_pylist()
    resources = every_resource(today, districts, city.district_names)
    number: dict[str, int] = {}
    departments = [row["id"] for row in registers.rows("departments")]
    for row in resources:
        owner = row["department"]
        number[owner] = number.get(owner, 0) + 1
        row["code"] = f"{codes.CITY}-{departments.index(owner) + 1:02d}-{number[owner]:03d}"
        row["contact"] = f"{POSTS[number[owner] % len(POSTS)]}（合成）"
    _spoil(resources, rng, today)
    by_key = {row["key"]: row["code"] for row in resources}
    items = _items(by_key, today)
    for row in resources:
        row["linked_items"] = "|".join(one["code"] for one in items if row["code"] in one["uses"].split("|") + one["produces"].split("|"))
    return {
        "resource": resources,
        "item": items,
        "responsibility": _duties(resources, rng),
        "system": _systems(resources, rng, today),
        "demand": _demands(by_key, resources, rng, today),
    }


def _spoil(resources: list[Row], rng: np.random.Generator, today: date) -> None:
    """What is wrong with a real catalogue: holes, conditions that nobody wrote down, entries that came late, one that was retired."""
    order = rng.permutation(len(resources)).tolist()
    holes = [{"abstract": ""}, {"cadence": ""}, {"information_items": ""}, {"sharing_basis": ""}, {"theme": ""}, {"published_on": None}]
    for n, i in enumerate(order[: max(6, len(resources) // 14)]):  # still open
        resources[i].update(holes[n % len(holes)])
    for n, i in enumerate(order[20:32]):  # mended in the second round
        resources[i]["before"] = holes[n % len(holes)]
    for i in order[32:44]:  # new in the second round
        resources[i] |= {"rounds": (2,), "published_on": today - timedelta(days=12)}
    for row in resources:
        if row["sharing"] == "conditional" and rng.random() < 0.06:
            row["sharing_condition"] = ""
    old = next(row for row in resources if row["key"] == "old_addresses")
    old |= {"status": "retired"}


def _items(by_key: dict[str, str], today: date) -> list[Row]:
    found = []
    for n, (owner, zh, en, kind, basis, statutory, promised, uses, produces) in enumerate(ITEMS, start=1):
        found.append(
            {
                "code": f"SX-{codes.CITY}-{n:04d}",
                "name_zh": zh,
                "name_en": en,
                "department": owner,
                "kind": kind,
                "basis": basis,
                "status": "active",
                "is_online": promised < statutory,
                "is_licence_eligible": kind in ("permit", "confirmation", "payment"),
                "is_licence_used": kind in ("permit", "confirmation", "payment") and n % 5 != 0,
                "statutory_days": statutory,
                "promised_days": promised,
                "uses": "|".join(by_key.get(key, key) for key in uses.split("|") if key),
                "produces": "|".join(by_key.get(key, key) for key in produces.split("|") if key),
                "system": "",
                "published_on": today - timedelta(days=380),
                "rounds": (1, 2),
                "before": {},
            }
        )
    found[3]["basis"] = found[11]["statutory_days"] = ""
    found[-1]["status"] = "abolished"
    return found


def _duties(resources: list[Row], rng: np.random.Generator) -> list[Row]:
    return [
        {
            "code": f"ZR-{n:04d}",
            "department": row["department"],
            "resource": row["code"],
            "duty": ("collect", "maintain", "quality")[n % 3],
            "post": POSTS[n % len(POSTS)],
            "phone": "",
            "cadence": row["cadence"],
            "basis": BASIS["duty"],
            "rounds": row["rounds"],
            "before": {},
        }
        for n, row in enumerate(resources, start=1)
        if rng.random() > 0.04
    ]


def _systems(resources: list[Row], rng: np.random.Generator, today: date) -> list[Row]:
    found = []
    for n, (owner, zh, en, grade) in enumerate(SYSTEMS, start=1):
        mine = [row["code"] for row in resources if row["department"] == owner and rng.random() > 0.05]
        found.append(
            {
                "code": f"XT-{n:04d}",
                "name_zh": zh,
                "name_en": en,
                "department": owner,
                "operator": "",
                "state": "running",
                "grade": grade,
                "network": "government",
                "resources": "|".join(mine),
                "started_on": today - timedelta(days=900 + 37 * n),
                "rounds": (1, 2),
                "before": {},
            }
        )
    return found


def _demands(by_key: dict[str, str], resources: list[Row], rng: np.random.Generator, today: date) -> list[Row]:
    shareable = [row for row in resources if row["sharing"] != "none" and row["status"] == "active" and 1 in row["rounds"]]
    found = [
        {
            "code": f"XQ-{n:04d}",
            "department": who,
            "name_zh": zh,
            "name_en": en,
            "purpose": purpose,
            "wanted_from": source,
            "resource": by_key.get(key, ""),
            "fields": "",
            "cadence": cadence,
            "raised_on": today - timedelta(days=20 + 9 * n),
            "status": "open",
            "rounds": (1, 2),
            "before": {},
        }
        for n, (who, zh, en, purpose, source, key, cadence) in enumerate(DEMANDS, start=1)
    ]
    owners = sorted({row["department"] for row in resources} - {"building_stock"})
    for n in range(len(found) + 1, len(found) + 61):
        row, who = shareable[int(rng.integers(len(shareable)))], owners[int(rng.integers(len(owners)))]
        if who != row["department"]:
            found.append(
                {
                    "code": f"XQ-{n:04d}",
                    "department": who,
                    "name_zh": f"{row['name_zh']}数据",
                    "name_en": f"{row['name_en']} data",
                    "purpose": "业务协同与统计分析",
                    "wanted_from": row["department"],
                    "resource": row["code"],
                    "fields": "",
                    "cadence": row["cadence"],
                    "raised_on": today - timedelta(days=int(rng.integers(15, 400))),
                    "status": "open",
                    "rounds": (1, 2),
                    "before": {},
                }
            )
    return found
