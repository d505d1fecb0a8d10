"""What the forecast page's panels share: links that change what is looked at, numbers that say they are a forecast, words for models and parts.

Links are addresses that work without a script, and that assets/screen/forecast.js follows in place.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from layouts.components.said import measured
from layouts.reader import Reader

WORDS = ("unit", "sign", "steps", "at", "with", "s", "k", "show")
MOST_DECIMALS = 3
SECONDS = {"PT1M": 60, "PT5M": 300, "PT10M": 600, "PT15M": 900, "PT30M": 1800, "PT1H": 3600, "PT6H": 21_600, "P1D": 86_400, "P7D": 604_800}


def address(city: str, asked: dict[str, str], **change: str) -> str:
    """The page's address with some words changed; an empty word is left out."""
    words = {"city": city, **{name: value for name in WORDS if (value := {**asked, **change}.get(name, ""))}}
    return f"/forecast?{urlencode(words, safe=',;:')}"


def foreseen(city: str, asked: dict[str, str], children: Any, class_name: str = "", is_on: bool = False, title: str = "", **change: str) -> html.A:
    """A link that looks at something else."""
    return html.A(children, href=address(city, asked, **change), className=f"fc-look {class_name}{' is-on' if is_on else ''}".strip(),
                  **({"title": title, "aria-label": title} if title else {}), **({"aria-current": "true"} if is_on else {}), **{"data-foresee": ""})


def expected(r: Reader, value: float | None, one: dict[str, Any], at: int | None, model: str, cutoff: int, text: str = "") -> html.Span:
    """A number that is a forecast and says so: its measure, its time, its model and its cutoff."""
    shown = text or measured(r, value, one)
    name = r.pick(one["name_zh"], one["name_en"])
    parts = [r.t("Forecast"), f"{name} {r.unit_of(one['unit'])}".strip(), r.step(at, one["cadence"]) if at is not None else "",
             r.t("model: {name}", name=model_name(r, model)), r.t("as known at {when}", when=r.step(cutoff, one["cadence"]))]
    return html.Span(shown, className="fc-expected", title=" · ".join(part for part in parts if part))


def foretold(r: Reader, one: dict[str, Any], facts: dict[str, Any], at: int, value: float) -> html.Span:
    """A number of a special forecaster without its measure, for tables; `facts` name model and cutoff."""
    return expected(r, None, one, at, facts["model"], facts["cutoff"], r.compact(value, one["decimals"]))


def likely(r: Reader, share: float) -> html.Span:
    """A chance, marked where it is more likely than not."""
    return html.Span(chance(r, share), className="fc-chance is-high" if share >= 0.5 else "fc-chance")


def model_name(r: Reader, model: str) -> str:
    """What a model is called."""
    return {
        "last_value": r.t("last value"), "persistence": r.t("last value"), "seasonal_naive": r.t("last period again"),
        "daily": r.t("last day again"), "weekly": r.t("last week again"), "slot_mean": r.t("usual of the time of day"),
        "ridge": r.t("ridge regression"), "period_ridge": r.t("ridge over whole periods"), "trees": r.t("gradient-boosted trees"),
        "network": r.t("trees over neighbours"),
        "crowd": r.t("crowd model"), "attention": r.t("attention network"), "attention_lstm": r.t("attention network"),
        "tower": r.t("attention network"), "ensemble": r.t("ensemble"),
    }.get(model, model)


def group_name(r: Reader, group: str) -> str:
    """A group of drivers."""
    return {
        "calendar": r.t("Calendar"), "weather": r.t("Weather"), "neighbours": r.t("Neighbours"), "past": r.t("Its own past"),
    }.get(group, group)


