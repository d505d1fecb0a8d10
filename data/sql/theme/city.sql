-- grain: one city; max_zoom is the deepest zoom its tiles are cut for (the browser overzooms beyond): 14, or less where
--        the place is so wide that zoom 14 would have more than 40 000 tiles, but 13 at least where there are buildings
-- from: base.city, base.shape
-- kind: view
with extent as (
    select city, 14 - ceil(log2(greatest(1, wide * high / cos(radians(lat)) / pow(360 / pow(2, 14), 2) / 40000)) / 2) as depth
    from (
        select city, ST_XMax(geom) - ST_XMin(geom) as wide, ST_YMax(geom) - ST_YMin(geom) as high, ST_YMin(ST_Centroid(geom)) as lat
        from base.shape where level = 'city' and valid_to is null
    )
),
-- asked of wide places alone: among a million buildings that is most of the view's time
built as (
    select distinct city from base.shape
    where level = 'building' and valid_to is null and city in (select city from extent where depth < 13)
)
select
    c.city, c.number, c.name_zh, c.name_en, c.is_synthetic, c.timezone, c.code, c.licence, c.geometry_version, c.value_version,
    if(e.depth is null, 13, least(14, greatest(if(b.city is null, 5, 13), e.depth)))::integer as max_zoom
from base.city c
left join extent e on e.city = c.city
left join built b on b.city = c.city
