-- grain: one level at which flows were reported, with the stretch of time they cover
-- kind: query
-- unfiltered: times only
select level, epoch(min(observed_at))::bigint as since, epoch(max(observed_at))::bigint as until
from theme.flow where city = $city group by level