def ahead(r: Reader, steps: int, cadence: str) -> str:
    """How far ahead so many steps are."""
    seconds = SECONDS.get(cadence)
    if seconds is None:
        months = steps * {"P1M": 1, "P3M": 3}.get(cadence, 12)
        return r.t("{n} months", n=r.number(months))
    total = steps * seconds
    if total % 86_400 == 0 and (total > 86_400 * 2 or seconds >= 86_400):
        return r.t("{n} d", n=r.number(total // 86_400))
    return r.t("{n} h", n=r.number(total / 3600, 0 if total % 3600 == 0 else 1)) if total >= 3600 else r.t("{n} min", n=r.number(total // 60))


def percent(r: Reader, share: float | None, decimals: int = 0) -> str:
    """A share as per cent."""
    return "–" if share is None or share != share else f"{r.number(100 * share, decimals)} %"


def chance(r: Reader, share: float | None) -> str:
    """A probability as people say it: never nought, never certain."""
    if share is None or share != share:
        return "–"
    return "< 1 %" if share < 0.01 else "> 99 %" if share > 0.99 else percent(r, share)


def signed(r: Reader, value: float, one: dict[str, Any], decimals: int | None = None) -> str:
    """A change with its sign and measure."""
    sign = "＋" if value > 0 else "－" if value < 0 else "±"
    return f"{sign}{r.compact(abs(value), one['decimals'] if decimals is None else decimals)} {r.unit_of(one['unit'])}".strip()


def finer(one: dict[str, Any]) -> int:
    """Decimals of an error or a change: one more than of the value itself."""
    return min(MOST_DECIMALS, one["decimals"] + 1)


def parts_said(r: Reader, parts: list[dict[str, Any]]) -> str:
    """A scenario in words: its parts in a row."""
    return ("，" if r.language == "zh" else ", ").join(part_said(r, part) for part in parts)


def part_said(r: Reader, part: dict[str, Any]) -> str:
    """One part of a scenario."""
    if part["name"] == "holiday":
        return r.t("days ahead are free")
    if part["name"] == "road":
        return r.t("road closed: {name}", name=r.name(part["unit"]))
    one = part["indicator"]
    name = r.pick(one["name_zh"], one["name_en"]) if one else part["name"]
    amount = f"{'＋' if part['amount'] >= 0 else '－'}{r.number(abs(part['amount']), 0 if float(part['amount']).is_integer() else 1)}"
    return f"{name} {amount} {r.unit_of(one['unit']) if one else ''}".strip()


def said(r: Reader, word: dict[str, Any]) -> str:
    """What the engine says beside a forecast (app/forecast/engine.py: WORDS)."""
    values = word["values"]
    count, model = r.number(values.get("count")), model_name(r, str(values.get("model", "")))
    return {
        "naive": r.t("no model did better than repeating the past: {model} is given", model=model),
        "short": r.t("the history is too short to compare models: {model} is given, its bands are wide guesses", model=model),
        "absent": r.t("{model} was left out: it cannot run here", model=model),
        "borrowed": r.t("{count} units have next to no history of their own and follow their siblings", count=count),
        "constant": r.t("{count} units never changed and are taken to stay as they are", count=count),
        "share of parent": r.t("it has too little history of its own and has its usual share of the larger unit"),
    }.get(word["code"], word["code"])


def why_not(r: Reader, why: str) -> tuple[str, str]:
    """(fact, what to do) where there is no forecast; `why` is a word of app.forecast.page.WHY."""
    return {
        "no_units": (r.t("There are no units here yet"), r.t("Hand the city's units in first.")),
        "no_indicator": (r.t("Nothing here is reported often enough to be forecast"), r.t("Hand in readings by the hour, day or month.")),
        "no_cadence": (r.t("A year's figure is not forecast here"), r.t("Choose an indicator that is reported by the hour, day or month.")),
        "hidden": (r.t("Small counts of people are not shown, and neither is what is expected of them"), r.t("Choose a larger unit.")),
        "outside": (r.t("This is reported only for units outside your right"), r.t("Choose another indicator.")),
    }.get(why, (r.t("There is too little history for a forecast"), r.t("Choose a larger unit, another indicator, or wait until more was reported.")))


def special_why(r: Reader, why: str) -> tuple[str, str]:
    """(fact, what to do) where a special forecaster cannot say its answer; `why` is a word of app.forecast.answers.answer.WHY, or as why_not."""
    return {
        "no_capacity": (r.t("This cannot be said: no capacity is known here"), r.t("Hand in load ratios: the capacity is what they are divided by.")),
        "no_limit": (r.t("This cannot be said: the indicator has no limit to pass"), r.t("Give it limits in the registry.")),
        "no_pollutant": (r.t("This cannot be said: no pollutant is forecast here by the hour"), r.t("Choose a larger unit.")),
        "replay": (r.t("This is said of now alone, not of an earlier moment"), r.t("Look from now.")),
        "no_flows": (r.t("This cannot be said: no flows between units are reported here"), r.t("Hand flows in by the hour.")),
        "few_flows": (r.t("This cannot be said: flows are reported for too few hours yet"), r.t("Wait until more has been reported.")),
        "no_people": (r.t("This cannot be said: who lives here by age and sex is not known"),
                      r.t("Hand in dataset age_group: districts by age and sex, every five years, with deaths, births and migrants.")),
        "no_topics": (r.t("This cannot be said: too few topics are known to learn from"),
                      r.t("Hand in datasets topic and topic_hour: 50 topics with the hours after they were first seen.")),
    }.get(why) or why_not(r, why)
