"""The watch over one city: which steps are judged, what they raise, lift and end, who belongs together, who is told.

Steps are judged in the order in which they were known; at a first start the last days of history are judged the same way,
with their own times. Alerts of one area and time share a group; where one rule is met at many units at once (a storm), they
share one of their own, so that ten thousand alerts are a handful of things that go on.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from app.alerts import places, push, rules
from app.alerts.deadlines import due
from app.alerts.rules import Reading, Rule
from app.alerts.track import Track, reading_of, silent
from app.indicators.cube import length_of
from app.indicators.learnt import Band
from app.indicators.status import now_of
from data import alerts as kept

if TYPE_CHECKING:
    from app.system import System

WINDOW_S = 6 * 3600         # alerts of one area within so many seconds belong together
AGAIN_S = 6 * 3600          # an alert whose condition comes back within this goes on as the same
PASSED_S = 24 * 3600        # an alert that ended by itself and that nobody took up is closed after this
STORM = 5                   # units at which one rule is met at once, from which on they are one thing
_GRAVE = {severity: place for place, severity in enumerate(kept.SEVERITIES)}


class CityWatch:
    """The watch over one city: a track per rule, the alerts that stand."""

    def __init__(self, system: System, city: str, known: rules.Rules) -> None:
        self.system, self.city, self.rules = system, city, known
        self.tracks: dict[str, Track] = {}
        self.alarms: dict[tuple[str, int], dict[str, Any]] = {}
        self.groups: dict[str, tuple[int, int]] = {}        # key of a group → (its number, when its last alert was raised)
        self.marks = kept.marks(system.db, city)
        self.read()

    def read(self) -> None:
        """The alerts as they are kept: people acted on them."""
        self.alarms = {(row["rule"], row["seq"] - 1): row for row in kept.standing(self.system.db, self.city)}
        for row in self.alarms.values():
            if self.groups.get(row["area"], (0, 0))[1] < row["raised_at"]:
                self.groups[row["area"]] = (row["group_no"], row["raised_at"])

    def judge(self, indicators: set[str] | None, replay_s: int) -> int:
        """Judge every step that was not judged yet, in the order in which they were known, and keep what came out."""
        values, now = self.system.values(self.city), now_of(self.system, self.city)
        told = _Told(now)
        line: dict[int, list[tuple[Rule, Any, int]]] = defaultdict(list)
        quiet: list[tuple[Rule, Any]] = []
        missing: list[tuple[Rule, Any]] = []
        for rule in self.rules.of(indicators):
            cube = values.cube(rule.indicator)
            if cube.times.size == 0 or rule.level not in cube.levels:
                continue
            if rule.oldest is not None:
                quiet.append((rule, cube))
                continue
            self._track(rule, cube)
            if rule.misses:
                missing.append((rule, cube))
            if rule.foresees:
                row = cube.times.size - 1
                if self.marks.get(rule.id) != int(cube.times[row]) and cube.ahead(rule.level, int(cube.times[row]), rule.foresees[0]) is not None:
                    line[min(now, int(cube.times[row]) + _spent(cube))].append((rule, cube, row))
                    self.marks[rule.id] = int(cube.times[row])
                continue
            since = self.marks.get(rule.id, int(cube.times[-1]) - replay_s)
            length = _spent(cube)
            for row in range(int(np.searchsorted(cube.times, since)), cube.times.size):
                line[min(now, int(cube.times[row]) + length)].append((rule, cube, row))
            self.marks[rule.id] = max(int(cube.times[-1]), since)
        for rule, cube in missing:
            self._heard(rule, cube, now, told)
        for at in sorted(line):
            self._judge_at(at, line[at], told)
            self._pass(at, told)
        for rule, cube in quiet:
            self._judge_silence(rule, cube, now, told)
        for rule, cube in missing:
            self._missed(rule, cube, now, told)
        self._pass(now, told)
        self._silent(now, told)
        if told.changed or line:
            self._save(told)
        return len(told.new)

    # what is raised, lifted, ended

    def _track(self, rule: Rule, cube: Any) -> Track:
        size = cube.hierarchy.sizes[rule.level]
        track = self.tracks.get(rule.id)
        if track is not None and track.at.size == size:
            return track
        track = self.tracks[rule.id] = Track(rule, size, cube.indicator.cadence)
        for (name, i), row in self.alarms.items():
            if name == rule.id and row["ended_at"] is None and i < size and (not rule.misses or row["last_value"] is not None):
                track.rank[i] = next((k for k, (severity, _) in enumerate(rule.colours) if severity == row["severity"]), 0)
        mark = self.marks.get(rule.id)
        if mark is not None and not rule.foresees:
            end = int(np.searchsorted(cube.times, mark, side="right"))
            for row in range(max(0, end - track.needed), end):
                track.warm(int(cube.times[row]), reading_of(rule, cube, row, {}))
        return track

    def _judge_at(self, at: int, asked: list[tuple[Rule, Any, int]], told: _Told) -> None:
        bands: dict[Any, Band] = {}
        raised: list[dict[str, Any]] = []
        for rule, cube, row in asked:
            when, reading = int(cube.times[row]), reading_of(rule, cube, row, bands)
            found = self._track(rule, cube).step(when, reading)
            for i in found.ended.tolist():
                self._end(rule, i, at, reading, told)
            for i in found.lifted.tolist():
                self._lift(rule, i, int(found.rank[i]), at, reading, told)
            for i in found.raised.tolist():
                new = self._raise(rule, i, int(found.rank[i]), at, when - (self.tracks[rule.id].needed - 1) * length_of(cube.indicator.cadence),
                                  reading, told)
                if new is not None:
                    raised.append(new)
            self._follow(rule, found.rank, when, reading, told)
        self._group(raised, told)

    def _raise(self, rule: Rule, i: int, rank: int, at: int, began: int, reading: Reading, told: _Told) -> dict[str, Any] | None:
        severity = rule.colours[rank][0]
        old = self.alarms.get((rule.id, i))
        if old is not None and old["state"] != "closed" and (old["ended_at"] is None or at - old["ended_at"] <= AGAIN_S):
            old["ended_at"] = None
            if _GRAVE[severity] < _GRAVE[old["severity"]]:
                old["severity"] = severity
            if old["value"] is None and rule.oldest is None:        # it was raised for silence, and speaks now of what the rule is about
                old["limit_value"], old["usual"] = _limits(rule, rank, i, reading)
                old["value"] = old["peak"] = old["last_value"] = float(reading.value[i])
            told.step(old, "again", at)
            return None
        limit, usual = _limits(rule, rank, i, reading)
        value = float(reading.value[i])
        new = {"alert": None, "city": self.city, "rule": rule.id, "severity": severity, "indicator": rule.indicator, "level": rule.level,
               "seq": i + 1, "code": "", "area": "", "group_no": None, "value": value, "limit_value": limit, "usual": usual, "peak": value,
               "last_value": value, "began_at": min(began, at), "raised_at": at, "last_at": at, "ended_at": None, "state": "raised", "since": at,
               "due_at": due(severity, "raised", at), "owner": rule.department, "told_at": None}
        self.alarms[rule.id, i] = new
        told.new.append(new)
        told.step(new, "raise", at)
        return new

    def _lift(self, rule: Rule, i: int, rank: int, at: int, reading: Reading, told: _Told) -> None:
        row, severity = self.alarms.get((rule.id, i)), rule.colours[rank][0]
        if row is None or _GRAVE[severity] >= _GRAVE[row["severity"]]:
            return
        row["severity"], row["limit_value"] = severity, _limits(rule, rank, i, reading)[0]
        told.step(row, "lift", at, severity)

    def _end(self, rule: Rule, i: int, at: int, reading: Reading, told: _Told) -> None:
        row = self.alarms.get((rule.id, i))
        if row is not None and row["ended_at"] is None:
            row["ended_at"], row["last_value"], row["last_at"] = at, float(reading.value[i]), at
            told.step(row, "end", at)

    def _follow(self, rule: Rule, rank: np.ndarray, when: int, reading: Reading, told: _Told) -> None:
        """The newest value and the farthest one of what stands."""
        term = rule.colours[0][1][0]
        for i in np.flatnonzero((rank >= 0) & np.isfinite(reading.value)).tolist():
            row = self.alarms.get((rule.id, i))
            if row is None or row["ended_at"] is not None:
                continue
            value = float(reading.value[i])
            around = row["usual"] if row["usual"] is not None and term.what == "abs(score)" else 0.0
            is_more = abs(value - around) > abs(row["peak"] - around) if term.what == "abs(score)" else \
                value < row["peak"] if term.op[0] == "<" or term.what == "below" else value > row["peak"]
            row["last_value"], row["last_at"], row["peak"] = value, max(when, row["last_at"]), value if is_more else row["peak"]
            told.touch(row)

    def _judge_silence(self, rule: Rule, cube: Any, now: int, told: _Told) -> None:
        """Units that stopped reporting, and those that speak again."""
        quiet, at = silent(rule, cube, now)
        raised = []
        nothing = Reading(np.where(quiet, np.nan, cube.newest(rule.level)[1]))
        for i in np.flatnonzero(quiet).tolist():
            old = self.alarms.get((rule.id, i))
            if old is None or (old["ended_at"] is not None and now - old["ended_at"] > AGAIN_S):
                new = self._raise(rule, i, 0, now, int(at[i]), Reading(np.zeros(quiet.size)), told)
                if new is not None:
                    new["value"] = new["peak"] = new["last_value"] = new["limit_value"] = None
                    raised.append(new)
        for (name, i), row in self.alarms.items():
            if name == rule.id and row["ended_at"] is None and i < quiet.size and not quiet[i]:
                self._end(rule, i, now, nothing, told)
        self._group(raised, told)

    def _heard(self, rule: Rule, cube: Any, now: int, told: _Told) -> None:
        """Alerts raised for silence end where the unit reports again; what it says is judged after that."""
        quiet, _ = silent(rule, cube, now)
        value = cube.newest(rule.level)[1]
        for (name, i), row in self.alarms.items():
            if name == rule.id and row["ended_at"] is None and row["last_value"] is None and i < quiet.size and not quiet[i]:
                self._end(rule, i, now, Reading(value), told)

    def _missed(self, rule: Rule, cube: Any, now: int, told: _Told) -> None:
        """Units of a rule about values that stopped reporting: an alert in its mildest colour where none stands. It has no value."""
        quiet, at = silent(rule, cube, now)
        raised = []
        for i in np.flatnonzero(quiet).tolist():
            old = self.alarms.get((rule.id, i))
            if old is not None and old["ended_at"] is None:
                continue
            if old is not None and old["state"] != "closed" and now - old["ended_at"] <= AGAIN_S:
                old["ended_at"], old["last_value"] = None, None
                told.step(old, "again", now, "no data")
                continue
            new = self._raise(rule, i, 0, now, int(at[i]), Reading(np.full(quiet.size, np.nan)), told)
            if new is not None:
                new["value"] = new["peak"] = new["last_value"] = None
                raised.append(new)
        self._group(raised, told)

    def _silent(self, now: int, told: _Told) -> None:
        """Alerts of units that fell silent end where their rule says so."""
        for (name, _), row in self.alarms.items():
            rule = self.rules.get(name)
            if rule is not None and rule.no_data == "clear" and row["ended_at"] is None and rule.oldest is None:
                cadence = self.system.indicators[rule.indicator].cadence
                if now - row["last_at"] > 3 * length_of(cadence):
                    row["ended_at"] = now
                    told.step(row, "end", now, "no data")

    def _pass(self, at: int, told: _Told) -> None:
        """What ended by itself and nobody took up is closed after a while."""
        for key, row in list(self.alarms.items()):
            if row["state"] == "raised" and row["ended_at"] is not None and at - row["ended_at"] >= PASSED_S:
                row["state"], row["since"], row["due_at"] = "closed", at, None
                told.step(row, "pass", at)
                self.alarms.pop(key)

    # who belongs together

    def _group(self, raised: list[dict[str, Any]], told: _Told) -> None:
        """Give new alerts of one moment their unit's code, their area and their group."""
        if not raised:
            return
        hierarchy = self.system.values(self.city).hierarchy("floor" if any(row["level"] == "floor" for row in raised) else "building")
        named = places.Places(self.system, self.city, hierarchy)
        by_rule: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in raised:
            row["code"], row["area"] = named.code(row["level"], row["seq"] - 1), named.area(row["level"], row["seq"] - 1)
            by_rule[row["rule"]].append(row)
        storms = {rule: f"{rule} {named.around(rows)}" for rule, rows in by_rule.items() if len(rows) > STORM}
        for row in raised:
            storm = storms.get(row["rule"]) or next((key for key in (f"{row['rule']} {place}" for place in named.above(row))
                                                     if self._group_of(key, row["raised_at"]) is not None), None)
            told.grouped.append((row, storm or (f"{row['rule']} {named.above(row)[0]}" if row["level"] == "district" else row["area"])))

    def _group_of(self, key: str, at: int) -> int | None:
        number, last = self.groups.get(key, (0, -(2**62)))
        return number if at - last <= WINDOW_S else None

    def _founded(self, key: str, number: int, at: int) -> None:
        self.groups[key] = (number, at)

    def _save(self, told: _Told) -> None:
        with self.system.db.write() as cursor:
            first = kept.next_number(cursor)
            for number, row in enumerate(told.new, start=first):
                row["alert"] = number
            for row, key in told.grouped:
                group = self._group_of(key, row["raised_at"])
                row["group_no"] = row["alert"] if group is None else group
                self._founded(key, row["group_no"], row["raised_at"])
            fresh = {id(row) for row in told.new}
            self._tell(told)
            changed = [row for row in told.changed.values() if id(row) not in fresh]
            steps = [{"alert": row["alert"], "act": act, "state": state, "at": at, "note": note} for row, act, state, at, note in told.steps]
            kept.save(cursor, self.city, told.new, changed, steps, datetime.now(UTC).replace(tzinfo=None))
            kept.set_marks(cursor, self.city, self.marks)
            push.enqueue(cursor, self.system, self.city, told.now_told)
        if told.now_told:                       # the messenger judges silence itself: woken by nothing, it would never sleep
            self.system.alerts.wake()

    def _tell(self, told: _Told) -> None:
        """Who is told now: what is new or graver and not in its quiet hours; what came in quiet hours once they are over."""
        zone = ZoneInfo(self.system.city(self.city).timezone)
        for row in self.alarms.values():
            rule = self.rules.get(row["rule"])
            if row["told_at"] is not None or row["ended_at"] is not None or rule is None:
                continue
            local = datetime.fromtimestamp(told.now, zone)
            if rule.is_quiet(local.hour * 3600 + local.minute * 60 + local.second):
                continue
            row["told_at"] = told.now
            told.touch(row)
            if told.now - row["raised_at"] <= 2 * WINDOW_S:     # history that is judged at a first start is no news
                told.now_told.append(row)


