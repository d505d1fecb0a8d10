-- grain: one rejected row of a batch: the rule, the column, the masked value
-- kind: query
-- unfiltered: masked values of the own department's batch, for who may see the whole city
select r.row, r.rule, r.column_name, r.masked_value, r.dataset
from mgmt.reject r join mgmt.balance b on b.batch = r.batch
where b.city = $city and r.batch = $batch order by r.row limit $most
