-- grain: the area of one unit of a level (a floor has its building's)
-- from: base.unit
-- kind: step
select u.seq, coalesce(u.area_m2, p.area_m2) as weight
from base.unit u
left join base.unit p on p.city = $city and p.level = 'building' and p.seq = u.parent_seq and p.valid_to is null and $level = 'floor'
where u.city = $city and u.level = $level and u.valid_to is null
