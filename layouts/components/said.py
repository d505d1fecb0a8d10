"""What is said of the city in a sentence: one way for the wall, the tablet and the morning brief."""

from __future__ import annotations

from typing import Any

from layouts.reader import Reader

MOST_NAMED = 3
MARKS = {"red": "red", "orange": "red", "yellow": "amber", "blue": "amber"}      # the status mark of a severity


def city_word(r: Reader, status: str) -> str:
    """The city's colour as a word."""
    return {"green": r.t("The city runs as usual"), "amber": r.t("The city needs an eye"), "red": r.t("The city needs action")}.get(
        status, r.t("Nothing can be said of the city"))


def city_why(r: Reader, told: dict[str, Any]) -> str:
    """Why it has this colour; `told` is app.brief.facts.headline."""
    if not told["judged"]:
        return r.t("no vital sign is fresh enough to be judged")
    bad = [theme for theme in told["themes"] if theme["status"] in ("red", "amber")]
    open_ = told["alerts"]["open"]
    parts = []
    if bad:
        names = names_of(r, bad)
        parts.append(r.t("{n} of {all} themes are not green: {names}", n=r.number(len(bad)), all=r.number(len(told["themes"])), names=names))
    else:
        parts.append(r.t("all {n} themes are green", n=r.number(len(told["themes"]))))
    away = told["signs"]["amber"] + told["signs"]["red"]
    if away:
        parts.append(r.t("{n} of {all} vital signs are not", n=r.number(away), all=r.number(sum(told["signs"].values()))))
    parts.append(r.t("{n} alerts are open", n=r.number(open_)) if open_ else r.t("no alert is open"))
    return ("；" if r.language == "zh" else "; ").join(parts)


def names_of(r: Reader, rows: list[dict[str, Any]], most: int = MOST_NAMED) -> str:
    """Some names in a row, and how many more."""
    comma = "、" if r.language == "zh" else ", "
    named = comma.join(r.pick(row["name_zh"], row["name_en"]) for row in rows[:most])
    return named + (r.t(" and {n} more", n=r.number(len(rows) - most)) if len(rows) > most else "")


def severity(r: Reader, name: str) -> str:
    """The four national colours of alerts."""
    return {"red": r.t("Red"), "orange": r.t("Orange"), "yellow": r.t("Yellow"), "blue": r.t("Blue")}.get(name, name)


def state(r: Reader, name: str) -> str:
    """Where an alert stands in its life."""
    return {"raised": r.t("raised"), "acknowledged": r.t("acknowledged"), "assigned": r.t("assigned"), "handled": r.t("handled"),
            "verified": r.t("verified"), "closed": r.t("closed")}.get(name, name)


def measured(r: Reader, value: float | None, indicator: dict[str, Any]) -> str:
    """A value with its unit."""
    unit = r.unit_of(indicator["unit"])
    space = "" if unit in ("%", "°C") and r.language == "zh" else " "
    return f"{r.compact(value, indicator['decimals'])}{space}{unit}".strip()


def expected(r: Reader, ahead: dict[str, Any] | None, indicator: dict[str, Any]) -> str:
    """The end of a line that goes on into what is expected, in words; empty where there is none."""
    if not ahead:
        return ""
    return r.t("Forecast for {time}: {value} (90 %: {low} to {high})", time=r.step(ahead["times"][-1], indicator["cadence"]),
               value=measured(r, ahead["y"][-1], indicator), low=r.compact(ahead["low"][-1], indicator["decimals"]),
               high=r.compact(ahead["high"][-1], indicator["decimals"]))


def beyond(r: Reader, row: dict[str, Any]) -> str:
    """How an alert's value lies to its limit or to what is usual."""
    parts = []
    if row["limit"] is not None:
        parts.append(r.t("limit {value}", value=measured(r, row["limit"], row["sign"])))
    if row["usual"] is not None:
        parts.append(r.t("usually {value}", value=measured(r, row["usual"], row["sign"])))
    return " · ".join(parts)


def steps_of(r: Reader, procedure: dict[str, str] | None) -> list[str]:
    """The steps of a procedure, one a line; none where none is registered."""
    if not procedure:
        return []
    text = r.pick(procedure["steps_zh"], procedure["steps_en"])
    marks = "①②③④⑤⑥⑦⑧⑨⑩"
    if any(mark in text for mark in marks):
        for mark in marks:
            text = text.replace(mark, "\n")
        return [line.strip() for line in text.split("\n") if line.strip()]
    lines, rest, number = [], text, 1
    while f"{number}. " in rest:
        before, _, rest = rest.partition(f"{number}. ")
        if before.strip():
            lines.append(before.strip())
        number += 1
    return [*lines, rest.strip()] if rest.strip() else lines


def source_text(r: Reader, source: str) -> str:
    """Where limits come from, in the reader's language; standards keep their number."""
    if r.language == "en":
        return source
    for english, chinese in (
        ("national criteria", "国家标准"),
        ("legal classes", "法定分级"),
        ("default", "默认值"),
        ("project plan", "项目方案"),
        ("learnt from the forecast", "由预测学得"),
        ("ecological garden city, ", "生态园林城市 "),
        ("city examination", "城市体检"),
        ("national plan for", "国家规划"),
        ("five classes", "五级"),
        ("warning, guarantee", "警戒、保证水位"),
        ("blue, yellow, orange, red", "蓝黄橙红"),
        ("light, moderate, heavy, storm", "小中大暴雨"),
    ):
        source = source.replace(english, chinese)
    return source
