"""Where does this number come from? Its way through the libraries, who said it, and the rows as they came."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.libraries import dataset, library
from layouts.components.marks import SHAPES, status_dot
from layouts.components.sign_block import rollup
from layouts.format import DASH
from layouts.reader import Reader


def trace_panel(r: Reader, city: str, told: dict[str, Any], departments: dict[str, dict[str, Any]], can_open: bool) -> list[Any]:
    """`told` is app.lineage.trace's answer as a dict; `departments` by id; `can_open`: batches may be opened on the data page."""
    about = told["about"]
    cadence = about.get("cadence", "PT1H")
    return [
        _head(r, told, cadence),
        html.Section([html.H3(r.t("Its way through the libraries")), _way(r, told, departments, cadence)], className="cs-trace-part"),
        _figure(r, city, told),
        _record(r, told),
        _children(r, told),
        _batches(r, city, told, can_open),
        _rows(r, city, told, can_open),
    ]


def _head(r: Reader, told: dict[str, Any], cadence: str) -> html.Header:
    about, number = told["about"], told["number"]
    what = r.pick(about.get("name_zh"), about.get("name_en"))
    unit = about.get("reported_at") or about.get("unit")
    if "figure" in about:
        what = r.pick(about["figure"]["name_zh"], about["figure"]["name_en"])
    if "record" in about:
        what = dataset(r, about["dataset"])
    if "batch" in about:
        what = r.t("Batch {n}", n=r.number(about["batch"]["batch"]))
    where = [html.Span(r.level(unit["level"]), className="cs-chip"), " ", r.name(unit), " ", html.Code(unit["code"])] if unit else None
    if number.get("text") is not None:
        value: Any = [html.B(number["text"]), html.Small(r.unit_of(number["unit"])) if number["unit"] else None]
    elif number["value"] is None:
        hidden = r.t("Not shown: so few people that they could be told apart. The owner department sees it.")
        value = html.Span(hidden if number.get("is_hidden") else r.t("no data"))
    else:
        value = [html.B(r.number(number["value"], number["decimals"])), html.Small(r.unit_of(number["unit"]) if number["unit"] else "")]
    when = r.step(number["at"], cadence) if "indicator" in about else r.moment(number["at"], "full") if number.get("at") else None
    word = {"green": r.t("normal"), "amber": r.t("watch"), "red": r.t("abnormal")}.get(number.get("status", ""))
    note = ""
    if "indicator" in about and unit["code"] != about["unit"]["code"]:
        note = r.t("Reported at {level} level: this is the value of the {level} it lies in.", level=r.level(unit["level"]).lower())
    return html.Header(
        [
            html.H2(what or r.t("City information unit")),
            html.Div(where) if where else None,
            html.Div(
                [
                    html.Span(value, className="cs-big"),
                    html.Span([status_dot(r, number["status"]), word], className=f"cs-status cs-status-{SHAPES[number['status']]}") if word else None,
                ],
                className="cs-trace-number",
            ),
            html.Div([icon("clock", 14), html.Span(when)], className="cs-trace-when") if when else None,
            html.P(note, className="cs-note") if note else None,
        ],
        className="cs-trace-head",
    )


def _way(r: Reader, told: dict[str, Any], departments: dict[str, dict[str, Any]], cadence: str) -> html.Ol:
    """One step a library: which column, made by what, how good, when, whose."""
    steps = []
    for hop in told["path"]:
        facts = [fact for fact in _facts(r, told, hop, departments, cadence) if fact]
        steps.append(
            html.Li(
                [
                    html.Div([html.B(library(r, hop["library"])), html.Code(hop["column"])], className="cs-trace-step"),
                    html.Ul([html.Li(fact) for fact in facts]) if facts else None,
                    html.Small(r.t("made by {what}", what=hop["by"])) if hop["by"] else None,
                ],
                className=f"cs-trace-{hop['library']}",
            )
        )
    return html.Ol(steps, className="cs-trace-way")


def _facts(r: Reader, told: dict[str, Any], hop: dict[str, str], departments: dict[str, dict[str, Any]], cadence: str) -> list[str]:
    about, number, batches, name = told["about"], told["number"], told["batches"], hop["library"]
    owner = departments.get(about.get("owner", ""), {})
    if name == "theme" and "indicator" in about:
        if hop["column"].startswith("theme.rolled"):
            return [rollup(r, {"rollup": about["rollup"], "weight": about.get("weight", "")})]
        n, total = number["n"], number.get("expected") or 0
        share = r.number(100 * n / total, 0) if total else ""
        return [
            r.t("Time: {time}", time=r.step(number["at"], cadence)) if number["at"] else "",
            r.t("Coverage {share}%: {n} of {total} report", share=share, n=r.number(n), total=r.number(total)) if total else "",
            r.t("Owner: {name}", name=r.pick(owner.get("name_zh"), owner.get("name_en")) or about["owner"]),
        ]
    if name == "base":
        return [r.t("{n} rows stand here", n=r.number(told["row_count"])), *dict.fromkeys(_answer(r, one) for one in told["answers"])]
    if name == "dept" and batches:
        checked, rejected, twice = (sum(row[key] or 0 for row in batches) for key in ("row_in", "rejected", "duplicate"))
        text = r.t("Of {n} rows of these batches {bad} broke a rule and {twice} said what was known",
                   n=r.number(checked), bad=r.number(rejected), twice=r.number(twice))
        return [text]
    if name == "hub":
        return [r.t("Kept word for word, with batch and row")]
    if name in ("file", "front") and batches:
        newest = max(row["received_at"] for row in batches)
        sources = {r.pick(row["source_zh"], row["source_en"]) or row["source"] for row in batches}
        return [r.t("From: {names}", names=" · ".join(sorted(sources))), r.t("Last received {time}", time=r.moment(newest, "full"))]
    return []


