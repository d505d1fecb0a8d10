-- grain: one batch of a city with who handed it in and what became of it
-- kind: query
-- unfiltered: who it came from and how many rows it had; its rows are asked for apart
select
    batch, source, source_zh, source_en, dataset, owner, file_name, sha256, row_in, accepted, rejected, duplicate, seconds,
    epoch(received_at)::bigint as received_at, epoch(as_of)::bigint as as_of, schema_fingerprint, is_snapshot
from trace.batch
where city = $city and list_contains($batches::integer[], batch)
order by batch
