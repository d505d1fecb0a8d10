"""The tablet's brief: is the city all right, what changed, where, why, what is usual for the hours to come? A tap opens each."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import WallCourse
from layouts.components.icons import icon
from layouts.components.marks import status_dot
from layouts.components.picture import picture
from layouts.components.said import beyond, city_why, city_word, measured, severity, state, steps_of
from layouts.components.traced import traced, value_key, within
from layouts.drawing import map_drawing
from layouts.reader import Reader


def brief_tablet(r: Reader, city: str, told: dict[str, Any]) -> list[Any]:
    """`told` is app.brief.tablet.told."""
    return [_head(r, told), _alerts(r, city, told), _changes(r, city, told), _ahead(r, told), _themes(r, city, told)]


def _head(r: Reader, told: dict[str, Any]) -> html.Section:
    head = told["headline"]
    when = r.t("Newest reading {time}", time=r.moment(told["newest"], "full")) if told["newest"] else r.t("No data yet")
    return html.Section(
        [status_dot(r, head["status"]),
         html.Div([html.H1(city_word(r, head["status"])), html.P(city_why(r, head)), html.P(when, className="cs-soft")])],
        className=f"brief-head is-{head['status']}",
    )


def _alerts(r: Reader, city: str, told: dict[str, Any]) -> html.Section:
    rows = [_alert(r, city, one, told["departments"]) for one in told["alerts"]]
    more = told["headline"]["alerts"]["open"] - len(rows)
    link = html.A(r.t("All alerts"), href=f"/alerts?city={city}", className="brief-link")
    return html.Section(
        [html.H2(r.t("Open alerts")), *(rows or [html.P(r.t("no alert is open"), className="cs-soft")]),
         html.P(r.t("and {n} more", n=r.number(more))) if more > 0 else None, link],
        className="brief-part",
    )


def _alert(r: Reader, city: str, one: dict[str, Any], departments: dict[str, Any]) -> html.Details:
    steps, name = steps_of(r, one["steps"]), r.pick(one["sign"]["name_zh"], one["sign"]["name_en"])
    key = value_key(one["indicator"], one["unit_code"], one["last_at"])
    owner = departments.get(one["owner"])
    due = r.t("due {time}", time=r.moment(one["due_at"])) if one["due_at"] else ""
    summary = [
        html.Span(severity(r, one["severity"]), className=f"brief-severity is-{one['severity']}"),
        html.Span([html.Strong(r.pick(one["name_zh"], one["name_en"])), html.Span(r.name(one["unit"]), className="cs-soft")], className="brief-what"),
        html.B(measured(r, one["last_value"], one["sign"]), className="brief-value", **within(key)),
    ]
    body = [
        _fact(r.t("Where"), html.A(r.name(one["unit"]), href=_map(city, one["indicator"], one["unit_code"]), className="brief-link")),
        _fact(r.t("Cause"), " · ".join(part for part in (name, measured(r, one["value"], one["sign"]), beyond(r, one)) if part)),
        _fact(r.t("Since"), r.moment(one["began_at"])),
        _fact(r.t("In charge"), " · ".join(part for part in (
            r.pick(owner["name_zh"], owner["name_en"]) if owner else one["owner"], state(r, one["state"]), due, one["note"]) if part)),
        _fact(r.t("Procedure"), html.Ol([html.Li(step) for step in steps]) if steps else r.t("none is registered")),
    ]
    return _fold(summary, body, f"brief-alert is-{one['severity']}")


def _changes(r: Reader, city: str, told: dict[str, Any]) -> html.Section:
    rows = [_change(r, city, row, told["departments"]) for row in told["changes"]]
    title = html.H2([r.t("What changed"), html.Small(r.t("beyond the usual band"))])
    return html.Section([title, *(rows or [html.P(r.t("Nothing lies beyond its usual band"), className="cs-soft")])], className="brief-part")


def _change(r: Reader, city: str, row: dict[str, Any], departments: dict[str, Any]) -> html.Details:
    one = row["indicator"]
    name, owner = r.pick(one["name_zh"], one["name_en"]), departments.get(one["owner"])
    summary = [
        status_dot(r, row["status"]),
        html.Span([html.Strong(name), html.Span(usual_band(r, row), className="cs-soft")], className="brief-what"),
        html.B(["▲ " if row["score"] > 0 else "▼ ", measured(r, row["value"], one)], className="brief-value",
               **within(value_key(one["id"], row["code"], row["at"]))),
    ]
    drawn = map_drawing(row["areas"], r.t("{name} by area", name=name)) if row["areas"] else None
    body = [
        _fact(r.t("Since yesterday"), signed(r, row["change"], one) if row["change"] is not None else r.t("not known")),
        _fact(r.t("Where and why"), html.Ul([html.Li(_moved(r, city, one, unit)) for unit in row["where"]]) if row["where"] else r.t("not known")),
        html.Div(picture(drawn), className="brief-map") if drawn else None,
        _fact(r.t("In charge"), r.pick(owner["name_zh"], owner["name_en"]) if owner else one["owner"]),
        html.A(r.t("Show on the map"), href=_map(city, one["id"], ""), className="brief-link"),
    ]
    return _fold(summary, body, f"brief-change is-{row['status']}")


def usual_band(r: Reader, row: dict[str, Any]) -> str:
    """The band in words."""
    one = row["indicator"]
    low, high = r.compact(row["low"], one["decimals"]), measured(r, row["high"], one)
    return r.t("usually {low} to {high}", low=low, high=high)


def signed(r: Reader, value: float, one: dict[str, Any]) -> str:
    """A change with its sign."""
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{measured(r, abs(value), one)}"


def _moved(r: Reader, city: str, one: dict[str, Any], unit: dict[str, Any]) -> list[Any]:
    share = r.t("{n}% of the change", n=r.number(100 * unit["share"])) if unit["share"] is not None else ""
    value = html.B(measured(r, unit["value"], one), **within(value_key(one["id"], unit["code"], None))) if unit["value"] is not None else ""
    return [html.A(r.pick(unit["name_zh"], unit["name_en"]) or unit["code"], href=_map(city, one["id"], unit["code"]), className="brief-link"),
            " ", value, " ", html.Span(" · ".join(part for part in (signed(r, unit["moved"], one), share) if part), className="cs-soft")]


def _ahead(r: Reader, told: dict[str, Any]) -> html.Section | None:
    if not told["expected"]:
        return None
    cards = []
    for row in told["expected"]:
        one, (times, values) = row["indicator"], row["course"]
        last, name = row["hours"][-1], r.pick(one["name_zh"], one["name_en"])
        words = _said_ahead(r, row, last)
        chart = WallCourse(times=[*times, *(step["at"] for step in row["hours"])], values=[*values, *([None] * len(row["hours"]))],
                           band=[*([None] * len(times)), *([step["low"], step["high"]] for step in row["hours"])], limits=one["thresholds"],
                           ahead=[step["usual"] for step in row["hours"]] if row["kind"] == "forecast" else None,
                           zone=r.zone, language=r.language, label=r.t("{name}: the last days", name=name))
        now = html.B(traced(r, measured(r, row["value"], one), value_key(one["id"], row["code"], row["at"])))
        cards.append(html.Div([html.Div([status_dot(r, row["status"]), html.Strong(name), now], className="brief-ahead-head"), chart, html.P(words)],
                              className="brief-ahead"))
    kinds = {row["kind"] for row in told["expected"]}
    notes = [r.t("Forecast: what is expected, and the band that nine of ten values fall into.") if "forecast" in kinds else "",
             r.t("Usual: the band of the same hour of earlier days, where nothing can be forecast yet.") if "usual" in kinds else ""]
    return html.Section([html.H2(r.t("The hours to come")), html.P(" ".join(filter(None, notes)), className="cs-soft"),
                         html.Div(cards, className="brief-cards")], className="brief-part")


def _said_ahead(r: Reader, row: dict[str, Any], last: dict[str, Any]) -> str:
    """The end of a course ahead in words: forecast or usual, and the chance that a limit is passed."""
    one, time = row["indicator"], r.moment(last["at"], "weekday")
    low, high = r.compact(last["low"], one["decimals"]), measured(r, last["high"], one)
    if row["kind"] == "usual":
        return r.t("by {time} usually {low} to {high}", time=time, low=low, high=high)
    words = r.t("by {time} expected {value} ({low} to {high})", time=time, value=measured(r, last["usual"], one), low=low, high=high)
    breach = row["breach"]
    if breach is None or breach["chance"] < 0.1:
        return words
    return f"{words} · " + r.t("{chance} % chance of passing {limit}", chance=r.number(100 * breach["chance"]),
                               limit=measured(r, breach["limit"], one))


def _themes(r: Reader, city: str, told: dict[str, Any]) -> html.Section:
    found = []
    for theme in told["headline"]["themes"]:
        counts = [html.Span([status_dot(r, color), r.number(theme["counts"][color])]) for color in ("red", "amber", "green", "grey")
                  if theme["counts"][color]]
        summary = [status_dot(r, theme["status"]), html.Strong(r.pick(theme["name_zh"], theme["name_en"]), className="brief-what"),
                   html.Span(counts, className="brief-counts")]
        body = [_sign(r, city, row, told["departments"]) for row in theme["signs"]] or [html.P(r.t("Every vital sign is as it should be"))]
        found.append(_fold(summary, body, f"brief-theme is-{theme['status']}"))
    return html.Section([html.H2(r.t("By theme")), html.Div(found, className="brief-cards")], className="brief-part") if found else html.Section(
        [html.H2(r.t("By theme")), html.P(r.t("No vital sign has a value yet"), className="cs-soft")], className="brief-part")


def _sign(r: Reader, city: str, row: dict[str, Any], departments: dict[str, Any]) -> html.Div:
    one = row["indicator"]
    owner = departments.get(one["owner"])
    where = [html.Li(_moved(r, city, one, unit)) for unit in row["where"]]
    return html.Div(
        [
            html.Div([status_dot(r, row["status"]),
                      html.A(r.pick(one["name_zh"], one["name_en"]), href=_map(city, one["id"], ""), className="brief-link brief-what"),
                      html.B(measured(r, row["value"], one)) if row["value"] is not None else None], className="brief-sign"),
            html.Ul(where) if where else None,
            html.P(r.t("In charge: {who}", who=r.pick(owner["name_zh"], owner["name_en"]) if owner else one["owner"]), className="cs-soft"),
        ]
    )


def _fold(summary: list[Any], body: list[Any], name: str) -> html.Details:
    return html.Details([html.Summary([*summary, icon("down", 20)]), html.Div([part for part in body if part is not None], className="brief-body")],
                        className=f"brief-fold {name}")


def _fact(name: str, value: Any) -> html.Div:
    return html.Div([html.Span(name, className="brief-fact-name"), html.Div(value)], className="brief-fact")


def _map(city: str, indicator: str, code: str) -> str:
    return f"/map?city={city}&indicator={indicator}" + (f"&units={code}" if code else "")
