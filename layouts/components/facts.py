"""Facts of a card: an icon, what it is, and the value; attribute groups; the weather in a word."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.traced import traced, value_key
from layouts.reader import Reader


def fact(sign: str, label: str, value: object, note: str = "") -> html.Div | None:
    """One fact, or nothing where the value is not known."""
    if value in (None, "", "—"):
        return None
    return html.Div([html.Dt([icon(sign, 16), label]), html.Dd([value, html.Small(note) if note else None])], className="cs-fact")


def facts(rows: list[html.Div | None], label: str) -> html.Dl:
    """The known ones of some facts."""
    return html.Dl([row for row in rows if row is not None], className="cs-facts", **{"aria-label": label})


def weather(r: Reader, common: dict[str, dict[str, Any]]) -> str:
    """Rain (light, moderate, heavy, storm as in GB/T 28592), else fog-damp or wind, else dry: a word for a leader."""
    rain = common.get("rain_mm_h", {}).get("value")
    humidity, wind = common.get("humidity_pct", {}).get("value"), common.get("wind_ms", {}).get("value")
    if rain is None:
        return ""
    if rain >= 0.1:
        return r.t("Light rain") if rain < 2.5 else r.t("Moderate rain") if rain < 8 else r.t("Heavy rain") if rain < 16 else r.t("Rainstorm")
    if wind is not None and wind >= 10.8:
        return r.t("Strong wind")
    return r.t("Damp, no rain") if humidity is not None and humidity >= 85 else r.t("No rain")


def weather_note(r: Reader, common: dict[str, dict[str, Any]]) -> str:
    """Rain, humidity and wind in figures."""
    parts = [
        (name, sign, unit)
        for name, sign, unit in (("rain_mm_h", "", "mm/h"), ("humidity_pct", r.t("humidity"), "%"), ("wind_ms", r.t("wind"), "m/s"))
        if name in common and (name != "rain_mm_h" or common[name]["value"] >= 0.1)
    ]
    return " · ".join(f"{sign} {r.number(common[name]['value'], 0 if unit == '%' else 1)} {unit}".strip() for name, sign, unit in parts)


def read_at(r: Reader, sign: dict[str, Any] | None, level: str) -> str:
    """Says at which coarser level a sign was read, where it was not read here."""
    return r.t("of the {level}", level=r.level(sign["level"]).lower()) if sign and sign["level"] != level else ""


def value_of(r: Reader, sign: dict[str, Any] | None, decimals: int | None = None) -> html.Span | None:
    """A sign's value with its unit; a click opens where it came from."""
    if not sign or sign["value"] is None:
        return None
    text = f"{r.compact(sign['value'], sign['decimals'] if decimals is None else decimals)} {r.unit_of(sign['unit'])}".strip()
    return traced(r, text, value_key(sign["indicator"], sign["code"], sign["at"]))


def attribute(r: Reader, rows: list[dict[str, Any]], name: str) -> str | None:
    """The value of an attribute in the reader's language."""
    return next((r.pick(row["value_zh"], row["value_en"]) for row in rows if row["attribute"] == name), None)


def attribute_groups(r: Reader, rows: list[dict[str, Any]]) -> html.Div | None:
    """Attributes by space: physical, social, digital."""
    spaces = {"physical": r.t("Physical space"), "social": r.t("Social space"), "digital": r.t("Digital space")}
    groups = []
    for space, title in spaces.items():
        mine = [row for row in rows if row["space"] == space]
        if mine:
            groups.append(
                html.Div(
                    [html.H4(title), html.Dl([_attribute(r, row) for row in mine])],
                    className="cs-attributes-group",
                )
            )
    return html.Div(groups, className="cs-attributes") if groups else None


def _attribute(r: Reader, row: dict[str, Any]) -> html.Div:
    value = traced(r, _value(r, row), f"attribute/{row['unit_code']}/{row['attribute']}")
    return html.Div([html.Dt(r.pick(row["name_zh"], row["name_en"])), html.Dd(value)])


def _value(r: Reader, row: dict[str, Any]) -> str:
    unit = r.unit_of(row["unit"] or "")
    if row["type"] == "number":
        try:
            number = float(row["value"])
        except ValueError:
            return row["value"]
        shown = str(row["value"]) if row["attribute"].startswith("year") else r.number(number, 0 if number == int(number) else 1)
        return f"{shown} {unit}".strip()
    return r.pick(row["value_zh"], row["value_en"])
