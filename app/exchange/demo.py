"""The demo city at work: taken in at the first start, and reporting on while the server runs.

It goes the way of real data: hand-in files, the front library, rules, the tower. Its clock is its own: the feed hands
in the next hour every CHENGSHU_FEED_SECONDS, and counts as received in that hour.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.catalogue import history
from app.catalogue.measures import measure
from app.catalogue.shelf import Catalogue
from app.exchange.demo_records import take_records
from app.exchange.stock import stock
from app.system import System
from data.demo import feed as demo_feed
from data.demo import write as demo_write
from data.demo.incidents import written_until
from data.demo.requests import plan_requests
from data.handin import HandIn
from data.intake import Receipt, take_in

KEY = "demo"
Say = Callable[[str, float], None]
log = logging.getLogger("chengshu")


# what a visitor can do without for the first half minute: the page opens before these are in
INSIDE = ("attribute_building", "attribute_floor", "reading_inside")
CATALOGUE = ("resource_", "item_", "responsibility_", "system_", "demand_")


def prepare(system: System, size: str, until: datetime | None = None, say: Say | None = None,
            is_usable: Callable[[], None] | None = None) -> list[Receipt]:
    """Write the demo city and take it in; writing and taking in overlap. Returns the receipts.

    `say(text, share)` is told what goes on, share from 0 to 1; `is_usable()` is called once the map and the vital
    signs can be shown; buildings and floors come next, then the catalogue and the records. What is already in is a
    replay: nothing changes.
    """
    tell = _onwards(say or _silent)
    until = until or written_until(system.settings.home / "demo")     # an interrupted first start goes on with the same files
    receipts: list[Receipt] = []
    inside: list[HandIn] = []
    catalogue: list[HandIn] = []
    written = [0.0]
    is_drawn = False

    def note(_file: str, done: float) -> None:
        written[0] = done

    def take(hand_in: HandIn, step: str = "") -> None:
        waiting = len(inside) + len(catalogue) + 8
        tell(step or hand_in.dataset, min(0.98, 0.5 * written[0] + 0.5 * len(receipts) / (len(receipts) + waiting)))
        receipts.append(take_in(system.db, hand_in))

    for hand_in in _ahead(system.settings.home / "demo", size, system.settings.demo_seed, until, note):
        if hand_in.file.stem.startswith(INSIDE + CATALOGUE):
            (inside if hand_in.file.stem.startswith(INSIDE) else catalogue).append(hand_in)
            continue
        if hand_in.dataset in ("attribute", "reading", "flow") and not is_drawn:
            system.read_cities()
            if any(not receipt.is_replay for receipt in receipts):
                system.draw(KEY, _telling(tell, "tiles", 0.5 * written[0]))
            is_drawn = True
        take(hand_in)
    _take_up(system, tell)
    if is_usable:
        is_usable()
    for hand_in in inside:
        take(hand_in)
    _take_up(system, tell)
    for hand_in in catalogue:
        take(hand_in, "catalogue")
    sizes = stock(system, KEY, catalogue[-1].as_of, system.settings.home / "demo") if catalogue else None
    if sizes is not None:
        take(sizes, "catalogue")
    tell("records", 0.98)
    receipts += take_records(system, size, _aware(receipts[0].hand_in.as_of))
    _take_up(system, tell)
    if any(hand_in.dataset == "resource" for hand_in in catalogue):
        receive_requests(system, max(receipt.hand_in.as_of for receipt in receipts))
    system.events.write(system.db)
    system.db.checkpoint()
    return receipts


def receive_requests(system: System, until: datetime) -> None:
    """The demo city's year at the request desk, and what its catalogue's rates were since its data began."""
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    shelf = Catalogue(system.db).shelf(KEY)
    resources = [(one.code, one.department, one.sharing) for one in shelf.resources.values() if one.is_active]
    wanted = [(row["department"], row["resource"]) for row in shelf.lists["demand"] if row["resource"]]
    history.play(system, KEY, plan_requests(system.settings.demo_seed, until, resources, wanted), until)
    since = int(system.values(KEY).cube("aqi").times[0]) if system.values(KEY).cube("aqi").times.size else int(until.timestamp())
    measure(system, KEY, until, max(1, int((until.timestamp() - since) // 86_400)))


def _take_up(system: System, tell: Say) -> None:
    system.read_cities()
    system.values(KEY).take_up(_telling(tell, "tower", 0.98))
    system.read_cities()


def _silent(text: str, share: float) -> None:
    """Say nothing."""


def _onwards(tell: Say) -> Say:
    """A bar that never goes back."""
    furthest = [0.0]

    def told(text: str, share: float) -> None:
        furthest[0] = max(furthest[0], share)
        tell(text, furthest[0])
    return told


def _telling(tell: Say, text: str, share: float) -> Callable[[float], None]:
    def told(_done: float) -> None:
        tell(text, share)
    return told


def _ahead(folder: Path, size: str, seed: int, until: datetime | None, progress: Say) -> Iterator[HandIn]:
    """The hand-ins in order, written by a thread of their own a few files ahead."""
    line: queue.Queue[HandIn | BaseException | None] = queue.Queue(maxsize=6)

    def produce() -> None:
        try:
            for hand_in in demo_write(folder, size, seed, until, progress=progress):
                line.put(hand_in)
            line.put(None)
        except BaseException as error:
            line.put(error)

    threading.Thread(target=produce, name="demo-city", daemon=True).start()
    while (item := line.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        yield item


class Feed:
    """A thread that hands in the next demo hour every `seconds`; `stop()` ends it between two hours."""

    def __init__(self, system: System, size: str, seconds: float) -> None:
        self.system, self.size, self.seconds = system, size, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-feed", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the hour in work."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _run(self) -> None:
        newest = self.system.newest_of(KEY, "temperature_c")
        if newest is None:
            return
        since = datetime.fromtimestamp(newest, UTC)
        folder = self.system.settings.home / "demo"
        try:
            for hand_ins in demo_feed(folder, self.size, self.system.settings.demo_seed, since=since):
                started = time.monotonic()
                self.tick(hand_ins)
                if self._stop.wait(max(0.0, self.seconds - (time.monotonic() - started))):
                    return
        except Exception:
            log.exception("The demo feed stopped")

    def tick(self, hand_ins: list[HandIn]) -> list[Receipt]:
        """Hand in one hour; its files are removed once they are in."""
        receipts = [take_in(self.system.db, hand_in, received_at=max(datetime.now(UTC), _aware(hand_in.as_of) + timedelta(minutes=1)))
                    for hand_in in hand_ins]
        self.system.settle(receipts)
        for hand_in in hand_ins:
            hand_in.file.unlink(missing_ok=True)
        return receipts


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
