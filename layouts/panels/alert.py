"""One alert: how grave, where, since when, what the rule says, what is to be done, what was done, and the next step."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.drawn import Spark, onward
from layouts.components.icons import icon
from layouts.components.still import still
from layouts.components.traced import traced, value_key
from layouts.reader import Reader

STATES = ("raised", "acknowledged", "assigned", "handled", "verified", "closed")


def severity_name(r: Reader, severity: str) -> str:
    """The four national colours by name."""
    return {"red": r.t("Red"), "orange": r.t("Orange"), "yellow": r.t("Yellow"), "blue": r.t("Blue")}.get(severity, severity)


def state_name(r: Reader, state: str) -> str:
    """A state in words."""
    return {"raised": r.t("raised"), "acknowledged": r.t("acknowledged"), "assigned": r.t("assigned"), "handled": r.t("handled"),
            "verified": r.t("verified"), "closed": r.t("closed")}.get(state, state)


def act_name(r: Reader, act: str) -> str:
    """What was done, in words."""
    return {"raise": r.t("raised"), "again": r.t("came back"), "lift": r.t("graver"), "end": r.t("over by now"), "pass": r.t("closed by itself"),
            "escalate": r.t("overdue, told again"), "acknowledge": r.t("acknowledged"), "assign": r.t("assigned"), "handle": r.t("handled"),
            "return": r.t("sent back"), "verify": r.t("verified"), "close": r.t("closed"), "dismiss": r.t("dismissed"),
            "note": r.t("noted")}.get(act, act)


def alert_name(r: Reader, row: dict[str, Any]) -> str:
    """What an alert or a card is called."""
    return r.pick(row["name_zh"], row["name_en"])


def place_name(r: Reader, row: dict[str, Any]) -> str:
    """Where it is: the unit, or the area and how many units."""
    name = r.pick(row["unit_name_zh"], row["unit_name_en"])
    area = r.pick(row["area_zh"], row["area_en"])
    return f"{area} · {name}" if area and area != name else name


def values(r: Reader, row: dict[str, Any], indicator: dict[str, Any]) -> str:
    """The value and its limit."""
    if row["value"] is None:
        return r.t("nothing reported")
    unit, decimals = r.unit_of(indicator["unit"]), indicator["decimals"]
    shown = f"{r.compact(row['value'], decimals)} {unit}".strip()
    return shown if row["limit"] is None else r.t("{value}, limit {limit}", value=shown, limit=r.compact(row["limit"], decimals))


def rule_words(r: Reader, rule: Any, indicator: dict[str, Any]) -> list[Any]:
    """Every colour of a rule in words."""
    lines = []
    for severity, terms in reversed(rule.colours):
        said = r.pick("，且", " and ").join(_term(r, term, indicator) for term in terms)
        lines.append(html.Li([html.Span(severity_name(r, severity), className=f"al-sev al-{severity}"), html.Span(said)]))
    more = []
    if rule.duration_s:
        more.append(r.t("held for {n} h", n=r.number(rule.duration_s / 3600, 0 if rule.duration_s % 3600 == 0 else 1)))
    if rule.hysteresis:
        more.append(r.t("ends {n} beyond the mildest limit", n=r.number(rule.hysteresis, 0 if rule.hysteresis >= 1 else 2)))
    if rule.quiet:
        since, until = (f"{second // 3600:02}:{second % 3600 // 60:02}" for second in rule.quiet)
        more.append(r.t("told after the quiet hours {since}–{until}", since=since, until=until))
    return [html.Ul(lines, className="al-rule"), html.P(r.pick("；", "; ").join(more), className="cs-soft") if more else None]


def _term(r: Reader, term: Any, indicator: dict[str, Any]) -> str:
    name, unit = r.pick(indicator["name_zh"], indicator["name_en"]), r.unit_of(indicator["unit"])
    places = 0 if float(term.limit).is_integer() else max(1, indicator["decimals"])
    limit = f"{r.number(abs(term.limit) if term.what != 'value' else term.limit, places)} {unit}".strip()
    op = {">=": "≥", "<=": "≤"}.get(term.op, term.op)
    if term.what == "value":
        return f"{name} {op} {limit}"
    if term.what == "score" and term.limit < 0:
        return r.t("{n} robust standard deviations below usual", n=r.number(-term.limit))
    if term.what in ("score", "abs(score)"):
        said = r.t("{n} robust standard deviations above usual") if term.what == "score" else r.t("{n} robust standard deviations off usual")
        return said.format(n=r.number(term.limit))
    if term.what == "above":
        return r.t("at least {n} above usual", n=limit)
    if term.what == "below":
        return r.t("at least {n} below usual", n=limit)
    hours = r.number(term.seconds / 3600)
    if term.what == "change":
        return r.t("changed by {n} within {hours} h", n=f"{op} {limit}", hours=hours)
    if term.what == "change_pct":
        return r.t("changed by {n} within {hours} h", n=f"{op} {r.number(term.limit)} %", hours=hours)
    return r.t("nothing reported for {hours} h", hours=r.number(term.limit / 3600))


def alert_panel(r: Reader, place: dict[str, Any], row: dict[str, Any], told: dict[str, Any]) -> html.Aside:
    """`told`: indicator, rule, procedure, values and times of the series, owner, acts, departments, group (how many), limits."""
    indicator, rule, procedure = told["indicator"], told["rule"], told["procedure"]
    link = f"/map?city={place['city']}&indicator={row['indicator']}&units={row['unit_code']}"
    name = alert_name(r, row)
    facts = [
        (r.t("Where"), place_name(r, row)), (r.t("Value when raised"), _value(r, row, indicator)),
        (r.t("Usual here"), r.compact(row["usual"], indicator["decimals"]) if row["usual"] is not None else None),
        (r.t("Farthest"), r.compact(row["peak"], indicator["decimals"]) if row["peak"] is not None else None),
        (r.t("Newest value"), r.compact(row["last_value"], indicator["decimals"]) if row["last_value"] is not None else None),
        (r.t("Began"), r.moment(row["began_at"])), (r.t("Raised at"), r.moment(row["raised_at"])),
        (r.t("Passed"), r.moment(row["ended_at"]) if row["ended_at"] else r.t("still on")),
        (r.t("State"), state_name(r, row["state"])), (r.t("Department"), told["owner"]),
        (r.t("Next step due"), html.Span(r.moment(row["due_at"]), className="al-late" if row["is_overdue"] else None) if row["due_at"] else None),
        (r.t("Told again"), r.number(row["escalation"]) if row["escalation"] else None),
    ]
    return html.Aside(
        [
            still(html.Div([
                html.Div([html.Span(severity_name(r, row["severity"]), className=f"al-sev al-{row['severity']}"),
                          html.H2(name, title=name), html.A(icon("close", 16), href=_without(place), className="cs-icon-button",
                                                            **{"data-alert-open": "0", "aria-label": r.t("Close the alert")})], className="al-head"),
                html.Dl([html.Div([html.Dt(word), html.Dd(value)]) for word, value in facts if value is not None], className="cs-facts-list"),
                Spark(values=told["values"], limits=told["limits"], height=84, label=r.t("Course of {name}", name=name[:80]),
                      **onward(told["ahead"])),
                html.Div([html.Span(r.moment(told["times"][0])), html.Span(r.moment(told["times"][-1]))], className="cs-spark-axis")
                if told["times"] else None,
                html.Div([html.A([icon("map", 16), r.t("Map")], href=link, className="cs-act"),
                          html.A([icon("chart", 16), r.t("Series")], href=f"{link}&tab=chart", className="cs-act"),
                          html.A([icon("heartbeat", 16), r.t("Vital sign")], href=f"/signs?city={place['city']}&indicator={row['indicator']}",
                                 className="cs-act")], className="al-links"),
            ])),
            _acts(r, row, told),
            still(html.Div([
                html.H3(r.t("The rule")), *(rule_words(r, rule, indicator) if rule is not None
                                            else [html.P(r.t("The rule is gone by now."), className="cs-soft")]),
                html.H3(r.t("What is to be done")), _procedure(r, procedure),
                html.H3(r.t("What was done")), _steps(r, row),
            ])),
        ],
        className="al-panel",
        **{"aria-label": name[:200]},
    )


def _value(r: Reader, row: dict[str, Any], indicator: dict[str, Any]) -> Any:
    text = values(r, row, indicator)
    return traced(r, text, value_key(row["indicator"], row["unit_code"], row["began_at"] if row["value"] is None else None)) if text else text


def _without(place: dict[str, Any]) -> str:
    return "/alerts?" + "&".join(f"{name}={value}" for name, value in place.items() if value and name != "alert")


def _procedure(r: Reader, procedure: dict[str, str] | None) -> Any:
    if procedure is None:
        return html.P(r.t("No procedure is written down for this rule."), className="cs-soft")
    text = r.pick(procedure["steps_zh"], procedure["steps_en"])
    steps = [part.strip(" ;；").lstrip("①②③④⑤⑥⑦⑧⑨0123456789. ") for part in text.replace("；", ";").split(";")]
    return html.Ol([html.Li(step) for step in steps if step], className="al-procedure")


def _steps(r: Reader, row: dict[str, Any]) -> html.Ol:
    return html.Ol([html.Li([html.Time(r.moment(one["happened_at"])), html.B(act_name(r, one["act"])),
                             html.Span(r.t("the system") if one["who"] == "system" else one["who"]),
                             html.Span(one["note"], className="cs-soft") if one["note"] else None]) for one in row["events"]], className="cs-events")


def _acts(r: Reader, row: dict[str, Any], told: dict[str, Any]) -> Any:
    acts = told["acts"]
    if not acts:
        return None
    plain = {"acknowledge": r.t("Acknowledge"), "verify": r.t("Verified: it is over"), "close": r.t("Close")}
    noted = {"handle": (r.t("Handled"), r.t("What was done")), "return": (r.t("Send back"), r.t("What is still wrong")),
             "dismiss": (r.t("False alarm"), r.t("Why it is none")), "note": (r.t("Add a note"), r.t("What should be known"))}
    found: list[Any] = []
    if told["group"] > 1:
        every = r.t("all {n} of this group that stand where it stands", n=r.number(told["group"]))
        found.append(html.Select([html.Option(r.t("only this alert"), value="false"), html.Option(every, value="true")], id="alerts-group",
                                 className="al-group", **{"aria-label": r.t("What the step is done to")}))
    number = {"data-field-number": str(row["number"])}
    found += [html.Button(word, type="button", className="cs-do", **{"data-alert-act": act, **number}) for act, word in plain.items() if act in acts]
    if "assign" in acts:
        names = sorted(told["departments"].items(), key=lambda one: one[0] != row["owner"])
        found.append(html.Form([html.Select([html.Option(name, value=id) for id, name in names], name="to", **{"aria-label": r.t("Department")}),
                                _note(r.t("What is asked for")), html.Button(r.t("Assign"), type="submit", className="cs-act")],
                               className="al-form", **{"data-alert-form": "assign", **number}))
    found += [html.Form([_note(hint), html.Button(word, type="submit", className="cs-act")], className="al-form",
                        **{"data-alert-form": act, **number}) for act, (word, hint) in noted.items() if act in acts]
    return still(html.Div(found, className="al-acts"))


def _note(hint: str) -> html.Textarea:
    return html.Textarea(name="note", placeholder=hint, maxLength=400, rows=1, **{"aria-label": hint})
