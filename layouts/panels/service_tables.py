"""The tables of service monitoring: promises, queues, sides, interfaces, the program's own requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html

from layouts.components.marks import status_dot
from layouts.components.sheet import sheet
from layouts.components.traced import traced
from layouts.reader import Reader

Labels = dict[str, dict[str, tuple[str, str]]]
Link = Callable[..., str]
OF_CASES = ("opened", "digital", "completion", "on_time", "p50_days", "p90_days", "good_rating")
BESIDE = {"hall": ("trips", "cost", "windows", "staff"), "item": ("trips", "cost", "put_right")}
MOST_OF_SIDE = 40
"""What a table of a side shows: measures of every side, of some sides besides, and how many rows: the worst on time come first."""


def called(r: Reader, labels: Labels, side: str, name: str) -> str:
    """What a department, category, channel or district is called; a district out of sight by its code."""
    if not name:
        return r.t("not said")
    return r.pick(*labels[side].get(name, (name, name)))


def figure_of(r: Reader, one: dict[str, Any], value: float | None) -> str:
    """A value of a measure with its unit."""
    if value is None:
        return "–"
    unit = r.unit_of(one["unit"])
    return f"{r.number(value, one['decimals'])} {unit}".strip()


def span_of(r: Reader, seconds: float) -> str:
    """A length of time in one unit."""
    hours = abs(seconds) / 3600
    if hours >= 48:
        return r.t("{n} days", n=r.number(hours / 24, 1))
    return r.t("{n} h", n=r.number(hours, 1 if hours < 10 else 0))


def left(r: Reader, seconds: float | None) -> Any:
    """Time left of a promise, or how long ago it was broken."""
    if seconds is None:
        return "–"
    if seconds < 0:
        return html.Span(r.t("{time} over", time=span_of(r, seconds)), className="cs-figure-bad")
    return html.Span(r.t("{time} left", time=span_of(r, seconds)), className="cs-rate-watch")


def case_table(r: Reader, rows: list[dict[str, Any]], labels: Labels, name: str) -> html.Div:
    """Cases, each opening its record; `name` is said by screen readers."""
    head = [r.t("Case"), r.t("Case category"), r.t("Channel"), r.t("Place"), r.t("Department"), r.t("Opened"), r.t("Promised by"),
            r.t("Closed at"), r.t("Time left"), r.t("Rating")]
    body = [[traced(r, html.Code(row["case_no"]), row["key"]), called(r, labels, "category", row["category"]),
             called(r, labels, "channel", row["channel"]), r.pick(row["name_zh"], row["name_en"]) or row["unit_code"],
             called(r, labels, "department", row["department"] or ""), r.moment(row["opened_at"]), r.moment(row["promised_at"]),
             r.moment(row["closed_at"]), left(r, row["left_s"]), r.number(row["rating"])] for row in rows]
    return sheet(name, head, body, (8, 9))


def queue_table(r: Reader, rows: list[dict[str, Any]], labels: Labels, link: Link) -> html.Div:
    """Where cases wait: department × district."""
    head = [r.t("Department"), r.t("District"), r.t("Open cases"), r.t("Overdue"), r.t("Due today"), r.t("Mean age"), r.t("Oldest"),
            r.t("Growth in 7 days")]
    body = []
    for row in rows:
        where = {"department": row["department"], "district": row["district"]}
        over = html.A(r.number(row["overdue"]), href=link(show="overdue", **where), className="cs-figure-bad") if row["overdue"] else "0"
        growth = f"{'+' if row['growth'] > 0 else ''}{r.number(row['growth'])}"
        body.append([called(r, labels, "department", row["department"]), called(r, labels, "district", row["district"]),
                     html.A(r.number(row["open"]), href=link(show="open", **where)), over, r.number(row["due"]), _days(r, row["mean_days"]),
                     _days(r, row["oldest_days"]), html.Span(growth, className="cs-rate-watch" if row["is_building"] else "")])
    return sheet(r.t("Queues"), head, body, (2, 3, 4, 5, 6, 7))


def side_table(r: Reader, side: str, rows: list[dict[str, Any]], labels: Labels, link: Link, title: str) -> html.Div:
    """One side of the cases, the worst on time first; a name filters by itself."""
    if not rows:
        return html.Div()
    shown = [name for name in (*OF_CASES, *BESIDE.get(side, ())) if (side, name) != ("channel", "digital")]       # a channel is digital, or not
    head = [title, *(r.pick(rows[0]["measures"][name]["name_zh"], rows[0]["measures"][name]["name_en"]) for name in shown)]
    body = [[html.A(called(r, labels, side, row["name"]), href=link(**{side: row["name"]})) if row["name"] else r.t("not said"),
             *(_cell(r, row["measures"][name]) for name in shown)] for row in rows[:MOST_OF_SIDE]]
    return sheet(title, head, body, range(1, len(head)))


def source_table(r: Reader, rows: list[dict[str, Any]], labels: Labels, city: str) -> html.Div:
    """Sources that are late, silent or failing."""
    head = [r.t("Source"), r.t("Owner"), r.t("State"), r.t("Last delivery"), r.t("Cadence"), r.t("Tries in 7 days"), r.t("Failed"), r.t("p95")]
    body = [[html.A(r.pick(row["name_zh"], row["name_en"]) or row["id"], href=f"/sources?city={city}"),
             called(r, labels, "department", row["owner"]), html.Span([status_dot(r, row["status"]), " ", _state(r, row)]),
             r.age(row["lag_s"]) if row["lag_s"] is not None else "–", span_of(r, row["cadence_s"]), r.number(row["tries"]), r.number(row["failed"]),
             f"{r.number(row['p95_s'], 1)} s" if row["p95_s"] is not None else "–"] for row in rows]
    return sheet(r.t("Interfaces"), head, body, (5, 6, 7))


def own_table(r: Reader, rows: list[dict[str, Any]]) -> html.Div:
    """This program's own requests of the last quarter of an hour."""
    names = {"api": r.t("Data interface"), "tiles": r.t("Map tiles"), "callbacks": r.t("Page updates"), "pages": r.t("Pages"), "polls": r.t("Polls"),
             "assets": r.t("Scripts and styles")}
    head = [r.t("Own requests"), r.t("Calls"), r.t("Failed"), r.t("Refused"), r.t("Success"), r.t("p50"), r.t("p95")]
    body = [[names[row["group"]], r.number(row["calls"]), html.Span(r.number(row["failed"]), className="cs-figure-bad" if row["failed"] else ""),
             r.number(row["refused"]), "–" if row["success"] is None else f"{r.number(100 * row['success'], 2)} %", _ms(r, row["p50_s"]),
             _ms(r, row["p95_s"])] for row in rows]
    return sheet(r.t("Chengshu's own requests, last 15 minutes"), head, body, range(1, 7))


def _state(r: Reader, row: dict[str, Any]) -> str:
    if row["lag_s"] is None:
        return r.t("never delivered")
    return r.t("late") if row["status"] == "amber" else r.t("silent or failing")


def _cell(r: Reader, one: dict[str, Any]) -> html.Span:
    shade = {"red": "cs-figure-bad", "amber": "cs-rate-watch", "green": "cs-figure-good"}.get(one["status"], "")
    return html.Span(figure_of(r, one, one["value"]), className=shade)


def _days(r: Reader, days: float | None) -> str:
    return "–" if days is None else f"{r.number(days, 1)} {r.unit_of('d')}"


def _ms(r: Reader, seconds: float | None) -> str:
    return "–" if seconds is None else f"{r.number(1000 * seconds, 0 if seconds >= 0.01 else 1)} ms"
