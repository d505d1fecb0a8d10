-- grain: one unit as it stood at a time, by what was known then
-- kind: query
select
    u.code, u.level, u.seq, u.parent_code, u.name_zh, u.name_en, u.place_type, u.floors_above, u.floors_below, u.height_m, u.area_m2, u.address,
    u.source, epoch(u.valid_from)::bigint as valid_from, u._batch as batch, u._row as "row"
from trace.unit u
where u.city = $city and u.code = $code and is_seen($bits, $offsets, u.level, u.seq)
  and u.known_from <= make_timestamp(($known * 1e6)::bigint) and u.valid_from <= make_timestamp(($at * 1e6)::bigint)
  and (u.valid_to is null or u.valid_to > make_timestamp(($at * 1e6)::bigint) or u.known_to > make_timestamp(($known * 1e6)::bigint))
order by u.valid_from desc, u._batch desc
limit 1
