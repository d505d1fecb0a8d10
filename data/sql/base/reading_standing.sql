-- grain: one reading as it stands in the stretch of time that the batch speaks of
-- from: base.reading
-- kind: step
select rowid as id, indicator, level, seq, observed_at, value, weight
from base.reading
where city = $city and observed_at between $since and $until
  and indicator in (select unnest($indicators))
