"""How many people will live here, how old will they be, and how many of them will depend on the others?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.columns import twin
from layouts.components.foreseen import foreseen, percent
from layouts.components.picture import picture
from layouts.components.pyramid import pyramid
from layouts.components.sheet import sheet
from layouts.drawing import Drawing, course_drawing
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """`answer` is of app.forecast.answers.population."""
    del told
    facts = answer["facts"]
    most = max(max(part) for one in facts["pyramids"] for part in (one["men_hi90"], one["women_hi90"]))
    figures = [_figure(r, facts, one, most) for one in facts["pyramids"]]
    courses = [_course(r, r.t("Resident people"), facts["past"], facts["course"], "people", ""),
               _course(r, r.t("Dependants per 100 of working age"), [], facts["course"], "dependency", "dependency_")]
    return [html.P(_sentence(r, facts), className="fc-sentence"), html.Div(figures, className="sp-figures"),
            html.P(_notes(r, facts), className="fc-note"), twin(r, _by_age(r, facts)),
            html.Div([html.Div([html.Div(courses, className="sp-pair is-wide"), _years(r, facts)]), _districts(r, city, asked, facts)],
                     className="sp-two is-even")]


def _sentence(r: Reader, facts: dict[str, Any]) -> str:
    now, last = facts["course"][0], facts["course"][-1]
    text = r.t("{n} people live here at the end of {year}; by {then}, {m} are expected (90 %: {low} to {high}).", n=r.compact(now["people"]),
               year=now["year"], then=last["year"], m=r.compact(last["people"]), low=r.compact(last["lo90"]), high=r.compact(last["hi90"]))
    old = r.t("The share of those from 65 on goes from {a} to {b}; for every 100 people of working age {d} will depend on them, now {c}.",
              a=percent(r, now["old"]), b=percent(r, last["old"]), c=r.number(100 * now["dependency"]), d=r.number(100 * last["dependency"]))
    return f"{text} {old}"


def _figure(r: Reader, facts: dict[str, Any], one: dict[str, Any], most: float) -> html.Div:
    years = one["year"] - facts["year"]
    title = r.t("Now: end of {year}", year=one["year"]) if not years else r.t("In {n} years: {year}", n=r.number(years), year=one["year"])
    ages = [_age(facts, k) for k in range(len(facts["ages"]))]
    label = r.t("Age pyramid of {year}: the numbers are in the table", year=one["year"])
    drawing = pyramid(ages, one["men"], one["women"], (one["men_lo90"], one["women_lo90"]), (one["men_hi90"], one["women_hi90"]), most,
                      (r.t("Men"), r.t("Women")), r.compact(most), label)
    return html.Div([html.H3(title), picture(drawing)])


def _age(facts: dict[str, Any], k: int) -> str:
    first = facts["ages"][k]
    return f"{first}+" if k == len(facts["ages"]) - 1 else str(first)


def _group(facts: dict[str, Any], k: int) -> str:
    first = facts["ages"][k]
    return f"{first}+" if k == len(facts["ages"]) - 1 else f"{first}–{first + 4}"


def _course(r: Reader, title: str, past: list[dict[str, Any]], course: list[dict[str, Any]], name: str, edges: str) -> html.Div:
    """A course of years: what was, and what is expected in its 90 % band."""
    scale = 100 if name == "dependency" else 1
    before = past or [course[0]]
    ahead = [{"at": row["year"], "low": scale * row[f"{edges}lo90"], "high": scale * row[f"{edges}hi90"], "usual": scale * row[name]}
             for row in course]
    every = [scale * row[name] for row in before] + [row[side] for row in ahead for side in ("low", "high")]
    drawing: Drawing | None = course_drawing([row["year"] for row in before], [scale * row[name] for row in before], title,
                                             [(row["year"], str(row["year"])) for row in [*before, *course[2::2]]], ahead,
                                             ends=(r.compact(min(every)), r.compact(max(every))))
    return html.Div([html.H3(title), picture(drawing) if drawing else None])


def _years(r: Reader, facts: dict[str, Any]) -> html.Div:
    """Year by year: total with bands, dependency, and what changed in the five years before."""
    title = r.t("Every five years")
    head = [r.t("Year"), r.t("People"), r.t("90 % between"), r.t("Under 15"), r.t("65 and over"), r.t("Dependants per 100"), r.t("Births"),
            r.t("Deaths"), r.t("Net migrants")]
    rows = [[str(row["year"]), r.compact(row["people"]),
             f"{r.compact(row['lo90'])} – {r.compact(row['hi90'])}" if row["births"] is not None else "–", percent(r, row["children"]),
             percent(r, row["old"]), r.number(100 * row["dependency"]) if row["births"] is None else
             f"{r.number(100 * row['dependency'])} ({r.number(100 * row['dependency_lo90'])} – {r.number(100 * row['dependency_hi90'])})",
             *(r.compact(row[name]) if row[name] is not None else "–" for name in ("births", "deaths", "migrants"))] for row in facts["course"]]
    return html.Div([html.H3(title), sheet(title, head, rows, range(1, 9))])


def _districts(r: Reader, city: str, asked: dict[str, str], facts: dict[str, Any]) -> html.Div | None:
    if not facts["districts"]:
        return None
    title, years = r.t("Districts, which add up to the city"), [one["year"] for one in facts["pyramids"]]
    head = [r.t("District"), *(str(year) for year in years), r.t("{year}, 90 % between", year=years[-1]), r.t("65 and over, {year}", year=years[-1])]
    rows = [[foreseen(city, asked, r.name(row), "fc-unit", unit=row["code"], k=""), *(r.compact(one["people"]) for one in row["years"]),
             f"{r.compact(row['years'][-1]['lo90'])} – {r.compact(row['years'][-1]['hi90'])}", percent(r, row["years"][-1]["old"])]
            for row in facts["districts"]]
    return html.Div([html.H3(title), sheet(title, head, rows, range(1, 6), "sp-flows")])


def _notes(r: Reader, facts: dict[str, Any]) -> str:
    found = [r.t("This is said of districts and the city: {name} is shown.", name=r.name(facts))] if facts["is_stand_in"] else []
    found.append(r.t("Cohort-component method from people by age and sex of {first} to {last}, their deaths, births and migration; rates go "
                     "on as they have drifted, 200 courses with chance, the lines are their 90 % band.", first=facts["past"][0]["year"],
                     last=facts["year"]))
    return " ".join(found)


def _by_age(r: Reader, facts: dict[str, Any]) -> html.Div:
    title = r.t("People by age and sex")
    head = [r.t("Age"), *(f"{name} {one['year']}" for one in facts["pyramids"] for name in (r.t("Men"), r.t("Women")))]
    rows = [[_group(facts, k), *(_between(r, one, sex, k, one["year"] > facts["year"])
                                 for one in facts["pyramids"] for sex in ("men", "women"))]
            for k in reversed(range(len(facts["ages"])))]
    return sheet(title, head, rows, range(1, 7), "fc-table")


def _between(r: Reader, one: dict[str, Any], sex: str, k: int, has_band: bool) -> str:
    """People of an age and sex, with their band where they are expected."""
    band = f" ({r.number(one[f'{sex}_lo90'][k])} – {r.number(one[f'{sex}_hi90'][k])})" if has_band else ""
    return f"{r.number(one[sex][k])}{band}"
