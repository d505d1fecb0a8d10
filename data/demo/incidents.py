"""Planted incidents: what went wrong, where, when, and which indicators show it. Listed in incidents.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.demo import codes
from data.demo.calendar import day_start, hour_number, local_day
from data.demo.city import City, share

FILE = "incidents.json"


@dataclass(frozen=True, slots=True)
class Effect:
    """How one indicator changes: value · factor + plus, for one unit (0-based) of a level, or all (−1)."""

    indicator: str
    level: str
    unit: int
    factor: float = 1.0
    plus: float = 0.0


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened from hour `start` up to hour `stop` (not included)."""

    id: str
    kind: str
    level: str
    unit: int
    start: int
    stop: int
    effects: tuple[Effect, ...]
    zh: str
    en: str


def plan_incidents(city: City, until: datetime) -> list[Incident]:
    """The incidents of a history that ends at `until`."""
    now, b = hour_number(until), city.blocks
    most = city.size.days * 24 - 5
    zone = b.grid_zone
    of_street = b.street_of_grid
    population = np.bincount(of_street, city.residents)
    workers = np.bincount(of_street, city.workers)
    urban = 1 - share(of_street, zone, ("farmland", "village", "hill", "water"))
    by_people, by_work = np.argsort(-population * urban), np.argsort(-workers)
    main = int(by_people[min(2, len(by_people) - 1)])
    feeder = int(by_work[0])
    jam = int(np.argmax(share(of_street, zone, ("water",)) * urban))
    gas = int(by_people[min(5, len(by_people) - 1)])
    leisure = share(b.community_of_grid, zone, ("park", "old_town", "centre"))
    crowd = int(np.argmax(leisure * np.bincount(b.community_of_grid, city.residents + city.workers)))
    crowd_street = int(b.street_of_community[crowd])
    dirty = int(np.argmax(city.residents))
    north = int(b.district_of_street[main])
    talk = int(b.district_of_street[crowd_street])
    smog = int(day_start(local_day(now - min(144, most))))
    yesterday = int(day_start(local_day(now) - 1))
    two_ago = int(day_start(local_day(now) - 2))
    flu = int(day_start(local_day(now) - min(5, city.size.days - 1)))
    flu_streets = np.flatnonzero(b.district_of_street == north)
    plans = [
        ("burst_main", "street", main, now - 9, now - 3, (
            Effect("pipe_pressure_mpa", "street", main, 0.45), Effect("water_supply_m3_h", "street", main, 1.7),
            Effect("ponding_cm", "street", main, 1.0, 22.0)),
         "供水主管爆裂：压力骤降、流量激增、路面积水", "A water main burst: pressure fell, flow rose, water stood on the road"),
        ("feeder_overload", "street", feeder, now - 5, now - 1, (
            Effect("load_ratio_pct", "street", feeder, 1.4), Effect("power_load_mw", "street", feeder, 1.3),
            Effect("overloaded_transformers", "street", feeder, 1.0, 7.0)),
         "馈线过载：负荷率越过 95%，多台变压器过载", "A feeder was overloaded: load passed 95 %, transformers ran over their rating"),
        ("crowd_surge", "community", crowd, now - 4, now, (
            Effect("crowd_density", "community", crowd, 3.4, 40.0),
            Effect("net_flow_persons_h", "street", crowd_street, 1.0, 2600.0),
            Effect("visiting_population", "street", crowd_street, 2.0, 3000.0)),
         "人群聚集：人群密度升至平常三倍以上", "A crowd gathered: density rose to more than three times the usual"),
        ("smog", "city", 0, smog, smog + 24, (
            Effect("aqi", "street", -1, 2.5, 60.0), Effect("pm25", "street", -1, 2.9, 45.0)),
         "雾霾日：全市空气质量指数超过 200", "A smog day: the air quality index passed 200 all over the city"),
        ("bridge_closed", "street", jam, now - 28, now - 23, (
            Effect("congestion_index", "street", jam, 1.2, 4.0), Effect("main_road_speed_kmh", "street", jam, 0.42)),
         "跨江大桥临时封闭：周边严重拥堵", "A bridge was closed: heavy congestion round it"),
        ("gas_leak", "street", gas, yesterday, yesterday + 24, (Effect("gas_alarms", "street", gas, 1.0, 11.0),),
         "燃气管网泄漏：报警集中出现", "A gas pipe leaked: alarms came in a cluster"),
        ("opinion_storm", "district", talk, now - 20, now - 12, (
            Effect("mentions_per_h", "district", talk, 5.5), Effect("negative_pct", "district", talk, 13.0),
            Effect("spread_speed", "district", talk, 3.0, 30.0)),
         "舆情突发：提及量与负面占比同时上升", "A public opinion storm: mentions and the negative share rose together"),
        ("emergency_rooms_full", "district", north, now - 7, now - 2, (Effect("er_load_pct", "district", north, 1.55),),
         "急诊拥挤：急诊负荷率超过 95%", "Emergency rooms were full: load passed 95 %"),
        ("flu_wave", "district", north, flu, now + 24, tuple(
            Effect("flu_pct", "street", int(s), 2.1) for s in flu_streets),
         "流感聚集：流感样病例占比翻倍", "A wave of flu: the share of flu-like illness doubled"),
        ("rubbish_dumped", "grid", dirty, two_ago, two_ago + 24, (Effect("cases_filed", "grid", dirty, 1.0, 16.0),),
         "垃圾倾倒：单元网格立案数突增", "Rubbish was dumped: cases in one grid jumped"),
    ]
    return [Incident(f"I{k:02d}", *plan) for k, plan in enumerate(plans, 1)]


def write_incidents(folder: Path, city: City, incidents: list[Incident], until: datetime) -> Path:
    """Write the truth that alerts and forecasts are scored against."""
    code = {"city": [codes.CITY]}
    for level in ("district", "street", "community", "grid"):
        code[level] = codes.text(getattr(city.blocks, f"{level}_code")).to_pylist()
    rows = [{
        "id": i.id, "kind": i.kind, "unit_code": code[i.level][i.unit], "level": i.level,
        "indicators": list(dict.fromkeys(e.indicator for e in i.effects)), "from": _iso(i.start), "to": _iso(i.stop),
        "effects": [{"indicator": e.indicator, "unit_code": codes.CITY if e.unit < 0 else code[e.level][e.unit],
                     "factor": e.factor, "plus": e.plus} for e in i.effects],
        "magnitude": max(i.effects[0].factor, 1 / max(i.effects[0].factor, 0.01), 1 + i.effects[0].plus / 10),
        "description_zh": i.zh, "description_en": i.en,
    } for i in incidents]
    file = folder / FILE
    file.write_text(json.dumps({"city": "demo", "size": city.size.name, "seed": city.seed, "until": until.isoformat(),
                                "incidents": rows}, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


def written_until(folder: Path) -> datetime | None:
    """The moment the history in this folder was written up to; None when there is none."""
    file = folder / FILE
    return datetime.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["until"]) if file.exists() else None


def _iso(hour: int) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).isoformat()
