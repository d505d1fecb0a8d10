"""Which topics run here, how large will they grow, and when do they peak?"""

from __future__ import annotations

from typing import Any

from app.errors import NotFound
from app.forecast.answers.answer import Answer
from app.forecast.page import Foreseen
from app.forecast.topics import FOLLOWED, HOUR
from app.forecast.topics import stamp as topics_stamp
from app.sight import Seen
from app.units import cards
from data.levels import LEVELS

MOST = 60               # topics that are told


def stamp(seen: Seen, city: str) -> object:
    """What an answer depends on beside values and models."""
    return topics_stamp(seen, city)


def answer(seen: Seen, city: str, made: Foreseen) -> Answer:
    """Facts: at, learnt, young, hours (that a topic is followed), topics (name, unit, so_far, size and peak with bands, over, course)."""
    if made.look.unit is None or made.look.cutoff is not None:
        return Answer(why="no_units" if made.look.unit is None else "replay")
    unit: dict[str, Any] | None = made.look.unit
    while unit is not None and LEVELS.index(unit["level"]) > LEVELS.index("district"):
        unit = cards.parent(seen, city, unit)
    if unit is None:
        return Answer(why="outside")
    found = seen.outlooks.topics(city)
    if found is None:
        return Answer(why="no_topics")
    told = []
    for topic in found.running:
        about = _about(seen, city, topic.unit_code, unit)
        if about is None or len(told) >= MOST:
            continue
        told.append({"code": topic.code, "name_zh": topic.name_zh, "name_en": topic.name_en,
                     "unit": {name: about[name] for name in ("code", "level", "name_zh", "name_en")}, "first": topic.first, "known": topic.known,
                     "so_far": topic.so_far, "size": topic.size,
                     **{f"{edge}{100 * level:g}": topic.bands[level][k] for level in (0.8, 0.9) for k, edge in enumerate(("lo", "hi"))},
                     "peak": topic.peak, "peak_lo": topic.peak_bands[0.8][0], "peak_hi": topic.peak_bands[0.8][1], "over": topic.over,
                     "course": [{"at": topic.first + k * HOUR, "mentions": float(count), "is_known": k <= topic.known}
                                for k, count in enumerate(topic.course)]})
    facts = {"indicator": made.look.indicator, "code": unit["code"], "level": unit["level"], "name_zh": unit["name_zh"], "name_en": unit["name_en"],
             "is_stand_in": unit["code"] != made.look.unit["code"], "at": found.at, "learnt": found.learnt, "young": found.young,
             "hours": FOLLOWED, "topics": told}
    rows = [{"topic": one["code"], "name_zh": one["name_zh"], "name_en": one["name_en"], "about": one["unit"]["code"],
             **{name: one[name] for name in ("so_far", "size", "lo80", "hi80", "lo90", "hi90", "peak", "peak_lo", "peak_hi", "over")}}
            for one in told]
    return Answer(facts, rows)


def _about(seen: Seen, city: str, code: str, unit: dict[str, Any]) -> dict[str, Any] | None:
    """The unit a topic is about, where it is in sight and the unit asked for or one under it."""
    try:
        here = cards.unit(seen, city, code)
    except NotFound:
        return None
    chain = [*cards.ancestors(seen, city, here), here]
    return here if any(one["code"] == unit["code"] for one in chain) else None
