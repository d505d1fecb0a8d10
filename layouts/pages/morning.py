"""The page of the morning brief: the brief of now, its PDF, and those that were kept."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.still import still
from layouts.panels.brief_morning import brief_article
from layouts.reader import Reader


def morning_page(r: Reader, city: dict[str, Any], brief: Any, names: list[str]) -> html.Div:
    """`brief` is app.brief.morning.compose's answer, `names` the kept files."""
    key = city["city"]
    pdf = f"/api/brief/{key}/morning.pdf?lang={r.language}"
    files = [html.Li(html.A(name, href=f"/api/brief/{key}/kept/{name}", target="_blank", className="brief-link")) for name in names]
    bar = html.P(html.A([icon("download", 18), r.t("As PDF")], href=pdf, target="_blank", className="brief-link"), className="morning-bar")
    kept = html.Section([html.H2(r.t("Kept briefs")), html.Ul(files)], className="morning-kept") if files else None
    return html.Div(still([bar, brief_article(r, brief), kept]), className="morning-page")
