-- grain: one dataset of a city: what came in and what became of it
-- kind: query
-- unfiltered: the data page, for who may see the whole city
select dataset, count(*) as batches, sum(row_in)::bigint as row_in, sum(accepted)::bigint as accepted, sum(rejected)::bigint as rejected,
    sum(duplicate)::bigint as duplicate, bool_and(is_balanced) as is_balanced, max(received_at) as received_at
from mgmt.balance where city = $city group by dataset order by row_in desc
