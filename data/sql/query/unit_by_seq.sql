-- grain: one unit
-- kind: query
select * from theme.unit where city = $city and is_seen($bits, $offsets, level, seq) and level = $level and seq = $seq
