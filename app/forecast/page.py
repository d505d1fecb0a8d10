"""What the forecast page looks at: a unit, an indicator, how far ahead, from which moment, beside whom, and what if. It is the page's address.

Words of an address that nobody made become the default, never an error; what was asked and cannot be had is said (`refused`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import ChengshuError, NotFound
from app.forecast import scenario as what_if
from app.forecast import told
from app.forecast.outlook import chance
from app.forecast.register import LEAST, breach_limit, farthest, horizon, known
from app.forecast.scenario import Effect, Scenario
from app.forecast.told import Line
from app.indicators.health import root
from app.indicators.latest import latest
from app.indicators.registry import Indicator
from app.indicators.status import allowance, now_of
from app.sight import Seen
from app.units import cards
from data.levels import LEVELS

WORDS = ("unit", "sign", "steps", "at", "with", "s", "k", "show")
WORDS_LONGEST = 600         # characters of a word of the address
SHOWS = ("expected", "breach")
MOST_OTHERS, MOST_CHILDREN, MOST_ROADS = 4, 120, 200
FIRST = ("power_load_mw", "congestion_index", "aqi", "crowd_density", "water_supply_m3_h")
SHOWN = {"P1D": 60, "P7D": 52, "P1M": 36, "P3M": 20}        # steps of history before a forecast; of hours and minutes DAYS
DAYS, REPLAYED, MOST_REPLAYED, REPLAYED_LONG = 7, 14 * 86_400, 720, 60      # days shown; how far back a forecast can be replayed


@dataclass(frozen=True)
class Look:
    """`unit` is looked at, `root` where the viewer's sight begins (None: no units yet); `cutoff` None: the newest step, else a replay.

    `steps` ahead (0: this indicator has no forecast), `usual` where the address says none; `step` is the one that the map shows, from 0;
    `refused` are errors.
    """

    root: dict[str, Any] | None
    unit: dict[str, Any] | None
    indicator: str = ""
    steps: int = 0
    usual: int = 0
    cutoff: int | None = None
    others: tuple[dict[str, Any], ...] = ()
    scenarios: tuple[tuple[str, Scenario], ...] = ()
    step: int = 0
    show: str = SHOWS[0]
    refused: tuple[ChengshuError, ...] = ()
    choice: tuple[str, ...] = ()

    @property
    def asked(self) -> dict[str, str]:
        """The words of its address; what is the default is left out."""
        is_part = self.unit is not None and self.root is not None and self.unit["code"] != self.root["code"]
        steps = "" if self.steps == self.usual else str(self.steps)
        return {"unit": self.unit["code"] if is_part and self.unit else "", "sign": self.indicator, "steps": steps,
                "at": "" if self.cutoff is None else str(self.cutoff), "with": ",".join(row["code"] for row in self.others),
                "s": ";".join(text for text, _ in self.scenarios), "k": str(self.step or ""), "show": "" if self.show == SHOWS[0] else self.show}


@dataclass(frozen=True)
class Foreseen:
    """What is expected of a unit and of those beside it. `line` None: there is no forecast, for the reason `why` (a word of WHY)."""

    look: Look
    line: Line | None
    why: str
    others: tuple[tuple[dict[str, Any], Line], ...] = ()
    supposed: tuple[tuple[str, Scenario, Line, list[Effect]], ...] = ()


WHY = ("no_units", "no_indicator", "no_cadence", "hidden", "outside", "too_little")


def look(seen: Seen, city: str, words: Mapping[str, str]) -> Look:
    """What an address asks to look at."""
    top = root(seen, city)
    refused: list[ChengshuError] = []

    def unit_of(code: str) -> dict[str, Any] | None:
        try:
            return cards.unit(seen, city, code[:40])
        except NotFound as error:
            refused.append(error)
            return None

    unit = (unit_of(words["unit"]) if top is not None and words.get("unit") else None) or top
    choice = choices(seen, city, top)
    sign = words.get("sign", "")
    if sign and sign not in seen.indicators:
        refused.append(NotFound("This indicator is not there, or not for you", "Choose one of the list", value=sign[:60]))
    name = sign if sign in seen.indicators else next((one for one in (*FIRST, *choice) if one in choice), "")
    if not name or unit is None:
        return Look(top, unit, name, refused=tuple(refused), choice=choice)
    one = seen.indicators[name]
    asked = _whole(words.get("steps", ""))
    steps = min(asked, farthest(one.cadence)) if asked and horizon(one.cadence) else horizon(one.cadence)
    cutoff = cutoff_of(seen, city, name, words.get("at", ""))
    codes = [code for code in dict.fromkeys(words.get("with", "").split(",")) if code and code != unit["code"]][:MOST_OTHERS]
    others = tuple(row for row in map(unit_of, codes) if row is not None)
    show = words.get("show", "") if words.get("show", "") in SHOWS and breach_limit(one) else SHOWS[0]
    scenarios = _scenarios(words.get("s", ""), one, refused) if cutoff is None else ()
    step = min(_whole(words.get("k", "")), max(0, steps - 1))
    return Look(top, unit, name, steps, horizon(one.cadence), cutoff, others, scenarios, step, show, tuple(refused), choice)


def choices(seen: Seen, city: str, top: dict[str, Any] | None) -> tuple[str, ...]:
    """The indicators that can be forecast here: reported where the sight begins, by the hour, day or month."""
    reported = latest(seen, city, top["level"], top["seq"]) if top is not None else {}
    return tuple(name for name, one in seen.indicators.items() if name in reported and horizon(one.cadence))


def cutoff_of(seen: Seen, city: str, indicator: str, text: str) -> int | None:
    """The start of the step that was the newest at a time (epoch seconds as text); None for the newest of all, or for no such time."""
    cube, at = seen.values(city).cube(indicator), _whole(text)
    if not at or cube.times.size <= LEAST:
        return None
    row = max(LEAST - 1, int(np.searchsorted(cube.times, at, side="right")) - 1)
    return None if row >= cube.times.size - 1 else int(cube.times[row])


def cutoffs(seen: Seen, city: str, indicator: str) -> list[int]:
    """The steps from which a forecast can be replayed, the newest last."""
    times = seen.values(city).cube(indicator).times[LEAST - 1:]
    is_short = seen.indicators[indicator].cadence.startswith("PT")
    first = int(np.searchsorted(times, times[-1] - REPLAYED)) if is_short and times.size else 0
    return [int(at) for at in times[first:][-MOST_REPLAYED if is_short else -REPLAYED_LONG:]]


def foresee(seen: Seen, city: str, here: Look) -> Foreseen:
    """The lines that a look asks for."""
    if here.unit is None or not here.indicator:
        return Foreseen(here, None, "no_units" if here.unit is None else "no_indicator")
    found = line_of(seen, city, here, here.unit)
    if found is None:
        return Foreseen(here, None, why_not(seen, city, here))
    others = [(row, other) for row in here.others if (other := line_of(seen, city, here, row)) is not None]
    supposed, refused = [], list(here.refused)
    for text, one in here.scenarios:
        try:
            supposed.append((text, one, *what_if.apply(seen, city, found, one)))
        except ChengshuError as error:
            refused.append(error)
    return Foreseen(replace(here, refused=tuple(refused)), found, "", tuple(others), tuple(supposed))


def line_of(seen: Seen, city: str, here: Look, row: dict[str, Any]) -> Line | None:
    """The outlook of a unit as far ahead as is looked; a shorter look is the beginning of the usual one."""
    usual = horizon(seen.indicators[here.indicator].cadence)
    found = told.line(seen, city, row, here.indicator, here.cutoff, here.steps if here.steps > usual else None) if usual else None
    return None if found is None else shortened(found, here.steps)


def shortened(found: Line, steps: int) -> Line:
    """The first steps of a line."""
    if not 0 < steps < found.y.size:
        return found
    return replace(found, times=found.times[:steps], y=found.y[:steps],
                   bands={share: (low[:steps], high[:steps]) for share, (low, high) in found.bands.items()},
                   drivers={group: part[:steps] for group, part in found.drivers.items()}, base=None if found.base is None else found.base[:steps])


def why_not(seen: Seen, city: str, here: Look) -> str:
    """Why there is no forecast: a word of WHY."""
    one, cube = seen.indicators[here.indicator], seen.values(city).cube(here.indicator)
    if not horizon(one.cadence):
        return "no_cadence"
    reported = cards.reported_at(seen, city, here.unit or {}, cube)
    if reported is None:
        return "outside"
    if seen.hides_few(one) and cube.times.size >= LEAST:
        times, values = cube.series(reported["level"], reported["seq"])
        if any(cube.is_hidden(reported["level"], reported["seq"], int(at)) for at in times[-told.RECENT:]) or np.isfinite(values).sum() >= LEAST:
            return "hidden"
    return "too_little"


def breach(one: Indicator, found: Line) -> NDArray[np.float64] | None:
    """P(the limit is passed) at each step of a line; None where nothing is a breach."""
    return passing(one, found.y, found.bands)


def passing(one: Indicator, y: NDArray[np.float64], bands: Mapping[float, tuple[NDArray, NDArray]]) -> NDArray[np.float64] | None:
    """The same of arrays whose last axis are steps."""
    said = breach_limit(one)
    if said is None:
        return None
    return chance(y, *bands[0.9], *said)


def is_stale(seen: Seen, city: str, found: Line) -> bool:
    """Whether the newest step is older than its cadence allows: the forecast then begins in the past."""
    return now_of(seen, city) - int(found.times[0] if found.times.size else found.cutoff) > allowance(seen.indicators[found.indicator].cadence)


def history_of(seen: Seen, city: str, found: Line, steps: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(times, values) of the unit up to the cutoff, as much as is shown before a forecast."""
    one = seen.indicators[found.indicator]
    times, values = seen.values(city).cube(found.indicator).series(found.level, found.seq, None, found.cutoff)
    back = SHOWN.get(one.cadence)
    first = max(0, times.size - back) if back else int(np.searchsorted(times, found.cutoff - DAYS * 86_400))
    first = min(first, max(0, times.size - 2 * steps)) if one.cadence.startswith("PT") else first
    return times[first:], values[first:]


