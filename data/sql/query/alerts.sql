-- grain: one alert at a unit in sight, of the states given (none: all) and the indicators given, the gravest and newest first
-- kind: query
select a.alert, a.rule, a.severity, a.indicator, a.level, a.seq, a.code, a.area, a.group_no, a.value, a.limit_value, a.usual, a.peak, a.last_value,
    a.began_at, a.raised_at, a.last_at, a.ended_at, a.state, a.since, a.due_at, a.owner, a.note, a.escalation
from mgmt.alert a
where a.city = $city and is_seen($bits, $offsets, a.level, a.seq)
    and (len($states::varchar[]) = 0 or list_contains($states::varchar[], a.state))
    and (len($numbers::integer[]) = 0 or list_contains($numbers::integer[], a.alert))
    and list_contains($indicators::varchar[], a.indicator)
order by a.state = 'closed', list_position(['red', 'orange', 'yellow', 'blue'], a.severity), a.raised_at desc, a.alert limit $most
