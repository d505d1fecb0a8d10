-- grain: one state, severity and rule of the alerts at units in sight: how many, how many overdue, how many of them in groups
-- kind: query
select a.state, a.severity, a.rule, count(*) as alerts, count(distinct a.group_no) as groups,
    count(*) filter (a.due_at < $at and a.state <> 'closed') as overdue, count(*) filter (a.ended_at is null) as standing
from mgmt.alert a
where a.city = $city and is_seen($bits, $offsets, a.level, a.seq) and list_contains($indicators::varchar[], a.indicator)
    and (a.state <> 'closed' or a.since >= $since)
group by all order by all
