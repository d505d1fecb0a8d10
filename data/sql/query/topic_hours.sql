-- grain: one topic of public opinion about a unit in sight, and one hour (its start, epoch seconds) since a time
-- kind: query
select h.topic, epoch(h.hour_at)::bigint as at, h.mentions::bigint as mentions
from theme.topic_hour h
join theme.topic t on t.city = h.city and t.code = h.topic
where h.city = $city and h.hour_at >= make_timestamp($since::bigint * 1000000) and ($bits is null or t.unit_code in (
    select u.code from theme.unit u where $bits is not null and u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
order by h.topic, h.hour_at
