"""Attribute hand-ins: physical, social and digital facts of streets, communities, grids, buildings, floors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from data.demo import codes
from data.demo.buildings import USE, USES
from data.demo.city import City
from data.demo.noise import generator
from data.demo.parquet import ATTRIBUTE, instants, same, word, write
from data.demo.zones import CODE, ZONES

VALID_FROM = 1704038400  # 2024-01-01 00:00 in Asia/Shanghai
OWNERSHIP = ["state", "collective", "company", "private", "mixed"]
TAX = ["good", "watch", "arrears", "none"]
STRUCTURE = ["steel", "frame", "shear_wall", "brick", "timber"]
SECURITY = ["calm", "attention", "alert"]
CULTURE = {"old_town": "old_city", "campus": "campus", "harbour": "harbour", "village": "village",
           "industry": "industry", "farmland": "village", "hill": "craft"}


def hand_in_attributes(folder: Path, city: City) -> list[tuple[str, Path]]:
    """(source, file) of each attribute hand-in: the ground and the buildings first, then the floors."""
    out = [("data_bureau", write(folder / "attribute_ground.parquet", _table(_ground(city)), ATTRIBUTE)),
           ("housing", write(folder / "attribute_building.parquet", _table(_built(city)), ATTRIBUTE))]
    if city.size.floor_attributes:
        out.append(("tax", write(folder / "attribute_floor.parquet", _table(_storeys(city)), ATTRIBUTE)))
    return out


_Facts = list[tuple[pa.Array, str, pa.DictionaryArray]]


def _table(facts: _Facts) -> dict[str, object]:
    count = [len(f[0]) for f in facts]
    return {
        "unit_code": pa.chunked_array([f[0] for f in facts]),
        "attribute": word([f[1] for f in facts], np.repeat(np.arange(len(facts)), count)),
        "value": pa.chunked_array([f[2] for f in facts]),
        "valid_from": instants(np.full(sum(count), VALID_FROM)),
    }


def _numbers(values: np.ndarray) -> pa.DictionaryArray:
    kinds, index = np.unique(np.asarray(values).astype(np.int64), return_inverse=True)
    return word([str(k) for k in kinds], index)


def _ground(city: City) -> _Facts:
    b, rng = city.blocks, generator(city.seed, "ground facts")
    grid, community, street = (codes.text(c) for c in (b.grid_code, b.community_code, b.street_code))
    in_community = np.bincount(b.community_of_grid, city.residents)
    in_street = np.bincount(b.street_of_community, in_community)
    culture = [CULTURE.get(z, "modern") for z in ZONES]
    mood = rng.choice(3, len(b.grid_code), p=[0.93, 0.06, 0.01])
    worst = np.zeros(len(b.community_code), np.int64)
    np.maximum.at(worst, b.community_of_grid, mood)
    zone = np.zeros(len(b.community_code), np.int64)
    zone[b.community_of_grid[::-1]] = b.grid_zone[::-1]
    stations = [f"W{k:03d}" for k in range(1, len(b.street_code) + 1)]
    return [
        (grid, "population", _numbers(city.residents)), (community, "population", _numbers(in_community)),
        (street, "population", _numbers(in_street)),
        (street, "weather_station", word(stations, np.arange(len(stations)))),
        (grid, "security_state", word(SECURITY, mood)), (community, "security_state", word(SECURITY, worst)),
        (grid, "culture", word(culture, b.grid_zone)), (community, "culture", word(culture, zone)),
        (community, "sensor_count", _numbers(rng.poisson(40, len(b.community_code)) + in_community // 200)),
        (community, "coverage_5g", _numbers(rng.integers(86, 101, len(b.community_code)))),
    ]


def _built(city: City) -> _Facts:
    s, n = city.buildings, len(city.buildings)
    rng = generator(city.seed, "building facts")
    code = codes.text(city.building_code)
    middle = np.array([2012, 1938, 1998, 2008, 2006, 2001, 2003, 1999, 2015, 2000, 1990, 2010])[s.zone]
    year = (middle + rng.normal(0, 6, n) + (s.floors > 17) * 6).clip(1890, 2025)
    structure = np.where(s.use == USE["industrial"], 0, np.where(s.floors > 30, 0, np.where(s.floors > 10, 2,
                         np.where(s.floors > 6, 1, np.where((s.zone == CODE["old_town"]) & (s.floors < 3), 4, 3)))))
    owner, tax = _usual(s.use)
    return [(code, "use", word(list(USES), s.use)), (code, "year_built", _numbers(year)),
            (code, "structure", word(STRUCTURE, structure)), (code, "ownership", word(OWNERSHIP, owner)), (code, "tax_state", word(TAX, tax))]


def _usual(use: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(ownership, tax state) that a building of a use is registered with: homes private, public houses the state's, others a company's."""
    homes = np.isin(use, [USE["residential"], USE["courtyard"], USE["village_house"]])
    public = np.isin(use, [USE["school"], USE["hospital"], USE["civic"], USE["transport"]])
    return np.where(homes, 3, np.where(public, 0, 2)), np.where(homes | public, 3, 0)


def _storeys(city: City) -> _Facts:
    """What is registered for a floor because it differs from its building; the other floors have their building's."""
    building, number = city.floor_of
    s, n = city.buildings, len(building)
    rng = generator(city.seed, "floor facts")
    draw = rng.random(n)
    use = s.use[building]
    usual_owner, usual_tax = _usual(use)
    homes, public = usual_owner == 3, usual_owner == 0
    owner = np.where(homes, np.where(draw < 0.9, 3, 4), np.where(public, 0, np.where(draw < 0.62, 2, np.where(
        draw < 0.78, 0, np.where(draw < 0.86, 1, np.where(draw < 0.94, 4, 3))))))
    bad = rng.random(n)
    tax = np.where(homes & (number > 1), 3, np.where(public | (number < 0), 3, np.where(
        bad < 0.93, 0, np.where(bad < 0.985, 1, 2))))
    code = codes.text(city.floor_code)
    own, taxed = owner != usual_owner, tax != usual_tax
    return [(code.filter(pa.array(own)), "ownership", word(OWNERSHIP, owner[own])),
            (code.filter(pa.array(taxed)), "tax_state", word(TAX, tax[taxed]))]


__all__ = ["hand_in_attributes", "same"]
