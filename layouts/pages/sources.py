"""Who sends what, how late is it, what changed at the source, what waits for a decision?"""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.components.marks import empty, status_dot
from layouts.components.sheet import sheet
from layouts.components.still import still
from layouts.components.traced import traced
from layouts.format import DASH
from layouts.pages.data import dataset
from layouts.pages.sources_held import drift_part, held_part
from layouts.pages.sources_mapping import channel_part, mapping_part
from layouts.pages.sources_parts import act, choose, form, moment, span, write
from layouts.reader import Reader


def sources_page(r: Reader, city: str) -> html.Div:
    """The frame of the page; what is in it comes from the server."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.SOURCES_CITY, data=city),
            dcc.Store(id=ids.SOURCES_ACT),
            dcc.Store(id=ids.SOURCES_LOOK),
            html.H1(r.t("Sources")),
            html.Div(html.P(r.t("Loading …"), className="cs-soft", role="status"), id=ids.SOURCES_BODY),
        ],
        className="cs-document cs-sources",
    )


def sources_body(r: Reader, state: dict[str, Any], may_act: bool, told: dict[str, str] | None = None) -> list[Any]:
    """Everything below the title. `told`: what was just done; without `may_act` there are no decisions to take."""
    return [
        _told(r, told) if told else None,
        _summary(r, state),
        _wrong(r, state),
        html.H2(r.t("Files that wait")),
        held_part(r, state["held"], may_act),
        html.H2(r.t("All sources")),
        still(_sources(r, state["sources"], may_act)),
        _hand_in(r, state["sources"]),
        html.H2(r.t("Changed columns")),
        drift_part(r, state["drift"]),
        *mapping_part(r, state, may_act),
        *(still(one) for one in channel_part(r, state)),
    ]


def _told(r: Reader, told: dict[str, str]) -> html.Div:
    name = told["name"]
    text = {
        "entered": r.t(
            "The file of {name} is in: {rows} rows accepted, {rejected} rejected.",
            name=name,
            rows=told.get("rows"),
            rejected=told.get("rejected"),
        ),
        "refused": r.t("The file of {name} is refused; it lies in the folder refused.", name=name),
        "collected": r.t(
            "{name} was asked: {rows} rows accepted, {held} files wait.", name=name, rows=told.get("rows"), held=told.get("held")
        ),
        "again": r.t("{name} begins anew: its next delivery is handed in whole.", name=name),
        "mapped": r.t("{name} is {field} from now on.", name=name, field=told.get("field")),
        "ended": r.t("{name} is not mapped any more.", name=name),
    }[told["what"]]
    return html.Div(html.P(text), className="cs-told", role="status")


def _summary(r: Reader, state: dict[str, Any]) -> html.Div:
    rows = state["sources"]
    count = {status: sum(row["status"] == status for row in rows) for status in ("green", "amber", "red", "grey")}
    figures = [
        (r.t("On time"), "sources", count["green"], "green"),
        (r.t("Late"), "sources", count["amber"], "amber"),
        (r.t("Overdue or failing"), "sources", count["red"], "red"),
        (r.t("No cadence, or nothing yet"), "sources", count["grey"], "grey"),
        (r.t("Files that wait"), "files_waiting", len(state["held"]), "amber" if state["held"] else ""),
        (r.t("Rows in 24 h"), "rows_24h", sum(row["rows_day"] for row in rows), ""),
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Span([status_dot(r, mark) if mark else None, " ", name], className="cs-figure-name"),
                    html.B(traced(r, r.compact(value), f"figure/{figure}")),
                ],
                className="cs-figure",
            )
            for name, figure, value, mark in figures
        ],
        className="cs-figures",
    )


def _wrong(r: Reader, state: dict[str, Any]) -> Any:
    if not state["wrong"]:
        return None
    return html.Div(
        [html.Strong(r.t("Rows of the registry that cannot be used")), html.Ul([html.Li(text) for text in state["wrong"]])],
        className="cs-failed",
        role="alert",
    )


def kind(r: Reader, name: str) -> str:
    """A kind of source in the reader's language."""
    return {
        "folder": r.t("Folder"),
        "upload": r.t("HTTP upload"),
        "pull": r.t("HTTP pull"),
        "table": r.t("Database table"),
        "mqtt": r.t("MQTT topic"),
        "ngsi_ld": r.t("NGSI-LD entities"),
        "hand_in": r.t("Hand-in"),
    }.get(name, name)


