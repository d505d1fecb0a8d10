-- grain: one way by which data of a city came (channel; of hand-ins without one, source and dataset): its last batch, its tries since `since`
-- kind: query
-- unfiltered: times and counts of whole batches, for who may see the whole city
with came as (
    select channel, if(channel = '', source, '') as source, if(channel = '', dataset, '') as dataset, epoch(max(received_at))::bigint as came_at
    from mgmt.source_batch where city = $city group by all
),
tried as (
    select channel, count(*) as tries, count(*) filter (outcome = 'failed') as failed, quantile_cont(seconds, 0.95) as p95_s,
        arg_max(outcome, started_at) as outcome, epoch(max(started_at) filter (outcome = 'unchanged'))::bigint as unchanged_at
    from mgmt.source_try where started_at >= make_timestamp($since::bigint * 1000000) group by channel
)
select coalesce(c.channel, t.channel) as channel, coalesce(c.source, '') as source, coalesce(c.dataset, '') as dataset,
    greatest(c.came_at, t.unchanged_at) as came_at, coalesce(t.tries, 0) as tries, coalesce(t.failed, 0) as failed, t.p95_s, t.outcome
from came c full join tried t on t.channel = c.channel
