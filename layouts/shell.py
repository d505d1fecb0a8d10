"""The shell every page lives in: brand, pages, city, language, light or dark, data age, what the data is."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from layouts import ids
from layouts.components.data_age import data_age
from layouts.components.icons import icon
from layouts.components.saved_views import saved_views, views_button
from layouts.components.still import still
from layouts.preparing import coming
from layouts.reader import Reader
from layouts.theme import mantine


def shell(
    r: Reader,
    page: str,
    content: Any,
    city: dict[str, Any] | None,
    cities: list[dict[str, Any]],
    middle: Any = None,
    *,
    pages: list[dict[str, str]],
    person: dict[str, Any],
    entry: str = "",
    has_bell: bool = False,
    views: str = "",
    progress: dict[str, Any] | None = None,
) -> dmc.MantineProvider:
    """A whole screen. `city` and `cities` are {city, name_zh, name_en, is_synthetic, licence, versions}; `middle` goes into the header.

    `pages` are {name, path, title} of the pages in the bar, `entry` the one of them that this page stands behind;
    `person` is {name, roles, pages, has_account}: who is signed in. `views`: the page, where its address can be kept as a view.
    `progress`: how far the start is, while not everything is in yet.
    """
    return dmc.MantineProvider(
        [
            dmc.NotificationContainer(id=ids.NOTICES, position="top-right"),
            html.A(r.t("Skip to the content"), href="#main", className="cs-skip"),
            html.Div(
                [
                    header(r, page, city, cities, middle, pages, person, entry or page, has_bell, views),
                    coming(r.language, progress) if progress else None,
                    html.Main(content, id="main", tabIndex=-1, className=f"cs-main cs-page-{page}"),
                ],
                className="cs-shell",
            ),
            help_overlay(r),
            saved_views(r, views, city["city"]) if views and city else None,
        ],
        id=ids.PROVIDER,
        theme=mantine(),
        forceColorScheme=r.theme,
    )


def page_names(r: Reader) -> dict[str, str]:
    """What each page is called, in the bar and in the menu of the person."""
    return {
        "operations": r.t("Operations"),
        "map": r.t("Map"),
        "forecast": r.t("Forecasts"),
        "service": r.t("Service"),
        "vital_signs": r.t("Vital signs"),
        "alerts": r.t("Alerts"),
        "data": r.t("Data"),
        "sources": r.t("Sources"),
        "quality": r.t("Quality"),
        "returned": r.t("Rows that came back"),
        "conflicts": r.t("Conflicts"),
        "lineage": r.t("Lineage"),
        "catalogue": r.t("Catalogue"),
        "lists": r.t("Lists and rates"),
        "requests": r.t("Requests"),
        "workspace": r.t("SQL workspace"),
        "query": r.t("Query builder"),
        "brief": r.t("Brief"),
        "morning": r.t("Morning brief"),
        "screen": r.t("Wall"),
        "steer": r.t("Steer the wall"),
        "settings": r.t("Settings"),
        "access": r.t("Accounts and rights"),
        "audit": r.t("Audit trail"),
        "evidence": r.t("Security evidence"),
    }


def header(
    r: Reader,
    page: str,
    city: dict[str, Any] | None,
    cities: list[dict[str, Any]],
    middle: Any,
    pages: list[dict[str, str]],
    person: dict[str, Any],
    entry: str,
    has_bell: bool = False,
    views: str = "",
) -> html.Header:
    """The bar at the top; `entry` is the link that is lit; `has_bell`: how many alerts are open stands in it; `views`: saved views open from it."""
    links = [
        html.A(
            [icon(one["name"], 17), html.Span(one["title"])],
            href=one["path"],
            className="cs-page-link",
            title=one["title"],
            **({"aria-current": "page"} if one["name"] == entry else {}),
        )
        for one in pages
    ]
    return html.Header(
        [
            still(
                [
                    html.A([html.B("城枢"), html.Span("Chengshu")], href="/", className="cs-brand",
                           **{"aria-label": r.t("Chengshu, to the operations page")}),
                    html.Nav(links, className="cs-pages", **{"aria-label": r.t("Pages")}),
                    city_switch(r, city, cities) if city else None,
                ]
            ),
            html.Div(middle, className="cs-header-middle"),
            html.Div(
                still(
                    [
                        html.Span([html.Span(r.t("Synthetic demo data"), className="cs-badge-long"),
                                   html.Span(r.t("Synthetic"), className="cs-badge-short")], className="cs-badge",
                                  title=r.t("This city is made up; none of its numbers is real."))
                        if city and city["is_synthetic"]
                        else None,
                        html.A([icon("alerts", 17), html.Span(id="alert-count")], href=f"/alerts?city={city['city']}" if city else "/alerts",
                               className="al-bell", id="alert-bell", hidden=True, title=r.t("Open alerts"), **{"aria-label": r.t("Open alerts")})
                        if has_bell else None,
                        views_button(r) if views else None,
                        data_age(r, city),
                        html.Button(
                            "EN" if r.language == "zh" else "中",
                            type="button",
                            className="cs-icon-button cs-language",
                            lang="en" if r.language == "zh" else "zh",
                            title="English" if r.language == "zh" else "中文",
                            **{"data-action": "language", "aria-label": "English" if r.language == "zh" else "中文"},
                        ),
                        html.Button(
                            [html.Span(icon("sun"), className="cs-when-dark"), html.Span(icon("moon"), className="cs-when-light")],
                            type="button",
                            className="cs-icon-button",
                            title=r.t("Light or dark"),
                            **{"data-action": "theme", "aria-label": r.t("Light or dark")},
                        ),
                        html.Button(
                            icon("trace"),
                            type="button",
                            className="cs-icon-button cs-trace-button",
                            title=r.t("Where numbers come from: then click any number (L)"),
                            **{"data-action": "trace", "aria-label": r.t("Where numbers come from: then click any number"), "aria-pressed": "false"},
                        ),
                        html.Button(
                            icon("help"),
                            type="button",
                            className="cs-icon-button",
                            title=r.t("Help and keys"),
                            **{"data-action": "help", "aria-label": r.t("Help and keys")},
                        ),
                        person_menu(r, page, person),
                    ]
                ),
                className="cs-header-end",
            ),
        ],
        className="cs-header",
    )


def person_menu(r: Reader, page: str, person: dict[str, Any]) -> html.Div:
    """Who is signed in: their roles, the pages that are theirs, and the way out."""
    links = [
        html.A(
            [icon(one["name"], 16), html.Span(one["title"])],
            href=one["path"],
            role="menuitem",
            className="cs-menu-item",
            **({"aria-current": "page"} if one["name"] == page else {}),
        )
        for one in [*([{"name": "person", "path": "/account", "title": r.t("My account")}] if person["has_account"] else []), *person["pages"]]
    ]
    return html.Div(
        [
            html.Button(
                icon("person"),
                type="button",
                className="cs-icon-button",
                id="person-button",
                title=person["name"],
                **{
                    "data-menu": "person-menu",
                    "aria-haspopup": "true",
                    "aria-expanded": "false",
                    "aria-label": r.t("Signed in: {name}", name=person["name"]),
                },
            ),
            html.Div(
                [
                    html.Div([html.B(person["name"]), html.Small(" · ".join(person["roles"])), html.Small(className="cs-age-too")],
                         className="cs-menu-head"),
                    *links,
                    html.Button(
                        [icon("leave", 16), html.Span(r.t("Sign out"))],
                        type="button",
                        role="menuitem",
                        className="cs-menu-item",
                        **{"data-action": "sign-out"},
                    ),
                ],
                id="person-menu",
                className="cs-menu cs-menu-end",
                role="menu",
                hidden=True,
            ),
        ],
        className="cs-menu-place",
    )


def city_switch(r: Reader, city: dict[str, Any], cities: list[dict[str, Any]]) -> html.Div:
    """The cities at hand; choosing one opens it."""
    return html.Div(
        [
            html.Button(
                [html.Span(r.pick(city["name_zh"], city["name_en"])), icon("down", 15)],
                type="button",
                className="cs-city",
                id="city-button",
                **{
                    "data-menu": "city-menu",
                    "aria-haspopup": "true",
                    "aria-expanded": "false",
                    "aria-label": r.t("City: {name}", name=r.pick(city["name_zh"], city["name_en"])),
                },
            ),
            html.Div(
                [
                    html.A(
                        [r.pick(one["name_zh"], one["name_en"]), html.Small(one["city"])],
                        href=f"?city={one['city']}",
                        role="menuitem",
                        className="cs-menu-item",
                        **({"aria-current": "true"} if one["city"] == city["city"] else {}),
                    )
                    for one in cities
                ],
                id="city-menu",
                className="cs-menu",
                role="menu",
                hidden=True,
            ),
        ],
        className="cs-menu-place",
    )


def help_overlay(r: Reader) -> dmc.Modal:
    """Keys and hands: what can be done without a mouse, and what a finger does."""
    keys = [
        ("/", r.t("Search")),
        ("?", r.t("This help")),
        ("[  ]", r.t("One step back, one step on in time")),
        ("P", r.t("Play or pause")),
        ("3", r.t("2D or 3D")),
        ("C  T", r.t("Chart, table")),
        ("L", r.t("Where numbers come from: then click any number")),
        ("V", r.t("Saved views")),
        ("Ctrl Z", r.t("Undo the last selection")),
        ("Esc", r.t("Close, end drawing")),
        ("← ↑ → ↓  + −", r.t("Move and zoom the focused map")),
        ("Enter", r.t("Select the unit at the cross-hair")),
        ("Page ↑ ↓", r.t("Tilt; with Shift turn")),
    ]
    return dmc.Modal(
        still(
            [
                html.Dl(
                    [html.Div([html.Dt([html.Kbd(part) for part in key.split("  ")]), html.Dd(text)]) for key, text in keys], className="cs-keys"
                ),
                html.P(
                    r.t(
                        "Click a unit to select it, click it again to go in; hold Ctrl or Shift to select several. "
                        "The path above the map leads back up. "
                        "With a finger: tap, pinch, two fingers to tilt and turn; pull the card up by its handle."
                    )
                ),
                html.P(r.t("Grey means no data. Circle, triangle and square mean normal, watch and abnormal.")),
            ]
        ),
        id="help",
        title=r.t("Help and keys"),
        size="lg",
        opened=False,
    )
