-- grain: the count from one unit to another over a stretch of time, at the level it was reported
-- kind: query
select origin_seq, destination_seq, sum(count)::bigint as count
from theme.flow
where city = $city and is_seen($bits, $offsets, level, origin_seq) and is_seen($bits, $offsets, level, destination_seq) and level = $level
  and observed_at >= make_timestamp($since::bigint * 1000000) and observed_at <= make_timestamp($until::bigint * 1000000)
group by all
