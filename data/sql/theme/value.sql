-- grain: one indicator of one unit at one time, at every level
-- from: theme.rolled above the native level, base.reading at it
-- never: a rejected or an outdated version of a reading
-- kind: view
select city, indicator, level, seq, observed_at, value, n, expected
from theme.rolled
union all
select
    r.city, r.indicator, r.level, r.seq, r.observed_at,
    if(i.rollup = 'ratio', i.scale * r.value / nullif(r.weight, 0), r.value) as value, 1 as n, 1 as expected
from base.reading r
join catalogue.indicator i on i.id = r.indicator
