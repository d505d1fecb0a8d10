"""How likely does the load pass its capacity, when, and where first?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.columns import Column, Part, columns, scale_of, twin
from layouts.components.foreseen import ahead, chance, expected, foreseen, foretold, likely, model_name
from layouts.components.said import measured
from layouts.components.sheet import sheet
from layouts.reader import Reader

MW = {"unit": "MW", "decimals": 1}


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """`answer` is of app.forecast.answers.power."""
    one, facts, rows = told["indicator"], answer["facts"], answer["rows"]
    step = min(int(asked.get("k") or 0), len(rows) - 1)
    plot = _plot(r, one, rows, step)
    left = html.Div([html.P(_sentence(r, one, facts), className="fc-sentence"), plot, html.P(_notes(r, one, facts), className="fc-note"),
                     twin(r, _table(r, one, facts, rows))])
    return [html.Div([left, _units(r, city, asked, one, facts)], className="sp-two")]


def _plot(r: Reader, one: dict[str, Any], rows: list[dict[str, Any]], step: int) -> html.Div:
    """The chance hour by hour; where there is next to none, how much of the capacity the load takes."""
    most = max(row["chance"] for row in rows)
    said = [f"{r.step(row['at'], one['cadence'])} · {measured(r, row['expected'], one)} · " + chance(r, row["chance"]) for row in rows]
    if most < 0.01:
        shown = [Column(row["at"], (Part(row["expected"] / row["limit"]),), text) for row, text in zip(rows, said, strict=True)]
        return columns(r, r.t("Expected load as a share of the capacity, hour by hour"), one["cadence"], shown, "100 %", step=step)
    scale = scale_of(most)
    shown = [Column(row["at"], (Part(row["chance"] / scale, kind="is-bad"),), text) for row, text in zip(rows, said, strict=True)]
    return columns(r, r.t("Probability of exceeding the capacity, hour by hour"), one["cadence"], shown, f"{r.number(100 * scale)} %", step=step)


def _sentence(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> list[Any]:
    span, limit = ahead(r, facts["steps"], one["cadence"]), measured(r, facts["limit"], one)
    if facts["any"] < 0.01:
        return [r.t("In the next {span} the load will almost certainly stay below its capacity of {limit}.", span=span, limit=limit)]
    text = r.t("In the next {span} the chance that the load passes its capacity of {limit} at some hour is {share}; it is highest at {when}, {then}.",
               span=span, limit=limit, share="\0", when=r.step(facts["likeliest"]["at"], one["cadence"]),
               then=chance(r, facts["likeliest"]["chance"]))
    before, _, after = text.partition("\0")
    shown = f"≤ {chance(r, facts['any'])}" if facts["is_bound"] and 0.01 < facts["any"] < 0.99 else chance(r, facts["any"])
    return [before, html.B(expected(r, None, one, None, facts["model"], facts["cutoff"], shown),
                           className="fc-chance is-high" if facts["any"] >= 0.5 else "fc-chance"), after]


def _notes(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    found = []
    if facts["capacity_mw"] is not None:
        found.append(r.t("Capacity: {value}, the rated capacity reported with the load ratio at {when}.", value=measured(r, facts["capacity_mw"], MW),
                         when=r.step(facts["capacity_at"], one["cadence"])))
    found.append(r.t("At some hour: errors of neighbouring hours go together by {rho}, seen on {n} earlier forecasts.", rho=r.number(facts["rho"], 2),
                     n=r.number(facts["seen_on"])) if not facts["is_bound"] and facts["rho"] is not None else
                 r.t("At some hour: an upper bound, since how errors of neighbouring hours go together is not known here.")
                 if facts["is_bound"] else r.t("One step ahead alone."))
    found.append(r.t("Forecast by {name}, as known at {when}.", name=model_name(r, facts["model"]), when=r.step(facts["cutoff"], one["cadence"])))
    return [" ".join(found)]


def _table(r: Reader, one: dict[str, Any], facts: dict[str, Any], rows: list[dict[str, Any]]) -> html.Div:
    unit = r.unit_of(one["unit"])
    head = [r.t("Time"), f"{r.t('Expected')} {unit}", r.t("90 % between"), f"{r.t('Capacity')} {unit}", r.t("Chance of exceeding")]
    return sheet(r.t("Probability of exceeding the capacity, hour by hour"), head, [
        [r.step(row["at"], one["cadence"]), foretold(r, one, facts, row["at"], row["expected"]),
         f"{r.compact(row['lo90'], one['decimals'])} – {r.compact(row['hi90'], one['decimals'])}", r.compact(row["limit"], one["decimals"]),
         chance(r, row["chance"])] for row in rows], (1, 2, 3, 4), "fc-table")


def _units(r: Reader, city: str, asked: dict[str, str], one: dict[str, Any], facts: dict[str, Any]) -> html.Div | None:
    """The units below that are the likeliest to pass their own capacity."""
    if facts["units"] is None:
        return None
    if not facts["units"]:
        return html.Div([html.H3(r.t("Units below that may exceed theirs")), html.P(r.t("None is likely to."), className="fc-note")])
    unit = r.unit_of(one["unit"])
    head = [r.t("Unit"), r.t("Chance"), r.t("Likeliest at"), f"{r.t('Expected')} / {r.t('Capacity')} {unit}"]
    rows = [[foreseen(city, asked, r.name(row), "fc-unit", unit=row["code"], k=""),
             likely(r, row["any"]), r.step(row["at"], one["cadence"]),
             expected(r, None, one, row["at"], facts["model"], facts["cutoff"],
                      f"{r.compact(row['expected'], one['decimals'])} / {r.compact(row['limit'], one['decimals'])}")] for row in facts["units"]]
    return html.Div([html.H3(r.t("Units below that may exceed theirs")), sheet(r.t("Units below that may exceed theirs"), head, rows, (1, 3))])
