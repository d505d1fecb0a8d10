"""`run.py account`, `run.py kiosk`, `run.py link`: people from the terminal. They work while the server runs, and at once."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from app.audit import Audit
from app.errors import BadInput, ChengshuError
from app.identity.identity import Identity
from app.identity.start import open_identity
from app.secrets import Secrets
from app.settings import Settings

BY = "terminal"
NAMES = ("account", "kiosk", "link")


def add_parsers(commands: argparse._SubParsersAction) -> None:
    """Put the commands onto the command line."""
    account = commands.add_parser("account", help="accounts, their roles, passwords and keys")
    account = account.add_subparsers(dest="act", metavar="ACT", required=True)
    added = account.add_parser("add", help="make an account; asks for its password")
    added.add_argument("name")
    _place(added, is_role_needed=False)
    added.add_argument("--department", default="", help="id of the department they belong to")
    added.add_argument("--initial", action="store_true", help="its owner must take another password at the first sign-in")
    added.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    account.add_parser("list", help="accounts with their roles")
    for name, text in (("disable", "nobody signs in with it any more"), ("enable", "it can sign in again"), ("unlock", "forgive failed attempts"),
                       ("reset-factor", "take the second factor off")):
        account.add_parser(name, help=text).add_argument("name")
    password = account.add_parser("password", help="a new password; its sessions end")
    password.add_argument("name")
    password.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    granted = account.add_parser("grant", help="give a role")
    granted.add_argument("name")
    _place(granted, is_role_needed=True)
    revoked = account.add_parser("revoke", help="take a role back")
    revoked.add_argument("name")
    _place(revoked, is_role_needed=True)
    key = account.add_parser("key", help="make an API key; it is shown once")
    key.add_argument("name")
    key.add_argument("--for", dest="purpose", default="terminal", help="what will use it")
    key.add_argument("--days", type=int, default=None, help="days it lives; no end if left out")
    kiosk = commands.add_parser("kiosk", help="screens that nobody sits at").add_subparsers(dest="act", metavar="ACT", required=True)
    screen = kiosk.add_parser("add", help="make a token; its address is shown once")
    screen.add_argument("name")
    screen.add_argument("--city", required=True, help="city key")
    screen.add_argument("--unit", default="", help="code of the unit that it shows")
    screen.add_argument("--days", type=int, default=365, help="days it lives")
    kiosk.add_parser("list", help="screens, and until when")
    kiosk.add_parser("revoke", help="the screen goes dark").add_argument("number", type=int)
    commands.add_parser("link", help="print a link that signs you in on this machine, once")


def _place(parser: argparse.ArgumentParser, is_role_needed: bool) -> None:
    parser.add_argument("--role", required=is_role_needed, default="", help="leader, duty_officer, analyst, data_steward, department_user, "
                        "system_administrator, security_administrator or auditor")
    parser.add_argument("--city", default="", help="city key; every city if left out")
    parser.add_argument("--unit", default="", help="code of the unit below which it holds; the whole city if left out")
    parser.add_argument("--privacy", type=int, choices=range(4), default=None, help="0 open, 1 internal, 2 sensitive, 3 personal; else as the role")


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Run one of the commands; returns the exit status."""
    identity = open_identity(settings)
    audit = Audit(settings.home, Secrets(settings.home), settings)
    identity.tell(audit.note)
    try:
        if asked.command == "link":
            print(identity.local_link())
        else:
            ACTS[asked.command, asked.act](identity, asked)
    finally:
        identity.close()
        audit.close()
    return 0


def _add(identity: Identity, asked: argparse.Namespace) -> None:
    account = identity.accounts.create(asked.name, _password(asked), BY, asked.department, asked.initial)
    print(f"account {account.name} made")
    if asked.role:
        try:
            _grant(identity, asked)
        except ChengshuError:
            print(f"but without the role: `python run.py account grant {account.name} --role …` gives one", file=sys.stderr)
            raise


def _list(identity: Identity, _: argparse.Namespace) -> None:
    grants = identity.grants.listing()
    for account in identity.accounts.listing():
        held = [_words(row.grant.role, row.grant.city, row.grant.unit, row.grant.privacy) for row in grants if row.account == account.name]
        facts = [account.kind, "" if account.is_active else "disabled", "second factor" if account.has_factor else "", account.department,
                 "must wait" if identity.attempts.waits("account", account.key) else "",
                 f"last here {_moment(identity, account.seen_at)}" if account.seen_at else "never here"]
        print(f"{account.name:24} {', '.join(filter(None, facts))}")
        print("\n".join(f"{'':24} {one}" for one in held) or f"{'':24} no role")


