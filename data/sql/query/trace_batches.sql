-- grain: one batch that said readings of an indicator inside a set of units during a stretch of time
-- kind: query
select
    r._batch as batch, count(*) as rows_here, epoch(min(r.observed_at))::bigint as since, epoch(max(r.observed_at))::bigint as until,
    any_value(b.source) as source, any_value(b.source_zh) as source_zh, any_value(b.source_en) as source_en, any_value(b.dataset) as dataset,
    any_value(b.file_name) as file_name, any_value(b.sha256) as sha256, any_value(b.row_in) as row_in, any_value(b.accepted) as accepted,
    any_value(b.rejected) as rejected, any_value(b.duplicate) as duplicate, epoch(any_value(b.received_at))::bigint as received_at,
    epoch(any_value(b.as_of))::bigint as as_of
from trace.reading r
join trace.batch b on b.batch = r._batch
where r.city = $city and r.indicator = $indicator and r.level = $level
  and r.observed_at >= make_timestamp($since::bigint * 1000000) and r.observed_at < make_timestamp($until::bigint * 1000000)
  and is_seen($bits, $offsets, r.level, r.seq) and is_seen($inside, $inside_offsets, r.level, r.seq)
group by r._batch
order by r._batch desc
limit $most
