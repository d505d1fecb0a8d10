"""体征一张图: every vital sign of the city on one screen, and beside it the one that is chosen with what moved it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.components.drawn import Spark, onward
from layouts.components.icons import icon
from layouts.components.marks import SHAPES, empty, status_dot
from layouts.components.said import expected, source_text
from layouts.components.still import still
from layouts.components.traced import traced, value_key, within
from layouts.panels.health import delta, movers, sentence
from layouts.reader import Reader

MANY = 10_000


def signs_page(r: Reader, place: dict[str, Any], body: Any) -> html.Div:
    """`place` {city, indicator, since, unit} is what the page shows; `body` from `signs_body`."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.VITAL_LOOK),
            dcc.Store(id=ids.VITAL_PLACE, data=place),
            html.H1(r.t("Vital signs"), className="vs-title"),
            html.Div(body, id=ids.VITAL_BODY, className="vs-body"),
        ],
        className="vs-page",
    )


def signs_body(r: Reader, place: dict[str, Any], themes: list[dict[str, Any]], tree: Any, rows: list[dict[str, Any]], code: str,
               counts: dict[str, Any] | None, chosen: dict[str, Any] | None, indicators: dict[str, dict[str, Any]]) -> Any:
    """The strip at the top, the themes, and the chosen sign: {node, values, limits, indicator}; `counts` of the alerts."""
    if not rows:
        return empty(r.t("No vital sign has data yet"), r.t("They appear as soon as a department hands readings in."), "chart")
    known = {theme["id"]: theme for theme in themes}
    cards = [_theme(r, known[node.id], node, [row for row in rows if row["theme"] == node.id], place, code, indicators) for node in tree.children]
    return still(html.Div(
        [
            _strip(r, place, tree, counts),
            html.Div([html.Div(html.Div(cards, className="vs-columns"), className="vs-themes", tabIndex=0, role="region",
                               **{"aria-label": r.t("Vital signs")}), _panel(r, place, tree, code, chosen)], className="vs-split"),
        ],
        className="vs-whole",
    ))


def _strip(r: Reader, place: dict[str, Any], tree: Any, counts: dict[str, Any] | None) -> html.Div:
    words = {"day": r.t("since yesterday"), "week": r.t("since last week")}
    return html.Div(
        [
            html.Div(
                [
                    html.Span([status_dot(r, tree.status), html.B("–" if tree.value is None else r.number(tree.value)), html.Small("/ 100")],
                              className=f"vs-score vs-{SHAPES[tree.status]}", title=r.t("Mean of the themes: 100 is all green, 0 all red")),
                    html.Span([sentence(r, tree), " ", html.Small([delta(r, tree.change, 1), f" {words[place['since']]}"])], className="vs-sentence"),
                ],
                className="vs-verdict",
            ),
            html.Div([_button(word, {**place, "since": since}, place["since"] == since) for since, word in words.items()], className="vs-switch"),
            html.A([icon("alert", 16), html.Span(r.t("{n} open alerts", n=r.number(counts["open"]))),
                    html.Span(r.t("{n} overdue", n=r.number(counts["overdue"])), className="vs-late") if counts["overdue"] else None],
                   href=f"/alerts?city={place['city']}", className="cs-act vs-alerts") if counts else None,
        ],
        className="vs-strip",
    )


def _button(word: Any, place: dict[str, Any], is_on: bool, class_name: str = "cs-act", **more: Any) -> html.Button:
    asked = {f"data-vital-{name}": str(value) for name, value in place.items()}
    return html.Button(word, type="button", className=class_name, **{
        "aria-pressed": "true" if is_on else "false", **asked, "data-vital": "1", **more})


def _theme(r: Reader, theme: dict[str, Any], node: Any, rows: list[dict[str, Any]], place: dict[str, Any], code: str,
           indicators: dict[str, dict[str, Any]]) -> html.Section:
    name = r.pick(theme["name_zh"], theme["name_en"])
    return html.Section(
        [
            html.H2([icon(theme["icon"], 15), html.Span(name, className="vs-name"), status_dot(r, node.status),
                     html.Small("–" if node.value is None else r.number(node.value))], title=_told(r, node)),
            *(_sign(r, row, place, code, indicators[row["node"].id]) for row in rows),
        ],
        className="vs-theme",
        **{"aria-label": name},
    )


def _told(r: Reader, node: Any) -> str:
    counts = node.counts
    return r.t("{green} normal, {amber} to watch, {red} abnormal, {grey} without data", **{name: r.number(n) for name, n in counts.items()})


