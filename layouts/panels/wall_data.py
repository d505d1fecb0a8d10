"""Wall: does data arrive, is it good, and what is old?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import Spark
from layouts.components.libraries import dataset, library
from layouts.components.marks import status_dot
from layouts.panels.wall_signs import sign
from layouts.reader import Reader

MOST_OLD = 8
STAGES = {"front": "row_in", "hub": "row_in", "dept": "accepted", "mgmt": "rejected", "base": "accepted", "theme": "accepted"}


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.wall.told.data: {flow, old, count, newest, now}; of a part of the city there is no flow."""
    title = html.H2(r.t("Data flow"))
    stages = [_stage(r, stage, key, told["flow"]) for stage, key in STAGES.items()] if told["flow"] else []
    fresh, old = told["count"] - len(told["old"]), told["old"]
    if not told["count"]:
        says = r.t("No vital sign has a value yet")
    else:
        says = r.t("{fresh} of {all} vital signs are as fresh as they should be", fresh=r.number(fresh), all=r.number(told["count"]))
    newest = r.t("Newest reading {time}", time=r.moment(told["newest"])) if told["newest"] else r.t("no reading yet")
    return [
        title,
        html.Div(stages, className="wall-stages") if stages else None,
        html.P([html.Strong(says), html.Span(newest)], className="wall-fresh"),
        html.Div([sign(r, row) for row in old[:MOST_OLD]], className="wall-olds") if old else None,
        html.Div([_batch(r, row) for row in told["batches"]], className="wall-batches wall-fit") if told["batches"] else None,
    ]


def _batch(r: Reader, row: dict[str, Any]) -> html.Div:
    rejected = html.Span(r.t("{n} rejected", n=r.compact(row["rejected"])), className="wall-bad") if row["rejected"] else None
    return html.Div(
        [html.Span(r.moment(row["received_at"])), html.Strong(r.pick(row["source_zh"], row["source_en"]) or row["source"], className="wall-name"),
         html.Span(dataset(r, row["dataset"])), html.Span(r.t("{n} rows", n=r.compact(row["row_in"]))), rejected],
        className="wall-batch",
    )


def _stage(r: Reader, stage: str, key: str, flow: dict[str, Any]) -> html.Div:
    day = flow["day"]
    count = flow["standing"]["value"] if stage == "theme" else day["totals"][key]
    noun = {"front": r.t("rows in, 24 h"), "hub": r.t("kept word for word, 24 h"), "dept": r.t("accepted, 24 h"), "mgmt": r.t("rejected, 24 h"),
            "base": r.t("new or changed, 24 h"), "theme": r.t("rolled-up values stand")}[stage]
    return html.Div(
        [
            html.Div([status_dot(r, flow["state"][stage]), html.Span(library(r, stage), className="wall-name")], className="wall-course-head"),
            html.B(r.compact(count)),
            html.Small(noun),
            Spark(values=day["course"][key], limits=[], height=64, label=r.t("{name}: rows an hour, the last 24 hours", name=library(r, stage))),
        ],
        className=f"wall-stage is-{flow['state'][stage]}",
    )
