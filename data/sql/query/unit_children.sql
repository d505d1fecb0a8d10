-- grain: one unit directly below a parent
-- kind: query
select * from theme.unit where city = $city and is_seen($bits, $offsets, level, seq) and level = $level and parent_seq = $seq order by seq
