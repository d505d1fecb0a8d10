-- grain: one reading as it was said: what stands (known_to null), and what stood until it was replaced or taken back
-- from: base.reading, base.reading_ended, front.batch
-- kind: view
with said as (
    select city, indicator, level, seq, observed_at, value, weight, _batch, _row, null::integer as _ended_by from base.reading
    union all
    select city, indicator, level, seq, observed_at, value, weight, _batch, _row, _ended_by from base.reading_ended
)
select s.*, b.received_at as known_from, e.received_at as known_to
from said s
join front.batch b on b.batch = s._batch
left join front.batch e on e.batch = s._ended_by
