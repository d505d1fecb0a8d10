-- grain: one unit that may be seen, for a snapshot of the SQL workspace; a parent that may not be seen is null
-- kind: query
select u.code, u.level, u.seq, p.code as parent_code, p.seq as parent_seq, u.name_zh, u.name_en, u.lon, u.lat, u.area_m2, u.floors_above, u.floors_below,
    u.height_m, u.floor_no, u.place_type, u.address, u.valid_from
from theme.unit u
left join theme.unit p on p.city = u.city and p.code = u.parent_code and is_seen($bits, $offsets, p.level, p.seq)
where u.city = $city and is_seen($bits, $offsets, u.level, u.seq)
