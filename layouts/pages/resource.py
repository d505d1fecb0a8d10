"""One entry of the catalogue: everything about it, how it is used, what is linked, and the way to ask for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from layouts import ids
from layouts.components.icons import icon
from layouts.components.sheet import sheet
from layouts.components.still import still
from layouts.components.traced import traced
from layouts.pages.catalogue import code_name, sharing_chip
from layouts.panels.request_form import request_part
from layouts.reader import Reader


def resource_page(r: Reader, city: str, back: dict[str, str], one: dict[str, Any], names: dict[str, Any], desk: dict[str, Any]) -> html.Div:
    """`one`: the entry with information_items, facts of freshness, faults, links, use; `desk`: the viewer's request, and what they may do."""
    title = r.pick(one["name_zh"], one["name_en"]) or one["code"]
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.CATALOGUE_CITY, data=city),
            dcc.Store(id=ids.CATALOGUE_ENTRY, data=one["code"]),
            dcc.Store(id=ids.CATALOGUE_ACT),
            dcc.Store(id=ids.CATALOGUE_DECIDE),
            still(
                [
                    html.A([icon("left", 15), r.t("Back to the list")], href=f"/catalogue?{urlencode({'city': city, **back})}", className="cs-act"),
                    html.H1(title),
                    html.Div(
                        [
                            sharing_chip(r, names, one["sharing"]),
                            html.Span(code_name(r, names, "resource_status", one["status"]), className="cs-chip cs-chip-soft")
                            if one["status"]
                            else None,
                            html.Code(one["code"]),
                            traced(r, r.t("where this entry comes from"), f"record/resource/{one['code']}"),
                        ],
                        className="cs-catalogue-name",
                    ),
                    html.P(one["abstract"]) if one["abstract"] else html.P(r.t("Its owner has not written an abstract."), className="cs-soft"),
                ]
            ),
            html.Div(id=ids.CATALOGUE_DESK, children=request_part(r, one, desk)),
            still(
                [
                    html.H2(r.t("Entry")),
                    _facts(r, one, names),
                    html.H2(r.t("Information items")),
                    _information(r, one),
                    *_use(r, one),
                    *_links(r, city, one, names),
                ]
            ),
        ],
        className="cs-document cs-resource",
    )


def _facts(r: Reader, one: dict[str, Any], names: dict[str, Any]) -> html.Dl:
    department = names["departments"].get(one["department"])
    theme = names["themes"].get(one["theme"])
    fresh, broken = one["freshness"], one["faults"]
    rows = [
        (r.t("Provider"), r.pick(*department) if department else one["provider"] or one["department"]),
        (r.t("Category"), code_name(r, names, "resource_category", one["category"])),
        (r.t("Theme"), r.pick(*theme) if theme else one["theme"]),
        (r.t("Format"), code_name(r, names, "resource_format", one["format"])),
        (r.t("Condition of sharing"), one["sharing_condition"]),
        (r.t("Legal basis"), one["sharing_basis"]),
        (r.t("Openness"), " · ".join(part for part in (code_name(r, names, "openness", one["openness"]), one["open_condition"]) if part)),
        (r.t("Update cycle"), code_name(r, names, "update_cycle", one["cadence"])),
        (r.t("Published"), one["published_on"]),
        (r.t("Area covered"), ", ".join(one["area_names"]) or (", ".join(one["units"]) if one["units"] else r.t("the whole city"))),
        (r.t("Contact"), one["contact"]),
        (r.t("Data"), _source(r, one)),
        (
            r.t("Last change"),
            [
                r.moment(fresh["at"], "full"),
                " ",
                html.Span(
                    r.t("inside its cycle") if fresh["is_met"] else r.t("older than its cycle"),
                    className="cs-figure-good" if fresh["is_met"] else "cs-figure-bad",
                ),
            ],
        ),
        (
            r.t("Batch"),
            traced(
                r,
                r.t("batch {n}, received {when}", n=r.number(one["carrier"]["batch"]), when=r.moment(one["carrier"]["at"])),
                f"batch/{one['carrier']['batch']}",
            )
            if one["carrier"]
            else "",
        ),
        (
            r.t("Standard"),
            html.Span(r.t("breaks: {rules}", rules=", ".join(r.pick(*pair) for pair in broken)), className="cs-figure-bad")
            if broken
            else html.Span(r.t("passes every mandatory rule"), className="cs-figure-good"),
        ),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in rows if value], className="cs-catalogue-facts")


