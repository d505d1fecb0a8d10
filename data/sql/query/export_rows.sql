-- grain: one unit of a level with its shape (WKB, EPSG:4326; a floor has its building's)
-- kind: query
select u.code, u.level, u.seq, u.name_zh, u.name_en, u.parent_code, u.place_type, u.address, u.lon, u.lat, u.area_m2, u.floors_above,
    u.height_m, u.floor_no, ST_AsWKB(s.geom) as geometry
from theme.unit u
left join theme.shape s on s.city = u.city
    and s.code = if(u.level = 'floor', u.parent_code, u.code)
where u.city = $city and is_seen($bits, $offsets, u.level, u.seq) and u.level = $level and (len($codes) = 0 or list_contains($codes, u.code))
order by u.seq
limit $most
