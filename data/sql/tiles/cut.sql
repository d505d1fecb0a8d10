-- cut the prepared shapes into the tiles of all their zooms, to the deepest of the city (theme.city)
-- from: the temporary table shapes (g in web mercator, rings in the order ST_Normalize gives); gives: cut_now
-- kind: step
-- A tile reaches 64 of its 4096 units beyond its edge. Areas below 32 × 32 units are left out above zoom 13, and lines
-- and areas with many points lose those nearer than 2 units. Only what is large or long is clipped; the browser draws
-- the rest beyond the edge at no cost. Clipping is done in web mercator: the flip of the y axis comes last and leaves
-- outer rings in the order of the specification. Encoding truncates, so half a unit is added; beyond the upper and left
-- edge, where nobody looks, a point may so lie one unit nearer.
insert into cut_now
with placed as (
    select *, unnest(range(greatest($first, least(min_zoom, $deepest)), $deepest + 1))::integer as z,
        ST_XMin(g) as west, ST_XMax(g) as east, ST_YMin(g) as south, ST_YMax(g) as north
    from shapes
    where g is not null and not ST_IsEmpty(g)
), sized as (
    select *, tile_side(z) as side, tile_side(z) / 4096 as u from placed
), boxed as (
    select * exclude (g), case when $dimension > 0 and not $all and z < 14 and ST_NPoints(g) > 16
            then coalesce(try(ST_RemoveRepeatedPoints(g, 2 * u)), g) else g end as g,
        tile_x(west - 64 * u, z) as x0, tile_x(east + 64 * u, z) as x1,
        tile_y(north + 64 * u, z) as y0, tile_y(south - 64 * u, z) as y1
    from sized
    where $dimension <> 2 or $all or z >= 13 or (east - west) * (north - south) > 1024 * u * u
), wide as (
    select *, unnest(range(x0, x1 + 1)) as x from boxed
), spread as (
    select *, unnest(range(y0, y1 + 1)) as y from wide
), edged as (
    select *, x * side - 20037508.342789244 as left_m, 20037508.342789244 - y * side as top_m from spread
), clipped as (
    select * exclude (g), case
        when $dimension = 0 or $all or (x0 = x1 and y0 = y1) then g
        when ST_NPoints(g) <= 12 and west > left_m - side / 4 and east < left_m + 1.25 * side
            and north < top_m + side / 4 and south > top_m - 1.25 * side then g
        else coalesce(
            try(ST_CollectionExtract(ST_Intersection(g, ST_MakeEnvelope(
                left_m - 64 * u, top_m - side - 64 * u, left_m + side + 64 * u, top_m + 64 * u)), $dimension + 1)),
            try(ST_Normalize(ST_CollectionExtract(ST_Intersection(ST_MakeValid(g), ST_MakeEnvelope(
                left_m - 64 * u, top_m - side - 64 * u, left_m + side + 64 * u, top_m + 64 * u)), $dimension + 1))), g)
        end as g
    from edged
    where $dimension > 0 or (west >= left_m and west < left_m + side and north <= top_m and north > top_m - side)
)
select $tiles | tile_key(z, x, y) as tile, $layer, seq, class, name_zh, name_en, height, min_height, floors,
    ST_AsWKB(ST_Force2D(ST_Affine(g, 1 / u, 0::double, 0::double, -1 / u, 0.5 - left_m / u, 0.5 + top_m / u)))::blob as geom
from clipped
where not ST_IsEmpty(g)
