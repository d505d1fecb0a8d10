-- grain: the hash of a key that the batch says more than once
-- from: the checked rows
-- kind: step
select hash(indicator, level, seq, observed_at) as h from checked where _fault is null group by h having count(*) > 1
