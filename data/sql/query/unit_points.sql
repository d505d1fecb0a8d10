-- grain: the label point of one unit of a level
-- kind: query
select seq, lon, lat, coalesce(name_zh, '') as name_zh, coalesce(name_en, '') as name_en
from theme.unit where city = $city and is_seen($bits, $offsets, level, seq) and level = $level and lon is not null order by seq
