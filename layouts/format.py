"""Numbers, dates and ages as people write them: 万 and 亿 in Chinese, thousands and M in English; the city's own clock."""

from __future__ import annotations

import time
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

DASH = "—"
_LARGE = {"zh": ((1e8, "亿"), (1e4, "万")), "en": ((1e9, "B"), (1e6, "M"))}
_DATES = {
    "zh": {
        "day": "M月d日",
        "full": "y年M月d日 HH:mm",
        "short": "M月d日 HH:mm",
        "weekday": "M月d日 EEE HH:mm",
        "date": "M月d日 EEE",
        "month": "y年M月",
        "year": "y年",
    },
    "en": {
        "day": "d MMM",
        "full": "d MMM y, HH:mm",
        "short": "d MMM, HH:mm",
        "weekday": "EEE d MMM, HH:mm",
        "date": "EEE d MMM",
        "month": "MMM y",
        "year": "y",
    },
}
_FAR = 300 * 86_400  # seconds
_LOCALE = {"zh": "zh_Hans_CN", "en": "en_GB"}


@lru_cache(maxsize=16_384)
def number(value: float | None, language: str, decimals: int = 0) -> str:
    """The whole number with separators; a dash where there is none."""
    if value is None or value != value:
        return DASH
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=_LOCALE[language])


def compact(value: float | None, language: str, decimals: int = 0) -> str:
    """A number short enough for a card: 12.3万, 1.20亿; 123,456, 1.20M."""
    if value is None or value != value:
        return DASH
    for size, sign in _LARGE[language]:
        if abs(value) >= size:
            scaled = value / size
            return number(scaled, language, 2 if abs(scaled) < 10 else 1) + sign
    return number(value, language, decimals)


def moment(at: int | None, language: str, zone: str, style: str = "short") -> str:
    """A time (epoch seconds) on the city's clock: day, short, weekday, full, date, month or year; far days with the year."""
    if at is None:
        return DASH
    pattern = _DATES[language][style]
    if "y" not in pattern and abs(now() - at) > _FAR:
        # a day of another year without its year would be read as one of this year
        pattern = f"y年{pattern}" if language == "zh" else pattern.replace("MMM", "MMM y")
    return format_datetime(datetime.fromtimestamp(at, ZoneInfo(zone)), pattern, locale=_LOCALE[language])


def now() -> float:
    """The present in epoch seconds, from which a date is near or far."""
    return time.time()


def age(seconds: float, language: str) -> str:
    """How long ago, in one unit: 刚刚, 5 分钟前; just now, 5 min ago."""
    for size, zh, en in ((86_400, "天前", "d ago"), (3_600, "小时前", "h ago"), (60, "分钟前", "min ago")):
        if seconds >= size:
            return f"{int(seconds // size)} {zh if language == 'zh' else en}"
    return "刚刚" if language == "zh" else "just now"


def degrees(lon: float, lat: float) -> str:
    """Longitude and latitude with their hemispheres, five digits (about a metre)."""
    return f"{abs(lon):.5f}°{'E' if lon >= 0 else 'W'}  {abs(lat):.5f}°{'N' if lat >= 0 else 'S'}"


def area(square_metres: float | None, language: str) -> str:
    """An area in m² or km²."""
    if square_metres is None:
        return DASH
    if square_metres >= 1e5:
        return f"{number(square_metres / 1e6, language, 2)} km²"
    return f"{number(square_metres, language)} m²"
