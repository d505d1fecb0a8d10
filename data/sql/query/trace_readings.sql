-- grain: one reading of an indicator inside a set of units during a stretch of time, the largest first
-- kind: query
select
    u.code, u.name_zh, u.name_en, u.floor_no, u.address, r.level, r.seq, epoch(r.observed_at)::bigint as at, r.value, r.weight, r._batch as batch, r._row as "row"
from trace.reading r
join trace.unit u on u.city = r.city and u.level = r.level and u.seq = r.seq
    and r.observed_at >= u.valid_from and (u.valid_to is null or r.observed_at < u.valid_to)
where r.city = $city and r.indicator = $indicator and r.level = $level
  and r.observed_at >= make_timestamp($since::bigint * 1000000) and r.observed_at < make_timestamp($until::bigint * 1000000)
  and is_seen($bits, $offsets, r.level, r.seq) and is_seen($inside, $inside_offsets, r.level, r.seq)
order by abs(r.value) desc, r.seq
limit $most
