-- grain: one indicator and time whose readings came with a batch that the tower has not taken up yet
-- from: base.reading, what was taken back (base.reading_ended), front.batch
-- kind: step
with waiting as (select b.batch from front.batch b where b.city = $city and b.state = 'based' and b.dataset = 'reading'),
touched as (
    select indicator, level, observed_at from base.reading where city = $city and _batch in (select batch from waiting)
    union all
    select indicator, level, observed_at from base.reading_ended where city = $city and _ended_by in (select batch from waiting)
)
select t.indicator, t.level, epoch(t.observed_at)::bigint as at, count(*) as n
from touched t
group by all
