-- grain: the newest value of one indicator at one unit (grid and coarser)
-- kind: query
select indicator, epoch(observed_at)::bigint as at, value, n, expected
from theme.latest where city = $city and level = $level and seq = $seq
