-- grain: one unit
-- kind: query
select * from theme.unit where city = $city and level = $level and seq = $seq
