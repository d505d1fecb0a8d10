-- grain: one batch of a city, the newest first; of one dataset, one source, or only those with rejects where asked
-- kind: query
-- unfiltered: the data page, for who may see the whole city
select
    batch, source, source_zh, source_en, dataset, file_name, row_in, accepted, rejected, duplicate, seconds, epoch(received_at)::bigint as received_at,
    row_in = accepted + rejected + duplicate as is_balanced, state
from trace.batch
where city = $city and ($dataset = '' or dataset = $dataset) and ($source = '' or source = $source) and (not $rejects or rejected > 0)
  and ($before = 0 or batch < $before)
order by batch desc
limit $most