def _source(r: Reader, one: dict[str, Any]) -> Any:
    kind, name = one["source"]
    if kind == "indicator":
        return html.A(r.t("vital sign {name} on the map", name=name), href=f"/map?indicator={name}")
    if kind == "attribute":
        return r.t("attribute {name} of units", name=name)
    if kind == "record":
        return r.t("records of {name}", name=name)
    return r.t("They do not lie in this city's libraries: ask the contact.")


def _information(r: Reader, one: dict[str, Any]) -> Any:
    if not one["information_items"]:
        return html.P(r.t("No information item is described."), className="cs-soft")
    rows = [
        [
            html.Code(item["name"]),
            r.pick(item["name_zh"], item["name_en"]),
            type_name(r, item["type"]),
            r.unit_of(item["unit"]) if item["unit"] else "",
            r.t("open") if not item["privacy"] else r.t("level {n}", n=item["privacy"]),
        ]
        for item in one["information_items"]
    ]
    return sheet(r.t("Information items"), [r.t("Field"), r.t("Meaning"), r.t("Type"), r.t("Unit"), r.t("Privacy")], rows)


def _use(r: Reader, one: dict[str, Any]) -> list[Any]:
    """Endpoint, parameters and example call, as generated from the entry."""
    use = one["use"]
    if use is None:
        return []
    rows = [[html.Code(row["name"]), meaning(r, row["name"]), str(row.get("example", ""))] for row in use["parameters"]]
    return [
        html.H2(r.t("For programs")),
        html.P(
            r.t("With a grant in force: a session, or an API key from the page of the account. Rows are those of the grant and of your own rights."),
            className="cs-soft",
        ),
        html.Div([html.Code(f"GET {use['address']}"), _copy(r, use["address"])], className="cs-catalogue-code"),
        html.Div([html.Code(use["example"]), _copy(r, use["example"])], className="cs-catalogue-code"),
        html.P(html.A([icon("code", 15), r.t("OpenAPI description")], href=use["openapi"], className="cs-act")),
        sheet(r.t("Parameters"), [r.t("Parameter"), r.t("Meaning"), r.t("Example")], rows),
    ]


def meaning(r: Reader, parameter: str) -> str:
    """What a parameter of an endpoint does."""
    return {
        "city": r.t("Key of the city"),
        "unit": r.t("Code of a unit: only it and what lies below it"),
        "since": r.t("Only from this time on, in seconds since 1970"),
        "until": r.t("Only up to this time, in seconds since 1970"),
        "fields": r.t("Names of fields with commas between; all that are granted without it"),
        "most": r.t("Rows on a page, at most 5 000"),
        "after": r.t("Where the last page ended, from its answer"),
        "form": r.t("json or csv"),
    }[parameter]


def type_name(r: Reader, kind: str) -> str:
    """A type of information items in words."""
    return {
        "text": r.t("text"),
        "integer": r.t("whole number"),
        "number": r.t("number"),
        "date": r.t("date"),
        "time": r.t("time"),
        "bool": r.t("yes or no"),
        "code": r.t("code"),
        "geometry": r.t("shape"),
    }[kind]


def _copy(r: Reader, text: str) -> html.Button:
    return html.Button(r.t("Copy"), type="button", className="cs-act", **{"data-catalogue": "copy", "data-text": text, "data-done": r.t("Copied")})


