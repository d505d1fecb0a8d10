"""Which topics run here, how large will they grow, and when do they peak?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.columns import Column, Part, columns
from layouts.components.foreseen import chance, foreseen
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.reader import Reader

HOUR, MOST_COURSES = "PT1H", 4


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """`answer` is of app.forecast.answers.popularity."""
    del told
    facts = answer["facts"]
    if not facts["topics"]:
        return [empty(r.t("No topic runs here now"), r.t("Topics are followed for {n} h after they were first seen.", n=facts["hours"]), "chart"),
                html.P(_notes(r, facts), className="fc-note")]
    courses = html.Div([_course(r, one) for one in facts["topics"][:MOST_COURSES]], className="sp-courses")
    return [html.P(_sentence(r, facts), className="fc-sentence"), _table(r, city, asked, facts), courses,
            html.P(_notes(r, facts), className="fc-note")]


def _name(r: Reader, one: dict[str, Any]) -> str:
    return r.pick(one["name_zh"], one["name_en"])


def _sentence(r: Reader, facts: dict[str, Any]) -> str:
    first = facts["topics"][0]
    peak = r.t("its peak is most likely past") if first["over"] >= 0.5 else r.t("its peak is expected at {when}", when=r.step(first["peak"], HOUR))
    return r.t("{n} topics run. The largest, “{name}”, is expected to gather {size} mentions in all (80 %: {low} to {high}); {peak}.",
               n=r.number(len(facts["topics"])), name=_name(r, first), size=r.number(first["size"]), low=r.number(first["lo80"]),
               high=r.number(first["hi80"]), peak=peak)


def _table(r: Reader, city: str, asked: dict[str, str], facts: dict[str, Any]) -> html.Div:
    title = r.t("Topics that run")
    head = [r.t("Topic"), r.t("About"), r.t("First seen"), r.t("Mentions so far"), r.t("In all, expected"), r.t("80 % between"), r.t("90 % between"),
            r.t("Peak"), r.t("Peak, 80 % between"), r.t("Peak is past")]
    rows = [[html.B(_name(r, one)), foreseen(city, asked, r.name(one["unit"]), "fc-unit", unit=one["unit"]["code"]), r.step(one["first"], HOUR),
             r.number(one["so_far"]), html.B(r.number(one["size"])), f"{r.number(one['lo80'])} – {r.number(one['hi80'])}",
             f"{r.number(one['lo90'])} – {r.number(one['hi90'])}", r.step(one["peak"], HOUR),
             r.step(one["peak_lo"], HOUR) if one["peak_lo"] == one["peak_hi"] else
             f"{r.moment(one['peak_lo'], 'short')} – {r.moment(one['peak_hi'], 'short')}", chance(r, one["over"])] for one in facts["topics"]]
    return sheet(title, head, rows, (3, 4, 5, 6, 9), "fc-table")


def _course(r: Reader, one: dict[str, Any]) -> html.Div:
    """Mentions by the hour: reported, then expected."""
    most = max(max(row["mentions"] for row in one["course"]), 1.0)
    shown = [Column(row["at"], (Part(row["mentions"] / most, kind="" if row["is_known"] else "is-coming"),),
                    f"{r.step(row['at'], HOUR)} · {r.number(row['mentions'])} · {r.t('reported') if row['is_known'] else r.t('expected')}")
             for row in one["course"]]
    return columns(r, _name(r, one), HOUR, shown, r.t("{n}/h", n=r.number(most)), labels=3)


def _notes(r: Reader, facts: dict[str, Any]) -> str:
    found = [r.t("Topics are told of districts and the city: those of {name} are shown.", name=r.name(facts))] if facts["is_stand_in"] else []
    if facts["young"]:
        found.append(r.t("{n} topics of the city are younger than two hours and not foretold yet.", n=r.number(facts["young"])))
    found.append(r.t("In all means within {n} h of the first mention; a self-exciting model that learnt from {m} topics of the past, as known at "
                     "{when}. Pale columns are expected.", n=r.number(facts["hours"]), m=r.number(facts["learnt"]), when=r.step(facts["at"], HOUR)))
    return " ".join(found)
