"""The chosen vital sign as a card shows it: value, status, change, last days, coverage, age, source, how it rolls up."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import Spark, onward
from layouts.components.kin import plural
from layouts.components.marks import SHAPES, status_dot
from layouts.components.said import expected
from layouts.components.traced import traced, value_key
from layouts.reader import Reader


def sign_block(r: Reader, detail: dict[str, Any], indicator: dict[str, Any], owner: str, now: int) -> html.Div:
    """`indicator` is the registry row as a dict, `owner` the department's name, `now` the time to count ages from."""
    sign, unit = detail["sign"], detail["unit"]
    name, measure = r.pick(sign["name_zh"], sign["name_en"]), r.unit_of(sign["unit"])
    word = {"green": r.t("normal"), "amber": r.t("watch"), "red": r.t("abnormal")}.get(sign["status"])
    head = html.Div(
        [
            html.Span(name, className="cs-sign-title"),
            html.Span([status_dot(r, sign["status"]), word], className=f"cs-status cs-status-{SHAPES[sign['status']]}") if word else None,
        ],
        className="cs-sign-head",
    )
    if sign["value"] is None:
        told = (
            r.t("Not shown: so few people that they could be told apart. The owner department sees it.")
            if sign["is_hidden"]
            else r.t("No data for this indicator here at this time.")
        )
        return html.Div([head, html.P(told, className="cs-soft")], className="cs-sign-block")
    notes = []
    if sign["level"] != unit["level"]:
        notes.append(r.t("Reported at {level} level: this is the value of the {level} it lies in.", level=r.level(sign["level"]).lower()))
    return html.Div(
        [
            head,
            html.Div(
                [
                    traced(
                        r,
                        [html.B(r.compact(sign["value"], sign["decimals"])), html.Small(measure) if measure else None],
                        value_key(sign["indicator"], unit["code"], sign["at"]),
                        "cs-big",
                    ),
                    change(r, sign, detail["day_before"]),
                ],
                className="cs-sign-line",
            ),
            *_course(r, detail, indicator, name),
            coverage(r, sign),
            html.Div(
                [html.Span(r.t("Source: {owner}", owner=owner)), html.Span(r.age(now - sign["at"])) if now - sign["at"] >= 0 else None],
                className="cs-source",
            ),
            html.Div(rollup(r, indicator), className="cs-rollup"),
            *[html.Div(note, className="cs-note") for note in notes],
        ],
        className="cs-sign-block",
    )


def _course(r: Reader, detail: dict[str, Any], indicator: dict[str, Any], name: str) -> list[Any]:
    """The last days as a line; a single reading has no course, only its time."""
    (times, values), at = detail["recent"], r.step(detail["sign"]["at"], indicator["cadence"])
    if len(times) < 2:
        return [html.Div(html.Span(at), className="cs-spark-axis")]
    label = r.t("{name}, the last days up to {time}", name=name, time=at)
    return [
        Spark(values=values, limits=list(indicator["thresholds"]), height=46, label=label, **onward(detail.get("ahead"))),
        html.Div([html.Span(r.moment(times[0], "day")), html.Span(at)], className="cs-spark-axis"),
        html.Div(note, className="cs-note") if (note := expected(r, detail.get("ahead"), indicator)) else None,
    ]


def change(r: Reader, sign: dict[str, Any], before: float | None) -> html.Span | None:
    """The difference to 24 hours earlier."""
    if before is None or sign["value"] is None:
        return None
    more = sign["value"] - before
    arrow = "▲" if more > 0 else "▼" if more < 0 else "="
    return html.Span([html.B(f"{arrow} {r.compact(abs(more), sign['decimals'])}"), html.Small(r.t("vs 24 h earlier"))], className="cs-change")


def coverage(r: Reader, sign: dict[str, Any]) -> html.Div | None:
    """How much of what should report did."""
    if not sign["expected"]:
        return None
    share = min(1.0, sign["n"] / sign["expected"])
    text = r.t(
        "Coverage {share}%: {n} of {total} {level} report",
        share=r.number(100 * share, 0 if share == 1 else 1),
        n=r.number(sign["n"]),
        total=r.number(sign["expected"]),
        level=plural(r, sign["native_level"]),
    )
    return html.Div([html.Div(html.I(style={"width": f"{100 * share:.1f}%"}), className="cs-meter"), html.Span(text)], className="cs-coverage")


def rollup(r: Reader, indicator: dict[str, Any]) -> str:
    """How a parent follows from its children, in one line."""
    weights = {"area_m2": r.t("area"), "population": r.t("population"), "reading": r.t("the weight each reading carries")}
    return {
        "sum": r.t("Rolls up by sum: a unit is the total of the units below it."),
        "weighted_mean": r.t("Rolls up by mean weighted with {weight}.", weight=weights.get(indicator["weight"], r.t("equal weights"))),
        "ratio": r.t("Rolls up as a ratio of sums, not as a mean of ratios."),
        "max": r.t("Rolls up by the highest value below."),
        "min": r.t("Rolls up by the lowest value below."),
        "last": r.t("Rolls up by the newest value below."),
    }[indicator["rollup"]]
