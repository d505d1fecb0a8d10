-- grain: one reading of any indicator that is not native to one level, in a stretch of time; of steps below a day, or of all others
-- from: base.reading, catalogue.indicator
-- kind: step
select i.position::smallint as position, r.seq - 1 as i, epoch(r.observed_at)::bigint as at, r.value, r.weight
from base.reading r
join catalogue.indicator i on i.id = r.indicator and i.native_level = r.level
where r.city = $city and r.level <> $but and r.observed_at >= $since and r.observed_at < $until
  and starts_with(i.cadence, 'PT') = $is_short
