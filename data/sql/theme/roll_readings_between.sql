-- grain: one reading of one indicator in a stretch of time
-- from: base.reading
-- kind: step
select seq - 1 as i, epoch(observed_at)::bigint as at, value, weight
from base.reading
where city = $city and indicator = $indicator and level = $level
  and observed_at >= make_timestamp($since::bigint * 1000000) and observed_at < make_timestamp($until::bigint * 1000000)