def _answer(r: Reader, one: dict[str, Any]) -> str:
    """Which channel answered where several carry the fact, and whether it only stands in."""
    if one["is_stand_in"]:
        return r.t("{channel} stands in for {best}, which is silent", channel=one["channel"], best=one["best"])
    if one["disagreed"]:
        return r.t("{channel} answered; {n} values disagree with another channel", channel=one["channel"], n=r.number(one["disagreed"]))
    return r.t("{channel} answered; another channel says the same", channel=one["channel"])


def _figure(r: Reader, city: str, told: dict[str, Any]) -> html.Section | None:
    """How a figure of a page is counted, and the way to its rows."""
    one = told["about"].get("figure")
    if not one:
        return None
    link = html.A(r.t("Show its rows"), href=one["rows"].replace("{city}", city), className="cs-link")
    return html.Section([html.H3(r.t("How it is counted")), html.P(r.pick(one["formula_zh"], one["formula_en"])), link], className="cs-trace-part")


def _record(r: Reader, told: dict[str, Any]) -> html.Section | None:
    """What stands of a record, field by field."""
    fields = told["about"].get("record")
    if not fields:
        return None
    rows = [html.Div([html.Dt(r.pick(one["name_zh"], one["name_en"])), html.Dd(one["text"])]) for one in fields]
    return html.Section([html.H3(r.t("What stands")), html.Dl(rows, className="cs-trace-record")], className="cs-trace-part")


def _children(r: Reader, told: dict[str, Any]) -> html.Section | None:
    rows = told["children"]
    if not rows:
        return None
    decimals = told["number"]["decimals"]
    body = [
        html.Tr(
            [
                html.Td([status_dot(r, row["status"]), " ", r.name(row)]),
                html.Td(
                    html.Span(r.number(row["value"], decimals), className="cs-traced", role="button", tabIndex=0, **{"data-trace": row["key"]}),
                    className="cs-number",
                ),
            ]
        )
        for row in rows
    ]
    table = _table([r.level(rows[0]["level"]), r.t("Value")], body, (1,))
    return html.Section([html.H3(r.t("Made of these units, the largest first")), table], className="cs-trace-part")


def _batches(r: Reader, city: str, told: dict[str, Any], can_open: bool) -> html.Section | None:
    rows = told["batches"]
    if not rows:
        return None
    body = []
    for row in rows:
        number = r.number(row["batch"])
        body.append(
            html.Tr(
                [
                    html.Td(html.A(number, href=f"/data?city={city}&batch={row['batch']}") if can_open else number, className="cs-number"),
                    html.Td([r.pick(row["source_zh"], row["source_en"]) or row["source"], html.Br(), html.Small(row["file_name"])]),
                    html.Td(r.moment(row["received_at"], "full")),
                    html.Td(r.number(row["rows_here"]), className="cs-number"),
                    html.Td([r.number(row["accepted"]), html.Small(f" / {r.number(row['row_in'])}")], className="cs-number"),
                ]
            )
        )
    head = [r.t("Batch"), r.t("Source and file"), r.t("Received"), r.t("Rows here"), r.t("Accepted of all")]
    return html.Section([html.H3(r.t("The batches that said it")), _table(head, body, (0, 3, 4))], className="cs-trace-part")


def _rows(r: Reader, city: str, told: dict[str, Any], can_open: bool) -> html.Section | None:
    if told["note"] == "few":
        told_why = r.t("Rows that count single people are shown to their owner department alone.")
        return html.Section([html.H3(r.t("The rows")), html.P(told_why, className="cs-soft")], className="cs-trace-part")
    rows = told["rows"]
    if not rows:
        return None
    is_reading = "indicator" in told["about"]
    names = list(dict.fromkeys(name for row in rows for name in row["said"]))
    head = [r.t("Batch"), r.t("Row"), *([r.t("City information unit")] if is_reading else [r.t("Valid from"), r.t("Valid to")]), *names]
    body = []
    for row in rows:
        number = r.number(row["batch"])
        until = r.moment(row["valid_to"], "full") if row.get("valid_to") else r.t("stands")
        place = [html.Td(r.name(row))] if is_reading else [html.Td(r.moment(row.get("valid_from"), "full")), html.Td(until)]
        opened = f"/data?city={city}&batch={row['batch']}&row={row['row']}"
        body.append(
            html.Tr(
                [
                    html.Td(html.A(number, href=opened) if can_open else number, className="cs-number"),
                    html.Td(r.number(row["row"]), className="cs-number"),
                    *place,
                    *[html.Td(row["said"].get(name, DASH)) for name in names],
                ]
            )
        )
    more = told["row_count"] - len(rows)
    return html.Section(
        [
            html.H3(r.t("The rows, word for word")),
            _table(head, body, (0, 1)),
            html.P(r.t("{n} more rows", n=r.number(more)), className="cs-soft") if more > 0 else None,
        ],
        className="cs-trace-part",
    )


def _table(head: list[str], body: list[html.Tr], numbers: tuple[int, ...]) -> html.Div:
    heads = [html.Th(text, scope="col", className="cs-number" if i in numbers else None) for i, text in enumerate(head)]
    return html.Div(html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="cs-rows"), className="cs-scroll", tabIndex=0)
