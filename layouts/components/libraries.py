"""What the libraries and the datasets are called."""

from __future__ import annotations

from layouts.reader import Reader

LIBRARIES = ("theme", "base", "dept", "mgmt", "hub", "front", "file", "catalogue")


def library(r: Reader, name: str) -> str:
    """The name of a library."""
    return {
        "theme": r.t("Theme library"),
        "base": r.t("Base library"),
        "dept": r.t("Department library"),
        "mgmt": r.t("Management library"),
        "hub": r.t("Hub library"),
        "front": r.t("Front library"),
        "file": r.t("Handed-in file"),
        "catalogue": r.t("Registries"),
        "tiles": r.t("Tiles"),
        "trace": r.t("Traces"),
        "ledger": r.t("Ledger"),
        "memory": r.t("Counted in memory"),
    }.get(name, name)


def dataset(r: Reader, name: str) -> str:
    """A dataset in the reader's language."""
    return {
        "city": r.t("City row"),
        "unit": r.t("Units"),
        "attribute": r.t("Attributes"),
        "reading": r.t("Readings"),
        "flow": r.t("Flows"),
        "layer": r.t("Base map"),
        "person": r.t("Persons"),
        "enterprise": r.t("Enterprises"),
        "service_case": r.t("Service cases"),
        "hall": r.t("Service halls"),
        "hall_day": r.t("Days of halls"),
        "hotline_hour": r.t("Hours of the hotline"),
        "age_group": r.t("People by age and sex"),
        "topic": r.t("Topics"),
        "topic_hour": r.t("Hours of topics"),
        "item": r.t("Items"),
        "resource": r.t("Resources"),
        "responsibility": r.t("Responsibilities"),
        "system": r.t("Systems"),
        "demand": r.t("Demands"),
    }.get(name, name)
