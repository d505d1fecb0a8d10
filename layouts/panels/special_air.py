"""How good will the air be, how likely is each level, and which pollutant sets the index?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.columns import Column, Part, columns, twin
from layouts.components.foreseen import ahead, chance, expected, foretold, model_name, percent
from layouts.components.sheet import sheet
from layouts.reader import Reader

# HJ 633, table 2: the official colours of the six levels
COLOURS = ("#00e400", "#ffff00", "#ff7e00", "#ff0000", "#99004c", "#7e0023")
POLLUTANTS = {"so2": "SO₂", "no2": "NO₂", "pm10": "PM10", "co": "CO", "o3": "O₃", "pm25": "PM2.5"}
LIKELY = 0.005          # least chance that a column's title names


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> list[Any]:  # noqa: ARG001 - as all
    """`answer` is of app.forecast.answers.air."""
    one, facts, rows = told["indicator"], answer["facts"], answer["rows"]
    step = min(int(asked.get("k") or 0), len(rows) - 1)
    shown = [Column(row["at"], tuple(Part(row[f"chance_{level}"], COLOURS[level - 1]) for level in range(1, 7)), _title(r, one, facts, row))
             for row in rows]
    title = r.t("Probability of each level, hour by hour")
    key = html.Div([_level(r, facts, level["level"]) for level in facts["levels"]], className="sp-key")
    left = html.Div([html.P(_sentence(r, one, facts), className="fc-sentence"), columns(r, title, one["cadence"], shown, "100 %", step=step), key,
                     html.P(_notes(r, one, facts), className="fc-note"), twin(r, _table(r, one, facts, rows, title))])
    return [html.Div([left, _levels(r, one, facts, rows, step)], className="sp-two")]


def _word(r: Reader, level: dict[str, Any]) -> str:
    return r.pick(level["name_zh"], level["name_en"])


def _level(r: Reader, facts: dict[str, Any], number: int) -> html.Span:
    """A level as its official colour and its word."""
    if not number:
        return html.Span("–")
    return html.Span([html.I(style={"background": COLOURS[number - 1]}), _word(r, facts["levels"][number - 1])], className="sp-level")


def _title(r: Reader, one: dict[str, Any], facts: dict[str, Any], row: dict[str, Any]) -> str:
    shares = [(level, row[f"chance_{level['level']}"]) for level in facts["levels"]]
    parts = [f"{_word(r, level)} {percent(r, share)}" for level, share in shares if share >= LIKELY]
    return f"{r.step(row['at'], one['cadence'])} · AQI {r.number(row['aqi'])} · {' · '.join(parts)}"


def _sentence(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> list[Any]:
    worst, polluted = facts["worst"], facts["polluted"]
    text = r.t("In the next {span} the air is worst at {when}: AQI {value}, {level}.", span=ahead(r, facts["steps"], one["cadence"]),
               when=r.step(worst["at"], one["cadence"]), value="\0", level="\1")
    before, _, rest = text.partition("\0")
    middle, _, after = rest.partition("\1")
    index = expected(r, None, one, worst["at"], facts["model"], facts["cutoff"], r.number(worst["aqi"]))
    said: list[Any] = [before, html.B(index), middle, _level(r, facts, worst["level"]), after, " "]
    if polluted["chance"] < 0.01:
        return [*said, r.t("Polluted air (AQI above 100) is very unlikely.")]
    return [*said, r.t("The chance of polluted air (AQI above 100) is highest at {when}, {share}.", when=r.step(polluted["at"], one["cadence"]),
                       share=chance(r, polluted["chance"]))]


def _notes(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> str:
    def names(which: list[str]) -> str:
        return ("、" if r.language == "zh" else ", ").join(POLLUTANTS[name] for name in which)

    found = [r.t("Limits and levels after {edition}.", edition=facts["edition"])]
    if facts["of"] == "reported":
        found.append(r.t("The index that stations report is forecast itself; of its pollutants {known} are handed in, {missing} are not.",
                         known=names(facts["pollutants"]) or "–", missing=names(facts["missing"])))
    elif facts["of"] == "some":
        found.append(r.t("Made of the forecasts of {known}; {missing} are not handed in, so the index is this at least.",
                         known=names(facts["pollutants"]), missing=names(facts["missing"])))
    else:
        found.append(r.t("Made of the forecasts of all pollutants of the standard."))
    found.append(r.t("Forecast by {name}, as known at {when}.", name=model_name(r, facts["model"]), when=r.step(facts["cutoff"], one["cadence"])))
    return " ".join(found)


def _levels(r: Reader, one: dict[str, Any], facts: dict[str, Any], rows: list[dict[str, Any]], step: int) -> html.Div:
    """Each level at the step looked at, and in how many hours it is expected."""
    here, title = rows[step], r.t("At the step looked at")
    table = [[_level(r, facts, level["level"]), chance(r, here[f"chance_{level['level']}"]), r.number(level["hours"])] for level in facts["levels"]]
    primary = POLLUTANTS.get(here["primary"], "")
    said = r.t("Primary pollutant: {name}.", name=primary) if primary else \
        r.t("No primary pollutant: the index is 50 at most.") if here["aqi"] <= 50 else \
        r.t("Primary pollutant: none of those handed in reaches the index, so another one sets it.") if facts["of"] == "reported" else ""
    return html.Div([html.H3([title, " ", html.Small(r.step(here["at"], one["cadence"]))]),
                     html.P([f"AQI {r.number(here['aqi'])} ",
                             html.Small(f"({r.t('90 % between')} {r.number(here['lo90'])} – {r.number(here['hi90'])})"), " ", said]),
                     sheet(title, [r.t("Level"), r.t("Chance"), r.t("Hours it is expected in")], table, (1, 2))])


def _table(r: Reader, one: dict[str, Any], facts: dict[str, Any], rows: list[dict[str, Any]], title: str) -> html.Div:
    head = [r.t("Time"), "AQI", r.t("80 % between"), r.t("90 % between"), r.t("Level"), r.t("Primary pollutant"),
            *(_word(r, level) for level in facts["levels"])]
    return sheet(title, head, [
        [r.step(row["at"], one["cadence"]), foretold(r, one, facts, row["at"], row["aqi"]),
         f"{r.number(row['lo80'])} – {r.number(row['hi80'])}", f"{r.number(row['lo90'])} – {r.number(row['hi90'])}", _level(r, facts, row["level"]),
         POLLUTANTS.get(row["primary"], "–"), *(chance(r, row[f"chance_{level['level']}"]) for level in facts["levels"])]
        for row in rows], (1, 2, 3, *range(6, 12)), "fc-table")
