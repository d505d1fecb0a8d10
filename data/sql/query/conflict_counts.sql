-- grain: one dataset, field and state of conflicts of a city
-- kind: query
-- unfiltered: counts, for who may see the whole city
select c.dataset, c.field, c.state, count(*) as n, coalesce(f.name_zh, a.name_zh) as name_zh, coalesce(f.name_en, a.name_en) as name_en
from mgmt.conflict c
left join catalogue.field f on f.dataset = c.dataset and f.field = c.field
left join catalogue.attribute a on c.dataset = 'attribute' and a.id = c.field
where c.city = $city group by all order by n desc
