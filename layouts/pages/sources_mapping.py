"""How do the fields of the sources become standard ones, and which channel of a fact answers?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.marks import status_dot
from layouts.components.sheet import sheet
from layouts.components.traced import traced
from layouts.format import DASH
from layouts.pages.sources_parts import act, choose, form, moment, span, write
from layouts.reader import Reader

INDICATOR = "indicator:"


def mapping_part(r: Reader, state: dict[str, Any], may_act: bool) -> list[Any]:
    """The mappings in force, what could be mapped, and a form for one's own."""
    return [
        html.H2(r.t("Mappings")),
        html.P(
            r.t("A field of a source becomes a standard field on the way from the hub to the department library; the hub keeps what came."),
            className="cs-soft",
        ),
        _suggestions(r, state, may_act),
        _mappings(r, state, may_act),
        html.Div(_form(r, state), className="cs-forms") if may_act and state["sources"] else None,
    ]


def _mappings(r: Reader, state: dict[str, Any], may_act: bool) -> Any:
    rows = state["mappings"]
    if not rows:
        return html.P(r.t("No field is mapped: every source uses the standard names."), className="cs-soft")
    head = [
        r.t("Source"),
        r.t("Field of the source"),
        r.t("Standard field"),
        r.t("Relation"),
        r.t("Turned"),
        r.t("Confidence"),
        r.t("Version, author"),
        r.t("What to do"),
    ]
    cells = [
        [
            html.Code(row["channel"]),
            html.B(row["source_field"]),
            field(r, state, row["field"]),
            relation(r, row["relation"]),
            turned(r, row),
            f"{r.number(row['confidence'] * 100)} %",
            f"{row['version']} · {r.t('by rule') if row['author'] == 'rule' else row['author'] or DASH}",
            act(r.t("End it"), "mapping.end", {"source": row["channel"], "of": row["source"], "source_field": row["source_field"]},
                r.t("End the mapping of {name}?", name=row["source_field"])) if may_act else None,
        ]
        for row in rows
    ]  # fmt: skip
    last = len(head) if may_act else len(head) - 1
    return sheet(r.t("Mappings"), head[:last], [row[:last] for row in cells], numbers=(5,))


def _suggestions(r: Reader, state: dict[str, Any], may_act: bool) -> Any:
    rows = state["suggestions"]
    if not rows:
        return None
    head = [r.t("Source"), r.t("Field of the source"), r.t("May be"), r.t("Turned"), r.t("Confidence"), r.t("What to do")]
    names = ("source_field", "field", "relation", "unit_from", "code_map", "crs", "confidence")
    cells = [
        [
            html.Code(row["channel"]),
            html.B(row["source_field"]),
            field(r, state, row["field"]),
            turned(r, row),
            f"{r.number(row['confidence'] * 100)} %",
            act(r.t("Accept"), "mapping.accept", {"source": row["channel"], **{name: row[name] for name in names}}) if may_act else None,
        ]
        for row in rows
    ]
    last = len(head) if may_act else len(head) - 1
    return html.Div([html.H3(r.t("Suggestions")), sheet(r.t("Suggestions"), head[:last], [row[:last] for row in cells], numbers=(4,))])


def field(r: Reader, state: dict[str, Any], name: str) -> Any:
    """A standard field; of an indicator its name too."""
    if not name.startswith(INDICATOR):
        return html.Code(name)
    found = next((one for one in state["indicators"] if one["id"] == name.removeprefix(INDICATOR)), None)
    return html.Span(
        [r.pick(found["name_zh"], found["name_en"]) if found else name, " ", html.Small(html.Code(name.removeprefix(INDICATOR)))]
    )


def relation(r: Reader, name: str) -> str:
    """How close the two fields are."""
    return {"exact": r.t("exact"), "close": r.t("close"), "broad": r.t("broader")}.get(name, name)


def turned(r: Reader, row: dict[str, Any]) -> Any:
    """What is turned on the way: unit, codes, coordinates."""
    codes = r.t("own ids of units") if row["code_map"] == "@units" else row["code_map"].replace("=", " → ").replace("|", ", ")
    unit = " → ".join(part for part in (row["unit_from"], row["unit_to"] or r.t("unit of the field")) if part) if row["unit_from"] else ""
    parts = [part for part in (unit, codes, row["crs"] and f"{row['crs']} → WGS 84") if part]
    return html.Div([html.Small(part) for part in parts]) if parts else DASH


