-- grain: one version of one attribute of one unit, the newest first
-- kind: query
select
    a.unit_code, a.attribute, a.value, a.name_zh, a.name_en, a.unit, epoch(a.valid_from)::bigint as valid_from, epoch(a.valid_to)::bigint as valid_to,
    a._batch as batch, a._row as "row"
from trace.attribute a
where a.city = $city and a.level = $level and a.seq = $seq and a.attribute = $attribute and a.privacy <= $privacy
  and is_seen($bits, $offsets, a.level, a.seq)
order by a.valid_to is null desc, a.valid_from desc
limit $most