def _grant(identity: Identity, asked: argparse.Namespace) -> None:
    row = identity.grants.add(asked.name, asked.role, BY, asked.city, asked.unit, asked.privacy)
    print(f"{row.account}: {_words(row.grant.role, row.grant.city, row.grant.unit, row.grant.privacy)}")
    if identity.suspended((row.grant,), is_strong=False):
        print("this role works once the account has a second factor: sign in, open Account, turn it on")


def _revoke(identity: Identity, asked: argparse.Namespace) -> None:
    place = (asked.role, asked.city, asked.unit)
    found = [row for row in identity.grants.listing(asked.name) if (row.grant.role, row.grant.city, row.grant.unit) == place]
    if not found:
        raise BadInput("The account does not have this role there", "`python run.py account list` shows what it has", role=asked.role)
    identity.grants.revoke(found[0].id, BY)
    print(f"{asked.name}: {asked.role} taken back")


def _set_password(identity: Identity, asked: argparse.Namespace) -> None:
    identity.accounts.set_password(asked.name, _password(asked), BY)
    identity.unlock(asked.name, BY)
    print(f"{asked.name}: new password, sessions ended")


def _reset_factor(identity: Identity, asked: argparse.Namespace) -> None:
    identity.factor.remove(identity.accounts.named(asked.name), BY)
    print(f"{asked.name}: no second factor any more")


def _key(identity: Identity, asked: argparse.Namespace) -> None:
    print(identity.keys.make(identity.accounts.named(asked.name), asked.purpose, BY, asked.days))
    print("shown once: send it as `Authorization: Bearer …`", file=sys.stderr)


def _kiosk_add(identity: Identity, asked: argparse.Namespace) -> None:
    settings = identity.office.settings
    home = settings.public_url or f"http://{settings.host}:{settings.port}"
    print(f"{home}/kiosk/{identity.kiosks.make(asked.name, asked.city, BY, asked.unit, asked.days)}")
    print("shown once: open it on the screen", file=sys.stderr)


def _kiosk_list(identity: Identity, _: argparse.Namespace) -> None:
    for one in identity.kiosks.listing():
        state = "revoked" if one.ended_at else f"until {_moment(identity, one.until)}"
        print(f"{one.id:4} {one.name:24} {one.city}{'/' + one.unit if one.unit else ''} {state}")


def _kiosk_revoke(identity: Identity, asked: argparse.Namespace) -> None:
    identity.kiosks.revoke(asked.number, BY)
    print(f"kiosk {asked.number} is dark")


def _password(asked: argparse.Namespace) -> str:
    if asked.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInput("There is no terminal to ask for the password", "Use --password-stdin")
    first = getpass.getpass("Password (at least 12 characters): ")
    if getpass.getpass("Again: ") != first:
        raise BadInput("The two passwords differ", "Start again")
    return first


def _words(role: str, city: str, unit: str, privacy: int) -> str:
    return f"{role} in {city or 'every city'}{' below ' + unit if unit else ''}, privacy {privacy}"


def _moment(identity: Identity, at: int) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(identity.office.settings.timezone)).strftime("%Y-%m-%d %H:%M")


def _simply(act: str, said: str) -> Callable[[Identity, argparse.Namespace], None]:
    def run_it(identity: Identity, asked: argparse.Namespace) -> None:
        getattr(identity if act == "unlock" else identity.accounts, act)(asked.name, BY)
        print(f"{asked.name}: {said}")

    return run_it


ACTS: dict[tuple[str, str], Callable[[Identity, argparse.Namespace], None]] = {
    ("account", "add"): _add, ("account", "list"): _list, ("account", "grant"): _grant, ("account", "revoke"): _revoke,
    ("account", "password"): _set_password, ("account", "reset-factor"): _reset_factor, ("account", "key"): _key,
    ("account", "disable"): _simply("disable", "disabled, sessions ended"), ("account", "enable"): _simply("enable", "enabled"),
    ("account", "unlock"): _simply("unlock", "may try again"),
    ("kiosk", "add"): _kiosk_add, ("kiosk", "list"): _kiosk_list, ("kiosk", "revoke"): _kiosk_revoke,
}
