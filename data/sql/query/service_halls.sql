-- grain: one service hall at a unit in sight, in the period of days [since, until) (0) or the one before it (1), in days since 1970: hours that
--        its windows were open and busy, mean staff on duty a day; null where nobody said
-- kind: query
with days as (
    select d.hall, (d.day < date '1970-01-01' + $since::integer)::integer as period, sum(d.open_hours) as open_hours,
        sum(d.busy_hours) as busy_hours, avg(d.staff) as staff
    from theme.hall_day d
    where d.city = $city and d.day >= date '1970-01-01' + $before::integer and d.day < date '1970-01-01' + $until::integer
    group by all
)
select h.code, h.name_zh, h.name_en, p.period, d.open_hours, d.busy_hours, d.staff
from theme.hall h
cross join (values (0), (1)) as p(period)
left join days d on d.hall = h.code and d.period = p.period
where h.city = $city and ($bits is null or h.unit_code in (
        select u.code from theme.unit u where $bits is not null and u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
    and ($district = '' or h.unit_code[1:6] = $district) and ($hall = '' or h.code = $hall)
order by h.code, p.period
