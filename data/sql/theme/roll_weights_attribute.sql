-- grain: a number attribute (such as population) of one unit of a level
-- from: base.attribute
-- kind: step
select seq, try_cast(value as double) as weight
from base.attribute
where city = $city and level = $level and attribute = $weight and valid_to is null
