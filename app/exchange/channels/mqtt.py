"""An MQTT topic: messages with readings as JSON, taken with QoS 1 and acknowledged once they are on the disk.

    topic → spool/<time>.jsonl (written and synced, then acknowledged) → handed in as one batch by count or time → removed

The session is kept by the broker (client id, no clean start), so what is published while this program is down comes later.
A message that is no JSON object or list of objects is kept in held/, with its topic and its text. Address:
`mqtt://user:${NAME}@host:1883/some/topic/#`; `mqtts` for TLS.
"""

from __future__ import annotations

import json
import os
import queue
import ssl
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho

from app.errors import BadInput, Unavailable
from app.exchange.holding import hold_bad, put_aside
from app.exchange.receiving import Arrival, Folders, Outcome, receive
from app.exchange.sources import Source, filled, shown

if TYPE_CHECKING:
    from app.system import System

COUNT, SECONDS, QUIET_SECONDS, CONNECT_SECONDS = 20_000, 5.0, 1.0, 10.0
MESSAGE_MOST = 4_000_000


class Listener:
    """A connection of one source: `start()` listens until `stop()`; `turn()` hands in what the spool holds when it is time."""

    def __init__(self, system: System, source: Source) -> None:
        self.system, self.source, self.folders = system, source, Folders(system.settings.home, source)
        self.waiting: queue.Queue[paho.MQTTMessage] = queue.Queue()
        self.error = ""
        self.ready = threading.Event()
        self._stop = threading.Event()
        self._spool: Any = None
        self._rows, self._since, self._heard = 0, 0.0, time.monotonic()
        self._lock = threading.Lock()
        self.client = self._client()
        self._thread = threading.Thread(target=self._write, name=f"mqtt-{source.id}", daemon=True)

    def _client(self) -> paho.Client:
        parts = urlsplit(filled(self.source.address))
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not parts.path.strip("/"):
            raise BadInput("This is not an address of a topic", "It looks like mqtt://user:${NAME}@host:1883/topic/#",
                           value=shown(self.source.address))
        self.host, self.port = parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        self.topic = unquote(parts.path[1:] + (f"#{parts.fragment}" if "#" in self.source.address.partition("://")[2] else ""))
        made = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"chengshu-{self.source.id}", clean_session=False, manual_ack=True)
        if parts.username:
            made.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            made.tls_set_context(ssl.create_default_context())
        made.on_connect, made.on_message, made.on_subscribe = self._on_connect, self._on_message, self._on_subscribe
        made.on_disconnect = self._on_disconnect
        return made

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if reason.is_failure:
            self.error = f"The broker refuses the connection: {reason}"
            return
        self.error = ""
        client.subscribe(self.topic, qos=1)

    def _on_subscribe(self, _client: paho.Client, _data: Any, _number: int, reasons: list[Any], _more: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            self.error = "The broker refuses the topic"
            return
        self.ready.set()

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if not self._stop.is_set():
            self.error = f"The connection to the broker ended: {reason}"

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self._heard = time.monotonic()
        self.waiting.put(message)

    def start(self) -> None:
        """Connect and listen. Raises Unavailable where the broker cannot be reached."""
        try:
            self.client.connect(self.host, self.port, keepalive=30)
        except (OSError, ValueError) as error:
            raise Unavailable("The broker of the source does not answer", "Check its address and the network", host=self.host,
                              reason=error) from error
        self._thread.start()
        self.client.loop_start()
        if not self.ready.wait(CONNECT_SECONDS):
            told = self.error or "The broker does not answer the subscription"
            self.stop()
            raise Unavailable(told, "Check the account and the topic", host=self.host)

    def stop(self) -> None:
        """End listening; what is on the disk stays there for the next start."""
        self._stop.set()
        with suppress(OSError, ValueError, RuntimeError):
            self.client.disconnect()
        self.client.loop_stop()
        if self._thread.is_alive():
            self._thread.join(10)
        with self._lock:
            self._close()

    def is_quiet(self) -> bool:
        """True once nothing came for a while and nothing waits to be written."""
        return self.waiting.empty() and time.monotonic() - self._heard > QUIET_SECONDS

    def _write(self) -> None:
        """Messages onto the disk in groups: all that wait, one sync, then their acknowledgements."""
        while not (self._stop.is_set() and self.waiting.empty()):
            group = []
            with suppress(queue.Empty):
                group.append(self.waiting.get(timeout=0.2))
                while len(group) < 1000:
                    group.append(self.waiting.get_nowait())
            if not group:
                continue
            try:
                with self._lock:
                    self._keep(group)
            except OSError as error:          # the disk is full: unacknowledged, the broker gives them again
                self.error = f"The messages cannot be stored: {error.strerror}"
                time.sleep(1)
                continue
            for message in group:
                acknowledge(self.client, message)

    def _keep(self, group: list[paho.MQTTMessage]) -> None:
        for message in group:
            rows = rows_of(message.payload, message.topic)
            if rows is None:
                self._odd(message)
                continue
            if self._spool is None:
                self._spool = (self.folders.of("spool") / f"{time.time_ns()}.jsonl.open").open("ab")
                self._since = time.monotonic()
            self._spool.write(b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows))
            self._rows += len(rows)
        if self._spool is not None:
            self._spool.flush()
            os.fsync(self._spool.fileno())

    def _odd(self, message: paho.MQTTMessage) -> None:
        with (self.folders.of("held") / "messages.jsonl").open("ab") as file:
            told = {"at": datetime.now(UTC).isoformat(), "topic": message.topic, "reason": "no JSON object or list of objects",
                    "text": message.payload[:2000].decode("utf-8", "replace")}
            file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _close(self) -> None:
        """The open spool file becomes one that is ready to be handed in."""
        if self._spool is not None:
            name = Path(self._spool.name)
            self._spool.close()
            self._spool, self._rows = None, 0
            name.rename(name.with_suffix(""))

    def turn(self, is_last: bool = False) -> list[Outcome]:
        """Hand in what is ready: a spool that is full, old, or (`is_last`) whatever there is."""
        with self._lock:
            if self._rows >= COUNT or is_last or (self._spool is not None and time.monotonic() - self._since >= SECONDS):
                self._close()
        return drain(self.system, self.source)


