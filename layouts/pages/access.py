"""Accounts and rights: who may sign in, what they may see and do, where, up to which privacy level."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.components.marks import empty
from layouts.reader import Reader


def access_page(r: Reader) -> html.Div:
    """The frame of the page; what is in it comes from the server as far as the viewer may see it."""
    return html.Div(
        [
            dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
            dcc.Store(id=ids.ACCESS_ACT),
            html.H1(r.t("Accounts and rights")),
            html.P(
                r.t(
                    "A right is what a role may do, in a subtree of units, up to a privacy level. System, security and audit are kept apart: "
                    "one account has one of these roles at most."
                ),
                className="cs-soft",
            ),
            html.Div(html.P(r.t("Loading …"), className="cs-soft", role="status"), id=ids.ACCESS_BODY),
        ],
        className="cs-document cs-access",
    )


def access_body(r: Reader, state: dict[str, Any], may_change: bool, told: dict[str, str] | None = None) -> list[Any]:
    """Everything below the title. `told`: what was just done {what, name, secret}; without `may_change` there are no buttons."""
    return [
        _told(r, told) if told else None,
        html.H2(r.t("Accounts")),
        _accounts(r, state, may_change),
        html.Div([_new_account(r, state), _new_grant(r, state)], className="cs-forms") if may_change else None,
        html.H2(r.t("Kiosks")),
        html.P(
            r.t("A kiosk is a screen that nobody sits at: whoever has its link sees one city, or one unit of it, and changes nothing."),
            className="cs-soft",
        ),
        _kiosks(r, state, may_change),
        html.Div(_new_kiosk(r, state), className="cs-forms") if may_change else None,
        html.H2(r.t("API keys")),
        _keys(r, state, may_change),
        html.H2(r.t("Roles")),
        _roles(r, state),
    ]


def _told(r: Reader, told: dict[str, str]) -> html.Div:
    name = told["name"]
    text = {
        "created": r.t("The account {name} is made. Hand over this first password; it is shown only now:", name=name),
        "password": r.t("{name} has a new password; it is shown only now. Their sessions have ended.", name=name),
        "disabled": r.t("{name} can no longer sign in.", name=name),
        "enabled": r.t("{name} can sign in again.", name=name),
        "unlocked": r.t("{name} can try again at once.", name=name),
        "factor": r.t("{name} signs in without a second factor until they turn it on again.", name=name),
        "granted": r.t("{name} has the role.", name=name),
        "revoked": r.t("It is taken back and no longer works."),
        "kiosk": r.t("Open this link on the screen {name}; it is shown only now:", name=name),
    }[told["what"]]
    return html.Div(
        [html.P(text), html.Code(told["secret"], className="cs-secret") if told.get("secret") else None], className="cs-told", role="status"
    )


def _accounts(r: Reader, state: dict[str, Any], may_change: bool) -> Any:
    if not state["accounts"]:
        return empty(r.t("There is no account yet"), r.t("Make the first one below: usually a security administrator."), "person")
    roles = {role["id"]: role for role in state["roles"]}
    places = {city["city"]: r.pick(city["name_zh"], city["name_en"]) for city in state["cities"]}
    departments = {one["id"]: r.pick(one["name_zh"], one["name_en"]) for one in state["departments"]}
    rows = [
        [
            html.B(one["name"]),
            departments.get(one["department"], one["department"]),
            html.Ul([_grant(r, one, grant, roles, places, may_change) for grant in one["grants"]], className="cs-grants")
            if one["grants"]
            else html.Span(r.t("no role: sees nothing"), className="cs-soft"),
            r.t("on") if one["has_factor"] else r.t("off"),
            r.moment(one["seen_at"]),
            _standing(r, one),
            html.Div(_account_acts(r, one), className="cs-acts") if may_change and one["name"] != state["me"] else None,
        ]
        for one in state["accounts"]
    ]
    head = [r.t("Name"), r.t("Department"), r.t("Roles"), r.t("Second factor"), r.t("Last sign-in"), r.t("State"), r.t("What to do")]
    return _table(r.t("Accounts"), head[: None if may_change else -1], [row[: None if may_change else -1] for row in rows])


def _standing(r: Reader, one: dict[str, Any]) -> html.Span:
    if not one["is_active"]:
        return html.Span(r.t("disabled"), className="cs-figure-bad")
    return html.Span(r.t("waits {n} s", n=r.number(one["waits"])), className="cs-figure-bad") if one["waits"] else html.Span(r.t("active"))


def _grant(r: Reader, one: dict[str, Any], grant: dict[str, Any], roles: dict[str, Any], places: dict[str, str], may_change: bool) -> html.Li:
    role = roles.get(grant["role"], {"name_zh": grant["role"], "name_en": grant["role"]})
    where = places.get(grant["city"], grant["city"]) or r.t("every city")
    name = r.pick(role["name_zh"], role["name_en"])
    return html.Li(
        [
            html.Span(name, className="cs-chip"),
            html.Span([where, " ", html.Code(grant["unit"])] if grant["unit"] else where),
            html.Small(privacy_name(r, grant["privacy"]), className="cs-soft"),
            _button(
                r.t("Take back"),
                "grant.revoke",
                {"id": grant["id"], "name": one["name"]},
                r.t("Take {role} back from {name}?", role=name, name=one["name"]),
            )
            if may_change
            else None,
        ]
    )


def privacy_name(r: Reader, level: int) -> str:
    """A privacy level in words."""
    return {0: r.t("open fields"), 1: r.t("up to internal fields"), 2: r.t("up to sensitive fields"), 3: r.t("up to personal fields")}[level]


def _account_acts(r: Reader, one: dict[str, Any]) -> list[Any]:
    name = {"name": one["name"]}
    acts = [
        _button(r.t("Disable"), "account.disable", name, r.t("Disable {name}? Their sessions and keys stop at once.", name=one["name"]))
        if one["is_active"]
        else _button(r.t("Enable"), "account.enable", name)
    ]
    if one["kind"] == "local":
        acts.append(_button(r.t("New password"), "account.password", name, r.t("Give {name} a new password?", name=one["name"])))
    if one["waits"]:
        acts.append(_button(r.t("Unlock"), "account.unlock", name))
    if one["has_factor"]:
        acts.append(_button(r.t("Take the second factor off"), "account.factor", name, r.t("Take the second factor off {name}?", name=one["name"])))
    return acts


def _new_account(r: Reader, state: dict[str, Any]) -> html.Form:
    return _form(
        r.t("New account"),
        "account.create",
        r.t("Make the account"),
        [
            _text(r.t("Name"), "name", required=True, maxLength=60, autoComplete="off"),
            _select(
                r.t("Department"),
                "department",
                [("", r.t("none")), *((one["id"], r.pick(one["name_zh"], one["name_en"])) for one in state["departments"])],
            ),
        ],
        r.t("The first password is made for you and shown once."),
    )


def _new_grant(r: Reader, state: dict[str, Any]) -> html.Form:
    accounts = [(one["name"], one["name"]) for one in state["accounts"] if one["name"] != state["me"]]
    roles = [(role["id"], r.pick(role["name_zh"], role["name_en"])) for role in state["roles"] if role["is_given"]]
    return _form(
        r.t("Give a role"),
        "grant.add",
        r.t("Give the role"),
        [
            _select(r.t("Account"), "name", accounts),
            _select(r.t("Role"), "role", roles),
            *_place(r, state),
            _select(r.t("Privacy level"), "privacy", [("", r.t("as the role says")), *((str(n), privacy_name(r, n)) for n in state["privacy"])]),
        ],
        r.t("Without a unit the role reaches the whole city. The code of a unit stands on its card."),
    )


def _new_kiosk(r: Reader, state: dict[str, Any]) -> html.Form:
    return _form(
        r.t("New kiosk"),
        "kiosk.make",
        r.t("Make the link"),
        [
            _text(r.t("Name of the screen"), "name", required=True, maxLength=60, autoComplete="off"),
            *_place(r, state, False),
            _text(r.t("Days it works"), "days", inputMode="numeric", maxLength=4, value="365"),
        ],
        "",
    )


def _place(r: Reader, state: dict[str, Any], is_every: bool = True) -> list[html.Label]:
    cities = [(one["city"], r.pick(one["name_zh"], one["name_en"])) for one in state["cities"]]
    return [
        _select(r.t("City"), "city", [("", r.t("every city")), *cities] if is_every else cities),
        _text(r.t("Below the unit (code)"), "unit", maxLength=40, autoComplete="off", placeholder=r.t("the whole city")),
    ]


def _kiosks(r: Reader, state: dict[str, Any], may_change: bool) -> Any:
    if not state["kiosks"]:
        return html.P(r.t("There is no kiosk."))
    rows = [
        [
            html.B(one["name"]),
            one["city"],
            html.Code(one["unit"]) if one["unit"] else r.t("the whole city"),
            r.moment(one["until"], "date"),
            _button(
                r.t("Revoke"),
                "kiosk.revoke",
                {"id": one["id"], "name": one["name"]},
                r.t("Revoke {name}? The screen goes dark at once.", name=one["name"]),
            )
            if may_change
            else None,
        ]
        for one in state["kiosks"]
    ]
    head = [r.t("Screen"), r.t("City"), r.t("Below"), r.t("Works until"), r.t("What to do")]
    return _table(r.t("Kiosks"), head[: None if may_change else -1], [row[: None if may_change else -1] for row in rows])


def _keys(r: Reader, state: dict[str, Any], may_change: bool) -> Any:
    if not state["keys"]:
        return html.P(r.t("There is no API key; people make their own on the page of their account."))
    rows = [
        [
            html.B(one["name"]),
            one["account"],
            html.Code(f"{one['start']}…"),
            r.t("a part of the owner's") if one["is_part"] else r.t("all of the owner's"),
            r.moment(one["until"], "date") if one["until"] else r.t("no end"),
            r.moment(one["seen_at"]),
            _button(
                r.t("Revoke"),
                "key.revoke",
                {"id": one["id"], "name": one["name"]},
                r.t("Revoke {name}? Programs that use it stop at once.", name=one["name"]),
            )
            if may_change
            else None,
        ]
        for one in state["keys"]
    ]
    head = [r.t("Key"), r.t("Account"), r.t("Begins with"), r.t("Rights"), r.t("Works until"), r.t("Last used"), r.t("What to do")]
    return _table(r.t("API keys"), head[: None if may_change else -1], [row[: None if may_change else -1] for row in rows])


def _roles(r: Reader, state: dict[str, Any]) -> Any:
    rows = [
        [
            html.B(r.pick(role["name_zh"], role["name_en"])),
            r.pick(role["description_zh"], role["description_en"]),
            html.Span([html.Code(name) for name in role["capabilities"]], className="cs-codes"),
            privacy_name(r, role["privacy"]),
        ]
        for role in state["roles"]
    ]
    return _table(r.t("Roles"), [r.t("Role"), r.t("What it is"), r.t("Capabilities"), r.t("Privacy level")], rows)


def _table(name: str, head: list[str], rows: list[list[Any]]) -> html.Div:
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(one, scope="col") for one in head])),
                html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
            ],
            className="cs-rows",
        ),
        className="cs-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": name},
    )


def _button(word: str, act: str, fields: dict[str, Any], question: str = "") -> html.Button:
    data = {f"data-field-{name}": str(value) for name, value in fields.items()}
    return html.Button(word, type="button", className="cs-act", **{"data-access": act, "data-question": question, **data})


def _form(title: str, act: str, word: str, parts: list[Any], note: str) -> html.Form:
    return html.Form(
        [
            html.H3(title),
            html.Div(parts, className="cs-fields"),
            html.Button(word, type="submit", className="cs-do"),
            html.Small(note) if note else None,
        ],
        className="cs-form",
        **{"data-access-form": act},
    )


def _text(word: str, name: str, **options: Any) -> html.Label:
    return html.Label([html.Span(word), dcc.Input(name=name, debounce=True, **options)])


def _select(word: str, name: str, options: list[tuple[str, str]]) -> html.Label:
    return html.Label([html.Span(word), html.Select([html.Option(text, value=value) for value, text in options], name=name)])
