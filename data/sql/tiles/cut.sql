-- cut the prepared shapes into the tiles of one zoom
-- from: the temporary table shapes (g in web mercator)
-- kind: step
create or replace temp table boxed as
select
    *, 4096 / tile_side($z) as k,
    tile_x(ST_XMin(g) - tile_side($z) / 64, $z) as x0, tile_x(ST_XMax(g) + tile_side($z) / 64, $z) as x1,
    tile_y(ST_YMax(g) + tile_side($z) / 64, $z) as y0, tile_y(ST_YMin(g) - tile_side($z) / 64, $z) as y1
from shapes
where $dimension <> 2 or $all or (ST_XMax(g) - ST_XMin(g)) * (ST_YMax(g) - ST_YMin(g)) * pow(4096 / tile_side($z), 2) > 4 * 16 * 16;

create or replace temp table spread as
with wide as (select * exclude (x0, x1), unnest(range(x0, x1 + 1)) as x, x0 < x1 or y0 < y1 as is_split from boxed)
select * exclude (y0, y1), unnest(range(y0, y1 + 1)) as y from wide;

create or replace temp table moved as
select
    $city as city, $layer as layer, tile_key($z, x, y) as tile, seq, class, name_zh, name_en, height, min_height, floors, is_split,
    ST_Affine(g, k, 0::double, 0::double, -k, k * (20037508.342789244 - x * tile_side($z)) + 0.5,
              k * (20037508.342789244 - y * tile_side($z)) + 0.5) as geom
from spread;

insert into tiles.feature
with clipped as (
    select * exclude (geom, is_split), case
        when $dimension = 0 then geom
        when $all or not is_split then ST_RemoveRepeatedPoints(geom)
        else coalesce(try(ST_CollectionExtract(
            ST_Intersection(ST_RemoveRepeatedPoints(geom, 2::double), ST_MakeEnvelope(-64, -64, 4160, 4160)), $dimension + 1)), geom)
    end as geom
    from moved
)
select * from clipped
where not ST_IsEmpty(geom) and ($dimension <> 0 or (ST_X(geom) between 0 and 4096 and ST_Y(geom) between 0 and 4096))
order by tile, seq;
