"""Unit codes: one grammar from the city down to a floor.

    990100                      city       province 2 + city 2 + "00"
    990103                      district   GB/T 2260, six digits
    990103002                   street     nine digits
    990103002007                community  twelve digits
    990103002007004             grid       fifteen digits, GB/T 30428.1 (unit grid)
    990103002007004B00012       building   grid + "B" + five digits
    990103002007004B00012F003   floor      building + "F" + three digits, counted up from the ground
    990103002007004B00012U001   floor      building + "U" + three digits, counted down: U001 is floor −1

Provinces are those of GB/T 2260 (11–82). Two prefixes lie outside it and are ours: `99` marks a synthetic
city, and a leading `0` marks an imported place that has no Chinese code; there the sequence fields after the
four-character city prefix count in base 36 (0–9, A–Z), so 1 295 districts or 46 655 streets fit.

A code says where a unit was founded and never changes. Its parent today is a column: units move.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import BadInput
from data.levels import LEVELS

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WIDTHS = {"city": 6, "district": 6, "street": 9, "community": 12, "grid": 15, "building": 21, "floor": 25}
_FIELD = {"district": 2, "street": 3, "community": 3, "grid": 3, "building": 5, "floor": 3}
_GRAMMAR = re.compile(
    r"(?P<city>[0-9]{4}|0[0-9A-Z]{3})(?P<district>[0-9A-Z]{2})"
    r"(?:(?P<street>[0-9A-Z]{3})(?:(?P<community>[0-9A-Z]{3})(?:(?P<grid>[0-9A-Z]{3})"
    r"(?:B(?P<building>[0-9A-Z]{5})(?P<floor>[FU][0-9A-Z]{3})?)?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class Code:
    """A parsed unit code."""

    text: str
    level: str

    @property
    def city(self) -> str:
        """The code of the city it lies in."""
        return self.text[:4] + "00"

    @property
    def founded_in(self) -> Code | None:
        """The unit it was founded in (its parent then); None for a city."""
        if self.level == "city":
            return None
        above = LEVELS[LEVELS.index(self.level) - 1]
        return Code(self.city if above == "city" else self.text[: _WIDTHS[above]], above)

    @property
    def ancestors(self) -> tuple[Code, ...]:
        """Founding parents, nearest first, up to the city."""
        found, here = [], self.founded_in
        while here is not None:
            found.append(here)
            here = here.founded_in
        return tuple(found)

    @property
    def floor_no(self) -> int | None:
        """…, −2, −1, 1, 2, … for a floor; None for every other level."""
        if self.level != "floor":
            return None
        number = _number(self.text[-3:], base36=False)
        return -number if self.text[-4] == "U" else number

    @property
    def is_synthetic(self) -> bool:
        """True in a city made up for demonstration (prefix 99)."""
        return self.text.startswith("99")

    @property
    def is_imported(self) -> bool:
        """True in an imported place without GB/T 2260 codes (prefix 0)."""
        return self.text.startswith("0")

    def child(self, number: int) -> Code:
        """The code of the number-th unit founded in this one. A floor's number is signed and never 0.

        Raises BadInput when the number does not fit the field.
        """
        if self.level == "floor":
            raise BadInput("A floor has no units below it", "Found the unit in a building", code=self.text)
        below = LEVELS[LEVELS.index(self.level) + 1]
        if below == "floor":
            if number == 0 or abs(number) > 999:
                raise BadInput("A floor number lies between −999 and 999 and is never 0", code=self.text, value=number)
            return Code(f"{self.text}{'U' if number < 0 else 'F'}{abs(number):03d}", below)
        base36 = self.is_imported
        width, limit = _FIELD[below], (36 if base36 else 10) ** _FIELD[below] - 1
        if not 1 <= number <= limit:
            raise BadInput(f"{self.text} holds at most {limit} units of level {below}", "Split it", value=number)
        stem = self.text[:4] if self.level == "city" else self.text + ("B" if below == "building" else "")
        return Code(stem + _text(number, width, base36), below)


def parse(text: str) -> Code:
    """Read a code; raises BadInput naming what is wrong with it."""
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        raise BadInput("Not a unit code", "Codes look like 990103002007004B00012F003 (ARCHITECTURE, Codes)", value=text)
    fields = match.groupdict()
    level = next((name for name in reversed(LEVELS[1:]) if fields.get(name)), "district")
    if level == "district" and fields["district"] == "00":
        level = "city"
    if not text.startswith("0"):
        if re.search("[A-Z]", text[:15]) or (len(text) > 16 and re.search("[A-Z]", text[16:21])):
            raise BadInput("Letters in a code's sequence fields are for imported places only", value=text)
        if not ("11" <= text[:2] <= "82" or text[:2] == "99"):
            raise BadInput("No such province in GB/T 2260", "Use 11–82, 99 (synthetic) or 0… (imported)", value=text)
    if level != "city" and any(set(fields[name].lstrip("FU")) == {"0"} for name in LEVELS[1:] if fields.get(name)):
        raise BadInput("Sequence numbers in a code start at 1", value=text)
    if level == "floor" and not fields["floor"][1:].isdigit():
        raise BadInput("A floor's number is three decimal digits", value=text)
    return Code(text, level)


def is_valid(text: str) -> bool:
    """True when `parse` would accept it."""
    try:
        parse(text)
    except BadInput:
        return False
    return True


def listed(text: str, most: int = 1000) -> list[str]:
    """The codes of an address, commas between. `-` and an end: the code before it with another end (assets/screen/page.js writes it so)."""
    found: list[str] = []
    for part in text.split(",")[:most]:
        end = part[1:] if found and part.startswith("-") else ""
        if part:
            found.append((found[-1][: -len(end)] + end if end else part)[:40])
    return found


def imported_city(number: int) -> Code:
    """The city code of the number-th imported place (1 … 46 655): 000100, 000200, …, 00ZZ00, 010000, …"""
    if not 1 <= number < 36**3:
        raise BadInput("Imported places are numbered 1 to 46 655", value=number)
    return Code("0" + _text(number, 3, base36=True) + "00", "city")


def _text(number: int, width: int, base36: bool) -> str:
    if not base36:
        return str(number).zfill(width)
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.zfill(width)


def _number(text: str, base36: bool) -> int:
    return int(text, 36 if base36 else 10)
