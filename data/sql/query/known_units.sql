-- grain: one unit that a city ever had, floors left out, as an importer needs it to keep codes
-- kind: query
-- unfiltered: read by imports only
select i.level, i.source_id, i.code, u.name_zh, u.name_en, ST_AsWKB(s.geom)::blob as geom, if(u.code is null, now()::timestamp, null) as valid_to
from mgmt.identity i
left join theme.unit u on u.city = i.city and u.code = i.code
left join theme.shape s on s.city = i.city and s.code = i.code and i.level <> 'building'
where i.city = $city and i.level <> 'floor'
