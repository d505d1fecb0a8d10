"""A tiny city with a small catalogue: one resource of each sharing type, one with holes, an item, duties, a system, demands."""

from __future__ import annotations

import json
from datetime import date

import pytest

from app.access import Grant, viewer
from app.settings import load
from app.system import System
from tests import homes, tiny

INFORMATION = json.dumps(
    [
        {"name": "unit_code", "type": "text"},
        {"name": "unit_name", "type": "text"},
        {"name": "at", "type": "time"},
        {"name": "value", "type": "number", "unit": "个"},
        {"name": "coverage_pct", "type": "number", "unit": "%"},
    ]
)
WHOLE = {
    "name_zh": "在建工地",
    "name_en": "Building sites",
    "department": "housing",
    "category": "theme",
    "theme": "construction",
    "abstract": "街道在建工地数",
    "format": "api",
    "information_items": INFORMATION,
    "sharing": "unconditional",
    "sharing_basis": "国发〔2016〕51号",
    "openness": "open",
    "cadence": "P1D",
    "published_on": "2026-01-01",
    "status": "active",
    "stands_for": "indicator/active_sites",
    "keywords": "工地|dust",
    "covers": None,
    "sharing_condition": None,
}
RESOURCES = [
    {**WHOLE, "code": "R1"},
    {
        **WHOLE,
        "code": "R2",
        "name_zh": "用电量",
        "name_en": "Electricity",
        "department": "power_grid",
        "theme": "power",
        "sharing": "conditional",
        "sharing_condition": "限履行职责",
        "stands_for": "indicator/energy_use_kwh",
        "covers": "990101",
    },
    {
        **WHOLE,
        "code": "R3",
        "name_zh": "涉案名单",
        "name_en": "Cases",
        "department": "police",
        "theme": "people",
        "sharing": "none",
        "stands_for": "",
    },
    {**WHOLE, "code": "R4", "name_zh": "旧台账", "name_en": "Old register", "abstract": None, "cadence": None, "stands_for": "", "covers": "990102"},
    {**WHOLE, "code": "R5", "name_zh": "停用", "name_en": "Retired", "status": "retired"},
]
ITEMS = [
    {
        "code": "I1",
        "name_zh": "施工许可",
        "name_en": "Building permit",
        "department": "housing",
        "kind": "permit",
        "basis": "建筑法",
        "status": "active",
        "is_online": "true",
        "statutory_days": "7",
        "promised_days": "3",
        "uses": "R1|R9",
        "produces": "R4",
        "published_on": "2026-01-01",
    },
    {
        "code": "I2",
        "name_zh": "超期承诺",
        "name_en": "Too long",
        "department": "housing",
        "kind": "permit",
        "basis": "x",
        "status": "active",
        "statutory_days": "7",
        "promised_days": "9",
    },
]
DUTIES = [{"code": "D1", "department": "housing", "resource": "R1", "duty": "collect", "post": "岗位"}]
SYSTEMS = [{"code": "S1", "name_zh": "系统", "department": "housing", "state": "running", "grade": "3", "resources": "R1|R4"}]
DEMANDS = [
    {"code": "Q1", "department": "finance", "name_zh": "工地", "resource": "R1", "status": "open"},
    {"code": "Q2", "department": "finance", "name_zh": "没有", "resource": None, "status": "open"},
    {"code": "Q3", "department": "tax", "name_zh": "停用", "resource": "R5", "status": "open"},
    {"code": "Q4", "department": "tax", "name_zh": "撤回", "resource": None, "status": "withdrawn"},
]
CATALOGUE = {"resource": RESOURCES, "item": ITEMS, "responsibility": DUTIES, "system": SYSTEMS, "demand": DEMANDS}
TODAY = date(2026, 11, 18)


def take_catalogue(system, folder, city="tiny", name="c"):
    """Hand the small catalogue in, as the data bureau would."""
    return system.take(
        [tiny.hand_in(folder / city, dataset, rows, f"{name}-{dataset}", city=city, source="data_bureau") for dataset, rows in CATALOGUE.items()]
    )


def catalogued(folder):
    """The home of the tiny city with readings and the small catalogue."""
    running = homes.city(folder, second_factor=False)
    readings = tiny.readings("active_sites", "street") + tiny.readings("energy_use_kwh", "floor")
    running.take([tiny.hand_in(folder.parent / "in", "reading", readings, "r")])
    take_catalogue(running, folder.parent / "in")
    running.close()


@pytest.fixture
def system(tmp_path):
    running = System(load(home=homes.copy(catalogued, tmp_path / "home"), demo="off", second_factor=False))
    yield running
    running.close()


@pytest.fixture
def shelf(system):
    return system.catalogue.shelf("tiny")


@pytest.fixture(scope="module")
def same_system(tmp_path_factory):
    """One system for those tests of a module that change nothing the others look at."""
    running = System(load(home=homes.copy(catalogued, tmp_path_factory.mktemp("catalogue") / "home"), demo="off", second_factor=False))
    yield running
    running.close()


@pytest.fixture(scope="module")
def same_shelf(same_system):
    return same_system.catalogue.shelf("tiny")


def person(system, name, role="analyst", department="", unit="", privacy=3, city="tiny"):
    """Somebody with one role below a unit."""
    return viewer(name, "account", (Grant(role, city, unit, privacy),), system.roles, department)
