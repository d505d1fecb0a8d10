"""The morning brief in words: every statement one sentence, every number in it named; for the page and for the PDF alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from layouts.components.picture import picture
from layouts.components.said import beyond, city_word, measured, names_of, severity, state
from layouts.components.traced import traced
from layouts.drawing import Drawing, course_drawing, map_drawing
from layouts.reader import Reader

_MARK = re.compile("\x01(\\w+)\x01")


@dataclass(frozen=True)
class Said:
    """A piece of a sentence: text, and the key of the number where it is one."""

    text: str
    key: str = ""


@dataclass(frozen=True)
class Part:
    """A section in words: heading, sentences, figures with their captions."""

    id: str
    title: str
    sentences: tuple[tuple[Said, ...], ...]
    figures: tuple[Drawing, ...]


def title_of(r: Reader, brief: Any) -> str:
    """What the brief is called."""
    return r.t("Morning brief of {city}", city=r.pick(brief.name_zh, brief.name_en))


def parts(r: Reader, brief: Any) -> list[Part]:
    """`brief` is app.brief.morning.compose's answer; its sections in the reader's language."""
    titles = {"headline": r.t("In short"), "changes": r.t("Beyond the usual"), "alerts": r.t("Alerts and their handling"),
              "service": r.t("Service"), "quality": r.t("Data quality"), "outlook": r.t("Outlook")}
    return [Part(section.id, titles[section.id], tuple(tuple(sentence(r, one)) for one in section.statements), tuple(_figures(r, section)))
            for section in brief.sections]


def sentence(r: Reader, one: Any) -> list[Said]:
    """A statement as pieces: its text with the numbers in their places."""
    shown = {name: number_text(r, number) for name, number in one.numbers.items()}
    marks = {name: f"\x01{name}\x01" for name in one.numbers}
    found = []
    for place, text in enumerate(_MARK.split(_text(r, one, marks))):
        if place % 2:
            found.append(Said(shown[text], one.numbers[text].key))
        elif text:
            found.append(Said(text))
    return found


def number_text(r: Reader, number: Any) -> str:
    """A number as it is written; a change with its sign is the sentence's part."""
    if number.indicator is None:
        return r.number(number.value, number.decimals)
    sign = ("+" if number.value > 0 else "−" if number.value < 0 else "±") if number.is_signed else ""
    if sign and number.indicator["unit"] == "%":
        return sign + r.t("{value} percentage points", value=r.compact(abs(number.value), number.indicator["decimals"]))
    return sign + measured(r, abs(number.value) if sign else number.value, number.indicator)


def _text(r: Reader, one: Any, n: dict[str, str]) -> str:
    about = one.about
    name = r.pick(about["indicator"]["name_zh"], about["indicator"]["name_en"]) if "indicator" in about else ""
    when = r.step(about["at"], about["indicator"]["cadence"]) if "at" in about else ""
    if one.kind == "city":
        word = city_word(r, about["status"])
        return r.t("{word}: its health scores {score} of 100; {green} themes are green, {amber} amber, {red} red.", word=word, **n)
    if one.kind == "signs":
        return r.t("Of {all} vital signs {amber} are amber and {red} red.", **n)
    if one.kind == "theme":
        theme = r.pick(about["theme"]["name_zh"], about["theme"]["name_en"])
        return r.t("{theme} scores {score}; not green are: {signs}.", theme=theme, signs=names_of(r, about["signs"], 6), **n)
    if one.kind == "beyond":
        if about["more"]:
            return r.t("{name} stood at {value} ({when}), above its usual {low} to {high}.", name=name, when=when, **n)
        return r.t("{name} stood at {value} ({when}), below its usual {low} to {high}.", name=name, when=when, **n)
    if one.kind == "moved":
        unit = r.pick(about["unit"]["name_zh"], about["unit"]["name_en"]) or about["unit"]["code"]
        return r.t("Within a day {name} changed by {change}; {unit} added most to it: {moved}.", name=name, unit=unit, **n)
    if one.kind == "alerts":
        return r.t("{open} alerts are open, {overdue} of them overdue.", **n)
    if one.kind == "no_alerts":
        return r.t("Open alerts: {open}.", **n)
    if one.kind == "alert":
        row, owner = about["alert"], about["owner"]
        who = r.pick(owner["name_zh"], owner["name_en"]) if owner else row["owner"]
        return r.t("{severity} alert: {what} at {where}, {value} ({beyond}), since {time}; {state}, with {who}.",
                   severity=severity(r, row["severity"]), what=r.pick(row["name_zh"], row["name_en"]), where=r.name(row["unit"]),
                   beyond=beyond(r, row) or r.t("by rule"), time=r.moment(row["began_at"]), state=state(r, row["state"]), who=who, **n)
    if one.kind == "handling":
        return r.t("By step: {raised} raised, {acknowledged} acknowledged, {assigned} assigned, {handled} handled, {verified} verified; "
                   "{closed} closed within a day.", **n)
    if one.kind == "service":
        return r.t("{open} service cases are open; {overdue} have broken their promise, {due} are due before the day ends.", **n)
    if one.kind == "queue":
        return r.t("A queue builds at {department} in {district}: {open} cases wait, {growth} more than a week ago.",
                   department=r.pick(*about["department"]), district=r.pick(*about["district"]), **n)
    if one.kind == "fresh":
        return r.t("{fresh} of {all} vital signs are as fresh as they should be.", **n)
    if one.kind == "old":
        return r.t("{name} is old: {value} of {when}.", name=name, when=when, **n)
    if one.kind == "rows":
        return r.t("Within 24 hours {row_in} rows came in: {accepted} accepted, {rejected} rejected, {duplicate} known already.", **n)
    if one.kind == "ahead":
        return r.t("{name}, at {value} now, usually lies between {low} and {high} by {until} (learnt from {days} earlier days; not a forecast).",
                   name=name, until=r.moment(about["until"], "weekday"), **n)
    if one.kind == "forecast":
        said = {key: mark for key, mark in n.items() if key not in ("chance", "limit")}
        first = r.t("{name}, at {value} now, is forecast at {usual} by {until} (nine times in ten between {low} and {high}).",
                    name=name, until=r.moment(about["until"], "weekday"), **said)
        if "chance" not in n:
            return first
        return first + r.t(" The chance that it passes {limit} around {time} is {chance} %.", limit=n["limit"], chance=n["chance"],
                           time=r.moment(about["breach"]["at"], "weekday"))
    raise KeyError(one.kind)


