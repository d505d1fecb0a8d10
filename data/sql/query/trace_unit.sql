-- grain: one version of one unit, the newest first
-- kind: query
select
    u.code, u.parent_code, u.name_zh, u.name_en, u.source, epoch(u.valid_from)::bigint as valid_from, epoch(u.valid_to)::bigint as valid_to,
    u._batch as batch, u._row as "row"
from trace.unit u
where u.city = $city and u.level = $level and u.seq = $seq and is_seen($bits, $offsets, u.level, u.seq)
order by u.valid_to is null desc, u.valid_from desc
limit $most
