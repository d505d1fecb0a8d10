"""Catalogue entries as CKAN `package` JSON (and the plain DCAT JSON of data portals), read and written without loss.

What we understand becomes fields; the package itself is kept beside them (`kept`), and writing begins with it: an entry that nobody
changed leaves exactly as it came, a changed field is changed in it, a new entry becomes a new package with our own fields as extras.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable
from typing import Any

from app.catalogue.entries import Resource, made, parts
from app.catalogue.words import FIELDS, FREQUENCIES, cadence_of, day, is_chinese, plain_fields, set_fields, was_of

_LISTS = (("result", "results"), ("results",), ("result",), ("dataset",), ("datasets",), ("packages",))
_TITLE, _TEXT, _TAGS = ("title",), ("notes", "description"), ("tags", "keyword", "keywords")
_ISSUED, _OFTEN = ("issued", "metadata_created"), ("frequency", "accrualPeriodicity")
_EXTRA = "chengshu_"


def packages(document: Any) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The packages of a parsed JSON document and the path to them; none where it has another shape."""
    if isinstance(document, list):
        return [one for one in document if isinstance(one, dict)], ("",)
    if isinstance(document, dict):
        for path in _LISTS:
            found: Any = document
            for step in path:
                found = found.get(step) if isinstance(found, dict) else None
            if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
                return found, path
        result = document.get("result")
        if isinstance(result, dict) and "title" in result:
            return [result], ("result",)
        if "title" in document or "name" in document:
            return [document], ()
    return [], ()


def read(document: Any) -> list[dict[str, Any]]:
    """A row of the resource dataset for each package, what surrounds them kept with the first."""
    found, path = packages(document)
    rows = [_row(one) for one in found]
    if path and rows and rows[0]["kept"].get("kind") == "package" and (path != ("",) or len(rows) == 1):
        frame = copy.deepcopy(document)
        rows[0]["kept"]["frame"] = {"path": list(path), "document": _put(frame, path, [])}
    return [{**row, "kept": json.dumps(row["kept"], ensure_ascii=False, sort_keys=True) if row["kept"] else ""} for row in rows]


def _row(package: dict[str, Any]) -> dict[str, Any]:
    extras = {one["key"]: one.get("value") for one in package.get("extras") or () if isinstance(one, dict) and isinstance(one.get("key"), str)}
    title, text = _said(package, _TITLE, extras), _said(package, _TEXT, extras)
    translated = package.get("title_translated") if isinstance(package.get("title_translated"), dict) else {}
    row: dict[str, Any] = {
        "code": _said(package, ("identifier",), extras) or _said(package, ("name", "id"), extras) or title,
        "name_zh": _text(translated.get("zh") or translated.get("zh_Hans_CN")) or (title if is_chinese(title) else ""),
        "name_en": _text(translated.get("en")) or ("" if is_chinese(title) else title),
        "abstract": text, "keywords": "|".join(_tags(package)), "published_on": day(_said(package, _ISSUED, extras)),
        "cadence": cadence_of(_said(package, _OFTEN, extras)), "provider": _provider(package, extras), "contact": _contact(package, extras),
    }  # fmt: skip
    mine = {key.removeprefix(_EXTRA): value for key, value in extras.items() if key.startswith(_EXTRA)}
    if "code" in mine:  # a package of ours says every field that is not empty
        row = dict.fromkeys(FIELDS, "")
    set_fields(row, mine)
    kept = mine.get("kept")
    if isinstance(kept, str) and kept:
        row["kept"] = json.loads(kept)
        return row
    is_ours = bool(mine) and package == _package(made(Resource, row))
    row["kept"] = {} if is_ours else {"kind": "package", "package": package, "was": was_of(row)}
    return row


