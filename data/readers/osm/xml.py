"""Extracts as .osm XML."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from data.errors import Unreadable
from data.readers.osm.elements import Elements, Point, Relation


def is_osm_xml(path: Path) -> bool:
    """True for XML with an <osm> root."""
    with path.open("rb") as file:
        head = file.read(2048).lstrip(b"\xef\xbb\xbf \r\n\t")
    return head.startswith(b"<") and b"<osm" in head


def load(path: Path) -> Elements:
    """Every element of the file. Raises Unreadable when it is not well-formed; entities are never expanded."""
    nodes: dict[int, tuple[float, float]] = {}
    points, ways, relations = [], {}, []
    extent, as_of = None, None
    try:
        for _, item in ElementTree.iterparse(path):  # noqa: S314  (expat here resolves no external entity)
            if item.tag == "bounds":
                box = tuple(float(item.get(side, "nan")) for side in ("minlon", "minlat", "maxlon", "maxlat"))
                extent = box if all(np.isfinite(box)) and box[0] < box[2] and box[1] < box[3] else None
            elif item.tag in ("node", "way", "relation"):
                id_, tags = int(item.get("id", "0")), {tag.get("k", ""): tag.get("v", "") for tag in item.iter("tag")}
                if item.tag == "node":
                    nodes[id_] = (float(item.get("lon", "nan")), float(item.get("lat", "nan")))
                    if tags:
                        points.append(Point(id_, *nodes[id_], tags))
                elif item.tag == "way":
                    ways[id_] = (tags, [int(nd.get("ref", "0")) for nd in item.iter("nd")])
                else:
                    members = tuple(
                        (m.get("type", ""), int(m.get("ref", "0")), m.get("role", "")) for m in item.iter("member")
                    )
                    relations.append(Relation(id_, tags, members))
                item.clear()
            elif item.tag == "osm":
                stamp = item.get("timestamp") or item.get("osm_base")
                as_of = datetime.fromisoformat(stamp) if stamp else None
    except (ElementTree.ParseError, ValueError) as error:
        raise Unreadable("The OSM XML is damaged or cut short", f"Fetch it again ({error})", file=path) from error
    ids = np.array(sorted(nodes), dtype=np.int64)
    order = sorted(ways)
    sizes = [len(ways[way][1]) for way in order]
    return Elements(
        node_id=ids,
        xy=np.array([nodes[id_] for id_ in ids], dtype=float).reshape(-1, 2),
        way_id=np.array(order, dtype=np.int64),
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        ref=np.array([ref for way in order for ref in ways[way][1]], dtype=np.int64),
        tags=[ways[way][0] for way in order],
        relations=sorted(relations, key=lambda relation: relation.id),
        points=sorted(points, key=lambda point: point.id),
        extent=extent,  # type: ignore[arg-type]
        as_of=as_of,
    )
