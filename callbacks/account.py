"""The own account: who I am and what I may, password, second factor, sessions, API keys."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.access import SIGNED_IN, Grant
from app.errors import BadInput, ChengshuError, Refused
from app.identity.accounts import Account
from app.identity.sessions import Session
from app.sight import Seen
from callbacks.door import Door, address, agent, go, session, word
from callbacks.gateway import Gateway
from callbacks.results import Results
from layouts.document import drawing
from layouts.reader import Reader


def register(gateway: Gateway, _: Results) -> None:
    """Add the routes of the own account. Whoever is signed in may open it; changes need an account behind the session."""
    door = Door(gateway.system)

    @gateway.route("/account", right=SIGNED_IN)
    def account(seen: Seen) -> Response:
        """The page."""
        return _page(door, seen)

    @gateway.route("/account/password", right=SIGNED_IN, methods=("POST",))
    def change_password(seen: Seen) -> Response:
        """A new password: every session ends, this one goes on under a new name."""
        try:
            mine, here = _mine(door, seen)
            door.identity.check_password(mine, word("old"), address())
            if word("new") != word("again"):
                raise BadInput("The two passwords differ", "Type the new one twice")
            door.identity.accounts.set_password(mine.name, word("new"), mine.name)
        except ChengshuError as error:
            return _page(door, seen, error)
        return door.keep(go("/account?done=password"), door.identity.renew(mine, here, address(), agent(), here.is_strong).session)

    @gateway.route("/account/factor", right=SIGNED_IN, methods=("POST",))
    def change_factor(seen: Seen) -> Response:
        """Set the second factor up, confirm it, renew its recovery codes, turn it off."""
        try:
            mine, here = _mine(door, seen)
            return _FACTOR.get(word("do"), _unknown)(door, mine, here)
        except ChengshuError as error:
            return _page(door, seen, error)

    @gateway.route("/account/sessions", right=SIGNED_IN, methods=("POST",))
    def end_sessions(seen: Seen) -> Response:
        """End one session, or all but this one."""
        try:
            mine, here = _mine(door, seen)
            if word("id") == "others":
                door.identity.sessions.end_others(mine.id, here.id)
            else:
                door.identity.sessions.end_one(mine.id, _number("id"))
        except ChengshuError as error:
            return _page(door, seen, error)
        return go("/account?done=session")

    @gateway.route("/account/keys", right=SIGNED_IN, methods=("POST",))
    def change_keys(seen: Seen) -> Response:
        """Make an API key, shown once; revoke one."""
        try:
            mine, _ = _mine(door, seen)
            if word("do") == "revoke":
                door.identity.keys.revoke(_number("id"), mine.name, mine)
                return go("/account?done=key")
            held = door.identity.grants.of(mine)
            chosen = tuple(held[int(one)] for one in request.form.getlist("grant") if one.isascii() and one.isdigit() and int(one[:4]) < len(held))
            is_part = len(held) > 1 and len(set(chosen)) < len(held)
            raw = door.identity.keys.make(mine, word("name"), mine.name, _number("days") if word("days") else None, chosen if is_part else None)
        except ChengshuError as error:
            return _page(door, seen, error)
        r = door.reader()
        return door.page("account_once", title=r.t("The new key"), text=r.t("Send it as: Authorization: Bearer, a space, the key."), lines=[raw])


def _begin(door: Door, mine: Account, _: Session) -> Response:
    if mine.has_factor:
        raise BadInput("There is a second factor already", "Turn it off first")
    if mine.kind == "local":
        door.identity.check_password(mine, word("password"), address())
    return _enrol(door, *door.identity.factor.begin(mine))


def _confirm(door: Door, mine: Account, here: Session) -> Response:
    try:
        codes = door.identity.factor.confirm(mine, word("code"))
    except BadInput as error:
        return _enrol(door, *door.identity.factor.pending(mine), error)
    entered = door.identity.renew(door.identity.accounts.get(mine.id), here, address(), agent(), is_strong=True)
    return door.keep(_once(door, codes), entered.session)


def _codes(door: Door, mine: Account, _: Session) -> Response:
    door.identity.check_factor(mine, word("code"), address())
    return _once(door, door.identity.factor.renew(mine))


def _off(door: Door, mine: Account, here: Session) -> Response:
    door.identity.check_factor(mine, word("code"), address())
    door.identity.factor.remove(mine, mine.name)
    return door.keep(go("/account?done=factor"), door.identity.renew(mine, here, address(), agent(), is_strong=False).session)


def _unknown(*_: Any) -> Response:
    raise BadInput("The page sent something this server does not know", "Reload the page")


_FACTOR = {"begin": _begin, "confirm": _confirm, "codes": _codes, "off": _off}


def _enrol(door: Door, secret: str, qr: str, error: ChengshuError | None = None) -> Response:
    parted = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return door.page("account_factor", error, secret=parted, qr=drawing(qr))


def _once(door: Door, codes: list[str]) -> Response:
    r = door.reader()
    text = r.t("Each signs you in once when your authenticator is not at hand.")
    return door.page("account_once", title=r.t("Recovery codes"), text=text, lines=codes)


def _mine(door: Door, seen: Seen) -> tuple[Account, Session]:
    found = door.identity.account_of(session())
    if found is None or seen.viewer.kind != "account":
        raise Refused("Only somebody with an account changes an account", "Sign in with one")
    return found


def _number(name: str) -> int:
    text = word(name)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput("This is not a number", "Type digits", field=name)
    return int(text)


def _page(door: Door, seen: Seen, error: ChengshuError | None = None) -> Response:
    r, viewer, found = door.reader(), seen.viewer, door.identity.account_of(session())
    mine, here = found or (None, None)
    held = door.identity.grants.of(mine) if mine else tuple(grant for grant, _ in viewer.grants)
    waiting = door.identity.suspended(held, here.is_strong) if here else ()
    kinds = {"account": r.t("Account"), "local": r.t("Signed in with the link of the terminal"), "kiosk": r.t("Screen"), "key": r.t("API key")}
    done = {"password": r.t("The password is changed."), "factor": r.t("The second factor is off."), "session": r.t("The session is ended."),
            "key": r.t("The key is revoked.")}
    return door.page(
        "account", error, account=mine,
        who={"name": r.t("Local user") if viewer.kind == "local" else viewer.name, "kind": kinds.get(viewer.kind, ""),
             "department": _department(door, r, viewer.department)},
        roles=[_role(door, r, grant, grant in waiting) for grant in held],
        codes_left=door.identity.factor.left(mine) if mine else 0,
        sessions=[_session(r, one, here) for one in door.identity.sessions.of(mine.id)] if mine else [],
        keys=[_key(door, r, one) for one in reversed(door.identity.keys.listing(mine))] if mine else [],
        done_text=done.get(request.args.get("done", ""), ""),
    )


def _role(door: Door, r: Reader, grant: Grant, is_waiting: bool) -> dict[str, Any]:
    role = door.system.roles[grant.role]
    city = door.system.cities.get(grant.city)
    name = r.pick(city.name_zh, city.name_en) if city else grant.city
    units = door.system.rows("unit_by_code", city=grant.city, code=grant.unit) if city and grant.unit else []
    below = r.name(units[0]) if units else grant.unit
    place = r.t("in every city") if not grant.city else r.t("{unit} in {city} and all below", unit=below, city=name) if grant.unit else name
    levels = {0: r.t("open data"), 1: r.t("up to internal data"), 2: r.t("up to sensitive data"), 3: r.t("up to personal data")}
    return {"name": r.pick(role.name_zh, role.name_en), "place": place, "privacy": levels.get(grant.privacy, ""),
            "description": r.pick(role.description_zh, role.description_en), "is_waiting": is_waiting}


def _department(door: Door, r: Reader, department: str) -> str:
    rows = door.system.rows("departments") if department else []
    return next((r.pick(row["name_zh"], row["name_en"]) for row in rows if row["id"] == department), department)


def _session(r: Reader, one: Session, here: Session | None) -> dict[str, Any]:
    return {"id": one.id, "address": one.address or "?", "agent": one.agent[:120], "since": r.moment(one.made_at), "seen": r.moment(one.seen_at),
            "is_this": here is not None and one.id == here.id}


def _key(door: Door, r: Reader, one: Any) -> dict[str, Any]:
    facts = [r.t("since {since}", since=r.moment(one.made_at)),
             r.t("until {until}", until=r.moment(one.until)) if one.until else r.t("without an end"),
             r.t("last used {seen}", seen=r.moment(one.seen_at)) if one.seen_at else r.t("never used"),
             r.t("a part of your roles") if one.scope is not None else ""]
    is_living = one.ended_at is None and door.identity.keys.lives(one)
    return {"id": one.id, "name": one.name, "start": one.start, "is_living": is_living,
            "text": " · ".join(filter(None, facts)) if is_living else r.t("revoked or past its end")}
