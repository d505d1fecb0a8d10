-- grain: one department in one district: its open cases, how old they are, how many broke their promise or will by the end of the day,
--        and how many were opened and closed from `since` to `until` (now)
-- kind: query
with chosen as (
    select coalesce(c.department, '') as department, c.unit_code[1:6] as district, c.opened_at, c.promised_at, c.closed_at,
        c.closed_at is null and c.status not in ('closed', 'withdrawn') and c.opened_at <= make_timestamp($until::bigint * 1000000) as is_open,
        make_timestamp($since::bigint * 1000000) as since, make_timestamp($until::bigint * 1000000) as now
    from theme.service_case c
    where c.city = $city and ($bits is null or c.unit_code in (
            select u.code from theme.unit u where u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
        and ($department = '' or c.department = $department) and ($category = '' or c.category = $category)
        and ($channel = '' or c.channel = $channel) and ($district = '' or c.unit_code[1:6] = $district)
)
select department, district,
    count(*) filter (is_open) as open,
    count(*) filter (is_open and promised_at < now) as overdue,
    count(*) filter (is_open and promised_at >= now and promised_at < make_timestamp($day_end::bigint * 1000000)) as due,
    avg((epoch(now) - epoch(opened_at)) / 86400) filter (is_open) as mean_days,
    max((epoch(now) - epoch(opened_at)) / 86400) filter (is_open) as oldest_days,
    count(*) filter (opened_at >= since and opened_at < now) as opened,
    count(*) filter (closed_at >= since and closed_at < now) as closed
from chosen
group by department, district
having count(*) filter (is_open) > 0 or count(*) filter (opened_at >= since) > 0 or count(*) filter (closed_at >= since) > 0
order by overdue desc, open desc, department, district
