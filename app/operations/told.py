"""What each panel of the operations page is told: plain facts of what is looked at, as far as the viewer may see them.

One function a panel, by the name of its file in layouts/panels; what a function raises becomes the error card of its panel alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from app.alerts import board
from app.brief.facts import coloured, headline, row_of
from app.catalogue.names import names as catalogue_names
from app.forecast.told import ahead
from app.indicators.cube import length_of
from app.indicators.health import Node, health
from app.indicators.series import course
from app.indicators.status import STATUS, is_judged, judge_all, now_of
from app.lineage.flow import batches
from app.operations.look import SIDES, Look, Place
from app.service import state
from app.sight import Seen
from app.units import cards
from app.units.directory import by_codes
from data.alerts import OPEN, SEVERITIES, STATES

MOST_ALERTS, MOST_EVENTS, MOST_BATCHES, MOST_SIGNS, MOST_BARS = 12, 24, 8, 4, 5
ALL = 5000
BATCH = ("batch", "dataset", "source", "source_zh", "source_en", "row_in", "accepted", "rejected")
RANK = {"red": 3, "amber": 2, "green": 1, "grey": 0}


def head(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """The city, or the unit looked at, in a sentence: its colour and why, and the alerts open there by severity."""
    told = headline(seen, city) if not look.is_part else _part(seen, city, look)
    open_ = _alerts(seen, city, look, severity="")
    told["status"] = coloured(told["status"], open_)
    counts = {name: sum(row["severity"] == name for row in open_) for name in SEVERITIES}
    return {**told, "alerts": {"open": len(open_), "overdue": sum(row["is_overdue"] for row in open_), "severities": counts},
            "newest": seen.newest(city), "now": now_of(seen, city), "unit": look.unit, "is_part": look.is_part}


def _part(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """The same of a part of the city: one node of the health tree."""
    tree = health(seen, city, look.unit["code"] if look.unit else "", look.since, opened=0)
    themes = [{"id": theme.id, "name_zh": theme.name_zh, "name_en": theme.name_en, "status": theme.status} for theme in tree.children]
    themes.sort(key=lambda theme: -RANK[theme["status"]])
    return {"status": tree.status, "themes": themes, "judged": tree.value is not None,
            "signs": {color: sum(theme.counts[color] for theme in tree.children) for color in ("green", "amber", "red", "grey")}}


def signs(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """The vital signs of the unit by theme, those that need an eye first; of the theme looked at all of them."""
    if look.unit is None:
        return {"themes": []}
    tree = health(seen, city, look.unit["code"], look.since, opened=0)
    found = []
    for theme in tree.children:
        if look.theme and theme.id != look.theme:
            continue
        mine = sorted(theme.children, key=lambda node: (-RANK[node.status], -abs(node.moved or 0.0)))
        found.append({"id": theme.id, "name_zh": theme.name_zh, "name_en": theme.name_en, "status": theme.status, "score": theme.value,
                      "change": theme.change, "counts": theme.counts, "all": len(mine),
                      "signs": [_sign(seen, node) for node in (mine if look.theme else mine[:MOST_SIGNS])]})
    return {"themes": sorted(found, key=lambda theme: -RANK[theme["status"]]), "code": look.unit["code"]}


def _sign(seen: Seen, node: Node) -> dict[str, Any]:
    return {"indicator": row_of(seen.indicators[node.id]), "value": node.value, "at": node.at, "status": node.status, "change": node.change}


def units(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """The units below: how many of their signs are red and amber, how many alerts are open there, and the sign that colours the map."""
    if look.unit is None or not look.below:
        return {"rows": [], "level": look.below, "indicator": None}
    rows = cards.children(seen, city, look.unit)
    place, kept, now = np.array([row["seq"] - 1 for row in rows], np.int64), seen.latest(city, look.below), now_of(seen, city)
    bad = np.zeros((len(STATUS), len(rows)), np.int64)
    values, colours = np.full(len(rows), np.nan), np.zeros(len(rows), np.uint8)
    for k, name in enumerate(kept.indicators):
        one = seen.indicators[name]
        is_shown = name == look.indicator
        if not is_shown and (not is_judged(one) or (look.theme and one.theme != look.theme)):
            continue
        band = kept.bands[k]
        found = judge_all(kept.value[k, place], kept.at[k, place], now, one, type(band)(band.centre[place], band.spread[place]))
        if is_judged(one) and (not look.theme or one.theme == look.theme):
            bad[found, np.arange(len(rows))] += 1
        if is_shown:
            values, colours = kept.value[k, place], found
    where, open_ = Place(seen, city), _alerts(seen, city, look)
    at: dict[int, int] = {}
    for row in open_:
        seq = where.above(row["unit_level"], row["unit_seq"], look.below)
        at[seq] = at.get(seq, 0) + 1
    told = [{**{name: row[name] for name in ("code", "level", "seq", "name_zh", "name_en")}, "red": int(bad[3, i]), "amber": int(bad[2, i]),
             "judged": int(bad[1:, i].sum()), "alerts": at.get(row["seq"], 0), "value": None if np.isnan(values[i]) else float(values[i]),
             "status": STATUS[int(colours[i])]} for i, row in enumerate(rows)]
    told.sort(key=lambda row: (-row["alerts"], -row["red"], -row["amber"], row["code"]))
    return {"rows": told, "level": look.below, "indicator": row_of(seen.indicators[look.indicator]) if look.indicator else None}


def alerts(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """Where the alerts of what is looked at stand on their way from raised to closed, and the gravest of them."""
    rows = _alerts(seen, city, look, states=STATES)
    open_ = [row for row in rows if row["state"] != "closed"]
    day = now_of(seen, city) - 86_400
    steps = {name: [row for row in rows if row["state"] == name and (name != "closed" or (row["since"] or 0) >= day)] for name in STATES}
    return {"states": {name: {"alerts": len(mine), "overdue": sum(row["is_overdue"] for row in mine)} for name, mine in steps.items()},
            "rows": [{**row, "sign": row_of(seen.indicators[row["indicator"]])} for row in open_[:MOST_ALERTS]], "count": len(open_)}


def feed(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """What happened last: steps of alerts there and, for who may see the whole city's data, the batches that came in."""
    steps = _steps(seen, city, seen.alerts.version(city), seen.city(city).geometry_version)
    where = Place(seen, city)
    found = [
        {"kind": "alert", "at": row["happened_at"], **row, **_named(seen, row["rule"])}
        for row in steps
        if (not look.severity or row["severity"] == look.severity) and _fits(seen, where, look, row["indicator"], row["level"], row["seq"])
        and not seen.values(city).cube(row["indicator"]).is_hidden(row["level"], row["seq"], row["raised_at"])
    ]
    if not (look.is_part or look.theme or look.severity) and seen.viewer.may("data.read") and seen.sight(city) is None:
        found += [{"kind": "batch", "at": row["received_at"], **{name: row[name] for name in BATCH}}
                  for row in batches(seen, city, most=MOST_BATCHES)]
    return {"rows": sorted(found, key=lambda row: -row["at"])[:MOST_EVENTS]}


