-- grain: one unit above the buildings, in the order of its level's numbers
-- kind: query
select * from theme.unit where city = $city and level not in ('building', 'floor') and is_seen($bits, $offsets, level, seq) order by seq
