"""Rows that came back: what a department has to sign for and correct, and what a steward reviews and closes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.components.still import still
from layouts.pages.data import dataset
from layouts.pages.quality import flow, state_name
from layouts.reader import Reader


def returned_page(r: Reader, city: dict[str, Any], place: dict[str, Any], body: list[Any]) -> html.Div:
    """`place` {city, item, state} is what the page shows; `body` from `returned_body`."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.RETURNED_ACT),
            dcc.Store(id=ids.RETURNED_PLACE, data=place),
            html.H1(r.t("Rows that came back in {city}", city=r.pick(city["name_zh"], city["name_en"]))),
            html.P(r.t("Pushed → signed for → corrected → reviewed → closed. The department that handed the rows in signs and corrects; "
                       "a data steward reviews and closes."), className="cs-soft"),
            html.Div(body, id=ids.RETURNED_BODY),
        ],
        className="cs-document cs-quality",
    )


def returned_body(r: Reader, place: dict[str, Any], board: list[dict[str, Any]], items: list[dict[str, Any]], chosen: dict[str, Any] | None,
                  rules: dict[tuple[str, str, str], tuple[str, str]], told: str = "") -> list[Any]:
    """The five states, the item that is open (`chosen`, with `rows` and `events`), and the list; `told` is what was just done."""
    link = f"/returned?city={place['city']}"
    shown = [row for row in items if not place["state"] or row["state"] == place["state"]]
    return [
        html.P(told, className="cs-told", role="status") if told else None,
        flow(r, board, link, place["state"]),
        _item(r, place, chosen, rules) if chosen else None,
        html.H2(state_name(r, place["state"]) if place["state"] else r.t("All items")),
        html.P(html.A(r.t("Show all states"), href=link, className="cs-act")) if place["state"] else None,
        _list(r, link, shown, chosen["item"] if chosen else 0) if shown else
        empty(r.t("Nothing waits here"), r.t("Rows that break a rule appear here as soon as they come in."), "clipboard-check"),
    ]


def _item(r: Reader, place: dict[str, Any], row: dict[str, Any], rules: dict[tuple[str, str, str], tuple[str, str]]) -> html.Section:
    may_upload = "correct" in row["acts"]
    return html.Section(
        [
            html.H2(r.t("Item {n}", n=r.number(row["item"]))),
            still(html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in (
                (r.t("State"), state_name(r, row["state"])), (r.t("Dataset"), dataset(r, row["dataset"])), (r.t("Department"), _owner(r, row)),
                (r.t("Batch"), f"{row['batch']} · {row['file_name']}"), (r.t("Rejected rows"), r.number(row["row_count"])),
                (r.t("Due"), _due(r, row)), (r.t("Reminders"), r.number(row["reminders"])),
                (r.t("Corrected by batch"), str(row["corrected_batch"] or "–")))], className="cs-facts-list")),
            _acts(r, row),
            html.Div([
                html.A(r.t("Download the rejected rows (CSV)"), href=f"/returned/{place['city']}/{row['item']}.csv", className="cs-act"),
                dcc.Upload(html.Span(r.t("Upload the corrected rows (CSV)"), className="cs-act"), id=ids.RETURNED_UPLOAD, accept=".csv,text/csv",
                           max_size=48_000_000, className="cs-upload") if may_upload else None,
                html.Small(r.t("Mend the values and leave the columns as they are; the rows come in again as a new batch that corrects this one.")
                           if may_upload else "", className="cs-soft"),
            ], className="cs-acts"),
            html.H3(r.t("What is wrong")),
            _rejects(r, row, rules),
            html.H3(r.t("What was done")),
            _events(r, row),
        ],
        className="cs-item",
    )


