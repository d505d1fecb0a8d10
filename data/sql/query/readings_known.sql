-- grain: the newest reading of one indicator at a unit up to a time, by what was known then
-- kind: query
select r.indicator, epoch(r.observed_at)::bigint as at, r.value, r.weight, r._batch as batch, r._row as "row"
from trace.reading_version r
where r.city = $city and r.level = $level and r.seq = $seq and is_seen($bits, $offsets, r.level, r.seq)
  and r.indicator in (select unnest($indicators))
  and r.known_from <= make_timestamp(($known * 1e6)::bigint) and r.observed_at <= make_timestamp(($at * 1e6)::bigint)
  and (r.known_to is null or r.known_to > make_timestamp(($known * 1e6)::bigint))
qualify row_number() over (partition by r.indicator order by r.observed_at desc, r._batch desc, r._row desc) = 1
order by r.indicator
