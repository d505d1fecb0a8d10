-- grain: one day (on the city's clock) of the cases chosen: opened and what they were, closed and how
-- kind: query
with chosen as (
    select c.*, coalesce(t.timezone, 'UTC') as zone
    from theme.service_case c
    join theme.city t on t.city = c.city
    where c.city = $city and ($bits is null or c.unit_code in (
            select u.code from theme.unit u where u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
        and ($department = '' or c.department = $department) and ($category = '' or c.category = $category)
        and ($channel = '' or c.channel = $channel) and ($district = '' or c.unit_code[1:6] = $district)
),
said as (
    select timezone(zone, timezone('UTC', opened_at))::date as day, 1 as opened, (channel not in ('patrol', 'sensor'))::integer as asked,
        (channel in ('web', 'app'))::integer as digital, 0 as closed, 0 as promised, 0 as on_time, 0 as rated, 0 as good
    from chosen where opened_at >= make_timestamp($since::bigint * 1000000) and opened_at < make_timestamp($until::bigint * 1000000)
    union all
    select timezone(zone, timezone('UTC', closed_at))::date, 0, 0, 0, 1, (promised_at is not null)::integer,
        coalesce(closed_at <= promised_at, false)::integer, (rating is not null)::integer, coalesce(rating >= 3, false)::integer
    from chosen where closed_at >= make_timestamp($since::bigint * 1000000) and closed_at < make_timestamp($until::bigint * 1000000)
)
select day, sum(opened)::bigint as opened, sum(asked)::bigint as asked, sum(digital)::bigint as digital, sum(closed)::bigint as closed,
    sum(promised)::bigint as promised, sum(on_time)::bigint as on_time, sum(rated)::bigint as rated, sum(good)::bigint as good
from said group by day order by day
