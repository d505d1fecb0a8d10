"""OpenStreetMap extracts: .osm.pbf (through ST_ReadOSM) and .osm XML."""

from __future__ import annotations

from pathlib import Path

from data.place.source import Options, Source
from data.readers.osm import pbf, xml
from data.readers.osm.boundaries import boundaries
from data.readers.osm.buildings import buildings
from data.readers.osm.layers import layers
from data.readers.osm.storeys import storeys

NAME = "OpenStreetMap"
ORDER = 10
LICENCE = "© OpenStreetMap contributors, ODbL 1.0"

MAPPING = {
    "building": "building → place_type",
    "building:levels": "floors_above",
    "building:levels:underground": "floors_below",
    "height": "height_m",
    "min_height, building:min_level": "min_height_m",
    "building:part": "refines its outline's floors and height",
    "indoor, level": "floors",
    "boundary=administrative, admin_level": "city, district, street, community",
    "addr:*": "address",
    "natural, waterway, landuse, leisure, highway, railway, place": "basemap layers",
}


def can_read(path: Path) -> bool:
    """True for a pbf that starts with an OSM header, and for XML whose root is <osm>."""
    return pbf.is_pbf(path) or xml.is_osm_xml(path)


def read(path: Path, options: Options) -> Source:
    """Buildings, parts, admin boundaries, basemap and storeys of an extract, EPSG:4326.

    Raises Unreadable when the file is cut short or damaged.
    """
    tell = options.progress or (lambda _step, _share: None)
    tell("reading elements", 0.0)
    elements = pbf.load(path) if pbf.is_pbf(path) else xml.load(path)
    source = Source("osm", path, extent=elements.extent, as_of=elements.as_of, licence=LICENCE)
    source.mapping = dict(MAPPING) | ({options.name_field: "name"} if options.name_field else {})
    tell("assembling buildings", 0.3)
    buildings(elements, source, options)
    tell("assembling boundaries", 0.6)
    boundaries(elements, source, options)
    tell("reading the basemap", 0.8)
    layers(elements, source, options)
    storeys(elements, source)
    tell("read", 1.0)
    return source
