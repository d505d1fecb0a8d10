-- grain: one work item of a city, of the departments given (none: of all), the newest first
-- kind: query
-- unfiltered: counts of rejected rows of the own department, for who may see the whole city
select w.item, w.batch, w.dataset, w.source, w.owner, w.row_count, w.state, w.since, w.pushed_at, w.corrected_batch, w.reminded_at, w.reminders,
    d.name_zh as owner_zh, d.name_en as owner_en, b.file_name, b.as_of
from mgmt.work_item w
join mgmt.balance b on b.batch = w.batch
left join catalogue.department d on d.id = w.owner
where w.city = $city and (len($departments::varchar[]) = 0 or list_contains($departments::varchar[], w.owner))
order by w.item desc limit $most
