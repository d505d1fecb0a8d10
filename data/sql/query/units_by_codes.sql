-- grain: one unit whose code is asked for
-- kind: query
select * from theme.unit where city = $city and is_seen($bits, $offsets, level, seq) and code in (select unnest($codes))