@lru_cache(maxsize=64)
def _steps(seen: Seen, city: str, *_versions: int) -> list[dict[str, Any]]:
    """The newest steps of alerts in sight: kept until one of them moves. Nobody changes the rows."""
    return seen.rows("operations_steps", city=city, indicators=list(seen.indicators), most=ALL // 10)


def _named(seen: Seen, rule: str) -> dict[str, str]:
    found = seen.alerts.rules.get(rule)
    return {"rule_zh": found.name_zh if found else rule, "rule_en": found.name_en if found else rule}


def series(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """The sign that colours the map, over the period and over the one before: courses, means, highest, and what changed."""
    if look.unit is None or not look.indicator:
        return {"indicator": None}
    one = seen.indicators[look.indicator]
    found = course(seen, city, look.unit, look.indicator)
    span = max(look.seconds, 14 * length_of(one.cadence))
    end = int(found.times[-1]) + length_of(one.cadence) if found.times.size else 0
    periods = []
    for since, until in ((end - span, end), (end - 2 * span, end - span)):
        mine = (found.times >= since) & (found.times < until)
        values = found.values[mine]
        known = values[np.isfinite(values)]
        periods.append({"since": since, "until": until, "times": found.times[mine].tolist(),
                        "values": [value if value == value else None for value in values.tolist()], "last": float(known[-1]) if known.size else None,
                        "mean": float(known.mean()) if known.size else None, "highest": float(known.max()) if known.size else None})
    return {"indicator": row_of(one), "code": found.code, "periods": periods, "at": int(found.times[-1]) if found.times.size else None,
            "ahead": ahead(seen, city, look.unit, look.indicator, look.seconds // 2)}


def service(seen: Seen, city: str, look: Look) -> dict[str, Any]:
    """How the place looked at serves its citizens: cases open, overdue and due today, the measures with a goal, over the period; and the cases
    opened in it along every side, each under the filters of the others.
    """
    where = look.unit if look.is_part else None
    seq = Place(seen, city).above(where["level"], where["seq"], "district") if where else 0
    district = cards.unit_at(seen, city, "district", seq)["code"] if seq else ""
    filters = dict(look.cases)
    choice = state.Choice(district=district, period="week" if look.since == "week" else "month",
                          **{side: filters.get(side, "") for side in ("department", "category", "channel")})
    found = state.brief(seen, city, choice)
    mine = [one for one in found["measures"] if one["good"] is not None and one["value"] is not None]
    return {"cases": found["cases"], "newest": found["newest"], "now": found["now"], "district": district, "choice": choice,
            "measures": sorted(mine, key=lambda one: -RANK[one["status"]])[:MOST_SIGNS], **_crossed(seen, city, look, choice, where)}


def _crossed(seen: Seen, city: str, look: Look, choice: state.Choice, where: dict[str, Any] | None) -> dict[str, Any]:
    """`opened`: how many cases fit all filters; `sides` {side: [{word, count, is_on}]}, the place as units of the level below."""
    at = state.clock(seen, city)
    bounds, filters = at.bounds(choice), {side: word for side, word in look.cases if word}
    street = Place(seen, city).above(where["level"], where["seq"], "street") if where else 0
    if choice.district:
        filters["district"] = choice.district
    if street:
        filters["street"] = cards.unit_at(seen, city, "street", street)["code"]
    found = seen.cases.crossed(seen, city, at.batch).linked(bounds["since"], bounds["until"], filters)
    below = "street" if choice.district else "district"
    shown = {**{side: found.sides[side] for side in SIDES}, below: found.sides[below]}
    sides = {}
    for side, counts in shown.items():
        first = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: 24 if side == "hour" else MOST_BARS]
        sides[side] = [{"word": word, "count": count, "is_on": filters.get(side) == word} for word, count in first]
    for side, word in filters.items():
        if side in sides and not any(row["is_on"] for row in sides[side]):
            sides[side].append({"word": word, "count": shown[side].get(word, 0), "is_on": True})
    names: Any = catalogue_names()
    places = by_codes(seen, city, [row["word"] for row in sides[below]]).values()
    return {"opened": found.total, "sides": sides, "below": below, "days": state.PERIODS[choice.period], "names": {
        "department": names["departments"], "category": names["codes"]["case_category"], "channel": names["codes"]["case_channel"],
        "status": names["codes"]["case_status"], below: {row["code"]: (row["name_zh"], row["name_en"]) for row in places}}}


def _alerts(seen: Seen, city: str, look: Look, states: tuple[str, ...] = OPEN, severity: str | None = None) -> list[dict[str, Any]]:
    """The alerts that fit what is looked at; `severity` instead of the one looked at."""
    where, wanted = Place(seen, city), look.severity if severity is None else severity
    return [row for row in board.alerts(seen, city, STATES, ALL) if row["state"] in states and (not wanted or row["severity"] == wanted)
            and _fits(seen, where, look, row["indicator"], row["unit_level"], row["unit_seq"])]


def _fits(seen: Seen, where: Place, look: Look, indicator: str, level: str, seq: int) -> bool:
    if look.theme and seen.indicators[indicator].theme != look.theme:
        return False
    return not look.is_part or (look.unit is not None and where.holds(look.unit, level, seq))


TOLD: dict[str, Callable[[Seen, str, Look], dict[str, Any]]] = {
    "desk_head": head, "desk_signs": signs, "desk_units": units, "desk_alerts": alerts, "desk_feed": feed, "desk_series": series,
    "desk_service": service,
}