def _sources(r: Reader, rows: list[dict[str, Any]], may_act: bool) -> Any:
    if not rows:
        return empty(
            r.t("No source is named for this city"),
            r.t("Name one in var/registry/sources.csv; the README has a row for each kind."),
            "data",
        )
    head = [
        r.t("State"),
        r.t("Source"),
        r.t("Dataset"),
        r.t("Owner"),
        r.t("Asked or due"),
        r.t("Last batch"),
        r.t("Lag"),
        r.t("Rows 24 h / 30 d"),
        r.t("Last try"),
        r.t("What to do"),
    ]
    cells = [
        [
            html.Span([status_dot(r, row["status"]), " ", _word(r, row)], className="cs-source-state"),
            html.Div(
                [
                    html.B(r.pick(row["name_zh"], row["name_en"])),
                    html.Small(html.Code(row["id"])),
                    html.Small(row["address"]) if row["address"] else None,
                ]
            ),
            html.Div([html.Span(dataset(r, row["dataset"])), html.Small(kind(r, row["kind"]))]),
            r.pick(row["owner_zh"], row["owner_en"]),
            _when(r, row),
            _last(r, row["last"]),
            span(r, row["lag_s"]),
            html.Span([r.compact(row["rows_day"]), " / ", r.compact(row["rows_month"])]),
            _tried(r, row["tried"]),
            _acts(r, row) if may_act else None,
        ]
        for row in rows
    ]
    last = len(head) if may_act else len(head) - 1
    return sheet(r.t("All sources"), head[:last], [row[:last] for row in cells], numbers=(6, 7))


def _word(r: Reader, row: dict[str, Any]) -> str:
    if not row["is_active"]:
        return r.t("switched off")
    if row["tried"] and row["tried"]["outcome"] == "failed":
        return r.t("fails")
    return {"green": r.t("on time"), "amber": r.t("late"), "red": r.t("overdue")}.get(
        row["status"], r.t("nothing yet") if row["last"] is None else r.t("no cadence")
    )


def _when(r: Reader, row: dict[str, Any]) -> html.Div:
    if row["clock"] is not None:
        asked = r.t("daily at {clock}", clock=f"{row['clock'] // 60:02d}:{row['clock'] % 60:02d}")
    else:
        asked = r.t("every {span}", span=span(r, row["schedule_s"])) if row["schedule_s"] else None
    due = r.t("due every {span}", span=span(r, row["cadence_s"])) if row["cadence_s"] else None
    return html.Div([html.Span(asked) if asked else None, html.Small(due) if due else None])


def _last(r: Reader, last: dict[str, Any] | None) -> Any:
    if last is None:
        return DASH
    return html.Div(
        [
            traced(r, r.t("Batch {n}", n=last["batch"]), f"batch/{last['batch']}"),
            html.Small(moment(r, last["at"])),
            html.Small(r.t("up to {watermark}", watermark=last["watermark"])) if last["watermark"] else None,
        ]
    )


def _tried(r: Reader, tried: dict[str, Any] | None) -> Any:
    if tried is None:
        return DASH
    word = outcome(r, tried["outcome"])
    changes = (
        r.t("{a} new, {b} changed, {c} gone", a=r.number(tried["inserted"]), b=r.number(tried["updated"]), c=r.number(tried["deleted"]))
        if tried["inserted"] is not None
        else None
    )
    return html.Div(
        [
            html.Span(word, className="cs-figure-bad" if tried["outcome"] == "failed" else None),
            html.Small(moment(r, tried["at"])),
            html.Small(changes) if changes else None,
            html.Small(tried["message"], className="cs-source-message") if tried["outcome"] == "failed" else None,
        ]
    )


def outcome(r: Reader, name: str) -> str:
    """What became of a try."""
    return {
        "taken": r.t("taken in"),
        "unchanged": r.t("nothing changed"),
        "replay": r.t("already known"),
        "held": r.t("held"),
        "failed": r.t("failed"),
    }.get(name, name)


def _acts(r: Reader, row: dict[str, Any]) -> html.Div:
    fields = {"source": row["id"]}
    return html.Div(
        [
            act(r.t("Ask now"), "source.collect", fields) if row["is_asked"] and row["is_active"] else None,
            act(
                r.t("Begin anew"),
                "source.again",
                fields,
                r.t("Forget how far {name} was read? Its next delivery is handed in whole.", name=row["id"]),
            )
            if row["kind"] in ("table", "pull", "folder", "upload")
            else None,
        ],
        className="cs-acts",
    )


def _hand_in(r: Reader, rows: list[dict[str, Any]]) -> Any:
    mine = [row for row in rows if row["may_send"] and row["is_active"]]
    if not mine:
        return None
    parts = [
        choose(r.t("Source"), "source", [(row["id"], f"{r.pick(row['name_zh'], row['name_en'])} · {row['id']}") for row in mine]),
        write(r.t("File"), "file", type="file", required=True),
    ]
    words = {
        "taken": r.t("Batch {batch}: {in} rows in = {accepted} accepted + {rejected} rejected + {duplicate} duplicates"),
        "held": r.t("It waits: {message}"),
        "unchanged": r.t("Nothing changed since the last file"),
        "sending": r.t("Sending …"),
    }
    made = form(r.t("Hand a file in"), "", r.t("Send it"), parts, r.t("CSV, Parquet, Excel, JSON or GeoJSON; answered once it is kept."))
    made.children.append(html.Div(className="cs-soft", role="status", **{"data-hand-in-told": "1"}))
    return html.Div(
        html.Div(made, **{"data-hand-in": "1", **{f"data-word-{name}": text for name, text in words.items()}}), className="cs-forms"
    )
