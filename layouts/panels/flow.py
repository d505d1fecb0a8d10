"""How does data run through the six libraries: how much, how fast, how far behind, and is each stage well?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import Spark
from layouts.components.icons import icon
from layouts.components.libraries import library
from layouts.components.marks import status_dot
from layouts.reader import Reader

STAGES = ("front", "hub", "dept", "mgmt", "base", "theme")


def flow_panel(r: Reader, city: str, told: dict[str, Any]) -> html.Div:
    """`told` is app.lineage.flow's answer: six stages side by side, each with the last 24 hours and 30 days."""
    cells: list[Any] = []
    for stage in STAGES:
        cells.append(_stage(r, city, stage, told))
        if stage not in ("dept", STAGES[-1]):
            cells.append(html.Div(icon("right", 20), className="cs-libraries-arrow", **{"aria-hidden": "true"}))
    # rows that broke a rule leave the way to the right library: dept and mgmt stand above each other
    pair = html.Div([cells[4], cells[5]], className="cs-libraries-pair")
    return html.Div([*cells[:4], pair, *cells[6:]], className="cs-libraries", role="list", **{"aria-label": r.t("The six libraries")})


def _stage(r: Reader, city: str, stage: str, told: dict[str, Any]) -> html.Div:
    key = {"front": "row_in", "hub": "row_in", "dept": "accepted", "mgmt": "rejected", "base": "accepted", "theme": "accepted"}[stage]
    day, month = told["day"], told["month"]
    where = {
        "front": f"/data?city={city}#batches",
        "hub": f"/lineage?city={city}&table=hub.reading",
        "dept": f"/data?city={city}#datasets",
        "mgmt": f"/data?city={city}&rejects=1#batches",
        "base": f"/lineage?city={city}&table=base.reading",
        "theme": f"/map?city={city}",
    }[stage]
    status = told["state"][stage]
    is_pair = stage in ("dept", "mgmt")
    parts = [
        html.Div([status_dot(r, status), html.Strong(library(r, stage))], className="cs-libraries-name"),
        html.Div([html.B(r.compact(told["standing"]["value"] if stage == "theme" else day["totals"][key])), html.Small(_noun(r, stage))],
                 className="cs-libraries-count"),
        None
        if is_pair
        else Spark(values=day["course"][key], limits=[], height=30, label=r.t("{name}: rows an hour, the last 24 hours", name=library(r, stage))),
        html.Div(_more(r, stage, told, month["totals"][key]), className="cs-libraries-more"),
        html.Div(_says(r, stage, told), className="cs-libraries-says"),
    ]
    return html.Div(html.A(parts, href=where), className=f"cs-libraries-stage is-{status}", role="listitem")


def _noun(r: Reader, stage: str) -> str:
    return {
        "front": r.t("rows in, 24 h"),
        "hub": r.t("kept word for word, 24 h"),
        "dept": r.t("accepted, 24 h"),
        "mgmt": r.t("rejected, 24 h"),
        "base": r.t("new or changed, 24 h"),
        "theme": r.t("rolled-up values stand"),
    }[stage]


def _more(r: Reader, stage: str, told: dict[str, Any], month: int) -> str:
    if stage == "base":
        return r.t("{n} rows stand", n=r.compact(sum(count for name, count in told["standing"].items() if name != "value")))
    if stage == "theme":
        return r.t("24 h: {n} rows taken up", n=r.compact(told["day"]["totals"]["accepted"]))
    return r.t("30 days: {n}", n=r.compact(month))


def _says(r: Reader, stage: str, told: dict[str, Any]) -> str:
    """The one thing that tells whether a stage is well: its rate, its lag, or what is wrong."""
    day, now = told["day"], told["now"]
    if stage == "front":
        if told["late"]:
            return r.t("{n} datasets late", n=r.number(len(told["late"])))
        return r.t("{n} rows an hour", n=r.compact(day["totals"]["row_in"] / day["hours"]))
    if stage == "hub":
        slow = max((row["seconds_p95"] or 0 for row in day["datasets"]), default=0)
        return r.t("to the base library in {n} s (p95)", n=r.number(slow, 2))
    if stage == "dept":
        return r.t("{n} known already", n=r.compact(day["totals"]["duplicate"]))
    if stage == "mgmt":
        share = 100 * day["totals"]["rejected"] / day["totals"]["row_in"] if day["totals"]["row_in"] else 0
        return r.t("{share}% of the rows", share=r.number(share, 2))
    if stage == "base":
        newest = told["newest"]
        return r.t("newest reading {age}", age=r.age(max(0, now - newest))) if newest else r.t("no reading yet")
    waiting = told["waiting"]
    return r.t("{n} batches wait for the tower", n=r.number(waiting["batches"])) if waiting["batches"] else r.t("nothing waits for the tower")
