"""The health tree: city → theme → indicator → unit, every node with its colour and what moved it.

An indicator is coloured by the one judge (status.py). A theme's value is its score: 100 for a green indicator, 50 for an
amber one, 0 for a red one, the mean over those that are judged; the city's is the mean over its themes. From GREEN_FROM on
a score is green, below AMBER_FROM red. Contributions add up to the change of their parent: of a sum each child's own
change, of a mean or a ratio (and of the scores) its change at its mean share plus the change of its share times how far it
lies from the whole (the decomposition of Marshall 1920 and Kitagawa 1955), of an extreme the child that sets it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import NotFound
from app.indicators import learnt
from app.indicators.owners import themes
from app.indicators.status import STATUS, allowance, is_judged, judge, judge_all, now_of, of_unit, tick
from app.system import System
from app.units import cards
from data.levels import LEVELS

SINCE = {"day": 86_400, "week": 7 * 86_400}
GREEN_FROM, AMBER_FROM = 75.0, 50.0
POINTS = {"green": 100.0, "amber": 50.0, "red": 0.0}
WORST = ("red", "amber", "grey", "green")
MOST_OPENED = 8         # indicators of a tree whose units are worked out at once; the others when they are asked for

COARSE = "community"    # the finest level at which what was usual is worked out for every unit at once

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """One node of the tree.

    kind    city, theme, indicator or unit; `id` the city's key, the theme's or indicator's id, the unit's code
    value   of an indicator or unit in the indicator's unit, of a theme or the city its score (0–100); None without data
    change  of the value since yesterday or last week, None where one of both is not known
    moved   how much of its parent's change comes from here, in the parent's unit; the moves of all children add up to it
    share   moved ÷ the parent's change, None where the parent did not change
    counts  how many of the children below are green, amber, red, grey (of an indicator: units of the next level)
    why     ids of the children that make the colour what it is, the worst first
    """

    kind: str
    id: str
    status: str
    value: float | None = None
    change: float | None = None
    moved: float | None = None
    share: float | None = None
    counts: dict[str, int] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    why: tuple[str, ...] = ()
    name_zh: str = ""
    name_en: str = ""
    level: str = ""
    at: int | None = None

    def find(self, id: str) -> Node | None:
        """The node of that id at or below this one."""
        return self if self.id == id else next((found for child in self.children if (found := child.find(id))), None)


def health(seen: System, city: str, unit_code: str = "", since: str = "day", opened: int = MOST_OPENED) -> Node:
    """The tree of a unit (empty: where the viewer's sight begins), its changes since a day or a week ago. Raises NotFound.

    `opened`: of how many indicators the units below are worked out, the worst first. With 0 it is a matter of a few milliseconds.
    """
    if since not in SINCE:
        raise NotFound("The change is since a day or a week", value=since[:20])
    row = seen.city(city)
    return _health(seen, city, unit_code, since, opened, row.value_version, row.geometry_version, tick(seen, city))


@lru_cache(maxsize=256)
def _health(seen: System, city: str, unit_code: str, since: str, most: int, *_versions: int) -> Node:
    row = root(seen, city, unit_code)
    if row is None:
        return Node("city", city, "grey", counts=count(()))
    indicators = [_indicator(seen, city, row, name, SINCE[since]) for name, one in seen.indicators.items() if is_judged(one)]
    known = [pair for pair in indicators if pair is not None]
    opened = {pair[0].id for pair in sorted(known, key=lambda pair: WORST.index(pair[0].status))[:most] if pair[0].status in ("red", "amber")}
    found = []
    for theme in themes(seen):
        mine = [(_opened(seen, city, row, node, since) if node.id in opened else node, before) for node, before in known
                if seen.indicators[node.id].theme == theme["id"]]
        if mine:
            found.append(_scored(Node("theme", theme["id"], "grey", name_zh=theme["name_zh"], name_en=theme["name_en"]),
                                 mine, [POINTS.get(node.status) for node, _ in mine], [POINTS.get(before) for _, before in mine]))
    scores = [(node, "") for node, _ in found]
    top = Node("city" if row["level"] == "city" else "unit", city if row["level"] == "city" else row["code"], "grey",
               name_zh=row["name_zh"] or "", name_en=row["name_en"] or "", level=row["level"])
    return _scored(top, scores, [node.value for node, _ in found], [before for _, before in found])[0]


def movers(seen: System, city: str, indicator: str, unit_code: str = "", since: str = "day") -> Node:
    """One indicator at a unit with the units below it: which of them moved it, and by how much. Raises NotFound."""
    row = root(seen, city, unit_code)
    if indicator not in seen.indicators or row is None:
        raise NotFound("No such indicator", "The registry is data/registry/indicators.csv", value=indicator[:60])
    found = _indicator(seen, city, row, indicator, SINCE.get(since, SINCE["day"]))
    if found is None:
        one = seen.indicators[indicator]
        return Node("indicator", indicator, "grey", name_zh=one.name_zh, name_en=one.name_en, level=row["level"], counts=count(()))
    return _opened(seen, city, row, found[0], since)


def root(seen: System, city: str, unit_code: str = "") -> dict[str, Any] | None:
    """The unit a tree is of; the first in sight where none is named, None where the city has no units yet."""
    if unit_code:
        return cards.unit(seen, city, unit_code)
    try:
        return next((cards.unit_at(seen, city, level, seq) for level, seq in seen.roots(city)), None)
    except NotFound:
        return None


def count(statuses: Iterable[str]) -> dict[str, int]:
    """{status: how often}."""
    listed = list(statuses)
    return {status: listed.count(status) for status in ("green", "amber", "red", "grey")}


def contributions(share: Floats, value: Floats, share_before: Floats, value_before: Floats) -> Floats:
    """What each part adds to the change of a weighted mean; shares sum to 1 (0: not there), the answer to the change."""
    total, total_before = float(np.sum(share * np.nan_to_num(value))), float(np.sum(share_before * np.nan_to_num(value_before)))
    value, value_before = np.where(share > 0, value, value_before), np.where(share_before > 0, value_before, value)
    value, value_before = np.nan_to_num(value), np.nan_to_num(value_before)
    middle = 0.5 * (total + total_before)
    return 0.5 * (share + share_before) * (value - value_before) + (share - share_before) * (0.5 * (value + value_before) - middle)


def _scored(node: Node, children: list[tuple[Node, Any]], now: list[float | None], before: list[float | None]) -> tuple[Node, float | None]:
    """(a node whose value is the mean of its children's points, the score it had before)."""
    here, there = (np.asarray([np.nan if point is None else point for point in points], np.float64) for points in (now, before))
    known, knew = ~np.isnan(here), ~np.isnan(there)
    value = float(here[known].mean()) if known.any() else None
    old = float(there[knew].mean()) if knew.any() else None
    change = None if value is None or old is None else value - old
    moved = contributions(known / max(known.sum(), 1), here, knew / max(knew.sum(), 1), there) if change is not None else None
    shown = tuple(_moved(child, None if moved is None else float(moved[k]), change) for k, (child, _) in enumerate(children))
    status = "grey" if value is None else "green" if value >= GREEN_FROM else "amber" if value >= AMBER_FROM else "red"
    return replace(node, status=status, value=value, change=change, children=shown, counts=count(child.status for child in shown),
                   why=_why(shown)), old


def _why(children: Iterable[Node]) -> tuple[str, ...]:
    """The children that are not green, the worst first, among equals those that moved most for the worse."""
    bad = [child for child in children if child.status in ("red", "amber")]
    return tuple(child.id for child in sorted(bad, key=lambda child: (WORST.index(child.status), child.moved or 0.0)))


def _moved(node: Node, moved: float | None, change: float | None) -> Node:
    return replace(node, moved=moved, share=None if moved is None or not change else moved / change)


def _indicator(seen: System, city: str, row: dict[str, Any], name: str, seconds: int) -> tuple[Node, str] | None:
    """(an indicator at a unit, the status it had before); None where it never reported there."""
    level, i = row["level"], row["seq"] - 1
    kept = seen.latest(city, level)
    if name not in kept.indicators:
        return None
    k, one = kept.indicators.index(name), seen.indicators[name]
    value, at = float(kept.value[k, i]), int(kept.at[k, i])
    if not np.isfinite(value):
        return None
    cube, now = seen.values(city).cube(name), now_of(seen, city)
    status = judge(value, at, now, one, kept.bands[k].of(i))
    earlier = _earlier(cube, level, at, seconds)
    old = np.nan if earlier is None else float(cube.values(level, earlier)[i])
    before = "grey"
    if np.isfinite(old) and status != "grey":
        if LEVELS.index(level) <= LEVELS.index(COARSE):
            place = seen.city(city)
            then = _band_then(seen, city, level, name, int(cube.times[earlier]), place.value_version, place.geometry_version)
            before = judge(old, int(cube.times[earlier]), None, one, None if then is None else then.of(i))
        else:
            before = of_unit(cube, level, row["seq"], earlier, old, None)
    change = value - old if np.isfinite(old) else None
    node = Node("indicator", name, status, value, change, name_zh=one.name_zh, name_en=one.name_en, level=level, at=at)
    below = _below(level, cube)
    return replace(node, counts=_counts(seen, city, row, name, below, now)) if below else node, before


@lru_cache(maxsize=512)
def _band_then(seen: System, city: str, level: str, name: str, step: int, *_versions: int) -> learnt.Band | None:
    """What was usual at an earlier step, for every unit of a level: kept, since every unit that is looked at is compared with the same step."""
    cube = seen.values(city).cube(name)
    row = cube.at(level, step)
    return None if cube.indicator.thresholds or row is None else learnt.band(cube, level, row)


def _earlier(cube: Any, level: str, at: int, seconds: int) -> int | None:
    """The step that held so many seconds before another; None where it lies so far back that it says nothing of then."""
    row = cube.at(level, at - seconds)
    return None if row is None or at - seconds - int(cube.times[row]) > allowance(cube.indicator.cadence) else row


def _below(level: str, cube: Any) -> str:
    below = LEVELS[LEVELS.index(level) + 1] if level != LEVELS[-1] else ""
    return below if below in cube.levels else ""


def _children(cube: Any, below: str, seq: int, at: int) -> NDArray[np.bool_]:
    """Which units of the next level stood below a unit at a time."""
    fold = cube.hierarchy.trees[cube.hierarchy.epoch_of(at)].folds[below]
    return fold.parent == seq - 1


def _counts(seen: System, city: str, row: dict[str, Any], name: str, below: str, now: int) -> dict[str, int]:
    kept = seen.latest(city, below)
    if name not in kept.indicators:
        return count(())
    k, cube = kept.indicators.index(name), seen.values(city).cube(name)
    mine = np.flatnonzero(_children(cube, below, row["seq"], int(cube.times[-1])))
    mine = mine[kept.at[k, mine] > 0]           # what never reported is not expected to
    found = np.bincount(judge_all(kept.value[k, mine], kept.at[k, mine], now, seen.indicators[name],
                                  type(kept.bands[k])(kept.bands[k].centre[mine], kept.bands[k].spread[mine])), minlength=4)
    return {status: int(found[place]) for place, status in enumerate(STATUS)}


def _opened(seen: System, city: str, row: dict[str, Any], node: Node, since: str) -> Node:
    """An indicator node with the units below it, those that moved it most first."""
    cube, level = seen.values(city).cube(node.id), row["level"]
    below = _below(level, cube)
    if not below or node.at is None:
        return node
    here, there = cube.at(level, node.at), _earlier(cube, level, node.at, SINCE.get(since, SINCE["day"]))
    if here is None:
        return node
    inside = _children(cube, below, row["seq"], node.at)
    value = np.where(inside, cube.values(below, here), np.nan)
    moved = np.full(value.shape, np.nan)
    old = np.full(value.shape, np.nan)
    if there is not None and node.change is not None:
        stood = _children(cube, below, row["seq"], int(cube.times[there]))
        old = np.where(stood, cube.values(below, there), np.nan)
        moved = _moves(seen, city, cube, node, below, value, old, here, there)
    now, kept = now_of(seen, city), seen.latest(city, below)
    k = kept.indicators.index(node.id) if node.id in kept.indicators else None
    names = {child["seq"] - 1: child for child in cards.children(seen, city, row)}
    shown = []
    for i in np.flatnonzero(np.isfinite(value) | np.isfinite(moved)).tolist():
        if i not in names:
            continue
        child, known = names[i], None if np.isnan(value[i]) else float(value[i])
        status = "grey" if known is None or k is None else judge(known, node.at, now, seen.indicators[node.id], kept.bands[k].of(i))
        change = None if np.isnan(value[i]) or np.isnan(old[i]) else float(value[i] - old[i])
        unit = Node("unit", child["code"], status, known, change, name_zh=child["name_zh"] or "", name_en=child["name_en"] or "",
                    level=below, at=node.at)
        shown.append(_moved(unit, None if np.isnan(moved[i]) else float(moved[i]), node.change))
    shown.sort(key=lambda child: (-abs(child.moved or 0.0), WORST.index(child.status), child.id))
    return replace(node, children=tuple(shown), why=tuple(child.id for child in shown if child.status in ("red", "amber")))


def _moves(seen: System, city: str, cube: Any, node: Node, below: str, value: Floats, old: Floats, here: int, there: int) -> Floats:
    """What each unit below adds to the change; NaN for units that have no part in it."""
    known, knew = np.isfinite(value), np.isfinite(old)
    part = known | knew
    rollup = cube.indicator.rollup
    if rollup == "sum":
        return np.where(part, np.nan_to_num(value) - np.nan_to_num(old), np.nan)
    if rollup in ("weighted_mean", "ratio"):
        shares = [_shares(seen.values(city).weights(node.id, int(cube.times[row]), below), there_is)
                  for row, there_is in ((here, known), (there, knew))]
        if shares[0] is None or shares[1] is None:
            return np.full(value.shape, np.nan)
        return np.where(part, contributions(shares[0], value, shares[1], old), np.nan)
    if not known.any() or not knew.any():
        return np.full(value.shape, np.nan)
    grew = (node.change or 0.0) > 0             # a highest value that fell was set by who set it then
    of, find = (value, np.nanargmax) if grew else (old, np.nanargmax)
    if rollup == "min":
        of, find = (old if grew else value), np.nanargmin
    setter = int(find(of))
    return np.where(part, np.where(np.arange(value.size) == setter, node.change, 0.0), np.nan)


def _shares(weight: Floats | None, known: NDArray[np.bool_]) -> Floats | None:
    if weight is None:
        return None
    mine = np.where(known, np.nan_to_num(weight), 0.0)
    return mine / mine.sum() if mine.sum() > 0 else None
