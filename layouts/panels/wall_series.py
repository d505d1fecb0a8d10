"""Wall: how did the chosen vital signs go over the last days?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import WallCourse
from layouts.components.marks import status_dot
from layouts.reader import Reader


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.wall.told.series: {rows: [{indicator, value, at, status, times, points, yesterday}], days}."""
    title = html.H2(r.t("Courses"))
    if not told["rows"]:
        return [title, html.P(r.t("No vital sign has a value yet"), className="wall-empty")]
    return [title, html.Div([_course(r, row) for row in told["rows"]], className="wall-courses wall-fit")]


def _course(r: Reader, row: dict[str, Any]) -> html.Div:
    one, decimals = row["indicator"], row["indicator"]["decimals"]
    unit, name = r.unit_of(one["unit"]), r.pick(one["name_zh"], one["name_en"])
    change = None
    if row["yesterday"] is not None:
        more = row["value"] - row["yesterday"]
        sign = "▲" if more > 0 else "▼" if more < 0 else "="
        change = html.Small(r.t("{sign}{value} in a day", sign=sign, value=r.compact(abs(more), decimals)))
    head = [status_dot(r, row["status"]), html.Span(name, className="wall-name"),
            html.Span([html.B(r.compact(row["value"], decimals)), html.Small(unit) if unit else None], className="wall-value")]
    when = r.moment(row["at"]) if one["cadence"].startswith("PT") else r.step(row["at"], one["cadence"])      # the strip says the weekday
    at = html.Small(r.t("as of {time}", time=when), className="wall-old") if row["is_old"] else html.Small(when)
    return html.Div(
        [
            html.Div(head, className="wall-course-head"),
            WallCourse(**_onward(row), limits=one["thresholds"], zone=r.zone, language=r.language, label=r.t("{name}: the last days", name=name)),
            html.Div([at, change], className="wall-course-foot"),
        ],
        className=f"wall-course is-{row['status']}",
    )


def _onward(row: dict[str, Any]) -> dict[str, Any]:
    """The course, and where something is expected of it, how it goes on."""
    ahead = row["ahead"]
    if not ahead:
        return {"times": row["times"], "values": row["points"]}
    band = [list(pair) for pair in zip(ahead["low"], ahead["high"], strict=True)]
    return {"times": [*row["times"], *ahead["times"]], "values": [*row["points"], *([None] * len(band))], "ahead": ahead["y"],
            "band": [*([None] * len(row["times"])), *band]}
