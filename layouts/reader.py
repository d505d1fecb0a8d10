"""Who reads the screen: language, theme and clock, with the words and formats that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

from layouts import format as shown
from layouts.text import LANGUAGES, words
from layouts.theme import THEMES


@dataclass(frozen=True)
class Reader:
    """One reader; everything a panel says goes through here."""

    language: str = "zh"
    theme: str = "dark"
    zone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES or self.theme not in THEMES:
            raise ValueError(f"No such language or theme: {self.language!r}, {self.theme!r}")

    def t(self, message: str, **parts: object) -> str:
        """A message in the reader's language."""
        return words(self.language)(message, **parts)

    def say(self, message: str) -> str:
        """What comes from elsewhere (an error's fact, a setting's help), translated where the catalogue has it."""
        return words(self.language)(message) if message else ""

    def pick(self, zh: str | None, en: str | None) -> str:
        """The name in the reader's language, the other one where it is missing."""
        return (zh or en or "") if self.language == "zh" else (en or zh or "")

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A whole number with separators."""
        return shown.number(value, self.language, decimals)

    def compact(self, value: float | None, decimals: int = 0) -> str:
        """A short number."""
        return shown.compact(value, self.language, decimals)

    def moment(self, at: int | None, style: str = "short") -> str:
        """A time on the city's clock."""
        return shown.moment(at, self.language, self.zone, style)

    def step(self, at: int | None, cadence: str) -> str:
        """A step of an indicator: a day has no hour, a month no day."""
        style = {"P1D": "date", "P7D": "date", "P1M": "month", "P3M": "month", "P1Y": "year"}.get(cadence, "weekday")
        return self.moment(at, style)

    def age(self, seconds: float) -> str:
        """How long ago."""
        return shown.age(seconds, self.language)

    def area(self, square_metres: float | None) -> str:
        """An area."""
        return shown.area(square_metres, self.language)

    def level(self, level: str) -> str:
        """The name of a level."""
        names = {
            "city": self.t("City"),
            "district": self.t("District"),
            "street": self.t("Street"),
            "community": self.t("Community"),
            "grid": self.t("Grid"),
            "building": self.t("Building"),
            "floor": self.t("Floor"),
        }
        return names.get(level, level)

    def unit_of(self, unit: str) -> str:
        """A unit of measure in the reader's language: counting words are not symbols."""
        english = {
            "人次": "trips",
            "个": "",
            "栋": "",
            "层": "",
            "件": "",
            "次": "",
            "台": "",
            "条": "",
            "条/h²": "/h²",
            "条/h": "/h",
            "月": "months",
            "户": "households",
        }
        chinese = {
            "persons/ha": "人/公顷",
            "persons/h": "人/时",
            "persons": "人",
            "/100 000": "/10万",
            "/10 000": "/万",
            "min": "分钟",
            "h": "小时",
            "d": "天",
            "CNY": "元",
        }
        return (chinese if self.language == "zh" else english).get(unit, unit)

    def name(self, unit: dict) -> str:
        """What a unit is called: its name, its floor number, its address, its number, its code."""
        if unit.get("level") == "floor" and unit.get("floor_no") is not None:
            number = unit["floor_no"]
            return self.t("Basement {n}", n=-number) if number < 0 else self.t("Floor {n}", n=number)
        found = self.pick(unit.get("name_zh"), unit.get("name_en")) or unit.get("address")
        if not found and unit.get("level") == "building" and "B" in unit["code"]:
            # most buildings of a real place have no name: the last part of the code tells them apart in their grid
            return self.t("Building {n}", n=unit["code"].rpartition("B")[2].lstrip("0"))
        return found or unit["code"]
