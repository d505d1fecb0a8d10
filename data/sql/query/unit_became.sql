-- grain: one unit that stands and took ground of an ended unit over, the largest part first
-- kind: query
select code, name_zh, name_en, level, epoch(born_at)::bigint as at, share
from theme.unit_succession
where city = $city and from_code = $code and is_seen($bits, $offsets, level, seq)
order by share desc, code
