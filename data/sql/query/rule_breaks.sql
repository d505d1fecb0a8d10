-- grain: one rule of one dataset on one day of receipt: how many rows broke it (severity reject or warn)
-- kind: query
-- unfiltered: counts of the whole city, for who may see it
select r.dataset, r.rule, r.column_name, r.severity, b.received_at::date as day, count(*) as n
from (select batch, dataset, rule, column_name, 'reject' as severity from mgmt.reject
      union all select batch, dataset, rule, column_name, 'warn' from mgmt.warning) r
join mgmt.balance b on b.batch = r.batch
where b.city = $city and b.received_at >= make_timestamp($since::bigint * 1000000)
group by all order by day
