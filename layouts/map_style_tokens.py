"""The map's palette: calm ground so that the data speaks; one frozen set of tokens for each theme."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MapTokens:
    """Every colour of the base map and of the neutral city on it."""

    ground: str
    city: str
    water: str
    water_edge: str
    green: str
    park: str
    farmland: str
    industrial: str
    built: str
    building: str
    building_edge: str
    building_3d: str
    motorway: str
    motorway_case: str
    primary: str
    secondary: str
    minor: str
    road_case: str
    path: str
    rail: str
    text: str
    text_soft: str
    text_water: str
    halo: str
    outline: str
    outline_strong: str
    fill_opacity: float
    light_color: str
    light_intensity: float


LIGHT = MapTokens(
    ground="#eceae4",
    city="#f5f3ee",
    water="#a9cde0",
    water_edge="#8ab6ce",
    green="#d3e2c3",
    park="#c6ddb2",
    farmland="#e6e8d0",
    industrial="#e4e0e2",
    built="#efece6",
    building="#ddd8cf",
    building_edge="#c9c3b8",
    building_3d="#ece8e0",
    motorway="#f7c98b",
    motorway_case="#d99d52",
    primary="#fde3b0",
    secondary="#ffffff",
    minor="#ffffff",
    road_case="#cfc8bb",
    path="#c9bda8",
    rail="#a6a2ad",
    text="#26313d",
    text_soft="#5a6673",
    text_water="#2f6f92",
    halo="rgba(255,255,255,0.92)",
    outline="rgba(70,82,98,0.38)",
    outline_strong="rgba(46,58,74,0.75)",
    fill_opacity=0.78,
    light_color="#fffaf0",
    light_intensity=0.24,
)

DARK = MapTokens(
    ground="#0d1218",
    city="#131a22",
    water="#0c2b42",
    water_edge="#17405f",
    green="#15261f",
    park="#183026",
    farmland="#171f1c",
    industrial="#1b1d26",
    built="#171f29",
    building="#222c38",
    building_edge="#303c4a",
    building_3d="#2c3846",
    motorway="#7d6a45",
    motorway_case="#1a1712",
    primary="#565043",
    secondary="#3a4654",
    minor="#2c3743",
    road_case="#0f151c",
    path="#36404b",
    rail="#4d5564",
    text="#e3eaf2",
    text_soft="#a3b0bf",
    text_water="#7db7d9",
    halo="rgba(10,15,21,0.9)",
    outline="rgba(190,208,228,0.22)",
    outline_strong="rgba(208,222,238,0.62)",
    fill_opacity=0.74,
    light_color="#dfe9ff",
    light_intensity=0.26,
)

TOKENS = {"light": LIGHT, "dark": DARK}
