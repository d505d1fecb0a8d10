"""Small marks that panels share: a status by shape, colour and word; an empty state; an error in place of a panel."""

from __future__ import annotations

from dash import html

from layouts.components.icons import icon
from layouts.reader import Reader

SHAPES = {"green": "good", "amber": "watch", "red": "bad", "grey": "none"}


def status_dot(r: Reader, status: str) -> html.Span:
    """A status that colour alone does not carry: circle, triangle, square, ring; the word for a screen reader."""
    word = {"green": r.t("normal"), "amber": r.t("watch"), "red": r.t("abnormal")}.get(status, r.t("not judged"))
    return html.Span(className=f"cs-dot cs-dot-{SHAPES.get(status, 'none')}", title=word, role="img", **{"aria-label": word})


def empty(title: str, text: str = "", sign: str = "pin", action: object = None) -> html.Div:
    """Nothing to show: the fact, then what to do."""
    return html.Div([icon(sign, 28), html.P(title, className="cs-empty-title"), html.P(text) if text else None, action], className="cs-empty")


def failed(fact: str, remedy: str = "") -> html.Div:
    """The place of a panel that failed; the rest of the page lives on."""
    return html.Div([icon("alert", 22), html.Div([html.Strong(fact), html.P(remedy) if remedy else None])], className="cs-failed", role="alert")