def _figures(r: Reader, section: Any) -> list[Drawing]:
    found: list[Drawing | None] = []
    for row in section.courses:
        one, known = row["indicator"], [value for value in row["values"] if value is not None]
        every = known + [step[end] for step in row["ahead"] for end in ("low", "high")]
        if not known:
            continue
        name = r.pick(one["name_zh"], one["name_en"])
        unit = r.unit_of(one["unit"])
        label = f"{name} ({unit})" if unit else name
        ends = (r.compact(min(every), one["decimals"]), r.compact(max(every), one["decimals"]))
        found.append(course_drawing(row["times"], row["values"], label, _days(r, row["times"]), row["ahead"], one["thresholds"], ends))
    for row in section.maps:
        found.append(map_drawing(row["areas"], r.t("{name} by area", name=r.pick(row["indicator"]["name_zh"], row["indicator"]["name_en"]))))
    return [drawing for drawing in found if drawing is not None]


def _days(r: Reader, times: list[int]) -> list[tuple[int, str]]:
    """The local midnights between the first and the last time, with the day that begins."""
    zone = ZoneInfo(r.zone)
    day = datetime.fromtimestamp(times[0], zone).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found = []
    while day.timestamp() <= times[-1] and len(found) < 40:
        found.append((int(day.timestamp()), r.moment(int(day.timestamp()), "day")))
        day = (day + timedelta(days=1)).replace(tzinfo=zone)
    return found


def brief_article(r: Reader, brief: Any, is_live: bool = True) -> html.Article:
    """The brief as markup; `is_live`: numbers open where they come from (a kept file has no such page behind it)."""
    told = parts(r, brief)
    head = [html.H1(title_of(r, brief)), html.P([r.moment(brief.at, "full"), " · ", r.t("Synthetic demo data")] if brief.is_synthetic
                                                else r.moment(brief.at, "full"), className="cs-soft")]
    body = [html.Section([html.H2(part.title), *(html.P(_pieces(r, pieces, is_live)) for pieces in part.sentences),
                          html.Div([_figure(drawing) for drawing in part.figures], className="morning-figures") if part.figures else None])
            for part in told]
    return html.Article([*head, *(body or [html.P(r.t("There is no data yet, so there is nothing to say."))])], className="morning")


def _pieces(r: Reader, pieces: tuple[Said, ...], is_live: bool) -> list[Any]:
    return [html.B(one.text) if one.key and not is_live else traced(r, one.text, one.key) if one.key else one.text for one in pieces]


def _figure(drawing: Drawing) -> html.Figure:
    return html.Figure([picture(drawing), html.Figcaption(drawing.label)])