def _form(r: Reader, state: dict[str, Any]) -> html.Form:
    fields = [(f"{name}", name) for names in state["fields"].values() for name in names]
    indicators = [(one["id"], f"{r.pick(one['name_zh'], one['name_en'])} · {one['id']}") for one in state["indicators"]]
    return form(
        r.t("New mapping"),
        "mapping.accept",
        r.t("Map it"),
        [
            choose(
                r.t("Source"),
                "source",
                [(row["id"], f"{r.pick(row['name_zh'], row['name_en'])} · {row['id']}") for row in state["sources"]],
            ),
            write(r.t("Field of the source"), "source_field", required=True, maxLength=120, autoComplete="off"),
            choose(r.t("Standard field"), "field", sorted(set(fields)) + indicators),
            choose(r.t("Relation"), "relation", [(name, relation(r, name)) for name in ("exact", "close", "broad")]),
            write(r.t("Unit of the source"), "unit_from", maxLength=20, autoComplete="off", placeholder="°F"),
            write(r.t("Codes"), "code_map", maxLength=1500, autoComplete="off", placeholder="a=b|c=d"),
            write(r.t("Coordinate system"), "crs", maxLength=20, autoComplete="off", placeholder="gcj02, bd09, EPSG:4547"),
        ],
        r.t("One field of a source becomes one standard field. A circle is refused."),
    )


def channel_part(r: Reader, state: dict[str, Any]) -> list[Any]:
    """Facts with several channels, and where they disagreed."""
    return [
        html.H2(r.t("Channels")),
        html.P(r.t("Several sources may carry one fact: the best answers, another stands in while it is silent."), className="cs-soft"),
        _channels(r, state),
        html.H3(r.t("Who answered, and where they disagreed")) if state["answers"] else None,
        _answers(r, state) if state["answers"] else None,
    ]


def _channels(r: Reader, state: dict[str, Any]) -> Any:
    if not state["channels"]:
        return html.P(r.t("Every fact of this city comes by one channel."), className="cs-soft")
    head = [r.t("Fact"), r.t("Channel"), r.t("State"), r.t("Score"), r.t("Freshness"), r.t("Trust"), r.t("Latency"), r.t("Lag")]
    cells = []
    for fact in state["channels"]:
        for place, one in enumerate(fact["channels"]):
            word = r.t("silent") if one["has_failed"] else r.t("answers") if place == 0 else r.t("stands ready")
            mark = "red" if one["has_failed"] else "green" if place == 0 else "grey"
            name = field(r, state, INDICATOR + fact["fact"] if fact["dataset"] == "reading" else fact["fact"])
            state_ = html.Span([status_dot(r, mark), " ", word], className="cs-source-state")
            cells.append([
                name if place == 0 else None, html.Code(one["channel"]), state_, r.number(one["score"], 2),
                r.number(one["freshness"], 2), r.number(one["trust"], 2), span(r, one["latency_s"]), span(r, one["lag_s"])])  # fmt: skip
    return sheet(r.t("Channels"), head, cells, numbers=(3, 4, 5, 6, 7))


def _answers(r: Reader, state: dict[str, Any]) -> Any:
    head = [
        r.t("When"),
        r.t("Fact"),
        r.t("Channel"),
        r.t("Met"),
        r.t("Differing rows"),
        r.t("Outvoted"),
        r.t("Disagreed"),
        r.t("Furthest apart"),
        r.t("Example"),
    ]
    cells = [
        [
            moment(r, row["at"]),
            field(r, state, INDICATOR + row["fact"]) if row["dataset"] == "reading" else html.Code(row["fact"]),
            html.Div([html.Code(row["channel"]), html.Small(traced(r, r.t("Batch {n}", n=row["batch"]), f"batch/{row['batch']}")),
                      html.Span(r.t("stands in"), className="cs-chip") if row["is_stand_in"] else None]),
            html.Code(row["best"]),
            r.number(row["compared"]),
            r.number(row["outvoted"]),
            html.Span(r.number(row["disagreed"]), className="cs-figure-bad" if row["disagreed"] else None),
            r.number(row["largest"], 2),
            html.Div([html.Code(row["example_unit"]), html.Small(f"{r.number(row['example_value'], 2)} ≠ {r.number(row['example_best'], 2)}"),
                      html.Small(r.moment(row["moment"]))]) if row["example_unit"] else DASH,
        ]
        for row in state["answers"]
    ]  # fmt: skip
    return sheet(r.t("Who answered, and where they disagreed"), head, cells, numbers=(4, 5, 6, 7))
