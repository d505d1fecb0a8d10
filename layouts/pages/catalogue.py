"""The catalogue: find a resource or an item by words, filters and a shape on the map; the address keeps what was asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import dcc, html

from layouts import ids
from layouts.colors import map_colors_by_theme
from layouts.components.city_map import CityMap
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.still import still
from layouts.map_style import map_styles
from layouts.reader import Reader

STEP = 50
SIGNS = {"unconditional": "good", "conditional": "watch", "none": "none"}


def catalogue_page(
    r: Reader, city: dict[str, Any], asked: dict[str, str], found: dict[str, Any], names: dict[str, Any], may_import: bool
) -> html.Div:
    """`asked`: the filters by name; `found`: {entries, total, counts}; `names`: departments, themes, codes."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.CATALOGUE_CITY, data=city["city"]),
            dcc.Store(id=ids.CATALOGUE_AREA, data=asked["area"]),
            dcc.Store(id=ids.CATALOGUE_MOST, data=STEP),
            dcc.Store(id=ids.CATALOGUE_ADDRESS),
            html.Section(
                [
                    html.H1(r.t("Data catalogue")),
                    _filters(r, asked, found["counts"], names),
                    html.Div(id=ids.CATALOGUE_FOUND, children=results(r, city["city"], asked, found, names), className="cs-catalogue-found"),
                    _files(r, city, may_import),
                ],
                className="cs-catalogue-main",
            ),
            html.Aside(
                [
                    still(_tools(r)),
                    CityMap(
                        id=ids.CATALOGUE_MAP,
                        city=city["city"],
                        mapStyle=map_styles(city["city"], city["versions"]["geometry"], city["max_zoom"]),
                        camera={**city["home"], "jump": True},
                        home=city["home"],
                        language=r.language,
                        theme=r.theme,
                        colors=map_colors_by_theme(5),
                        values={},
                        level="district",
                        selected=[],
                        layers=[],
                        attribution=city["licence"],
                        className="cs-map",
                    ),
                ],
                className="cs-catalogue-side",
                **{"aria-label": r.t("Search by a shape on the map")},
            ),
        ],
        className="cs-catalogue",
    )


def _filters(r: Reader, asked: dict[str, str], counts: dict[str, dict[str, int]], names: dict[str, Any]) -> html.Div:
    chosen = ids.CATALOGUE
    return html.Div(
        [
            dmc.TextInput(
                id=chosen["word"],
                value=asked["word"],
                placeholder=r.t("Name, pinyin, code, field, department"),
                label=r.t("Word"),
                debounce=250,
                leftSection=icon("search", 16),
                className="cs-catalogue-word",
            ),
            dmc.Select(
                id=chosen["kind"],
                value=asked["kind"] or None,
                label=r.t("Kind"),
                clearable=True,
                data=[{"value": "resource", "label": r.t("Resources")}, {"value": "item", "label": r.t("Items")}],
            ),
            *(
                dmc.Select(
                    id=chosen[name], value=asked[name] or None, label=label, clearable=True, searchable=True, data=options(r, name, counts, names)
                )
                for name, label in (("department", r.t("Department")), ("topic", r.t("Theme")), ("sharing", r.t("Sharing")))
            ),
        ],
        className="cs-catalogue-filters",
        role="search",
        **{"aria-label": r.t("Search the catalogue")},
    )


def options(r: Reader, name: str, counts: dict[str, dict[str, int]], names: dict[str, Any]) -> list[dict[str, str]]:
    """The choices of a filter, with how many entries each would leave."""
    known = names["codes"]["sharing_type"] if name == "sharing" else names["themes" if name == "topic" else "departments"]
    return [{"value": key, "label": f"{r.pick(*pair)} · {r.number(counts[name].get(key, 0))}"} for key, pair in known.items()]


def results(r: Reader, city: str, asked: dict[str, str], found: dict[str, Any], names: dict[str, Any]) -> list[Any]:
    """How many fit, and the first of them; links carry the filters along so that the way back is the same list."""
    if not found["total"]:
        why = r.t("Nothing in the catalogue yet") if found["is_empty"] else r.t("Nothing fits")
        help_ = (
            r.t("Departments hand their catalogues in as data sets.")
            if found["is_empty"]
            else r.t("Use fewer words, or take a filter or the shape away.")
        )
        return [empty(why, help_, "catalogue")]
    kept = {name: value for name, value in asked.items() if value}
    shown = found["entries"]
    area = html.Button([icon("close", 14), r.t("Shape on the map")], type="button", className="cs-act", **{"data-catalogue": "area"})
    return [
        html.Div(
            [
                html.P(r.t("{n} entries", n=r.number(found["total"])), role="status", className="cs-soft"),
                area if asked["area"] else None,
                html.A([icon("download", 15), "CSV"], href=f"/catalogue/{city}.csv?{urlencode(kept)}", className="cs-act", download=""),
                html.A([icon("download", 15), "DCAT-AP"], href=f"/catalogue/{city}.jsonld?{urlencode(kept)}", className="cs-act", download=""),
                html.A([icon("download", 15), "CKAN"], href=f"/catalogue/{city}.json?{urlencode(kept)}", className="cs-act", download=""),
            ],
            className="cs-catalogue-count",
        ),
        still(html.Ol([_entry(r, city, kept, one, names) for one in shown], className="cs-catalogue-list")),
        html.Button(
            r.t("Show {n} more", n=r.number(min(STEP, found["total"] - len(shown)))),
            type="button",
            className="cs-button",
            **{"data-catalogue": "more", "data-most": str(len(shown) + STEP)},
        )
        if found["total"] > len(shown)
        else None,
    ]


