-- grain: one unit of a level with its shape in web mercator
-- from: theme.unit, theme.shape
-- kind: step
select
    u.seq, null::varchar as class, u.name_zh, u.name_en, null::float as height, null::float as min_height,
    null::integer as floors, 0 as min_zoom,
    ST_Normalize(ST_Transform(s.geom, 'EPSG:4326', 'EPSG:3857', true)) as g
from theme.unit u
join theme.shape s on s.city = u.city and s.level = u.level and s.seq = u.seq
where u.city = $city and u.level = $level