def _acts(r: Reader, row: dict[str, Any]) -> html.Div:
    words = {"sign": r.t("Sign for it"), "review": r.t("Reviewed: it is right"), "close": r.t("Close"), "remind": r.t("Remind")}
    plain = [html.Button(word, type="button", className="cs-do" if act != "remind" else "cs-act",
                         **{"data-returned": act, "data-field-item": str(row["item"])})
             for act, word in words.items() if act in row["acts"]]
    noted = {"explain": (r.t("Corrected without an upload"), r.t("Why: withdrawn, mended at the source, …")),
             "return": (r.t("Send back"), r.t("What is still wrong"))}
    forms = [html.Form([
        dcc.Input(name="note", placeholder=hint, maxLength=400, debounce=True, autoComplete="off"),
        html.Button(word, type="submit", className="cs-act")],
        className="cs-noted", **{"data-returned-form": act, "data-field-item": str(row["item"])})
        for act, (word, hint) in noted.items() if act in row["acts"]]
    return html.Div([*plain, *forms], className="cs-acts")


def _rejects(r: Reader, row: dict[str, Any], rules: dict[tuple[str, str, str], tuple[str, str]]) -> html.Div:
    head = [r.t("Row"), r.t("Column"), r.t("Value (masked)"), r.t("Rule")]
    cells = []
    for one in row["rows"]:
        zh, en = rules.get((row["dataset"], one["rule"], one["column_name"]), ("", ""))
        cells.append([r.number(one["row"]), html.Code(one["column_name"]), one["masked_value"] if one["masked_value"] is not None else r.t("(empty)"),
                      html.Span([r.pick(zh, en), " ", html.Code(one["rule"])])])
    more = row["row_count"] - len(row["rows"])
    return html.Div([sheet(r.t("What is wrong"), head, cells),
                     html.Small(r.t("and {n} more in the file", n=r.number(more)), className="cs-soft") if more > 0 else None])


def _events(r: Reader, row: dict[str, Any]) -> Any:
    names = {"push": r.t("pushed"), "sign": r.t("signed for"), "correct": r.t("corrected"), "explain": r.t("corrected without an upload"),
             "return": r.t("sent back"), "review": r.t("reviewed"), "close": r.t("closed"), "remind": r.t("reminded")}
    lines = [html.Li([html.Time(_when(r, one["acted_at"])), html.B(names.get(one["act"], one["act"])),
                      html.Span(r.t("the system") if one["who"] == "system" else one["who"]),
                      html.Span(r.t("batch {n}", n=r.number(one["batch"]))) if one["batch"] else None,
                      html.Span(one["note"], className="cs-soft") if one["note"] else None]) for one in row["events"]]
    return still(html.Ol(lines, className="cs-events"))


def _list(r: Reader, link: str, items: list[dict[str, Any]], chosen: int) -> html.Div:
    head = [r.t("Item"), r.t("State"), r.t("Department"), r.t("Dataset"), r.t("Rejected rows"), r.t("Pushed"), r.t("Due"), r.t("File")]
    rows = [[html.A(r.number(row["item"]), href=f"{link}&item={row['item']}", **({"aria-current": "true"} if row["item"] == chosen else {})),
             html.Span(state_name(r, row["state"]), className="cs-chip"), _owner(r, row), dataset(r, row["dataset"]), r.number(row["row_count"]),
             _when(r, row["pushed_at"]), _due(r, row), row["file_name"]] for row in items]
    return sheet(r.t("All items"), head, rows, (4,))


def _owner(r: Reader, row: dict[str, Any]) -> str:
    return r.pick(row["owner_zh"], row["owner_en"]) if row["owner_zh"] else row["owner"]


def _due(r: Reader, row: dict[str, Any]) -> Any:
    if row["due_at"] is None:
        return "–"
    text = _when(r, row["due_at"])
    return html.Span(r.t("{when}, overdue", when=text), className="cs-figure-bad") if row["is_overdue"] else text


def _when(r: Reader, at: datetime) -> str:
    return r.moment(int(at.replace(tzinfo=UTC).timestamp()))
