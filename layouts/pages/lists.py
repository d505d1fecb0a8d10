"""The three rates with what fails them, the three lists, and the gaps between them. What is opened stands in the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from layouts import ids
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.components.still import still
from layouts.components.traced import traced
from layouts.format import DASH
from layouts.pages.catalogue import code_name
from layouts.panels.rate_chart import rate_chart, rate_name
from layouts.reader import Reader

RATES = ("standard", "fresh", "shared")
LISTS = ("responsibility", "system", "demand", "gaps")
SHOWN = 300


def lists_page(r: Reader, city: str, asked: dict[str, str], state: dict[str, Any], names: dict[str, Any]) -> html.Div:
    """`asked`: department, rate, list; `state`: rates {name: (met, total)}, departments, failing, days, rows and counts of the lists,
    target, code of the city."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            still(
                [
                    html.H1(r.t("Three lists and three rates")),
                    _department(r, city, asked, names),
                    html.Div([_rate(r, city, asked, state, rate) for rate in RATES], className="cs-figures cs-rates"),
                    html.P(
                        [
                            r.t("Counted from the rows that stand now; target of the plan: {n} %.", n=r.number(100 * state["target"])),
                            " ",
                            r.t("As vital signs:"),
                            *(
                                part
                                for rate in RATES
                                for part in (" ", traced(r, rate_name(r, rate), f"value/catalogue_{rate}_pct/{state['code']}/latest"))
                            ),
                        ],
                        className="cs-soft",
                    ),
                ]
            ),
            html.Div(rate_chart(r, state["days"], state["target"], state["code"]), className="cs-chart-place"),
            still(
                [
                    _failing(r, city, asked, state, names) if asked["rate"] else None,
                    html.H2(r.t("By department")),
                    _departments(r, city, asked, state, names),
                    html.H2(r.t("The three lists"), id="lists"),
                    _tabs(r, city, asked, state),
                    _list(r, city, asked, state, names),
                ]
            ),
        ],
        className="cs-document cs-lists",
    )


def _link(city: str, asked: dict[str, str], anchor: str = "", **change: str) -> str:
    kept = {name: value for name, value in {**asked, **change}.items() if value}
    return f"/lists?{urlencode({'city': city, **kept})}{anchor}"


def _department(r: Reader, city: str, asked: dict[str, str], names: dict[str, Any]) -> Any:
    if not asked["department"]:
        return None
    pair = names["departments"].get(asked["department"])
    return html.P(
        [
            r.t("Only {name}", name=r.pick(*pair) if pair else asked["department"]),
            " ",
            html.A([icon("close", 14), r.t("every department")], href=_link(city, asked, department=""), className="cs-act"),
        ]
    )


def percent(r: Reader, met: int, total: int) -> str:
    """A share in percent, or a dash where there is nothing to share."""
    return f"{r.number(100 * met / total, 1)} %" if total else DASH


def _rate(r: Reader, city: str, asked: dict[str, str], state: dict[str, Any], rate: str) -> html.A:
    met, total = state["rates"][rate]
    good = not total or met / total >= state["target"]
    notes = {
        "standard": r.t("entries that break no mandatory rule"),
        "fresh": r.t("active resources changed or confirmed in their cycle"),
        "shared": r.t("demands for shareable resources that stand granted"),
    }
    return html.A(
        [
            html.Span(rate_name(r, rate), className="cs-figure-name"),
            html.B(percent(r, met, total), className="cs-figure-good" if good else "cs-figure-bad"),
            html.Div(
                [html.I(style={"width": f"{100 * met / total if total else 0:.2f}%"}), html.S(style={"left": f"{100 * state['target']:.0f}%"})],
                className=f"cs-bar cs-bar-{'good' if good else 'bad'}",
            ),
            html.Small(r.t("{met} of {total} {what}", met=r.number(met), total=r.number(total), what=notes[rate])),
            html.Small(r.t("{n} rows fail: show them", n=r.number(total - met)) if total > met else r.t("none fails")),
        ],
        href=_link(city, asked, "#failing", rate=rate),
        className="cs-figure",
        id=f"rate-{rate}",
        **({"aria-current": "true"} if asked["rate"] == rate else {}),
    )


