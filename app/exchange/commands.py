"""`run.py collect [SOURCE]`: ask the sources once, from the terminal, while no server runs."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from app.errors import ChengshuError
from app.settings import Settings

if TYPE_CHECKING:
    from app.exchange.receiving import Outcome

NAMES = ("collect",)


def add_parsers(commands: Any) -> None:
    """The command and its help."""
    one = commands.add_parser("collect", help="ask the sources once: folders, addresses, tables, topics",
                              description="Stop the server first: it asks them by their schedules itself.")
    one.add_argument("source", nargs="?", default="", help="only this one; without it every active source that is asked")


def run(settings: Settings, asked: Namespace) -> int:
    """Ask, print what became of it; exit status 1 where a source failed or a row of the registry is wrong."""
    from app.exchange import sources  # brings the whole system along, which the other commands do without
    from app.exchange.channels import collect
    from app.system import System

    registry = sources.read(settings.home)
    for text in registry.wrong:
        print(f"run.py collect: {text}", file=sys.stderr)
    chosen = [registry.one(asked.source)] if asked.source else [one for one in registry.sources.values() if one.is_asked and one.is_active]
    system, wrong = System(settings), len(registry.wrong)
    try:
        for source in chosen:
            try:
                for outcome in collect(system, source):
                    print(f"{source.id}: {sentence(outcome)}")
            except ChengshuError as error:
                wrong += 1
                print(f"{source.id}: {error}", file=sys.stderr)
    finally:
        system.close()
    if not chosen:
        print("No source is asked: name them in", sources.overlay(settings.home))
    return 1 if wrong else 0


def sentence(outcome: Outcome) -> str:
    """An outcome as a line."""
    one, changes = outcome.receipt, outcome.changes
    text = outcome.outcome
    if one:
        text += f", batch {one.batch}: in {one.row_in} = accepted {one.accepted} + rejected {one.rejected} + duplicate {one.duplicate}"
    if changes:
        text += f"; {changes.inserted} new, {changes.updated} changed, {changes.deleted} gone, {changes.unchanged} as before"
    return f"{text} ({outcome.message})" if outcome.message else text
