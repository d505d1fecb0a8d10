-- grain: one ended unit and one unit of its level that took ground of it over: a split, a merger, a new number; within a month of each other
-- from: theme.unit_ended, theme.shape, theme.unit, base.unit
-- never: a pair that shares less than a tenth of the smaller one: borders that were drawn anew a little
-- kind: view
with born as (
    select city, level, seq, code, min(valid_from) as born_at from base.unit group by city, level, seq, code
)
select
    e.city, e.level, e.code as from_code, e.seq as from_seq, e.name_zh as from_name_zh, e.name_en as from_name_en, e.ended_at,
    u.code, u.seq, u.name_zh, u.name_en, b.born_at,
    ST_Area(ST_Intersection(e.geom, s.geom)) / ST_Area(e.geom) as share
from theme.unit_ended e
join born b on b.city = e.city and b.level = e.level and b.born_at between e.ended_at - interval 31 day and e.ended_at + interval 31 day
join theme.unit u on u.city = b.city and u.level = b.level and u.seq = b.seq
join theme.shape s on s.city = b.city and s.level = b.level and s.seq = b.seq
where ST_Intersects(e.geom, s.geom)
  and ST_Area(ST_Intersection(e.geom, s.geom)) >= 0.1 * least(ST_Area(e.geom), ST_Area(s.geom))
