-- grain: one basemap feature with its shape in web mercator, and the lowest zoom it is worth drawing at
-- from: theme.layer
-- never: a positive number: those are units
-- kind: step
select
    -row_number() over ()::integer as seq, class, name_zh, name_en,
    null::float as height, null::float as min_height, null::integer as floors,
    ceil(coalesce(min_zoom, case
        when layer = 'road' then case class
            when 'motorway' then 7 when 'trunk' then 8 when 'primary' then 9 when 'secondary' then 11 when 'tertiary' then 12
            when 'residential' then 13 else 14 end
        else 0 end))::integer as min_zoom,
    ST_Normalize(ST_Transform(geom, 'EPSG:4326', 'EPSG:3857', true)) as g
from theme.layer
where city = $city and layer = $layer