def _sign(r: Reader, row: dict[str, Any], place: dict[str, Any], code: str, indicator: dict[str, Any]) -> html.Button:
    node, unit = row["node"], r.unit_of(indicator["unit"])
    name = r.pick(node.name_zh, node.name_en)
    decimals = 0 if abs(node.value or 0) >= MANY else indicator["decimals"]         # a narrow column: no one reads tenths of a hundred thousand
    share = 100 * row["n"] / row["expected"] if row["expected"] else None
    facts = [r.age(row["age_s"])]
    if share is not None:
        facts.append(r.t("{n} % report", n=r.number(min(100, share))))
    inner = [
        status_dot(r, node.status),
        html.Span([html.Span(name, className="vs-name"), html.Small(" · ".join(facts), className="vs-facts")], className="vs-what"),
        Spark(values=row["values"], limits=[], height=22, label=r.t("Course of {name}", name=name[:80]), className="vs-spark"),
        html.Span([html.B(r.compact(node.value, decimals)), html.Small(unit)], className="vs-value", **within(value_key(node.id, code, None))),
        delta(r, node.change, decimals),
    ]
    is_on = place["indicator"] == node.id
    return _button(inner, {**place, "indicator": node.id}, is_on, f"vs-sign vs-{SHAPES[node.status]}", title=name)


def _panel(r: Reader, place: dict[str, Any], tree: Any, code: str, chosen: dict[str, Any] | None) -> html.Aside:
    if chosen is None:
        return html.Aside(_tree(r, place, tree), className="vs-panel is-tree", **{"aria-label": r.t("Health tree")})
    node, indicator = chosen["node"], chosen["indicator"]
    name, unit = r.pick(indicator["name_zh"], indicator["name_en"]), r.unit_of(indicator["unit"])
    link = f"/map?city={place['city']}&indicator={node.id}"
    limits = r.t("Judged by what is usual at this hour and kind of day.")
    if indicator["thresholds"]:
        limits = r.t("Limits: {limits} ({source})", limits=" · ".join(r.number(one, indicator["decimals"]) for one in indicator["thresholds"]),
                     source=source_text(r, indicator["threshold_source"]))
    value = "–" if node.value is None else r.compact(node.value, indicator["decimals"])
    return html.Aside(
        [
            html.Div([html.H2([status_dot(r, node.status), html.Span(name, className="vs-name")], title=name),
                      _button(icon("close", 16), {**place, "indicator": ""}, False, "cs-icon-button",
                              **{"aria-label": r.t("Back to the health tree")})],
                     className="vs-panel-head"),
            html.Div([traced(r, [html.B(value), html.Small(unit)], value_key(node.id, code, node.at), "vs-big"),
                      delta(r, node.change, indicator["decimals"]), html.Small(r.step(node.at, indicator["cadence"]))], className="vs-line"),
            Spark(values=chosen["values"], limits=list(indicator["thresholds"]), height=110, label=r.t("Course of {name}", name=name[:80]),
                  **onward(chosen["ahead"])),
            html.P(note, className="cs-soft") if (note := expected(r, chosen["ahead"], indicator)) else None,
            html.P(limits, className="cs-soft"),
            html.Div([html.A([icon("map", 16), r.t("Map")], href=link, className="cs-act"),
                      html.A([icon("chart", 16), r.t("Series")], href=f"{link}&tab=chart", className="cs-act"),
                      html.A([icon("table", 16), r.t("Table")], href=f"{link}&tab=table", className="cs-act")], className="vs-links"),
            html.H3(r.t("Units that moved it")),
            movers(r, node, indicator, link),
        ],
        className="vs-panel",
        **{"aria-label": name[:200]},
    )


def _tree(r: Reader, place: dict[str, Any], tree: Any) -> list[Any]:
    """City → theme → indicator: what is not green, and what moved the score."""
    found: list[Any] = [html.H2(r.t("Health tree")), html.P(r.t("What moved the score of {n} themes, and what needs an eye.",
                                                                n=r.number(len(tree.children))), className="cs-soft")]
    for theme in sorted(tree.children, key=lambda one: (one.moved if one.moved is not None else 0.0, one.id)):
        bad = [child for id in theme.why for child in theme.children if child.id == id]
        summary = [status_dot(r, theme.status), html.Span(r.pick(theme.name_zh, theme.name_en), className="vs-name"),
                   html.B("–" if theme.value is None else r.number(theme.value)), delta(r, theme.change, 0),
                   html.Small(_share(r, theme))]
        inner = [_button([status_dot(r, child.status), html.Span(r.pick(child.name_zh, child.name_en), className="vs-name"),
                             html.Small(_below(r, child))], {**place, "indicator": child.id}, False, "vs-leaf") for child in bad]
        found.append(html.Details([html.Summary(summary), *(inner or [html.P(r.t("All normal."), className="cs-soft")])],
                                  open=theme.status == "red" or None, className="vs-branch"))
    return found


def _share(r: Reader, node: Any) -> str:
    if not node.moved:
        return ""
    return r.t("moved the city by {n}", n=f"{'+' if node.moved > 0 else '−'}{r.number(abs(node.moved), 1)}")


def _below(r: Reader, node: Any) -> str:
    bad, all_ = node.counts.get("red", 0) + node.counts.get("amber", 0), sum(node.counts.values())
    return r.t("{n} of {total} units below", n=r.number(bad), total=r.number(all_)) if all_ else ""
