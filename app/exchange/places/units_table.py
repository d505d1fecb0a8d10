"""Tables that name units by code and parent instead of shape: code lists, unit lists of a city.

Two kinds. Codes of the grammar (GB/T 2260 and below) are kept, level and parent read from the code unless a parent
column says otherwise; one city per table. Any other ids need a parent column: the roots are districts (or what the
level column says) and the codes are numbered like those of any import.

Row rules: a code twice with other content is rejected, a parent that neither the table nor the city has, every row in
or below a cycle of parents, and everything below a rejected row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from app.errors import BadInput
from app.exchange.places.codes import counters, following
from app.exchange.places.known import Known
from app.units.codes import imported_city, is_valid, parse
from data.levels import LEVEL_NO, LEVELS
from data.place.source import Source


def is_table(source: Source) -> bool:
    """True when the source is rows with codes and no areas."""
    shapes = source.boundaries.geometry
    return (
        source.buildings.empty
        and source.layers.empty
        and len(source.boundaries) > 0
        and not (shapely.get_dimensions(shapes.to_numpy()) == 2).any()
    )


def units(source: Source, known: Known, city_name: str | None, city_number: int) -> pd.DataFrame:
    """Unit rows of a table, parents first; rejects are added to the source. Column `made` is "made" for a city that no
    row names. Raises BadInput when the codes are those of several cities."""
    table = source.boundaries
    codes_said = [None if code is None or pd.isna(code) else str(code) for code in table["code"]]
    ids = [code or str(id_) for code, id_ in zip(codes_said, table["source_id"], strict=True)]
    coded = sum(is_valid(_full(id_)) for id_ in ids) * 2 > len(ids)
    ids = [_full(id_) if coded else id_ for id_ in ids]
    bad: dict[int, str] = {row: "no code" for row, code in enumerate(codes_said) if code is None}
    if coded:
        city = _city(ids, source)
        for row, id_ in enumerate(ids):
            if row in bad:
                continue
            if not is_valid(id_):
                bad[row] = "not a unit code"
            elif parse(id_).city != city:
                bad[row] = "a code of another city"
    else:
        city = (
            next((code for (level, _), code in sorted(known.codes.items()) if level == "city"), None)
            or imported_city(city_number).text
        )
    row_of = {id_: row for row, id_ in enumerate(ids) if row not in bad}
    parents = [_parent(id_, said, coded, city) for id_, said in zip(ids, table["parent_code"], strict=True)]
    _check(ids, parents, row_of, known, city, bad)
    order = sorted(
        (row for row in range(len(ids)) if row not in bad), key=lambda row: (_depth(row, parents, row_of), ids[row])
    )
    levels, codes = _place(order, ids, parents, row_of, table["level"].to_list(), known, city, bad, coded)
    for row, reason in sorted(bad.items()):
        source.reject(
            table["source_id"].iloc[row],
            reason,
            "row",
            row=row + 1,
            column="parent_code" if "parent" in reason else "code",
            value=parents[row] if "parent" in reason else ids[row],
        )
    return _frame(table, [row for row in order if row not in bad], ids, parents, levels, codes, city, city_name)


def _full(id_: str) -> str:
    """Four-digit city codes of code lists are written with six digits here."""
    return id_ + "00" if id_.isdecimal() and len(id_) == 4 else id_


def _city(ids: list[str], source: Source) -> str:
    cities = [parse(id_).city for id_ in ids if is_valid(id_)]
    home = max(sorted(set(cities)), key=cities.count)
    if cities.count(home) * 2 <= len(cities):
        raise BadInput(
            f"The table holds codes of {len(set(cities))} cities",
            "Keep the rows of one city and import it under its own key",
            file=source.file,
        )
    return home


def _parent(id_: str, said: object, coded: bool, city: str) -> str | None:
    if said is not None and not pd.isna(said):
        text = _full(str(said)) if coded else str(said)
        if not coded or (is_valid(text) and text != id_) or not is_valid(id_):
            return text
        if len(text) > 2:
            return text
    if coded and is_valid(id_):
        above = parse(id_).founded_in
        return above.text if above else None
    return None if id_ == city else city


def _check(
    ids: list[str], parents: list[str | None], row_of: dict[str, int], known: Known, city: str, bad: dict[int, str]
) -> None:
    """Mark rows whose chain of parents ends nowhere, turns in a circle, or passes a rejected row."""
    state: dict[int, str | None] = {}
    for start in range(len(ids)):
        path: list[int] = []
        row, verdict = start, None
        while True:
            if row in bad:
                verdict = None if row == start else f"its parent {ids[row]} was rejected"
                break
            if row in state:
                verdict = state[row]
                verdict = (
                    f"its parent {ids[row]} was rejected"
                    if verdict and row != start and "cycle" not in verdict
                    else verdict
                )
                break
            if row in path:
                verdict = "cycle: following its parents leads back to it"
                break
            path.append(row)
            above = parents[row]
            if above is None or above == city or above in known.used:
                break
            if above not in row_of:
                verdict = f"its parent {above} is missing"
                break
            row = row_of[above]
        for number, one in enumerate(path):
            state[one] = (
                verdict
                if number == len(path) - 1 or verdict is None or "cycle" in verdict
                else f"its parent {parents[one]} was rejected"
            )
    bad.update({row: verdict for row, verdict in state.items() if verdict})


def _depth(row: int, parents: list[str | None], row_of: dict[str, int]) -> int:
    depth = 0
    while parents[row] in row_of and depth < 50:
        row, depth = row_of[parents[row]], depth + 1
    return depth


def _place(order, ids, parents, row_of, said, known, city, bad, coded):
    """Level and code of every row, parents first."""
    levels: dict[int, str] = {}
    codes: dict[int, str] = {}
    taken = counters(known.used)
    level_of_known = {code: level for (level, _), code in known.codes.items()}
    for row in order:
        if parents[row] in row_of and row_of[parents[row]] in bad:
            bad[row] = f"its parent {parents[row]} was rejected"
            continue
        above = parents[row]
        parent_level = (
            None
            if above is None
            else levels.get(row_of[above])
            if above in row_of
            else "city"
            if above == city
            else level_of_known.get(above)
        )
        parent_code = None if above is None else codes.get(row_of[above]) if above in row_of else above
        if coded:
            levels[row], codes[row] = parse(ids[row]).level, ids[row]
        else:
            below = LEVELS[LEVEL_NO[parent_level]] if parent_level in LEVELS[:-1] else None
            levels[row] = said[row] if said[row] in LEVELS else below or ""
            if said[row] == "city" and above in (None, city):
                codes[row], parents[row] = city, None
                continue
        if levels[row] != "city" and (
            parent_level is None or LEVEL_NO.get(levels[row], 0) != LEVEL_NO[parent_level] + 1
        ):
            bad[row] = f"its parent {above} is not one level above it"
            continue
        if not coded:
            codes[row] = known.codes.get((levels[row], ids[row])) or following(parse(parent_code), taken).text
    return levels, codes


def _frame(table, rows, ids, parents, levels, codes, city, city_name):
    row_of = {ids[row]: row for row in rows}
    kept = table.iloc[rows]
    points = [
        shapely.Point(np.nan, np.nan) if shape is None or shape.is_empty else shapely.centroid(shape)
        for shape in kept.geometry
    ]
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    frame = pd.DataFrame(
        {
            "code": [codes[row] for row in rows],
            "level": [levels[row] for row in rows],
            "parent_code": [
                None
                if parents[row] is None or levels[row] == "city"
                else codes[row_of[parents[row]]]
                if parents[row] in row_of
                else parents[row]
                for row in rows
            ],
            "source_id": [ids[row] for row in rows],
            "lon": lon,
            "lat": lat,
            "made": "row",
        }
    )
    for name in ("name_zh", "name_en", "place_type", "address", "floors_above", "floors_below", "height_m"):
        frame[name] = kept[name].to_numpy()
    if city not in set(frame["code"]):
        root = {
            "code": city,
            "level": "city",
            "source_id": "city",
            "name_zh": city_name,
            "name_en": city_name,
            "made": "made",
        }
        root |= {"lon": frame["lon"].mean(), "lat": frame["lat"].mean()}
        frame = pd.concat([pd.DataFrame([root]), frame], ignore_index=True)
    return frame.sort_values("level", key=lambda column: column.map(LEVEL_NO), kind="stable", ignore_index=True)
