-- grain: one stretch of time of a city ($step seconds from $since on): rows that came in and what became of them
-- kind: query
-- unfiltered: the data page, for who may see the whole city
select
    ((epoch_ms(received_at) // 1000 - $since::bigint) // $step::bigint)::integer as bucket, sum(row_in)::bigint as row_in, sum(accepted)::bigint as accepted,
    sum(rejected)::bigint as rejected, sum(duplicate)::bigint as duplicate
from trace.batch
where city = $city and received_at >= make_timestamp($since::bigint * 1000000)
group by bucket
order by bucket
