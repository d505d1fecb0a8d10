-- grain: the label point of one unit of a level in web mercator
-- from: theme.unit
-- kind: step
select
    seq, null::varchar as class, name_zh, name_en, null::float as height, null::float as min_height,
    null::integer as floors, 0 as min_zoom, ST_Point(mercator_x(lon), mercator_y(lat)) as g
from theme.unit
where city = $city and level = $level and lon is not null and lat is not null
