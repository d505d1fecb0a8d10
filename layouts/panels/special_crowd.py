"""When and where will it be most crowded, and is it the crowd model that says so?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.columns import Column, Part, columns, twin
from layouts.components.foreseen import ahead, expected, finer, foreseen, foretold, model_name
from layouts.components.said import measured
from layouts.components.sheet import sheet
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """`answer` is of app.forecast.answers.crowd."""
    one, facts, rows = told["indicator"], answer["facts"], answer["rows"]
    most = max(max(row["hi90"] for row in rows), 1e-9)
    title = r.t("Expected people, step by step")
    shown = [Column(row["at"], (Part(row["expected"] / most),), _title(r, one, row)) for row in rows]
    plot = columns(r, title, one["cadence"], shown, r.compact(most, one["decimals"]), step=min(int(asked.get("k") or 0), len(rows) - 1))
    left = html.Div([html.P(_sentence(r, one, facts), className="fc-sentence"), plot, html.P(_notes(r, one, facts), className="fc-note"),
                     twin(r, _table(r, one, facts, rows, title))])
    return [html.Div([left, _places(r, city, asked, one, facts)], className="sp-two")]


def _title(r: Reader, one: dict[str, Any], row: dict[str, Any]) -> str:
    band = r.t("90 %: {low} to {high}", low=r.compact(row["lo90"], one["decimals"]), high=r.compact(row["hi90"], one["decimals"]))
    return f"{r.step(row['at'], one['cadence'])} · {measured(r, row['expected'], one)} · {band}"


def _sentence(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> list[Any]:
    high, low = facts["busiest"], facts["quietest"]
    text = r.t("In the next {span} it is fullest at {when}: {value} (90 %: {low} to {high}), and emptiest at {then}.", value="\0",
               span=ahead(r, facts["steps"], one["cadence"]), when=r.step(high["at"], one["cadence"]), then=r.step(low["at"], one["cadence"]),
               low=r.compact(high["lo90"], one["decimals"]), high=measured(r, high["hi90"], one))
    before, _, after = text.partition("\0")
    return [before, html.B(expected(r, high["expected"], one, high["at"], facts["model"], facts["cutoff"])), after]


def _notes(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> str:
    fine = {**one, "decimals": finer(one)}
    if facts["is_champion"]:
        found = r.t("The crowd model says so: hours lately, days and weeks before, neighbours, weather and holidays. It did best of all models "
                    "compared.")
    elif facts["is_tried"]:
        found = r.t("The crowd model was compared and did not win: it was {crowd} off on average, {model} {mae}.",
                    model=model_name(r, facts["model"]), crowd=measured(r, facts["crowd_mae"], fine), mae=measured(r, facts["mae"], fine))
    else:
        found = r.t("The crowd model is compared with the others when a model is chosen; a quick model stands in until then.")
    by = r.t("Forecast by {name}, as known at {when}.", name=model_name(r, facts["model"]), when=r.step(facts["cutoff"], one["cadence"]))
    return f"{found} {by}"


def _table(r: Reader, one: dict[str, Any], facts: dict[str, Any], rows: list[dict[str, Any]], title: str) -> html.Div:
    head = [r.t("Time"), f"{r.t('Expected')} {r.unit_of(one['unit'])}", r.t("80 % between"), r.t("90 % between")]
    return sheet(title, head, [
        [r.step(row["at"], one["cadence"]), foretold(r, one, facts, row["at"], row["expected"]),
         *(f"{r.compact(row[f'lo{share}'], one['decimals'])} – {r.compact(row[f'hi{share}'], one['decimals'])}" for share in (80, 90))]
        for row in rows], (1, 2, 3), "fc-table")


def _places(r: Reader, city: str, asked: dict[str, str], one: dict[str, Any], facts: dict[str, Any]) -> html.Div | None:
    if not facts["places"]:
        return None
    title = r.t("Where it will be fullest")
    head = [r.t("Unit"), r.t("When"), f"{r.t('Expected')} {r.unit_of(one['unit'])}", r.t("90 % between")]
    rows = [[foreseen(city, asked, r.name(row), "fc-unit", unit=row["code"], k=""), r.step(row["at"], one["cadence"]),
             foretold(r, one, facts, row["at"], row["expected"]),
             f"{r.compact(row['lo90'], one['decimals'])} – {r.compact(row['hi90'], one['decimals'])}"] for row in facts["places"]]
    return html.Div([html.H3(title), sheet(title, head, rows, (2, 3))])
