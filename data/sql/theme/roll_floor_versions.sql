-- grain: one version of one floor (asked for only when an indicator is native to floors)
-- from: base.unit
-- kind: step
select level, seq, parent_seq, valid_from, valid_to
from base.unit
where city = $city and level = 'floor'
order by seq
