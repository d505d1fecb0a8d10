"""Telling people outside the screens: a signed web hook and e-mail. Messages wait in a line in the database and are tried again.

One group of alerts is one message a channel, however many units it has. The hook's body is signed: the header
X-Chengshu-Signature is `sha256=` and the HMAC-SHA256 of the time in X-Chengshu-Time, a dot, and the body, under the secret
alert_hook (`run.py secrets`). Nothing here is ever waited for by whoever hands data in.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import smtplib
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from app.errors import ChengshuError, Unavailable
from app.exchange.fetch import post
from data import alerts as kept

if TYPE_CHECKING:
    from app.system import System

SECRET = "alert_hook"  # noqa: S105 - the name of a secret, not one
MOST_TRIES, FIRST_S, LONGEST_S = 12, 15, 3600
SECONDS = 15.0
log = logging.getLogger("chengshu")


def enqueue(cursor: Any, system: System, city: str, rows: list[dict[str, Any]]) -> None:
    """Put a message for every group of new alerts into the line, for the channels that their rules name and the settings have."""
    settings, messages = system.settings, []
    open_ = {"hook": bool(settings.alert_hook_url), "mail": bool(settings.alert_mail_to and settings.smtp_host)}
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["group_no"], []).append(row)
    for number, mine in groups.items():
        first = min(mine, key=lambda row: (kept.SEVERITIES.index(row["severity"]), row["alert"]))
        known = [rule for rule in map(system.alerts.rules.get, {row["rule"] for row in mine}) if rule is not None]
        told = {channel for rule in known for channel in rule.told}
        for channel in ("hook", "mail"):
            if channel in told and open_[channel]:
                messages.append((first["alert"], channel, json.dumps(message(system, city, number, first, mine), ensure_ascii=False)))
    kept.enqueue(cursor, city, messages, _now())


def message(system: System, city: str, group: int, first: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What is said of a group: its gravest alert, and how many there are."""
    rule, indicator = system.alerts.rules.get(first["rule"]), system.indicators[first["indicator"]]
    return {
        "city": city, "group": group, "alerts": len(rows), "alert": first["alert"], "severity": first["severity"], "rule": first["rule"],
        "name_zh": rule.name_zh if rule else first["rule"], "name_en": rule.name_en if rule else first["rule"],
        "indicator": first["indicator"], "indicator_zh": indicator.name_zh, "indicator_en": indicator.name_en,
        "unit_code": first["code"], "unit_codes": [row["code"] for row in rows[:20]], "value": first["value"], "limit": first["limit_value"],
        "unit_of_measure": indicator.unit, "raised_at": datetime.fromtimestamp(first["raised_at"], UTC).isoformat(), "owner": first["owner"],
        "address": f"{system.settings.public_url}/alerts?city={city}&alert={first['alert']}",
    }


def signature(key: bytes, at: str, body: bytes) -> str:
    """What the header X-Chengshu-Signature says."""
    return "sha256=" + hmac.new(key, at.encode() + b"." + body, hashlib.sha256).hexdigest()


def deliver(system: System, now: datetime | None = None) -> int:
    """Send what is due; returns how many messages arrived."""
    arrived, now = 0, now or _now()
    for row in kept.waiting(system.db, now):
        try:
            (_hook if row["channel"] == "hook" else _mail)(system, row["body"])
        except (ChengshuError, OSError, smtplib.SMTPException) as error:
            tries = row["tries"] + 1
            wait = min(LONGEST_S, FIRST_S * 2 ** row["tries"])
            kept.sent(system.db, row["push"], now, str(error) or type(error).__name__, now + timedelta(seconds=wait) if tries < MOST_TRIES else None)
            log.warning("An alert could not be sent (%s, try %s): %s", row["channel"], tries, error)
            continue
        kept.sent(system.db, row["push"], _now())
        arrived += 1
    return arrived


def _hook(system: System, text: str) -> None:
    body, at = text.encode(), str(int(time.time()))
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Chengshu-Time": at,
               "X-Chengshu-Signature": signature(system.secrets.key(SECRET), at, body)}
    status = post(system.settings.alert_hook_url, system.settings, body, headers, SECONDS)
    if not 200 <= status < 300:
        raise Unavailable(f"The hook answers {status}", "It must answer 2xx")


def _mail(system: System, text: str) -> None:
    told, settings = json.loads(text), system.settings
    mail = EmailMessage()
    more = f"（共 {told['alerts']} 处 / {told['alerts']} places）" if told["alerts"] > 1 else ""
    mail["Subject"] = _line(f"[{told['severity']}] {told['name_zh']} / {told['name_en']}{more}")
    mail["From"], mail["To"] = settings.smtp_from, settings.alert_mail_to
    mail["Message-ID"] = f"<alert-{told['city']}-{told['alert']}@chengshu.local>"
    mail.set_content("\n".join(f"{name}: {value}" for name, value in told.items() if value not in (None, [])) + "\n")
    if settings.smtp_security == "tls":
        server = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(mail)


def _line(text: str) -> str:
    return " ".join(text.split())[:200]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Messenger:
    """A thread that sends what waits, and once a minute looks for silence and for what is overdue; `stop()` ends it."""

    def __init__(self, system: System, seconds: float = 60) -> None:
        self.system, self.seconds = system, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alert-messenger", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the message in work."""
        self._stop.set()
        self.system.alerts.wake()
        if self._thread.is_alive():
            self._thread.join(30)

    def round(self) -> None:
        """Look once: silence, what is overdue, what waits to be sent."""
        from app.alerts import life

        for city in list(self.system.cities):
            silence = {rule.indicator for rule in self.system.alerts.rules.of(None) if rule.oldest is not None or rule.misses}
            if silence:
                self.system.alerts.take_up(city, silence)
            life.escalate(self.system, city)
        deliver(self.system)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.system.alerts.has_news.wait(self.seconds)
            self.system.alerts.has_news.clear()
            if self._stop.is_set():
                return
            try:
                self.round()
            except ChengshuError as error:
                log.error("Alerts could not be looked after: %s", error)
            except Exception:
                log.exception("Alerts could not be looked after")
