-- grain: one attribute of a unit as it stood at a time, by what was known then
-- kind: query
select
    a.attribute, a.value, a.name_zh, a.name_en, a.unit, epoch(a.valid_from)::bigint as valid_from, a._batch as batch, a._row as "row"
from trace.attribute a
where a.city = $city and a.level = $level and a.seq = $seq and a.privacy <= $privacy and is_seen($bits, $offsets, a.level, a.seq)
  and a.known_from <= make_timestamp(($known * 1e6)::bigint) and a.valid_from <= make_timestamp(($at * 1e6)::bigint)
  and (a.valid_to is null or a.valid_to > make_timestamp(($at * 1e6)::bigint) or a.known_to > make_timestamp(($known * 1e6)::bigint))
qualify row_number() over (partition by a.attribute order by a.valid_from desc, a._batch desc) = 1
order by a.attribute
