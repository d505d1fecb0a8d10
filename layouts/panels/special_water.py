"""How likely does the water pass its warning stage, when, and at which gauge?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.columns import Column, Part, columns, scale_of, twin
from layouts.components.foreseen import ahead, chance, expected, foreseen, foretold, likely, model_name
from layouts.components.said import measured
from layouts.components.sheet import sheet
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """`answer` is of app.forecast.answers.water."""
    one, facts, rows = told["indicator"], answer["facts"], answer["rows"]
    first, last = facts["limits"][0], facts["limits"][-1]
    step = min(int(asked.get("k") or 0), len(rows) - 1)
    most = max(row[f"above_{first:g}"] for row in rows)
    scale, is_far = scale_of(most), most < 0.01 and first > 0
    shown = [Column(row["at"], (Part(row["expected"] / first),) if is_far else _parts(row, facts["limits"], scale), _title(r, one, facts, row))
             for row in rows]
    title = r.t("Chance of passing the stages, hour by hour")
    key = html.Div([html.Span([html.I(className="is-watch"), r.t("above {limit}", limit=measured(r, first, one))]),
                    *([html.Span([html.I(className="is-bad"), r.t("above {limit}", limit=measured(r, last, one))])] if last != first else [])],
                   className="sp-key") if not is_far else None
    plot = columns(r, r.t("Expected level, hour by hour, up to the first stage") if is_far else title, one["cadence"], shown,
                   measured(r, first, one) if is_far else f"{r.number(100 * scale)} %", step=step)
    left = html.Div([html.P(_sentence(r, one, facts), className="fc-sentence"), plot, key,
                     html.P(_notes(r, one, facts), className="fc-note"), twin(r, _table(r, one, facts, rows, title))])
    return [html.Div([left, _gauges(r, city, asked, one, facts)], className="sp-two")]


def _title(r: Reader, one: dict[str, Any], facts: dict[str, Any], row: dict[str, Any]) -> str:
    each = [f"> {measured(r, limit, one)}: " + chance(r, row[f"above_{limit:g}"]) for limit in facts["limits"]]
    return " · ".join([r.step(row["at"], one["cadence"]), measured(r, row["expected"], one), *each])


def _parts(row: dict[str, Any], limits: list[float], scale: float) -> tuple[Part, ...]:
    first, last = row[f"above_{limits[0]:g}"], row[f"above_{limits[-1]:g}"]
    if len(limits) == 1:
        return (Part(first / scale, kind="is-watch"),)
    return Part(last / scale, kind="is-bad"), Part((first - last) / scale, kind="is-watch")


def _sentence(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> list[Any]:
    high, first = facts["highest"], facts["likeliest"][0]
    text = r.t("In the next {span} the highest level is expected at {when}: {value} (90 %: {low} to {high}).", value="\0",
               span=ahead(r, facts["steps"], one["cadence"]), when=r.step(high["at"], one["cadence"]), low=r.compact(high["low"], one["decimals"]),
               high=measured(r, high["high"], one))
    before, _, after = text.partition("\0")
    said: list[Any] = [before, html.B(expected(r, high["value"], one, high["at"], facts["model"], facts["cutoff"])), after, " "]
    limit = measured(r, first["limit"], one)
    if first["chance"] < 0.01:
        return [*said, r.t("It is very unlikely to rise above {limit}.", limit=limit)]
    text = r.t("The chance of passing {limit} is highest at {when}, {share}.", limit=limit, when=r.step(first["at"], one["cadence"]), share="\0")
    before, _, after = text.partition("\0")
    return [*said, before, html.B(likely(r, first["chance"])), after]


def _notes(r: Reader, one: dict[str, Any], facts: dict[str, Any]) -> str:
    found = []
    if facts["is_highest"]:
        found.append(r.t("Of the highest of the gauges below: its band is that of the largest of several forecasts, not a sum or a mean."))
    if facts["rain"]:
        found.append(r.t("Rain that has fallen and is still on its way is a factor of the model, through reservoirs that drain by half in {hours} h.",
                         hours=", ".join(f"{hours:g}" for hours in facts["rain"]["halves_h"])) if facts["rain"]["is_used"] else
                     r.t("Rain that has fallen lately was offered as a factor, but repeating the past did better on earlier moments."))
    else:
        found.append(r.t("Rain is not a factor here: none is reported by the hour."))
    found.append(r.t("Forecast by {name}, as known at {when}.", name=model_name(r, facts["model"]), when=r.step(facts["cutoff"], one["cadence"])))
    return " ".join(found)


def _table(r: Reader, one: dict[str, Any], facts: dict[str, Any], rows: list[dict[str, Any]], title: str) -> html.Div:
    head = [r.t("Time"), f"{r.t('Expected')} {r.unit_of(one['unit'])}", r.t("90 % between"),
            *(f"> {measured(r, limit, one)}" for limit in facts["limits"])]
    return sheet(title, head, [
        [r.step(row["at"], one["cadence"]), foretold(r, one, facts, row["at"], row["expected"]),
         f"{r.compact(row['lo90'], one['decimals'])} – {r.compact(row['hi90'], one['decimals'])}",
         *(chance(r, row[f"above_{limit:g}"]) for limit in facts["limits"])] for row in rows], range(1, len(head)), "fc-table")


def _gauges(r: Reader, city: str, asked: dict[str, str], one: dict[str, Any], facts: dict[str, Any]) -> html.Div | None:
    if not facts["gauges"]:
        return None
    title, limit = r.t("Gauges below"), measured(r, facts["limits"][0], one)
    head = [r.t("Unit"), f"{r.t('Highest')} {r.unit_of(one['unit'])}", r.t("When"), f"> {limit}"]
    rows = [[foreseen(city, asked, r.name(row), "fc-unit", unit=row["code"], k=""), foretold(r, one, facts, row["at"], row["highest"]),
             r.step(row["at"], one["cadence"]), likely(r, row["chance"])] for row in facts["gauges"]]
    return html.Div([html.H3(title), sheet(title, head, rows, (1, 3))])