def truth_of(seen: Seen, city: str, found: Line) -> dict[str, Any] | None:
    """What came after the cutoff of a replay: times, values, mean absolute error, the share inside the 90 % band; None where nothing did."""
    times, values = seen.values(city).cube(found.indicator).series(found.level, found.seq, found.cutoff + 1, int(found.times[-1]))
    at = np.searchsorted(found.times, times)
    fits = (at < found.times.size) & np.isfinite(values)
    fits[fits] = found.times[at[fits]] == times[fits]
    if not fits.any():
        return None
    at, came = at[fits], values[fits]
    low, high = found.bands[0.9]
    return {"times": times[fits], "values": came, "mae": float(np.abs(came - found.y[at]).mean()),
            "inside": float(((came >= low[at]) & (came <= high[at])).mean()), "n": int(came.size)}


def listed(seen: Seen, city: str, here: Look) -> tuple[list[dict[str, Any]], bool]:
    """(units with what is expected of them, whether they are the units below): where none below is forecast, those beside the unit.

    A row is {unit, y and at (of the step looked at), chance (the highest of a breach at any step)}, the likeliest breach first.
    """
    unit = here.unit or {}
    below = _rows(seen, city, here, cards.children(seen, city, unit))
    above = cards.parent(seen, city, unit) if not below else None
    return (below, True) if below or above is None else (_rows(seen, city, here, cards.children(seen, city, above)), False)


