-- grain: one step of an alert at a unit in sight, the oldest first
-- kind: query
select e.event, e.act, e.state, e.happened_at, e.written_at, e.who, e.department, e.note
from mgmt.alert_event e join mgmt.alert a on a.alert = e.alert
where e.city = $city and e.alert = $item and is_seen($bits, $offsets, a.level, a.seq) order by e.event
