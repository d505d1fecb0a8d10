-- grain: the static weight of one unit: its area, or its population
-- from: base.unit, base.attribute
-- kind: step
select u.seq, if($weight = 'area_m2', coalesce(u.area_m2, p.area_m2), try_cast(a.value as double)) as weight
from base.unit u
left join base.unit p on p.city = u.city and p.code = u.parent_code and p.valid_to is null and u.area_m2 is null
left join base.attribute a on a.city = u.city and a.level = u.level and a.seq = u.seq and a.attribute = $weight and a.valid_to is null
where u.city = $city and u.level = $level and u.valid_to is null
