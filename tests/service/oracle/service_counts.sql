-- grain: one period (0 the one asked for, 1 the one before it) of all cases chosen, or of one department, category, channel or district
--        of them (`side` says which); `completed` is of those opened in the period, closed by its end; the rest from closed on is of those closed in it
-- kind: query
with period(period, since, until) as (
    values (0, make_timestamp($since::bigint * 1000000), make_timestamp($until::bigint * 1000000)),
           (1, make_timestamp($before::bigint * 1000000), make_timestamp($since::bigint * 1000000))
),
chosen as (
    select p.period, coalesce(c.department, '') as department, c.category, c.channel, c.unit_code[1:6] as district, c.rating,
        c.opened_at >= p.since and c.opened_at < p.until as is_opened,
        coalesce(c.closed_at >= p.since and c.closed_at < p.until, false) as is_closed,
        coalesce(c.closed_at < p.until, false) as is_completed, c.promised_at is not null as is_promised,
        coalesce(c.closed_at <= c.promised_at, false) as is_on_time, (epoch(c.closed_at) - epoch(c.opened_at)) / 86400 as days,
        c.channel not in ('patrol', 'sensor') as is_asked
    from theme.service_case c
    join period p on (c.opened_at >= p.since and c.opened_at < p.until) or (c.closed_at >= p.since and c.closed_at < p.until)
    where c.city = $city and ($bits is null or c.unit_code in (
            select u.code from theme.unit u where u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
        and ($department = '' or c.department = $department) and ($category = '' or c.category = $category)
        and ($channel = '' or c.channel = $channel) and ($district = '' or c.unit_code[1:6] = $district)
)
select
    period,
    case grouping(department, category, channel, district)
        when 7 then 'department' when 11 then 'category' when 13 then 'channel' when 14 then 'district' else '' end as side,
    coalesce(department, category, channel, district, '') as name,
    count(*) filter (is_opened) as opened,
    count(*) filter (is_opened and is_completed) as completed,
    count(*) filter (is_opened and is_asked) as asked,
    count(*) filter (is_opened and channel_of in ('web', 'app')) as digital,
    count(*) filter (is_closed) as closed,
    count(*) filter (is_closed and is_promised) as promised,
    count(*) filter (is_closed and is_on_time) as on_time,
    count(*) filter (is_closed and rating is not null) as rated,
    count(*) filter (is_closed and rating >= 3) as good,
    quantile_cont(days, 0.5) filter (is_closed) as p50_days,
    quantile_cont(days, 0.9) filter (is_closed) as p90_days
from (select *, channel as channel_of from chosen)
group by grouping sets ((period), (period, department), (period, category), (period, channel), (period, district))
order by period, side, name
