"""What opens a screen without a password: kiosk tokens for walls, and the link of the terminal for the machine itself."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import BadInput, NotFound, Refused
from app.identity.office import Office, hash_of, token

START = "kiosk_"
LINK_S = 900


@dataclass(frozen=True)
class Kiosk:
    """A screen that nobody sits at: it reads one city, or what lies below one unit of it, until a day."""

    id: int
    name: str
    city: str
    unit: str
    made_at: int
    made_by: str
    until: int
    ended_at: int | None


class Kiosks:
    """Make, list, revoke and recognise kiosk tokens."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def make(self, name: str, city: str, by: str, unit: str = "", days: int = 365) -> str:
        """A new token, which nobody can show again; `/kiosk/<token>` opens the screen."""
        shown = " ".join(name.split())[:60]
        if not shown or not city:
            raise BadInput("A kiosk needs a name and a city", "Name the screen and the city that it shows")
        if not 1 <= days <= 3660:
            raise BadInput("A kiosk lives 1 to 3660 days", "Give it a day on which somebody looks again", value=days)
        raw, now = token(START), self.office.now()
        self.office.people.add("kiosk", hash=hash_of(raw), name=shown, city=city, unit=unit, made_at=now, made_by=by, until=now + days * 86_400)
        self.office.note(by, "account", "kiosk.make", "allowed", city=city, units=(unit,) if unit else (), detail=shown)
        return raw

    def listing(self) -> list[Kiosk]:
        """Every kiosk, ended ones too."""
        return [_kiosk(row) for row in self.office.people.find("kiosk")]

    def revoke(self, number: int, by: str) -> None:
        """The screen goes dark at once."""
        with self.office.people.write():
            if not self.office.people.change("kiosk", {"id": number, "ended_at": None}, ended_at=self.office.now()):
                raise NotFound("No such kiosk, or it was revoked already", "Look at the list again", value=number)
            self.office.people.change("session", {"kiosk": number, "ended_at": None}, ended_at=self.office.now())
        self.office.note(by, "account", "kiosk.revoke", "allowed", detail=str(number))

    def find(self, raw: str) -> Kiosk | None:
        """The living kiosk of a token."""
        if not raw.startswith(START) or len(raw) > 100:
            return None
        row = self.office.people.one("kiosk", hash=hash_of(raw), ended_at=None)
        return _kiosk(row) if row and self.office.now() < row["until"] else None

    def get(self, number: int) -> Kiosk | None:
        """The living kiosk of that id."""
        row = self.office.people.one("kiosk", id=number, ended_at=None)
        return _kiosk(row) if row and self.office.now() < row["until"] else None


class Links:
    """The one-time link that the terminal prints."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def make(self) -> str:
        """A new one; those before stop working."""
        raw, now = token(), self.office.now()
        with self.office.people.write():
            self.office.people.remove("link", used_at=None)
            self.office.people.sweep("link", "until", now - 86_400)
            self.office.people.add("link", hash=hash_of(raw), made_at=now, until=now + LINK_S)
        return raw

    def use(self, raw: str) -> None:
        """Spend it; raises Refused for one that is forged, spent or too old. Two at once: one of them gets in."""
        with self.office.people.write():
            row = self.office.people.one("link", hash=hash_of(raw[:100]), used_at=None)
            if row is None or self.office.now() >= row["until"]:
                raise Refused("This link was used already, or is too old", "`python run.py link` prints a new one")
            self.office.people.change("link", {"id": row["id"]}, used_at=self.office.now())


def _kiosk(row: dict) -> Kiosk:
    return Kiosk(**{name: value for name, value in row.items() if name != "hash"})
