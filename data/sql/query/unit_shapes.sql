-- grain: one unit of a level below a parent ($parent 0: all of the level), its shape simplified to $tolerance degrees
-- kind: query
select u.seq, u.code, u.name_zh, u.name_en, ST_AsGeoJSON(ST_SimplifyPreserveTopology(s.geom, $tolerance)) as geometry
from theme.unit u
join theme.shape s on s.city = u.city and s.level = u.level and s.seq = u.seq
where u.city = $city and is_seen($bits, $offsets, u.level, u.seq) and u.level = $level and ($parent = 0 or u.parent_seq = $parent)
order by u.seq
limit 5000
