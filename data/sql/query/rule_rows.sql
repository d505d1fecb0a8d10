-- grain: one row of a city that broke a rule of a dataset, the newest batch first
-- kind: query
-- unfiltered: the data page, for who may see the whole city; values are masked where they were kept
select
    f.batch, f.row, f.column_name, f.masked_value, f.severity, b.source, epoch(b.received_at)::bigint as received_at, b.file_name
from (
    select batch, row, dataset, rule, column_name, masked_value, 'reject' as severity from mgmt.reject
    union all
    select batch, row, dataset, rule, column_name, masked_value, 'warn' from mgmt.warning
) f
join mgmt.balance b on b.batch = f.batch
where b.city = $city and f.dataset = $dataset and f.rule = $rule
order by f.batch desc, f.row
limit $most
