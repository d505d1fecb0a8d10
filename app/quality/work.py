"""Work items: who may do what when, how long each step may take, reminders, and corrected rows that come back.

推送 pushed → 签收 signed → 整改 corrected → 复核 reviewed → 关闭 closed. The department that answers for the batch signs and
corrects (data.hand_in, its own items only); a data steward reviews, returns and closes, and may act for anybody.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from app.access import EVERY_DEPARTMENT, Viewer
from app.errors import BadInput, ChengshuError, NotFound, Refused
from app.settings import Settings
from app.sight import Seen
from app.system import System
from data import work_items
from data.handin import HandIn
from data.intake import Receipt, take_in
from data.work_items import ACTS, STATES

STEWARD = ("review", "return", "close", "remind")
MOST_ITEMS, MOST_ROWS = 500, 200
log = logging.getLogger("chengshu")


def hours(settings: Settings, state: str) -> float:
    """Hours an item may stand in a state; none for a closed one."""
    return {"pushed": settings.work_sign_hours, "signed": settings.work_correct_hours, "corrected": settings.work_review_hours,
            "reviewed": settings.work_review_hours}.get(state, 0.0)


def items(seen: Seen, city: str) -> list[dict[str, Any]]:
    """The work items a viewer may see, the newest first, each with `due_at`, `is_overdue` and the acts they may do.

    Raises Refused for who sees a part of the city only: a batch holds rows of any unit.
    """
    now = _now()
    found = seen.rows("work_items", city=_whole(seen, city), departments=departments_of(seen.viewer), most=MOST_ITEMS)
    for row in found:
        row["due_at"] = row["since"] + timedelta(hours=hours(seen.settings, row["state"])) if row["state"] != "closed" else None
        row["is_overdue"] = row["due_at"] is not None and row["due_at"] < now
        row["acts"] = acts_for(seen.viewer, row)
    return found


def departments_of(viewer: Viewer) -> list[str]:
    """The departments whose items a viewer sees; empty for all. Without a department they see none ('-' is nobody's)."""
    if viewer.department == EVERY_DEPARTMENT or viewer.may("data.steward"):
        return []
    return [viewer.department or "-"]


def acts_for(viewer: Viewer, row: dict[str, Any]) -> list[str]:
    """What a viewer may do to an item now."""
    steward = viewer.may("data.steward")
    is_owner = viewer.may("data.hand_in") and viewer.department in (row["owner"], EVERY_DEPARTMENT)
    allowed = [act for act, (states, _) in ACTS.items() if row["state"] in states and (steward or (is_owner and act not in STEWARD))]
    if steward and row["state"] != "closed":
        allowed.append("remind")
    return allowed


def item(seen: Seen, city: str, number: int) -> dict[str, Any]:
    """One item as this viewer sees it, with its acts so far (`events`) and its rejected rows, masked (`rows`). Raises NotFound."""
    row = next((one for one in items(seen, city) if one["item"] == number), None)
    if row is None:
        raise NotFound("No such work item", "Reload the page", value=number)
    return {**row, "events": seen.rows("work_events", city=city, item=number),
            "rows": seen.rows("rejects", city=city, batch=row["batch"], most=MOST_ROWS)}


def act(system: System, seen: Seen, city: str, number: int, what: str, note: str = "") -> dict[str, Any]:
    """Do one act; returns the item after it. Raises Refused where the viewer may not, BadInput where a note is missing."""
    row = item(seen, city, number)
    if what not in row["acts"] or what == "correct":
        raise Refused("This step is not yours, or the item stands elsewhere by now",
                      "Reload the page; the department signs and corrects, a steward reviews", value=what[:40])
    if what in ("explain", "return") and not note.strip():
        raise BadInput("A note is missing", "Say in a few words why")
    viewer = seen.viewer
    if what == "remind":
        work_items.remind(system.db, [number], viewer.name, viewer.department, _now())
    else:
        work_items.act(system.db, number, what, viewer.name, viewer.department, _now(), note.strip()[:500])
    return item(seen, city, number)


def rows_csv(system: System, seen: Seen, city: str, number: int) -> bytes:
    """The rejected rows as the department handed them in, to be mended: UTF-8 CSV with BOM; `_row`, `_rule`, `_column` come last.

    For the department that handed them in, and for a steward whose right reaches personal fields.
    """
    row = item(seen, city, number)
    _own_rows(seen, city, row)
    columns, rows = work_items.rejected_rows(system.db, number, row["dataset"])
    extra = list(dict.fromkeys(name for one in rows for name in json.loads(one["_extra"] or "{}")))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns, *extra, "_row", "_rule", "_column"])
    for one in rows:
        more = json.loads(one["_extra"] or "{}")
        cells = [*(one[name] for name in columns), *(more.get(name) for name in extra)]
        writer.writerow([*map(safe, cells), one["_row"], one["_rule"], one["_column"]])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def correct(system: System, seen: Seen, city: str, number: int, name: str, raw: bytes) -> Receipt:
    """Corrected rows come back: a new batch that corrects the old one, checked like every other. Returns its receipt.

    The item is corrected even where the new batch has rejects of its own: they are a new item.
    """
    row = item(seen, city, number)
    if "correct" not in row["acts"]:
        raise Refused("This step is not yours, or the item stands elsewhere by now", "Sign the item first")
    if len(raw) > system.settings.upload_limit_mb * 1_000_000:
        raise BadInput("The file is too large", "CHENGSHU_UPLOAD_LIMIT_MB says how large it may be", value=len(raw))
    text = _mended(raw, name)
    folder = system.settings.home / "corrections"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{row['dataset']}-{number}-{hashlib.sha256(text).hexdigest()[:12]}.csv"
    path.write_bytes(text)
    path.chmod(0o600)
    hand_in = HandIn(city, row["source"], row["dataset"], path, row["as_of"], corrects=row["batch"])
    with system.db.write():
        receipt = take_in(system.db, hand_in)
        if receipt.is_replay:
            raise BadInput("These rows came in before", "Correct what the rules name, then upload again", file=name[:80])
        work_items.act(system.db, number, "correct", seen.viewer.name, seen.viewer.department, _now(), name[:200], receipt.batch)
    system.settle([receipt])
    return receipt


