"""The page of accounts and rights: who has an account, which roles they hold where, kiosks and keys; and what changes them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, no_update

from app.access import PRIVACY, SEPARATED
from app.errors import BadInput, NotFound
from app.identity import Identity
from app.indicators.owners import departments
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.page import Page
from callbacks.readers import reader
from layouts import ids
from layouts.pages.access import access_body, access_page
from layouts.reader import Reader

NOT_GIVEN = ("local", "kiosk")


def register(app: Dash, gateway: Gateway, system: System) -> None:
    """Wire the page: one act at a time, each written down before it is answered."""

    @gateway.callback(
        app,
        Output(ids.ACCESS_BODY, "children"),
        Input(ids.ACCESS_ACT, "data"),
        State(ids.READER, "data"),
        right="access.change",
        is_quiet=False,
        prevent_initial_call=True,
    )
    def change(seen: Seen, asked: Any, given: Any) -> Any:
        if asked is None:
            return no_update
        asked = checks.table(asked, "act")
        fields = {name: checks.text(value, name, 200).strip() for name, value in asked.items() if name not in ("act", "t")}
        act = ACTS.get(checks.text(asked.get("act"), "act", 40))
        if act is None:
            raise BadInput("No such act", "Reload the page", value=asked.get("act"))
        told = act(Desk(system), seen.viewer.name, fields)
        return access_body(reader(given), state(system, seen.viewer.name), True, told)

    @gateway.callback(
        app,
        Output(ids.ACCESS_BODY, "children", allow_duplicate=True),
        Input(ids.ACCESS_BODY, "id"),
        State(ids.READER, "data"),
        right="access.read",
        is_quiet=False,
        is_panel=True,
        prevent_initial_call="initial_duplicate",
    )
    def show(seen: Seen, _: Any, given: Any) -> Any:
        return access_body(reader(given), state(system, seen.viewer.name), seen.viewer.may("access.change"))


def state(system: System, me: str) -> dict[str, Any]:
    """Accounts with their grants, kiosks, keys, and what forms may offer, as plain rows; `me` is who looks."""
    one = system.identity
    accounts = one.accounts.listing()
    names = {account.id: account.name for account in accounts}
    grants: dict[str, list[dict[str, Any]]] = {}
    for row in one.grants.listing():
        grants.setdefault(row.account, []).append(
            {"id": row.id, "role": row.grant.role, "city": row.grant.city, "unit": row.grant.unit, "privacy": row.grant.privacy}
        )
    return {
        "me": me,
        "accounts": [
            {
                "name": account.name,
                "department": account.department,
                "kind": account.kind,
                "is_active": account.is_active,
                "has_factor": account.has_factor,
                "seen_at": account.seen_at,
                "grants": grants.get(account.name, []),
                "waits": one.attempts.waits("account", account.key),
            }
            for account in accounts
        ],
        "kiosks": [
            {"id": kiosk.id, "name": kiosk.name, "city": kiosk.city, "unit": kiosk.unit, "until": kiosk.until}
            for kiosk in one.kiosks.listing()
            if kiosk.ended_at is None
        ],
        "keys": [
            {
                "id": key.id,
                "account": names[key.account],
                "name": key.name,
                "start": key.start,
                "until": key.until,
                "seen_at": key.seen_at,
                "is_part": key.scope is not None,
            }
            for key in one.keys.listing()
            if key.ended_at is None
        ],
        "roles": [
            {
                "id": role.id,
                "name_zh": role.name_zh,
                "name_en": role.name_en,
                "description_zh": role.description_zh,
                "description_en": role.description_en,
                "capabilities": sorted(role.capabilities),
                "privacy": role.privacy,
                "is_given": role.id not in NOT_GIVEN,
                "is_separated": role.id in SEPARATED,
            }
            for role in system.roles.values()
        ],
        "cities": [{"city": city.city, "name_zh": city.name_zh, "name_en": city.name_en} for city in system.cities.values()],
        "departments": list(departments(system).values()),
        "privacy": list(PRIVACY),
    }


@dataclass(frozen=True)
class Desk:
    """Where acts are done: the whole system, and what a form names in it."""

    system: System

    @property
    def identity(self) -> Identity:
        """Who may sign in."""
        return self.system.identity

    def place(self, fields: dict[str, str]) -> tuple[str, str]:
        """(city, unit) of a form; raises NotFound for a city or unit that is not there, and for a floor, which has no units below."""
        city, unit = fields.get("city", ""), fields.get("unit", "").upper()
        if city:
            self.system.city(city)
        if unit:
            found = self.system.rows("unit_by_code", city=city, code=unit) if city else []
            if not found or found[0]["level"] == "floor":
                raise NotFound("No such unit stands in this city, or it is a floor", "Copy the code from the unit's card", value=unit)
        return city, unit


def _create(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    password = secrets.token_urlsafe(15)
    department = fields.get("department", "")
    if department and department not in departments(desk.system):
        raise NotFound("No such department", "Choose one of the list", value=department)
    made = desk.identity.accounts.create(fields.get("name", ""), password, by, department, is_initial=True)
    return {"what": "created", "name": made.name, "secret": password}


def _password(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    password = secrets.token_urlsafe(15)
    desk.identity.accounts.set_password(fields.get("name", ""), password, by, is_initial=True)
    return {"what": "password", "name": fields.get("name", ""), "secret": password}


def _disable(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    desk.identity.accounts.disable(fields.get("name", ""), by)
    return {"what": "disabled", "name": fields.get("name", "")}


def _enable(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    desk.identity.accounts.enable(fields.get("name", ""), by)
    return {"what": "enabled", "name": fields.get("name", "")}


def _unlock(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    desk.identity.unlock(fields.get("name", ""), by)
    return {"what": "unlocked", "name": fields.get("name", "")}


def _factor(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    desk.identity.factor.remove(desk.identity.accounts.named(fields.get("name", "")), by)
    return {"what": "factor", "name": fields.get("name", "")}


def _grant(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    city, unit = desk.place(fields)
    privacy = fields.get("privacy", "")
    desk.identity.grants.add(fields.get("name", ""), fields.get("role", ""), by, city, unit, int(privacy) if privacy.isdigit() else None)
    return {"what": "granted", "name": fields.get("name", "")}


def _revoke(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    desk.identity.grants.revoke(_number(fields), by)
    return {"what": "revoked", "name": fields.get("name", "")}


def _kiosk(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    city, unit = desk.place(fields)
    raw = desk.identity.kiosks.make(fields.get("name", ""), city, by, unit, _number(fields, "days") if fields.get("days") else 365)
    return {"what": "kiosk", "name": fields.get("name", ""), "secret": f"/kiosk/{raw}"}


def _kiosk_end(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    desk.identity.kiosks.revoke(_number(fields), by)
    return {"what": "revoked", "name": fields.get("name", "")}


def _key_end(desk: Desk, by: str, fields: dict[str, str]) -> dict[str, str]:
    desk.identity.keys.revoke(_number(fields), by)
    return {"what": "revoked", "name": fields.get("name", "")}


def _number(fields: dict[str, str], name: str = "id") -> int:
    return checks.digits(fields.get(name, ""), name)


ACTS: dict[str, Callable[[Desk, str, dict[str, str]], dict[str, str]]] = {
    "account.create": _create,
    "account.password": _password,
    "account.disable": _disable,
    "account.enable": _enable,
    "account.unlock": _unlock,
    "account.factor": _factor,
    "grant.add": _grant,
    "grant.revoke": _revoke,
    "kiosk.make": _kiosk,
    "kiosk.revoke": _kiosk_end,
    "key.revoke": _key_end,
}


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:  # noqa: ARG001 - every page is built from the same
    """The frame; what is in it comes by its own callback."""
    return access_page(r)


PAGE = Page("access", "/access", "access.read", build)
