-- grain: one department in one district that a case in sight names
-- kind: query
select distinct coalesce(c.department, '') as department, c.unit_code[1:6] as district
from theme.service_case c
where c.city = $city and ($bits is null or c.unit_code in (
    select u.code from theme.unit u where u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
