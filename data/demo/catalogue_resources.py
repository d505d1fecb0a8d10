"""The demo city's resources: every indicator, attribute and record dataset it has, and registers that lie in other houses. Made up."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from data import registers
from data.demo.catalogue_rows import BASIS, CONDITION, ELSEWHERE
from data.fields import fields_of, record_datasets

_OWN = {
    "unit_code": ("单元编码", "Unit code", "text", "", 0),
    "unit_name": ("单元名称", "Unit name", "text", "", 0),
    "level": ("层级", "Level", "code", "", 0),
    "at": ("时间", "Time", "time", "", 0),
    "coverage_pct": ("覆盖率", "Coverage", "number", "%", 0),
    "valid_from": ("生效时间", "Valid from", "time", "", 0),
}
_RECORDS = ("person", "enterprise", "service_case")
Row = dict[str, Any]


def resources(today: date, districts: list[str], names: tuple[list[str], list[str]]) -> list[Row]:
    """Every resource, in the order of the registries; `districts` are codes, `names` their Chinese and English names."""
    return [*_of_indicators(today), *_of_attributes(today), *_of_records(today), *_elsewhere(today, districts, names)]


def _resource(key: str, department: str, zh: str, en: str, **more: Any) -> Row:
    return {
        "key": key,
        "department": department,
        "name_zh": zh,
        "name_en": en,
        "rounds": (1, 2),
        "before": {},
        "status": "active",
        "provider": next(row["name_zh"] for row in registers.rows("departments") if row["id"] == department),
        **more,
    }


def _shared(privacy: int) -> Row:
    """Sharing and openness as they follow from how sensitive the data are."""
    if privacy == 0:
        return {"sharing": "unconditional", "sharing_condition": "", "sharing_basis": BASIS["share"], "openness": "open"}
    if privacy == 1:
        return {
            "sharing": "conditional",
            "sharing_condition": CONDITION["duty"],
            "sharing_basis": BASIS["share"],
            "openness": "conditional",
            "open_condition": CONDITION["counts"],
        }
    return {"sharing": "conditional", "sharing_condition": CONDITION["person"], "sharing_basis": BASIS["person"], "openness": "closed"}


def _of_indicators(today: date) -> list[Row]:
    found = []
    for row in registers.rows("indicators"):
        value = {"name": "value", "name_zh": row["name_zh"], "name_en": row["name_en"], "type": "number", "unit": row["unit"]}
        found.append(
            _resource(
                f"indicator/{row['id']}",
                row["owner"],
                row["name_zh"],
                row["name_en"],
                category="theme",
                theme=row["theme"],
                abstract=row["description_zh"],
                format="api",
                cadence=row["cadence"],
                stands_for=f"indicator/{row['id']}",
                covers="",
                information_items=_information(["unit_code", "unit_name", "level", "at", value, "coverage_pct"]),
                keywords=f"体征指标|{row['name_zh']}|{row['name_en']}",
                published_on=today - timedelta(days=410),
                **_shared(int(row["privacy"])),
            )
        )
    return found


def _of_attributes(today: date) -> list[Row]:
    owners = {
        "tax_state": "tax",
        "security_state": "police",
        "culture": "culture",
        "population": "police",
        "ownership": "housing",
        "structure": "housing",
        "year_built": "housing",
        "use": "planning",
        "weather_station": "meteorology",
    }
    found = []
    for row in registers.rows("attributes"):
        value = {
            "name": "value",
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "type": "number" if row["type"] == "number" else "text",
            "unit": row["unit"],
        }
        found.append(
            _resource(
                f"attribute/{row['id']}",
                owners.get(row["id"], "data_bureau"),
                f"单元{row['name_zh']}",
                f"{row['name_en']} of units",
                category="base",
                theme="people" if row["space"] == "social" else "construction",
                abstract=f"城市信息单元的{row['name_zh']}，随单元登记更新。",
                format="database",
                cadence="P1Y",
                stands_for=f"attribute/{row['id']}",
                covers="",
                keywords=f"单元属性|{row['name_zh']}",
                information_items=_information(["unit_code", "unit_name", value, "valid_from"]),
                published_on=today - timedelta(days=400),
                confirmed_on=today - timedelta(days=150),
                **_shared(int(row["privacy"] or 0)),
            )
        )
    return found


def _of_records(today: date) -> list[Row]:
    found, known = [], {row["id"]: row for row in registers.rows("datasets")}
    for name in _RECORDS:
        if name not in record_datasets():
            continue
        row, fields = known[name], fields_of(name)
        items = [
            {"name": one.name, "name_zh": one.name_zh, "name_en": one.name_en, "type": one.type, "unit": one.unit, "privacy": one.privacy}
            for one in fields
        ]
        most = max(one.privacy for one in fields)
        zh, en = {
            "person": ("人口基础信息", "Population register"),
            "enterprise": ("法人基础信息", "Register of legal entities"),
            "service_case": ("政务服务与城市管理工单", "Service cases"),
        }[name]
        found.append(
            _resource(
                f"record/{name}",
                row["owner"],
                zh,
                en,
                category="base",
                theme={"person": "people", "enterprise": "economy"}.get(name, "urban_management"),
                abstract=row["description_zh"],
                format="database",
                cadence=row["cadence"],
                stands_for=f"record/{name}",
                covers="",
                information_items=_information(items),
                keywords=f"基础库|{zh}",
                published_on=today - timedelta(days=420),
                confirmed_on=today,
                **_shared(most if name != "service_case" else 1),
            )
        )
    return found


def _elsewhere(today: date, districts: list[str], names: tuple[list[str], list[str]]) -> list[Row]:
    """Registers of other houses: their data do not lie in this city's libraries, or only on paper. `age` is days since they were confirmed."""
    found = []
    for key, owner, zh, en, theme, form, cadence, age, sharing, place, fields in ELSEWHERE:
        more = {
            "unconditional": _shared(0),
            "conditional": _shared(1),
            "none": {"sharing": "none", "sharing_condition": "", "sharing_basis": BASIS["none"], "openness": "closed"},
        }[sharing]
        items = [
            {"name": name, "name_zh": word, "name_en": name.replace("_", " ").capitalize(), "type": kind}
            for name, word, kind in (one.split(":") for one in fields.split("|"))
        ]
        row = _resource(
            key,
            owner,
            zh,
            en,
            category="department",
            theme=theme,
            format=form,
            cadence=cadence,
            stands_for="",
            keywords=zh,
            abstract=f"{zh}，由主管部门登记维护。",
            information_items=_information(items),
            covers="",
            published_on=today - timedelta(days=390),
            confirmed_on=today - timedelta(days=age),
            **more,
        )
        if place == "one":
            row["covers"] = districts[len(found) % len(districts)]
        elif place == "some":
            row["covers"] = "|".join(districts[: max(1, len(districts) // 2)])
        elif place == "each":
            for code, name_zh, name_en in zip(districts, *names, strict=True):
                found.append(
                    {**row, "key": f"{key}/{code}", "covers": code, "name_zh": f"{name_zh}{zh}", "name_en": f"{en}, {name_en}", "before": {}}
                )
            continue
        found.append(row)
    return found


def _information(items: list[Any]) -> str:
    found = []
    for one in items:
        if isinstance(one, str):
            zh, en, kind, unit, privacy = _OWN[one]
            one = {"name": one, "name_zh": zh, "name_en": en, "type": kind, "unit": unit, "privacy": privacy}
        found.append({key: value for key, value in one.items() if value not in ("", 0)})
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
