"""What is expected here, in a sentence, and how sure is it? With the ways to look at something else."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.foreseen import ahead, chance, expected, finer, foreseen, model_name, percent, why_not
from layouts.components.icons import icon
from layouts.components.said import measured
from layouts.reader import Reader

DAY = 86_400


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> html.Div:
    """`told` is app.forecast.page_told.head."""
    one = told["indicator"]
    return html.Div(
        [
            html.Div([_crumbs(r, city, asked, told), _picker(r, city, asked, told) if one else None], className="fc-where"),
            html.Div([_title(r, told), *_sentences(r, told)], className="fc-said"),
            html.Div(_controls(r, city, asked, told), className="fc-hands") if one else None,
            *[html.P([html.B(r.say(error["fact"])), " ", r.say(error["remedy"])], className="fc-refused", role="status")
              for error in told["refused"]],
        ],
        className="fc-head",
    )


def _crumbs(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> html.Nav:
    items = []
    for unit in told["chain"]:
        is_here = unit is told["chain"][-1]
        name = r.t("Whole city") if unit["level"] == "city" else r.name(unit)
        items.append(html.Li(html.Span(name, className="fc-crumb", **{"aria-current": "location"}) if is_here
                             else foreseen(city, asked, name, "fc-crumb", unit=unit["code"], k="")))
    return html.Nav(html.Ol(items), className="fc-crumbs", **{"aria-label": r.t("Position in the city")})


def _picker(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> html.Div:
    """The indicators that can be forecast, by theme."""
    one = told["indicator"]
    rows: list[Any] = []
    for theme in told["themes"]:
        rows.append(html.Div(r.pick(theme["name_zh"], theme["name_en"]), className="fc-theme", role="presentation"))
        for sign in theme["signs"]:
            link = foreseen(city, asked, [r.pick(sign["name_zh"], sign["name_en"]), html.Small(r.unit_of(sign["unit"]))], "cs-menu-item",
                            sign["id"] == one["id"], sign=sign["id"], s="", k="", steps="")
            link.role = "menuitem"
            rows.append(link)
    button = html.Button(
        [html.Span(r.pick(one["name_zh"], one["name_en"])), icon("down", 15)], type="button", className="fc-sign", id="fc-sign-button",
        **{"data-menu": "fc-signs", "aria-haspopup": "true", "aria-expanded": "false",
           "aria-label": r.t("Indicator: {name}", name=r.pick(one["name_zh"], one["name_en"]))})
    return html.Div([button, html.Div(rows, id="fc-signs", className="cs-menu fc-signs", role="menu", hidden=True)], className="cs-menu-place")


def _title(r: Reader, told: dict[str, Any]) -> html.H1:
    one, unit = told["indicator"], told["unit"]
    where = "" if unit is None else r.t("Whole city") if unit["level"] == "city" else r.name(unit)
    if one is None:
        return html.H1(r.t("Forecast"))
    name = r.pick(one["name_zh"], one["name_en"])
    return html.H1([f"{where} · {name}" if where else name, html.Small(r.t("forecast for {span}", span=ahead(r, told["steps"], one["cadence"])))
                    if told["steps"] else None])


def _sentences(r: Reader, told: dict[str, Any]) -> list[Any]:
    line, one = told["line"], told["indicator"]
    if line is None:
        fact, remedy = why_not(r, told["why"])
        return [html.P([html.B(fact), " ", remedy], className="fc-none")]
    found = [html.P([*_course(r, one, line), " ", *_chance(r, one, line), " ", _against(r, line)], className="fc-sentence")]
    if told["stands_in"]:
        text = r.t("This is reported for {name}, not for its parts: that forecast is shown.", name=r.name(told["stands_in"]))
        found.append(html.P(text, className="fc-note"))
    found.append(html.P(_sure(r, one, line), className="fc-sure"))
    if told["cutoff"] is not None:
        when = r.step(told["cutoff"], one["cadence"])
        found.append(html.P([icon("clock", 15), r.t("Replay: as it would have been forecast at {when}, from nothing that came later.", when=when)],
                            className="fc-note is-replay"))
    elif told["is_stale"]:
        text = r.t("The data are old: the newest step is {when}, and the forecast begins there.", when=r.step(line["cutoff"], one["cadence"]))
        found.append(html.P([icon("alert", 15), text], className="fc-note is-stale"))
    return found


def _course(r: Reader, one: dict[str, Any], line: dict[str, Any]) -> list[Any]:
    def point(what: dict[str, Any]) -> html.Span:
        return expected(r, what["value"], one, what["at"], line["model"], line["cutoff"])

    high, low = line["high"], line["low"]
    if measured(r, high["value"], one) == measured(r, low["value"], one):
        before, _, after = r.t("It stays at about {value}.", value="\0").partition("\0")
        return [before, html.B(point(high)), after]
    parts = r.t("Highest {high} at {when}, lowest {low} at {then}.", high="\0", low="\1", when=r.step(high["at"], one["cadence"]),
                then=r.step(low["at"], one["cadence"]))
    before, _, rest = parts.partition("\0")
    middle, _, after = rest.partition("\1")
    return [before, html.B(point(high)), middle, html.B(point(low)), after]


def _chance(r: Reader, one: dict[str, Any], line: dict[str, Any]) -> list[Any]:
    found, breach = line["chance"], one["breach"]
    if found is None or breach is None:
        return []
    limit = measured(r, breach["limit"], one)
    if found["chance"] < 0.01:
        return [r.t("It is very unlikely to rise above {limit}.", limit=limit) if breach["is_upwards"] else
                r.t("It is very unlikely to fall below {limit}.", limit=limit)]
    text = r.t("It may rise above {limit}: the chance is highest at {when}, {share}.", limit=limit, when=r.step(found["at"], one["cadence"]),
               share="\0") if breach["is_upwards"] else \
        r.t("It may fall below {limit}: the chance is highest at {when}, {share}.", limit=limit, when=r.step(found["at"], one["cadence"]), share="\0")
    before, _, after = text.partition("\0")
    number = expected(r, None, one, found["at"], line["model"], line["cutoff"], chance(r, found["chance"]))
    return [before, html.B(number, className="fc-chance is-high" if found["chance"] >= 0.5 else "fc-chance"), after]


def _against(r: Reader, line: dict[str, Any]) -> str:
    found = []
    for row in line["against"]:
        if row["share"] is None:
            continue
        name = {"day": r.t("the day before"), "week": r.t("the week before"), "year": r.t("the year before")}[row["lag"]]
        share = percent(r, abs(row["share"]), 1 if abs(row["share"]) < 0.1 else 0)
        if abs(row["share"]) < 0.005:
            found.append(r.t("about as {when}", when=name))
        else:
            found.append(r.t("{share} more than {when}", share=share, when=name) if row["share"] > 0 else
                         r.t("{share} less than {when}", share=share, when=name))
    joined = ("，" if r.language == "zh" else ", ").join(found)
    return r.t("On average {what}.", what=joined) if found else ""


def _sure(r: Reader, one: dict[str, Any], line: dict[str, Any]) -> list[Any]:
    half = expected(r, line["half"], one, None, line["model"], line["cutoff"], f"±{measured(r, line['half'], {**one, 'decimals': finer(one)})}")
    before, _, after = r.t("How sure: four times out of five it lies within {half}.", half="\0").partition("\0")
    found: list[Any] = [before, half, after]
    if line["mae"] is not None:
        mae = measured(r, line["mae"], {**one, "decimals": finer(one)})
        found += [" ", r.t("In the backtest it was {mae} off on average over all units compared.", mae=mae)]
    if line["beats_naive"] is False:
        found += [" ", html.B(r.t("It is no better than repeating the past, so take it as that."), className="fc-naive")]
    return [*found, " ", html.Small(r.t("Forecast by {name}, as known at {when}.", name=model_name(r, line["model"]),
                                        when=r.step(line["cutoff"], one["cadence"])))]


def _controls(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    one = told["indicator"]
    usual, farthest = told["usual"], told["farthest"]
    spans = sorted({n for n in (max(1, usual // 2), usual, farthest) if n})
    links = [foreseen(city, asked, ahead(r, n, one["cadence"]), "fc-period", n == told["steps"], steps="" if n == usual else str(n), k="")
             for n in spans]
    found: list[Any] = [html.Div([html.Span(r.t("Ahead")), *links], className="fc-periods", role="group", **{"aria-label": r.t("How far ahead")})]
    newest = told["cutoff"] or (told["line"] or {}).get("cutoff")
    if newest:
        lags = (("day", DAY), ("week", 7 * DAY)) if one["cadence"].startswith("PT") else (("week", 7 * DAY), ("month", 30 * DAY))
        names = {"day": r.t("a day earlier"), "week": r.t("a week earlier"), "month": r.t("a month earlier")}
        back = [foreseen(city, asked, names[name], "fc-period", at=str(newest - lag), k="", s="") for name, lag in lags]
        now = foreseen(city, asked, r.t("from now"), "fc-period", told["cutoff"] is None, at="", k="")
        found.append(html.Div([html.Span(r.t("As forecast")), now, *back], className="fc-periods", role="group",
                              **{"aria-label": r.t("From which moment")}))
    return found
