"""Is the service to citizens all right? Resources, channels, effectiveness; what fails now, where queues build, which promise breaks today."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from layouts.components.drawn import Spark
from layouts.components.marks import empty, status_dot
from layouts.components.still import Still, still
from layouts.components.traced import traced
from layouts.panels.request_chart import request_chart
from layouts.panels.service_charts import channel_chart, day_chart
from layouts.panels.service_tables import (
    Labels,
    Link,
    called,
    case_table,
    figure_of,
    own_table,
    queue_table,
    side_table,
    source_table,
    span_of,
)
from layouts.reader import Reader

SPARKS = {"opened": ("opened", ""), "digital": ("digital", "asked"), "on_time": ("on_time", "promised"), "good_rating": ("good", "rated")}
MOST_FAILING, MOST_QUEUES = 12, 20


def service_page(r: Reader, city: dict[str, Any], code: str, found: dict[str, Any], labels: Labels) -> html.Div:
    """`found` is app.service.state.now with `show`, `rows`, `months`, `may_export`; `labels` names by side."""
    chosen = {name: getattr(found["choice"], name) for name in ("department", "category", "channel", "district", "hall", "item", "period")}

    def link(**more: str) -> str:
        words = {"city": city["city"], **chosen, **more}
        return "/service?" + urlencode({name: word for name, word in words.items() if word and (name, word) != ("period", "month")})

    waiting = [row for row in found["queues"] if row["open"]]
    newest = r.t("Cases as of {time}", time=r.moment(found["newest"], "full")) if found["newest"] else r.t("No case has been handed in yet")
    return html.Div(
        [
            html.H1(r.t("Service monitoring of {city}", city=r.pick(city["name_zh"], city["name_en"]))),
            still(html.Div([_verdict(r, found), html.P(newest, className="cs-soft")])),
            filters(r, city["city"], chosen, found, labels),
            *(_head(r, head, title, found, city["city"], link) for head, title in heads(r).items()),
            _rows(r, city["city"], chosen, found, labels, link) if found["show"] else None,
            html.H2(r.t("Needs somebody now")),
            situation(r, found, labels, city["city"], link),
            html.H2(r.t("Promises that break today")),
            _promises(r, found, labels, city["city"], chosen),
            html.H2(r.t("Where cases wait")),
            still(queue_table(r, waiting[:MOST_QUEUES], labels, link)) if waiting else _none(r),
            html.Div([html.Div([html.H2(r.t("Cases by day")), day_chart(r, found["days"])]),
                      html.Div([html.H2(r.t("Cases by channel")), channel_chart(r, found["sides"]["channel"], labels["channel"])])],
                     className="cs-service-charts"),
            *_sides(r, found, labels, link),
            html.H2(r.t("Requests for data closed and mean time by month")),
            html.Div(request_chart(r, found["months"], code), className="cs-chart-place"),
            html.H2(r.t("Interfaces")),
            _interfaces(r, found, labels, city["city"]),
            html.H2(r.t("Chengshu's own requests, last 15 minutes")),
            still(own_table(r, found["api"])),
        ],
        className="cs-document cs-service",
    )


def heads(r: Reader) -> dict[str, str]:
    """The three heads of measures."""
    return {"resources": r.t("Service resources"), "channels": r.t("Service channels"), "effectiveness": r.t("Service effectiveness")}


def verdict(r: Reader, found: dict[str, Any]) -> tuple[str, str]:
    """(colour, sentence): how service stands, by its measures and the promises that are broken."""
    colors = [one["status"] for one in found["measures"]]
    red, amber = colors.count("red"), colors.count("amber")
    if not found["newest"]:
        return "grey", r.t("Nothing can be said of service: no case has been handed in")
    if red:
        return "red", r.t("Service needs attention · measures far off their goal: {red} · cases overdue: {over}", red=r.number(red),
                          over=r.number(found["cases"]["overdue"]))
    if amber or found["cases"]["overdue"]:
        return "amber", r.t("Service is mostly all right · measures below their goal: {amber} · cases overdue: {over}", amber=r.number(amber),
                            over=r.number(found["cases"]["overdue"]))
    return "green", r.t("Service is all right: every measure with a goal meets it, no case is overdue")


def _verdict(r: Reader, found: dict[str, Any]) -> html.P:
    color, text = verdict(r, found)
    return html.P([status_dot(r, color), html.Strong(text)], className=f"cs-service-verdict is-{color}", role="status")


def filters(r: Reader, city: str, chosen: dict[str, str], found: dict[str, Any], labels: Labels) -> Still:
    """What the address asks for, as a form that is sent by GET."""
    every = r.t("all")
    periods = [("day", r.t("Last day")), ("week", r.t("Last 7 days")), ("month", r.t("Last 30 days")), ("quarter", r.t("Last 90 days")),
               ("year", r.t("Last 365 days"))]
    sides = {"department": [(name, called(r, labels, "department", name)) for name in found["departments"]],
             "category": [(name, r.pick(*pair)) for name, pair in labels["category"].items()],
             "channel": [(name, r.pick(*pair)) for name, pair in labels["channel"].items()],
             "district": [(name, r.pick(*labels["district"][name])) for name in found["districts"] if name in labels["district"]],
             "hall": [(name, r.pick(*pair)) for name, pair in labels["hall"].items()],
             "item": [(name, r.pick(*pair)) for name, pair in labels["item"].items()]}
    sides = {name: options for name, options in sides.items() if options or chosen[name]}
    titles = side_names(r)
    return still(html.Form(
        [html.Select([html.Option(city, value=city)], name="city", hidden=True),
         *(_choose(titles[name], name, [("", every), *options], chosen[name]) for name, options in sides.items()),
         _choose(r.t("Period"), "period", periods, chosen["period"]),
         html.Button(r.t("Show"), type="submit", className="cs-act"),
         html.A(r.t("All cases"), href=f"/service?city={city}", className="cs-link")],
        action="/service", method="GET", className="cs-service-filters"))


def side_names(r: Reader) -> dict[str, str]:
    """What the sides of cases are called."""
    return {"department": r.t("Department"), "category": r.t("Case category"), "channel": r.t("Channel"), "district": r.t("District"),
            "hall": r.t("Hall"), "item": r.t("Item")}


def _choose(title: str, name: str, options: list[tuple[str, str]], chosen: str) -> html.Label:
    known = options if chosen in {value for value, _ in options} else [*options, (chosen, chosen)]
    marked = [html.Option(text, value=value, selected=value == chosen or None) for value, text in known]
    return html.Label([html.Span(title), html.Select(marked, name=name)])


def _head(r: Reader, head: str, title: str, found: dict[str, Any], city: str, link: Link) -> html.Div:
    mine = [one for one in found["measures"] if one["head"] == head]
    tiles = [measure_tile(r, one, found["days"], city, link) for one in mine]
    if head == "effectiveness":
        tiles = [_count(r, found, link, *row) for row in (("figure/service_open", "open", r.t("Open cases")),
                 ("figure/service_overdue", "overdue", r.t("Overdue")), ("figure/service_due", "due", r.t("Due today")))] + tiles
    return html.Div([html.H2(title), still(html.Div(tiles, className="cs-figures"))])


def _count(r: Reader, found: dict[str, Any], link: Link, key: str, show: str, title: str) -> html.Div:
    n = found["cases"][show]
    color = "is-red" if show == "overdue" and n else "is-amber" if show == "due" and n else ""
    return html.Div([html.Span(title, className="cs-figure-name"), html.B(traced(r, r.number(n), key)),
                     html.Small(html.A(r.t("its rows"), href=link(show=show)))], className=f"cs-figure cs-service-figure {color}".strip())


def measure_tile(r: Reader, one: dict[str, Any], days: list[dict[str, Any]], city: str, link: Link) -> html.Div:
    """One measure: value in the colour of its goal, change against the period before, its course, the way to its rows."""
    name = r.pick(one["name_zh"], one["name_en"])
    rows = one["rows"].format(city=city)
    address = link(show=rows.partition("show=")[2]) if "show=" in rows else rows
    parts: list[Any] = [
        html.Span([status_dot(r, one["status"]), " ", name], className="cs-figure-name", title=r.pick(one["formula_zh"], one["formula_en"])),
        html.B(traced(r, figure_of(r, one, one["value"]), one["key"])),
    ]
    if one["value"] is None:
        parts.append(html.Small(r.t("nothing to count")))
    elif one["bottom"] is not None:
        pair = {"top": r.number(one["top"]), "all": r.number(one["bottom"])}
        parts.append(html.Small(r.t("{top} of {all}", **pair) if one["is_share"] else "{top} ÷ {all}".format(**pair)))
    if one["change"] is not None:
        parts.append(html.Small(change(r, one)))
    if one["good"] is not None:
        goal = figure_of(r, {**one, "decimals": 0 if one["good"] == int(one["good"]) else 1}, one["good"])
        parts.append(html.Small(r.t("goal ≤ {goal}", goal=goal) if one["is_less_better"] else r.t("goal ≥ {goal}", goal=goal)))
    course = _course(one["id"], days)
    if course:
        parts.append(Spark(values=course, limits=[], label=r.t("{name} by day", name=name), height=24, className="cs-spark"))
    if one["value"] is not None:
        parts.append(html.Small(html.A(r.t("its rows"), href=address)))
    return html.Div(parts, className=f"cs-figure cs-service-figure is-{one['status']}")


def change(r: Reader, one: dict[str, Any]) -> str:
    """How a measure moved against the period before."""
    moved = round(one["change"], one["decimals"])
    if not moved:
        return r.t("as in the period before")
    amount = f"{'+' if moved > 0 else '−'}{r.number(abs(moved), one['decimals'])}"
    return r.t("{n} points on the period before", n=amount) if one["unit"] == "%" else r.t("{n} on the period before", n=amount)


def _course(name: str, days: list[dict[str, Any]]) -> list[float | None]:
    top, bottom = SPARKS.get(name, ("", ""))
    if not top or len(days) < 3:
        return []
    return [row[top] if not bottom else 100 * row[top] / row[bottom] if row[bottom] else None for row in days]


def situation(r: Reader, found: dict[str, Any], labels: Labels, city: str, link: Link) -> Any:
    """What needs somebody, worst first; each leads to its rows."""
    rows = found["failing"]
    if not rows:
        return empty(r.t("Nothing needs anybody now"), r.t("No promise is broken, no queue builds, every source is on time."), "clipboard-check")
    items = [html.Li([status_dot(r, row["status"]), html.Span(text), html.A(r.t("its rows"), href=href) if href else None])
             for row in rows[:MOST_FAILING] for text, href in [say(r, row, labels, city, link)]]
    if len(rows) > MOST_FAILING:
        items.append(html.Li(r.t("and {n} more", n=r.number(len(rows) - MOST_FAILING)), className="cs-soft"))
    return still(html.Ul(items, className="cs-service-situation"))


def say(r: Reader, row: dict[str, Any], labels: Labels, city: str, link: Link) -> tuple[str, str]:
    """One thing that fails in words, and where its rows are."""
    kind = row["kind"]
    if kind == "overdue":
        return r.t("Open cases past their promise: {n}", n=r.number(row["n"])), link(show="overdue")
    if kind == "due":
        return r.t("Promises that end today: {n}", n=r.number(row["n"])), link(show="due")
    if kind == "measure":
        one = row["measure"]
        goal = figure_of(r, one, one["good"])
        address = one["rows"].format(city=city)
        value = figure_of(r, one, one["value"])
        text = r.t("{name} is {value}; the goal is {goal}", name=r.pick(one["name_zh"], one["name_en"]), value=value, goal=goal)
        return text, link(show=address.partition("show=")[2]) if "show=" in address else address
    if kind == "queue":
        queue = row["queue"]
        where = {"department": queue["department"], "district": queue["district"]}
        names = {side: called(r, labels, side, name) for side, name in where.items()}
        text = r.t("The queue of {department} in {district} grew by {n} in 7 days to {open}", **names, n=r.number(queue["growth"]),
                   open=r.number(queue["open"]))
        return text, link(show="open", **where)
    if kind == "source":
        one = row["source"]
        name = r.pick(one["name_zh"], one["name_en"]) or one["id"]
        if one["lag_s"] is None:
            return r.t("{name} failed and never delivered", name=name), f"/sources?city={city}"
        return r.t("{name} is late: last delivery {time} ago, due every {cadence}", name=name, time=span_of(r, one["lag_s"]),
                   cadence=span_of(r, one["cadence_s"])), f"/sources?city={city}"
    return r.t("Chengshu's own requests that broke in the last 15 minutes: {n}", n=r.number(row["group"]["failed"])), ""


def show_names(r: Reader) -> dict[str, str]:
    """The lists of cases."""
    return {"due": r.t("Promises that break today"), "overdue": r.t("Overdue cases"), "open": r.t("Open cases"),
            "opened": r.t("Cases opened in the period"),
            "closed": r.t("Cases closed in the period"), "late": r.t("Cases closed after their promise"), "poor": r.t("Cases rated below 3 stars")}


def _rows(r: Reader, city: str, chosen: dict[str, str], found: dict[str, Any], labels: Labels, link: Link) -> html.Div:
    name = show_names(r)[found["show"]]
    return html.Div(still(html.Div([
        html.H2(name),
        html.P([_export(r, city, chosen, found["show"], found["may_export"]), " ", html.A(r.t("Close the list"), href=link(), className="cs-link")]),
        case_table(r, found["rows"], labels, name) if found["rows"] else html.P(r.t("No such case"), className="cs-soft"),
        html.P(r.t("The first {n} are shown; the file holds all.", n=r.number(len(found["rows"]))), className="cs-soft")
        if len(found["rows"]) >= 100 else None])), className="cs-service-rows", id="service-rows")


def _promises(r: Reader, found: dict[str, Any], labels: Labels, city: str, chosen: dict[str, str]) -> Any:
    if not found["promises"]:
        return html.P(r.t("No open case is past its promise, none is due today."), className="cs-soft")
    return still(html.Div([html.P(_export(r, city, chosen, "due", found["may_export"])),
                           case_table(r, found["promises"][:20], labels, r.t("Promises that break today"))]))


def _export(r: Reader, city: str, chosen: dict[str, str], show: str, may: bool) -> Any:
    words = urlencode({name: word for name, word in {**chosen, "show": show}.items() if word})
    return html.A(r.t("Download as CSV"), href=f"/service/{city}.csv?{words}", className="cs-act") if may else None


def _sides(r: Reader, found: dict[str, Any], labels: Labels, link: Link) -> list[Any]:
    titles, told = side_names(r), []
    for side, rows in found["sides"].items():
        if rows:
            told += [html.H2(r.t("By {side}", side=titles[side])), still(side_table(r, side, rows, labels, link, titles[side]))]
    return told


def _interfaces(r: Reader, found: dict[str, Any], labels: Labels, city: str) -> Any:
    if found["sources"] is None:
        return html.P(r.t("Sources are shown to who may see the whole city."), className="cs-soft")
    if not found["sources"]:
        return html.P(r.t("Every source that delivers in a rhythm is on time."), className="cs-soft")
    return still(source_table(r, found["sources"][:30], labels, city))


def _none(r: Reader) -> html.P:
    return html.P(r.t("No case waits."), className="cs-soft")
