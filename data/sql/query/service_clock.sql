-- grain: a city: when the newest word on its cases was said (epoch seconds; null: none ever), and which departments and districts they name
-- kind: query
-- unfiltered: a time, and names of departments and districts; no case and no count
select epoch(max(valid_from))::bigint as told_at, epoch(max(opened_at))::bigint as newest,
    list_sort(list(distinct department) filter (department <> '')) as departments, list_sort(list(distinct unit_code[1:6])) as districts
from theme.service_case where city = $city
