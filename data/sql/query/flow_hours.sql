-- grain: the count from one unit to another in one hour (its start, epoch seconds), at one level since a time
-- kind: query
select epoch(date_trunc('hour', observed_at))::bigint as at, origin_seq, destination_seq, sum(count)::bigint as count
from theme.flow
where city = $city and is_seen($bits, $offsets, level, origin_seq) and is_seen($bits, $offsets, level, destination_seq) and level = $level
  and observed_at >= make_timestamp($since::bigint * 1000000)
group by all
