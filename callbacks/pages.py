"""The Dash application over the server: shell, pages and their callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from dash import Dash, html
from dash.development.base_component import Component
from flask import Flask, Response, has_request_context, redirect, request

from app.access import NOBODY, Viewer
from app.errors import ChengshuError, Refused
from app.saved import KEEPERS, KINDS
from app.system import System
from callbacks import (
    bundle,
    headers,
    map_area,
    map_browser,
    map_card,
    map_chart,
    map_legend,
    map_search,
    map_select,
    map_signs,
    map_table,
    page_access,
    page_alerts,
    page_audit,
    page_brief,
    page_catalogue,
    page_conflicts,
    page_data,
    page_evidence,
    page_forecast,
    page_lineage,
    page_lists,
    page_map,
    page_morning,
    page_operations,
    page_quality,
    page_query,
    page_requests,
    page_returned,
    page_screen,
    page_service,
    page_settings,
    page_signs,
    page_sources,
    page_steer,
    page_workspace,
)
from callbacks.ahead import Ahead
from callbacks.asking import Asking
from callbacks.dispatch import guard_dispatch
from callbacks.gateway import CSRF, CSRF_HEADER, Gateway
from callbacks.page import Page, city_asked, city_row
from callbacks.results import Results
from layouts.components.marks import empty, failed
from layouts.components.tabs import tabs
from layouts.first import first
from layouts.pages.map import search_box
from layouts.reader import Reader
from layouts.shell import page_names, shell
from layouts.text import LANGUAGES
from layouts.theme import THEMES

BAR: tuple[Page, ...] = (page_operations.PAGE, page_map.PAGE, page_forecast.PAGE, page_data.PAGE, page_catalogue.PAGE,
                         page_workspace.PAGE)
MENU: tuple[Page, ...] = (page_settings.PAGE, page_access.PAGE, page_audit.PAGE, page_evidence.PAGE)
# pages that stand behind one entry of the bar, in the order of their tabs: the first is the one in the bar
GROUPS: tuple[tuple[Page, ...], ...] = (
    (page_operations.PAGE, page_signs.PAGE, page_alerts.PAGE, page_service.PAGE, page_brief.PAGE, page_morning.PAGE,
     page_steer.PAGE),
    (page_data.PAGE, page_sources.PAGE, page_quality.PAGE, page_returned.PAGE, page_conflicts.PAGE, page_lineage.PAGE),
    (page_catalogue.PAGE, page_lists.PAGE, page_requests.PAGE),
    (page_workspace.PAGE, page_query.PAGE),
)
BARE: tuple[Page, ...] = (page_screen.PAGE,)
PAGES: dict[str, Page] = {page.path: page for page in (*BAR, *(page for group in GROUPS for page in group), *MENU, *BARE)}
OF_MAP = frozenset(KINDS["map"].words)
_OPEN = ("/assets/", "/_dash-component-suites/", "/_favicon.ico", "/_reload-hash")
_INDEX = """<!DOCTYPE html>
<html lang="{lang}" data-mantine-color-scheme="{theme}"><head>{{%metas%}}<script>{{%early%}}</script><title>{{%title%}}</title>{{%css%}}
<meta name="color-scheme" content="{theme}">
<link rel="icon" href="/assets/mark.svg">
</head><body>{{%app_entry%}}{{%first%}}<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer></body></html>"""


class _App(Dash):
    """Dash, whose layout is written by orjson at once: walking through it in Python first takes longer than building it."""

    def serve_layout(self) -> Response:
        return Response(orjson.dumps(self.get_layout(), default=_as_plain, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS),
                        mimetype="application/json")


def _as_plain(node: Any) -> Any:
    if isinstance(node, Component):
        return node.to_plotly_json()
    raise TypeError(f"{type(node).__name__} is nothing that a page can be made of")


def create_dash(system: System, server: Flask, gateway: Gateway, results: Results) -> Dash:
    """Dash on the server, with every page."""
    app = _App(
        "chengshu",
        server=server,
        assets_folder=str(bundle.ASSETS),
        assets_ignore=r"\.(js|css)$",
        external_scripts=[bundle.address("map.js"), bundle.address("page.js")],
        external_stylesheets=[bundle.address("page.css")],
        title="城枢 Chengshu",
        update_title=None,
        suppress_callback_exceptions=True,
        csrf_token_name=CSRF,
        csrf_header_name=CSRF_HEADER,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1, viewport-fit=cover"}],
    )
    app.layout = lambda: layout(system, gateway)
    bundle.register(gateway)
    app.interpolate_index = lambda **parts: _index(system, parts)
    for callbacks in (map_select, map_signs, map_card, map_legend, map_chart, map_table, map_search, map_area):
        callbacks.register(app, gateway, results)
    page_operations.register(app, gateway, results)
    page_forecast.register(app, gateway, results)
    acting = (page_access, page_alerts, page_signs, page_audit, page_catalogue)
    for page in (*acting, page_conflicts, page_evidence, page_quality, page_returned, page_service, page_sources):
        page.register(app, gateway, system)
    asking = Asking(system)
    for page in (page_workspace, page_query):
        page.register(app, gateway, asking)
    map_browser.register(app)
    guard_dispatch(app, PAGES)
    gateway.adopt("signed.in", _OPEN)
    headers.apply(server, app, system.settings.https, _origin(system.settings.oidc_issuer), bundle.allowed())
    server.wsgi_app = Ahead(server.wsgi_app, gateway, results, headers.of_files(system.settings.https))

    @server.before_request
    def first_page() -> Response | None:
        """A link to the map from before it had an address of its own; `/` alone is the view that somebody begins with; who may not see the
        operations page begins with the first page they may."""
        if request.path != "/" or "text/html" not in request.headers.get("Accept", ""):
            return None
        if not OF_MAP.isdisjoint(request.args):
            return redirect(f"{page_map.PAGE.path}?{request.query_string.decode('latin-1')}", 303)
        viewer = gateway.viewer()
        start = None if request.args else system.saved.start(viewer)
        if start is not None:
            return redirect(start.address, 303)
        page = next((page for page in PAGES.values() if not page.is_bare and viewer.may(page.right)), None)
        path = page.path if page else "/account" if viewer.kind == "account" else "/"
        return redirect(path, 303) if path != "/" else None

    return app


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def asked_for() -> tuple[str, dict[str, str]]:
    """(path, words) of the page that asks: of the request itself, or of the page whose layout it is."""
    if not has_request_context():
        return "/", {}
    # a page's layout is asked for with the page's address (assets/early.js): a browser cuts a long one out of the referrer
    here = urlsplit(request.args.get("of") or request.referrer or "") if request.path.startswith("/_dash") else urlsplit(request.full_path)
    return here.path or "/", dict(parse_qsl(here.query[:8000]))


def reader_of(system: System, words: Mapping[str, str], zone: str | None = None) -> Reader:
    """Language and theme: from the address, else the cookie of the last choice, else the settings."""
    kept = request.cookies if has_request_context() else {}
    language = next((word for word in (words.get("lang"), kept.get("chengshu-lang")) if word in LANGUAGES), system.settings.language)
    theme = next((word for word in (words.get("theme"), kept.get("chengshu-theme")) if word in THEMES), system.settings.theme)
    return Reader(language, theme, zone or system.settings.timezone)


def layout(system: System, gateway: Gateway) -> Any:
    """The whole screen for the address that asks."""
    path, words = asked_for()
    viewer = gateway.viewer() if has_request_context() else NOBODY
    page = PAGES.get(path, page_map.PAGE)
    seen = system.seen_by(viewer, "map.read")          # what the shell shows of cities
    city = city_asked(seen, words)
    r = reader_of(system, {**words, "theme": "dark"} if page.is_bare else words, city.timezone if city else None)
    if page.is_bare:
        return html.Main(content_of(gateway, page, r, words) if has_request_context() else None, id="main", className=f"cs-page-{page.name}")
    middle = search_box(r) if page is page_map.PAGE and city else None
    return shell(
        r,
        page.name if city or page not in (page_map.PAGE, page_operations.PAGE) else "welcome",
        content_of(gateway, page, r, words) if has_request_context() else None,
        city_row(seen, city) if city else None,
        [city_row(seen, one) for one in seen.cities.values()],
        middle,
        pages=links(viewer, tuple(entry_of(viewer, one) for one in BAR), r, city.city if city and system.saved.start(viewer) else ""),
        entry=entry_of(viewer, page).name,
        has_bell=viewer.may("operations.read"),
        views=page.name if city and page.name in KINDS and viewer.kind in KEEPERS and viewer.may(page.right) else "",
        person=person(system, viewer, r),
        progress=dict(system.progress) if city and not system.progress["is_whole"] else None,
    )


def content_of(gateway: Gateway, page: Page, r: Reader, words: dict[str, str]) -> Any:
    """A page as far as the viewer may see it, or why they may not."""
    try:
        seen = gateway.enter(f"page.{page.name}", page.right, words.get("city", "")[:40])
    except Refused:
        told = r.t("What your role may do does not include it. The security administrator gives rights.")
        return empty(r.t("This page is not open to you"), told, "access")
    try:
        content = page.build(seen, r, words)
    except ChengshuError as error:
        content = failed(r.say(error.fact), r.say(error.remedy))
    group = links(seen.viewer, group_of(page), r)
    return [tabs(r, group, page.name, words.get("city", "")), content] if len(group) > 1 else content


def group_of(page: Page) -> tuple[Page, ...]:
    """The pages behind the same entry of the bar."""
    return next((group for group in GROUPS if page in group), (page,))


def entry_of(viewer: Viewer, page: Page) -> Page:
    """The page that stands in the bar for the group of a page: its first that the viewer may open."""
    return next((one for one in group_of(page) if viewer.may(one.right)), page)


def links(viewer: Viewer, pages: tuple[Page, ...], r: Reader, city: str = "") -> list[dict[str, str]]:
    """The pages that a viewer may open: name, path, title. `city`: of somebody who begins with a saved view, which `/` alone would open."""
    names = page_names(r)
    return [{"name": page.name, "path": f"/?city={city}" if city and page.path == "/" else page.path, "title": names[page.name]}
            for page in pages if viewer.may(page.right)]


def person(system: System, viewer: Viewer, r: Reader) -> dict[str, Any]:
    """Who is signed in, with what, and the pages of the menu behind their name."""
    names = {grant.role: system.roles[grant.role] for grant, _ in viewer.grants}
    return {
        "name": r.t("Local user") if viewer.kind == "local" else viewer.name,
        "roles": [r.pick(role.name_zh, role.name_en) for role in names.values()],
        "pages": links(viewer, MENU, r),
        "has_account": viewer.kind == "account",
    }


def _index(system: System, parts: dict[str, str]) -> str:
    path, words = asked_for()
    r = reader_of(system, {**words, "theme": "dark"} if path in PAGES and PAGES[path].is_bare else words)
    page, asked = _INDEX.format(lang="zh-CN" if r.language == "zh" else "en", theme=r.theme), PAGES.get(path, page_map.PAGE)
    parts = {**parts, "early": bundle.early(), "first": "" if asked.is_bare else first(asked.name),
             "scripts": bundle.ordered(parts["scripts"], is_map=asked is page_map.PAGE)}
    for name, text in parts.items():
        page = page.replace("{%" + name + "%}", text)
    return page