def _entry(r: Reader, city: str, kept: dict[str, str], one: dict[str, Any], names: dict[str, Any]) -> html.Li:
    is_item = one["entry"] == "item"
    department = names["departments"].get(one["department"])
    facts = [r.pick(*department) if department else one["department"]]
    if is_item:
        facts += [code_name(r, names, "item_kind", one["kind"]), code_name(r, names, "item_status", one["status"])]
    else:
        facts += [code_name(r, names, "update_cycle", one["cadence"]), code_name(r, names, "resource_format", one["format"])]
        if one["status"] == "retired":
            facts.append(code_name(r, names, "resource_status", "retired"))
    address = urlencode({"city": city, **kept, "entry": one["code"]})
    return html.Li(
        html.A(
            [
                html.Div(
                    [
                        html.B(r.pick(one["name_zh"], one["name_en"]) or one["code"]),
                        html.Span(r.t("Item"), className="cs-chip") if is_item else sharing_chip(r, names, one["sharing"]),
                    ],
                    className="cs-catalogue-name",
                ),
                html.Small(" · ".join(part for part in [*facts, one["code"]] if part)),
                html.P(one["basis"] if is_item else one["abstract"], className="cs-soft") if one.get("basis") or one.get("abstract") else None,
            ],
            href=f"/catalogue?{address}",
            className="cs-catalogue-entry",
        )
    )


def sharing_chip(r: Reader, names: dict[str, Any], sharing: str) -> html.Span:
    """The sharing type, by word and shape."""
    if not sharing:
        return html.Span(r.t("sharing not said"), className="cs-chip cs-chip-none")
    return html.Span(
        [html.I(className=f"cs-dot cs-dot-{SIGNS[sharing]}"), code_name(r, names, "sharing_type", sharing)], className="cs-chip cs-chip-soft"
    )


def code_name(r: Reader, names: dict[str, Any], codes: str, code: str) -> str:
    pair = names["codes"].get(codes, {}).get(code or "")
    return r.pick(*pair) if pair else code or ""


def _tools(r: Reader) -> html.Div:
    def tool(name: str, label: str) -> html.Button:
        return html.Button(
            icon(name, 18),
            type="button",
            className="cs-tool",
            title=label,
            **{"aria-label": label, "data-catalogue": "tool", "data-shape": name, "aria-pressed": "false"},
        )

    return html.Div(
        [
            tool("polygon", r.t("Search inside a polygon")),
            tool("circle", r.t("Search inside a circle")),
            html.Button(
                icon("close", 18),
                type="button",
                className="cs-tool",
                title=r.t("Take the shape away"),
                **{"aria-label": r.t("Take the shape away"), "data-catalogue": "area"},
            ),
        ],
        className="cs-tools",
        role="toolbar",
        **{"aria-label": r.t("Search by a shape on the map")},
    )


def _files(r: Reader, city: dict[str, Any], may_import: bool) -> html.Details | None:
    """The way in for catalogues of others."""
    if not may_import:
        return None
    return html.Details(
        [
            html.Summary(r.t("Take in a catalogue file")),
            html.P(
                r.t("DCAT-AP as JSON-LD, Turtle or RDF/XML, or CKAN packages as JSON, up to 20 MB. What we do not know is kept, nothing is fetched."),
                className="cs-soft",
            ),
            html.Div(
                [
                    html.Label([r.t("File"), dcc.Input(id="catalogue-file", type="file")], className="cs-catalogue-file"),
                    html.Button(r.t("Take it in"), type="button", className="cs-do", **{"data-catalogue": "take", "data-city": city["city"]}),
                ],
                className="cs-acts",
            ),
            html.Div(
                id="catalogue-told",
                role="status",
                className="cs-soft",
                **{
                    "data-text": r.t(
                        "{read} read, {accepted} new or changed, {same} as before, {rejected} rejected, batch {batch}",
                        read="{read}",
                        accepted="{accepted}",
                        same="{same}",
                        rejected="{rejected}",
                        batch="{batch}",
                    )
                },
            ),
        ],
        className="cs-catalogue-files",
    )
