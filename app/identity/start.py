"""What must hold before the server listens: accounts where a network can reach it, and no secret that others know."""

from __future__ import annotations

from pathlib import Path

from app.access import read_roles
from app.errors import Refused
from app.identity.accounts import keepers
from app.identity.addresses import is_loopback
from app.identity.identity import Identity
from app.identity.mapping import rules
from app.secrets import Secrets
from app.settings import Settings

KNOWN = frozenset("secret changeme password chengshu client-secret client_secret my-secret example test admin default".split())  # noqa: SIM905 a word list
SHORTEST = 16


def open_identity(settings: Settings) -> Identity:
    """The identity by itself, as the command line uses it beside a running server."""
    return Identity(Path(settings.home), settings, Secrets(settings.home), read_roles())


def check_start(settings: Settings) -> None:
    """Raise Refused, with the command to run, where the server may not be started like this."""
    Secrets(settings.home).rows()
    given = settings.oidc_client_secret.get_secret_value()
    if given and (len(given) < SHORTEST or given.casefold().strip("-_0123456789") in KNOWN):
        raise Refused("CHENGSHU_OIDC_CLIENT_SECRET is a known default or shorter than 16 signs", "Let the provider make a new one, and set that")
    rules(settings.oidc_roles, read_roles())
    if is_loopback(settings.host):
        return
    identity = open_identity(settings)
    try:
        if not keepers(identity.office):
            raise Refused(f"{settings.host} can be reached from a network, and there is no account that could keep others out",
                          "Make one first: `python run.py account add NAME --role security_administrator`, "
                          "or listen to this machine only: CHENGSHU_HOST=127.0.0.1")
    finally:
        identity.close()


def welcome(settings: Settings, identity: Identity) -> str:
    """What the terminal says when the server listens: how to get in, and how others do."""
    if not is_loopback(settings.host):
        return "Sign in with an account; `python run.py account list` shows them."
    return ("Open this link to sign in on this machine (once, within 15 minutes; `python run.py link` prints a new one):\n"
            f"  {identity.local_link()}\n"
            "Accounts for others: `python run.py account add NAME --role leader` (roles: `python run.py account add --help`).")
