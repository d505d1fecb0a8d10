-- grain: the extent of one unit (of the whole city where the unit has no shape)
-- kind: query
select ST_XMin(geom) as west, ST_YMin(geom) as south, ST_XMax(geom) as east, ST_YMax(geom) as north
from theme.shape where city = $city and is_seen($bits, $offsets, level, seq) and level = $level and seq = $seq