def _rows(seen: Seen, city: str, here: Look, units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    one, rows = seen.indicators[here.indicator], []
    for child in units[:MOST_CHILDREN]:
        found = line_of(seen, city, here, child)
        if found is None or found.code != child["code"]:
            continue
        chance = breach(one, found)
        rows.append({"unit": child, "y": float(found.y[min(here.step, found.y.size - 1)]), "at": int(found.times[min(here.step, found.y.size - 1)]),
                     "chance": None if chance is None else float(chance.max())})
    return sorted(rows, key=lambda row: (-(row["chance"] or 0.0), -row["y"]))


def form_of(seen: Seen, city: str, found: Line) -> dict[str, Any]:
    """What a scenario may be made of: drivers with how far each may go, free days, streets whose road may be closed."""
    one = seen.indicators[found.indicator]
    drivers = [name for name in known(one).drivers if name in what_if.FARTHEST and name in seen.indicators]
    is_road = one.theme == what_if.ROADS and found.level != LEVELS[0]
    here = cards.unit(seen, city, found.code) if is_road else None
    above = cards.parent(seen, city, here) if here else None
    roads = cards.children(seen, city, above)[:MOST_ROADS] if above else [here] if here else []
    return {"drivers": [{"id": name, "most": what_if.FARTHEST[name], "indicator": seen.indicators[name]} for name in drivers],
            "has_holiday": one.cadence.startswith("PT") or one.cadence == "P1D", "roads": roads, "most": what_if.MOST}


def _scenarios(text: str, one: Indicator, refused: list[ChengshuError]) -> tuple[tuple[str, Scenario], ...]:
    found = {}
    for part in filter(None, text.split(";")):
        try:
            made = what_if.parse(part, known(one).drivers)
            found[made.text] = made
        except ChengshuError as error:
            refused.append(error)
    return tuple((name, made) for name, made in found.items() if name)[: what_if.MOST]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 11 else 0