class _Told:
    """What one evaluation found."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.new: list[dict[str, Any]] = []
        self.changed: dict[int, dict[str, Any]] = {}
        self.steps: list[tuple[dict[str, Any], str, str, int, str]] = []
        self.grouped: list[tuple[dict[str, Any], str]] = []
        self.now_told: list[dict[str, Any]] = []

    def touch(self, row: dict[str, Any]) -> None:
        """Keep that an alert is not what the database has."""
        self.changed[id(row)] = row

    def step(self, row: dict[str, Any], act: str, at: int, note: str = "") -> None:
        """Keep a step of an alert."""
        self.touch(row)
        self.steps.append((row, act, row["state"], at, note))


def _limits(rule: Rule, rank: int, i: int, reading: Reading) -> tuple[float | None, float | None]:
    """(the limit of the deciding condition as a value, what is usual) at one unit."""
    if rule.oldest is not None or not np.isfinite(reading.value[i]):
        return None, None
    limit = float(rule.colours[rank][1][0].in_values(reading)[i])
    usual = float(reading.band.centre[i]) if reading.band is not None else np.nan
    return (limit if np.isfinite(limit) else None), (usual if np.isfinite(usual) else None)


def _spent(cube: Any) -> int:
    """Seconds after the start of a step at which its value is known: an hourly one with its hour, a daily one at the day's end."""
    cadence = cube.indicator.cadence
    return 0 if cadence.startswith("PT") else 86_400 if cadence == "P1D" else length_of(cadence)
