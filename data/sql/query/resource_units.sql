-- grain: one unit of a level whose dense number is asked for
-- kind: query
select seq, code, name_zh, name_en
from theme.unit
where city = $city and is_seen($bits, $offsets, level, seq) and level = $level and seq in (select unnest($seqs))
