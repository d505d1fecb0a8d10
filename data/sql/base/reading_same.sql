-- grain: the row numbers of the batch that repeat a reading as it stands, or that the batch itself has said
-- from: the checked rows, standing (base.reading), twice
-- kind: step
select c._row
from checked c
where c._fault is null and hash(c.indicator, c.level, c.seq, c.observed_at) in (select h from twice)
qualify row_number() over (partition by c.indicator, c.level, c.seq, c.observed_at, c.value, c.weight order by c._row) > 1
union
select c._row
from standing b
join checked c
  on b.indicator = c.indicator and b.level = c.level and b.seq = c.seq and b.observed_at = c.observed_at
where c._fault is null and b.value = c.value and b.weight is not distinct from c.weight
