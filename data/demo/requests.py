"""A plausible year of requests in the demo city: who asked for what and when, how it was decided, what became of it. Made up.

The plan goes through the same desk as real requests (app/catalogue/history.py). Decisions get quicker: more and more resources are
shared without conditions, and the owners learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.demo.noise import generator

MONTHS = 13
PURPOSES = ("业务协同：核验申请材料", "统计分析与专题报告", "城市运行监测与预警", "专项整治数据比对", "服务事项免提交材料", "规划编制基础数据")
REASONS = ("用途不明确，请补充说明", "所需信息项超出履职范围", "已有同类资源可用")


@dataclass(frozen=True)
class Planned:
    """One request: `outcome` is grant, refuse or withdraw, `after` the time until then; `ends` revokes the grant at a time.

    An unconditional resource is granted at once whatever is planned. `calls` a day of its use, `part` True for some fields only.
    """

    at: datetime
    department: str
    resource: str
    purpose: str
    outcome: str
    after: timedelta
    reason: str = ""
    ends: datetime | None = None
    calls: int = 0
    part: bool = False


def plan_requests(seed: int, until: datetime, resources: list[tuple[str, str, str]], wanted: list[tuple[str, str]]) -> list[Planned]:
    """The year's requests in the order of time. `resources` are (code, owner, sharing); `wanted` (department, code) of the demand list."""
    rng = generator(seed, "requests")
    shareable = [row for row in resources if row[2] in ("unconditional", "conditional")]
    sharing = {code: kind for code, _, kind in resources}
    departments = sorted({owner for _, owner, _ in resources} - {"building_stock"})
    pairs = [pair for pair in wanted if pair[1] in sharing and sharing[pair[1]] != "none"]
    found: list[Planned] = []
    asked: set[tuple[str, str]] = set()
    for month in range(MONTHS):
        start = until - timedelta(days=30 * (MONTHS - month))
        for _ in range(int(rng.integers(9, 14)) + month):
            if pairs and rng.random() < 0.24:
                department, code = pairs.pop(int(rng.integers(len(pairs))))
            else:
                # later on people ask more for what they get at once
                some = [row for row in shareable if (row[2] == "unconditional") == bool(rng.random() < 0.1 + 0.045 * month)]
                code, owner, _ = some[int(rng.integers(len(some)))]
                department = departments[int(rng.integers(len(departments)))]
                if department == owner:
                    continue
            if (department, code) in asked:
                continue
            asked.add((department, code))
            at = start + timedelta(hours=float(rng.uniform(0, 29.5 * 24)))
            at = at.replace(hour=int(rng.integers(1, 10)), minute=int(rng.integers(60)), second=0, microsecond=0)
            days = float(rng.gamma(2.2, (6.2 - 0.34 * month) / 2.2)) + 0.1
            draw, after = rng.random(), timedelta(days=days)
            outcome = "grant" if draw < 0.8 else "refuse" if draw < 0.93 else "withdraw"
            ends = at + after + timedelta(days=float(rng.uniform(20, 120))) if outcome == "grant" and rng.random() < 0.04 else None
            found.append(
                Planned(
                    at,
                    department,
                    code,
                    PURPOSES[int(rng.integers(len(PURPOSES)))],
                    outcome,
                    after,
                    REASONS[int(rng.integers(len(REASONS)))] if outcome == "refuse" else "",
                    ends,
                    int(rng.integers(0, 90)),
                    bool(rng.random() < 0.3),
                )
            )
    some = [row for row in shareable if row[2] == "conditional"]
    for n in range(5):  # what waits for a decision now
        code, owner, _ = some[int(rng.integers(len(some)))]
        department = next(one for one in departments[3 * n :] + departments if one != owner and (one, code) not in asked)
        asked.add((department, code))
        found.append(Planned(until - timedelta(hours=5 + 17 * n), department, code, PURPOSES[n], "grant", timedelta(days=30)))
    return sorted(found, key=lambda one: one.at)
