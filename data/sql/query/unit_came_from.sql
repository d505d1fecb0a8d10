-- grain: one ended unit that a unit took ground of over, the largest part first
-- kind: query
select from_code as code, from_name_zh as name_zh, from_name_en as name_en, level, epoch(ended_at)::bigint as at, share
from theme.unit_succession
where city = $city and level = $level and seq = $seq and is_seen($bits, $offsets, level, seq)
order by share desc, code
