"""The command line of what keeps the house: keys, the audit trail, backups."""

from __future__ import annotations

import argparse
import getpass
import os
import time
from pathlib import Path
from typing import Any

from app.audit import Audit, between
from app.errors import ChengshuError
from app.secrets import Secrets
from app.settings import Settings

NAMES = ("secrets", "audit", "backup", "restore")


def add_parsers(commands: Any) -> None:
    """The commands and their help."""
    secret = commands.add_parser("secrets", help="list the keys of this installation (never their values), or rotate one")
    secret.add_argument("act", nargs="?", choices=("list", "rotate"), default="list")
    secret.add_argument("name", nargs="?", default="", help="which one to rotate; what it sealed can still be opened")
    trail = commands.add_parser("audit", help="verify the chain of the audit trail, or write its rows as CSV")
    trail.add_argument("act", choices=("verify", "export"))
    trail.add_argument("file", nargs="?", default="", help="the CSV file to write (audit.csv)")
    trail.add_argument("--since", default="", help="first day or moment, 2026-01-31 or 2026-01-31T08:00+08:00 (UTC where it does not say)")
    trail.add_argument("--until", default="", help="the moment it ends before")
    backup = commands.add_parser("backup", help="write the whole home (data, accounts, trail, keys) into an archive",
                                 description="Stop the server first, or let it do this itself: POST /api/backup.")
    backup.add_argument("file", help="the archive to write, .tar.zst or .tar.gz; only this user can read it")
    restored = commands.add_parser("restore", help="put the home of an archive in the place of this one")
    restored.add_argument("file", help="an archive of `run.py backup`")
    restored.add_argument("--force", action="store_true", help="also where there is a home; it is kept beside the restored one")


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Run one of the commands."""
    return {"secrets": _secrets, "audit": _audit, "backup": _backup, "restore": _restore}[asked.command](settings, asked)


def check_audit(settings: Settings) -> int:
    """Print whether the audit trail is whole; 1 where it is not."""
    try:
        found = _trail(settings).verify()
    except ChengshuError as error:
        print(f"audit trail: {error}")
        return 1
    print(f"audit trail: {found.sentence}")
    return 0 if found.is_intact else 1


def _trail(settings: Settings) -> Audit:
    return Audit(settings.home, Secrets(settings.home), settings)


def _note(settings: Settings, action: str, detail: str = "", rows: int = 0) -> None:
    """Write into the trail what this system's user did in the terminal."""
    audit = _trail(settings)
    audit.note(getpass.getuser(), "local", action, "allowed", address="command line", detail=detail, rows=rows)
    audit.close()


def _secrets(settings: Settings, asked: argparse.Namespace) -> int:
    """List the keys (name, age, where from; never the value), or make one anew."""
    secrets = Secrets(settings.home)
    if asked.act == "rotate":
        secrets.rotate(asked.name)
        _note(settings, "secret.rotate", asked.name)
    for row in secrets.rows():
        age = "" if row.made_at is None else f"{(time.time() - row.made_at) / 86_400:.1f} days old"
        print(f"{row.name:24} {row.source:12} {age:16} {row.earlier} earlier")
    return 0


def _audit(settings: Settings, asked: argparse.Namespace) -> int:
    """Verify the chain (exit 1 where it is broken), or write its rows as CSV."""
    audit = _trail(settings)
    try:
        if asked.act == "verify":
            found = audit.verify()
            print(found.sentence)
            return 0 if found.is_intact else 1
        question = between(asked.since, asked.until)
        rows = audit.trail.count(question)
        path = Path(asked.file or "audit.csv")
        with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.writelines(audit.csv(question))
    finally:
        audit.close()
    _note(settings, "audit.export", rows=rows)
    print(f"{path}: {rows} rows")
    return 0


def _backup(settings: Settings, asked: argparse.Namespace) -> int:
    """Write the home into an archive."""
    from app.backup import back_up  # brings the whole system along, which the other commands do without

    made = back_up(settings, Path(asked.file))
    _note(settings, "backup", made.path.name)
    print(f"{made.path}: {made.files} files, {made.size / 1e6:.1f} MB, {made.seconds:.1f} s. It holds the keys: keep it where only you can read it")
    return 0


def _restore(settings: Settings, asked: argparse.Namespace) -> int:
    """Put an archive in the place of the home."""
    from app.backup import restore

    before, manifest = restore(settings, Path(asked.file), asked.force)
    print(f"{settings.home}: {len(manifest['files'])} files of {manifest['made_at']}; every session is ended")
    print("API keys and grants are those of that day: look them through." if before is None else f"What was there is now {before}")
    return 0
