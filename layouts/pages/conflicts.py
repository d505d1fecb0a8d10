"""Sources that disagree about one fact: what each says side by side, who is right, and who decided so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.components.still import Still, still
from layouts.components.traced import within
from layouts.pages.data import dataset
from layouts.reader import Reader


def conflicts_page(r: Reader, city: dict[str, Any], place: dict[str, Any], body: list[Any]) -> html.Div:
    """`place` {city, conflict, state} is what the page shows; `body` from `conflicts_body`."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.CONFLICTS_ACT),
            dcc.Store(id=ids.CONFLICTS_PLACE, data=place),
            html.H1(r.t("Sources that disagree in {city}", city=r.pick(city["name_zh"], city["name_en"]))),
            html.P(r.t("One fact, one source: the order of sources decides by rule, a steward decides the rest. What is decided holds until a source "
                       "says something else; every version stays in the base library."), className="cs-soft"),
            html.Div(body, id=ids.CONFLICTS_BODY),
        ],
        className="cs-document cs-quality",
    )


def conflicts_body(r: Reader, place: dict[str, Any], counts: list[dict[str, Any]], found: list[dict[str, Any]], chosen: dict[str, Any] | None,
                   owners: dict[str, dict[str, Any]], may_decide: bool, may_export: bool, told: str = "") -> list[Any]:
    """Counts by state, the conflict that is open (`chosen`, with `told` per source and the `order` of sources), and the list."""
    link = f"/conflicts?city={place['city']}"
    sums = {state: sum(row["n"] for row in counts if row["state"] == state) for state in ("open", "decided", "rule")}
    tiles = [html.A([html.Span(state_name(r, state), className="cs-figure-name"), html.B(r.number(n), **within("figure/conflicts")),
                     html.Small(r.t("conflicts, all time"))],
                    href=f"{link}&state={state}", className="cs-step" + (" cs-step-chosen" if place["state"] == state else ""))
             for state, n in sums.items()]
    return [
        html.P(told, className="cs-told", role="status") if told else None,
        still(html.Div(tiles, className="cs-flow")),
        _one(r, chosen, owners, may_decide) if chosen else None,
        html.H2(state_name(r, place["state"]) if place["state"] else r.t("All conflicts")),
        html.Div([html.A(r.t("Show all states"), href=link, className="cs-act") if place["state"] else None,
                  html.A(r.t("Download as CSV"), href=f"/conflicts/{place['city']}.csv", className="cs-act") if may_export and found else None],
                 className="cs-acts"),
        _list(r, link, found, owners, chosen["conflict"] if chosen else 0) if found else
        empty(r.t("No source contradicts another"),
              r.t("A conflict appears when two sources say different things of the same record."), "shield-check"),
    ]


def state_name(r: Reader, state: str) -> str:
    """A state of a conflict in words."""
    return {"open": r.t("Undecided"), "decided": r.t("Decided by a person"), "rule": r.t("Decided by rule")}[state]


def _one(r: Reader, row: dict[str, Any], owners: dict[str, dict[str, Any]], may_decide: bool) -> html.Section:
    may_decide = may_decide and row["settled_at"] is None
    cards = []
    for claim in row["told"]:
        is_chosen = claim["source"] == row["chosen"]
        cards.append(html.Div([
            html.Span([_source(r, claim["source"], owners), html.Span(r.t("counts"), className="cs-chip") if is_chosen else None],
                      className="cs-claim-source"),
            html.B(claim["value"], className="cs-claim-value"),
            html.Small(r.t("as of {when} · batch {batch}, row {row}", when=_when(r, claim["as_of"]), batch=r.number(claim["batch"]),
                           row=r.number(claim["row"]))),
            html.Small(claim["file_name"], className="cs-soft"),
            html.Form([
                dcc.Input(name="reason", placeholder=r.t("Reason, such as the document seen"), maxLength=400, debounce=True, autoComplete="off"),
                html.Button(r.t("This one is right"), type="submit", className="cs-do"),
            ], className="cs-noted", **{"data-conflicts-form": "decide", "data-field-conflict": str(row["conflict"]),
                                        "data-field-source": claim["source"]}) if may_decide and not is_chosen else None,
        ], className="cs-claim" + (" cs-claim-chosen" if is_chosen else "")))
    field = r.pick(row["name_zh"] or row["field"], row["name_en"] or row["field"])
    return html.Section([
        html.H2(r.t("{field} of {key}", field=field, key=row["key"])),
        html.P([html.Span(state_name(r, row["state"]), className="cs-chip"), " ", dataset(r, row["dataset"]), " · ", _history(r, row, owners)]),
        html.Div(cards, className="cs-claims"),
    ], className="cs-item")


def _history(r: Reader, row: dict[str, Any], owners: dict[str, dict[str, Any]]) -> str:
    parts = [r.t("found {when}", when=_when(r, row["found_at"]))]
    if row["order"]:
        parts.append(r.t("order of sources: {order}", order=" → ".join(_source(r, one, owners) for one in row["order"])))
    if row["decided_at"] is not None:
        source = _source(r, row["chosen"], owners)
        parts.append(r.t("{who} decided for {source} on {when}", who=row["who"], source=source, when=_when(r, row["decided_at"])))
    if row["reason"]:
        parts.append(r.t("reason: {reason}", reason=row["reason"]))
    if row["settled_at"] is not None:
        parts.append(r.t("no longer, since {when}", when=_when(r, row["settled_at"])))
    return " · ".join(parts)


def _list(r: Reader, link: str, found: list[dict[str, Any]], owners: dict[str, dict[str, Any]], chosen: int) -> Still:
    head = [r.t("Record"), r.t("Dataset"), r.t("Field"), r.t("Sources"), r.t("State"), r.t("Counts"), r.t("Found"), r.t("Settled")]
    rows = [[html.A(row["key"], href=f"{link}&conflict={row['conflict']}", **({"aria-current": "true"} if row["conflict"] == chosen else {})),
             dataset(r, row["dataset"]), r.pick(row["name_zh"] or row["field"], row["name_en"] or row["field"]),
             r.t(" and ").join(_source(r, one, owners) for one in row["sources"]), html.Span(state_name(r, row["state"]), className="cs-chip"),
             _source(r, row["chosen"], owners) if row["chosen"] else r.t("the newest"), _when(r, row["found_at"]),
             _when(r, row["settled_at"]) if row["settled_at"] is not None else "–"] for row in found]
    return still(sheet(r.t("All conflicts"), head, rows))


def _source(r: Reader, source: str, owners: dict[str, dict[str, Any]]) -> str:
    one = owners.get(source)
    return r.pick(one["name_zh"], one["name_en"]) if one else source


def _when(r: Reader, at: datetime) -> str:
    return r.moment(int(at.replace(tzinfo=UTC).timestamp()))
