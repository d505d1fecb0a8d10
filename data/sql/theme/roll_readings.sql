-- grain: one reading of one indicator, in time order
-- from: base.reading
-- kind: step
select seq - 1 as i, epoch(observed_at)::bigint as at, value, weight
from base.reading
where city = $city and indicator = $indicator and level = $level
