"""The address of the map page is its state: read it, correct what is wrong, and offer what the controls may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import NotFound
from app.indicators.latest import latest
from app.indicators.registry import Indicator
from app.system import City, System
from app.units import cards
from app.units.codes import listed
from app.units.levels import LEVELS
from layouts.panels.view_controls import BEHIND, BY, COMPARE, SHOW
from layouts.panels.view_controls import LEVELS as CHOICES

FIRST = ("aqi", "congestion_index", "power_load_mw")
TABS = ("", "chart", "table")
HOME_PADDING = {"left": 216, "right": 60, "top": 24, "bottom": 28}  # the legend and the buttons stand beside the city, not on it


def read_view(system: System, city: City, asked: Mapping[str, str]) -> dict[str, Any]:
    """What an address asks to see; words it does not know become the default, never an error."""
    root = root_of(system, city)
    roots = roots_of(system, city)
    home = {"bounds": around(system, city.city, roots), "padding": HOME_PADDING} if roots else {"lon": 0, "lat": 0, "zoom": 2}
    first = first_indicator(system, city, root)
    view: dict[str, Any] = {
        "indicator": _one(asked, "indicator", tuple(system.indicators), first),
        "level": _one(asked, "level", CHOICES, "auto"),
        "by": _one(asked, "by", BY, "threshold"),
        "show": _one(asked, "show", SHOW, "choropleth"),
        "mode3d": asked.get("dims") == "3d",
        "compare": _one(asked, "compare", COMPARE, "off"),
        "indicator2": _one(asked, "indicator2", tuple(system.indicators), second_indicator(system, first)),
        "behind": _one(asked, "behind", BEHIND, BEHIND[0]),
        "at": _whole(asked.get("at")),
        "tab": _one(asked, "tab", TABS, ""),
        "explode": min(100, _whole(asked.get("explode")) or 0),
        "units": listed(asked.get("units", "")),
        "home": home,
        "camera": _camera(asked.get("camera"), home),
    }
    return view


def root_of(system: System, city: City) -> dict[str, Any] | None:
    """The first of the units at which the view begins; None where the city's units are not in yet."""
    return next(iter(roots_of(system, city)), None)


def roots_of(system: System, city: City) -> list[dict[str, Any]]:
    """The units at which the view begins: the whole city, or those that the viewer's right names, of the coarsest level among them."""
    try:
        found = [cards.unit_at(system, city.city, level, seq) for level, seq in system.roots(city.city)]
    except NotFound:
        return []
    return [row for row in found if row["level"] == found[0]["level"]]


def around(system: System, city: str, rows: list[dict[str, Any]]) -> list[float]:
    """The box around units: west, south, east, north."""
    boxes = [cards.bounds(system, city, row) for row in rows[:200]]
    return [min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes), max(box[3] for box in boxes)]


def first_indicator(system: System, city: City, root: dict[str, Any] | None) -> str:
    """What a first visit sees: the first of FIRST that has data, else any that has, else the registry's first."""
    known = latest(system, city.city, root["level"], root["seq"]) if root else {}
    return next((name for name in (*FIRST, *known) if name in known), next(iter(system.indicators), ""))


def second_indicator(system: System, first: str) -> str:
    """What a comparison begins with."""
    return next((name for name in FIRST if name != first and name in system.indicators), first)


def indicator_row(one: Indicator) -> dict[str, Any]:
    """A registry row as layouts take it."""
    return {
        "id": one.id,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "theme": one.theme,
        "unit": one.unit,
        "decimals": one.decimals,
        "direction": one.direction,
        "thresholds": list(one.thresholds),
        "threshold_source": one.threshold_source,
        "cadence": one.cadence,
        "owner": one.owner,
        "native_level": one.native_level,
        "rollup": one.rollup,
        "weight": one.weight,
        "description_zh": one.description_zh,
        "description_en": one.description_en,
    }


def coarser(level: str, native: str) -> str:
    """The level, or the native one where the level is finer."""
    return LEVELS[min(LEVELS.index(level), LEVELS.index(native))]


def _one(asked: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    found = asked.get(name, default)
    return found if found in allowed else default


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 11 else None


def _camera(text: str | None, home: dict[str, Any]) -> dict[str, Any]:
    try:
        lon, lat, zoom, pitch, bearing = (float(part) for part in (text or "").split(","))
    except ValueError:
        return home
    if not (-180 <= lon <= 180 and -85 <= lat <= 85 and 0 <= zoom <= 24 and 0 <= pitch <= 85 and -360 <= bearing <= 360):
        return home
    return {"lon": lon, "lat": lat, "zoom": zoom, "pitch": pitch, "bearing": bearing}
