-- grain: one act on a work item, the oldest first
-- kind: query
-- unfiltered: acts, for who may see the item
select e.acted_at, e.act, e.state, e.who, e.department, e.note, e.batch
from mgmt.work_event e join mgmt.work_item w on w.item = e.item
where w.city = $city and e.item = $item order by e.acted_at
