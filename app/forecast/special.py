"""The special forecasters there are: what each serves, what it asks for and what it gives. Screens and the API offer them from here.

What one says of a look at the forecast page is `app/forecast/answers/<name>.py: answer`, and how that is shown `layouts/panels/special_<name>.py`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from app.errors import NotFound

if TYPE_CHECKING:
    from app.forecast.answers.answer import Answer
    from app.forecast.page import Foreseen
    from app.sight import Seen


@dataclass(frozen=True)
class Special:
    """One special forecaster. `indicators`: ids it serves (as they are, or as what it starts from); `kind`: "series" (a model of the
    engine: engine.forecast(panel, spec, name)), "reading" (makes more of the engine's forecast) or "own" (its own data and frame);
    `asks`, `gives` in both languages; `beside`: indicators whose outlooks an answer is made of too."""

    name: str
    module: str
    kind: str
    indicators: tuple[str, ...]
    levels: tuple[str, ...]
    asks: dict[str, str]
    gives: dict[str, str]
    beside: tuple[str, ...] = ()

    def load(self) -> ModuleType:
        """The module itself, loaded when first used."""
        return importlib.import_module(self.module)

    @property
    def answer(self) -> Callable[[Seen, str, Foreseen], Answer]:
        """What it says of a look in a city, as far as the viewer may know."""
        found: Callable[[Seen, str, Foreseen], Answer] = importlib.import_module(f"app.forecast.answers.{self.name}").answer
        return found

    def stamp(self, seen: Seen, city: str) -> object:
        """What its answers depend on beside values and models: rows of its own; None where there are none."""
        own = getattr(importlib.import_module(f"app.forecast.answers.{self.name}"), "stamp", None)
        return own(seen, city) if own is not None else None

    @property
    def title(self) -> dict[str, str]:
        """Its name in both languages."""
        return dict(self.load().TITLE)


_UNITS = ("city", "district", "street", "community", "grid", "building", "floor")
SPECIAL = (
    Special("crowd", "app.forecast.models.crowd", "series", ("crowd_density", "people_flow", "visiting_population"), _UNITS,
            {"zh": "历史人数，邻近单元，天气与节假日", "en": "Counts of the past, neighbours, weather and holidays"},
            {"zh": "各步人数与区间", "en": "Counts of each step with bands"}),
    Special("flows", "app.forecast.flows", "own", ("net_flow_persons_h", "visiting_population"), ("city", "district", "street"),
            {"zh": "近期单元间流量，各单元流出与流入的预测", "en": "Recent flows between units, forecasts of what leaves and reaches each"},
            {"zh": "单元间流量，流出流入合计相符", "en": "Flows between units that add up to what leaves and arrives"}),
    Special("power", "app.forecast.power", "reading", ("power_load_mw", "load_ratio_pct"), _UNITS,
            {"zh": "负荷预测区间与容量", "en": "A load's forecast with bands, and a capacity"},
            {"zh": "各步及全程超容量概率", "en": "Probability of exceeding the capacity, at each step and at any"}),
    Special("water", "app.forecast.water", "reading", ("river_level_m", "ponding_cm"), ("city", "district", "street"),
            {"zh": "水位历史与降雨", "en": "Levels of the past, and rain"},
            {"zh": "降雨滞后因子，上级最高水位区间，超警戒概率", "en": "Rain on its way as factors, a parent's highest gauge, chance of a warning"}),
    Special("air", "app.forecast.air", "reading", ("aqi", "pm25"), ("city", "district", "street"),
            {"zh": "各污染物浓度预测区间", "en": "Forecasts of pollutants with bands"},
            {"zh": "空气质量指数、区间、首要污染物、各级概率", "en": "AQI with bands, primary pollutants, probability of each level"}, ("pm25",)),
    Special("population", "app.forecast.population", "own", ("resident_population",), ("city", "district"),
            {"zh": "分年龄性别人口，死亡、生育、迁移的历史", "en": "People by age and sex, past deaths, births and migration"},
            {"zh": "三十年分年龄性别人口与区间，各区合计为全市", "en": "Thirty years by age and sex with bands, districts add up to the city"}),
    Special("popularity", "app.forecast.popularity", "own", ("mentions_per_h", "predicted_peak", "spread_speed"), ("city", "district"),
            {"zh": "话题最初数小时的热度，以往话题", "en": "The first hours of a topic, and topics of the past"},
            {"zh": "最终规模、峰值时间与区间", "en": "Final size and time of the peak, with bands"}),
)


def special(name: str) -> Special:
    """The special forecaster of a name. Raises NotFound."""
    for one in SPECIAL:
        if one.name == name:
            return one
    raise NotFound("There is no such special forecaster", f"Ask for one of {', '.join(s.name for s in SPECIAL)}", name=name)


def serving(indicator: str) -> tuple[Special, ...]:
    """Those that serve an indicator."""
    return tuple(one for one in SPECIAL if indicator in one.indicators)


def begin(seen: Seen, city: str, indicator: str) -> None:
    """Let a thread begin with the outlooks that the answers of an indicator need beside its own. Returns at once."""
    for one in serving(indicator):
        for other in one.beside:
            if other != indicator and other in seen.indicators:
                seen.outlooks.ready(city, other)
