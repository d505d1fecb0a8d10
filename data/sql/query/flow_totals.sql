-- grain: one dataset of a city: what came in since a time (epoch seconds) and what became of it
-- kind: query
-- unfiltered: the data page, for who may see the whole city
select
    dataset, count(*) as batches, sum(row_in)::bigint as row_in, sum(accepted)::bigint as accepted, sum(rejected)::bigint as rejected,
    sum(duplicate)::bigint as duplicate, bool_and(row_in = accepted + rejected + duplicate) as is_balanced,
    count(distinct source) as sources, epoch(max(received_at))::bigint as received_at, quantile_cont(seconds, 0.95) as seconds_p95
from trace.batch
where city = $city and received_at >= make_timestamp($since::bigint * 1000000)
group by dataset
order by row_in desc
