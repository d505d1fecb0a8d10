"""Vector files that GDAL reads: their layers through pyogrio into a source."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from data.errors import BadInput, Unreadable
from data.place import features
from data.place.source import Options, Source


def read_ogr(path: Path, options: Options, format_: str, target: str | None = None, layer: str | None = None) -> Source:
    """The layer with most features that is not empty (others are named in a warning). `target` is GDAL's own path where
    it differs from the file's. Raises Unreadable when GDAL cannot read it."""
    target = target or str(path)
    source = Source(format_, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's notes; what matters is raised
            layers, layer, table = _table(target, layer, path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError, pyogrio.errors.GeometryError, UnicodeDecodeError, shapely.GEOSException) as error:
        raise Unreadable(f"The {format_} file is damaged or incomplete", f"Fetch or export it again ({str(error)[:160]})", file=path) from error
    others = [name for name in layers if name != layer]
    if others:
        source.warnings.append(f"layer {layer!r} is read, not {', '.join(others[:8])}")
    if not isinstance(table, gpd.GeoDataFrame):
        raise BadInput(f"Layer {layer!r} has no shapes", "Export it with geometry", file=path)
    source.crs = _crs(table, source)
    table = pd.DataFrame(table).rename(columns={table.geometry.name: "geometry"})
    table = gpd.GeoDataFrame(table, geometry=shapely.force_2d(table["geometry"].to_numpy()))
    features.take(source, table, options)
    return source


def _table(target: str, layer: str | None, path: Path) -> tuple[list[str], str, pd.DataFrame]:
    """(all layers, the one read, its rows)."""
    layers = [str(name) for name, kind in pyogrio.list_layers(target) if kind is not None]
    sizes = {name: pyogrio.read_info(target, layer=name, force_feature_count=True)["features"] for name in layers}
    if not sizes:
        raise Unreadable("The file is damaged, or holds no layer with shapes", "Check what was exported", file=path)
    layer = layer or max(sizes, key=lambda name: (_worth(name), sizes[name]))
    return layers, layer, pyogrio.read_dataframe(target, layer=layer)


def _worth(name: str) -> int:
    """Layers that sound like buildings or boundaries go first."""
    word = name.lower()
    return 2 if any(sign in word for sign in ("building", "建筑", "楼")) else 1 if any(sign in word for sign in ("bound", "admin", "district", "行政")) else 0


def _crs(table: gpd.GeoDataFrame, source: Source) -> str:
    if table.crs is None:
        source.warnings.append("the file declares no coordinate system: taken as EPSG:4326 (declare with --crs)")
        return "EPSG:4326"
    authority = table.crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else table.crs.to_wkt()
