-- grain: one version of one unit: who stood under whom, when
-- from: base.unit
-- kind: step
select level, seq, parent_seq, valid_from, valid_to
from base.unit
where city = $city and level <> 'floor'
order by level, seq
