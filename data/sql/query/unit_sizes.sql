-- grain: one level: how many numbers were ever given, how many units stand
-- kind: query
-- unfiltered: numbers per level; the view counts again
select level, max(seq) as size, (select count(*) from theme.unit u where u.city = $city and u.level = i.level) as standing
from mgmt.identity i
where city = $city
group by level
