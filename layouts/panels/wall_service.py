"""Wall: is the service to citizens all right? One sentence, the measures that matter, what fails now."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import Spark
from layouts.components.marks import status_dot
from layouts.pages.service import say, verdict
from layouts.panels.service_tables import Labels, called, figure_of, span_of
from layouts.reader import Reader


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.wall.told.service: app.service.state.now with `city`, `labels`, `most` lines."""
    color, text = verdict(r, told)
    if told["newest"] is None:
        return [html.H2(r.t("Service")), html.P(text, className="wall-empty")]
    counts = [(r.t("Open cases"), "open", ""), (r.t("Overdue"), "overdue", "red"), (r.t("Due today"), "due", "amber")]
    stages = [_count(r, name, told["cases"][key], shade if told["cases"][key] else "green") for name, key, shade in counts]
    stages += [_measure(r, one) for one in told["measures"] if one["value"] is not None and one["good"] is not None]
    course = Spark(values=[row["opened"] for row in told["days"]], limits=[], height=64, label=r.t("{name} by day", name=r.t("Opened")))
    queues = [_queue(r, row, told["labels"]) for row in told["queues"] if row["open"]]
    lines = [_line(r, row, told["labels"], told["city"]) for row in told["failing"] if row["kind"] != "measure"][:told["most"]]
    return [
        html.H2([r.t("Service"), html.Small(r.t("Cases as of {time}", time=r.moment(told["newest"])))]),
        html.P([status_dot(r, color), html.Strong(text)], className=f"wall-fresh is-{color}"),
        html.Div(stages, className="wall-stages"),
        html.Div(course, className="wall-service-course") if told["days"] else None,
        html.Div(lines, className="wall-rows") if lines else html.P(r.t("Nothing needs anybody now")),
        html.Div([html.H2(r.t("Where cases wait")), html.Div(queues[:told["most"]], className="wall-rows")],
                 className="wall-fit") if queues else None,
    ]


def _queue(r: Reader, row: dict[str, Any], labels: Labels) -> html.Div:
    name = f"{called(r, labels, 'department', row['department'])} · {called(r, labels, 'district', row['district'])}"
    over = html.Small([r.t("Overdue"), " ", r.number(row["overdue"])], className="wall-bad") if row["overdue"] else None
    age = html.Small([r.t("Mean age"), " ", span_of(r, 86_400 * row["mean_days"])])
    return html.Div([html.Span(html.Strong(name), className="wall-name"), age, over, html.B(r.number(row["open"]))], className="wall-row")


def _count(r: Reader, name: str, n: int, color: str) -> html.Div:
    return html.Div([html.Div(html.Span(name, className="wall-name"), className="wall-course-head"), html.B(r.compact(n))],
                    className=f"wall-stage is-{color}")


def _measure(r: Reader, one: dict[str, Any]) -> html.Div:
    name = html.Span(r.pick(one["name_zh"], one["name_en"]), className="wall-name")
    goal = figure_of(r, one, one["good"])
    said = r.t("goal ≤ {goal}", goal=goal) if one["is_less_better"] else r.t("goal ≥ {goal}", goal=goal)
    return html.Div([html.Div([status_dot(r, one["status"]), name], className="wall-course-head"), html.B(figure_of(r, one, one["value"])),
                     html.Small(said)], className=f"wall-stage is-{one['status']}")


def _line(r: Reader, row: dict[str, Any], labels: Labels, city: str) -> html.Div:
    text, _ = say(r, row, labels, city, lambda **_: "")
    return html.Div([status_dot(r, row["status"]), html.Span(text, className="wall-name")], className="wall-row")
