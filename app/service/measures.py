"""The measures of service, each defined in one place: its head, what is divided by what, its unit, which way is better, its goals.

Their names and formulas stand in `data/registry/figures.csv` (id `service_<measure>`), where the trace of a figure reads them too.
The counts come from rows (app/service/counts.py, the catalogue, the request desk, deliveries, this program's own
requests, the days of halls and the hours of the hotline). A measure for which nobody hands rows in has no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.lineage.figures import figure

HEADS = ("resources", "channels", "effectiveness")
SIDES = ("department", "category", "channel", "district", "hall", "item")


@dataclass(frozen=True)
class Measure:
    """`top` ÷ `bottom` times `scale` (a share in per cent); without a bottom the count or time `top` itself. `is_rest`: one minus the share.

    Up to `watch` (from `good`, on the side that is better) a value is amber, beyond it red; without goals nothing is judged.
    """

    id: str
    head: str
    top: str
    bottom: str = ""
    unit: str = "%"
    decimals: int = 1
    is_less_better: bool = False
    good: float | None = None
    watch: float | None = None
    is_rest: bool = False
    scale: float = 100.0

    @property
    def key(self) -> str:
        """The key of its trace."""
        return f"figure/service_{self.id}"

    @property
    def names(self) -> dict[str, str]:
        """name_zh, name_en, formula_zh, formula_en, and `rows`: the address of what it counts, with {city} in it."""
        return {name: figure(f"service_{self.id}")[name] for name in ("name_zh", "name_en", "formula_zh", "formula_en", "rows")}

    def value(self, counts: Mapping[str, float | None]) -> float | None:
        """The value that counts give; None where there is nothing to divide by, or nothing was counted."""
        top = counts.get(self.top)
        if not self.bottom or top is None:
            return top
        bottom = counts.get(self.bottom)
        if not bottom:
            return None
        share = self.scale * top / bottom
        return 100 - share if self.is_rest else share

    def status(self, value: float | None) -> str:
        """green, amber, red; grey without a value or without goals."""
        if value is None or self.good is None or self.watch is None:
            return "grey"
        sign = -1 if self.is_less_better else 1
        return "green" if sign * value >= sign * self.good else "amber" if sign * value >= sign * self.watch else "red"


MEASURES: tuple[Measure, ...] = (
    Measure("online", "resources", "items_online", "items", good=90, watch=70),
    Measure("interfaces", "resources", "sources_up", "sources", good=98, watch=90),
    Measure("fresh", "resources", "fresh_met", "fresh_total", good=90, watch=80),
    Measure("licence", "resources", "licence_used", "licence_eligible", good=90, watch=70),
    Measure("windows", "resources", "busy_hours", "open_hours"),            # too few and too many wait alike: no goal
    Measure("staff", "resources", "staff", "at_hall", unit="persons", scale=10_000, is_less_better=True),
    Measure("digital", "channels", "digital", "asked", good=50, watch=30),
    Measure("opened", "channels", "opened", unit="", decimals=0),
    Measure("connect", "channels", "answered", "incoming", good=95, watch=85),
    Measure("abandon", "channels", "abandoned", "incoming", is_less_better=True, good=3, watch=8),
    Measure("switches", "channels", "switches", "switch_told", unit="次", decimals=2, scale=1, is_less_better=True, good=0.3, watch=0.6),
    Measure("completion", "effectiveness", "completed", "opened", good=90, watch=75),
    Measure("on_time", "effectiveness", "on_time", "promised", good=95, watch=85),
    Measure("p50_days", "effectiveness", "p50_days", unit="d", is_less_better=True, good=3, watch=5),
    Measure("p90_days", "effectiveness", "p90_days", unit="d", is_less_better=True, good=7, watch=15),
    Measure("good_rating", "effectiveness", "good", "rated", good=90, watch=80),
    Measure("put_right", "effectiveness", "put_right", "poor_due", good=100, watch=90),
    Measure("called_back", "effectiveness", "called_back", "poor", good=100, watch=90),
    Measure("cost", "effectiveness", "cost", "costed", unit="CNY", scale=1, is_less_better=True),
    Measure("trips", "effectiveness", "trips", "trips_told", unit="次", decimals=2, scale=1, is_less_better=True, good=1, watch=2),
    Measure("time_cut", "effectiveness", "promised_days", "statutory_days", good=50, watch=30, is_rest=True),
    Measure("requests_closed", "effectiveness", "requests_closed", unit="", decimals=0),
    Measure("request_days", "effectiveness", "request_days", unit="d", is_less_better=True, good=3, watch=7),
    Measure("api_success", "effectiveness", "api_answered", "api_calls", decimals=2, good=99.9, watch=99),
    Measure("api_p95", "effectiveness", "api_p95_ms", unit="ms", decimals=0, is_less_better=True, good=500, watch=1500),
)
BY_ID = {one.id: one for one in MEASURES}
CASE_MEASURES = ("opened", "digital", "completion", "on_time", "p50_days", "p90_days", "good_rating", "put_right", "called_back", "cost", "trips",
                 "switches")
"""Those that are of cases, and so can be told by every side."""
HALL_MEASURES = ("windows", "staff")
"""Those that are of halls beside."""

def judged(counts: Mapping[str, float | None], before: Mapping[str, float | None], only: Iterable[str] = ()) -> list[dict[str, object]]:
    """Every measure (or `only` some) of counts: id, head, value, the period before, change, status, top and bottom, goals, names, key."""
    chosen = set(only) or set(BY_ID)
    found = []
    for one in MEASURES:
        if one.id not in chosen:
            continue
        value, then = one.value(counts), one.value(before)
        found.append({
            "id": one.id, "head": one.head, "unit": one.unit, "decimals": one.decimals, "value": value, "before": then,
            "change": None if value is None or then is None else value - then, "is_less_better": one.is_less_better,
            "status": one.status(value), "is_share": one.scale == 100, "good": one.good, "watch": one.watch,
            "top": counts.get(one.top), "bottom": counts.get(one.bottom) if one.bottom else None, "key": one.key, **one.names})
    return found
