"""Values people write: floors, heights, storey lists, names. Each parser returns the value and what was wrong.

Rules
- floors above ground: 1 … 200. "5.5" is 5 (half storeys do not count), "3;5" and "3-5" the greatest. 0 holds only
  where there are floors below ground; less than 0 and more than 200 are refused: the building stays, the value goes.
- floors below ground: 0 … 30.   - heights: more than 0 and at most 1 000 m; metres unless ft or ' is written.
- storeys as OSM counts them (0 is the ground floor) become floor numbers: 0 → 1, 1 → 2, −1 → −1.
"""

from __future__ import annotations

import math
import re

FLOORS_MOST, BASEMENTS_MOST, HEIGHT_MOST_M = 200, 30, 1000.0

_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_HEIGHT = re.compile(
    r"\s*([-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(m|metres?|meters?|米|ft|feet|foot|')?\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in)\s*)?",
    re.I,
)
_SPAN = re.compile(r"\s*([-−]?\d+(?:\.\d+)?)\s*(?:-|–|to)\s*([-−]?\d+(?:\.\d+)?)\s*")


def floors_above(text: object, below: int | None = None) -> tuple[int | None, str | None]:
    """Floors above ground → (number or None, what is wrong or None)."""
    numbers = _numbers(text)
    if numbers is None:
        return None, None
    if not numbers:
        return None, "not a number of floors"
    number = math.floor(max(numbers) + 1e-9)
    if number == 0 and max(numbers) > 0:
        number = 1
    if number == 0:
        return (0, None) if below else (None, "0 floors above ground and none below: taken as not known")
    if not 1 <= number <= FLOORS_MOST:
        return None, f"floors outside 1–{FLOORS_MOST}: taken as not known"
    return number, None


def floors_below(text: object) -> tuple[int | None, str | None]:
    """Floors below ground → (number or None, what is wrong or None)."""
    numbers = _numbers(text)
    if numbers is None:
        return None, None
    if not numbers:
        return None, "not a number of floors"
    number = math.floor(max(numbers))
    return (
        (number, None)
        if 0 <= number <= BASEMENTS_MOST
        else (None, f"floors below ground outside 0–{BASEMENTS_MOST}: taken as not known")
    )


def metres(text: object, least: float = 0.0) -> tuple[float | None, str | None]:
    """A height in metres → (number or None, what is wrong or None). `least` is not itself allowed, except by min_height."""
    if _empty(text):
        return None, None
    match = _HEIGHT.fullmatch(str(text).replace("~", "").strip())
    if match is None:
        return None, "not a height in metres"
    value = _float(match[1])
    if (match[2] or "").lower() in ("ft", "feet", "foot", "'"):
        value = (value + float(match[3] or 0) / 12) * 0.3048
    if not math.isfinite(value) or value <= least or value > HEIGHT_MOST_M:
        return None, f"height outside {least:g}–{HEIGHT_MOST_M:g} m: taken as not known"
    return round(value, 3), None


def storeys(text: object) -> tuple[int, ...]:
    """ "-1;0;1", "0-3", "2" as OSM counts storeys → floor numbers (−1, 1, 2 …), sorted; () when none can be read."""
    found: set[int] = set()
    for item in str(text or "").replace(",", ";").split(";"):
        span = _SPAN.fullmatch(item)
        if span:
            low, high = sorted(math.floor(_float(x)) for x in span.groups())
            found.update(range(low, high + 1) if high - low <= 100 else ())
        elif _NUMBER.fullmatch(item.strip()):
            value = _float(item.strip())
            if math.isfinite(value):
                found.add(math.floor(value))
    return tuple(sorted(no + 1 if no >= 0 else no for no in found if -BASEMENTS_MOST <= no < FLOORS_MOST))


def names(tags: dict[str, str], field: str | None = None) -> tuple[str | None, str | None]:
    """(Chinese, English) names, each falling back to what there is: name:zh / name / name:en and name:en / name."""
    name = tags.get(field) if field else None
    name = name or tags.get("name")
    zh = (
        (tags.get(field) if field else None)
        or tags.get("name:zh-Hans")
        or tags.get("name:zh")
        or name
        or tags.get("name:en")
    )
    en = tags.get("name:en") or (tags.get("int_name") if not field else None) or name or tags.get("name:zh")
    return clean(zh), clean(en)


LONGEST = 200       # letters of a name or an address


def clean(text: object, longest: int = LONGEST) -> str | None:
    """One line of text without control characters, cut to `longest`; None when nothing is left."""
    if _empty(text):
        return None
    line = " ".join("".join(" " if ord(c) < 32 else c for c in str(text)).split())
    return line[:longest] or None


def _numbers(text: object) -> list[float] | None:
    """Every number in "3;5", "3-5", 4.0; None when empty; [] when something is not a number."""
    if _empty(text):
        return None
    line = str(text).strip()
    span = _SPAN.fullmatch(line)
    items = (
        list(span.groups()) if span else [item.strip() for item in line.replace(",", ".").split(";") if item.strip()]
    )
    if not items or not all(_NUMBER.fullmatch(item) for item in items):
        return []
    values = [_float(item) for item in items]
    return values if all(math.isfinite(v) and abs(v) < 1e9 for v in values) else []


def _empty(value: object) -> bool:
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or str(value).strip() in ("", "None", "nan", "<NA>")
    )


def _float(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "."))