def _links(r: Reader, city: str, one: dict[str, Any], names: dict[str, Any]) -> list[Any]:
    def name(id_: str) -> str:
        pair = names["departments"].get(id_)
        return r.pick(*pair) if pair else id_ or ""

    found: list[Any] = []
    if one["links"]["items"]:
        rows = [
            [
                html.A(r.pick(row["name_zh"], row["name_en"]), href=f"/catalogue?{urlencode({'city': city, 'entry': row['code']})}"),
                name(row["department"]),
                code_name(r, names, "item_kind", row["kind"]),
                row["code"],
            ]
            for row in one["links"]["items"]
        ]
        found += [html.H2(r.t("Linked items")), sheet(r.t("Linked items"), [r.t("Item"), r.t("Department"), r.t("Kind"), r.t("Code")], rows)]
    lists = [
        (
            r.t("Responsibility"),
            one["links"]["responsibility"],
            lambda row: [name(row["department"]), code_name(r, names, "duty", row["duty"]), row["post"] or ""],
        ),
        (r.t("System"), one["links"]["system"], lambda row: [name(row["department"]), r.pick(row["name_zh"], row["name_en"]), row["code"]]),
        (r.t("Demand"), one["links"]["demand"], lambda row: [name(row["department"]), r.pick(row["name_zh"], row["name_en"]), row["purpose"] or ""]),
    ]
    rows = [[title, *cells(row)] for title, some, cells in lists for row in some]
    found.append(html.H2(r.t("In the three lists")))
    found.append(
        sheet(r.t("In the three lists"), [r.t("List"), r.t("Department"), r.t("What"), r.t("More")], rows)
        if rows
        else html.P(r.t("It stands in none of the three lists."), className="cs-soft")
    )
    return found


def item_page(r: Reader, city: str, back: dict[str, str], one: dict[str, Any], names: dict[str, Any]) -> html.Div:
    """One entry of the item catalogue. `uses` and `produces` are {code, name_zh, name_en, is_known}."""
    department = names["departments"].get(one["department"])

    def resources(rows: list[dict[str, Any]]) -> Any:
        return (
            html.Ul(
                [
                    html.Li(
                        html.A(r.pick(row["name_zh"], row["name_en"]), href=f"/catalogue?{urlencode({'city': city, 'entry': row['code']})}")
                        if row["is_known"]
                        else html.Span([row["code"], " ", r.t("not in the catalogue")], className="cs-figure-bad")
                    )
                    for row in rows
                ],
                className="cs-plain-list",
            )
            if rows
            else ""
        )

    rows = [
        (r.t("Department"), r.pick(*department) if department else one["department"]),
        (r.t("Kind"), code_name(r, names, "item_kind", one["kind"])),
        (r.t("State"), code_name(r, names, "item_status", one["status"])),
        (r.t("Legal basis"), one["basis"]),
        (r.t("Online"), {True: r.t("yes"), False: r.t("no")}.get(one["is_online"], "")),
        (r.t("Statutory days"), r.number(one["statutory_days"]) if one["statutory_days"] is not None else ""),
        (r.t("Promised days"), r.number(one["promised_days"]) if one["promised_days"] is not None else ""),
        (r.t("Resources it uses"), resources(one["uses"])),
        (r.t("Resources it makes"), resources(one["produces"])),
        (
            r.t("Standard"),
            html.Span(r.t("breaks: {rules}", rules=", ".join(r.pick(*pair) for pair in one["faults"])), className="cs-figure-bad")
            if one["faults"]
            else html.Span(r.t("passes every mandatory rule"), className="cs-figure-good"),
        ),
    ]
    return html.Div(
        still(
            [
                html.A([icon("left", 15), r.t("Back to the list")], href=f"/catalogue?{urlencode({'city': city, **back})}", className="cs-act"),
                html.H1(r.pick(one["name_zh"], one["name_en"]) or one["code"]),
                html.Div(
                    [
                        html.Span(r.t("Item"), className="cs-chip"),
                        html.Code(one["code"]),
                        traced(r, r.t("where this entry comes from"), f"record/item/{one['code']}"),
                    ],
                    className="cs-catalogue-name",
                ),
                html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in rows if value], className="cs-catalogue-facts"),
            ]
        ),
        className="cs-document cs-resource",
    )
