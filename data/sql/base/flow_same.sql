-- grain: the row numbers of the batch that repeat a count as it stands, or that the batch itself has said
-- from: the checked rows, base.flow
-- kind: step
select _row from checked where _fault is null
qualify row_number() over (partition by origin_seq, destination_seq, level, observed_at, count order by _row) > 1
union
select c._row
from checked c
join base.flow b
  on b.city = c.city and b.level = c.level and b.origin_seq = c.origin_seq
 and b.destination_seq = c.destination_seq and b.observed_at = c.observed_at
where c._fault is null and b.count = c.count
