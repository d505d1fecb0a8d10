-- grain: one step of an alert at a unit in sight, the newest first
-- kind: query
select
    e.event, e.alert, e.act, e.state, e.happened_at, e.who, e.department, a.rule, a.severity, a.indicator, a.level, a.seq, a.raised_at,
    a.code, u.name_zh, u.name_en
from mgmt.alert_event e
join mgmt.alert a on a.alert = e.alert
left join theme.unit u on u.city = a.city and u.level = a.level and u.seq = a.seq
where e.city = $city and is_seen($bits, $offsets, a.level, a.seq) and list_contains($indicators::varchar[], a.indicator)
order by e.event desc
limit $most
