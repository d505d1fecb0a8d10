"""Vector files that GDAL reads: their layers through pyogrio into a source."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from shapely.errors import GEOSException

from data.errors import BadInput, Unreadable
from data.place import features
from data.place.source import Options, Source


def read_ogr(path: Path, options: Options, format_: str, target: str | None = None, encoding: str | None = None) -> Source:
    """Every layer whose rows are buildings or boundaries, in the coordinate system of the first; lines and tables are
    named in a warning. `target` is GDAL's own path where it differs from the file's. Raises Unreadable when GDAL cannot
    read it, BadInput when no layer is of use. `encoding` of the words, where the file itself does not say it."""
    source = Source(format_, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's notes; what matters is raised
            tables = _tables(target or str(path), path, encoding)
    except (DataSourceError, DataLayerError, FeatureError, GeometryError, UnicodeDecodeError, GEOSException) as error:
        raise Unreadable(
            f"The {format_} file is damaged or incomplete", f"Fetch or export it again ({str(error)[:160]})", file=path
        ) from error
    columns = {column for table in tables.values() for column in table.columns}
    for flag, wanted in (("--name-field", options.name_field), ("--code-field", options.code_field)):
        if wanted and wanted not in columns:
            raise BadInput(
                f"There is no field {wanted!r} ({flag})", f"Fields: {', '.join(sorted(columns)[:30])}", file=path
            )
    crs, refused = None, None
    for name, table in tables.items():
        if crs is None:
            crs, source.crs = table.crs, _crs(table, source)
        elif table.crs is not None and table.crs != crs:
            table = table.to_crs(crs)
        plain = pd.DataFrame(table).rename(columns={table.geometry.name: "geometry"})
        plain = gpd.GeoDataFrame(plain, geometry=shapely.force_2d(plain["geometry"].to_numpy()))
        one = Source(format_, path)
        fields = {flag: value if value in plain else None for flag, value in _fields(options).items()}
        try:
            features.take(one, plain, replace(options, **fields))
        except BadInput as error:
            refused = error
            source.warnings.append(f"layer {name!r} is not read: {error.fact}")
            continue
        _add(source, one)
    if refused is not None and not source.count_in:
        raise refused
    return source


def _fields(options: Options) -> dict[str, str | None]:
    return {"name_field": options.name_field, "code_field": options.code_field}


def _add(source: Source, one: Source) -> None:
    """Append what one layer held."""
    for name in ("buildings", "parts", "boundaries"):
        mine, theirs = getattr(source, name), getattr(one, name)
        if len(theirs):
            setattr(
                source, name, gpd.GeoDataFrame(pd.concat([mine, theirs], ignore_index=True)) if len(mine) else theirs
            )
    source.count_in += one.count_in
    source.rejects += one.rejects
    source.repairs += one.repairs
    source.mapping |= one.mapping


def _tables(target: str, path: Path, encoding: str | None) -> dict[str, gpd.GeoDataFrame]:
    """Layer name → rows, the most promising layer first; layers without shapes are left out."""
    names = [str(name) for name, kind in pyogrio.list_layers(target) if kind is not None]
    sizes = {name: pyogrio.read_info(target, layer=name, force_feature_count=True)["features"] for name in names}
    if not sizes:
        raise Unreadable("The file is damaged, or holds no layer with shapes", "Check what was exported", file=path)
    order = sorted(sizes, key=lambda name: (-_worth(name), -sizes[name], name))
    tables = {name: pyogrio.read_dataframe(target, layer=name, encoding=encoding) for name in order}
    found = {name: table for name, table in tables.items() if isinstance(table, gpd.GeoDataFrame)}
    filled = {name: table for name, table in found.items() if len(table)}
    return filled or dict(list(found.items())[:1])


def _worth(name: str) -> int:
    """Layers that sound like buildings or boundaries go first."""
    word = name.lower()
    return (
        2
        if any(sign in word for sign in ("building", "建筑", "楼"))
        else 1
        if any(sign in word for sign in ("bound", "admin", "district", "行政"))
        else 0
    )


def _crs(table: gpd.GeoDataFrame, source: Source) -> str:
    if table.crs is None:
        source.warnings.append("the file declares no coordinate system: taken as EPSG:4326 (declare with --crs)")
        return "EPSG:4326"
    authority = table.crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else table.crs.to_wkt()
