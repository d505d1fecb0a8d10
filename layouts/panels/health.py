"""Is the city all right, and what moved it? The health tree in one sentence, and one indicator with the units that moved it."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.marks import status_dot
from layouts.components.traced import traced, value_key
from layouts.reader import Reader

MOST_NAMED, MOST_UNITS = 3, 40


def sentence(r: Reader, tree: Any) -> str:
    """The colour of a tree in one sentence; `tree` is a node of the health tree."""
    judged = [child for child in tree.children if child.status != "grey"]
    if not judged:
        return r.t("Nothing is known here yet.")
    bad = [child for id in tree.why for child in judged if child.id == id]
    if not bad:
        return r.t("All is well: every one of {n} themes is normal.", n=r.number(len(judged)))
    named = []
    for theme in bad[:MOST_NAMED]:
        worst = next((child for id in theme.why for child in theme.children if child.id == id), None)
        name = r.pick(theme.name_zh, theme.name_en)
        named.append(f"{name} ({r.pick(worst.name_zh, worst.name_en)})" if worst is not None else name)
    words = {"names": r.pick("、", ", ").join(named), "n": r.number(len(bad)), "total": r.number(len(judged))}
    if tree.status == "green":
        return r.t("On the whole all is well; {n} of {total} themes need an eye: {names}.", **words)
    if tree.status == "amber":
        return r.t("Some things need an eye: {n} of {total} themes, foremost {names}.", **words)
    return r.t("Much is not as it should be: {n} of {total} themes, foremost {names}.", **words)


def delta(r: Reader, change: float | None, decimals: int) -> html.Span:
    """A change with its direction; a dash where it is not known."""
    if change is None:
        return html.Span("–", className="vs-delta")
    arrow = "▲" if change > 0 else "▼" if change < 0 else "="
    return html.Span(f"{arrow} {r.compact(abs(change), decimals)}", className="vs-delta")


def movers(r: Reader, node: Any, indicator: dict[str, Any], link: str) -> html.Div:
    """The units below an indicator, those that moved it most first; `link` opens a unit."""
    unit, decimals = r.unit_of(indicator["unit"]), indicator["decimals"]
    if not node.children:
        return html.Div(html.P(r.t("No unit below reports this indicator."), className="cs-soft"))
    head = [r.t("Unit"), r.t("Value"), r.t("Change"), r.t("Moved the whole by")]
    rows = [
        html.Tr(
            [
                html.Td(html.A([status_dot(r, child.status), html.Span(r.name({"code": child.id, "level": child.level, "name_zh": child.name_zh,
                                                                               "name_en": child.name_en}), className="vs-name")],
                               href=f"{link}&units={child.id}", className="vs-unit")),
                html.Td(traced(r, f"{r.compact(child.value, decimals)} {unit}".strip(), value_key(node.id, child.id, child.at))
                        if child.value is not None else "–", className="cs-number"),
                html.Td(delta(r, child.change, decimals), className="cs-number"),
                html.Td(_moved(r, child, decimals), className="cs-number"),
            ]
        )
        for child in node.children[:MOST_UNITS]
    ]
    return html.Div(
        html.Table([html.Thead(html.Tr([html.Th(text, scope="col", className="cs-number" if k else None) for k, text in enumerate(head)])),
                    html.Tbody(rows)], className="cs-rows vs-movers"),
        className="cs-scroll", tabIndex=0, role="region", **{"aria-label": r.t("Units that moved it")})


def _moved(r: Reader, child: Any, decimals: int) -> Any:
    if child.moved is None:
        return "–"
    sign = "+" if child.moved > 0 else "−" if child.moved < 0 else ""
    share = f" ({r.number(100 * child.share)} %)" if child.share is not None and abs(child.share) < 100 else ""
    return f"{sign}{r.compact(abs(child.moved), decimals + 1)}{share}"
