-- grain: one building (numbers $first to $last) with its footprint in web mercator
-- from: theme.unit, theme.shape
-- never: a name: buildings are too many for labels, the card asks for it
-- kind: step
select
    u.seq, null::varchar as class, null::varchar as name_zh, null::varchar as name_en,
    coalesce(u.height_m, 3.2 * greatest(u.floors_above, 1), 3.2)::float as height,
    coalesce(u.min_height_m, 0)::float as min_height, coalesce(u.floors_above, 0)::integer as floors, 0 as min_zoom,
    ST_Normalize(ST_Transform(s.geom, 'EPSG:4326', 'EPSG:3857', true)) as g
from theme.unit u
join theme.shape s on s.city = u.city and s.level = 'building' and s.seq = u.seq
where u.city = $city and u.level = 'building' and u.seq between $first and $last and s.seq between $first and $last
