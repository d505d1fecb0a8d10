-- grain: one service hall at a unit in sight, in the period of days [since, until) (0) or the one before it (1), in days since 1970: hours that
--        its windows were open and busy, mean staff on duty a day; null where nobody said
-- kind: query
select h.code, h.name_zh, h.name_en, p.period, sum(d.open_hours) as open_hours, sum(d.busy_hours) as busy_hours, avg(d.staff) as staff
from theme.hall h
cross join (values (0, $since, $until), (1, $before, $since)) as p(period, since, until)
left join theme.hall_day d on d.city = h.city and d.hall = h.code and d.day >= date '1970-01-01' + p.since::integer
    and d.day < date '1970-01-01' + p.until::integer
where h.city = $city and ($bits is null or h.unit_code in (
        select u.code from theme.unit u where u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
    and ($district = '' or h.unit_code[1:6] = $district) and ($hall = '' or h.code = $hall)
group by h.code, h.name_zh, h.name_en, p.period
order by h.code, p.period
