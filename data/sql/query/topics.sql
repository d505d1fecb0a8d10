-- grain: one topic of public opinion about a unit in sight, first seen since a time (epoch seconds)
-- kind: query
select t.code, t.name_zh, t.name_en, t.unit_code, epoch(t.first_seen_at)::bigint as first
from theme.topic t
where t.city = $city and t.first_seen_at >= make_timestamp($since::bigint * 1000000) and ($bits is null or t.unit_code in (
    select u.code from theme.unit u where $bits is not null and u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
order by t.first_seen_at, t.code