def write(resources: Iterable[Resource]) -> Any:
    """The packages as one document: in the frame they came in where all came in one, else as a list."""
    resources = list(resources)
    found = [_package(one) for one in resources]
    frames = [kept["frame"] for one in resources if (kept := _kept(one)).get("frame")]
    came = [_kept(one).get("kind") == "package" for one in resources]
    if all(came) and len(frames) == 1:
        document = copy.deepcopy(frames[0]["document"])
        return _put(document, tuple(frames[0]["path"]), found)
    return found[0] if len(found) == 1 and all(came) else found


def _package(one: Resource) -> dict[str, Any]:
    kept = _kept(one)
    if kept.get("kind") == "package":
        found = copy.deepcopy(kept["package"])
        changed = {name: value for name, value in plain_fields(one).items() if value != kept["was"].get(name, "")}
        for name, keys in (("abstract", _TEXT), ("published_on", _ISSUED), ("name_en", _TITLE), ("name_zh", _TITLE)):
            if name in changed:
                found[next((key for key in keys if key in found), keys[0])] = changed.pop(name)
        found.setdefault("extras", [])
        found["extras"] += [{"key": _EXTRA + name, "value": value} for name, value in changed.items()]
        if not found["extras"] and "extras" not in kept["package"]:
            del found["extras"]
        return found
    fields = plain_fields(one)
    found = {
        "name": re.sub(r"[^a-z0-9_-]+", "-", one.code.lower()).strip("-")[:100] or "resource", "identifier": one.code,
        "title": one.name_zh or one.name_en, "title_translated": {"zh": one.name_zh, "en": one.name_en}, "notes": one.abstract,
        "tags": [{"name": word} for word in parts(one.keywords)], "frequency": FREQUENCIES.get(one.cadence, ""),
        "issued": plain_fields(one)["published_on"], "publisher": [{"name": one.provider}],
        "contact": [{"name": one.contact}], "private": one.openness != "open", "resources": [],
    }  # fmt: skip
    extras = {_EXTRA + name: value for name, value in fields.items() if value}
    if one.kept:
        extras[_EXTRA + "kept"] = one.kept
    found["extras"] = [{"key": key, "value": value} for key, value in sorted({**extras, _EXTRA + "code": one.code}.items())]
    return found


def _kept(one: Resource) -> dict[str, Any]:
    try:
        found = json.loads(one.kept) if one.kept else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _said(package: dict[str, Any], keys: tuple[str, ...], extras: dict[str, Any]) -> str:
    for key in keys:
        found = _text(package.get(key)) or _text(extras.get(key))
        if found:
            return found
    return ""


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in ("en", "zh", *value) if isinstance(value.get(key), str)), "")
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _tags(package: dict[str, Any]) -> list[str]:
    for key in _TAGS:
        found = package.get(key)
        if isinstance(found, list):
            names = [one.get("name") or one.get("display_name") if isinstance(one, dict) else one for one in found]
            return [name.replace("|", "/") for name in names if isinstance(name, str) and name]
    return []


def _provider(package: dict[str, Any], extras: dict[str, Any]) -> str:
    for key in ("publisher", "organization", "creator"):
        found = package.get(key)
        found = found[0] if isinstance(found, list) and found else found
        if isinstance(found, dict) and (said := _text(found.get("name")) or _text(found.get("title"))):
            return said
        if isinstance(found, str) and found:
            return found
    return _text(extras.get("publisher_name"))


def _contact(package: dict[str, Any], extras: dict[str, Any]) -> str:
    found = package.get("contact") or package.get("contactPoint")
    found = found[0] if isinstance(found, list) and found else found
    if isinstance(found, dict):
        return " ".join(said for said in (_text(found.get("name")) or _text(found.get("fn")), _text(found.get("email"))) if said)
    return _text(package.get("maintainer")) or _text(extras.get("contact_name"))


def _put(document: Any, path: tuple[str, ...], found: list[Any]) -> Any:
    if path == ("",):
        document[:] = found
        return document
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = found[0] if path == ("result",) and found and isinstance(inner[path[-1]], dict) else found
    return document