def _failing(r: Reader, city: str, asked: dict[str, str], state: dict[str, Any], names: dict[str, Any]) -> html.Div:
    """The rows that fail the chosen rate, with why."""
    rate, rows = asked["rate"], state["failing"]
    head = [r.t("Code"), r.t("Title"), r.t("Department"), r.t("Why")]
    if rate == "fresh":
        head += [r.t("Update cycle"), r.t("Last change")]
    if rate == "shared":
        head += [r.t("Wanted by")]
    table = []
    for row in rows[:SHOWN]:
        cells = [
            html.A(row["code"], href=f"/catalogue?{urlencode({'city': city, 'entry': row['code']})}"),
            r.pick(row["name_zh"], row["name_en"]),
            _name(r, names, row["department"]),
            ", ".join(_why(r, names, rate, word) for word in row["why"]),
        ]
        if rate == "fresh":
            cells += [code_name(r, names, "update_cycle", row["cadence"]), r.moment(row["changed_at"], "full")]
        if rate == "shared":
            cells += [_name(r, names, row["wanted_by"])]
        table.append(cells)
    title = r.t("What fails the {rate}", rate=rate_name(r, rate).lower())
    return html.Div(
        [
            html.Div(
                [
                    html.H2(title),
                    html.A([icon("download", 15), "CSV"], href=f"/lists/{city}/{rate}.csv", className="cs-act", download=""),
                    html.A([icon("close", 14), r.t("Close")], href=_link(city, asked, rate=""), className="cs-act"),
                ],
                className="cs-catalogue-top",
            ),
            sheet(title, head, table) if table else empty(r.t("None fails"), r.t("Every row passes."), "shield-check"),
            html.P(r.t("The first {n} of {total}; the file has all.", n=r.number(SHOWN), total=r.number(len(rows))), className="cs-soft")
            if len(rows) > SHOWN
            else None,
        ],
        id="failing",
    )


def _why(r: Reader, names: dict[str, Any], rate: str, word: str) -> str:
    known = {
        "old": r.t("older than its cycle"),
        "never": r.t("no data and no confirmation"),
        "no_cycle": r.t("declares no update cycle"),
        "not_asked": r.t("nobody has asked for it"),
        "asked": r.t("waits for a decision"),
        "refused": r.t("refused"),
        "revoked": r.t("revoked"),
        "expired": r.t("expired"),
    }
    rule = names["rules"].get(word)
    return r.pick(*rule) if rate == "standard" and rule else known.get(word, word)


def _name(r: Reader, names: dict[str, Any], department: str) -> str:
    pair = names["departments"].get(department)
    return r.pick(*pair) if pair else department or DASH


def _departments(r: Reader, city: str, asked: dict[str, str], state: dict[str, Any], names: dict[str, Any]) -> Any:
    if not state["departments"]:
        return empty(r.t("Nothing in the catalogue yet"), r.t("Departments hand their catalogues in as data sets."), "catalogue")
    rows = []
    for department, rates in state["departments"].items():
        cells: list[Any] = [html.A(_name(r, names, department), href=_link(city, asked, department=department))]
        for rate in RATES:
            met, total = rates.get(rate, (0, 0))
            bad = total and met / total < state["target"]
            cells.append(
                html.Span([percent(r, met, total), html.Small(f" {met}/{total}", className="cs-soft")], className="cs-figure-bad" if bad else "")
            )
        rows.append(cells)
    return sheet(r.t("By department"), [r.t("Department"), *(rate_name(r, rate) for rate in RATES)], rows, numbers=(1, 2, 3))


def _tabs(r: Reader, city: str, asked: dict[str, str], state: dict[str, Any]) -> html.Nav:
    names = {"responsibility": r.t("Responsibility"), "system": r.t("Systems"), "demand": r.t("Demands"), "gaps": r.t("Gaps")}
    return html.Nav(
        [
            html.A(
                [names[one], html.Small(r.number(state["counts"][one]))],
                href=_link(city, asked, "#lists", list=one),
                className="cs-subnav-link",
                **({"aria-current": "page"} if one == asked["list"] else {}),
            )
            for one in LISTS
        ],
        className="cs-subnav cs-lists-tabs",
        **{"aria-label": r.t("The three lists")},
    )


