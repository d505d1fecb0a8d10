"""Small files made by hand, and the real ones of ../shared/data (a test skips, saying so, where they are absent)."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def shared(name: str) -> Path:
    """A file of the shared real data."""
    folder = Path(os.environ.get("CHENGSHU_SHARED", ROOT.parent / "shared")) / "data"
    path = folder / name
    if not path.exists():
        pytest.skip(f"real data absent: {path} (set CHENGSHU_SHARED)")
    return path


OSM = {
    "liechtenstein": "osm-liechtenstein-older/liechtenstein.osm.pbf",
    "monaco": "osm-monaco-2021/monaco.osm.pbf",
    "porto": "osm-porto-centre-2020/porto.osm.pbf",
    "munchen": "osm-munchen-centre-2020/munchen.osm.pbf",
    "helsinki": "osm-helsinki-centre-2020/helsinki.osm.pbf",
    "nyc": "osm-nyc-battery/nyc.osm.pbf",
}


def square(lon: float, lat: float, side: float = 0.001) -> list[list[float]]:
    """A closed ring, its lower left corner at (lon, lat)."""
    return [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]


def geojson(path: Path, features: list[tuple[object, dict]], crs: str | None = None, **dump: object) -> Path:
    """Write (geometry or ring, properties) pairs as a feature collection."""
    rows = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [shape]} if isinstance(shape, list) else shape,
            "properties": properties,
        }
        for shape, properties in features
    ]
    root: dict[str, object] = {"type": "FeatureCollection", "features": rows}
    if crs:
        root["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(root), encoding="utf-8")
    return path


def osm_xml(
    path: Path,
    nodes: dict[int, tuple],
    ways: dict[int, tuple],
    relations: dict[int, tuple] | None = None,
    bounds: tuple | None = None,
) -> Path:
    """Write nodes {id: (lon, lat, tags)}, ways {id: (refs, tags)}, relations {id: (members, tags)}."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    if bounds:
        lines.append('<bounds minlon="{}" minlat="{}" maxlon="{}" maxlat="{}"/>'.format(*bounds))

    def tags(of: dict) -> str:
        return "".join(f'<tag k="{k}" v="{v}"/>' for k, v in of.items())

    lines += [
        f'<node id="{i}" lon="{n[0]}" lat="{n[1]}">{tags(n[2] if len(n) > 2 else {})}</node>' for i, n in nodes.items()
    ]
    lines += [
        f'<way id="{i}">{"".join(f"""<nd ref="{r}"/>""" for r in refs)}{tags(t)}</way>' for i, (refs, t) in ways.items()
    ]
    lines += [
        f'<relation id="{i}">{"".join(f"""<member type="{k}" ref="{r}" role="{role}"/>""" for k, r, role in members)}{tags(t)}</relation>'
        for i, (members, t) in (relations or {}).items()
    ]
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def xlsx(path: Path, rows: list[list[object]]) -> Path:
    """The smallest workbook that holds these rows."""

    def cell(value: object, at: str) -> str:
        if isinstance(value, int | float):
            return f'<c r="{at}"><v>{value}</v></c>'
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'

    body = "".join(
        f'<row r="{n}">{"".join(cell(v, f"{chr(65 + m)}{n}") for m, v in enumerate(row))}</row>'
        for n, row in enumerate(rows, start=1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',  # noqa: E501  (one XML element)
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',  # noqa: E501  (one XML element)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',  # noqa: E501  (one XML element)
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    return path
