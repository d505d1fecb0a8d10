"""A quarter of a year of readings at the size that issues name: 45 vital signs of every community, from every 5 minutes to every hour.

The demo city with all its units, cases and rules; its readings are replaced. They go straight into base.reading, in the order in which a city
reports, because the front library, the hub and the rules are measured elsewhere (benchmarks/rules.py, benchmarks/ingest.py). Values lie
where the demo city's own do (the same mean), with a daily and a weekly cycle and noise, so that a usual share of them breaks its limits.
"""

from __future__ import annotations

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from app.settings import load
from app.system import System
from benchmarks import HOME
from benchmarks._city import demo

DAYS, SIGNS = 90, 45
OFTEN = {"PT5M": 2, "PT15M": 4}              # so many signs report that often, all others by the hour
MINUTES = {"PT5M": 5, "PT15M": 15, "PT1H": 60}
MEMORY = "8GB"                               # CHENGSHU_VALUES_MEMORY: the values take 4 to 5 GB

_SET = """
update catalogue.indicator i set native_level = 'community', cadence = s.cadence,
    weight = case when i.weight = 'area_m2' then i.weight else 'reading' end
from signs_now s where s.id = i.id
"""
_DAY = """
insert into base.reading
select 'demo', s.id, 'community', u.seq, w.at,
       round(s.value * (1 + 0.12 * sin(2 * pi() * (w.minute / 1440.0 + u.seq % 7 / 14))
           + 0.03 * (w.weekday >= 6)::int + 0.05 * (random() - 0.5)), (s.decimals + 1)::integer),
       s.weight, $batch, row_number() over ()
from (select $day + to_minutes(5 * n) as at, 5 * n as minute, isodow($day) as weekday from range(288) r(n)) w
join signs_now s on w.minute % s.minutes = 0
cross join (select seq from theme.unit where city = 'demo' and level = 'community') u
order by w.at, s.id, u.seq
"""
_TYPICAL = """
select r.indicator as id, avg(r.value) as value, avg(r.weight) as weight, any_value(i.decimals)::integer as decimals
from base.reading r join catalogue.indicator i on i.id = r.indicator
where r.city = 'demo' and i.rollup in ('sum', 'weighted_mean', 'ratio', 'max') and i.native_level <> 'city'
group by r.indicator order by count(*) desc, r.indicator limit $signs
"""


def quarter(days: int = DAYS, signs: int = SIGNS) -> Path:
    """The folder of the city with `days` days of readings of `signs` signs, made on the first call."""
    home = HOME / f"quarter-{days}-{signs}"
    if not (home / "made").exists():
        demo("city").close()
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(HOME / "city", home)
        (home / "made").unlink()
        started = time.perf_counter()
        system = opened(home)
        _fill(system, days, signs)
        system.close()
        system = opened(home)                   # with the registry as it is now
        system.values("demo").rebuild()
        system.db.checkpoint()
        system.close()
        (home / "made").write_text(f"{time.perf_counter() - started:.1f}", encoding="utf-8")
    return home


def opened(home: Path) -> System:
    """The system over it."""
    return System(load(home=home, demo="off", values_memory=MEMORY))


def _fill(system: System, days: int, signs: int) -> None:
    db, end = system.db, system.db.run("select max(observed_at) from base.reading where city = 'demo'").fetchone()[0]
    found = db.rows(_TYPICAL, {"signs": signs})
    cadences = [name for name, count in OFTEN.items() for _ in range(count)]
    for k, row in enumerate(found):
        row["cadence"] = cadences[k] if k < len(cadences) else "PT1H"
        row["minutes"] = MINUTES[row["cadence"]]
    batch = db.run("select max(batch) from front.batch where city = 'demo' and dataset = 'reading'").fetchone()[0]
    midnight = datetime(end.year, end.month, end.day) - timedelta(days=2)       # what is handed in afterwards must not be of the future
    with db.write() as cursor:
        for table in ("base.reading", "theme.rolled", "theme.latest"):
            cursor.execute(f"delete from {table} where city = 'demo'")          # table: a constant of ours
        cursor.register("signs_now", pa.Table.from_pylist(found))
        cursor.execute(_SET)
    for day in range(days):
        with db.write() as cursor:
            cursor.register("signs_now", pa.Table.from_pylist(found))
            cursor.execute(_DAY, {"day": midnight - timedelta(days=days - day), "batch": batch})