def _list(r: Reader, city: str, asked: dict[str, str], state: dict[str, Any], names: dict[str, Any]) -> html.Div:
    which, rows = asked["list"], state["rows"]

    def entry(row: dict[str, Any]) -> Any:
        if row["entry"]:
            return html.A(r.pick(*row["entry"]) or row["resource"], href=f"/catalogue?{urlencode({'city': city, 'entry': row['resource']})}")
        return html.Span(["✗ ", row["resource"] or r.t("nobody offers it")], className="cs-figure-bad")

    def resources(row: dict[str, Any]) -> Any:
        return html.A(
            r.t("{n} resources", n=r.number(row["count"])), href=f"/catalogue?{urlencode({'city': city, 'department': row['department'] or ''})}"
        )

    columns: dict[str, tuple[list[str], Any]] = {
        "responsibility": (
            [r.t("Number"), r.t("Department"), r.t("Resource"), r.t("Duty"), r.t("Post"), r.t("Update cycle")],
            lambda row: [
                row["code"],
                _name(r, names, row["department"]),
                entry(row),
                code_name(r, names, "duty", row["duty"]),
                row["post"] or "",
                code_name(r, names, "update_cycle", row["cadence"]),
            ],
        ),
        "system": (
            [r.t("Number"), r.t("System"), r.t("Department"), r.t("State"), r.t("Protection grade"), r.t("Resources"), r.t("In use since")],
            lambda row: [
                row["code"],
                r.pick(row["name_zh"], row["name_en"]),
                _name(r, names, row["department"]),
                code_name(r, names, "system_state", row["state"]),
                r.number(row["grade"]),
                resources(row),
                str(row["started_on"] or ""),
            ],
        ),
        "demand": (
            [r.t("Number"), r.t("Demand"), r.t("Wanted by"), r.t("What for"), r.t("Resource"), r.t("Raised"), r.t("State")],
            lambda row: [
                row["code"],
                r.pick(row["name_zh"], row["name_en"]),
                _name(r, names, row["department"]),
                row["purpose"] or "",
                entry(row),
                str(row["raised_on"] or ""),
                code_name(r, names, "demand_status", row["status"]),
            ],
        ),
        "gaps": (
            [r.t("Gap"), r.t("Code"), r.t("Title"), r.t("Department"), r.t("Missing")],
            lambda row: [
                _gap(r, row["kind"]),
                _coded(city, row),
                r.pick(row["name_zh"], row["name_en"]),
                _name(r, names, row["department"]),
                row["missing"],
            ],
        ),
    }
    head, cells = columns[which]
    download = html.A([icon("download", 15), "CSV"], href=f"/lists/{city}/{which}.csv", className="cs-act", download="")
    if not rows:
        return html.Div(empty(r.t("Nothing stands here"), r.t("Departments hand their lists in as data sets."), "catalogue"))
    more = html.P(r.t("The first {n} of {total}; the file has all.", n=r.number(SHOWN), total=r.number(len(rows))), className="cs-soft")
    return html.Div(
        [
            html.Div(download, className="cs-acts"),
            sheet(r.t("The three lists"), head, [cells(row) for row in rows[:SHOWN]]),
            more if len(rows) > SHOWN else None,
        ]
    )


def _gap(r: Reader, kind: str) -> str:
    return {
        "demand": r.t("a demand that nobody meets"),
        "retired": r.t("a demand for a resource that is gone"),
        "item": r.t("an item names a resource that is not there"),
        "responsibility": r.t("nobody answers for the resource"),
        "system": r.t("no system is named for the resource"),
    }[kind]


def _coded(city: str, row: dict[str, Any]) -> Any:
    if row["kind"] in ("demand", "retired"):
        return row["code"]
    return html.A(row["code"], href=f"/catalogue?{urlencode({'city': city, 'entry': row['code']})}")
