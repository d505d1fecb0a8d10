-- grain: one unit of a level whose label point lies in a shape (WKB, EPSG:4326)
-- kind: query
select u.code, u.seq
from theme.unit u
where u.city = $city and is_seen($bits, $offsets, u.level, u.seq) and u.level = $level and u.lon is not null
  and ST_Contains(ST_GeomFromWKB($shape), ST_Point(u.lon, u.lat))
order by u.seq
limit $most
