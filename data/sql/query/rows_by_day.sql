-- grain: one dataset on one day of receipt: rows that came in
-- kind: query
-- unfiltered: counts of the whole city, for who may see it
select dataset, received_at::date as day, sum(row_in)::bigint as row_in, sum(rejected)::bigint as rejected
from mgmt.balance where city = $city and received_at >= make_timestamp($since::bigint * 1000000)
group by all order by day