def acknowledge(client: paho.Client, message: paho.MQTTMessage) -> None:
    """Tell the broker that a message is kept."""
    client.ack(message.mid, message.qos)


def rows_of(payload: bytes, topic: str) -> list[dict[str, Any]] | None:
    """The rows of a message, each with its topic; None for what is no JSON object or list of objects."""
    if len(payload) > MESSAGE_MOST:
        return None
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    rows = [found] if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return [{**row, "topic": topic} if "topic" not in row else row for row in rows]


def drain(system: System, source: Source) -> list[Outcome]:
    """Hand in the spool files that are ready, the oldest first; each goes once its batch is kept."""
    done = []
    for file in sorted(Folders(system.settings.home, source).of("spool").glob("*.jsonl")):
        arrival = Arrival(source, file, file.name, datetime.now(UTC))
        try:
            one = receive(system, arrival)
        except BadInput as error:
            one = hold_bad(system, arrival, error)
        if one.outcome == "held":
            put_aside(system, one, file)
        file.unlink(missing_ok=True)
        done.append(one)
    return done


def recover(system: System, source: Source) -> None:
    """Spool files that a killed process left open are whole up to their last line: they are ready too."""
    for file in Folders(system.settings.home, source).of("spool").glob("*.jsonl.open"):
        raw = file.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):            # the rest was never acknowledged: the broker gives it again
            file.write_bytes(whole)
        if whole:
            file.rename(file.with_suffix(""))
        else:
            file.unlink()


def collect(system: System, source: Source) -> list[Outcome]:
    """Once: what was left, and what the broker has until it is quiet. Raises Unavailable."""
    recover(system, source)
    done = drain(system, source)
    listener = Listener(system, source)
    listener.start()
    try:
        while not listener.is_quiet():
            time.sleep(0.1)
            done += listener.turn()
    finally:
        listener.stop()
    done += listener.turn(is_last=True)
    if not done:
        from data import deliveries

        with system.db.write() as cursor:
            deliveries.note(cursor, deliveries.Delivery(source.id, deliveries.now(), 0.0, "unchanged", message="no message"))
        done = [Outcome("unchanged")]
    return done


__all__ = ["Listener", "collect", "drain", "recover", "rows_of"]
