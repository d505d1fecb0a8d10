-- grain: one point (by its place in the lists) that lies inside a unit of a level
-- kind: query
-- unfiltered: finds the units that handed-in entities stand in; nothing of it is shown
with asked as (select unnest($xs) as x, unnest($ys) as y, unnest(range(len($xs))) as i)
select a.i, min(s.code) as code
from asked a
join theme.shape s on s.city = $city and s.level = $level and ST_Contains(s.geom, ST_Point(a.x, a.y))
group by a.i
