"""The demo city's records come in as departments hand theirs in, and some of what was rejected has gone its way home already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.system import System
from data import work_items
from data.demo.records import Given, hand_in_records
from data.handin import HandIn
from data.intake import Receipt, take_in

OFFICER, STEWARD = "示例经办员", "示例数据专员"


def take_records(system: System, size: str, until: datetime) -> list[Receipt]:
    """Take every hand-in of records in, received when it was written; what is in already is a replay."""
    receipts = []
    for given in hand_in_records(system.settings.home / "demo", size, system.settings.demo_seed, until):
        receipt = take_in(system.db, given.hand_in, received_at=_received(given.hand_in))
        receipts.append(receipt)
        if receipt.rejected and not receipt.is_replay and given.mended is not None:
            receipts += _way_home(system, given, receipt, until)
    return receipts


def _way_home(system: System, given: Given, receipt: Receipt, until: datetime) -> list[Receipt]:
    """The older a batch, the further its item has come: the newest wait for a signature."""
    item = int(system.db.run("select item from mgmt.work_item where batch = $1", [receipt.batch]).fetchone()[0])
    hand_in, at = given.hand_in, _received(given.hand_in).astimezone(UTC).replace(tzinfo=None)
    age = (until - hand_in.as_of).days
    done: list[Receipt] = []

    def act(what: str, hours: float, who: str, note: str = "", batch: int | None = None) -> None:
        department = receipt.hand_in.source if who == OFFICER else "data_bureau"
        work_items.act(system.db, item, what, who, department, at + timedelta(hours=hours), note, batch)

    if age >= 1:
        act("sign", 5, OFFICER)
    if age >= 4 and age % 5:
        mended = HandIn(hand_in.city, hand_in.source, hand_in.dataset, given.mended, hand_in.as_of, corrects=receipt.batch)
        done.append(take_in(system.db, mended, received_at=_received(hand_in) + timedelta(hours=40)))
        act("correct", 40, OFFICER, given.mended.name, done[0].batch)
        if age >= 7:
            act("review", 60, STEWARD)
        if age >= 10:
            act("close", 64, STEWARD)
    return done


def _received(hand_in: HandIn) -> datetime:
    moment = hand_in.as_of if hand_in.as_of.tzinfo else hand_in.as_of.replace(tzinfo=UTC)
    return moment + timedelta(minutes=20)