def board(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per state, in order: items, rows, overdue."""
    return [{"state": state, "items": len(mine), "rows": sum(row["row_count"] for row in mine), "overdue": sum(row["is_overdue"] for row in mine)}
            for state in STATES for mine in [[row for row in found if row["state"] == state]]]


def remind_overdue(system: System) -> int:
    """Remind every department of what is overdue and was not reminded within the last day; returns how many items."""
    now, sent = _now(), 0
    for city in system.cities:
        late = [row["item"] for row in system.rows("work_items", city=city, departments=[], most=MOST_ITEMS)
                if row["state"] != "closed" and row["since"] + timedelta(hours=hours(system.settings, row["state"])) < now
                and (row["reminded_at"] is None or row["reminded_at"] < now - timedelta(days=1))]
        if late:
            sent += work_items.remind(system.db, late, "system", "", now)
    return sent


class Reminders:
    """A thread that reminds every quarter of an hour; `stop()` ends it."""

    def __init__(self, system: System, seconds: float = 900) -> None:
        self.system, self.seconds = system, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reminders", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(self.seconds):
            try:
                remind_overdue(self.system)
            except ChengshuError as error:
                log.error("Reminders could not be written: %s", error)


_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")


def safe(value: Any) -> Any:
    """A cell that no table program takes for a formula: an apostrophe goes before what begins like one, unless it is a number."""
    if isinstance(value, str) and (_FORMULA.match(value) or value.startswith("'")) and not _NUMBER.match(value):
        return "'" + value
    return value


def _mended(raw: bytes, name: str) -> bytes:
    """The uploaded CSV without our own columns and apostrophes, as UTF-8. Raises BadInput."""
    if raw[:4] == b"PAR1" or raw[:2] == b"PK":
        raise BadInput("Corrected rows come as CSV", "Save the sheet as CSV UTF-8", file=name[:80])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadInput("The text is neither UTF-8 nor GB 18030", "Save it as UTF-8", file=name[:80])
    if "\0" in text:
        raise BadInput("The text has NUL bytes", "Export it again as plain CSV", file=name[:80])
    csv.field_size_limit(64_000_000)
    rows = list(csv.reader(io.StringIO(text)))
    if len(rows) < 2:
        raise BadInput("The file has no rows", "Leave the header as it is and mend the rows below it", file=name[:80])
    kept = [i for i, head in enumerate(rows[0]) if head not in ("_row", "_rule", "_column")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        if any(cell.strip() for cell in row):
            writer.writerow([_plain(row[i]) if i < len(row) else "" for i in kept])
    return out.getvalue().encode()


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and safe(cell[1:]) == cell else cell


def _own_rows(seen: Seen, city: str, row: dict[str, Any]) -> None:
    """Whole rows are for the department that handed them in, and for who may see personal fields of the whole city."""
    is_own = seen.viewer.may("data.hand_in") and seen.viewer.department in (row["owner"], EVERY_DEPARTMENT)
    if not is_own and seen.privacy(city) < 3:
        raise Refused("These rows hold personal values of another department", "Its own people can download them")


def _whole(seen: Seen, city: str) -> str:
    seen.require_whole(city)
    return city


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
