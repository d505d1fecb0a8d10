-- grain: one service case as it stands, at a unit that may be seen, without summary, place and caller, for a snapshot of the SQL workspace
-- kind: query
select c.case_no, c.channel, c.category, c.department, c.status, c.unit_code, u.level, u.seq, c.opened_at, c.promised_at, c.closed_at,
    c.rating::integer as rating
from theme.service_case c
join theme.unit u on u.city = c.city and u.code = c.unit_code
where c.city = $city and is_seen($bits, $offsets, u.level, u.seq)
