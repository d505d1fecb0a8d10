"""The three lists (responsibility, system, demand) as linked tables, and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.catalogue.entries import parts
from app.catalogue.shelf import Shelf

GAPS = ("demand", "retired", "item", "responsibility", "system")


@dataclass(frozen=True)
class Gap:
    """Something that is missing: `kind` is one of GAPS.

    demand          somebody needs data that no resource offers (`missing`: what they asked for)
    retired         a demand points at a resource that is gone or retired
    item            an item needs, or makes, a resource that the catalogue does not have
    responsibility  nobody is named responsible for an active resource
    system          no system is named from which an active resource comes
    """

    kind: str
    code: str
    name_zh: str
    name_en: str
    department: str
    missing: str = ""


def gaps(shelf: Shelf) -> list[Gap]:
    """Every gap of a city's catalogue, demands that nobody meets first."""
    found = []
    for row in shelf.lists["demand"]:
        if row["status"] in ("met", "withdrawn"):
            continue
        named = row["resource"] or ""
        resource = shelf.resources.get(named)
        if resource is None or not resource.is_active:
            found.append(
                Gap("retired" if named else "demand", row["code"], row["name_zh"] or "", row["name_en"] or "", row["department"] or "", named)
            )
    for one in shelf.items.values():
        if one.is_active:
            found += [
                Gap("item", one.code, one.name_zh, one.name_en, one.department, code)
                for code in (*parts(one.uses), *parts(one.produces))
                if code not in shelf.resources
            ]
    duties = {row["resource"] for row in shelf.lists["responsibility"]}
    systems = {code for row in shelf.lists["system"] for code in parts(row["resources"])}
    active = [one for one in shelf.resources.values() if one.is_active]
    found += [Gap("responsibility", one.code, one.name_zh, one.name_en, one.department) for one in active if one.code not in duties]
    found += [Gap("system", one.code, one.name_zh, one.name_en, one.department) for one in active if one.code not in systems]
    return sorted(found, key=lambda gap: (GAPS.index(gap.kind), gap.department, gap.code))


def by_resource(shelf: Shelf, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a list with the resource that each names put beside it as `entry` (None where there is none)."""
    return [{**row, "entry": shelf.resources.get(row["resource"] or "")} for row in rows]
