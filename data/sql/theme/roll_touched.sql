-- grain: one indicator and time whose readings came with a batch that the tower has not taken up yet
-- from: base.reading, front.batch
-- kind: step
select r.indicator, r.level, epoch(r.observed_at)::bigint as at, count(*) as n
from base.reading r
where r.city = $city and r._batch in (select b.batch from front.batch b where b.city = $city and b.state = 'based')
group by all
