"""When and where will it be most crowded, and is it the crowd model that says so?"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.forecast.answers.answer import Answer, basis, named, step_row, under
from app.forecast.models.crowd import NAME
from app.forecast.outlook import Tower
from app.forecast.page import Foreseen, line_of
from app.forecast.page_told import page_tower
from app.forecast.told import Line, veiled
from app.sight import Seen
from app.units import cards

MOST_PLACES = 12


def answer(seen: Seen, city: str, made: Foreseen) -> Answer:
    """Facts: is_champion, is_tried, is_chosen, mae of the model and of the crowd model, busiest and quietest step, places (units below)."""
    line = made.line
    if line is None:
        return Answer(why=made.why)
    tried = (line.scores or {}).get("models") or {}
    top, low = int(np.argmax(line.y)), int(np.argmin(line.y))
    facts = {**basis(line), "is_champion": line.model == NAME, "is_tried": NAME in tried, "is_chosen": line.chosen is not None,
             "mae": (tried.get(line.model) or {}).get("mae"), "crowd_mae": (tried.get(NAME) or {}).get("mae"),
             "busiest": step_row(line, top), "quietest": step_row(line, low), "places": _places(seen, city, made, line, page_tower(seen, city, made))}
    return Answer(facts, [step_row(line, k) for k in range(line.y.size)])


def _places(seen: Seen, city: str, made: Foreseen, line: Line, tower: Tower | None) -> list[dict[str, Any]] | None:
    """The finest units below that are forecast as a whole, the most crowded at any step first; None where the unit is as fine itself."""
    if tower is None or (level := list(tower.levels)[-1]) == line.level:
        return None
    found, at = tower.levels[level], under(seen, city, made.look.unit or {}, level)
    at = at[at < len(found.y)]
    known = at[np.isfinite(found.y[at]).all(axis=1)]
    known = known[np.isfinite(veiled(seen, city, line.indicator, level, found.y.min(axis=1))[known])]
    rows = []
    for i in known[np.argsort(-found.y[known, : line.y.size].max(axis=1), kind="stable")][:MOST_PLACES]:
        mine = line_of(seen, city, made.look, cards.unit_at(seen, city, level, int(i) + 1))        # small counts are hidden there
        if mine is not None:
            rows.append({**named(seen, city, level, i), **step_row(mine, int(np.argmax(mine.y)))})
    return rows
